//! Feasibility on the wire.

use std::collections::BTreeMap;

use api_types::feasibility as wire;
use app::feasibility::known_since;
use domain::weak_link::WeakLink;
use jiff::Timestamp;
use policy::feasibility::{Conflict, Feasibility, NeedFeasibility, WeaknessKind};

use super::text::time;

/// What nightly looks have found, with since when.
type Known = BTreeMap<WeakLink, Timestamp>;

/// The whole answer, with what nightly looks have found.
#[must_use]
pub fn feasibility(found: &Feasibility, known: &Known) -> wire::PolicyFeasibility {
    let hours = found.needs.iter().map(|need| need.available.len()).max().unwrap_or(0);
    wire::PolicyFeasibility {
        from: time(found.from),
        hours: u16::try_from(hours).unwrap_or(u16::MAX),
        weak_links: weak_links(found, known),
        needs: found.needs.iter().map(need).collect(),
        conflicts: found.conflicts.iter().map(conflict).collect(),
        unknown: found.unknown.clone(),
    }
}

const fn kind(kind: WeaknessKind) -> wire::WeakLinkKind {
    match kind {
        WeaknessKind::Nobody => wire::WeakLinkKind::Nobody,
        WeaknessKind::Expires => wire::WeakLinkKind::Expires,
        WeaknessKind::NobodyToSpare => wire::WeakLinkKind::NobodyToSpare,
        WeaknessKind::Late => wire::WeakLinkKind::Late,
    }
}

/// Only the weakest links, the worst first.
#[must_use]
pub fn weak_links(found: &Feasibility, known: &Known) -> Vec<wire::WeakLink> {
    let known = |need: &str| {
        let one = |(link, since): (&WeakLink, Timestamp)| wire::KnownWeakLink {
            service: link.service.as_ref().map(ToString::to_string),
            kind: kind(link.kind),
            since: time(since),
        };
        known_since(found, need, known).map(one).collect()
    };
    let link =
        |(need, weakness): (&NeedFeasibility, &policy::feasibility::Weakness)| wire::WeakLink {
            need: need.key.clone(),
            kind: kind(weakness.kind),
            blocks: weakness.kind.blocks(),
            message: weakness.message.clone(),
            help: weakness.help.clone(),
            file: need.rule.file.clone(),
            line: need.rule.line,
            known: known(&need.key),
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
