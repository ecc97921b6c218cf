//! Alignment sessions and the board's agenda on the wire.

use api_types::alignments as wire;
use app::change::Cab;
use domain::cab::CabReason;
use domain::change::Change;
use domain::ids::PersonId;
use domain::organisation::{
    AgendaItem, AlignmentMove, AlignmentOutcome, Directory, KnownAlignment, KnownConcern,
    OrganisationEvent,
};
use jiff::Timestamp;

use super::Names;
use super::text::time;

/// What happened in a session, without who did it; empty for events of another kind.
pub(crate) fn words(event: &OrganisationEvent, directory: &Directory) -> String {
    use OrganisationEvent as E;
    let number = |alignment, change| {
        let known = directory.alignment(alignment);
        let item = known.and_then(|known| known.item(change));
        item.map_or_else(|| "a change".to_owned(), |item| item.number.to_string())
    };
    match event {
        E::AlignmentOpened(a) => {
            format!("opened the alignment session {}: {}", a.id, a.title.text())
        }
        E::ConcernRaised(c) => {
            let about = number(&c.alignment, &c.change);
            format!("raised concern {} about {about}: {}", c.number, c.text.text())
        }
        E::ConcernAnswered(a) => {
            format!("answered concern {} of {}: {}", a.number, a.alignment, a.answer.text())
        }
        E::AlignmentConcluded(said) => {
            let about = number(&said.alignment, &said.change);
            format!("said of {about}: {}, {}", said.outcome.title(), said.words.text())
        }
        E::AlignmentReminded { alignment } => {
            format!("reminded those who take part of the alignment session {alignment}")
        }
        E::AlignmentMoved(m) => {
            let (from, until) = (time(m.from), time(m.until));
            let (from, until, why) = (from.as_str(), until.as_str(), m.reason.text());
            format!("moved the alignment session {} to {from}, until {until}: {why}", m.alignment)
        }
        E::AlignmentCancelled(c) => {
            format!("cancelled the alignment session {}: {}", c.alignment, c.reason.text())
        }
        E::AlignmentClosed(c) => format!("closed the alignment session {}", c.alignment),
        _ => String::new(),
    }
}

/// An outcome as it came in.
#[must_use]
pub const fn outcome_of(from: wire::AlignmentOutcome) -> AlignmentOutcome {
    match from {
        wire::AlignmentOutcome::Aligned => AlignmentOutcome::Aligned,
        wire::AlignmentOutcome::NotAligned => AlignmentOutcome::NotAligned,
        wire::AlignmentOutcome::Deferred => AlignmentOutcome::Deferred,
    }
}

const fn outcome(from: AlignmentOutcome) -> wire::AlignmentOutcome {
    match from {
        AlignmentOutcome::Aligned => wire::AlignmentOutcome::Aligned,
        AlignmentOutcome::NotAligned => wire::AlignmentOutcome::NotAligned,
        AlignmentOutcome::Deferred => wire::AlignmentOutcome::Deferred,
    }
}

const fn state(known: &KnownAlignment) -> &'static str {
    match (&known.closed, &known.cancelled) {
        (Some(_), _) => "closed",
        (None, Some(_)) => "cancelled",
        (None, None) => "open",
    }
}

impl Names<'_> {
    /// A session as a person sees it at a time, or a machine.
    #[must_use]
    pub fn alignment(
        &self,
        known: &KnownAlignment,
        (person, now): (Option<&PersonId>, Timestamp),
    ) -> wire::Alignment {
        let opened = &known.opened;
        let open = known.is_open();
        wire::Alignment {
            id: opened.id.to_string(),
            title: opened.title.get().cloned(),
            state: state(known).to_owned(),
            from: time(opened.from),
            until: time(opened.until),
            time_zone: opened.time_zone.clone(),
            moves: known.moves.iter().map(|moved| self.moved(moved)).collect(),
            chair: self.person(&opened.chair),
            participants: opened.participants.iter().map(|p| self.person(p)).collect(),
            agenda: opened.agenda.iter().map(|item| self.agenda_item(known, item)).collect(),
            concerns: known.concerns.iter().map(|c| self.concern(known, c, person)).collect(),
            opened_by: self.person(&opened.by),
            opened_at: time(opened.opened_at),
            closed_at: known.closed.as_ref().map(|closing| time(closing.at)),
            cancellation: known.cancelled.as_ref().map(|c| wire::AlignmentCancellation {
                reason: c.reason.get().cloned(),
                cancelled_by: self.person(&c.by),
                cancelled_at: time(c.at),
            }),
            may_conclude: open && person == Some(&opened.chair),
            may_plan: person.is_some_and(|person| known.may_plan(person, now)),
        }
    }

    fn moved(&self, from: &AlignmentMove) -> wire::AlignmentMove {
        wire::AlignmentMove {
            from: time(from.from),
            until: time(from.until),
            time_zone: from.time_zone.clone(),
            reason: from.reason.get().cloned(),
            moved_by: self.person(&from.by),
            moved_at: time(from.at),
        }
    }

    fn agenda_item(&self, known: &KnownAlignment, item: &AgendaItem) -> wire::AgendaItem {
        let said = known.conclusions.get(&item.change);
        wire::AgendaItem {
            change: item.number.to_string(),
            revision: item.revision,
            digest: item.digest.to_string(),
            service: item.service.to_string(),
            environment: item.environment.to_string(),
            requester: item.requester.as_ref().map(|p| self.person(p)),
            outcome: said.map(|said| outcome(said.outcome)),
            words: said.and_then(|said| said.words.get().cloned()),
            concluded_at: said.map(|said| time(said.at)),
            open_concerns: u32::try_from(known.open_concerns(&item.change)).unwrap_or(u32::MAX),
        }
    }

    fn concern(
        &self,
        known: &KnownAlignment,
        from: &KnownConcern,
        person: Option<&PersonId>,
    ) -> wire::Concern {
        let KnownConcern { concern, answer } = from;
        let item = known.item(&concern.change);
        let open = answer.is_none();
        wire::Concern {
            number: concern.number,
            change: item.map_or_else(|| concern.change.to_string(), |i| i.number.to_string()),
            text: concern.text.get().cloned(),
            raised_by: self.person(&concern.by),
            raised_at: time(concern.at),
            owner: self.person(&concern.owner),
            state: if open { "open" } else { "answered" }.to_owned(),
            answer: answer.as_ref().and_then(|a| a.answer.get().cloned()),
            answered_at: answer.as_ref().map(|a| time(a.at)),
            may_answer: open && known.is_open() && person == Some(&concern.owner),
        }
    }

    /// What a board looks at.
    #[must_use]
    pub fn cab(&self, from: &Cab) -> wire::Cab {
        let talked = from.agenda.iter().map(|(change, reasons)| self.cab_change(change, reasons));
        wire::Cab {
            level: from.level.clone(),
            agenda: talked.collect(),
            told: from.told.iter().map(|change| self.cab_change(change, &[])).collect(),
            next_meeting: from.meeting.map(time),
        }
    }

    fn cab_change(&self, change: &Change, reasons: &[CabReason]) -> wire::CabChange {
        let material = &change.revision().material;
        wire::CabChange {
            change: change.number.to_string(),
            title: material.title.get().cloned(),
            service: material.service.to_string(),
            environment: material.environment.to_string(),
            state: change.state.name().as_str().to_owned(),
            window_from: material.window.as_ref().map(|window| time(window.from)),
            reasons: reasons.iter().map(|reason| self.cab_reason(reason)).collect(),
        }
    }

    fn cab_reason(&self, reason: &CabReason) -> wire::CabReason {
        let conflict = match reason {
            CabReason::Conflict(conflict) => self.conflicts(std::slice::from_ref(conflict)).pop(),
            _ => None,
        };
        wire::CabReason { code: reason.code().to_owned(), words: self.cab_words(reason), conflict }
    }

    /// Why a change is on the agenda.
    #[must_use]
    pub fn cab_words(&self, reason: &CabReason) -> String {
        match reason {
            CabReason::HighRisk { level } => format!("its risk is of the level {level}"),
            CabReason::RiskUnknown => "policy can't say how risky it is".to_owned(),
            CabReason::Conflict(conflict) => {
                format!(
                    "conflict with {}: {}",
                    conflict.number,
                    self.conflict_words(&conflict.kind)
                )
            }
            CabReason::Alignment(lacking) => lacking.to_string(),
        }
    }
}
