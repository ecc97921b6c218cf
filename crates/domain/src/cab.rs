//! What a Change Advisory Board looks at: the riskiest changes, those that get in each other's way,
//! and those that wait to be aligned. All others are told of and not talked over (M5.6).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::change::{Assessment, Change, State};
use crate::conflict::Conflict;
use crate::ids::{ChangeNumber, EnvironmentName, RoleName, ServiceName};
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
    /// In a few words that name no person.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::HighRisk { level } => format!("risk of the level {level}"),
            Self::RiskUnknown => "policy can't say how risky it is".to_owned(),
            Self::Conflict(conflict) => format!("in conflict with {}", conflict.number),
            Self::Alignment(lacking) => lacking.to_string(),
        }
    }

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

/// So many reasons are said for one item; the others are counted. A digest is a leaf, and those are short.
const WHY_MAX: usize = 5;

/// An item of an agenda as members of the board are told of it: without what people wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoardItem {
    /// The change.
    pub number: ChangeNumber,
    /// Its service.
    pub service: ServiceName,
    /// Its environment.
    pub environment: EnvironmentName,
    /// Why it is talked over, in words; empty when the board is only told of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<String>,
}

impl BoardItem {
    /// What is told of a change.
    #[must_use]
    pub fn of(change: &Change, reasons: &[CabReason]) -> Self {
        let material = &change.revision().material;
        let mut why: Vec<String> = reasons.iter().map(CabReason::words).collect();
        why.dedup();
        let more = why.len().saturating_sub(WHY_MAX);
        why.truncate(WHY_MAX);
        why.extend((more > 0).then(|| format!("and {more} more")));
        Self {
            number: change.number,
            service: material.service.clone(),
            environment: material.environment.clone(),
            why,
        }
    }
}

/// What the members of a board are told before a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoardDigest {
    /// When they meet.
    #[serde(with = "crate::time::ms")]
    pub meeting: Timestamp,
    /// Everybody who holds this role is told.
    pub role: RoleName,
    /// How many changes are talked over.
    pub agenda: u32,
    /// The first of them.
    pub first: Vec<BoardItem>,
    /// How many changes they are only told of.
    pub told: u32,
    /// The first of those.
    pub others: Vec<BoardItem>,
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
