//! What the gate says of freezes: they are looked at when it is used, not when it was approved.

use jiff::Timestamp;

use super::{Standing, denied, satisfied};
use crate::change::Change;
use crate::explanation::{Explanation, Outcome};
use crate::freeze::Freeze;

/// A freeze in force denies, unless its exception was voted for on this revision.
pub(super) fn check(change: &Change, standing: Standing<'_>, now: Timestamp) -> Explanation {
    let in_force: Vec<&Freeze> = standing.freezes.iter().filter(|f| f.is_in_force(now)).collect();
    if in_force.is_empty() {
        let mut node = satisfied("no_freeze", "nothing is frozen here");
        let next = standing.freezes.iter().filter(|f| f.from > now).min_by_key(|f| f.from);
        node.next = next.map(|f| crate::explanation::Edge {
            at: f.from,
            what: format!("the freeze `{}` begins", f.title.text()),
        });
        return node;
    }
    let nodes: Vec<_> = in_force.iter().map(|f| one(change, f, standing)).collect();
    let outcome = crate::decision::worst(&nodes);
    let (code, title) = match outcome {
        Outcome::Satisfied => ("freeze_excepted", "every freeze makes an exception for it"),
        Outcome::Missing => ("freeze_exception_missing", "it waits for an exception from a freeze"),
        _ => ("frozen", "it is frozen"),
    };
    Explanation::new(outcome, code, title).children(nodes)
}

fn one(change: &Change, freeze: &Freeze, standing: Standing<'_>) -> Explanation {
    let title = freeze.title.text();
    let requirement = freeze.requirement();
    let asked = change.exceptions().any(|e| e.requirement == requirement);
    let met = !standing.decisions.is_empty()
        && standing.decisions.iter().all(|d| {
            let counted = d.counted.iter().find(|c| c.requirement == requirement.key);
            !d.unmet.contains(&requirement.key) && counted.is_some_and(|c| !c.votes.is_empty())
        });
    let mut node = if asked && met {
        satisfied("freeze_excepted", &format!("“{title}” makes an exception for it"))
    } else if asked {
        let title = format!("“{title}”: an exception was asked for and nobody gave it yet");
        Explanation::new(Outcome::Missing, "freeze_exception_missing", title)
    } else {
        denied("frozen", format!("frozen until {:.0}: “{title}”", freeze.until))
    };
    let roles: Vec<&str> = freeze.approvers.iter().map(crate::ids::RoleName::as_str).collect();
    let reason = freeze.reason.text();
    node.detail = Some(format!("{reason}; an exception needs a vote of {}", roles.join(" or ")));
    node.rule = Some(freeze.rule.clone());
    node.requirement = Some(requirement.key);
    node.next = Some(freeze.end());
    node
}
