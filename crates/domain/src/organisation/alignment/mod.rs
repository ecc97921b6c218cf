//! Alignment sessions: people talk a complex change over before it is handed in, on the record (M5.6).
//!
//! What comes out of a session is never an approval. It only answers a rule of policy that wants a
//! session first, and only for exactly the revision that was talked over.

mod checks;
mod planned;
mod refusal;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Directory, OrganisationEvent};
use crate::change::Digest;
use crate::ids::{
    AccountId, AlignmentId, ChangeId, ChangeNumber, EnvironmentName, PersonId, ServiceName,
};
use crate::private::Private;

pub use checks::AGENDA_MAX;
pub use planned::{AlignmentCancellation, AlignmentMove};
pub use refusal::{AlignmentRefusal, Lacking};

/// How long before a session those who take part are reminded: the first that lies after the invitation.
const REMIND_BEFORE: [SignedDuration; 2] =
    [SignedDuration::from_hours(24), SignedDuration::from_hours(1)];

/// A change on an agenda, as it was when the session was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgendaItem {
    /// The change.
    pub change: ChangeId,
    /// Its number.
    pub number: ChangeNumber,
    /// The revision that is talked over.
    pub revision: u32,
    /// Its digest: what comes out is about this and nothing else.
    pub digest: Digest,
    /// Its service.
    pub service: ServiceName,
    /// Its environment.
    pub environment: EnvironmentName,
    /// Who asked for it, or who owns the machine that did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester: Option<PersonId>,
}

/// A session: who meets when, and what about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alignment {
    /// The session.
    pub id: AlignmentId,
    /// What it is for, in one line.
    pub title: Private<String>,
    /// When it begins.
    #[serde(with = "crate::time::ms")]
    pub from: Timestamp,
    /// When it ends.
    #[serde(with = "crate::time::ms")]
    pub until: Timestamp,
    /// IANA time zone it was set in, for those who read of it.
    pub time_zone: String,
    /// Who leads it, says what comes out, and closes it.
    pub chair: PersonId,
    /// Who takes part beside the chair.
    pub participants: BTreeSet<PersonId>,
    /// What is talked over, in this order.
    pub agenda: Vec<AgendaItem>,
    /// Who opened it.
    pub by: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// When it was opened.
    #[serde(with = "crate::time::ms")]
    pub opened_at: Timestamp,
}

impl Alignment {
    /// The numbers of the changes on its agenda, in their order.
    #[must_use]
    pub fn numbers(&self) -> String {
        let numbers: Vec<String> = self.agenda.iter().map(|item| item.number.to_string()).collect();
        numbers.join(", ")
    }
}

/// A concern about a change on the agenda.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Concern {
    /// The session.
    pub alignment: AlignmentId,
    /// Its number within the session, from 1.
    pub number: u32,
    /// The change.
    pub change: ChangeId,
    /// What the concern is.
    pub text: Private<String>,
    /// Who raised it.
    pub by: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// Who has to answer it.
    pub owner: PersonId,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

/// The answer to a concern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConcernAnswer {
    /// The session.
    pub alignment: AlignmentId,
    /// The concern.
    pub number: u32,
    /// What answers it.
    pub answer: Private<String>,
    /// Who answered: its owner.
    pub by: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

/// What came out for one change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlignmentOutcome {
    /// They agree on how it is done. No approval.
    Aligned,
    /// They don't.
    NotAligned,
    /// It was not settled; another session takes it up.
    Deferred,
}

impl AlignmentOutcome {
    /// All of them, in the order of a form.
    pub const ALL: [Self; 3] = [Self::Aligned, Self::NotAligned, Self::Deferred];

    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aligned => "aligned",
            Self::NotAligned => "not_aligned",
            Self::Deferred => "deferred",
        }
    }

    /// The words for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Aligned => "aligned",
            Self::NotAligned => "not aligned",
            Self::Deferred => "deferred",
        }
    }
}

/// What the chair says came out for one change. Until the session is closed, a later one takes the
/// place of an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlignmentConclusion {
    /// The session.
    pub alignment: AlignmentId,
    /// The change.
    pub change: ChangeId,
    /// What came out.
    pub outcome: AlignmentOutcome,
    /// What was agreed, or what is in the way.
    pub words: Private<String>,
    /// Who said so: the chair.
    pub by: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

/// The end of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlignmentClosing {
    /// The session.
    pub alignment: AlignmentId,
    /// Who closed it: the chair.
    pub by: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

/// A concern with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownConcern {
    /// The concern.
    pub concern: Concern,
    /// Its answer; open without.
    pub answer: Option<ConcernAnswer>,
}

/// A session with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAlignment {
    /// The session, with the time it has now.
    pub opened: Alignment,
    /// When it was given another time, in this order.
    pub moves: Vec<AlignmentMove>,
    /// Its concerns, by number.
    pub concerns: Vec<KnownConcern>,
    /// What came out so far, by change.
    pub conclusions: BTreeMap<ChangeId, AlignmentConclusion>,
    /// Its end.
    pub closed: Option<AlignmentClosing>,
    /// Whether it was cancelled: then nothing comes out of it.
    pub cancelled: Option<AlignmentCancellation>,
    /// Whether those who take part were reminded of the time it has now.
    pub reminded: bool,
}

impl KnownAlignment {
    /// Whether it takes something still.
    ///
    /// # Errors
    /// It is closed, or was cancelled.
    pub fn check_open(&self) -> Result<(), AlignmentRefusal> {
        match (&self.closed, &self.cancelled) {
            (Some(_), _) => Err(AlignmentRefusal::Closed),
            (None, Some(_)) => Err(AlignmentRefusal::Cancelled),
            (None, None) => Ok(()),
        }
    }

    /// Whether it is neither closed nor cancelled.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.check_open().is_ok()
    }

    /// Whether a person takes part: the chair, and whoever was invited.
    #[must_use]
    pub fn takes_part(&self, person: &PersonId) -> bool {
        self.opened.chair == *person || self.opened.participants.contains(person)
    }

    /// Whether it is somebody's business: they take part, opened it, or asked for a change on it.
    #[must_use]
    pub fn concerns_person(&self, person: &PersonId) -> bool {
        let mut asked = self.opened.agenda.iter().filter_map(|item| item.requester.as_ref());
        self.takes_part(person) || self.opened.by == *person || asked.any(|asked| asked == person)
    }

    /// When those who take part are reminded: a day before, or an hour before where they were invited,
    /// or told of another time, on shorter notice. `None` when that itself came as late, or it is over.
    #[must_use]
    pub fn remind_at(&self) -> Option<Timestamp> {
        let (from, known_since) = (self.opened.from, self.planned_at());
        let before = |lead| from.checked_sub(lead).ok().filter(|at| known_since < *at);
        let at = REMIND_BEFORE.into_iter().find_map(before);
        at.filter(|_| self.is_open() && !self.reminded)
    }

    /// An item of its agenda.
    #[must_use]
    pub fn item(&self, change: &ChangeId) -> Option<&AgendaItem> {
        self.opened.agenda.iter().find(|item| item.change == *change)
    }

    /// The concerns about a change.
    pub fn concerns_about<'a>(
        &'a self,
        change: &'a ChangeId,
    ) -> impl Iterator<Item = &'a KnownConcern> {
        self.concerns.iter().filter(move |known| known.concern.change == *change)
    }

    /// Concerns about a change that nobody has answered.
    #[must_use]
    pub fn open_concerns(&self, change: &ChangeId) -> usize {
        self.concerns_about(change).filter(|known| known.answer.is_none()).count()
    }

    fn apply(&mut self, event: &OrganisationEvent) {
        match event {
            OrganisationEvent::ConcernRaised(concern) => {
                let concern = (**concern).clone();
                self.concerns.push(KnownConcern { concern, answer: None });
            }
            OrganisationEvent::ConcernAnswered(answer) => {
                let mut all = self.concerns.iter_mut();
                if let Some(known) = all.find(|k| k.concern.number == answer.number) {
                    known.answer.get_or_insert_with(|| (**answer).clone());
                }
            }
            OrganisationEvent::AlignmentConcluded(said) => {
                self.conclusions.insert(said.change.clone(), (**said).clone());
            }
            OrganisationEvent::AlignmentClosed(closing) => {
                self.closed.get_or_insert_with(|| (**closing).clone());
            }
            OrganisationEvent::AlignmentMoved(moved) => {
                let AlignmentMove { from, until, time_zone, .. } = &**moved;
                (self.opened.from, self.opened.until) = (*from, *until);
                self.opened.time_zone.clone_from(time_zone);
                self.moves.push((**moved).clone());
                self.reminded = false;
            }
            OrganisationEvent::AlignmentCancelled(cancelled) => {
                self.cancelled = Some((**cancelled).clone());
            }
            OrganisationEvent::AlignmentReminded { .. } => self.reminded = true,
            _ => {}
        }
    }
}

impl Directory {
    /// Folds in events about alignment sessions; others change nothing here.
    pub(super) fn apply_alignment(&mut self, event: &OrganisationEvent) {
        use OrganisationEvent as E;
        let of = match event {
            E::AlignmentOpened(opened) => {
                let known = KnownAlignment {
                    opened: (**opened).clone(),
                    moves: Vec::new(),
                    concerns: Vec::new(),
                    conclusions: BTreeMap::new(),
                    closed: None,
                    cancelled: None,
                    reminded: false,
                };
                self.alignments.insert(opened.id.clone(), Arc::new(known));
                return;
            }
            E::ConcernRaised(concern) => &concern.alignment,
            E::ConcernAnswered(answer) => &answer.alignment,
            E::AlignmentConcluded(said) => &said.alignment,
            E::AlignmentClosed(closing) => &closing.alignment,
            E::AlignmentMoved(moved) => &moved.alignment,
            E::AlignmentCancelled(cancelled) => &cancelled.alignment,
            E::AlignmentReminded { alignment } => alignment,
            _ => return,
        };
        // What is closed or cancelled takes nothing any more, whatever a damaged journal says.
        if let Some(known) = self.alignments.get_mut(of).filter(|known| known.is_open()) {
            Arc::make_mut(known).apply(event);
        }
    }

    /// All sessions, by when they were opened.
    pub fn alignments(&self) -> impl DoubleEndedIterator<Item = &KnownAlignment> {
        self.alignments.values().map(|known| &**known)
    }

    /// A session.
    #[must_use]
    pub fn alignment(&self, id: &AlignmentId) -> Option<&KnownAlignment> {
        self.alignments.get(id).map(|known| &**known)
    }

    /// Sessions whose reminder is due. Once one has begun, it comes too late.
    #[must_use]
    pub fn alignments_to_remind(&self, now: Timestamp) -> Vec<AlignmentId> {
        let due = |known: &&KnownAlignment| {
            now < known.opened.from && known.remind_at().is_some_and(|at| at <= now)
        };
        self.alignments().filter(due).map(|known| known.opened.id.clone()).collect()
    }

    /// What came out last for exactly this revision of a change, over all sessions that are closed.
    #[must_use]
    pub fn last_alignment(
        &self,
        change: &ChangeId,
        digest: &Digest,
    ) -> Option<(&KnownAlignment, &AlignmentConclusion)> {
        let closed = self.alignments().filter_map(|known| {
            let closing = known.closed.as_ref()?;
            known.item(change).filter(|item| item.digest == *digest)?;
            Some((closing.at, known, known.conclusions.get(change)?))
        });
        closed.max_by_key(|(at, known, _)| (*at, &known.opened.id)).map(|(_, k, said)| (k, said))
    }
}
