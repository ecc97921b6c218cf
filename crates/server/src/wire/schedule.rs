//! The earliest safe start on the wire.

use api_types::schedule as wire;
use domain::conflict::{Conflict, ConflictKind};
use domain::scheduling::{Bound, Schedule};

use super::Names;
use super::text::time;

/// When a change can start.
pub(crate) fn schedule(from: &Schedule) -> wire::Schedule {
    let bound = |from: &Bound| wire::ScheduleBound {
        code: from.code.to_owned(),
        at: from.at.map(time),
        what: from.what.clone(),
        zone: from.zone.clone(),
        rule: from.rule.as_ref().map(|rule| rule.id.clone()),
    };
    wire::Schedule {
        earliest_start: from.earliest.map(time),
        planned_start: from.planned.map(time),
        feasible: from.trouble.is_none(),
        problem: from.trouble.clone(),
        bounds: from.bounds.iter().map(bound).collect(),
    }
}

impl Names<'_> {
    /// Other changes in the way.
    #[must_use]
    pub fn conflicts(&self, from: &[Conflict]) -> Vec<wire::ChangeConflict> {
        let one = |from: &Conflict| wire::ChangeConflict {
            change: from.number.to_string(),
            kind: match &from.kind {
                ConflictKind::Service => "service",
                ConflictKind::Dependency { .. } => "dependency",
                ConflictKind::People(_) => "people",
            }
            .to_owned(),
            why: self.conflict_words(&from.kind),
            from: time(from.during.from),
            until: time(from.during.until),
        };
        from.iter().map(one).collect()
    }

    /// Why two changes get in each other's way.
    #[must_use]
    pub fn conflict_words(&self, kind: &ConflictKind) -> String {
        match kind {
            ConflictKind::Service => "both change the same service".to_owned(),
            ConflictKind::Dependency { dependent, on } => {
                format!("`{dependent}` depends on `{on}`")
            }
            ConflictKind::People(people) => {
                let names: Vec<String> =
                    people.iter().map(|p| self.directory.person_name(p)).collect();
                format!("{} implements both", names.join(" and "))
            }
        }
    }
}
