//! What policy that went live after a change was handed in asks for beyond its record.
//!
//! It stays for the revision, whatever goes live later: stricter at once, weaker only for later
//! revisions.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Assessment, Change};
use crate::matching::assign;
use crate::requirement::Requirement;

/// What one bundle added to a revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Added {
    /// When: people are asked for it since then.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
    /// All that the bundle asks for; it is answered by itself, beside what was recorded before.
    pub assessment: Assessment,
}

impl Change {
    /// What the record asks for: by the bundle it was handed in under, and by those that added to it.
    /// Every one has to be answered.
    pub fn assessments(&self) -> impl Iterator<Item = &Assessment> + Clone {
        self.assessment.iter().chain(self.added.iter().map(|added| &added.assessment))
    }

    /// The requirements of all of them, each key once, for whoever is asked. Where two bundles ask the
    /// same in different numbers, it is the greater; a delegate has to be one for both.
    #[must_use]
    pub fn requirements(&self) -> Cow<'_, [Requirement]> {
        let recorded = self.assessment.as_ref().map(|a| a.requirements.as_slice());
        let recorded = recorded.unwrap_or_default();
        if self.added.is_empty() {
            return Cow::Borrowed(recorded);
        }
        let mut all = recorded.to_vec();
        for newer in self.added.iter().flat_map(|added| &added.assessment.requirements) {
            match all.iter_mut().find(|known| known.key == newer.key) {
                Some(known) => *known = both(known, newer),
                None => all.push(newer.clone()),
            }
        }
        Cow::Owned(all)
    }

    /// Since when a requirement has been asked for, where that is not since the change waits.
    #[must_use]
    pub fn added_at(&self, requirement: &str) -> Option<Timestamp> {
        let has = |a: &Assessment| a.requirements.iter().any(|r| r.key == requirement);
        if self.assessment.as_ref().is_some_and(has) {
            return None;
        }
        self.added.iter().find(|added| has(&added.assessment)).map(|added| added.at)
    }

    /// Whether the live bundle asks people for something that nothing on the record does. A bundle adds
    /// to a revision once.
    #[must_use]
    pub fn asks_less_than(&self, live: &Assessment) -> bool {
        self.assessment.is_some()
            && live.revision == self.revision().number
            && !self.assessments().any(|known| known.policy == live.policy || covers(known, live))
    }
}

fn both(known: &Requirement, newer: &Requirement) -> Requirement {
    let delegable = newer.delegable.iter().filter(|role| known.delegable.contains(role));
    Requirement {
        count: known.count.max(newer.count),
        delegable: delegable.cloned().collect(),
        competence: known.competence.clone().into_iter().chain(newer.competence.clone()).collect(),
        ..newer.clone()
    }
}

/// Whether whoever answers all that one assessment asks for answers all of another by it: every place
/// of the other is filled by a different one of its places.
fn covers(known: &Assessment, live: &Assessment) -> bool {
    let (have, wanted) = (places(known), places(live));
    let fits = |place: &&Requirement| -> Vec<usize> {
        let have = have.iter().enumerate();
        have.filter(|(_, known)| suffices(known, place)).map(|(n, _)| n).collect()
    };
    let edges: Vec<Vec<usize>> = wanted.iter().map(fits).collect();
    answered_by_the_same_rules(known, live)
        && assign(&edges, have.len()).iter().all(Option::is_some)
}

fn places(assessment: &Assessment) -> Vec<&Requirement> {
    let places = assessment.requirements.iter();
    places.flat_map(|r| std::iter::repeat_n(r, r.count.max(1) as usize)).collect()
}

/// Whether every vote that answers one requirement answers another. What can't be told is no.
fn suffices(known: &Requirement, live: &Requirement) -> bool {
    let within = |some: &[_], all: &[_]| some.iter().all(|role| all.contains(role));
    let informed = live.briefings.iter().filter(|b| known.roles.contains(&b.role));
    let turned_to = |r: &Requirement| -> Vec<_> {
        let steps = r.response.iter().flat_map(|plan| &plan.steps);
        steps.map(|step| step.to.clone()).filter(|to| !to.opens().0.is_empty()).collect()
    };
    let others = turned_to(known);
    within(&known.roles, &live.roles)
        && known.reach.is_within(live.reach)
        && within(&known.delegable, &live.delegable)
        && live.competence.iter().all(|(role, wanted)| {
            let some = known.competence.get(role);
            !known.delegable.contains(role) || some.is_some_and(|some| some.iter().all(|r| wanted.contains(r)))
        })
        && informed.into_iter().all(|b| known.briefings.contains(b))
        && (known.acceptable.is_none() || known.acceptable == live.acceptable)
        // A step is taken for a key.
        && (others.is_empty()
            || known.key == live.key && others.iter().all(|to| turned_to(live).contains(to)))
}

/// Whether every rule that answers something in place of people still does.
fn answered_by_the_same_rules(known: &Assessment, live: &Assessment) -> bool {
    known.automatic.iter().all(|rule| {
        live.automatic.iter().any(|other| {
            rule.rule.id == other.rule.id
                && rule.answers == other.answers
                && rule.evidence == other.evidence
                && rule.review == other.review
        })
    })
}
