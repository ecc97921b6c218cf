//! Findings: what needs follow-up, with its evidence, an owner and a due date (M2.3).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Directory, access};
use crate::detect::Detector;
use crate::ids::{
    AccountId, ChangeId, ChangeNumber, EnvironmentName, FindingId, PersonId, ServiceName,
};
use crate::private::Private;
use crate::refusal::Refusal;
use crate::requirement::Scope;

const REASON_MAX: usize = 4_000;
/// So long after it was raised a finding is due.
pub const FINDING_DUE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What kind of follow-up it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A gate that only records let something pass that an enforcing one would have stopped.
    LetThrough,
    /// A rule approved many more on one day than usual.
    AutomationBurst,
    /// One requester has most of a rule's approvals.
    AutomationShare,
    /// One change in many parts below a limit.
    AutomationSplitting,
    /// Values that a rule looks at move towards its limit.
    AutomationDrift,
    /// Automatic approvals outside working hours.
    AutomationOddHours,
    /// A rule approves all it sees in seconds.
    AutomationUnsorted,
    /// What a rule or template let through fails more often than policy lets it.
    AutomationFailing,
    /// One person approved many changes in a row, faster than anybody reads (C18).
    RapidApprovals,
    /// A sealed override was used while the server was down (G03).
    SealedOverride,
}

impl FindingKind {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LetThrough => "let_through",
            Self::AutomationBurst => Detector::Burst.as_str(),
            Self::AutomationShare => Detector::Share.as_str(),
            Self::AutomationSplitting => Detector::Splitting.as_str(),
            Self::AutomationDrift => Detector::Drift.as_str(),
            Self::AutomationOddHours => Detector::OddHours.as_str(),
            Self::AutomationUnsorted => Detector::Unsorted.as_str(),
            Self::AutomationFailing => "automation_failing",
            Self::RapidApprovals => "rapid_approvals",
            Self::SealedOverride => "sealed_override",
        }
    }

    /// The words for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::LetThrough => "let through without what policy asks for",
            Self::AutomationBurst => Detector::Burst.title(),
            Self::AutomationShare => Detector::Share.title(),
            Self::AutomationSplitting => Detector::Splitting.title(),
            Self::AutomationDrift => Detector::Drift.title(),
            Self::AutomationOddHours => Detector::OddHours.title(),
            Self::AutomationUnsorted => Detector::Unsorted.title(),
            Self::AutomationFailing => "suspended: it fails more often than policy lets it",
            Self::RapidApprovals => "many approvals in a row, faster than anybody reads",
            Self::SealedOverride => "deployed with a sealed override while the server was down",
        }
    }
}

impl From<Detector> for FindingKind {
    fn from(detector: Detector) -> Self {
        match detector {
            Detector::Burst => Self::AutomationBurst,
            Detector::Share => Self::AutomationShare,
            Detector::Splitting => Self::AutomationSplitting,
            Detector::Drift => Self::AutomationDrift,
            Detector::OddHours => Self::AutomationOddHours,
            Detector::Unsorted => Self::AutomationUnsorted,
        }
    }
}

/// One piece of evidence: a name and a value, none of it personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingFact {
    /// What it is: `answer`, `reason`, `artifact`.
    pub fact: String,
    /// Its value.
    pub value: String,
}

/// Something that needs follow-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The finding.
    pub id: FindingId,
    /// What kind.
    pub kind: FindingKind,
    /// What it is about, so that the same is not raised twice while it is open.
    pub about: String,
    /// The service.
    pub service: ServiceName,
    /// The environment.
    pub environment: EnvironmentName,
    /// The change, by id and number.
    pub change: (ChangeId, ChangeNumber),
    /// Stable code of the main reason.
    pub code: String,
    /// What it rests on.
    pub evidence: Vec<FindingFact>,
    /// Whose doing it looks at; they have no say in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<PersonId>,
    /// Who answers for it; nobody when the service has no owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PersonId>,
    /// When it was raised.
    #[serde(with = "crate::time::ms")]
    pub raised_at: Timestamp,
    /// By when it should be resolved.
    #[serde(with = "crate::time::ms")]
    pub due_at: Timestamp,
}

/// Somebody has seen a finding and deals with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingAcknowledgement {
    /// Which.
    pub finding: FindingId,
    /// Who.
    pub by: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

/// The end of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingResolution {
    /// Which.
    pub finding: FindingId,
    /// Who.
    pub by: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// What was done about it, or why nothing has to be.
    pub reason: Private<String>,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

/// Where a finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingState {
    /// Nobody deals with it yet.
    Open,
    /// Somebody does.
    Acknowledged,
    /// It is dealt with.
    Resolved,
}

impl FindingState {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
        }
    }
}

/// A finding with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFinding {
    /// The finding.
    pub finding: Finding,
    /// Who deals with it.
    pub acknowledged: Option<FindingAcknowledgement>,
    /// Its end.
    pub resolved: Option<FindingResolution>,
}

impl KnownFinding {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> FindingState {
        match (&self.resolved, &self.acknowledged) {
            (Some(_), _) => FindingState::Resolved,
            (None, Some(_)) => FindingState::Acknowledged,
            (None, None) => FindingState::Open,
        }
    }

    /// Whether its time is over and it is not resolved.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.resolved.is_none() && now >= self.finding.due_at
    }
}

/// What would have been stopped in one place, had its gate enforced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetThrough {
    /// The service.
    pub service: ServiceName,
    /// The environment.
    pub environment: EnvironmentName,
    /// How many findings there were.
    pub total: u32,
    /// How many of them are not resolved.
    pub open: u32,
    /// How many for each main reason.
    pub reasons: BTreeMap<String, u32>,
}

impl Directory {
    pub(super) fn put_finding(&mut self, finding: &Finding) {
        let known = KnownFinding { finding: finding.clone(), acknowledged: None, resolved: None };
        self.findings.insert(finding.id.clone(), known);
    }

    pub(super) fn put_finding_acknowledgement(&mut self, seen: &FindingAcknowledgement) {
        if let Some(known) = self.findings.get_mut(&seen.finding) {
            known.acknowledged.get_or_insert_with(|| seen.clone());
        }
    }

    pub(super) fn put_finding_resolution(&mut self, resolved: &FindingResolution) {
        if let Some(known) = self.findings.get_mut(&resolved.finding) {
            known.resolved.get_or_insert_with(|| resolved.clone());
        }
    }

    /// All findings, oldest first.
    pub fn findings(&self) -> impl DoubleEndedIterator<Item = &KnownFinding> {
        self.findings.values()
    }

    /// A finding.
    #[must_use]
    pub fn finding(&self, id: &FindingId) -> Option<&KnownFinding> {
        self.findings.get(id)
    }

    /// Whether something was raised and is not resolved.
    #[must_use]
    pub fn has_finding(&self, kind: FindingKind, about: &str) -> bool {
        let same =
            |known: &KnownFinding| known.finding.kind == kind && known.finding.about == about;
        self.findings.values().any(|known| known.resolved.is_none() && same(known))
    }

    /// Whether something was raised that is not resolved, or was raised since.
    #[must_use]
    pub fn has_finding_since(&self, kind: FindingKind, about: &str, since: Timestamp) -> bool {
        let same =
            |known: &KnownFinding| known.finding.kind == kind && known.finding.about == about;
        let counts =
            |known: &KnownFinding| known.resolved.is_none() || known.finding.raised_at >= since;
        self.findings.values().any(|known| same(known) && counts(known))
    }

    /// Who answers for findings about a service: of the holders of the role `service-owner` one who
    /// holds it most closely.
    #[must_use]
    pub fn finding_owner(&self, service: &ServiceName) -> Option<PersonId> {
        self.finding_owner_but(service, None)
    }

    /// The same where somebody's doing is looked at, who can't answer for it themselves.
    #[must_use]
    pub fn finding_owner_but(
        &self,
        service: &ServiceName,
        subject: Option<&PersonId>,
    ) -> Option<PersonId> {
        let role = access::SERVICE_OWNER.parse().ok()?;
        let domain = self.service(service).and_then(|s| s.domain.as_ref());
        let all = self.holders(&role, |scope| scope.covers(service, domain));
        let closeness = |person: &&PersonId| {
            let held = self.scopes_of(person, &role).filter(|scope| scope.covers(service, domain));
            held.map(Scope::breadth).min()
        };
        let others = all.into_iter().filter(|person| Some(*person) != subject);
        others.min_by_key(|person| (closeness(person), *person)).cloned()
    }

    /// Everybody who owns a service.
    #[must_use]
    pub fn owners_of(&self, service: &ServiceName) -> BTreeSet<PersonId> {
        let domain = self.service(service).and_then(|s| s.domain.as_ref());
        let role = access::SERVICE_OWNER.parse();
        let held = role.map(|role| self.holders(&role, |scope| scope.covers(service, domain)));
        held.unwrap_or_default().into_iter().cloned().collect()
    }

    /// Whether a person may deal with a finding: its owner, who owns the service now, and admins.
    #[must_use]
    pub fn may_deal_with(&self, person: &PersonId, finding: &Finding) -> bool {
        let owns = access::SERVICE_OWNER.parse().is_ok_and(|role| {
            let domain = self.service(&finding.service).and_then(|s| s.domain.as_ref());
            self.scopes_of(person, &role).any(|scope| scope.covers(&finding.service, domain))
        });
        let owner = finding.owner.as_ref() == Some(person);
        let is_subject = finding.subject.as_ref() == Some(person);
        self.is_active(person)
            && !is_subject
            && (owns || owner || self.holds(person, access::ADMIN))
    }

    fn open_finding(&self, id: &FindingId, person: &PersonId) -> Result<&KnownFinding, Refusal> {
        let missing = || Refusal::NotFound { entity: "finding", id: id.to_string() };
        let known = self.findings.get(id).ok_or_else(missing)?;
        if !self.may_deal_with(person, &known.finding) {
            return Err(Refusal::NotEntitled {
                action: "deal with this finding",
                who: "its owner, the owners of its service, and admins, if it is not about them",
            });
        }
        if known.resolved.is_some() {
            return Err(Refusal::Policy {
                code: "finding_resolved".to_owned(),
                reason: "the finding is resolved already".to_owned(),
            });
        }
        Ok(known)
    }

    /// Checks that somebody may say that they deal with a finding. `false` when somebody does already.
    ///
    /// # Errors
    /// There is no such finding, it is resolved, or they may not.
    pub fn check_acknowledgement(&self, seen: &FindingAcknowledgement) -> Result<bool, Refusal> {
        let known = self.open_finding(&seen.finding, &seen.by)?;
        Ok(known.acknowledged.is_none())
    }

    /// Checks the end of a finding before it is recorded.
    ///
    /// # Errors
    /// There is no such finding, it is resolved, no reason is given, or they may not.
    pub fn check_finding_resolution(&self, resolved: &FindingResolution) -> Result<(), Refusal> {
        self.open_finding(&resolved.finding, &resolved.by)?;
        let text = resolved.reason.text();
        if text.trim().is_empty() || text.len() > REASON_MAX {
            let ask = "say what was done about it, or why nothing has to be, in 1 to 4,000 bytes";
            return Err(Refusal::field("reason", ask));
        }
        Ok(())
    }

    /// What would have been stopped, by service and environment, had every gate enforced.
    #[must_use]
    pub fn let_through(&self) -> Vec<LetThrough> {
        let mut places: BTreeMap<(&ServiceName, &EnvironmentName), LetThrough> = BTreeMap::new();
        let of_gates = self.findings.values().filter(|k| k.finding.kind == FindingKind::LetThrough);
        for known in of_gates {
            let Finding { service, environment, code, .. } = &known.finding;
            let place = places.entry((service, environment)).or_insert_with(|| LetThrough {
                service: service.clone(),
                environment: environment.clone(),
                total: 0,
                open: 0,
                reasons: BTreeMap::new(),
            });
            place.total += 1;
            place.open += u32::from(known.resolved.is_none());
            *place.reasons.entry(code.clone()).or_insert(0) += 1;
        }
        places.into_values().collect()
    }
}
