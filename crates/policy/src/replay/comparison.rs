//! Two whole answers of policy to the same question, compared: one that is recorded, and one that
//! another bundle gives.

use std::sync::Arc;

use domain::change::{Assessment, ChangeType};

use super::difference::{Ask, Difference, Kind, risk};
use super::outcome::{Answer, Outcome, Risk};
use crate::assess::Assessed;

/// How the second differs from the first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// In which ways; empty when it does not.
    pub kinds: Vec<Kind>,
    /// Who would be asked as well.
    pub added: Vec<Ask>,
    /// Who would not be asked.
    pub removed: Vec<Ask>,
}

impl Comparison {
    /// Compares what is recorded, an assessment or the code of why policy could not say, with what a
    /// bundle says of the same facts.
    #[must_use]
    pub fn between(
        recorded: Result<&Assessment, &str>,
        other: &Assessed,
        change: ChangeType,
    ) -> Self {
        let (base, candidate) = (as_recorded(recorded), Outcome::from(other));
        let found = Difference::between(&base.answer, &candidate.answer, change);
        let Difference { mut kinds, added, removed, .. } = found;
        kinds.extend(risk(&base, &candidate));
        kinds.sort_unstable();
        Self { kinds, added, removed }
    }
}

fn as_recorded(recorded: Result<&Assessment, &str>) -> Outcome {
    match recorded {
        Ok(assessment) => Outcome {
            answer: Arc::new(Answer::Asks(Box::new(assessment.into()))),
            risk: Some(Risk {
                score: assessment.risk.score,
                level: assessment.level.as_str().into(),
            }),
        },
        Err(code) => {
            Outcome { answer: Arc::new(Answer::Undecided { code: code.to_owned() }), risk: None }
        }
    }
}
