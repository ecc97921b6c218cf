//! What decisions are made from: the organisation and policy as last read, and one change with all
//! that policy says of it now.
//!
//! Everything here is kept in memory and may be behind another node. That is safe because every
//! append names the versions it was decided on, and a conflict loads again ([`crate::journal`]).

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use domain::actor::Actor;
use domain::change::{Assessment, Change, DeploymentOutcome, Digest, Evidence, Revision, State};
use domain::decision::{Decision, Witnessed, decide};
use domain::event::{Envelope, OrganisationEvent, PolicyEvent};
use domain::explanation::{Explanation, Outcome};
use domain::gate::{WITNESSED_TIER, WitnessLag};
use domain::ids::ChangeId;
use domain::organisation::Directory;
use domain::refusal::Refusal;
use domain::service_history::ServiceHistory;
use jiff::Timestamp;
use policy::{Assessed, AssessmentFacts};
use store::{Guard, StoredChange, Stream};

use crate::pasts::{Past, Pasts, place};
use crate::{App, AppError, PolicyState, precedents};

const FOLD_PAGE: usize = 1000;
pub(crate) const PRECEDENTS: usize = 5;

/// The organisation and policy, each with the version it was folded to.
#[derive(Debug, Clone, Default)]
pub struct Live {
    /// People, roles, services.
    pub directory: Directory,
    /// Entries of the stream `organisation` in `directory`.
    pub organisation_version: u64,
    /// The live bundle and the proposals.
    pub policy: PolicyState,
    /// Entries of the stream `policy` in `policy`.
    pub policy_version: u64,
}

impl Live {
    /// Lets groups hold what the bundle that is live now gives them; after policy was folded.
    pub(crate) fn map_groups(&mut self) {
        let mapping = self.policy.live().map(policy::Bundle::mapping).unwrap_or_default();
        self.directory.set_mapping(mapping);
    }

    /// Digest of the live bundle, or `none`.
    pub(crate) fn policy_digest(&self) -> String {
        self.policy.live().map_or_else(|| "none".to_owned(), |b| b.digest().to_owned())
    }

    /// What the live bundle says of a revision.
    ///
    /// # Errors
    /// No bundle is live (D01).
    pub fn assess(
        &self,
        revision: &Revision,
        requester: &Actor,
        history: policy::History<'_>,
        now: Timestamp,
    ) -> Result<Assessed, AppError> {
        let bundle = self.policy.live().ok_or(AppError::NoPolicy)?;
        let facts =
            AssessmentFacts { revision, requester, directory: &self.directory, now, history };
        Ok(bundle.assess(&facts))
    }
}

/// One change with what policy says of it now.
#[derive(Debug, Clone)]
pub struct ChangeFacts {
    /// The change.
    pub change: Arc<Change>,
    /// Entries of its stream in `change`.
    pub version: u64,
    /// The organisation and policy.
    pub live: Arc<Live>,
    /// What policy and the votes say.
    pub evaluation: Arc<Evaluation>,
    /// When all this was asked.
    pub now: Timestamp,
    /// The other items of its change set, as stored when this was asked. They have no others.
    pub others: Vec<Self>,
    /// How far the witnesses of the log are behind, where the gate asks for that.
    pub witnesses: Option<WitnessLag>,
    /// That nothing was let through here since, where policy reads how much was.
    pub exposure: Option<Guard>,
}

/// What policy says of a change, and how its votes stand. A pure function of the change, the
/// organisation, policy, recorded deployments and the time.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// What the live bundle says; `None` when no bundle is live.
    pub assessed: Option<Arc<Assessed>>,
    /// Evidence from recorded deployments.
    pub deployments: Vec<Evidence>,
    /// The past of the service here, if the live bundle reads it.
    pub history: Option<ServiceHistory>,
    /// How the approvals stand under the bundle the change was submitted under, under those that added
    /// to it since, and under the live one. All must agree (stricter at once, weaker only for later
    /// revisions).
    pub decisions: Vec<Decision>,
    /// The digest that the material of the current revision has now, once it was asked for.
    found_digest: OnceLock<Option<Digest>>,
    /// Whether time alone can't move it.
    steady: bool,
}

impl Evaluation {
    fn new(
        change: &Change,
        (assessed, history): (Option<Arc<Assessed>>, Option<ServiceHistory>),
        deployments: Vec<Evidence>,
        live: &Live,
        now: Timestamp,
    ) -> Self {
        let timeless = live.policy.live().is_some_and(policy::Bundle::is_timeless);
        let live_says = assessed.as_deref().and_then(Assessed::assessment);
        // Evidence goes stale, and accepted risks end.
        let rests_on_evidence = |a: &Assessment| {
            !a.evidence.is_empty() || a.automatic.iter().any(|rule| !rule.evidence.is_empty())
        };
        let lasts = |a: &Assessment| !rests_on_evidence(a) && !domain::decision::is_acceptable(a);
        let steady = timeless && change.assessments().chain(live_says).all(lasts);
        let (decisions, found_digest) = (Vec::new(), OnceLock::new());
        let mut evaluation =
            Self { assessed, deployments, history, decisions, found_digest, steady };
        evaluation.decisions = evaluation.decide(change, &live.directory, now);
        evaluation
    }

    fn decide(&self, change: &Change, directory: &Directory, now: Timestamp) -> Vec<Decision> {
        let witnessed = Witnessed { deployments: &self.deployments, now };
        let under = |a: &Assessment| decide(change, a, directory, witnessed);
        let mut decisions: Vec<Decision> = change.assessments().map(under).collect();
        match self.assessed.as_deref() {
            Some(Assessed::Assessed { assessment, .. }) => {
                let same = |p: &Assessment| {
                    p.requirements == assessment.requirements
                        && p.evidence == assessment.evidence
                        && same_automation(p, assessment)
                        && p.alignment.is_empty() == assessment.alignment.is_empty()
                        && p.exempt == assessment.exempt
                        && p.known_contributors == assessment.known_contributors
                        && p.step_up == assessment.step_up
                };
                if !change.assessments().any(same) {
                    decisions.push(under(assessment));
                }
            }
            Some(
                Assessed::Undecided { explanation, .. } | Assessed::Refused { explanation, .. },
            ) => {
                decisions.push(blocked(explanation.clone()));
            }
            None => decisions.push(blocked(Explanation::new(
                Outcome::Unknown,
                "no_policy",
                "no policy bundle is live",
            ))),
        }
        decisions
    }
}

/// Whether the same rules answer the same requirements; the values they saw may differ.
fn same_automation(one: &Assessment, other: &Assessment) -> bool {
    let rules = |a: &Assessment| -> Vec<_> {
        let key = |r: &domain::change::AutomaticRule| {
            (r.rule.id.clone(), r.answers.clone(), r.evidence.clone(), r.review.clone())
        };
        a.automatic.iter().map(key).collect()
    };
    rules(one) == rules(other)
}

impl ChangeFacts {
    /// The facts about a change, as stored at a version, with no other items of its set.
    pub(crate) fn of(
        (change, version): (Arc<Change>, u64),
        live: Arc<Live>,
        said: (Option<Arc<Assessed>>, Option<ServiceHistory>),
        deployments: Vec<Evidence>,
        now: Timestamp,
    ) -> Self {
        let evaluation = Arc::new(Evaluation::new(&change, said, deployments, &live, now));
        Self::evaluated((change, version), live, evaluation, now)
    }

    fn evaluated(
        (change, version): (Arc<Change>, u64),
        live: Arc<Live>,
        evaluation: Arc<Evaluation>,
        now: Timestamp,
    ) -> Self {
        let (others, witnesses, exposure) = (Vec::new(), None, None);
        Self { change, version, live, evaluation, now, others, witnesses, exposure }
    }

    /// The assessment in force: the one of the live bundle if it can say, else the recorded one.
    #[must_use]
    pub fn assessment(&self) -> Option<&Assessment> {
        let live = self.evaluation.assessed.as_deref().and_then(Assessed::assessment);
        live.or(self.change.assessment.as_ref())
    }

    /// The decisions about this change as it will be after events that were decided just now.
    #[must_use]
    pub fn decisions_after(&self, change: &Change) -> Vec<Decision> {
        self.evaluation.decide(change, &self.live.directory, self.now)
    }

    /// The digest that the material of the current revision has now, computed once.
    #[must_use]
    pub fn found_digest(&self) -> Option<&Digest> {
        let compute = || self.change.revision().found_digest();
        self.evaluation.found_digest.get_or_init(compute).as_ref()
    }

    /// The same facts about the change as it is after events decided just now.
    pub(crate) fn after(&self, change: &Arc<Change>) -> Self {
        let decisions = self.decisions_after(change);
        let evaluation = Evaluation { decisions, ..(*self.evaluation).clone() };
        Self { change: change.clone(), evaluation: Arc::new(evaluation), ..self.clone() }
    }

    /// The digest of the live bundle, or a word that is none.
    #[must_use]
    pub fn policy_digest(&self) -> String {
        self.live.policy_digest()
    }
}

/// A decision that can't be a yes, for what policy could not say.
fn blocked(mut explanation: Explanation) -> Decision {
    if matches!(explanation.outcome, Outcome::Satisfied | Outcome::Info | Outcome::NotApplicable) {
        explanation.outcome = Outcome::Unknown;
    }
    Decision { approved: false, explanation, counted: Vec::new(), unmet: Vec::new() }
}

impl App {
    /// Folds in what the journal has beyond what is in memory.
    ///
    /// # Errors
    /// The journal can't be read.
    pub async fn refresh(&self) -> Result<(), AppError> {
        let before = self.live();
        // Copied once there is something to fold in, which is rare.
        let mut live = before.clone();
        loop {
            let from = live.organisation_version;
            let page = self.store.stream(&Stream::organisation(), from, FOLD_PAGE).await?;
            for entry in &page {
                let read: Envelope<OrganisationEvent> = crate::journal::open(entry)?;
                let live = Arc::make_mut(&mut live);
                live.directory.apply(&read.event);
                live.organisation_version = entry.version + 1;
            }
            if page.len() < FOLD_PAGE {
                break;
            }
        }
        loop {
            let from = live.policy_version;
            let page = self.store.stream(&Stream::policy(), from, FOLD_PAGE).await?;
            for entry in &page {
                let read: Envelope<PolicyEvent> = crate::journal::open(entry)?;
                let live = Arc::make_mut(&mut live);
                live.policy.fold(&read, entry.index)?;
                live.policy_version = entry.version + 1;
            }
            if page.len() < FOLD_PAGE {
                break;
            }
        }
        if Arc::ptr_eq(&before, &live) {
            return Ok(());
        }
        let read = Arc::make_mut(&mut live);
        read.policy.read_live()?;
        read.map_groups();
        let mut current = self.live.write();
        let newer = live.organisation_version >= current.organisation_version
            && live.policy_version >= current.policy_version;
        if newer {
            *current = live;
        }
        Ok(())
    }

    /// A change as stored now.
    ///
    /// # Errors
    /// There is none, or it can't be read.
    pub async fn load_change(&self, id: &ChangeId) -> Result<(Arc<Change>, u64), AppError> {
        let Some(stored) = self.store.change(id).await? else {
            return Err(Refusal::NotFound { entity: "change", id: id.to_string() }.into());
        };
        self.read_snapshot(&stored)
    }

    fn read_snapshot(&self, stored: &StoredChange) -> Result<(Arc<Change>, u64), AppError> {
        let mut change: Change = serde_json::from_slice(&stored.snapshot)
            .map_err(|e| AppError::damaged(format_args!("snapshot of {}: {e}", stored.id)))?;
        change.verify_signatures();
        let change = Arc::new(change);
        self.changes.put(change.clone(), stored.version);
        Ok((change, stored.version))
    }

    /// Those of these changes that exist, as stored now and in the order asked. Two questions to the
    /// store however many they are; what memory has in that version is not read again.
    pub(crate) async fn load_changes(
        &self,
        ids: &[ChangeId],
    ) -> Result<Vec<(Arc<Change>, u64)>, AppError> {
        let streams: Vec<Stream> = ids.iter().map(Stream::change).collect();
        let versions = self.store.versions(&streams).await?;
        let mut found = HashMap::new();
        let mut unknown = Vec::new();
        for (id, version) in ids.iter().zip(versions) {
            match self.changes.get(id) {
                Some((change, known)) if known == version => _ = found.insert(id, (change, known)),
                _ => unknown.push(id.clone()),
            }
        }
        let read = match unknown.as_slice() {
            [] => Vec::new(),
            unknown => self.store.snapshots(unknown).await?,
        };
        for stored in &read {
            found.insert(&stored.id, self.read_snapshot(stored)?);
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// A change from memory if it is there. May be behind; see the module's words.
    pub(crate) async fn recent_change(
        &self,
        id: &ChangeId,
    ) -> Result<(Arc<Change>, u64), AppError> {
        match self.changes.get(id) {
            Some(found) => Ok(found),
            None => self.load_change(id).await,
        }
    }

    /// Everything a decision about a change needs, as it is stored at `version`.
    ///
    /// # Errors
    /// It can't be read.
    pub async fn facts(&self, change: Arc<Change>, version: u64) -> Result<ChangeFacts, AppError> {
        let facts = self.own_facts(change, version).await?;
        self.with_surroundings(facts).await
    }

    /// Everything a decision needs about one of several changes that are shown together, whose pasts were
    /// read by [`App::read_pasts`].
    pub(crate) async fn facts_among(
        &self,
        change: Arc<Change>,
        version: u64,
        pasts: &Pasts,
    ) -> Result<ChangeFacts, AppError> {
        let known = (self.live(), self.ports.now());
        let facts = self.own_facts_among(change, version, pasts, known).await?;
        self.with_surroundings(facts).await
    }

    /// The same without what lies outside the change, all by one organisation and policy, at one time.
    pub(crate) async fn own_facts_among(
        &self,
        change: Arc<Change>,
        version: u64,
        pasts: &Pasts,
        (live, now): (Arc<Live>, Timestamp),
    ) -> Result<ChangeFacts, AppError> {
        match pasts.get(&place(&change).0).cloned() {
            None => self.own_facts(change, version).await,
            Some(past) => self.own_facts_with(change, version, (live, past), now).await,
        }
    }

    /// Adds what lies outside the change: the other items of its set, and the witnesses of the log.
    async fn with_surroundings(&self, mut facts: ChangeFacts) -> Result<ChangeFacts, AppError> {
        facts.others = self.other_items(&facts.change).await?;
        let environment = facts.change.revision().material.environment.as_str();
        let live = facts.live.policy.live().and_then(|bundle| bundle.tier_of(environment));
        // What is on the record counts as well: another bundle makes nothing laxer for it.
        let tiers = facts.change.assessments().map(|a| a.tier).chain(live.map(|tier| tier.number));
        if tiers.max().is_some_and(|tier| tier >= WITNESSED_TIER) {
            facts.witnesses = self.witness_status().await?.map(|status| status.lag());
        }
        Ok(facts)
    }

    /// The same without the other items of its set.
    pub(crate) async fn own_facts(
        &self,
        change: Arc<Change>,
        version: u64,
    ) -> Result<ChangeFacts, AppError> {
        let (known, now) = self.known_now(&change).await?;
        self.own_facts_with(change, version, known, now).await
    }

    /// What a decision about a change is made from besides itself.
    async fn known_now(&self, change: &Change) -> Result<((Arc<Live>, Past), Timestamp), AppError> {
        let (live, now) = (self.live(), self.ports.now());
        let past = self.past(&change.revision().material, live.policy.live(), now).await?;
        Ok(((live, past), now))
    }

    async fn own_facts_with(
        &self,
        change: Arc<Change>,
        version: u64,
        (live, past): (Arc<Live>, Past),
        now: Timestamp,
    ) -> Result<ChangeFacts, AppError> {
        let known = self.changes.evaluation(&change.id, version, &live, now);
        if let Some(evaluation) = known.filter(|known| known.history == past.history) {
            let facts = ChangeFacts::evaluated((change, version), live, evaluation, now);
            return Ok(ChangeFacts { exposure: past.guard, ..facts });
        }
        let facts = self.facts_with(change, version, (live, past), now).await?;
        if facts.evaluation.steady {
            self.changes.keep(&facts);
        }
        Ok(facts)
    }

    /// Everything a decision needs about a change as it would be: drafted or revised on top of
    /// `version`, and not stored. How its votes stand is neither taken from memory nor kept there, since
    /// memory goes by versions and would mistake it for what is stored.
    pub(crate) async fn facts_of_plan(
        &self,
        change: Arc<Change>,
        version: u64,
    ) -> Result<ChangeFacts, AppError> {
        let (known, now) = self.known_now(&change).await?;
        self.facts_with(change, version, known, now).await
    }

    async fn facts_with(
        &self,
        change: Arc<Change>,
        version: u64,
        (live, past): (Arc<Live>, Past),
        now: Timestamp,
    ) -> Result<ChangeFacts, AppError> {
        let Past { history, guard } = past;
        let assessed = self.assessed(&change, &live, history.as_ref(), now)?;
        let deployments = self.witness(&change, assessed.as_deref()).await?;
        let facts = ChangeFacts::of((change, version), live, (assessed, history), deployments, now);
        Ok(ChangeFacts { exposure: guard, ..facts })
    }

    /// What the live bundle says of the current revision, said once while nothing it reads moves;
    /// `None` when no bundle is live.
    fn assessed(
        &self,
        change: &Change,
        live: &Live,
        history: policy::History<'_>,
        now: Timestamp,
    ) -> Result<Option<Arc<Assessed>>, AppError> {
        let revision = change.revision();
        if let Some(known) = self.assessments.get(revision, live, history, now) {
            return Ok(Some(known));
        }
        let assessed = match live.assess(revision, &change.requester, history, now) {
            Ok(assessed) => Arc::new(assessed),
            Err(AppError::NoPolicy) => return Ok(None),
            Err(other) => return Err(other),
        };
        if live.policy.live().is_some_and(policy::Bundle::is_timeless) {
            self.assessments.keep(revision, live, (history, now), &assessed);
        }
        Ok(Some(assessed))
    }

    /// Evidence of kind `deployment:ENVIRONMENT`, from outcomes in our own journal (M2.4), and of what
    /// people approved before.
    async fn witness(
        &self,
        change: &Change,
        assessed: Option<&Assessed>,
    ) -> Result<Vec<Evidence>, AppError> {
        let mut found = Vec::new();
        let material = &change.revision().material;
        for environment in witnessed_in(change, assessed) {
            for digest in material.digests() {
                let service = material.service.as_str();
                let ids = self
                    .store
                    .changes_for_artifact(service, environment, digest.as_str(), PRECEDENTS)
                    .await?;
                for id in ids {
                    let (precedent, _) = self.load_change(&id).await?;
                    found.extend(witnessed(&precedent, environment, digest));
                }
            }
        }
        if precedents::wanted(change, assessed) {
            found.extend(self.approved_before(change).await?);
        }
        Ok(found)
    }
}

/// Environments whose deployments are asked for as evidence, by what is recorded or by what a bundle says.
pub(crate) fn witnessed_in<'a>(
    change: &'a Change,
    assessed: Option<&'a Assessed>,
) -> BTreeSet<&'a str> {
    let all = change.assessments().chain(assessed.and_then(Assessed::assessment));
    all.flat_map(|a| a.evidence.iter().chain(a.automatic.iter().flat_map(|r| &r.evidence)))
        .filter_map(|r| r.kind.strip_prefix("deployment:"))
        .collect()
}

/// What the record of an earlier change witnesses about an artifact, if its deployment ended well.
pub(crate) fn witnessed(
    precedent: &Change,
    environment: &str,
    digest: &Digest,
) -> Option<Evidence> {
    succeeded(precedent).map(|at| Evidence {
        kind: format!("deployment:{environment}"),
        issuer: "countersign".to_owned(),
        subject: digest.clone(),
        issued_at: at,
        passed: true,
        digest: None,
        url: None,
    })
}

/// When the deployment of a change ended well, if it did.
fn succeeded(change: &Change) -> Option<Timestamp> {
    let good = |outcome| matches!(outcome, DeploymentOutcome::Successful);
    match &change.state {
        State::Completed { outcome, at, .. } if good(*outcome) => Some(*at),
        State::Closed { .. } => {
            let last = change.deployments.last()?;
            last.outcome.filter(|o| good(*o)).and(last.ended_at)
        }
        _ => None,
    }
}
