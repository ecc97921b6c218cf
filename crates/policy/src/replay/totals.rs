//! What a replay adds up. Its size hangs on services, roles and kinds of difference, not on how many
//! changes there were.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use domain::ids::ChangeNumber;
use jiff::Timestamp;
use serde::Serialize;

use super::difference::{Ask, Difference, Kind};

/// Examples that are kept for each kind of difference: the latest ones.
pub const EXAMPLES: usize = 5;
/// Open changes that are named.
pub const OPEN_NAMED: usize = 50;

/// Changes by how their outcome moves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All of them.
    pub changes: u64,
    /// Those whose outcome stays exactly the same.
    pub same: u64,
    /// Those for which policy gets stricter.
    pub stricter: u64,
    /// Those for which policy gets looser.
    pub looser: u64,
    /// Those for which it gets stricter in one way and looser in another.
    pub both: u64,
    /// Those whose risk, tier or terms move, and nothing that is asked for.
    pub other: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, kinds: &[Kind]) {
        self.add_many(kinds, 1);
    }

    fn add_many(&mut self, kinds: &[Kind], changes: u64) {
        self.changes += changes;
        let stricter = kinds.iter().any(|kind| kind.is_stricter() == Some(true));
        let looser = kinds.iter().any(|kind| kind.is_stricter() == Some(false));
        let of = match (kinds.is_empty(), stricter, looser) {
            (true, ..) => &mut self.same,
            (_, true, true) => &mut self.both,
            (_, true, false) => &mut self.stricter,
            (_, false, true) => &mut self.looser,
            (_, false, false) => &mut self.other,
        };
        *of += changes;
    }
}

/// What would be asked of one role, or of any of some roles.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RoleEffect {
    /// Approvals that would have been asked for as well.
    pub added: u64,
    /// Approvals that would not have been asked for.
    pub removed: u64,
    /// Approvals that a rule might have given in their place. Evidence it rests on is not looked at.
    pub to_rules: u64,
    /// Approvals that would have been asked of them in place of a rule.
    pub to_people: u64,
    /// How often an answer of theirs was waited for in this history.
    pub answered: u64,
    /// How long these answers took together, in milliseconds.
    pub waited_ms: u64,
}

impl RoleEffect {
    /// How long an answer took on average, in hours; `None` when none is recorded.
    #[must_use]
    pub fn mean_hours(&self) -> Option<f64> {
        const HOUR_MS: f64 = 3_600_000.0;
        (self.answered > 0).then(|| self.waited_ms as f64 / self.answered as f64 / HOUR_MS)
    }
}

/// Waiting for approvals, added up over all changes, by what answers of the same roles took on average.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Waiting {
    /// Hours that would have been waited more.
    pub added_hours: f64,
    /// Hours that would have been waited less.
    pub saved_hours: f64,
    /// Hours that would have been waited less where rules might have answered in place of people.
    pub rules_hours: f64,
    /// Approvals added by roles for which no wait is recorded: their hours are not known.
    pub added_unknown: u64,
    /// Approvals removed, or left to rules, of roles for which no wait is recorded.
    pub removed_unknown: u64,
}

/// Changes whose deployment failed or was rolled back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// All of them.
    pub changes: u64,
    /// Those that more people would have looked at.
    pub more: u64,
    /// Those that fewer people would have looked at.
    pub fewer: u64,
    /// Those that a rule might have approved in place of people.
    pub by_rules: u64,
    /// Those that would not have got as far, because policy refuses them or can't say.
    pub stopped: u64,
}

/// A change by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// Its number.
    pub number: ChangeNumber,
    /// The service.
    pub service: String,
    /// When policy was asked.
    pub at: Timestamp,
    /// How its outcome moves.
    pub kinds: Vec<Kind>,
    /// Who would be asked as well.
    pub added: Vec<Ask>,
    /// Who would not be asked.
    pub removed: Vec<Ask>,
    /// In whose place a rule may answer.
    pub to_rules: Vec<Ask>,
    /// Who would be asked in place of a rule.
    pub to_people: Vec<Ask>,
}

/// Whether what is recorded comes out again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reproduced {
    /// Recorded assessments that came out the same under the bundle they were made under.
    pub identical: u64,
    /// Those that came out otherwise.
    pub different: u64,
    /// The first of these.
    pub examples: Vec<ChangeNumber>,
}

/// Changes that differ in nothing that is counted.
#[derive(Debug, Clone)]
pub(super) struct Finished<'a> {
    pub(super) service: &'a str,
    pub(super) tier: Option<u8>,
    pub(super) difference: Arc<Difference>,
    /// How they differ, the risk with it.
    pub(super) kinds: Vec<Kind>,
    /// Whether a deployment of it failed.
    pub(super) failed: bool,
}

impl Finished<'_> {
    pub(super) fn example(&self, number: ChangeNumber, at: Timestamp) -> Example {
        Example {
            number,
            service: self.service.to_owned(),
            at,
            kinds: self.kinds.clone(),
            added: self.difference.added.clone(),
            removed: self.difference.removed.clone(),
            to_rules: self.difference.to_rules.clone(),
            to_people: self.difference.to_people.clone(),
        }
    }
}

/// Everything that was added up.
#[derive(Debug, Clone, Default)]
pub(super) struct Totals {
    pub(super) counts: Counts,
    pub(super) kinds: BTreeMap<Kind, (u64, VecDeque<Arc<Example>>)>,
    pub(super) services: BTreeMap<String, BTreeMap<Option<u8>, Counts>>,
    pub(super) roles: BTreeMap<String, RoleEffect>,
    pub(super) failed: Failed,
    pub(super) open: u64,
    pub(super) open_moved: u64,
    pub(super) open_named: Vec<Arc<Example>>,
}

impl Totals {
    /// Adds so many changes.
    pub(super) fn add(&mut self, of: &Finished<'_>, changes: u64) {
        self.counts.add_many(&of.kinds, changes);
        let service = entry(&mut self.services, of.service);
        service.entry(of.tier).or_default().add_many(&of.kinds, changes);
        let Difference { added, removed, to_rules, to_people, .. } = of.difference.as_ref();
        self.count(added, changes, |effect| &mut effect.added);
        self.count(removed, changes, |effect| &mut effect.removed);
        self.count(to_rules, changes, |effect| &mut effect.to_rules);
        self.count(to_people, changes, |effect| &mut effect.to_people);
        if of.failed {
            self.failed.add(&of.difference, changes);
        }
        for kind in &of.kinds {
            self.kinds.entry(*kind).or_default().0 += changes;
        }
    }

    /// An answer of these roles took so long.
    pub(super) fn waited(&mut self, roles: &str, ms: u64) {
        let effect = entry(&mut self.roles, roles);
        effect.answered += 1;
        effect.waited_ms = effect.waited_ms.saturating_add(ms);
    }

    fn count(&mut self, asks: &[Ask], changes: u64, of_role: fn(&mut RoleEffect) -> &mut u64) {
        for ask in asks {
            let people = u64::from(ask.people).saturating_mul(changes);
            *of_role(entry(&mut self.roles, &ask.roles)) += people;
        }
    }

    /// Keeps a change whose outcome moves as an example of how it does.
    pub(super) fn name(&mut self, example: &Arc<Example>) {
        for kind in &example.kinds {
            let (_, examples) = self.kinds.entry(*kind).or_default();
            if examples.len() >= EXAMPLES {
                examples.pop_front();
            }
            examples.push_back(Arc::clone(example));
        }
    }

    /// Counts a change that is not over; `moved` names it if its outcome moves.
    pub(super) fn add_open(&mut self, moved: Option<Arc<Example>>) {
        self.open += 1;
        let Some(example) = moved else { return };
        self.open_moved += 1;
        if self.open_named.len() < OPEN_NAMED {
            self.open_named.push(Arc::clone(&example));
        }
        self.name(&example);
    }

    pub(super) fn waiting(&self) -> Waiting {
        let mut waiting = Waiting::default();
        for effect in self.roles.values() {
            let more = effect.added + effect.to_people;
            match effect.mean_hours() {
                Some(mean) => {
                    waiting.added_hours += mean * more as f64;
                    waiting.saved_hours += mean * effect.removed as f64;
                    waiting.rules_hours += mean * effect.to_rules as f64;
                }
                None => {
                    waiting.added_unknown += more;
                    waiting.removed_unknown += effect.removed + effect.to_rules;
                }
            }
        }
        waiting
    }
}

impl Failed {
    fn add(&mut self, difference: &Difference, changes: u64) {
        let stops = |kind: &Kind| matches!(kind, Kind::Refused | Kind::Undecided);
        let people = |asks: &[Ask]| asks.iter().map(|ask| u64::from(ask.people)).sum::<u64>();
        let more = people(&difference.added) + people(&difference.to_people);
        let fewer = people(&difference.removed) + people(&difference.to_rules);
        let count = |holds: bool| if holds { changes } else { 0 };
        self.changes += changes;
        self.more += count(more > fewer);
        self.fewer += count(more < fewer);
        self.by_rules += count(!difference.to_rules.is_empty());
        self.stopped += count(difference.kinds.iter().any(stops));
    }
}

/// The value of a key, made when it is not there.
fn entry<'m, V: Default>(map: &'m mut BTreeMap<String, V>, key: &str) -> &'m mut V {
    map.entry(key.to_owned()).or_default()
}
