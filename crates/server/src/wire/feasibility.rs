//! Feasibility on the wire.

use api_types::feasibility as wire;
use policy::feasibility::{Conflict, Feasibility, NeedFeasibility, WeaknessKind};

use super::text::time;

/// The whole answer.
#[must_use]
pub fn feasibility(found: &Feasibility) -> wire::PolicyFeasibility {
    let hours = found.needs.iter().map(|need| need.available.len()).max().unwrap_or(0);
    wire::PolicyFeasibility {
        from: time(found.from),
        hours: u16::try_from(hours).unwrap_or(u16::MAX),
        weak_links: weak_links(found),
        needs: found.needs.iter().map(need).collect(),
        conflicts: found.conflicts.iter().map(conflict).collect(),
        unknown: found.unknown.clone(),
    }
}

/// Only the weakest links, the worst first.
#[must_use]
pub fn weak_links(found: &Feasibility) -> Vec<wire::WeakLink> {
    let link =
        |(need, weakness): (&NeedFeasibility, &policy::feasibility::Weakness)| wire::WeakLink {
            need: need.key.clone(),
            kind: match weakness.kind {
                WeaknessKind::Nobody => wire::WeakLinkKind::Nobody,
                WeaknessKind::Expires => wire::WeakLinkKind::Expires,
                WeaknessKind::NobodyToSpare => wire::WeakLinkKind::NobodyToSpare,
                WeaknessKind::Late => wire::WeakLinkKind::Late,
            },
            blocks: weakness.kind.blocks(),
            message: weakness.message.clone(),
            help: weakness.help.clone(),
            file: need.rule.file.clone(),
            line: need.rule.line,
        };
    found.weakest().into_iter().map(link).collect()
}

fn need(need: &NeedFeasibility) -> wire::NeedFeasibility {
    wire::NeedFeasibility {
        need: need.key.clone(),
        roles: need.roles.iter().map(ToString::to_string).collect(),
        count: need.count,
        service: need.service.as_ref().map(ToString::to_string),
        environment: need.environment.as_ref().map(ToString::to_string),
        people: need.people,
        delegates: need.delegates,
        without_key: need.without_key,
        available: need.available.clone(),
        longest_gap: need
            .longest_gap
            .map(|gap| wire::Gap { from: time(gap.start), until: time(gap.end) }),
        due_minutes: need.due_minutes,
        pending_minutes: need.pending_minutes,
    }
}

fn conflict(conflict: &Conflict) -> wire::NeedConflict {
    wire::NeedConflict {
        service: conflict.service.to_string(),
        environment: conflict.environment.to_string(),
        needs: conflict.keys.clone(),
        needed: conflict.needed,
        possible: conflict.possible,
    }
}
