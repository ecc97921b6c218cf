//! Whether what is recorded comes out again under the bundle that was live then: by the code that enforces
//! it, and by the columnar evaluator.

use std::sync::Arc;

use domain::change::Assessment;
use domain::ids::ChangeNumber;

use super::evaluator::Evaluator;
use super::outcome::Outcome;
use super::segment::{Asked, Segment};
use super::totals::Reproduced;
use crate::assess::{Assessed, AssessmentFacts};
use crate::bundle::Bundle;
use crate::expr::columns::BATCH;

/// Changes named whose recorded assessment did not come out again.
const NAMED: usize = 20;

/// Recorded assessments, made again.
#[derive(Debug, Default)]
pub(super) struct Reproducing {
    /// Of the bundle that is live.
    columnar: Option<Evaluator>,
    /// What was asked and not yet asked of the columnar evaluator.
    asked: Segment,
    /// What the enforcing evaluation said of it, and whether that is what is recorded.
    again: Vec<(ChangeNumber, Outcome, bool)>,
    found: Reproduced,
}

impl Reproducing {
    /// Makes a recorded assessment again. `asked` are the same facts for the columnar evaluator.
    pub(super) fn assess(
        &mut self,
        live: Option<&Arc<Bundle>>,
        facts: &AssessmentFacts<'_>,
        recorded: &Result<Arc<Assessment>, String>,
        asked: &Asked<'_>,
    ) {
        let Some(live) = live else { return self.note(asked.number, false) };
        let known = self.columnar.as_ref().map(|columnar| columnar.bundle().digest());
        if known != Some(live.digest()) {
            self.catch_up();
            self.columnar = Some(Evaluator::new(Arc::clone(live)));
        }
        let again = live.assess(facts);
        let same = match (&again, recorded) {
            (Assessed::Assessed { assessment, .. }, Ok(recorded)) => {
                assessment.as_ref() == recorded.as_ref()
            }
            (Assessed::Undecided { code, .. }, Err(recorded)) => code == recorded,
            _ => false,
        };
        self.asked.push(asked);
        self.again.push((asked.number, Outcome::from(&again), same));
        if self.again.len() >= BATCH {
            self.catch_up();
        }
    }

    /// What was found up to here.
    pub(super) fn found(&mut self) -> &Reproduced {
        self.catch_up();
        &self.found
    }

    fn catch_up(&mut self) {
        let asked = std::mem::take(&mut self.asked);
        let again = std::mem::take(&mut self.again);
        let Some(mut columnar) = self.columnar.take() else { return };
        let said = columnar.evaluate(&asked);
        for ((number, again, same), said) in again.into_iter().zip(said) {
            let agrees = columnar.outcome(said).is_some_and(|outcome| outcome == again);
            self.note(number, same && agrees);
        }
        if columnar.is_full() {
            columnar.forget();
        }
        self.columnar = Some(columnar);
    }

    fn note(&mut self, number: ChangeNumber, same: bool) {
        if same {
            self.found.identical += 1;
            return;
        }
        self.found.different += 1;
        if self.found.examples.len() < NAMED {
            self.found.examples.push(number);
        }
    }
}
