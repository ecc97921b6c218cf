//! Why an alignment session does not take something, or does not answer policy, with the next step.

use std::fmt;

use jiff::Timestamp;

use crate::ids::ChangeNumber;

/// A no of a session.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AlignmentRefusal {
    /// It is over.
    #[error("the session is closed; what came out of it stands")]
    Closed,
    /// It was cancelled.
    #[error("the session was cancelled; nothing comes out of it")]
    Cancelled,
    /// Its time is over.
    #[error("the session was planned until {until:.0}; that time is over")]
    Over {
        /// When it ended.
        until: Timestamp,
    },
    /// The chair said what came out for a change.
    #[error("the session is held: its chair said what came out")]
    Held,
    /// Its time has not come.
    #[error("the session begins at {from:.0}; nothing comes out of it before")]
    NotBegun {
        /// When it begins.
        from: Timestamp,
    },
    /// The change is not talked over in it.
    #[error("this change is not on the agenda")]
    NotOnAgenda,
    /// The concern was answered.
    #[error("the concern is answered already")]
    Answered,
    /// A change is aligned once every concern about it has its answer.
    #[error("{number} has concerns without an answer: {count}")]
    ConcernsOpen {
        /// The change.
        number: ChangeNumber,
        /// How many.
        count: usize,
    },
    /// The change moved on since the session was opened.
    #[error(
        "{number} moved on: revision {discussed} is on the agenda, and revision {current} is current"
    )]
    Moved {
        /// The change.
        number: ChangeNumber,
        /// What is on the agenda.
        discussed: u32,
        /// What is current.
        current: u32,
    },
    /// A session ends with an outcome for every change on its agenda.
    #[error("nothing is said yet of {}", list(.0))]
    OutcomesMissing(Vec<ChangeNumber>),
}

fn list(numbers: &[ChangeNumber]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl AlignmentRefusal {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Closed => "alignment_closed",
            Self::Cancelled => "alignment_cancelled",
            Self::Over { .. } => "alignment_over",
            Self::Held => "alignment_held",
            Self::NotBegun { .. } => "alignment_not_begun",
            Self::NotOnAgenda => "not_on_agenda",
            Self::Answered => "concern_answered",
            Self::ConcernsOpen { .. } => "concerns_open",
            Self::Moved { .. } => "alignment_outdated",
            Self::OutcomesMissing(_) => "outcomes_missing",
        }
    }

    /// What the person who asked can do next.
    #[must_use]
    pub const fn next_action(&self) -> &'static str {
        match self {
            Self::Closed | Self::Cancelled => "open another session for what is left to talk over",
            Self::Over { .. } | Self::Held => {
                "let the chair say of the rest what came out, or that it is deferred, and close it; \
                 then open another session"
            }
            Self::NotBegun { .. } => {
                "raise and answer concerns meanwhile, and say then what came out"
            }
            Self::NotOnAgenda => {
                "choose a change of the agenda, or open a session with this one on it"
            }
            Self::Answered => "raise another concern if the answer is not enough",
            Self::ConcernsOpen { .. } => {
                "let the owners answer them, or say that the change is not aligned or deferred"
            }
            Self::Moved { .. } => {
                "say that it is deferred, and open a session on the revision that is current"
            }
            Self::OutcomesMissing(_) => {
                "say of each whether it is aligned, not aligned or deferred, then close the session"
            }
        }
    }
}

/// Why a revision is not aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking {
    /// No closed session was about exactly this revision.
    Session,
    /// The last one that was found no agreement.
    Agreement,
    /// The last one that was left it for another.
    Conclusion,
}

impl fmt::Display for Lacking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Session => {
                "policy wants an alignment session first, and none was closed about exactly this \
                 revision"
            }
            Self::Agreement => {
                "policy wants an alignment session first, and the last one about this revision did \
                 not agree on it"
            }
            Self::Conclusion => {
                "policy wants an alignment session first, and the last one about this revision left \
                 it for another"
            }
        })
    }
}
