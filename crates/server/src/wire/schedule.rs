//! The earliest safe start on the wire.

use api_types::schedule as wire;
use domain::scheduling::{Bound, Schedule};

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
