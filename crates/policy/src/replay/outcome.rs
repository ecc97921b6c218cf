//! What one bundle says of one change, without the words.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::asking::ResponseClock;
use domain::authentication::StepUp;
use domain::change::{Assessment, EvidenceRequirement};
use domain::requirement::{Requirement, RuleRef};

use crate::assess::Assessed;
use crate::bundle::Tier;

/// What came out for one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What policy answers.
    pub answer: Arc<Answer>,
    /// The risk, when there is an assessment.
    pub risk: Option<Risk>,
}

/// A risk without its factors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risk {
    /// Points.
    pub score: i64,
    /// The approval level they fall into.
    pub level: Arc<str>,
}

/// What policy answers, apart from the risk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It says what is needed.
    Asks(Box<Asks>),
    /// It can't say.
    Undecided {
        /// Stable code, as of [`Assessed::Undecided`].
        code: String,
    },
    /// The change can't be accepted as it is.
    Refused {
        /// Names of the fields.
        fields: Vec<String>,
    },
}

/// Everything an assessment asks for, apart from the risk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asks {
    /// Tier of the environment.
    pub tier: u8,
    /// Who has to approve.
    pub requirements: Vec<Requirement>,
    /// Keys of the requirements that automation rules may answer, in order. Evidence that such a rule
    /// rests on may still be missing, and people may say otherwise.
    pub by_rules: Vec<String>,
    /// Evidence that has to be there.
    pub evidence: Vec<EvidenceRequirement>,
    /// Whether an alignment session comes first.
    pub alignment: bool,
    /// The rule that asks for nobody.
    pub exempt: Option<RuleRef>,
    /// Terms of the tier.
    pub terms: Terms,
}

/// What holds in a tier whatever the rules ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Whether the gate blocks.
    pub enforce: bool,
    /// Minutes an undecided change stays open.
    pub pending_minutes: u32,
    /// Minutes an approval stands.
    pub validity_minutes: u32,
    /// Whose minutes these two are.
    pub expiry_clock: ResponseClock,
    /// Minutes a grant can be redeemed.
    pub grant_minutes: u32,
    /// How often a deployment may be run again after it failed.
    pub reruns_after_failure: u32,
    /// Whether every contributor has to be a known person.
    pub known_contributors: bool,
    /// What an approval asks of how the voter signed in.
    pub step_up: Option<StepUp>,
}

impl Terms {
    pub(super) fn of_tier(tier: &Tier, enforce: bool) -> Self {
        Self {
            enforce,
            pending_minutes: tier.pending_minutes,
            validity_minutes: tier.approval_minutes,
            expiry_clock: tier.expiry_clock,
            grant_minutes: tier.grant_minutes,
            reruns_after_failure: tier.reruns_after_failure,
            known_contributors: tier.known_contributors,
            step_up: tier.step_up.clone(),
        }
    }
}

impl From<&Assessment> for Asks {
    fn from(of: &Assessment) -> Self {
        Self {
            tier: of.tier,
            requirements: of.requirements.clone(),
            by_rules: by_rules(of.automatic.iter().map(|rule| rule.answers.as_slice())),
            evidence: of.evidence.clone(),
            alignment: !of.alignment.is_empty(),
            exempt: of.exempt.clone(),
            terms: Terms {
                enforce: of.enforce,
                pending_minutes: of.pending_minutes,
                validity_minutes: of.validity_minutes,
                expiry_clock: of.expiry_clock,
                grant_minutes: of.grant_minutes,
                reruns_after_failure: of.reruns_after_failure,
                known_contributors: of.known_contributors,
                step_up: of.step_up.clone(),
            },
        }
    }
}

impl Answer {
    /// The tier, where it says what is needed.
    pub(super) fn tier(&self) -> Option<u8> {
        match self {
            Self::Asks(asks) => Some(asks.tier),
            Self::Undecided { .. } | Self::Refused { .. } => None,
        }
    }
}

impl Asks {
    /// What people have to answer, and what rules may.
    pub(super) fn split(&self) -> (Vec<&Requirement>, Vec<&Requirement>) {
        self.requirements.iter().partition(|r| !self.by_rules.contains(&r.key))
    }
}

/// What rules answer together, each key once.
pub(super) fn by_rules<'a>(answers: impl Iterator<Item = &'a [String]>) -> Vec<String> {
    let keys: BTreeSet<&String> = answers.flatten().collect();
    keys.into_iter().cloned().collect()
}

impl Outcome {
    /// What a recorded assessment asked for.
    #[must_use]
    pub fn recorded(assessment: &Assessment) -> Self {
        Self { answer: Arc::new(Answer::Asks(Box::new(assessment.into()))), risk: None }
    }
}

impl From<&Assessed> for Outcome {
    /// What the enforcing evaluation said.
    fn from(assessed: &Assessed) -> Self {
        let (answer, risk) = match assessed {
            Assessed::Assessed { assessment, .. } => {
                let score = assessment.risk.score;
                let risk = Risk { score, level: assessment.level.as_str().into() };
                (Answer::Asks(Box::new(assessment.as_ref().into())), Some(risk))
            }
            Assessed::Undecided { code, .. } => (Answer::Undecided { code: code.clone() }, None),
            Assessed::Refused { fields, .. } => {
                let fields = fields.iter().map(|field| field.field.clone()).collect();
                (Answer::Refused { fields }, None)
            }
        };
        Self { answer: Arc::new(answer), risk }
    }
}
