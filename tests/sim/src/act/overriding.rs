//! Somebody opens the gate for an emergency, and somebody else reviews it.

use app::change::OverrideDraft;
use app::principal::Principal;
use app::{App, AppError};
use domain::change::ReviewOutcome;
use domain::ids::{ChangeId, OverrideId};

use super::{Done, Scene};
use crate::cast::Someone;
use crate::chance::Chance;
use crate::model::change::{Change, State};
use crate::rules::{OPERATIONS, REVIEWERS};

/// An override.
#[derive(Debug, Clone)]
pub enum Overriding {
    /// It is opened.
    Open { who: Principal, change: ChangeId, revision: u32 },
    /// It is reviewed.
    Review { who: Principal, change: ChangeId, of: OverrideId, outcome: ReviewOutcome },
}

impl Overriding {
    /// Does it.
    ///
    /// # Errors
    /// What the use case says.
    pub async fn perform(&self, app: &App) -> Result<Done, AppError> {
        let why = "as it happens in a simulation".to_owned();
        Ok(match self {
            Self::Open { who, change, revision } => {
                let (expected_revision, reason) = (*revision, why);
                let draft = OverrideDraft { expected_revision, reason, minutes: None };
                app.open_override(who, change, &draft).await?.into()
            }
            Self::Review { who, change, of, outcome } => {
                app.review_override(who, change, of, *outcome, &why).await?.into()
            }
        })
    }
}

/// An emergency that can't wait is let through, or an earlier one is looked at.
#[must_use]
pub fn choose(scene: &Scene<'_>, chance: &mut Chance) -> Option<Overriding> {
    let organisation = &scene.model.organisation;
    let holds_one = |roles: &'static [&'static str], change: &Change| {
        let service = change.material("service").to_owned();
        move |someone: &Someone| {
            let person = someone.person.as_str();
            roles.iter().any(|role| organisation.holds(person, role, "covering", &service))
        }
    };
    if chance.once_in(3) {
        let owed: Vec<&String> = organisation.unreviewed.keys().collect();
        let of: &str = chance.one_of(&owed)?;
        let has = |change: &&Change| change.overrides.iter().any(|o| o.id == of);
        let change = scene.model.changes.values().rev().take(400).find(has)?;
        let outcome = match chance.once_in(3) {
            true => ReviewOutcome::NotJustified,
            false => ReviewOutcome::Justified,
        };
        return Some(Overriding::Review {
            who: scene.fitting(chance, holds_one(&REVIEWERS, change)),
            change: change.id.parse().ok()?,
            of: of.parse().ok()?,
            outcome,
        });
    }
    let open = scene.open.iter().filter_map(|id| scene.model.changes.get(id));
    let may = |change: &&Change| {
        let failed = matches!(change.last_outcome(), Some("failed" | "rolled_back"));
        change.material("kind") == "emergency"
            && (change.state == State::AwaitingApproval || failed)
    };
    let emergencies: Vec<&Change> = open.filter(may).collect();
    let change = match chance.one_of(&emergencies) {
        Some(change) if !chance.once_in(10) => *change,
        _ => scene.change(chance)?,
    };
    Some(Overriding::Open {
        who: scene.fitting(chance, holds_one(&[OPERATIONS], change)),
        change: change.id.parse().ok()?,
        revision: u32::try_from(change.number()).ok()?,
    })
}
