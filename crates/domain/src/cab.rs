//! What a Change Advisory Board looks at: the riskiest changes, those that get in each other's way,
//! and those that wait to be aligned. All others are told of and not talked over (M5.6).

use crate::change::{Assessment, Change, State};
use crate::conflict::Conflict;
use crate::organisation::{Directory, Lacking};

/// Why a change is on the agenda.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CabReason {
    /// Its risk falls into the highest approval level.
    HighRisk {
        /// The level, as policy names it.
        level: String,
    },
    /// Policy can't say how risky it is, and that is never "not very".
    RiskUnknown,
    /// It gets in the way of another planned change.
    Conflict(Conflict),
    /// Policy wants it aligned before it is handed in.
    Alignment(Lacking),
}

impl CabReason {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::HighRisk { .. } => "high_risk",
            Self::RiskUnknown => "risk_unknown",
            Self::Conflict(_) => "conflict",
            Self::Alignment(_) => "alignment_missing",
        }
    }
}

/// Where a change goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CabPlace {
    /// It is talked over, for these reasons; never none.
    Agenda(Vec<CabReason>),
    /// It is told of.
    Told,
    /// The board has nothing to do with it: it is not handed in, runs, or is over.
    Out,
}

/// What is known of a change besides itself.
#[derive(Debug, Clone, Copy)]
pub struct CabFacts<'a> {
    /// What live policy asks for; `None` when it can't say.
    pub assessment: Option<&'a Assessment>,
    /// The highest approval level, where policy has more than one.
    pub highest: Option<&'a str>,
    /// What gets in its way.
    pub conflicts: &'a [Conflict],
    /// The organisation.
    pub directory: &'a Directory,
}

/// Where a change goes, and why.
#[must_use]
pub fn place(change: &Change, facts: CabFacts<'_>) -> CabPlace {
    let wanted = facts.assessment.is_some_and(|a| !a.alignment.is_empty());
    let lacks = || facts.directory.lacks_alignment(&change.id, &change.revision().digest);
    let unaligned = wanted.then(lacks).flatten().map(CabReason::Alignment);
    match change.state {
        State::Draft => match unaligned {
            Some(reason) => CabPlace::Agenda(vec![reason]),
            None => CabPlace::Out,
        },
        State::Assessing | State::AwaitingApproval { .. } | State::Approved { .. } => {
            let mut reasons: Vec<CabReason> = risk(facts).into_iter().collect();
            reasons.extend(facts.conflicts.iter().cloned().map(CabReason::Conflict));
            reasons.extend(unaligned);
            if reasons.is_empty() { CabPlace::Told } else { CabPlace::Agenda(reasons) }
        }
        _ => CabPlace::Out,
    }
}

fn risk(facts: CabFacts<'_>) -> Option<CabReason> {
    let Some(assessment) = facts.assessment else { return Some(CabReason::RiskUnknown) };
    let level = &assessment.level;
    (Some(level.as_str()) == facts.highest).then(|| CabReason::HighRisk { level: level.clone() })
}
