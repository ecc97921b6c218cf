//! What an alignment session takes, from whom, and when: decided before it is recorded.

use std::collections::BTreeSet;

use super::{
    Alignment, AlignmentClosing, AlignmentConclusion, AlignmentOutcome, AlignmentRefusal, Concern,
    ConcernAnswer, KnownAlignment, KnownConcern, Lacking,
};
use crate::change::{Change, Digest, MaterialError};
use crate::duties::Duties;
use crate::ids::{AlignmentId, ChangeId, PersonId};
use crate::organisation::{Directory, access};
use crate::private::Private;
use crate::refusal::Refusal;

/// Most changes on one agenda.
pub const AGENDA_MAX: usize = 20;
const PARTICIPANTS_MAX: usize = 50;
const CONCERNS_MAX: usize = 200;
const TITLE_MAX: usize = 200;
const TEXT_MAX: usize = 4_000;

impl Directory {
    /// Whether a person may open a session: whoever holds a role that does more than reading.
    #[must_use]
    pub fn may_open_alignment(&self, person: &PersonId) -> bool {
        let mut roles = self.roles_of(person);
        self.is_active(person) && roles.any(|(role, _)| role.as_str() != access::AUDITOR)
    }

    /// Checks a session before it is opened.
    ///
    /// # Errors
    /// Who opens it holds no role, somebody in it is not active, or a field can't be accepted.
    pub fn check_alignment(&self, new: &Alignment) -> Result<(), Refusal> {
        if !self.may_open_alignment(&new.by) {
            return Err(Refusal::NotEntitled {
                action: "open an alignment session",
                who: "everybody who holds a role other than auditor",
            });
        }
        let mut problems = Vec::new();
        let mut refuse = |field: &str, message: String| {
            problems.push(MaterialError { field: field.to_owned(), message });
        };
        let title = new.title.text();
        if title.trim().is_empty() || title.len() > TITLE_MAX || title.contains(['\n', '\r']) {
            refuse("title", "say in one line, of at most 200 bytes, what it is for".to_owned());
        }
        if new.from >= new.until {
            refuse("until", "a session ends after it begins".to_owned());
        }
        if !self.is_active(&new.chair) {
            refuse("chair", "name somebody active to lead it".to_owned());
        }
        if new.participants.contains(&new.chair) || new.participants.is_empty() {
            let ask = "name at least one person beside the chair: nobody aligns with themselves";
            refuse("participants", ask.to_owned());
        }
        if new.participants.len() > PARTICIPANTS_MAX {
            refuse("participants", format!("a session takes {PARTICIPANTS_MAX} participants"));
        }
        for person in new.participants.iter().filter(|person| !self.is_active(person)) {
            refuse("participants", format!("there is nobody active with the id `{person}`"));
        }
        let distinct: BTreeSet<&ChangeId> = new.agenda.iter().map(|item| &item.change).collect();
        let many = new.agenda.len();
        if many == 0 || many > AGENDA_MAX || distinct.len() != many {
            refuse("agenda", format!("put 1 to {AGENDA_MAX} changes on it, each once"));
        }
        if problems.is_empty() { Ok(()) } else { Err(Refusal::Fields(problems)) }
    }

    /// A session that is open, for somebody who takes part.
    fn open_alignment(
        &self,
        id: &AlignmentId,
        person: &PersonId,
        action: &'static str,
    ) -> Result<&KnownAlignment, Refusal> {
        let missing = || Refusal::NotFound { entity: "alignment session", id: id.to_string() };
        let known = self.alignment(id).ok_or_else(missing)?;
        if !self.is_active(person) || !known.takes_part(person) {
            let who = "the chair and the participants of the session";
            return Err(Refusal::NotEntitled { action, who });
        }
        known.check_open().map_err(Refusal::Alignment)?;
        Ok(known)
    }

    /// Checks a concern before it is recorded. Its number is the next one of the session.
    ///
    /// # Errors
    /// They don't take part, the session is closed or cancelled, the change is not on the agenda, or a field can't
    /// be accepted: the owner is somebody else than who raises it, and takes part or asked for the
    /// change.
    pub fn check_concern(&self, concern: &Concern) -> Result<(), Refusal> {
        let known = self.open_alignment(&concern.alignment, &concern.by, "raise a concern here")?;
        let missing = Refusal::Alignment(AlignmentRefusal::NotOnAgenda);
        let item = known.item(&concern.change).ok_or(missing)?;
        check_text("text", &concern.text, "say what the concern is")?;
        if known.concerns.len() >= CONCERNS_MAX {
            return Err(Refusal::field("text", "a session takes 200 concerns; open another one"));
        }
        let (owner, asked) = (&concern.owner, item.requester.as_ref());
        let can_answer = known.takes_part(owner) || asked == Some(owner);
        if !self.is_active(owner) || !can_answer {
            let ask = "name somebody active who takes part, or who asked for the change";
            return Err(Refusal::field("owner", ask));
        }
        if *owner == concern.by {
            let ask = "name somebody else to answer it: nobody answers their own concern";
            return Err(Refusal::field("owner", ask));
        }
        Ok(())
    }

    /// Checks an answer before it is recorded.
    ///
    /// # Errors
    /// There is no such concern, it is somebody else's, it is answered, or the session is closed or
    /// cancelled.
    pub fn check_concern_answer(&self, answer: &ConcernAnswer) -> Result<(), Refusal> {
        let id = &answer.alignment;
        let missing = |entity, id: String| Refusal::NotFound { entity, id };
        let session = || missing("alignment session", id.to_string());
        let known = self.alignment(id).ok_or_else(session)?;
        let mut all = known.concerns.iter();
        let found = all.find(|k| k.concern.number == answer.number);
        let KnownConcern { concern, answer: given } =
            found.ok_or_else(|| missing("concern", answer.number.to_string()))?;
        if concern.owner != answer.by || !self.is_active(&answer.by) {
            let (action, who) = ("answer this concern", "its owner");
            return Err(Refusal::NotEntitled { action, who });
        }
        known.check_open().map_err(Refusal::Alignment)?;
        if given.is_some() {
            return Err(Refusal::Alignment(AlignmentRefusal::Answered));
        }
        check_text("answer", &answer.answer, "say what answers the concern")
    }

    /// Checks what the chair says came out for a change, given the change as it is now.
    ///
    /// # Errors
    /// They are not the chair, the session has not begun, is closed or cancelled, the change is not on
    /// the agenda, or it can't be aligned: it moved on, a concern is open, or the chair had a hand in it.
    pub fn check_conclusion(
        &self,
        said: &AlignmentConclusion,
        change: &Change,
    ) -> Result<(), Refusal> {
        let action = "say what came out of this session";
        let known = self.chaired(&said.alignment, &said.by, action)?;
        let missing = Refusal::Alignment(AlignmentRefusal::NotOnAgenda);
        let item = known.item(&said.change).filter(|i| i.change == change.id).ok_or(missing)?;
        let from = known.opened.from;
        if said.at < from {
            return Err(Refusal::Alignment(AlignmentRefusal::NotBegun { from }));
        }
        check_text("words", &said.words, "say what was agreed, or what is in the way")?;
        if said.outcome != AlignmentOutcome::Aligned {
            return Ok(());
        }
        let revision = change.revision();
        if revision.digest != item.digest {
            return Err(Refusal::Alignment(AlignmentRefusal::Moved {
                number: item.number,
                discussed: item.revision,
                current: revision.number,
            }));
        }
        let hands = Duties::of(change, self).hands_of(&said.by, said.at);
        if !hands.is_empty() {
            return Err(Refusal::SeparationOfDuties { person: said.by.clone(), hands });
        }
        match known.open_concerns(&said.change) {
            0 => Ok(()),
            count => {
                let number = item.number;
                Err(Refusal::Alignment(AlignmentRefusal::ConcernsOpen { number, count }))
            }
        }
    }

    fn chaired(
        &self,
        id: &AlignmentId,
        person: &PersonId,
        action: &'static str,
    ) -> Result<&KnownAlignment, Refusal> {
        let known = self.open_alignment(id, person, action)?;
        if known.opened.chair == *person {
            return Ok(known);
        }
        Err(Refusal::NotEntitled { action, who: "the chair of the session" })
    }

    /// Checks the end of a session before it is recorded.
    ///
    /// # Errors
    /// They are not the chair, it is closed or cancelled already, a change on the agenda has no outcome, or a
    /// concern about one that is aligned is open.
    pub fn check_alignment_closing(&self, closing: &AlignmentClosing) -> Result<(), Refusal> {
        let known = self.chaired(&closing.alignment, &closing.by, "close this session")?;
        let items = || known.opened.agenda.iter();
        let silent = items().filter(|item| !known.conclusions.contains_key(&item.change));
        let silent: Vec<_> = silent.map(|item| item.number).collect();
        if !silent.is_empty() {
            return Err(Refusal::Alignment(AlignmentRefusal::OutcomesMissing(silent)));
        }
        let aligned = items().filter(|item| {
            let said = known.conclusions.get(&item.change);
            said.is_some_and(|said| said.outcome == AlignmentOutcome::Aligned)
        });
        // Raised after the chair had said that it is aligned.
        let mut open = aligned.map(|item| (item.number, known.open_concerns(&item.change)));
        match open.find(|(_, count)| *count > 0) {
            None => Ok(()),
            Some((number, count)) => {
                Err(Refusal::Alignment(AlignmentRefusal::ConcernsOpen { number, count }))
            }
        }
    }

    /// What is missing for exactly this revision of a change to be aligned; `None` when it is.
    #[must_use]
    pub fn lacks_alignment(&self, change: &ChangeId, digest: &Digest) -> Option<Lacking> {
        let last = self.last_alignment(change, digest);
        match last.map(|(_, said)| said.outcome) {
            Some(AlignmentOutcome::Aligned) => None,
            Some(AlignmentOutcome::NotAligned) => Some(Lacking::Agreement),
            Some(AlignmentOutcome::Deferred) => Some(Lacking::Conclusion),
            None => Some(Lacking::Session),
        }
    }
}

pub(super) fn check_text(field: &str, text: &Private<String>, ask: &str) -> Result<(), Refusal> {
    let text = text.text();
    if text.trim().is_empty() || text.len() > TEXT_MAX {
        return Err(Refusal::field(field, &format!("{ask}, in 1 to 4,000 bytes")));
    }
    Ok(())
}
