//! Policy that may ask for less goes live after a delay, in which everybody who governs policy can stop it
//! by declining it (D06). The live bundle says how long; what asks for no less is live at once.

use std::num::NonZeroUsize;
use std::sync::Arc;

use domain::actor::Actor;
use domain::event::{PolicyEvent, PolicyFile};
use domain::organisation::Directory;
use domain::private::Private;
use domain::refusal::Refusal;
use jiff::{SignedDuration, Timestamp};
use lru::LruCache;
use parking_lot::Mutex;
use policy::Bundle;
use store::ChangeFilter;

use super::{PolicyState, Proposal, governs, plan};
use crate::facts::Live;
use crate::journal::OrganisationPlan;
use crate::{App, AppError};

/// Pairs of bundles whose comparison is remembered.
const REMEMBERED: usize = 256;
/// Reasons that are recorded; a bundle that differs in more is read as a whole.
const RECORDED: usize = 50;

/// A bundle that a second person made live, and that waits because it may ask for less.
#[derive(Debug, Clone)]
pub struct Delayed {
    /// When it goes live.
    pub live_at: Timestamp,
    /// In which ways it may ask for less than the live bundle.
    pub weaker: Vec<String>,
    /// Who made it live.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// The digests of the bundle there was and of the one that may ask for less.
type Digests = (String, String);

/// In which ways bundles may ask for less than others.
pub(crate) struct Judgements(Mutex<LruCache<Digests, Arc<Vec<String>>>>);

impl Default for Judgements {
    fn default() -> Self {
        let size = NonZeroUsize::new(REMEMBERED).unwrap_or(NonZeroUsize::MIN);
        Self(Mutex::new(LruCache::new(size)))
    }
}

impl PolicyState {
    /// The proposal whose time to go live has come. Whoever made it live has to have the right to it
    /// still; else it waits for somebody else.
    fn due(&self, directory: &Directory, now: Timestamp) -> Option<&Proposal> {
        let waiting = self.proposals.iter().filter_map(|p| Some((p.delayed.as_ref()?.live_at, p)));
        let due = waiting.filter(|(at, p)| *at <= now && stands(p, directory));
        due.min_by_key(|(at, _)| *at).map(|(_, proposal)| proposal)
    }
}

/// Whether whoever made a proposal live, and it waits, may still decide on it.
fn stands(proposal: &Proposal, directory: &Directory) -> bool {
    let by = proposal.delayed.as_ref().and_then(|delayed| delayed.by.person());
    by.is_some_and(|person| {
        directory.is_active(person)
            && governs(person, directory)
            && proposal.by.person() != Some(person)
    })
}

/// One that waits is not made live again.
pub(super) fn check_not_waiting(
    proposal: &Proposal,
    directory: &Directory,
) -> Result<(), AppError> {
    let Some(delayed) = proposal.delayed.as_ref().filter(|_| stands(proposal, directory)) else {
        return Ok(());
    };
    let live_at = delayed.live_at;
    let reason = format!(
        "it goes live by itself at {live_at:.0}, because it may ask for less than the live policy; \
         decline it to stop it"
    );
    Err(Refusal::Policy { code: "activation_waits".to_owned(), reason }.into())
}

/// What the word of a second person sets off, and when it goes live if not now.
pub(super) fn activation(
    digest: &str,
    reason: &str,
    (weaker, minutes): (&[String], u32),
    now: Timestamp,
) -> (PolicyEvent, Option<Timestamp>) {
    let (digest, reason) = (digest.to_owned(), Private::from(reason));
    if weaker.is_empty() || minutes == 0 {
        return (PolicyEvent::BundleActivated { digest, reason }, None);
    }
    let delay = SignedDuration::from_mins(i64::from(minutes));
    let live_at = now.checked_add(delay).unwrap_or(Timestamp::MAX);
    let weaker = Private::new(weaker.iter().take(RECORDED).cloned().collect());
    (PolicyEvent::BundleDelayed { digest, reason, live_at, weaker }, Some(live_at))
}

impl App {
    /// Makes live what waited long enough. Safe on every node: the guard lets one of them record it.
    ///
    /// # Errors
    /// The store does not answer.
    pub(crate) async fn activate_due_policy(&self) -> Result<(), AppError> {
        let known = self.live();
        if known.policy.due(&known.directory, self.ports.now()).is_none() {
            return Ok(());
        }
        self.organisation_action(&Actor::System, |live, now| {
            let due = live.policy.due(&live.directory, now);
            let Some(digest) = due.map(|proposal| proposal.digest.clone()) else {
                return Ok(OrganisationPlan { events: Vec::new(), writes: Vec::new(), value: () });
            };
            let reason = Private::from("nobody stopped it while it waited");
            Ok(plan(PolicyEvent::BundleActivated { digest, reason }, ()))
        })
        .await
        .map(|_| ())
    }

    /// For how many minutes what may ask for less than the live bundle waits. While nobody has asked for
    /// a change yet the organisation is being set up, and weaker rules let nothing through.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn policy_delay(&self, live: &Live) -> Result<u32, AppError> {
        let any = ChangeFilter { limit: 1, ..ChangeFilter::default() };
        if self.store.changes(&any).await?.items.is_empty() {
            return Ok(0);
        }
        Ok(live.policy.live().map_or(0, Bundle::weaker_after_minutes))
    }

    /// In which ways a proposal may ask for less than the live bundle; empty when it asks for no less, or
    /// none is live.
    ///
    /// # Errors
    /// It does not load.
    pub async fn weaker_than_live(
        &self,
        live: &Live,
        proposal: &Proposal,
    ) -> Result<Arc<Vec<String>>, AppError> {
        let Some(live) = live.policy.live() else { return Ok(Arc::default()) };
        let before = (live.digest(), live.files());
        self.compared((&proposal.digest, &proposal.files), before).await
    }

    /// In which ways one bundle may ask for less than another one.
    pub(super) async fn weaker_than(
        &self,
        proposal: &Proposal,
        before: &Proposal,
    ) -> Result<Arc<Vec<String>>, AppError> {
        let before = (before.digest.as_str(), before.files.as_slice());
        self.compared((&proposal.digest, &proposal.files), before).await
    }

    /// In which ways the bundle of one digest may ask for less than that of another. Remembered: freezes
    /// end meanwhile, so that something is called weaker that is not any more, and never the reverse.
    async fn compared(
        &self,
        (after, after_files): (&str, &[PolicyFile]),
        (before, before_files): (&str, &[PolicyFile]),
    ) -> Result<Arc<Vec<String>>, AppError> {
        let key = (before.to_owned(), after.to_owned());
        if let Some(known) = self.judgements.0.lock().get(&key) {
            return Ok(Arc::clone(known));
        }
        let (after, before, now) = (after_files.to_vec(), before_files.to_vec(), self.ports.now());
        let compare = move || {
            let (after, before) = (Bundle::load(&after)?.bundle, Bundle::load(&before)?.bundle);
            Ok(after.weaker_than(&before, now))
        };
        let found = tokio::task::spawn_blocking(compare).await.map_err(AppError::damaged)?;
        let found = found.map_err(|diagnostics| AppError::Bundle { diagnostics })?;
        let found = Arc::new(found);
        self.judgements.0.lock().put(key, Arc::clone(&found));
        Ok(found)
    }
}
