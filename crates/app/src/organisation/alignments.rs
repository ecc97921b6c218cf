//! Alignment sessions: opening one, another time for it, concerns and their answers, what came out, and its
//! end (M5.6).

use std::collections::BTreeSet;

use domain::actor::Actor;
use domain::change::{Assessment, Change, State};
use domain::ids::{AlignmentId, ChangeId, PersonId};
use domain::organisation::{
    AGENDA_MAX, AgendaItem, Alignment, AlignmentCancellation, AlignmentClosing,
    AlignmentConclusion, AlignmentMove, AlignmentOutcome, Concern, ConcernAnswer, KnownAlignment,
    OrganisationEvent,
};
use domain::private::Private;
use domain::refusal::Refusal;
use jiff::Timestamp;
use store::Stream;

use crate::journal::OrganisationPlan;
use crate::notify::person_behind;
use crate::principal::Principal;
use crate::{App, AppError, ChangeFacts, Live, Recorded};

/// A session to open, as it is handed in.
#[derive(Debug, Clone)]
pub struct AlignmentDraft {
    /// What it is for, in one line.
    pub title: String,
    /// When it begins.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// IANA time zone it was set in.
    pub time_zone: String,
    /// Who leads it; whoever opens it when left out.
    pub chair: Option<PersonId>,
    /// Who takes part beside the chair.
    pub participants: BTreeSet<PersonId>,
    /// The changes that are talked over, each as it is now.
    pub agenda: Vec<ChangeId>,
}

/// Another time for a session, as it is handed in.
#[derive(Debug, Clone)]
pub struct AlignmentTime {
    /// When it begins.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// IANA time zone it is set in; as before when left out.
    pub time_zone: Option<String>,
    /// Why it is moved.
    pub reason: String,
}

/// A concern, as it is handed in.
#[derive(Debug, Clone)]
pub struct ConcernDraft {
    /// The change it is about.
    pub change: ChangeId,
    /// What it is.
    pub text: String,
    /// Who has to answer it; whoever asked for the change when left out.
    pub owner: Option<PersonId>,
}

impl ChangeFacts {
    /// Whether the current revision may be handed in under an assessment: where its rules want an
    /// alignment session first, one has to be closed with exactly this revision aligned.
    pub(crate) fn check_aligned(&self, assessment: &Assessment) -> Result<(), AppError> {
        let (change, directory) = (&self.change, &self.live.directory);
        if assessment.alignment.is_empty() {
            return Ok(());
        }
        let lacking = directory.lacks_alignment(&change.id, &change.revision().digest);
        lacking.map_or(Ok(()), |lacking| Err(Refusal::NotAligned(lacking).into()))
    }
}

fn missing(id: &AlignmentId) -> Refusal {
    Refusal::NotFound { entity: "alignment session", id: id.to_string() }
}

impl App {
    /// A session, if the principal's credential reaches every change on its agenda.
    ///
    /// # Errors
    /// There is none, or none they may know of.
    pub fn alignment(
        &self,
        principal: &Principal,
        id: &AlignmentId,
    ) -> Result<KnownAlignment, AppError> {
        let live = self.live();
        let known = live.directory.alignment(id).filter(|known| reaches(principal, known));
        Ok(known.ok_or_else(|| missing(id))?.clone())
    }

    /// All sessions that the principal's credential reaches, the newest first.
    #[must_use]
    pub fn alignments(&self, principal: &Principal) -> Vec<KnownAlignment> {
        let live = self.live();
        let all = live.directory.alignments().rev();
        all.filter(|known| reaches(principal, known)).cloned().collect()
    }

    /// Opens a session about changes as they are now, and invites its participants.
    ///
    /// # Errors
    /// A machine asks, a change is out of reach or no more to be decided, or a field can't be
    /// accepted.
    pub async fn open_alignment(
        &self,
        principal: &Principal,
        draft: &AlignmentDraft,
    ) -> Result<Recorded<KnownAlignment>, AppError> {
        let (by, account) = principal.acting_account("open an alignment session")?;
        check_zone(&draft.time_zone)?;
        let agenda = self.agenda(principal, &draft.agenda).await?;
        let id = AlignmentId::new(self.ports.now(), self.ports.random());
        self.organisation_action(&principal.actor, |live, now| {
            let opened = Alignment {
                id: id.clone(),
                title: Private::from(draft.title.as_str()),
                from: draft.from,
                until: draft.until,
                time_zone: draft.time_zone.clone(),
                chair: draft.chair.clone().unwrap_or_else(|| by.clone()),
                participants: draft.participants.clone(),
                agenda: agenda.clone(),
                by: by.clone(),
                account: account.clone(),
                opened_at: now,
            };
            live.directory.check_alignment(&opened)?;
            let event = OrganisationEvent::AlignmentOpened(Box::new(opened));
            self.plan_alignment(live, principal, &id, event, now)
        })
        .await
    }

    async fn agenda(
        &self,
        principal: &Principal,
        ids: &[ChangeId],
    ) -> Result<Vec<AgendaItem>, AppError> {
        // What does not fit on an agenda is refused with all else; it need not be read.
        let mut agenda = Vec::new();
        for id in ids.iter().take(AGENDA_MAX + 1) {
            let (change, _) = self.load_change(id).await?;
            let revision = change.revision();
            let (service, environment) =
                (&revision.material.service, &revision.material.environment);
            if !principal.reaches(service, environment) {
                return Err(Refusal::NotFound { entity: "change", id: id.to_string() }.into());
            }
            if !is_open(&change) {
                let message = format!(
                    "{} is {}: put changes on it that are still to be decided or deployed",
                    change.number,
                    change.state.name().title()
                );
                return Err(Refusal::field("agenda", &message).into());
            }
            agenda.push(AgendaItem {
                change: change.id.clone(),
                number: change.number,
                revision: revision.number,
                digest: revision.digest.clone(),
                service: service.clone(),
                environment: environment.clone(),
                requester: person_behind(&change.requester, &self.live().directory),
            });
        }
        Ok(agenda)
    }

    /// Gives a session another time, and tells those who take part.
    ///
    /// # Errors
    /// See [`domain::organisation::Directory::check_alignment_move`]; or a machine asks.
    pub async fn move_alignment(
        &self,
        principal: &Principal,
        id: &AlignmentId,
        time: &AlignmentTime,
    ) -> Result<Recorded<KnownAlignment>, AppError> {
        let (by, account) = principal.acting_account("move a session")?;
        if let Some(zone) = &time.time_zone {
            check_zone(zone)?;
        }
        self.organisation_action(&principal.actor, |live, now| {
            let known = live.directory.alignment(id).ok_or_else(|| missing(id))?;
            let zone = time.time_zone.as_ref().unwrap_or(&known.opened.time_zone);
            let moved = AlignmentMove {
                alignment: id.clone(),
                from: time.from,
                until: time.until,
                time_zone: zone.clone(),
                reason: Private::from(time.reason.as_str()),
                by: by.clone(),
                account: account.clone(),
                at: now,
            };
            live.directory.check_alignment_move(&moved)?;
            let event = OrganisationEvent::AlignmentMoved(Box::new(moved));
            self.plan_alignment(live, principal, id, event, now)
        })
        .await
    }

    /// Cancels a session, and tells those who take part or asked for a change on its agenda.
    ///
    /// # Errors
    /// See [`domain::organisation::Directory::check_alignment_cancellation`]; or a machine asks.
    pub async fn cancel_alignment(
        &self,
        principal: &Principal,
        id: &AlignmentId,
        reason: &str,
    ) -> Result<Recorded<KnownAlignment>, AppError> {
        let (by, account) = principal.acting_account("cancel a session")?;
        self.organisation_action(&principal.actor, |live, now| {
            let cancelled = AlignmentCancellation {
                alignment: id.clone(),
                reason: Private::from(reason),
                by: by.clone(),
                account: account.clone(),
                at: now,
            };
            live.directory.check_alignment_cancellation(&cancelled)?;
            let event = OrganisationEvent::AlignmentCancelled(Box::new(cancelled));
            self.plan_alignment(live, principal, id, event, now)
        })
        .await
    }

    /// Raises a concern about a change on the agenda.
    ///
    /// # Errors
    /// See [`domain::organisation::Directory::check_concern`]; or a machine asks.
    pub async fn raise_concern(
        &self,
        principal: &Principal,
        id: &AlignmentId,
        draft: &ConcernDraft,
    ) -> Result<Recorded<KnownAlignment>, AppError> {
        let (by, account) = principal.acting_account("raise a concern")?;
        self.organisation_action(&principal.actor, |live, now| {
            let known = live.directory.alignment(id).ok_or_else(|| missing(id))?;
            let asked = known.item(&draft.change).and_then(|item| item.requester.clone());
            let owner = draft.owner.clone().or(asked).ok_or_else(|| {
                Refusal::field("owner", "nobody asked for it in person: name who answers it")
            })?;
            let concern = Concern {
                alignment: id.clone(),
                number: u32::try_from(known.concerns.len() + 1).unwrap_or(u32::MAX),
                change: draft.change.clone(),
                text: Private::from(draft.text.as_str()),
                by: by.clone(),
                account: account.clone(),
                owner,
                at: now,
            };
            live.directory.check_concern(&concern)?;
            let event = OrganisationEvent::ConcernRaised(Box::new(concern));
            self.plan_alignment(live, principal, id, event, now)
        })
        .await
    }

    /// Answers a concern.
    ///
    /// # Errors
    /// See [`domain::organisation::Directory::check_concern_answer`]; or a machine asks.
    pub async fn answer_concern(
        &self,
        principal: &Principal,
        (id, number): (&AlignmentId, u32),
        answer: &str,
    ) -> Result<Recorded<KnownAlignment>, AppError> {
        let (by, account) = principal.acting_account("answer a concern")?;
        self.organisation_action(&principal.actor, |live, now| {
            let answer = ConcernAnswer {
                alignment: id.clone(),
                number,
                answer: Private::from(answer),
                by: by.clone(),
                account: account.clone(),
                at: now,
            };
            live.directory.check_concern_answer(&answer)?;
            let event = OrganisationEvent::ConcernAnswered(Box::new(answer));
            self.plan_alignment(live, principal, id, event, now)
        })
        .await
    }

    /// Says what came out for a change. Until the session is closed it can be said anew.
    ///
    /// # Errors
    /// See [`domain::organisation::Directory::check_conclusion`]; or a machine asks.
    pub async fn conclude_alignment(
        &self,
        principal: &Principal,
        (id, change): (&AlignmentId, &ChangeId),
        outcome: AlignmentOutcome,
        words: &str,
    ) -> Result<Recorded<KnownAlignment>, AppError> {
        let (by, account) = principal.acting_account("say what came out of a session")?;
        let (current, _) = self.load_change(change).await?;
        self.organisation_action(&principal.actor, |live, now| {
            let said = AlignmentConclusion {
                alignment: id.clone(),
                change: change.clone(),
                outcome,
                words: Private::from(words),
                by: by.clone(),
                account: account.clone(),
                at: now,
            };
            live.directory.check_conclusion(&said, &current)?;
            let event = OrganisationEvent::AlignmentConcluded(Box::new(said));
            self.plan_alignment(live, principal, id, event, now)
        })
        .await
    }

    /// Closes a session: what came out counts from here on.
    ///
    /// # Errors
    /// See [`domain::organisation::Directory::check_alignment_closing`]; or a machine asks.
    pub async fn close_alignment(
        &self,
        principal: &Principal,
        id: &AlignmentId,
    ) -> Result<Recorded<KnownAlignment>, AppError> {
        let (by, account) = principal.acting_account("close a session")?;
        self.organisation_action(&principal.actor, |live, now| {
            let closing = AlignmentClosing {
                alignment: id.clone(),
                by: by.clone(),
                account: account.clone(),
                at: now,
            };
            live.directory.check_alignment_closing(&closing)?;
            let event = OrganisationEvent::AlignmentClosed(Box::new(closing));
            self.plan_alignment(live, principal, id, event, now)
        })
        .await
    }

    /// Brings sessions to mind that come near. Safe to run on every node: the guard lets one of them
    /// record it, and what was closed, cancelled or moved meanwhile is left alone.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn remind_of_alignments(&self) -> Result<(), AppError> {
        if self.live().directory.alignments_to_remind(self.ports.now()).is_empty() {
            return Ok(());
        }
        self.organisation_action(&Actor::System, |live, now| {
            let due = live.directory.alignments_to_remind(now).into_iter();
            let mut plan = OrganisationPlan { events: Vec::new(), writes: Vec::new(), value: () };
            for alignment in due {
                let Some(known) = live.directory.alignment(&alignment) else { continue };
                let event = OrganisationEvent::AlignmentReminded { alignment: alignment.clone() };
                plan.writes.extend(self.tell_of_alignment(&event, known, &Actor::System, now));
                plan.events.push((Stream::organisation(), event.into()));
            }
            Ok(plan)
        })
        .await
        .map(|_| ())
    }

    /// Sessions that reach into a time and that the principal's credential reaches, by when they begin;
    /// also those that were cancelled.
    pub(crate) fn alignments_between(
        &self,
        principal: &Principal,
        (from, until): (Timestamp, Timestamp),
    ) -> Vec<KnownAlignment> {
        let live = self.live();
        let within = |known: &&KnownAlignment| {
            known.opened.from < until && known.opened.until > from && reaches(principal, known)
        };
        let mut found: Vec<_> = live.directory.alignments().filter(within).cloned().collect();
        found.sort_by_key(|known| known.opened.from);
        found
    }

    /// The event with who is told of it, and the session as it is after.
    fn plan_alignment(
        &self,
        live: &Live,
        principal: &Principal,
        id: &AlignmentId,
        event: OrganisationEvent,
        now: Timestamp,
    ) -> Result<OrganisationPlan<KnownAlignment>, AppError> {
        let mut directory = live.directory.clone();
        directory.apply(&event);
        let known = directory.alignment(id).filter(|known| reaches(principal, known));
        let value = known.ok_or_else(|| missing(id))?.clone();
        let writes = self.tell_of_alignment(&event, &value, &principal.actor, now);
        let events = vec![(Stream::organisation(), event.into())];
        Ok(OrganisationPlan { events, writes, value })
    }
}

/// Whether a change is still to be decided or deployed.
const fn is_open(change: &Change) -> bool {
    matches!(
        change.state,
        State::Draft | State::Assessing | State::AwaitingApproval { .. } | State::Approved { .. }
    )
}

fn check_zone(name: &str) -> Result<(), Refusal> {
    let ask = "use an IANA name such as `Europe/Berlin`";
    jiff::tz::TimeZone::get(name).map(|_| ()).map_err(|_| Refusal::field("time_zone", ask))
}

fn reaches(principal: &Principal, known: &KnownAlignment) -> bool {
    known.opened.agenda.iter().all(|item| principal.reaches(&item.service, &item.environment))
}
