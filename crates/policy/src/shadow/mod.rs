//! Shadow: what a proposed bundle says beside the live one of everything that happens, added up.
//!
//! A [`Tally`] is told of each recorded assessment and verdict with what the shadow says of the same
//! facts, and counts. Its size hangs on roles, kinds of difference and the changes it names. It decides
//! nothing and must not do IO.

mod verdict;

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{ChangeNumber, EnvironmentName, ServiceName};
use jiff::Timestamp;

pub use self::verdict::{MovedVerdict, Said, VerdictCounts, Way};
use crate::replay::{Ask, Comparison, Counts, Kind, Reproduced};

/// Changes named whose outcome or verdict differs: the newest.
pub const NAMED: usize = 200;
/// Of what could not be compared, so many are named.
const UNCOMPARED_NAMED: usize = 20;

/// The change something was said of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its number.
    pub number: ChangeNumber,
    /// The service.
    pub service: ServiceName,
    /// The environment.
    pub environment: EnvironmentName,
    /// When it was said.
    pub at: Timestamp,
}

/// A change of which the shadow says something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedChange {
    /// The change, and when the last of it was said.
    pub subject: Subject,
    /// How what policy asks for differs, as of its last assessment.
    pub kinds: Vec<Kind>,
    /// Who would be asked as well.
    pub added: Vec<Ask>,
    /// Who would not be asked.
    pub removed: Vec<Ask>,
    /// How the last verdict of the gate differs.
    pub verdict: Option<MovedVerdict>,
}

/// Approvals of the same roles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RoleMoves {
    /// That would have been asked for as well.
    pub added: u64,
    /// That would not have been asked for.
    pub removed: u64,
}

/// Something that could not be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncompared {
    /// The entry of the journal.
    pub index: u64,
    /// Why.
    pub why: String,
}

/// What was found up to here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Recorded assessments, by how the shadow's differ.
    pub assessments: Counts,
    /// How often each kind of difference occurs.
    pub kinds: BTreeMap<Kind, u64>,
    /// By roles.
    pub roles: BTreeMap<String, RoleMoves>,
    /// Recorded verdicts of the gate, by how the shadow's differ.
    pub verdicts: VerdictCounts,
    /// Of those that differ: what was answered and what would have been, with how often.
    pub answers: BTreeMap<(Said, Said), u64>,
    /// Whether what is recorded came out again under the bundle that was live.
    pub reproduced: Reproduced,
    /// How much could not be compared.
    pub uncompared: u64,
    /// The first of it.
    pub uncompared_named: Vec<Uncompared>,
    moved: BTreeSet<ChangeNumber>,
    named: BTreeMap<ChangeNumber, MovedChange>,
}

impl Tally {
    /// Counts a recorded assessment.
    pub fn assessed(&mut self, subject: Subject, found: Comparison) {
        self.assessments.add(&found.kinds);
        for kind in &found.kinds {
            *self.kinds.entry(*kind).or_default() += 1;
        }
        for ask in &found.added {
            self.roles.entry(ask.roles.clone()).or_default().added += u64::from(ask.people);
        }
        for ask in &found.removed {
            self.roles.entry(ask.roles.clone()).or_default().removed += u64::from(ask.people);
        }
        let verdict = self.named.remove(&subject.number).and_then(|known| known.verdict);
        let Comparison { kinds, added, removed } = found;
        self.name(MovedChange { subject, kinds, added, removed, verdict });
    }

    /// Counts a recorded verdict.
    pub fn answered(&mut self, subject: Subject, live: Said, shadow: Said) {
        let way = Way::between(&live, &shadow);
        self.verdicts.add(way);
        let known = self.named.remove(&subject.number);
        let mut moved = known.unwrap_or_else(|| MovedChange {
            subject: subject.clone(),
            kinds: Vec::new(),
            added: Vec::new(),
            removed: Vec::new(),
            verdict: None,
        });
        moved.subject = subject;
        moved.verdict = None;
        if way != Way::Same {
            *self.answers.entry((live.clone(), shadow.clone())).or_default() += 1;
            moved.verdict = Some(MovedVerdict { live, shadow, way });
        }
        self.name(moved);
    }

    /// Counts a verdict that no policy has a part in: nothing is asked for what would be deployed.
    pub fn answered_without_change(&mut self) {
        self.verdicts.add(Way::Same);
    }

    /// Counts whether a record came out again under the bundle that was live then.
    pub fn reproduced(&mut self, number: ChangeNumber, same: bool) {
        if same {
            self.reproduced.identical += 1;
            return;
        }
        self.reproduced.different += 1;
        if self.reproduced.examples.len() < UNCOMPARED_NAMED {
            self.reproduced.examples.push(number);
        }
    }

    /// Counts what could not be compared.
    pub fn failed(&mut self, index: u64, why: String) {
        self.uncompared += 1;
        if self.uncompared_named.len() < UNCOMPARED_NAMED {
            self.uncompared_named.push(Uncompared { index, why });
        }
    }

    /// How many changes differ, as of the last of what was said of each.
    #[must_use]
    pub fn moved(&self) -> usize {
        self.moved.len()
    }

    /// The newest of these, at most [`NAMED`].
    pub fn changes(&self) -> impl Iterator<Item = &MovedChange> {
        self.named.values().rev()
    }

    fn name(&mut self, change: MovedChange) {
        let number = change.subject.number;
        if change.kinds.is_empty() && change.verdict.is_none() {
            self.moved.remove(&number);
            return;
        }
        self.moved.insert(number);
        self.named.insert(number, change);
        if self.named.len() > NAMED {
            self.named.pop_first();
        }
    }
}
