//! Writing to the journal: sealing events, guarding what was read, and deciding again when
//! somebody else was faster.

use std::sync::Arc;

use domain::actor::Actor;
use domain::change::{Change, ChangeEvent};
use domain::event::{Envelope, Event, OrganisationEvent};
use domain::ids::ChangeId;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use store::{Append, Commit, Entry, Guard, NewEntry, StoreError, Stream, Write};

use crate::facts::ChangeFacts;
use crate::notify::Happened;
use crate::{App, AppError, projection};

/// How often a decision is made again because somebody else was faster.
const ATTEMPTS: usize = 64;

/// What was recorded: the place of the first entry, and the proof that it is in the log.
#[derive(Debug, Clone)]
pub struct Recorded<T> {
    /// What the action returns.
    pub value: T,
    /// The commit; `None` when nothing needed to be recorded.
    pub commit: Option<Commit>,
    /// The leaf bytes of the commit's entries.
    pub leaves: Vec<Vec<u8>>,
}

/// What a decision wants recorded.
pub(crate) struct Plan<T> {
    /// Material events of the change, in order.
    pub(crate) events: Vec<ChangeEvent>,
    /// Events of other streams, after them.
    pub(crate) others: Vec<(Stream, Event)>,
    /// Further read-model writes.
    pub(crate) writes: Vec<Write>,
    /// The commit must happen by then (C10).
    pub(crate) not_after: Option<Timestamp>,
    /// What the action returns.
    pub(crate) value: T,
}

impl<T> Plan<T> {
    pub(crate) const fn new(events: Vec<ChangeEvent>, value: T) -> Self {
        Self { events, others: Vec::new(), writes: Vec::new(), not_after: None, value }
    }
}

/// Reads an entry as an event of its stream, checking every commitment.
pub(crate) fn open<E: DeserializeOwned>(entry: &Entry) -> Result<Envelope<E>, AppError> {
    let damaged = |e: String| AppError::damaged(format_args!("entry {}: {e}", entry.index));
    let value =
        ::ledger::unseal(&entry.leaf, &entry.disclosures).map_err(|e| damaged(e.to_string()))?;
    serde_json::from_value(value).map_err(|e| damaged(e.to_string()))
}

impl App {
    /// Seals an event into an entry.
    pub(crate) fn entry(
        &self,
        stream: Stream,
        actor: &Actor,
        event: impl Into<Event>,
        at: Timestamp,
    ) -> Result<NewEntry, AppError> {
        let envelope = Envelope::new(at, stream.as_str(), actor.clone(), event.into());
        let mut salt = || self.ports.random::<16>();
        let sealed = ::ledger::seal(&envelope, &mut salt).map_err(AppError::damaged)?;
        Ok(NewEntry::new(stream, sealed.leaf, sealed.disclosures))
    }

    /// Decides about a change and records it, again from fresh facts while others are faster.
    pub(crate) async fn change_action<T>(
        &self,
        id: &ChangeId,
        actor: &Actor,
        decide: impl Fn(&ChangeFacts) -> Result<Plan<T>, AppError> + Send + Sync,
    ) -> Result<Recorded<T>, AppError> {
        let mut fresh = false;
        for _ in 0..ATTEMPTS {
            let (change, version) =
                if fresh { self.load_change(id).await? } else { self.recent_change(id).await? };
            let facts = self.facts(change, version).await?;
            let plan = match decide(&facts) {
                Ok(plan) => plan,
                Err(refusal) if fresh => return Err(refusal),
                // Perhaps memory was behind: a no must rest on what is stored.
                Err(_) => {
                    fresh = true;
                    self.refresh().await?;
                    continue;
                }
            };
            let nothing =
                plan.events.is_empty() && plan.others.is_empty() && plan.writes.is_empty();
            if nothing && fresh {
                return Ok(Recorded { value: plan.value, commit: None, leaves: Vec::new() });
            }
            if nothing {
                // No append, so no guard has looked: nothing to do must rest on what is stored too.
                fresh = true;
                self.refresh().await?;
                continue;
            }
            match self.record(Some(&facts.change), &facts, actor, plan).await {
                Err(AppError::Store(StoreError::Conflict { .. })) => {
                    self.changes.forget(id);
                    self.refresh().await?;
                    fresh = true;
                }
                done => return done,
            }
        }
        Err(AppError::Contended)
    }

    /// Folds the planned events onto `base` and appends them with the rows that follow.
    pub(crate) async fn record<T>(
        &self,
        base: Option<&Change>,
        facts: &ChangeFacts,
        actor: &Actor,
        plan: Plan<T>,
    ) -> Result<Recorded<T>, AppError> {
        let not_after = plan.not_after;
        let Prepared { mut append, after, value } = self.prepare(base, facts, actor, plan)?;
        append.not_after = not_after;
        let leaves = append.entries.iter().map(|e| e.leaf.clone()).collect();
        let organisation = append.entries.iter().any(|e| e.stream == Stream::organisation());
        let commit = self.append(append).await?;
        // It is recorded; memory that stays behind only makes the next decision look again.
        if organisation && let Err(error) = self.refresh().await {
            tracing::warn!(error = %error, "failed to read the organisation again");
        }
        if let Some((change, version)) = after {
            self.changes.put(Arc::new(change), version);
        }
        Ok(Recorded { value, commit: Some(commit), leaves })
    }

    /// What a plan appends, and the change as it is then.
    pub(crate) fn prepare<T>(
        &self,
        base: Option<&Change>,
        facts: &ChangeFacts,
        actor: &Actor,
        plan: Plan<T>,
    ) -> Result<Prepared<T>, AppError> {
        let stream = Stream::change(&facts.change.id);
        let after = fold(base, &plan.events, facts.now)?;
        let version = facts.version + u64::try_from(plan.events.len()).unwrap_or(u64::MAX);
        let mut append = Append { guards: guards(facts, &stream), ..Append::default() };
        let told = after.as_ref().map(|after| {
            self.tell_of_change(&Happened {
                before: base,
                after,
                events: &plan.events,
                first_version: facts.version,
                actor,
                directory: &facts.live.directory,
                at: facts.now,
            })
        });
        let organisation = of_organisation(&plan.others);
        let of_others = self.tell_of_organisation(organisation, &facts.live, actor, facts.now);
        for event in plan.events {
            append.entries.push(self.entry(stream.clone(), actor, event, facts.now)?);
        }
        for (other, event) in plan.others {
            append.entries.push(self.entry(other, actor, event, facts.now)?);
        }
        if let Some(change) = &after {
            append.writes = projection::writes(change, version, &facts.live.directory)?;
        }
        append.writes.extend(told.into_iter().flatten());
        append.writes.extend(of_others);
        append.writes.extend(plan.writes);
        let after = after.map(|change| (change, version));
        Ok(Prepared { append, after, value: plan.value })
    }

    /// Records events of the organisation, decided on the live directory, again while others are
    /// faster.
    pub(crate) async fn organisation_action<T>(
        &self,
        actor: &Actor,
        decide: impl Fn(&crate::Live, Timestamp) -> Result<OrganisationPlan<T>, AppError> + Send + Sync,
    ) -> Result<Recorded<T>, AppError> {
        for _ in 0..ATTEMPTS {
            self.refresh().await?;
            let live = self.live();
            let now = self.ports.now();
            let plan = decide(&live, now)?;
            if plan.events.is_empty() && plan.writes.is_empty() {
                return Ok(Recorded { value: plan.value, commit: None, leaves: Vec::new() });
            }
            let policy = plan.events.iter().filter_map(|(_, event)| match event {
                Event::Policy(event) => Some(event),
                _ => None,
            });
            let mut writes = plan.writes;
            writes.extend(self.tell_of_policy(policy, &live, actor, now));
            let organisation = of_organisation(&plan.events);
            writes.extend(self.tell_of_organisation(organisation, &live, actor, now));
            let entries =
                plan.events.into_iter().map(|(stream, e)| self.entry(stream, actor, e, now));
            let append = Append {
                guards: vec![
                    Guard { stream: Stream::organisation(), version: live.organisation_version },
                    Guard { stream: Stream::policy(), version: live.policy_version },
                ],
                entries: entries.collect::<Result<_, _>>()?,
                writes,
                not_after: None,
            };
            let leaves = append.entries.iter().map(|e| e.leaf.clone()).collect();
            match self.append(append).await {
                Err(StoreError::Conflict { .. }) => {}
                Err(other) => return Err(other.into()),
                Ok(commit) => {
                    self.refresh().await?;
                    return Ok(Recorded { value: plan.value, commit: Some(commit), leaves });
                }
            }
        }
        Err(AppError::Contended)
    }
}

/// A plan that is ready to be appended.
pub(crate) struct Prepared<T> {
    /// Entries, guards and rows.
    pub(crate) append: Append,
    /// The change after it, with its version, if the plan moves it.
    pub(crate) after: Option<(Change, u64)>,
    /// What the action returns.
    pub(crate) value: T,
}

/// What a decision about the organisation or policy wants recorded.
pub(crate) struct OrganisationPlan<T> {
    /// The events, each with its stream.
    pub(crate) events: Vec<(Stream, Event)>,
    /// Further read-model writes.
    pub(crate) writes: Vec<Write>,
    /// What the action returns.
    pub(crate) value: T,
}

fn of_organisation(events: &[(Stream, Event)]) -> impl Iterator<Item = &OrganisationEvent> {
    events.iter().filter_map(|(_, event)| match event {
        Event::Organisation(event) => Some(event),
        _ => None,
    })
}

/// The change after `events`, if there are any.
pub(crate) fn fold(
    base: Option<&Change>,
    events: &[ChangeEvent],
    now: Timestamp,
) -> Result<Option<Change>, AppError> {
    let mut after = None;
    for event in events {
        match (&mut after, base) {
            (None, None) => after = Some(Change::begin(event, now)?),
            (None, Some(base)) => {
                let mut change = base.clone();
                change.apply(event, now)?;
                after = Some(change);
            }
            (Some(change), _) => change.apply(event, now)?,
        }
    }
    Ok(after)
}

/// The versions that were decided on: also those of the other items of a set, so that a no to one of
/// them wins every race (I6), and of what was let through where a limit was looked at.
fn guards(facts: &ChangeFacts, stream: &Stream) -> Vec<Guard> {
    let others = facts.others.iter();
    let others = others.map(|o| Guard { stream: Stream::change(&o.change.id), version: o.version });
    [
        Guard { stream: stream.clone(), version: facts.version },
        Guard { stream: Stream::organisation(), version: facts.live.organisation_version },
        Guard { stream: Stream::policy(), version: facts.live.policy_version },
    ]
    .into_iter()
    .chain(others)
    .chain(facts.exposure.clone())
    .collect()
}
