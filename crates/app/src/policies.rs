//! The life of policy: check, propose, activate by somebody else, decline. What may ask for less than the
//! live bundle waits before it is live ([`delay`]).

mod delay;
mod revert;
mod windows;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::actor::Actor;
use domain::drill::DrillFailure;
use domain::event::{Envelope, PolicyEvent, PolicyFile};
use domain::ids::{PersonId, RoleName};
use domain::organisation::{Directory, access};
use domain::private::Private;
use domain::refusal::Refusal;
use domain::weak_link::WeakLink;
use jiff::Timestamp;
use policy::{Bundle, Loaded};
use store::{ChangeFilter, Stream};

pub use self::delay::Delayed;
pub(crate) use self::delay::Judgements;
pub use self::windows::{Neighbour, PolicyWindow, PolicyWindows, WindowChange, WindowChanges};

use crate::journal::OrganisationPlan;
use crate::principal::Principal;
use crate::shadow::Shadow;
use crate::{App, AppError, Recorded};

/// Changes that wait under so many earlier bundles are looked at when an inbox is read; a change
/// expires long before policy changes that often.
const EARLIER_ASKED: usize = 50;

/// A bundle that somebody proposed.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// Digest of the bundle.
    pub digest: String,
    /// All its files.
    pub files: Vec<PolicyFile>,
    /// Why.
    pub reason: String,
    /// Who proposed it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// Set once somebody made it live and it waits.
    pub delayed: Option<Delayed>,
    /// When another bundle went live while it waited, so that somebody has to make it live again.
    pub lapsed_at: Option<Timestamp>,
}

/// A proposal that somebody decided on.
#[derive(Debug, Clone)]
pub struct DecidedProposal {
    /// The proposal.
    pub proposal: Proposal,
    /// Whether it went live; else it was declined.
    pub activated: bool,
    /// What the one who decided said.
    pub reason: String,
    /// Who decided.
    pub by: Actor,
    /// When; of what went live after a delay, when it did.
    pub at: Timestamp,
    /// Index of the entry that says so.
    pub entry: u64,
}

/// The live bundle and who made it so.
#[derive(Debug, Clone)]
pub struct LiveBundle {
    /// The bundle.
    pub bundle: Arc<Bundle>,
    /// Who proposed it.
    pub proposed_by: Actor,
    /// Who made it live.
    pub activated_by: Actor,
    /// When.
    pub activated_at: Timestamp,
}

/// Policy as of one point of the journal.
#[derive(Debug, Clone, Default)]
pub struct PolicyState {
    live: Option<LiveBundle>,
    proposals: Vec<Proposal>,
    // Shared: the state is copied whenever something is folded in.
    decided: Vec<Arc<DecidedProposal>>,
    /// Digests of bundles that were live before, the newest last.
    earlier: Vec<String>,
    /// What fails in drills, with since when, as the last nightly run found.
    drill_failures: BTreeMap<DrillFailure, Timestamp>,
    /// Weak links, with since when, as the last nightly look found.
    weak_links: BTreeMap<WeakLink, Timestamp>,
    /// The meeting of the board that its members were told of last.
    board_told: Option<Timestamp>,
    shadows: Vec<Shadow>,
    /// How many bundles were live so far.
    pub activations: u32,
}

impl PolicyState {
    /// The live bundle.
    #[must_use]
    pub fn live(&self) -> Option<&Bundle> {
        self.live.as_ref().map(|l| &*l.bundle)
    }

    /// The live bundle with its history.
    #[must_use]
    pub const fn live_bundle(&self) -> Option<&LiveBundle> {
        self.live.as_ref()
    }

    /// Digests of the bundles that were live last, before the live one.
    pub fn earlier(&self) -> impl Iterator<Item = &str> {
        let live = self.live().map(Bundle::digest);
        let newest = self.earlier.iter().rev().take(EARLIER_ASKED).map(String::as_str);
        newest.filter(move |digest| Some(*digest) != live)
    }

    /// Proposals nobody decided on yet, oldest first.
    #[must_use]
    pub fn proposals(&self) -> &[Proposal] {
        &self.proposals
    }

    /// Proposals that were decided on, oldest first.
    #[must_use]
    pub fn decided(&self) -> &[Arc<DecidedProposal>] {
        &self.decided
    }

    /// What fails in drills of the live bundle, with since when, as the last nightly run found.
    #[must_use]
    pub const fn drill_failures(&self) -> &BTreeMap<DrillFailure, Timestamp> {
        &self.drill_failures
    }

    /// Weak links of the live bundle, with since when, as the last nightly look found.
    #[must_use]
    pub const fn weak_links(&self) -> &BTreeMap<WeakLink, Timestamp> {
        &self.weak_links
    }

    /// The next meeting of the board, once its members are to be told of it and were not.
    #[must_use]
    pub fn meeting_to_tell(&self, now: Timestamp) -> Option<(RoleName, Timestamp)> {
        let board = self.live()?.board()?;
        let meeting = board.meeting_to_tell(now).filter(|at| self.board_told != Some(*at))?;
        Some((board.role().clone(), meeting))
    }

    /// Shadows there are and were, oldest first.
    #[must_use]
    pub fn shadows(&self) -> &[Shadow] {
        &self.shadows
    }

    /// The shadow that runs.
    #[must_use]
    pub fn shadow(&self) -> Option<&Shadow> {
        self.shadows.last().filter(|shadow| shadow.ended.is_none())
    }

    /// The bundle of a proposal that waits.
    pub(crate) fn proposed_bundle(&self, digest: &str) -> Result<Bundle, AppError> {
        let proposal = self.proposals.iter().find(|p| p.digest == digest);
        let loaded = proposal.and_then(|p| Bundle::load(&p.files).ok());
        let damaged = || AppError::damaged(format_args!("proposed bundle {digest} does not load"));
        loaded.map(|loaded| loaded.bundle).ok_or_else(damaged)
    }

    /// The same with another bundle live, for saying what that would answer.
    pub(crate) fn trying(&self, bundle: &Arc<Bundle>) -> Self {
        let mut tried = self.clone();
        if let Some(live) = &mut tried.live {
            live.bundle = Arc::clone(bundle);
        }
        tried
    }

    fn decide(
        &mut self,
        proposal: Proposal,
        (envelope, entry): (&Envelope<PolicyEvent>, u64),
        reason: &str,
    ) {
        let activated = matches!(envelope.event, PolicyEvent::BundleActivated { .. });
        // What the clock makes live, a person decided on.
        let by_clock = proposal.delayed.as_ref().filter(|_| envelope.actor == Actor::System);
        let (by, reason) = match by_clock {
            Some(delayed) => (delayed.by.clone(), delayed.reason.clone()),
            None => (envelope.actor.clone(), reason.to_owned()),
        };
        let at = envelope.time;
        self.decided.push(Arc::new(DecidedProposal { proposal, activated, reason, by, at, entry }));
    }

    fn take(&mut self, digest: &str) -> Result<Proposal, AppError> {
        let at = self.proposals.iter().position(|p| p.digest == digest);
        let never = || AppError::damaged(format_args!("bundle {digest} was never proposed"));
        at.map(|at| self.proposals.remove(at)).ok_or_else(never)
    }

    fn activate(
        &mut self,
        digest: &str,
        (envelope, entry): (&Envelope<PolicyEvent>, u64),
        reason: &str,
    ) -> Result<(), AppError> {
        let proposal = self.take(digest)?;
        self.activations += 1;
        if let Some(before) = self.last_live().map(|last| last.proposal.digest.clone()) {
            self.earlier.retain(|digest| *digest != before);
            self.earlier.push(before);
        }
        self.decide(proposal, (envelope, entry), reason);
        // What waits was judged, and agreed to, beside the bundle that was live.
        for other in &mut self.proposals {
            if other.delayed.take().is_some() {
                other.lapsed_at = Some(envelope.time);
            }
        }
        Ok(())
    }

    /// What went live last.
    fn last_live(&self) -> Option<&Arc<DecidedProposal>> {
        self.decided.iter().rev().find(|decided| decided.activated)
    }

    /// Reads the bundle that is live after all that was folded in. Those before it are read where
    /// somebody asks about them: a start would take the longer, the more often policy was edited.
    pub(crate) fn read_live(&mut self) -> Result<(), AppError> {
        let Some(last) = self.last_live() else { return Ok(()) };
        let digest = &last.proposal.digest;
        let known = self.live.as_ref().map(|live| (&live.bundle, live.activated_at));
        if known.is_some_and(|(bundle, at)| bundle.digest() == digest && at == last.at) {
            return Ok(());
        }
        let loaded = Bundle::load(&last.proposal.files)
            .map_err(|_| AppError::damaged(format_args!("live bundle {digest} does not load")))?;
        if loaded.bundle.digest() != digest {
            return Err(AppError::damaged(format_args!("live bundle is not {digest}")));
        }
        self.live = Some(LiveBundle {
            bundle: Arc::new(loaded.bundle),
            proposed_by: last.proposal.by.clone(),
            activated_by: last.by.clone(),
            activated_at: last.at,
        });
        Ok(())
    }

    /// Folds in the event of one entry, and reads the live bundle if it is another one.
    pub(crate) fn apply(
        &mut self,
        envelope: &Envelope<PolicyEvent>,
        entry: u64,
    ) -> Result<(), AppError> {
        self.fold(envelope, entry)?;
        self.read_live()
    }

    /// Folds in the event of one entry; [`Self::read_live`] has to follow before anybody asks what is live.
    pub(crate) fn fold(
        &mut self,
        envelope: &Envelope<PolicyEvent>,
        entry: u64,
    ) -> Result<(), AppError> {
        crate::shadow::apply(&mut self.shadows, envelope);
        match &envelope.event {
            PolicyEvent::BundleProposed { digest, files, reason } => {
                self.proposals.retain(|p| p.digest != *digest);
                self.proposals.push(Proposal {
                    digest: digest.clone(),
                    files: files.get().cloned().unwrap_or_default(),
                    reason: reason.text().to_owned(),
                    by: envelope.actor.clone(),
                    at: envelope.time,
                    delayed: None,
                    lapsed_at: None,
                });
            }
            PolicyEvent::BundleActivated { digest, reason } => {
                self.activate(digest, (envelope, entry), reason.text())?;
            }
            PolicyEvent::BundleDelayed { digest, reason, live_at, weaker } => {
                let proposal = self.proposals.iter_mut().find(|p| p.digest == *digest);
                let never =
                    || AppError::damaged(format_args!("bundle {digest} was never proposed"));
                let proposal = proposal.ok_or_else(never)?;
                proposal.lapsed_at = None;
                proposal.delayed = Some(Delayed {
                    live_at: *live_at,
                    weaker: weaker.get().cloned().unwrap_or_default(),
                    by: envelope.actor.clone(),
                    at: envelope.time,
                    reason: reason.text().to_owned(),
                });
            }
            PolicyEvent::BundleDeclined { digest, reason } => {
                let at = self.proposals.iter().position(|p| p.digest == *digest);
                if let Some(at) = at {
                    let proposal = self.proposals.remove(at);
                    self.decide(proposal, (envelope, entry), reason.text());
                }
            }
            PolicyEvent::DrillFailuresMoved { begun, ended, .. } => {
                for failure in ended.get().into_iter().flatten() {
                    self.drill_failures.remove(failure);
                }
                let begun = begun.get().into_iter().flatten().cloned();
                self.drill_failures.extend(begun.map(|failure| (failure, envelope.time)));
            }
            PolicyEvent::WeakLinksMoved { begun, ended, .. } => {
                for link in ended.get().into_iter().flatten() {
                    self.weak_links.remove(link);
                }
                let begun = begun.get().into_iter().flatten();
                self.weak_links.extend(begun.map(|found| (found.link.clone(), envelope.time)));
            }
            PolicyEvent::BoardTold(digest) => self.board_told = Some(digest.meeting),
            // Folded above: a shadow moves nothing of policy.
            PolicyEvent::ShadowStarted { .. } | PolicyEvent::ShadowStopped { .. } => {}
        }
        Ok(())
    }
}

/// Loads a bundle and runs its own test cases; a failing case is an error.
///
/// # Errors
/// All diagnostics, each with file, line and caret.
pub fn check_bundle(files: &[PolicyFile]) -> Result<Loaded, AppError> {
    let loaded = Bundle::load(files).map_err(|diagnostics| AppError::Bundle { diagnostics })?;
    let failures: Vec<_> = loaded.bundle.test().failures().cloned().collect();
    if failures.is_empty() { Ok(loaded) } else { Err(AppError::BundleCases { failures }) }
}

/// Proves the guarantees of a bundle; one that does not hold is an error, as are rules that contradict
/// each other or are out of reach.
async fn proven(loaded: Loaded) -> Result<Loaded, AppError> {
    let checked = tokio::task::spawn_blocking(move || {
        let diagnostics = loaded.with_proof(&loaded.bundle.prove());
        (loaded, diagnostics)
    });
    let (loaded, diagnostics) = checked.await.map_err(AppError::damaged)?;
    if diagnostics.iter().any(policy::Diagnostic::is_error) {
        return Err(AppError::Bundle { diagnostics });
    }
    Ok(loaded)
}

impl App {
    /// Proposes a bundle. It must pass its checks, its own test cases and the exhaustive check.
    ///
    /// # Errors
    /// They are no policy author, or the bundle has errors.
    pub async fn propose_policy(
        &self,
        principal: &Principal,
        files: Vec<PolicyFile>,
        reason: &str,
    ) -> Result<Recorded<String>, AppError> {
        let action = "propose policy";
        principal.with_role(access::POLICY_AUTHOR, action, &self.live().directory)?;
        if reason.trim().is_empty() {
            return Err(Refusal::field("reason", "say what it changes and why").into());
        }
        let loaded = proven(check_bundle(&files)?).await?;
        let digest = loaded.bundle.digest().to_owned();
        self.organisation_action(&principal.actor, |live, _| {
            principal.with_role(access::POLICY_AUTHOR, action, &live.directory)?;
            if live.policy.live().is_some_and(|b| b.digest() == digest) {
                return Err(Refusal::Exists { entity: "live bundle", id: digest.clone() }.into());
            }
            let event = PolicyEvent::BundleProposed {
                digest: digest.clone(),
                files: Private::new(loaded.bundle.files().to_vec()),
                reason: Private::from(reason),
            };
            Ok(plan(event, digest.clone()))
        })
        .await
    }

    /// Makes a proposed bundle live. Somebody other than its author does it, and nobody with an open
    /// change of their own (M4.6, D06, D07). One that may ask for less than the live bundle waits first:
    /// the value is when it goes live then.
    ///
    /// # Errors
    /// There is no such proposal, it waits already, or they may not decide on it.
    pub async fn activate_policy(
        &self,
        principal: &Principal,
        digest: &str,
        reason: &str,
    ) -> Result<Recorded<Option<Timestamp>>, AppError> {
        let person = principal.acting_person("activate policy")?;
        let open = ChangeFilter {
            states: ["draft", "assessing", "awaiting_approval", "approved"]
                .map(str::to_owned)
                .to_vec(),
            requester: Some(person.to_string()),
            limit: 1,
            ..ChangeFilter::default()
        };
        if let Some(change) = self.store.changes(&open).await?.items.first() {
            return Err(Refusal::Policy {
                code: "sod_beneficiary".to_owned(),
                reason: format!(
                    "you have an open change ({}), so somebody without one must activate policy",
                    change.number
                ),
            }
            .into());
        }
        self.refresh().await?;
        let known = self.live();
        check_decider(principal, digest, &known)?;
        let weaker = self.weaker_than_live(&known, find(digest, &known)?).await?;
        let minutes = self.policy_delay(&known).await?;
        self.organisation_action(&principal.actor, |live, now| {
            check_decider(principal, digest, live)?;
            if live.policy.live().map(Bundle::digest) != known.policy.live().map(Bundle::digest) {
                return Err(AppError::Contended);
            }
            let (event, live_at) = delay::activation(digest, reason, (&weaker, minutes), now);
            Ok(plan(event, live_at))
        })
        .await
    }

    /// Turns a proposal down. Its author may take it back this way.
    ///
    /// # Errors
    /// There is no such proposal, no reason is given, or they may not decide on it.
    pub async fn decline_policy(
        &self,
        principal: &Principal,
        digest: &str,
        reason: &str,
    ) -> Result<Recorded<()>, AppError> {
        if reason.trim().is_empty() {
            return Err(Refusal::field("reason", "say why it is turned down").into());
        }
        self.organisation_action(&principal.actor, |live, _| {
            let proposal = find(digest, live)?;
            if proposal.by.principal() != principal.id() {
                may_govern(principal, &live.directory)?;
            }
            let event = PolicyEvent::BundleDeclined {
                digest: digest.to_owned(),
                reason: Private::from(reason),
            };
            Ok(plan(event, ()))
        })
        .await
    }

    /// Makes a bundle live on a system that has none: at first start, and in the demo.
    ///
    /// # Errors
    /// A bundle is live already, or this one has errors.
    pub async fn begin_policy(&self, files: Vec<PolicyFile>) -> Result<Recorded<()>, AppError> {
        let loaded = check_bundle(&files)?;
        let digest = loaded.bundle.digest().to_owned();
        self.organisation_action(&Actor::System, |live, _| {
            if live.policy.live().is_some() {
                return Err(Refusal::Exists { entity: "live bundle", id: digest.clone() }.into());
            }
            let reason = || Private::from("first start");
            let proposed = PolicyEvent::BundleProposed {
                digest: digest.clone(),
                files: Private::new(loaded.bundle.files().to_vec()),
                reason: reason(),
            };
            let activated =
                PolicyEvent::BundleActivated { digest: digest.clone(), reason: reason() };
            let events =
                [proposed, activated].map(|e| (Stream::policy(), e.into())).into_iter().collect();
            Ok(OrganisationPlan { events, writes: Vec::new(), value: () })
        })
        .await
    }
}

fn plan<T>(event: PolicyEvent, value: T) -> OrganisationPlan<T> {
    OrganisationPlan { events: vec![(Stream::policy(), event.into())], writes: Vec::new(), value }
}

fn find<'a>(digest: &str, live: &'a crate::Live) -> Result<&'a Proposal, AppError> {
    let found = live.policy.proposals().iter().find(|p| p.digest == digest);
    found.ok_or_else(|| Refusal::NotFound { entity: "proposal", id: digest.to_owned() }.into())
}

fn may_govern(principal: &Principal, directory: &Directory) -> Result<(), AppError> {
    let person = principal.acting_person("decide on policy")?;
    if governs(person, directory) {
        return Ok(());
    }
    let who = "policy authors and admins other than its author";
    Err(Refusal::NotEntitled { action: "decide on policy", who }.into())
}

fn governs(person: &PersonId, directory: &Directory) -> bool {
    directory.holds(person, access::POLICY_AUTHOR) || directory.holds(person, access::ADMIN)
}

fn check_decider(principal: &Principal, digest: &str, live: &crate::Live) -> Result<(), AppError> {
    let proposal = find(digest, live)?;
    may_govern(principal, &live.directory)?;
    if proposal.by.principal() == principal.id() {
        return Err(Refusal::Policy {
            code: "sod_author".to_owned(),
            reason: "the author of a bundle can't make it live".to_owned(),
        }
        .into());
    }
    delay::check_not_waiting(proposal, &live.directory)
}
