//! What the journal says of changes, as far as an audit needs it: the fold of their events, small
//! enough to keep for all changes of a year.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::actor::Actor;
use crate::change::{ChangeEvent, ChangeType, Counted, DeploymentOutcome, Revision, VoteDecision};
use crate::ids::{
    BulkId, ChangeId, ChangeNumber, ChangeSetId, EnvironmentName, PersonId, ServiceName,
    TemplateName,
};

/// What a rule approves so soon after a change was assessed it approves at once.
pub const AT_ONCE: SignedDuration = SignedDuration::from_secs(60);

/// How a deployment went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// Whether it failed or was rolled back.
    pub failed: bool,
}

/// One approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Who gave it.
    pub person: PersonId,
    /// When.
    pub at: Timestamp,
    /// The step it was given in with others.
    pub bulk: Option<BulkId>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its number.
    pub number: ChangeNumber,
    /// Who asked for it.
    pub requester: Actor,
    /// The service.
    pub service: ServiceName,
    /// The environment.
    pub environment: EnvironmentName,
    /// Standard, normal or emergency.
    pub kind: ChangeType,
    /// The template of a standard change.
    pub template: Option<TemplateName>,
    /// What steers it.
    pub parameters: BTreeMap<String, String>,
    /// Points of its risk.
    pub risk_score: i64,
    /// Rules that asked for somebody.
    pub asked_by: BTreeSet<String>,
    /// When it was assessed for the last time.
    pub assessed_at: Timestamp,
    /// Rules that approved it by themselves, and when.
    pub automatic: Vec<(String, Timestamp)>,
    /// When it was approved because its template asks for nobody.
    pub exempt_at: Option<Timestamp>,
    /// Who approved it, and when.
    pub approvals: Vec<Approval>,
    /// When all that was asked for was there.
    pub approved_at: Option<Timestamp>,
    /// When somebody said no for the last time: by a vote, a hold or an objection.
    pub refused_at: Option<Timestamp>,
    /// Whether somebody objected to what rules do by themselves.
    pub objected: bool,
    /// The set it is an item of.
    pub set: Option<ChangeSetId>,
    /// Its deployments.
    pub ended: Vec<Ended>,
}

impl Record {
    fn begin(number: ChangeNumber, requester: &Actor, revision: &Revision, at: Timestamp) -> Self {
        let mut record = Self {
            number,
            requester: requester.clone(),
            service: revision.material.service.clone(),
            environment: revision.material.environment.clone(),
            kind: revision.material.kind,
            template: None,
            parameters: BTreeMap::new(),
            risk_score: 0,
            asked_by: BTreeSet::new(),
            assessed_at: at,
            automatic: Vec::new(),
            exempt_at: None,
            approvals: Vec::new(),
            approved_at: None,
            refused_at: None,
            objected: false,
            set: None,
            ended: Vec::new(),
        };
        record.revise(revision);
        record
    }

    /// Another revision is decided on anew.
    fn revise(&mut self, revision: &Revision) {
        let material = &revision.material;
        self.service = material.service.clone();
        self.environment = material.environment.clone();
        self.kind = material.kind;
        self.template = material.template.as_ref().map(|template| template.name.clone());
        self.parameters = material.parameters.clone();
        self.automatic.clear();
        self.exempt_at = None;
        self.approved_at = None;
        self.refused_at = None;
        self.objected = false;
    }

    fn apply(&mut self, event: &ChangeEvent, at: Timestamp) {
        use ChangeEvent as E;
        match event {
            E::RevisionMade { revision, .. } => self.revise(revision),
            E::ChangeAssessed(assessment) => {
                self.risk_score = assessment.risk.score;
                let asked = assessment.requirements.iter().map(|r| r.rule.id.clone());
                self.asked_by = asked.collect();
                self.assessed_at = at;
            }
            E::RequirementsAdded(assessment) => {
                let asked = assessment.requirements.iter().map(|r| r.rule.id.clone());
                self.asked_by.extend(asked);
            }
            E::VoteRecorded(vote) if vote.decision == VoteDecision::Approve => {
                let bulk = vote.bulk.as_ref().map(|bulk| bulk.id.clone());
                self.approvals.push(Approval { person: vote.person.clone(), at, bulk });
            }
            E::VoteRecorded(_) | E::HoldPlaced(_) => self.refused_at = Some(at),
            E::LazyObjected(_) => {
                self.refused_at = Some(at);
                self.objected = true;
            }
            E::AutomaticallyApproved(approval) | E::LazilyApproved(approval) => {
                let rule = &approval.by.rule.id;
                if self.automatic.iter().all(|(known, _)| known != rule) {
                    self.automatic.push((rule.clone(), at));
                }
            }
            E::ChangeApproved { counted, .. } => {
                self.approved_at = Some(at);
                let nobody = |c: &Counted| c.votes.is_empty() && c.automatic.is_none();
                if self.template.is_some() && counted.iter().all(nobody) {
                    self.exempt_at.get_or_insert(at);
                }
            }
            E::DeploymentFinished { outcome, .. } => {
                let bad = [DeploymentOutcome::Failed, DeploymentOutcome::RolledBack];
                self.ended.push(Ended { at, failed: bad.contains(outcome) });
            }
            // Whoever else did something with it, no rule decided anything by that.
            _ => {}
        }
    }

    /// When a rule approved it, if it did.
    #[must_use]
    pub fn approved_by(&self, rule: &str) -> Option<Timestamp> {
        self.automatic.iter().find(|(by, _)| by == rule).map(|(_, at)| *at)
    }

    /// Whether a rule approved it at once.
    #[must_use]
    pub fn taken_at_once(&self, rule: &str) -> bool {
        self.approved_by(rule).is_some_and(|at| at.duration_since(self.assessed_at) < AT_ONCE)
    }

    /// Whether somebody said no at that time or later, or to what rules do by themselves.
    #[must_use]
    pub fn refused_since(&self, time: Timestamp) -> bool {
        self.objected || self.refused_at.is_some_and(|at| at >= time)
    }
}

/// All changes since some time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Records {
    pub(super) all: BTreeMap<ChangeId, Record>,
}

impl Records {
    /// Folds an event in.
    pub fn apply(&mut self, id: &ChangeId, event: &ChangeEvent, at: Timestamp) {
        if let ChangeEvent::ChangeCreated { number, requester, revision, set, .. } = event {
            let set = set.as_ref().map(|set| set.id.clone());
            let record = Record { set, ..Record::begin(*number, requester, revision, at) };
            self.all.insert(id.clone(), record);
        } else if let Some(record) = self.all.get_mut(id) {
            record.apply(event, at);
        }
    }

    /// Forgets changes that nothing happened to since.
    pub fn forget_before(&mut self, time: Timestamp) {
        self.all.retain(|_, record| {
            let ended = record.ended.last().map(|ended| ended.at);
            record.assessed_at.max(ended.unwrap_or(Timestamp::MIN)) >= time
        });
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: &ChangeId) -> Option<&Record> {
        self.all.get(id)
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (&ChangeId, &Record)> {
        self.all.iter()
    }
}
