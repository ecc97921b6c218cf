//! What a replay adds up. Its size hangs on services, roles and kinds of difference, not on how many
//! changes there were.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use domain::ids::{ChangeNumber, ServiceName};
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
        self.changes += 1;
        let stricter = kinds.iter().any(|kind| kind.is_stricter() == Some(true));
        let looser = kinds.iter().any(|kind| kind.is_stricter() == Some(false));
        let of = match (kinds.is_empty(), stricter, looser) {
            (true, ..) => &mut self.same,
            (_, true, true) => &mut self.both,
            (_, true, false) => &mut self.stricter,
            (_, false, true) => &mut self.looser,
            (_, false, false) => &mut self.other,
        };
        *of += 1;
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
    pub service: ServiceName,
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

/// One change that is over, or still open.
pub(super) struct Finished<'a> {
    pub(super) number: ChangeNumber,
    pub(super) service: &'a ServiceName,
    pub(super) tier: Option<u8>,
    pub(super) at: Timestamp,
    pub(super) difference: &'a Difference,
    /// How the risk moves.
    pub(super) risk: &'a [Kind],
    /// Whether a deployment of it failed.
    pub(super) failed: bool,
    /// How long the answers took, by roles.
    pub(super) waits: &'a [(String, u64)],
    pub(super) is_open: bool,
}

/// Everything that was added up.
#[derive(Debug, Clone, Default)]
pub(super) struct Totals {
    pub(super) counts: Counts,
    pub(super) kinds: BTreeMap<Kind, (u64, VecDeque<Arc<Example>>)>,
    pub(super) services: BTreeMap<ServiceName, BTreeMap<Option<u8>, Counts>>,
    pub(super) roles: BTreeMap<String, RoleEffect>,
    pub(super) failed: Failed,
    pub(super) reproduced: Reproduced,
    pub(super) open: u64,
    pub(super) open_moved: u64,
    pub(super) open_named: Vec<Arc<Example>>,
}

impl Totals {
    pub(super) fn add(&mut self, one: &Finished<'_>) {
        let mut kinds = one.difference.kinds.clone();
        kinds.extend_from_slice(one.risk);
        self.counts.add(&kinds);
        of(of(&mut self.services, one.service), &one.tier).add(&kinds);
        let Difference { added, removed, to_rules, to_people, .. } = one.difference;
        self.count(added, |effect| &mut effect.added);
        self.count(removed, |effect| &mut effect.removed);
        self.count(to_rules, |effect| &mut effect.to_rules);
        self.count(to_people, |effect| &mut effect.to_people);
        for (roles, waited_ms) in one.waits {
            let effect = of(&mut self.roles, roles);
            effect.answered += 1;
            effect.waited_ms = effect.waited_ms.saturating_add(*waited_ms);
        }
        if one.failed {
            self.failed.add(one.difference);
        }
        self.open += u64::from(one.is_open);
        if !kinds.is_empty() {
            self.name(one, kinds);
        }
    }

    fn count(&mut self, asks: &[Ask], of_role: fn(&mut RoleEffect) -> &mut u64) {
        for ask in asks {
            *of_role(of(&mut self.roles, &ask.roles)) += u64::from(ask.people);
        }
    }

    /// Keeps a change whose outcome moves as an example of how it does.
    fn name(&mut self, one: &Finished<'_>, kinds: Vec<Kind>) {
        let example = Arc::new(Example {
            number: one.number,
            service: one.service.clone(),
            at: one.at,
            kinds,
            added: one.difference.added.clone(),
            removed: one.difference.removed.clone(),
            to_rules: one.difference.to_rules.clone(),
            to_people: one.difference.to_people.clone(),
        });
        if one.is_open {
            self.open_moved += 1;
            if self.open_named.len() < OPEN_NAMED {
                self.open_named.push(Arc::clone(&example));
            }
        }
        for kind in &example.kinds {
            let (count, examples) = self.kinds.entry(*kind).or_default();
            *count += 1;
            if examples.len() >= EXAMPLES {
                examples.pop_front();
            }
            examples.push_back(Arc::clone(&example));
        }
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
    fn add(&mut self, difference: &Difference) {
        let stops = |kind: &Kind| matches!(kind, Kind::Refused | Kind::Undecided);
        let people = |asks: &[Ask]| asks.iter().map(|ask| u64::from(ask.people)).sum::<u64>();
        let more = people(&difference.added) + people(&difference.to_people);
        let fewer = people(&difference.removed) + people(&difference.to_rules);
        self.changes += 1;
        self.more += u64::from(more > fewer);
        self.fewer += u64::from(more < fewer);
        self.by_rules += u64::from(!difference.to_rules.is_empty());
        self.stopped += u64::from(difference.kinds.iter().any(stops));
    }
}

/// The value of a key, made when it is not there.
fn of<'m, K: Ord + Clone, V: Default>(map: &'m mut BTreeMap<K, V>, key: &K) -> &'m mut V {
    map.entry(key.clone()).or_default()
}
