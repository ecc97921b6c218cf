//! How two outcomes for one change differ, in the terms people ask about.

use std::collections::BTreeMap;

use domain::change::{ChangeType, EvidenceRequirement};
use domain::ids::RoleName;
use domain::requirement::{Reach, Requirement};
use serde::Serialize;

use super::outcome::{Answer, Asks, Outcome};

/// One way in which outcomes differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Somebody more has to approve.
    ApprovalsAdded,
    /// Somebody does not have to approve any more.
    ApprovalsRemoved,
    /// Nobody at all has to approve any more.
    NobodyAsked,
    /// A rule may answer what people were asked for. Evidence that it rests on may still be missing.
    RulesAnswer,
    /// People are asked for what a rule could answer.
    PeopleAnswer,
    /// Evidence is asked for that was not.
    EvidenceAdded,
    /// Evidence is not asked for any more.
    EvidenceRemoved,
    /// A session has to align on it first.
    AlignmentAdded,
    /// No session has to any more.
    AlignmentRemoved,
    /// It would be refused.
    Refused,
    /// It would not be refused any more.
    Accepted,
    /// Policy could not say what it needs.
    Undecided,
    /// Policy could say what it needs.
    Decided,
    /// No template pre-authorises it any more: it would have to be a normal change.
    NotStandard,
    /// A template pre-authorises it again.
    Standard,
    /// The gate would block, not only record.
    GateBlocks,
    /// The gate would only record.
    GateRecords,
    /// Another tier.
    Tier,
    /// Another approval level.
    RiskLevel,
    /// Another score.
    RiskScore,
    /// Other times, re-runs, contributors, sign-in, delegation or meaning of an approval.
    Terms,
}

impl Kind {
    /// All of them, in the order they are shown in.
    pub const ALL: [Self; 21] = [
        Self::ApprovalsAdded,
        Self::ApprovalsRemoved,
        Self::NobodyAsked,
        Self::RulesAnswer,
        Self::PeopleAnswer,
        Self::EvidenceAdded,
        Self::EvidenceRemoved,
        Self::AlignmentAdded,
        Self::AlignmentRemoved,
        Self::Refused,
        Self::Accepted,
        Self::Undecided,
        Self::Decided,
        Self::NotStandard,
        Self::Standard,
        Self::GateBlocks,
        Self::GateRecords,
        Self::Tier,
        Self::RiskLevel,
        Self::RiskScore,
        Self::Terms,
    ];

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ApprovalsAdded => "approvals_added",
            Self::ApprovalsRemoved => "approvals_removed",
            Self::NobodyAsked => "nobody_asked",
            Self::RulesAnswer => "rules_answer",
            Self::PeopleAnswer => "people_answer",
            Self::EvidenceAdded => "evidence_added",
            Self::EvidenceRemoved => "evidence_removed",
            Self::AlignmentAdded => "alignment_added",
            Self::AlignmentRemoved => "alignment_removed",
            Self::Refused => "refused",
            Self::Accepted => "accepted",
            Self::Undecided => "undecided",
            Self::Decided => "decided",
            Self::NotStandard => "not_standard",
            Self::Standard => "standard",
            Self::GateBlocks => "gate_blocks",
            Self::GateRecords => "gate_records",
            Self::Tier => "tier",
            Self::RiskLevel => "risk_level",
            Self::RiskScore => "risk_score",
            Self::Terms => "terms",
        }
    }

    /// The words for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::ApprovalsAdded => "more people asked",
            Self::ApprovalsRemoved => "fewer people asked",
            Self::NobodyAsked => "nobody asked any more",
            Self::RulesAnswer => "rules answer instead of people",
            Self::PeopleAnswer => "people asked instead of rules",
            Self::EvidenceAdded => "more evidence asked for",
            Self::EvidenceRemoved => "less evidence asked for",
            Self::AlignmentAdded => "aligned in a session first",
            Self::AlignmentRemoved => "no session first any more",
            Self::Refused => "refused",
            Self::Accepted => "no longer refused",
            Self::Undecided => "left undecided by policy",
            Self::Decided => "no longer left undecided",
            Self::NotStandard => "no longer a standard change",
            Self::Standard => "a standard change again",
            Self::GateBlocks => "the gate blocks",
            Self::GateRecords => "the gate only records",
            Self::Tier => "another tier",
            Self::RiskLevel => "another approval level",
            Self::RiskScore => "another risk score",
            Self::Terms => "other terms",
        }
    }

    /// Whether it makes policy stricter, or looser; `None` when it is neither by itself.
    #[must_use]
    pub const fn is_stricter(self) -> Option<bool> {
        match self {
            Self::ApprovalsAdded
            | Self::PeopleAnswer
            | Self::EvidenceAdded
            | Self::AlignmentAdded
            | Self::Refused
            | Self::Undecided
            | Self::NotStandard
            | Self::GateBlocks => Some(true),
            Self::ApprovalsRemoved
            | Self::NobodyAsked
            | Self::RulesAnswer
            | Self::EvidenceRemoved
            | Self::AlignmentRemoved
            | Self::Accepted
            | Self::Decided
            | Self::Standard
            | Self::GateRecords => Some(false),
            Self::Tier | Self::RiskLevel | Self::RiskScore | Self::Terms => None,
        }
    }
}

/// So many people of any of some roles.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Ask {
    /// The roles, in words.
    pub roles: String,
    /// People.
    pub people: u32,
}

/// How one outcome differs from another for the same change, whatever the risk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moves {
    /// In which ways.
    pub kinds: Vec<Kind>,
    /// Who would be asked as well.
    pub added: Vec<Ask>,
    /// Who would not be asked any more.
    pub removed: Vec<Ask>,
}

/// How the outcome of one change moves from one bundle to another.
#[must_use]
pub fn moves(from: &Outcome, to: &Outcome, change: ChangeType) -> Moves {
    let Difference { kinds, added, removed, .. } =
        Difference::between(&from.answer, &to.answer, change);
    Moves { kinds, added, removed }
}

/// How two answers differ, whatever the risk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) kinds: Vec<Kind>,
    /// Who would be asked and was not.
    pub(super) added: Vec<Ask>,
    /// Who was asked and would not be.
    pub(super) removed: Vec<Ask>,
    /// Of whom people were asked what a rule may answer.
    pub(super) to_rules: Vec<Ask>,
    /// Of whom people would be asked what a rule could answer.
    pub(super) to_people: Vec<Ask>,
}

impl Difference {
    pub(super) fn between(base: &Answer, candidate: &Answer, change: ChangeType) -> Self {
        let mut found = Self::default();
        match (base, candidate) {
            (Answer::Asks(base), Answer::Asks(candidate)) => found.asks(base, candidate),
            (Answer::Refused { .. }, Answer::Refused { .. })
            | (Answer::Undecided { .. }, Answer::Undecided { .. }) => {}
            (_, Answer::Refused { .. }) => found.kinds.push(Kind::Refused),
            (_, Answer::Undecided { .. }) => found.kinds.push(Kind::Undecided),
            (Answer::Refused { .. }, Answer::Asks(_)) => found.kinds.push(Kind::Accepted),
            (Answer::Undecided { .. }, Answer::Asks(_)) => found.kinds.push(Kind::Decided),
        }
        if change == ChangeType::Standard {
            match found.kinds.as_slice() {
                [Kind::Refused] => found.kinds.push(Kind::NotStandard),
                [Kind::Accepted] => found.kinds.push(Kind::Standard),
                _ => {}
            }
        }
        found
    }

    fn asks(&mut self, base: &Asks, candidate: &Asks) {
        let mut note = |differs: bool, kind| {
            if differs {
                self.kinds.push(kind);
            }
        };
        let (before, after) = (people(&base.requirements), people(&candidate.requirements));
        let (added, removed) = (missing(&before, &after), missing(&after, &before));
        note(!added.is_empty(), Kind::ApprovalsAdded);
        note(!removed.is_empty(), Kind::ApprovalsRemoved);
        note(after.is_empty() && !before.is_empty(), Kind::NobodyAsked);
        let (to_rules, to_people) = (handed(base, candidate), handed(candidate, base));
        note(!to_rules.is_empty(), Kind::RulesAnswer);
        note(!to_people.is_empty(), Kind::PeopleAnswer);
        let (had, has) = (wanted(&base.evidence), wanted(&candidate.evidence));
        note(has.iter().any(|one| !had.contains(one)), Kind::EvidenceAdded);
        note(had.iter().any(|one| !has.contains(one)), Kind::EvidenceRemoved);
        note(!base.alignment && candidate.alignment, Kind::AlignmentAdded);
        note(base.alignment && !candidate.alignment, Kind::AlignmentRemoved);
        note(!base.terms.enforce && candidate.terms.enforce, Kind::GateBlocks);
        note(base.terms.enforce && !candidate.terms.enforce, Kind::GateRecords);
        note(base.tier != candidate.tier, Kind::Tier);
        // Where other people are asked, they are asked in another way as well.
        if added.is_empty() && removed.is_empty() {
            let mut terms = candidate.terms.clone();
            terms.enforce = base.terms.enforce;
            let same =
                terms == base.terms && ways(&base.requirements) == ways(&candidate.requirements);
            note(!same, Kind::Terms);
        }
        (self.added, self.removed) = (added, removed);
        (self.to_rules, self.to_people) = (to_rules, to_people);
    }
}

/// How the risks of two outcomes differ.
pub(super) fn risk(base: &Outcome, candidate: &Outcome) -> impl Iterator<Item = Kind> {
    let both = base.risk.as_ref().zip(candidate.risk.as_ref());
    let level = both.is_some_and(|(base, candidate)| base.level != candidate.level);
    let score = both.is_some_and(|(base, candidate)| base.score != candidate.score);
    [level.then_some(Kind::RiskLevel), score.then_some(Kind::RiskScore)].into_iter().flatten()
}

/// The roles a requirement asks, in words.
pub(super) fn roles(requirement: &Requirement) -> String {
    in_words(&requirement.roles, requirement.reach)
}

fn in_words(roles: &[RoleName], reach: Reach) -> String {
    let mut words = String::new();
    for role in roles {
        words.push_str(if words.is_empty() { "" } else { " or " });
        words.push_str(role.as_str());
    }
    words.push_str(match reach {
        Reach::Covering => "",
        Reach::Domain => " (of the service or its domain)",
        Reach::Service => " (of the service)",
        Reach::Organisation => " (of the organisation)",
    });
    words
}

/// Distinct people by roles and where these must be held.
type People<'a> = BTreeMap<(&'a [RoleName], Reach), u32>;

fn people<'a>(requirements: impl IntoIterator<Item = &'a Requirement>) -> People<'a> {
    let mut all = BTreeMap::new();
    for requirement in requirements {
        let who = (requirement.roles.as_slice(), requirement.reach);
        *all.entry(who).or_default() += requirement.count;
    }
    all
}

/// What people are asked for in `from` and rules may answer in `to`.
fn handed(from: &Asks, to: &Asks) -> Vec<Ask> {
    let ((asked, by_rules), (still_asked, answered)) = (from.split(), to.split());
    let fewer = missing(&people(still_asked), &people(asked));
    let more = missing(&people(by_rules), &people(answered));
    let both = |of: Ask| {
        let rules = more.iter().find(|rules| rules.roles == of.roles)?;
        Some(Ask { people: of.people.min(rules.people), ..of })
    };
    fewer.into_iter().filter_map(both).collect()
}

/// What `after` asks for beyond `before`.
fn missing(before: &People<'_>, after: &People<'_>) -> Vec<Ask> {
    let more = |((roles, reach), people): (&(&[RoleName], Reach), &u32)| {
        let more = people.saturating_sub(before.get(&(*roles, *reach)).copied().unwrap_or(0));
        (more > 0).then(|| Ask { roles: in_words(roles, *reach), people: more })
    };
    after.iter().filter_map(more).collect()
}

fn wanted(evidence: &[EvidenceRequirement]) -> Vec<(&str, &[String], Option<u32>)> {
    evidence.iter().map(|e| (e.kind.as_str(), e.issuers.as_slice(), e.max_age_minutes)).collect()
}

/// How people are asked: what may be delegated, what an approval states, when it is due, and who
/// may accept the risk.
fn ways(requirements: &[Requirement]) -> Vec<impl Ord + '_> {
    let mut ways: Vec<_> = requirements
        .iter()
        .map(|r| {
            let accepted = r.acceptable.as_ref().map(|a| (&a.roles, a.reach, a.longest_minutes));
            (&r.roles, r.count, (&r.delegable, &r.competence), &r.meaning, r.due_minutes, accepted)
        })
        .collect();
    ways.sort();
    ways
}
