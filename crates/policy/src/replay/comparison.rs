//! Two whole answers of policy to the same question, compared: one that is recorded, and one that
//! another bundle gives.

use std::sync::Arc;

use domain::change::{Assessment, ChangeType};
use domain::requirement::Requirement;

use super::difference::{Ask, Difference, Kind, People, people, risk};
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
        let Difference { mut kinds, added, removed } = found;
        if let (Ok(base), Some(candidate)) = (recorded, other.assessment()) {
            kinds.extend(answered(base, candidate));
        }
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

/// Whether rules may answer what people were asked for, and the other way round. Evidence that such a
/// rule rests on may still be missing.
fn answered(base: &Assessment, candidate: &Assessment) -> impl Iterator<Item = Kind> {
    let (base, candidate) = (split(base), split(candidate));
    let more = |one: &People<'_>, other: &People<'_>| -> Vec<_> {
        let of = |who: &&_| one.get(*who).copied().unwrap_or(0);
        let grown = other.iter().filter(|(who, n)| **n > of(who));
        grown.map(|(who, _)| (who.0.to_vec(), who.1)).collect()
    };
    let both = |one: Vec<_>, other: Vec<_>| one.iter().any(|who| other.contains(who));
    let to_rules = both(more(&candidate.0, &base.0), more(&base.1, &candidate.1));
    let to_people = both(more(&base.0, &candidate.0), more(&candidate.1, &base.1));
    let kinds = [to_rules.then_some(Kind::RulesAnswer), to_people.then_some(Kind::PeopleAnswer)];
    kinds.into_iter().flatten()
}

/// Whom people have to answer for, and what rules may answer.
fn split(assessment: &Assessment) -> (People<'_>, People<'_>) {
    let by_rule =
        |r: &&Requirement| assessment.automatic.iter().any(|rule| rule.answers.contains(&r.key));
    let (rules, asked): (Vec<_>, Vec<_>) = assessment.requirements.iter().partition(by_rule);
    (people(asked), people(rules))
}
