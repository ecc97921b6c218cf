//! The journal's events, folded: what policy was asked about each change, with the organisation as it
//! was then (I5), and what came of the change.
//!
//! A change that ends becomes a row of a [`Segment`]. Memory holds the organisation, the changes that are
//! not over and the segment under way; it does not grow with the length of history, but for the number
//! and requester of changes that expired, since those can be revised still.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use domain::actor::Actor;
use domain::change::{Assessment, ChangeEvent, Counted, Material, Revision};
use domain::event::{ExposureEvent, OrganisationEvent, PolicyEvent, PolicyFile};
use domain::ids::{ChangeId, ChangeNumber, EnvironmentName, GroupId, ServiceName, VoteId};
use domain::organisation::{Criticality, Directory, Service, Status};
use domain::service_history::ServiceHistory;
use jiff::Timestamp;

use super::deployments::Deployments;
use super::difference;
use super::reproduce::Reproducing;
use super::segment::{Asked, Segment};
use super::totals::Reproduced;
use crate::assess::AssessmentFacts;
use crate::assess::facts::{Circumstances, Facts};
use crate::bundle::Bundle;

/// Changes in one segment.
const SEGMENT: usize = 1 << 15;

/// The journal, folded up to some event.
#[derive(Debug, Default)]
pub struct Fold {
    directory: Directory,
    proposed: HashMap<String, Vec<PolicyFile>>,
    live: Option<Arc<Bundle>>,
    deployments: Deployments,
    /// Changes that are not over.
    open: HashMap<ChangeId, Open>,
    /// Changes that expired: a revision opens them again.
    expired: HashMap<ChangeId, (ChangeNumber, Actor)>,
    ended: Segment,
    reproducing: Option<Reproducing>,
}

/// A change that is not over.
#[derive(Debug)]
struct Open {
    number: ChangeNumber,
    requester: Actor,
    revision: Arc<Revision>,
    recorded: Option<Arc<Assessment>>,
    votes: Vec<(VoteId, Timestamp)>,
    waits: Vec<(String, u64)>,
    asked: Option<Case>,
    failed: bool,
}

/// What policy was asked, and what the organisation said then.
#[derive(Debug)]
struct Case {
    revision: Arc<Revision>,
    service: Service,
    is_active: bool,
    is_demoted: bool,
    contributors: (i64, i64),
    requester_is_machine: bool,
    roles: BTreeSet<String>,
    groups: BTreeSet<GroupId>,
    history: Option<ServiceHistory>,
    at: Timestamp,
}

impl Fold {
    /// Also makes every recorded assessment again.
    #[must_use]
    pub(super) fn reproducing(mut self) -> Self {
        self.reproducing = Some(Reproducing::default());
        self
    }

    /// What of the record came out again.
    pub(super) fn reproduced(&mut self) -> Reproduced {
        self.reproducing.as_mut().map(|again| again.found().clone()).unwrap_or_default()
    }

    /// Folds in an event of the organisation.
    pub fn organisation(&mut self, event: &OrganisationEvent) {
        self.directory.apply(event);
    }

    /// Folds in an event of policy.
    pub fn policy(&mut self, event: &PolicyEvent) {
        match event {
            PolicyEvent::BundleProposed { digest, files, .. } => {
                let files = files.get().cloned().unwrap_or_default();
                self.proposed.insert(digest.clone(), files);
            }
            PolicyEvent::BundleActivated { digest, .. } => {
                let files = self.proposed.remove(digest).unwrap_or_default();
                self.live = Bundle::load(&files).ok().map(|loaded| Arc::new(loaded.bundle));
            }
            PolicyEvent::BundleDeclined { digest, .. } => {
                self.proposed.remove(digest);
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
        self.deployments.taken(place, at, *points);
    }

    /// Folds in an event of a change.
    pub fn change(&mut self, id: &ChangeId, event: ChangeEvent, at: Timestamp) {
        match event {
            ChangeEvent::ChangeCreated { number, requester, revision, .. } => {
                self.open.insert(id.clone(), Open::new(number, requester, Arc::new(*revision)));
            }
            ChangeEvent::RevisionMade { revision, .. } => self.revised(id, *revision),
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
                    self.deployments.ended(id, Some(&of), at, outcome);
                } else {
                    self.deployments.ended(id, None, at, outcome);
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
                self.deployments.over(id);
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

    fn revised(&mut self, id: &ChangeId, revision: Revision) {
        if let Some(open) = self.open.get_mut(id) {
            open.revision = Arc::new(revision);
            open.recorded = None;
            open.votes.clear();
            open.waits.clear();
        } else if let Some((number, requester)) = self.expired.remove(id) {
            self.open.insert(id.clone(), Open::new(number, requester, Arc::new(revision)));
        }
    }

    fn ask(&mut self, id: &ChangeId, at: Timestamp, recorded: Result<Arc<Assessment>, String>) {
        let Some(open) = self.open.get(id) else { return };
        let (number, requester) = (open.number, open.requester.clone());
        let revision = Arc::clone(&open.revision);
        let history = self.history(&revision.material, &recorded, at);
        let facts = AssessmentFacts {
            revision: &revision,
            requester: &requester,
            directory: &self.directory,
            now: at,
            history: history.as_ref(),
        };
        let case = Case::of(&facts, &revision);
        if let Some(reproducing) = &mut self.reproducing {
            let asked = case.asked(number);
            reproducing.assess(self.live.as_ref(), &facts, &recorded, &asked);
        }
        if let Some(open) = self.open.get_mut(id) {
            open.recorded = recorded.ok();
            open.asked = Some(case);
        }
    }

    fn end(&mut self, id: &ChangeId) -> Option<(ChangeNumber, Actor)> {
        let open = self.open.remove(id)?;
        open.put_into(&mut self.ended);
        Some((open.number, open.requester))
    }

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

    /// Whether a whole segment of changes has ended since the last time they were taken.
    #[must_use]
    pub const fn has_segment(&self) -> bool {
        self.ended.len() >= SEGMENT
    }

    /// The changes that ended since the last time, in the order in which they did.
    pub fn take_ended(&mut self) -> Segment {
        std::mem::take(&mut self.ended)
    }

    /// The changes that are not over, the latest first.
    #[must_use]
    pub fn open(&self) -> Segment {
        let mut open: Vec<&Open> = self.open.values().collect();
        open.sort_by_key(|open| std::cmp::Reverse(open.number));
        let mut segment = Segment::default();
        for open in open {
            open.put_into(&mut segment);
        }
        segment
    }
}

impl Open {
    const fn new(number: ChangeNumber, requester: Actor, revision: Arc<Revision>) -> Self {
        Self {
            number,
            requester,
            revision,
            recorded: None,
            votes: Vec::new(),
            waits: Vec::new(),
            asked: None,
            failed: false,
        }
    }

    /// Notes how long each requirement waited for the last of its votes.
    fn approved(&mut self, counted: &[Counted]) {
        let (Some(recorded), Some(asked)) = (&self.recorded, &self.asked) else { return };
        self.waits.clear();
        for counted in counted {
            let of = recorded.requirements.iter().find(|r| r.key == counted.requirement);
            let given = counted.votes.iter().filter_map(|counted| {
                self.votes.iter().find(|(vote, _)| *vote == counted.vote).map(|(_, at)| *at)
            });
            if let (Some(of), Some(last)) = (of, given.max()) {
                let waited = last.as_millisecond().saturating_sub(asked.at.as_millisecond());
                self.waits.push((difference::roles(of), u64::try_from(waited).unwrap_or(0)));
            }
        }
    }

    /// Adds it, if policy was asked about it.
    fn put_into(&self, segment: &mut Segment) {
        if let Some(case) = &self.asked {
            let asked = case.asked(self.number);
            segment.push(&Asked { failed: self.failed, waits: &self.waits, ..asked });
        }
    }
}

impl Case {
    /// `revision` is that of the facts.
    fn of(facts: &AssessmentFacts<'_>, revision: &Arc<Revision>) -> Self {
        let (service, is_active) = service_of(facts);
        let circumstances = Circumstances::of(facts, &service, &[]);
        let roles = circumstances.requester_roles.iter().map(|role| (*role).to_owned()).collect();
        Self {
            revision: Arc::clone(revision),
            is_active,
            is_demoted: circumstances.is_demoted,
            contributors: (circumstances.contributors, circumstances.unknown_contributors),
            requester_is_machine: circumstances.requester_is_machine,
            roles,
            groups: groups_of(facts),
            history: facts.history.cloned(),
            at: facts.now,
            service: service.into_owned(),
        }
    }

    fn asked(&self, number: ChangeNumber) -> Asked<'_> {
        let circumstances = Circumstances {
            service: &self.service,
            is_demoted: self.is_demoted,
            contributors: self.contributors.0,
            unknown_contributors: self.contributors.1,
            requester_is_machine: self.requester_is_machine,
            requester_roles: self.roles.iter().map(String::as_str).collect(),
        };
        let material = &self.revision.material;
        let facts = Facts::with(material, circumstances, self.history.as_ref(), self.at);
        asked(number, material, facts, (self.is_active, &self.groups))
    }
}

/// Adds what policy is asked about a change of which nothing else is known.
pub(super) fn push(segment: &mut Segment, of: &AssessmentFacts<'_>) {
    let material = &of.revision.material;
    let (service, is_active) = service_of(of);
    let circumstances = Circumstances::of(of, &service, &[]);
    let facts = Facts::with(material, circumstances, of.history, of.now);
    segment.push(&asked(ChangeNumber(0), material, facts, (is_active, &groups_of(of))));
}

/// A change that nothing came of yet.
fn asked<'a>(
    number: ChangeNumber,
    material: &Material,
    facts: Facts<'a>,
    (is_active, groups): (bool, &'a BTreeSet<GroupId>),
) -> Asked<'a> {
    Asked {
        number,
        kind: material.kind,
        template_version: material.template.as_ref().map(|template| template.version),
        is_active,
        facts,
        groups,
        failed: false,
        waits: &[],
    }
}

/// The service of a change, and whether it is there and not retired.
fn service_of<'a>(facts: &AssessmentFacts<'a>) -> (Cow<'a, Service>, bool) {
    let name = &facts.revision.material.service;
    match facts.directory.service(name) {
        Some(service) => (Cow::Borrowed(service), service.status == Status::Active),
        None => (Cow::Owned(nothing_known(name.clone())), false),
    }
}

/// The groups that whoever asks was in.
fn groups_of(facts: &AssessmentFacts<'_>) -> BTreeSet<GroupId> {
    let person = facts.requester.person().filter(|person| facts.directory.is_active(person));
    let member = |person| facts.directory.groups().filter(move |g| g.members.contains(person));
    person.into_iter().flat_map(member).map(|group| group.id.clone()).collect()
}

/// In place of a service that is not there, which refuses a change by itself.
fn nothing_known(name: ServiceName) -> Service {
    Service {
        title: name.to_string(),
        name,
        domain: None,
        criticality: Criticality::default(),
        labels: BTreeMap::new(),
        status: Status::Inactive,
        depends_on: BTreeSet::new(),
    }
}
