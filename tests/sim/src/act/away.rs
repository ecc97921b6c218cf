//! People go on holiday and come back, whole teams too; and let somebody answer for them.

use app::organisation::{AbsenceDraft, DelegationDraft};
use app::principal::Principal;
use app::{App, AppError};
use domain::ids::{AbsenceId, DelegationId, PersonId};
use jiff::{SignedDuration, Timestamp};

use super::{Done, Scene};
use crate::cast::Someone;
use crate::chance::Chance;

/// Somebody is away, or somebody answers for somebody.
#[derive(Debug, Clone)]
pub enum Away {
    /// They are away.
    Leave { who: Principal, people: Vec<PersonId>, from: Timestamp, until: Timestamp },
    /// They are back early.
    Return { who: Principal, absence: AbsenceId },
    /// Somebody answers for them.
    Delegate { who: Principal, draft: Box<DelegationDraft> },
    /// Nobody does any more.
    End { who: Principal, delegation: DelegationId },
}

impl Away {
    /// Does it.
    ///
    /// # Errors
    /// What the use case says.
    pub async fn perform(&self, app: &App) -> Result<Done, AppError> {
        match self {
            Self::Leave { who, people, from, until } => {
                for person in people {
                    let (person, from) = (person.clone(), Some(*from));
                    let draft = AbsenceDraft { person, from, until: *until, reason: None };
                    app.enter_absence(who, draft).await?;
                }
            }
            Self::Return { who, absence } => app.cancel_absence(who, absence).await?,
            Self::Delegate { who, draft } => {
                app.delegate(who, (**draft).clone()).await?;
            }
            Self::End { who, delegation } => app.end_delegation(who, delegation).await?,
        }
        Ok(Done::default())
    }
}

/// Somebody goes or comes, or gives their right away for a while.
#[must_use]
pub fn choose(scene: &Scene<'_>, chance: &mut Chance) -> Option<Away> {
    match chance.below(10) {
        0 => Some(leave(scene, chance)),
        1 => {
            let all = scene.model.organisation.absences.values();
            let all: Vec<_> = all.filter(|a| scene.now.as_millisecond() < a.until).collect();
            let absence = chance.one_of(&all)?.id.parse().ok()?;
            Some(Away::Return { who: scene.cast.admin.principal.clone(), absence })
        }
        2..=8 => delegate(scene, chance),
        _ => {
            let all = scene.model.organisation.delegations.by_id.values().rev().take(12);
            let given: Vec<_> = all.filter(|d| d.ended.is_none()).collect();
            let given = chance.one_of(&given)?;
            let ends = if chance.once_in(2) { &given.from_person } else { &given.to_person };
            let who = scene.cast.by_person(ends)?.principal.clone();
            Some(Away::End { who, delegation: given.id.parse().ok()? })
        }
    }
}

fn leave(scene: &Scene<'_>, chance: &mut Chance) -> Away {
    let from = later(scene.now, chance.below(24));
    let until = later(from, 1 + chance.below(24 * 10));
    if chance.once_in(4) {
        // Everybody who holds the same role in a region: nobody is left to ask there.
        let nth = chance.below(9);
        let team = scene.cast.people.iter().enumerate().filter(|(n, _)| n % 9 == nth);
        let people = team.map(|(_, someone)| someone.person.clone()).collect();
        return Away::Leave { who: scene.cast.admin.principal.clone(), people, from, until };
    }
    let someone = scene.someone(chance);
    let people = vec![someone.person.clone()];
    Away::Leave { who: someone.principal.clone(), people, from, until }
}

fn later(at: Timestamp, hours: usize) -> Timestamp {
    let hours = SignedDuration::from_hours(i64::try_from(hours).unwrap_or(0));
    at.checked_add(hours).unwrap_or(at)
}

/// Mostly what somebody holds; now and then what they only have from somebody else.
fn delegate(scene: &Scene<'_>, chance: &mut Chance) -> Option<Away> {
    let organisation = &scene.model.organisation;
    let giver: &Someone = scene.someone(chance);
    let person = giver.person.as_str();
    let theirs = organisation.bindings_of(person);
    let borrowed: Vec<_> =
        organisation.delegations.to(person).map(|d| (d.role.clone(), d.scope.clone())).collect();
    let from = if borrowed.is_empty() || !chance.once_in(4) { theirs } else { borrowed };
    let (role, scope) = chance.one_of(&from)?.clone();
    // Mostly a right that policy lets be given away.
    let (role, scope) = match role.as_str() {
        "requester" | "operations" => chance.one_of(&from)?.clone(),
        _ => (role, scope),
    };
    let delegate = scene.someone(chance).person.clone();
    let begins = chance.once_in(3).then(|| later(scene.now, chance.below(12)));
    let until = later(begins.unwrap_or(scene.now), 1 + chance.below(24 * 6));
    let draft = DelegationDraft {
        delegate,
        role: role.parse().ok()?,
        scope: scope.parse().ok()?,
        from: begins,
        until,
        reason: "as it happens in a simulation".to_owned(),
    };
    Some(Away::Delegate { who: giver.principal.clone(), draft: Box::new(draft) })
}
