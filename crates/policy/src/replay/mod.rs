//! Replay: what another bundle would have said of every past change.
//!
//! A [`Replay`] is fed the journal's events in their order and folds them, so each change is looked at
//! with the organisation as it was when policy was asked (I5). Memory holds the organisation, the
//! changes that are not over, and sums; it does not grow with the length of history, but for the
//! number and requester of changes that expired, since those can be revised still.
//!
//! With [`Replay::reproducing`] every recorded assessment is also made again, by the code that enforces
//! it, under the bundle that was live then: what is recorded must come out again, and the columnar
//! evaluator must say the same ([`Reproduced`]).
//!
//! Must not do IO. What was refused was never recorded as a change, so history can't show what a
//! looser bundle would have let in.

mod comparison;
mod deployments;
mod difference;
mod evaluator;
mod outcome;
mod totals;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::actor::Actor;
use domain::change::{Assessment, ChangeEvent, Counted, Material, Revision};
use domain::event::{ExposureEvent, OrganisationEvent, PolicyEvent, PolicyFile};
use domain::ids::{ChangeId, ChangeNumber, EnvironmentName, ServiceName, VoteId};
use domain::organisation::Directory;
use domain::service_history::ServiceHistory;
use jiff::Timestamp;
use serde::Serialize;

pub use self::comparison::Comparison;
pub use self::difference::{Ask, Kind, Moves, moves};
pub use self::outcome::{Answer, Asks, Outcome, Risk, Terms};
pub use self::totals::{
    Counts, EXAMPLES, Example, Failed, OPEN_NAMED, Reproduced, RoleEffect, Waiting,
};

use self::deployments::Deployments;
use self::difference::Difference;
use self::evaluator::{Asked, BATCH, Evaluator, Numbered};
use self::totals::{Finished, Totals};
use crate::assess::{Assessed, AssessmentFacts};
use crate::bundle::Bundle;

/// Pairs of answers whose difference is remembered.
const MOST_PAIRS: usize = 1 << 13;
/// Changes named whose recorded assessment did not come out again.
const NOT_REPRODUCED_NAMED: usize = 20;

/// A replay under way.
#[derive(Debug)]
pub struct Replay {
    past: Past,
    compare: Compare,
    since: Option<Timestamp>,
    reproduces: bool,
    /// Changes that are not over.
    open: HashMap<ChangeId, Open>,
    /// Changes that expired: a revision opens them again.
    expired: HashMap<ChangeId, (ChangeNumber, Actor)>,
    /// Assessments not compared yet, and changes that ended since.
    asked: Vec<Asking>,
    ended: Vec<(ChangeId, Open)>,
    totals: Totals,
}

/// The organisation and policy as of the last event.
#[derive(Debug, Default)]
struct Past {
    directory: Directory,
    proposed: HashMap<String, Vec<PolicyFile>>,
    live: Option<Arc<Bundle>>,
    deployments: Deployments,
}

/// Two bundles.
#[derive(Debug)]
struct Compare {
    bundles: [Arc<Bundle>; 2],
    base: Evaluator,
    candidate: Evaluator,
    pairs: HashMap<(u64, u64, domain::change::ChangeType), Arc<Difference>>,
}

/// A change that is not over.
#[derive(Debug)]
struct Open {
    number: ChangeNumber,
    requester: Actor,
    revision: Arc<Revision>,
    recorded: Option<Arc<Assessment>>,
    asked_at: Timestamp,
    votes: Vec<(VoteId, Timestamp)>,
    waits: Vec<(String, u64)>,
    compared: Option<Compared>,
    failed: bool,
}

/// One question to policy, with what it answered then.
#[derive(Debug)]
struct Asking {
    id: ChangeId,
    number: ChangeNumber,
    requester: Actor,
    revision: Arc<Revision>,
    at: Timestamp,
    recorded: Result<Arc<Assessment>, String>,
    history: Option<ServiceHistory>,
}

#[derive(Debug)]
struct Compared {
    tier: Option<u8>,
    difference: Arc<Difference>,
    risk: Vec<Kind>,
}

/// What a replay found, up to where it came.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Digest of the bundle that is compared with.
    pub base: String,
    /// Digest of the bundle that was tried.
    pub candidate: String,
    /// All changes that policy was asked about, by how their outcome moves.
    pub counts: Counts,
    /// How often each kind of difference occurs, with the latest examples, in the order of
    /// [`Kind::ALL`].
    pub kinds: Vec<KindCount>,
    /// By service and tier under the bundle that is compared with; the tier is missing where that
    /// gives none.
    pub services: Vec<ServiceCount>,
    /// By roles.
    pub roles: BTreeMap<String, RoleEffect>,
    /// Waiting for approvals.
    pub waiting: Waiting,
    /// Changes whose deployment failed.
    pub failed: Failed,
    /// Changes that are not over.
    pub open: u64,
    /// Those of them whose outcome moves.
    pub open_moved: u64,
    /// These by name, at most [`OPEN_NAMED`].
    pub open_named: Vec<Example>,
    /// Whether what is recorded came out again.
    pub reproduced: Reproduced,
}

/// How often one kind of difference occurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindCount {
    /// The kind.
    pub kind: Kind,
    /// Changes.
    pub changes: u64,
    /// The latest of them, at most [`EXAMPLES`].
    pub examples: Vec<Example>,
}

/// The changes of one service in one tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServiceCount {
    /// The service.
    pub service: String,
    /// The tier.
    pub tier: Option<u8>,
    /// Its changes.
    #[serde(flatten)]
    pub counts: Counts,
}

impl Replay {
    /// A replay of an empty history. Changes that policy was asked about before `since` only count as
    /// the past of others.
    #[must_use]
    pub fn new(base: Arc<Bundle>, candidate: Arc<Bundle>, since: Option<Timestamp>) -> Self {
        Self {
            past: Past::default(),
            compare: Compare {
                base: Evaluator::new(Arc::clone(&base)),
                candidate: Evaluator::new(Arc::clone(&candidate)),
                bundles: [base, candidate],
                pairs: HashMap::new(),
            },
            since,
            reproduces: false,
            open: HashMap::new(),
            expired: HashMap::new(),
            asked: Vec::new(),
            ended: Vec::new(),
            totals: Totals::default(),
        }
    }

    /// Also makes every recorded assessment again. It takes a multiple of the time.
    #[must_use]
    pub const fn reproducing(mut self) -> Self {
        self.reproduces = true;
        self
    }

    /// Folds in an event of the organisation.
    pub fn organisation(&mut self, event: &OrganisationEvent) {
        // What was asked before was asked of the organisation as it was.
        self.catch_up();
        self.past.directory.apply(event);
    }

    /// Folds in an event of policy.
    pub fn policy(&mut self, event: &PolicyEvent) {
        self.catch_up();
        match event {
            PolicyEvent::BundleProposed { digest, files, .. } => {
                let files = files.get().cloned().unwrap_or_default();
                self.past.proposed.insert(digest.clone(), files);
            }
            PolicyEvent::BundleActivated { digest, .. } => {
                let files = self.past.proposed.remove(digest).unwrap_or_default();
                let known = self.compare.bundles.iter().find(|known| known.digest() == digest);
                let load = || Bundle::load(&files).ok().map(|loaded| Arc::new(loaded.bundle));
                self.past.live = known.cloned().or_else(load);
            }
            PolicyEvent::BundleDeclined { digest, .. } => {
                self.past.proposed.remove(digest);
            }
            // What waits, what nightly looks found, and what ran beside the live bundle say nothing of a change.
            PolicyEvent::BundleDelayed { .. }
            | PolicyEvent::DrillFailuresMoved { .. }
            | PolicyEvent::WeakLinksMoved { .. }
            | PolicyEvent::BoardTold(_)
            | PolicyEvent::ShadowStarted { .. }
            | PolicyEvent::ShadowStopped { .. } => {}
        }
    }

    /// Folds in what was let through to a service in an environment.
    pub fn exposure(
        &mut self,
        place: (ServiceName, EnvironmentName),
        event: &ExposureEvent,
        at: Timestamp,
    ) {
        let ExposureEvent::RiskTaken { points, .. } = event;
        self.past.deployments.taken(place, at, *points);
    }

    /// Folds in an event of a change.
    pub fn change(&mut self, id: &ChangeId, event: ChangeEvent, at: Timestamp) {
        match event {
            ChangeEvent::ChangeCreated { number, requester, revision, .. } => {
                self.open.insert(id.clone(), Open::new(number, requester, *revision, at));
            }
            ChangeEvent::RevisionMade { revision, .. } => self.revised(id, *revision, at),
            ChangeEvent::ChangeAssessed(assessment) => self.ask(id, at, Ok(assessment.into())),
            ChangeEvent::ChangeSubmitted { reason, .. } => self.ask(id, at, Err(reason)),
            ChangeEvent::VoteRecorded(vote) => {
                if let Some(open) = self.open.get_mut(id) {
                    open.votes.push((vote.id, vote.at));
                }
            }
            ChangeEvent::ChangeApproved { counted, .. } => {
                if let Some(open) = self.open.get_mut(id) {
                    open.approved(&counted);
                }
            }
            ChangeEvent::DeploymentFinished { outcome, .. } => {
                if let Some(open) = self.open.get_mut(id) {
                    open.failed |= outcome.is_failure();
                    let of = Arc::clone(&open.revision);
                    self.past.deployments.ended(id, Some(&of), at, outcome);
                } else {
                    self.past.deployments.ended(id, None, at, outcome);
                }
                self.end(id);
            }
            ChangeEvent::ChangeExpired { .. } => {
                if let Some(open) = self.end(id) {
                    self.expired.insert(id.clone(), open);
                }
            }
            ChangeEvent::ChangeRejected { .. }
            | ChangeEvent::ChangeWithdrawn { .. }
            | ChangeEvent::ChangeSuperseded { .. }
            | ChangeEvent::ChangeClosed { .. } => {
                self.past.deployments.over(id);
                self.end(id);
            }
            // What another bundle added is asked of that bundle.
            ChangeEvent::RequirementsAdded(_)
            | ChangeEvent::ApprovalLapsed { .. }
            | ChangeEvent::ApproversAsked { .. }
            | ChangeEvent::ApproversReminded { .. }
            | ChangeEvent::RequirementEscalated { .. }
            | ChangeEvent::AnswererMissing { .. }
            | ChangeEvent::AutomaticallyApproved(_)
            | ChangeEvent::LazyReview(_)
            | ChangeEvent::LazilyApproved(_)
            | ChangeEvent::LazyObjected(_)
            | ChangeEvent::PlanFlagged { .. }
            | ChangeEvent::BriefingOpened { .. }
            | ChangeEvent::BriefingAcknowledged { .. }
            | ChangeEvent::HoldPlaced(_)
            | ChangeEvent::HoldReleased { .. }
            | ChangeEvent::GrantRedeemed { .. }
            | ChangeEvent::OverrideOpened(_)
            | ChangeEvent::OverrideReviewed { .. }
            | ChangeEvent::OverrideReviewEscalated { .. }
            | ChangeEvent::FreezeExceptionAsked(_) => {}
        }
    }

    fn revised(&mut self, id: &ChangeId, revision: Revision, at: Timestamp) {
        if let Some(open) = self.open.get_mut(id) {
            open.revision = Arc::new(revision);
            open.recorded = None;
            open.votes.clear();
            open.waits.clear();
        } else if let Some((number, requester)) = self.expired.remove(id) {
            self.open.insert(id.clone(), Open::new(number, requester, revision, at));
        }
    }

    fn ask(&mut self, id: &ChangeId, at: Timestamp, recorded: Result<Arc<Assessment>, String>) {
        let Some(open) = self.open.get_mut(id) else { return };
        open.recorded = recorded.as_ref().ok().cloned();
        open.asked_at = at;
        let history = self.past.history(&open.revision.material, &recorded, at);
        self.asked.push(Asking {
            id: id.clone(),
            number: open.number,
            requester: open.requester.clone(),
            revision: Arc::clone(&open.revision),
            at,
            recorded,
            history,
        });
        if self.asked.len() >= BATCH {
            self.catch_up();
        }
    }

    fn end(&mut self, id: &ChangeId) -> Option<(ChangeNumber, Actor)> {
        let open = self.open.remove(id)?;
        let known = (open.number, open.requester.clone());
        self.ended.push((id.clone(), open));
        Some(known)
    }

    /// Compares what was asked since the last time, and counts the changes that ended.
    fn catch_up(&mut self) {
        let asked = std::mem::take(&mut self.asked);
        let mut compared = HashMap::with_capacity(asked.len());
        let directory = &self.past.directory;
        if !asked.is_empty() {
            for (asking, (base, found)) in asked.iter().zip(self.compare.all(&asked, directory)) {
                if self.reproduces {
                    let [compared, _] = &self.compare.bundles;
                    let live = self.past.live.as_ref();
                    let base = live.filter(|live| live.digest() == compared.digest()).map(|_| base);
                    self.past.reproduce(asking, base.as_ref(), &mut self.totals.reproduced);
                }
                compared.insert(asking.id.clone(), found);
            }
        }
        for (id, mut open) in std::mem::take(&mut self.ended) {
            if let Some(found) = compared.remove(&id) {
                open.compared = Some(found);
            }
            open.count(&mut self.totals, self.since, false);
        }
        for (id, found) in compared {
            if let Some(open) = self.open.get_mut(&id) {
                open.compared = Some(found);
            }
        }
    }

    /// What was found up to here. More events may follow.
    #[must_use]
    pub fn report(&mut self) -> Report {
        self.catch_up();
        let mut totals = self.totals.clone();
        let mut open: Vec<&Open> = self.open.values().collect();
        open.sort_by_key(|open| std::cmp::Reverse(open.number));
        for open in open {
            open.count(&mut totals, self.since, true);
        }
        let waiting = totals.waiting();
        let plain = |examples: Vec<Arc<Example>>| -> Vec<Example> {
            examples.into_iter().map(Arc::unwrap_or_clone).collect()
        };
        let [base, candidate] = &self.compare.bundles;
        let mut services = Vec::new();
        for (service, tiers) in &totals.services {
            services.extend(tiers.iter().map(|(tier, counts)| ServiceCount {
                service: service.to_string(),
                tier: *tier,
                counts: *counts,
            }));
        }
        let kinds = totals.kinds.into_iter().map(|(kind, (changes, examples))| KindCount {
            kind,
            changes,
            examples: plain(examples.into_iter().rev().collect()),
        });
        Report {
            base: base.digest().to_owned(),
            candidate: candidate.digest().to_owned(),
            counts: totals.counts,
            kinds: kinds.collect(),
            services,
            roles: totals.roles,
            waiting,
            failed: totals.failed,
            open: totals.open,
            open_moved: totals.open_moved,
            open_named: plain(totals.open_named),
            reproduced: totals.reproduced,
        }
    }
}

impl Open {
    fn new(number: ChangeNumber, requester: Actor, revision: Revision, at: Timestamp) -> Self {
        Self {
            number,
            requester,
            revision: Arc::new(revision),
            recorded: None,
            asked_at: at,
            votes: Vec::new(),
            waits: Vec::new(),
            compared: None,
            failed: false,
        }
    }

    /// Notes how long each requirement waited for the last of its votes.
    fn approved(&mut self, counted: &[Counted]) {
        let Some(recorded) = &self.recorded else { return };
        self.waits.clear();
        for counted in counted {
            let of = recorded.requirements.iter().find(|r| r.key == counted.requirement);
            let given = counted.votes.iter().filter_map(|counted| {
                self.votes.iter().find(|(vote, _)| *vote == counted.vote).map(|(_, at)| *at)
            });
            if let (Some(of), Some(last)) = (of, given.max()) {
                let waited = last.as_millisecond().saturating_sub(self.asked_at.as_millisecond());
                self.waits.push((difference::roles(of), u64::try_from(waited).unwrap_or(0)));
            }
        }
    }

    /// Counts it, if policy was asked about it in the time that is looked at.
    fn count(&self, totals: &mut Totals, since: Option<Timestamp>, is_open: bool) {
        let Some(compared) = &self.compared else { return };
        if since.is_some_and(|since| self.asked_at < since) {
            return;
        }
        totals.add(&Finished {
            number: self.number,
            service: &self.revision.material.service,
            tier: compared.tier,
            at: self.asked_at,
            difference: &compared.difference,
            risk: &compared.risk,
            failed: self.failed,
            waits: &self.waits,
            is_open,
        });
    }
}

impl Asking {
    fn facts<'a>(&'a self, directory: &'a Directory) -> AssessmentFacts<'a> {
        AssessmentFacts {
            revision: &self.revision,
            requester: &self.requester,
            directory,
            now: self.at,
            history: self.history.as_ref(),
        }
    }
}

impl Past {
    /// The past of the service when policy was asked: as recorded with the answer where policy read it,
    /// else what the journal came to up to there.
    fn history(
        &self,
        of: &Material,
        recorded: &Result<Arc<Assessment>, String>,
        at: Timestamp,
    ) -> Option<ServiceHistory> {
        let read = self.live.as_ref().is_some_and(|live| live.reads_history());
        let exposure_read = self.live.as_ref().is_some_and(|live| live.reads_exposure());
        match recorded {
            Ok(recorded) if exposure_read => recorded.history.clone(),
            Ok(recorded) if read => recorded.history.clone().map(|history| ServiceHistory {
                exposure: self.deployments.exposure(of, at),
                ..history
            }),
            _ => self.deployments.history(of, at),
        }
    }

    /// Makes a recorded assessment again, by the code that enforces it. `columnar` is what the columnar
    /// evaluator says under the same bundle.
    fn reproduce(&self, asking: &Asking, columnar: Option<&Outcome>, reproduced: &mut Reproduced) {
        let again = self.live.as_ref().map(|live| live.assess(&asking.facts(&self.directory)));
        let same = match (&again, &asking.recorded) {
            (Some(Assessed::Assessed { assessment, .. }), Ok(recorded)) => {
                assessment.as_ref() == recorded.as_ref()
            }
            (Some(Assessed::Undecided { code, .. }), Err(recorded)) => code == recorded,
            _ => false,
        };
        let agrees = columnar.is_none_or(|outcome| {
            again.as_ref().is_some_and(|again| Outcome::from(again) == *outcome)
        });
        if same && agrees {
            reproduced.identical += 1;
        } else {
            reproduced.different += 1;
            if reproduced.examples.len() < NOT_REPRODUCED_NAMED {
                reproduced.examples.push(asking.number);
            }
        }
    }
}

impl Compare {
    /// What the base says of each, and how the candidate differs.
    fn all(&mut self, asked: &[Asking], directory: &Directory) -> Vec<(Outcome, Compared)> {
        let [base, candidate] = &self.bundles;
        let of_base = Asked::all(asked, directory, base.mapping());
        let other = base.mapping() != candidate.mapping();
        let of_candidate = other.then(|| Asked::all(asked, directory, candidate.mapping()));
        let base = self.base.evaluate(&of_base);
        let candidate = self.candidate.evaluate(of_candidate.as_ref().unwrap_or(&of_base));
        let both = asked.iter().zip(base.iter().zip(&candidate));
        both.map(|(asking, (base, candidate))| {
            let compared = Compared {
                tier: match base.outcome.answer.as_ref() {
                    Answer::Asks(asks) => Some(asks.tier),
                    Answer::Undecided { .. } | Answer::Refused { .. } => None,
                },
                difference: self.difference(base, candidate, asking.revision.material.kind),
                risk: difference::risk(&base.outcome, &candidate.outcome).collect(),
            };
            (base.outcome.clone(), compared)
        })
        .collect()
    }

    fn difference(
        &mut self,
        base: &Numbered,
        candidate: &Numbered,
        change: domain::change::ChangeType,
    ) -> Arc<Difference> {
        let between = || {
            let (base, candidate) = (&base.outcome.answer, &candidate.outcome.answer);
            Arc::new(Difference::between(base, candidate, change))
        };
        let Some((base, candidate)) = base.number.zip(candidate.number) else {
            return between();
        };
        if self.pairs.len() >= MOST_PAIRS {
            self.pairs.clear();
        }
        Arc::clone(self.pairs.entry((base, candidate, change)).or_insert_with(between))
    }
}

/// The outcome of each change under a bundle, by the columnar evaluator. [`Bundle::assess`] says the
/// same of each, and why.
#[must_use]
pub fn outcomes(bundle: &Arc<Bundle>, changes: &[AssessmentFacts<'_>]) -> Vec<Outcome> {
    let mut evaluator = Evaluator::new(Arc::clone(bundle));
    let mut all = Vec::with_capacity(changes.len());
    for batch in changes.chunks(BATCH) {
        let facts: Vec<Asked<'_>> =
            batch.iter().map(|facts| Asked::of(facts, bundle.mapping())).collect();
        all.extend(evaluator.evaluate(&facts).into_iter().map(|numbered| numbered.outcome));
    }
    all
}
