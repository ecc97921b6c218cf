//! What the gate said, what it would have said, and what that means for a deployment.

use domain::gate::Answer;

/// An answer of the gate, and whether it blocks there or only records.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Said {
    /// The answer.
    pub answer: Answer,
    /// The stable code of its first reason.
    pub code: String,
    /// Whether it blocks.
    pub enforced: bool,
}

impl Said {
    /// Whether a deployment goes on after it.
    #[must_use]
    pub fn lets_through(&self) -> bool {
        self.answer == Answer::Allow || !self.enforced
    }
}

/// What the shadow's answer means beside the live one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The same answer.
    Same,
    /// It would have stopped what was let through.
    Stopped,
    /// It would have let through what was stopped.
    Opened,
    /// Another answer, with the same effect.
    Otherwise,
}

impl Way {
    /// Compares two answers to one question.
    #[must_use]
    pub fn between(live: &Said, shadow: &Said) -> Self {
        match (live.lets_through(), shadow.lets_through()) {
            (true, false) => Self::Stopped,
            (false, true) => Self::Opened,
            _ if live.answer == shadow.answer && live.enforced == shadow.enforced => Self::Same,
            _ => Self::Otherwise,
        }
    }

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Stopped => "stopped",
            Self::Opened => "opened",
            Self::Otherwise => "otherwise",
        }
    }
}

/// A verdict that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedVerdict {
    /// What the gate said.
    pub live: Said,
    /// What it would have said.
    pub shadow: Said,
    /// What that means.
    pub way: Way,
}

/// Verdicts by how the shadow's differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VerdictCounts {
    /// All of them.
    pub all: u64,
    /// The same.
    pub same: u64,
    /// Let through, and stopped by the shadow.
    pub stopped: u64,
    /// Stopped, and let through by the shadow.
    pub opened: u64,
    /// Another answer, with the same effect.
    pub otherwise: u64,
}

impl VerdictCounts {
    pub(super) fn add(&mut self, way: Way) {
        self.all += 1;
        *(match way {
            Way::Same => &mut self.same,
            Way::Stopped => &mut self.stopped,
            Way::Opened => &mut self.opened,
            Way::Otherwise => &mut self.otherwise,
        }) += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(answer: Answer, enforced: bool) -> Said {
        Said { answer, code: "code".to_owned(), enforced }
    }

    #[test]
    fn m7_6_what_counts_is_whether_a_deployment_goes_on() {
        let all = [Answer::Allow, Answer::Pending, Answer::Deny, Answer::Unknown];
        for live in all {
            for shadow in all {
                let way = Way::between(&said(live, true), &said(shadow, true));
                let wanted = match (live, shadow) {
                    _ if live == shadow => Way::Same,
                    (Answer::Allow, _) => Way::Stopped,
                    (_, Answer::Allow) => Way::Opened,
                    _ => Way::Otherwise,
                };
                assert_eq!(way, wanted, "{live:?} {shadow:?}");
            }
        }
    }

    #[test]
    fn m7_6_a_gate_that_only_records_lets_through() {
        let (records, blocks) = (said(Answer::Deny, false), said(Answer::Deny, true));
        assert_eq!(Way::between(&records, &blocks), Way::Stopped);
        assert_eq!(Way::between(&blocks, &records), Way::Opened);
        let allowed = said(Answer::Allow, true);
        assert_eq!(Way::between(&records, &allowed), Way::Otherwise);
    }
}
