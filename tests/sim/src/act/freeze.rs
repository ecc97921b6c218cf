//! Somebody freezes something, ends it, or asks that it makes an exception.

use app::organisation::FreezeDraft;
use app::principal::Principal;
use app::{App, AppError};
use domain::change::ChangeType;
use domain::ids::ChangeId;
use jiff::{SignedDuration, Timestamp};

use super::{Done, Scene};
use crate::cast::{ENVIRONMENTS, SERVICES, Someone};
use crate::chance::Chance;
use crate::model::freeze;
use crate::rules::{FREEZERS, OPERATIONS};

/// A freeze.
#[derive(Debug, Clone)]
pub enum Freezing {
    /// It is declared.
    Declare { who: Principal, draft: Box<FreezeDraft> },
    /// It ends.
    End { who: Principal, freeze: String },
    /// It should make an exception.
    Except { who: Principal, change: ChangeId, revision: u32, freeze: String },
}

impl Freezing {
    /// Does it.
    ///
    /// # Errors
    /// What the use case says.
    pub async fn perform(&self, app: &App) -> Result<Done, AppError> {
        const WHY: &str = "as it happens in a simulation";
        Ok(match self {
            Self::Declare { who, draft } => app.declare_freeze(who, draft).await?.into(),
            Self::End { who, freeze } => app.end_freeze(who, freeze, WHY).await?.into(),
            Self::Except { who, change, revision, freeze } => {
                app.ask_exception(who, change, freeze, *revision, WHY).await?.into()
            }
        })
    }
}

/// A freeze begins or ends, or somebody whose change it stops asks for an exception.
#[must_use]
pub fn choose(scene: &Scene<'_>, chance: &mut Chance) -> Option<Freezing> {
    let now = scene.now.as_millisecond();
    let is_operator = |someone: &Someone| {
        let person = someone.person.as_str();
        scene.model.organisation.holds(person, OPERATIONS, "covering", "search")
    };
    match chance.below(8) {
        0..=1 => Some(declare(scene, chance)),
        2 => {
            let all = scene.model.organisation.freezes.values().filter(|f| now < f.until);
            let all: Vec<_> = all.collect();
            let freeze = chance.one_of(&all)?.id.clone();
            let who = scene.fitting(chance, is_operator);
            Some(Freezing::End { who, freeze })
        }
        _ => {
            let change = scene.change(chance)?;
            let stopping = freeze::ahead(&scene.model.organisation, change, now);
            let stopping: Vec<_> = stopping.collect();
            let freeze = chance.one_of(&stopping)?.id.clone();
            Some(Freezing::Except {
                who: scene.requester(change, chance),
                change: change.id.parse().ok()?,
                revision: u32::try_from(change.number()).ok()?,
                freeze,
            })
        }
    }
}

fn declare(scene: &Scene<'_>, chance: &mut Chance) -> Freezing {
    let role = FREEZERS[chance.below(FREEZERS.len())];
    let (service, domain) = SERVICES[chance.below(SERVICES.len())];
    let scope = match chance.below(4) {
        0 => "organisation".to_owned(),
        1 => format!("service:{service}"),
        _ => format!("domain:{domain}"),
    };
    let may = |someone: &Someone| {
        scene.model.organisation.holds(someone.person.as_str(), role, "covering", service)
    };
    let begins = chance.once_in(2).then(|| after(scene.now, 10 + chance.below(600)));
    let environment = ENVIRONMENTS[chance.below(ENVIRONMENTS.len())];
    let draft = FreezeDraft {
        title: "Nothing moves".to_owned(),
        reason: "as it happens in a simulation".to_owned(),
        scope: scope.parse().unwrap_or(domain::requirement::Scope::Organisation),
        environments: environment.parse().into_iter().collect(),
        tiers: Vec::new(),
        lets_through: if chance.once_in(2) { vec![ChangeType::Emergency] } else { Vec::new() },
        from: begins,
        until: after(begins.unwrap_or(scene.now), 30 + chance.below(60 * 40)),
    };
    Freezing::Declare { who: scene.fitting(chance, may), draft: Box::new(draft) }
}

fn after(at: Timestamp, minutes: usize) -> Timestamp {
    let minutes = SignedDuration::from_mins(i64::try_from(minutes).unwrap_or(0));
    at.checked_add(minutes).unwrap_or(at)
}
