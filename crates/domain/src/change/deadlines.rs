//! Deadlines in working time: reckoned once, when their time begins, and recorded, so that no fold needs a
//! calendar and no other calendar moves them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Assessment, Change};
use crate::asking::Places;
use crate::requirement::Requirement;

/// Until when people have time. What is not in here follows from the minutes of the assessment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadlines {
    /// When the change expires undecided.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::time::ms::option")]
    pub expires_at: Option<Timestamp>,
    /// When answers are due.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub due: Vec<Due>,
}

/// When the answer to a requirement is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Due {
    /// Its key.
    pub requirement: String,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

impl Deadlines {
    fn of<'a>(
        assessment: &Assessment,
        requirements: impl IntoIterator<Item = &'a Requirement>,
        places: &dyn Places,
        at: Timestamp,
    ) -> Option<Box<Self>> {
        let due = requirements.into_iter().filter_map(|r| {
            let due = r.due_clock.working_after(at, r.due_minutes?, places)?;
            Some(Due { requirement: r.key.clone(), at: crate::time::to_millis(due) })
        });
        let pending = assessment.expiry_clock.working_after(at, assessment.pending_minutes, places);
        let found = Self { expires_at: pending.map(crate::time::to_millis), due: due.collect() };
        (found != Self::default()).then(|| Box::new(found))
    }
}

impl Assessment {
    /// The same, with the deadlines that begin now.
    #[must_use]
    pub fn begun(mut self: Box<Self>, places: &dyn Places, at: Timestamp) -> Box<Self> {
        self.deadlines = Deadlines::of(&self, &self.requirements, places, at);
        self
    }

    /// Until when an approval from a time on stands, where that is in working time.
    #[must_use]
    pub fn approved_until(&self, places: &dyn Places, at: Timestamp) -> Option<Timestamp> {
        let until = self.expiry_clock.working_after(at, self.validity_minutes, places);
        until.map(crate::time::to_millis)
    }
}

impl Change {
    /// The deadlines of everything it asks for, if their time began again.
    #[must_use]
    pub fn deadlines_from(&self, places: &dyn Places, at: Timestamp) -> Option<Box<Deadlines>> {
        let assessment = self.assessment.as_ref()?;
        Deadlines::of(assessment, self.requirements().iter(), places, at)
    }

    /// When an answer is due, where the record holds that.
    #[must_use]
    pub fn due_on_record(&self, requirement: &str) -> Option<Timestamp> {
        let mut all =
            self.assessments().filter_map(|a| a.deadlines.as_deref()).flat_map(|d| &d.due);
        all.find(|due| due.requirement == requirement).map(|due| due.at)
    }
}
