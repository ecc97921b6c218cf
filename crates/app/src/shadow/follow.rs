//! Following a shadow through the journal: the organisation, policy and changes as of each entry, and
//! what the shadow says of every assessment and verdict recorded since it started.

use std::collections::HashMap;
use std::sync::Arc;

use domain::change::{Assessment, Change, ChangeEvent, State};
use domain::event::{Envelope, GateEvent, OrganisationEvent, PolicyEvent};
use domain::ids::ChangeId;
use jiff::Timestamp;
use policy::replay::Comparison;
use policy::shadow::{Said, Subject, Tally};
use policy::{Assessed, Bundle};
use store::{Entry, Stream};

use super::state::ends;
use super::{Shadow, ShadowReport};
use crate::journal::open;
use crate::{App, AppError, Live};

/// Why something is not compared where conditions read the past of a service: it stands in assessments
/// of bundles that read it, and in no verdict.
const NO_HISTORY: &str = "it rests on the history of the service, which is not recorded with it";
/// Entries read at once.
const PAGE: usize = 500;

/// A shadow between two calls.
pub(crate) struct Follower {
    nth: usize,
    digest: String,
    pub(super) candidate: Arc<Bundle>,
    /// The organisation and policy as of the next entry.
    pub(super) base: Arc<Live>,
    /// The same with the shadow's bundle live.
    pub(super) tried: Arc<Live>,
    pub(super) changes: HashMap<ChangeId, Followed>,
    started: u64,
    next: u64,
    has_ended: bool,
    tally: Tally,
}

/// A change as of the next entry.
pub(super) struct Followed {
    pub(super) change: Change,
    pub(super) version: u64,
    /// What the shadow said when the revision was handed in, if that was since it started.
    pub(super) supposed: Option<Supposed>,
}

/// What the shadow said of a revision.
pub(super) struct Supposed {
    /// When the revision was handed in.
    pub(super) at: Timestamp,
    /// What it asked for; `None` where it could not say, or refused.
    pub(super) assessment: Option<Assessment>,
}

impl Follower {
    /// Goes to where the `nth` shadow started.
    pub(super) async fn begin(app: &App, nth: usize) -> Result<Self, AppError> {
        let mut base = Live::default();
        let (started, digest) = policy_until(app, &mut base, nth).await?;
        organisation_until(app, &mut base, started).await?;
        let candidate = Arc::new(base.policy.proposed_bundle(&digest)?);
        base.map_groups();
        let mut tried = Live { policy: base.policy.trying(&candidate), ..base.clone() };
        tried.map_groups();
        let next = started + 1;
        Ok(Self {
            nth,
            digest,
            candidate,
            base: Arc::new(base),
            tried: Arc::new(tried),
            changes: HashMap::new(),
            started,
            next,
            has_ended: false,
            tally: Tally::default(),
        })
    }

    pub(super) const fn nth(&self) -> usize {
        self.nth
    }

    /// Follows it through so many entries at most, up to `size`.
    pub(super) async fn advance(
        &mut self,
        app: &App,
        size: u64,
        slice: u64,
    ) -> Result<(), AppError> {
        let last = size.min(self.next.saturating_add(slice));
        while self.next < last && !self.has_ended {
            let left = usize::try_from(last - self.next).unwrap_or(PAGE);
            let page = app.store.entries(self.next, PAGE.min(left)).await?;
            if page.is_empty() {
                break;
            }
            for entry in &page {
                if self.has_ended {
                    break;
                }
                self.entry(app, entry).await?;
            }
        }
        Ok(())
    }

    /// What was found up to here.
    pub(super) fn report(&self, shadow: Shadow, size: u64) -> Result<ShadowReport, AppError> {
        let of = if self.has_ended { self.next } else { size.max(self.next) };
        let base = self.base.policy.live_bundle().ok_or(AppError::NoPolicy)?;
        Ok(ShadowReport {
            shadow,
            candidate: Arc::clone(&self.candidate),
            base: Arc::clone(&base.bundle),
            entries: self.next - self.started - 1,
            of: of - self.started - 1,
            tally: self.tally.clone(),
        })
    }

    /// What can't be compared is named in the report, and the rest goes on.
    async fn entry(&mut self, app: &App, entry: &Entry) -> Result<(), AppError> {
        match self.fold(app, entry).await {
            Ok(()) => {}
            Err(AppError::Store(unreadable)) => return Err(unreadable.into()),
            Err(other) => self.tally.failed(entry.index, other.to_string()),
        }
        self.next = entry.index + 1;
        Ok(())
    }

    async fn fold(&mut self, app: &App, entry: &Entry) -> Result<(), AppError> {
        let stream = entry.stream.as_str();
        if stream == "organisation" {
            let event = open::<OrganisationEvent>(entry)?.event;
            for live in [&mut self.base, &mut self.tried].map(Arc::make_mut) {
                live.directory.apply(&event);
                live.organisation_version = entry.version + 1;
            }
        } else if stream == "policy" {
            self.policy(entry)?;
        } else if let Some(id) = stream.strip_prefix("change/") {
            let id: ChangeId = id.parse().map_err(AppError::damaged)?;
            self.change(app, &id, entry).await?;
        } else if stream.starts_with("gate/") {
            self.gate(app, entry).await?;
        }
        Ok(())
    }

    fn policy(&mut self, entry: &Entry) -> Result<(), AppError> {
        let event: Envelope<PolicyEvent> = open(entry)?;
        let version = entry.version + 1;
        if ends(&event.event).is_some_and(|(digest, _)| digest == self.digest) {
            self.has_ended = true;
            return Ok(());
        }
        let base = Arc::make_mut(&mut self.base);
        base.policy.apply(&event, entry.index)?;
        base.policy_version = version;
        base.map_groups();
        let tried = Arc::make_mut(&mut self.tried);
        tried.policy = base.policy.trying(&self.candidate);
        tried.policy_version = version;
        tried.map_groups();
        Ok(())
    }

    async fn change(&mut self, app: &App, id: &ChangeId, entry: &Entry) -> Result<(), AppError> {
        let Envelope { event, time, .. } = open::<ChangeEvent>(entry)?;
        if matches!(event, ChangeEvent::ChangeCreated { .. }) {
            let change = Change::begin(&event, time)?;
            let followed = Followed { change, version: entry.version + 1, supposed: None };
            self.changes.insert(id.clone(), followed);
            return Ok(());
        }
        self.find(app, id, entry.index).await?;
        match &event {
            ChangeEvent::ChangeAssessed(recorded) => {
                self.assessed(id, Ok(recorded), (time, entry.index))?;
            }
            ChangeEvent::ChangeSubmitted { reason, .. } => {
                self.assessed(id, Err(reason), (time, entry.index))?;
            }
            // Whatever else happens to it moves it, and asks policy nothing.
            _ => {}
        }
        if let Some(followed) = self.changes.get_mut(id) {
            followed.change.apply(&event, time)?;
            followed.version = entry.version + 1;
            if is_over(&followed.change.state) {
                self.changes.remove(id);
            }
        }
        Ok(())
    }

    fn assessed(
        &mut self,
        id: &ChangeId,
        recorded: Result<&Assessment, &str>,
        (at, index): (Timestamp, u64),
    ) -> Result<(), AppError> {
        let base = self.base.policy.live();
        // The record has of the past what the live bundle read of it, and nothing else.
        let exposed = !self.candidate.reads_exposure() || base.is_some_and(Bundle::reads_exposure);
        let is_known = exposed && self.base_reads_history() && recorded.is_ok();
        if self.candidate.reads_history() && !is_known {
            self.tally.failed(index, NO_HISTORY.to_owned());
            return Ok(());
        }
        let Some(followed) = self.changes.get_mut(id) else { return Ok(()) };
        let history = recorded.ok().and_then(|a| a.history.as_ref());
        let (revision, requester) = (followed.change.revision(), &followed.change.requester);
        let again = self.base.assess(revision, requester, history, at)?;
        let same = match (&again, recorded) {
            (Assessed::Assessed { assessment, .. }, Ok(recorded)) => **assessment == *recorded,
            (Assessed::Undecided { code, .. }, Err(recorded)) => code == recorded,
            _ => false,
        };
        let said = self.tried.assess(revision, requester, history, at)?;
        let found = Comparison::between(recorded, &said, revision.material.kind);
        self.tally.reproduced(followed.change.number, same);
        self.tally.assessed(subject(&followed.change, at), found);
        followed.supposed = Some(Supposed { at, assessment: said.assessment().cloned() });
        Ok(())
    }

    async fn gate(&mut self, app: &App, entry: &Entry) -> Result<(), AppError> {
        let Envelope { event, time, .. } = open::<GateEvent>(entry)?;
        let GateEvent::GateAnswered { question, answer, code, enforced, .. } = event;
        let Some(id) = &question.change else {
            self.tally.answered_without_change();
            return Ok(());
        };
        if self.candidate.reads_history() || self.base_reads_history() {
            self.tally.failed(entry.index, NO_HISTORY.to_owned());
            return Ok(());
        }
        self.find(app, id, entry.index).await?;
        let asked = self.asked(app, &question, time, entry.index).await?;
        let same = asked.again == answer;
        self.tally.reproduced(asked.number, same);
        if !same {
            let why = "the live bundle's answer does not come out again, so it is not compared";
            self.tally.failed(entry.index, why.to_owned());
            return Ok(());
        }
        if let Some(followed) = self.changes.get(id) {
            let live = Said { answer, code, enforced };
            self.tally.answered(subject(&followed.change, time), live, asked.shadow);
        }
        Ok(())
    }

    fn base_reads_history(&self) -> bool {
        self.base.policy.live().is_some_and(Bundle::reads_history)
    }

    /// Has a change followed, from the journal as of an entry if it is not yet.
    pub(super) async fn find(
        &mut self,
        app: &App,
        id: &ChangeId,
        index: u64,
    ) -> Result<(), AppError> {
        if self.changes.contains_key(id) {
            return Ok(());
        }
        let found = app.change_before(id, index).await?;
        let (change, version) =
            found.ok_or_else(|| AppError::damaged(format_args!("no change {id}")))?;
        self.changes.insert(id.clone(), Followed { change, version, supposed: None });
        Ok(())
    }
}

/// Whether the gate has no more to say of it than that it is over. What comes back is read again.
const fn is_over(state: &State) -> bool {
    match state {
        State::Completed { outcome, .. } => !outcome.is_failure(),
        other => other.is_final(),
    }
}

fn subject(change: &Change, at: Timestamp) -> Subject {
    let material = &change.revision().material;
    Subject {
        number: change.number,
        service: material.service.clone(),
        environment: material.environment.clone(),
        at,
    }
}

/// Folds policy up to where the `nth` shadow starts; says at which entry, and of which bundle.
async fn policy_until(app: &App, live: &mut Live, nth: usize) -> Result<(u64, String), AppError> {
    let mut seen = 0;
    loop {
        let page = app.store.stream(&Stream::policy(), live.policy_version, PAGE).await?;
        if page.is_empty() {
            return Err(AppError::damaged("a shadow that never started"));
        }
        for entry in &page {
            let read: Envelope<PolicyEvent> = open(entry)?;
            live.policy.apply(&read, entry.index)?;
            live.policy_version = entry.version + 1;
            if let PolicyEvent::ShadowStarted { digest } = read.event {
                if seen == nth {
                    return Ok((entry.index, digest));
                }
                seen += 1;
            }
        }
    }
}

/// Folds the organisation up to an entry.
async fn organisation_until(app: &App, live: &mut Live, index: u64) -> Result<(), AppError> {
    loop {
        let from = live.organisation_version;
        let page = app.store.stream(&Stream::organisation(), from, PAGE).await?;
        let before = page.iter().take_while(|entry| entry.index < index);
        for entry in before {
            live.directory.apply(&open::<OrganisationEvent>(entry)?.event);
            live.organisation_version = entry.version + 1;
        }
        if live.organisation_version < from + PAGE as u64 {
            return Ok(());
        }
    }
}
