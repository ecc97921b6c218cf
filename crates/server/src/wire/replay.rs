//! Replays on the wire.

use api_types::replay as wire;
use app::replay::ReplayProgress;
use policy::Bundle;
use policy::replay::{Ask, Counts, Example, Kind, Report};

use super::text::time;

/// The whole answer.
#[must_use]
pub fn replay(progress: &ReplayProgress, candidate: &Bundle) -> wire::PolicyReplay {
    let report = &progress.report;
    wire::PolicyReplay {
        done: progress.is_done(),
        entries: progress.entries,
        of: progress.of,
        base: report.base.clone(),
        base_name: progress.base.name().to_owned(),
        candidate: report.candidate.clone(),
        candidate_name: candidate.name().to_owned(),
        changes: counts(&report.counts),
        differences: report
            .kinds
            .iter()
            .map(|found| wire::ReplayDifference {
                code: found.kind.code().to_owned(),
                title: found.kind.title().to_owned(),
                stricter: found.kind.is_stricter(),
                changes: found.changes,
                examples: found.examples.iter().map(example).collect(),
            })
            .collect(),
        services: services(report),
        roles: roles(report),
        waiting: wire::ReplayWaiting {
            added_hours: tenths(report.waiting.added_hours),
            saved_hours: tenths(report.waiting.saved_hours),
            rules_hours: tenths(report.waiting.rules_hours),
            added_unknown: report.waiting.added_unknown,
            removed_unknown: report.waiting.removed_unknown,
        },
        failed: wire::ReplayFailed {
            all: report.failed.changes,
            more: report.failed.more,
            fewer: report.failed.fewer,
            by_rules: report.failed.by_rules,
            stopped: report.failed.stopped,
        },
        open: wire::ReplayOpen {
            all: report.open,
            moved: report.open_moved,
            named: report.open_named.iter().map(example).collect(),
        },
        reproduced: wire::ReplayReproduced {
            identical: report.reproduced.identical,
            different: report.reproduced.different,
            examples: report.reproduced.examples.iter().map(ToString::to_string).collect(),
        },
    }
}

pub(super) fn counts(of: &Counts) -> wire::ReplayCounts {
    wire::ReplayCounts {
        all: of.changes,
        same: of.same,
        stricter: of.stricter,
        looser: of.looser,
        both: of.both,
        other: of.other,
    }
}

fn example(of: &Example) -> wire::ReplayExample {
    wire::ReplayExample {
        number: of.number.to_string(),
        service: of.service.to_string(),
        at: time(of.at),
        differences: of.kinds.iter().map(|kind| Kind::code(*kind).to_owned()).collect(),
        added: of.added.iter().map(ask).collect(),
        removed: of.removed.iter().map(ask).collect(),
        to_rules: of.to_rules.iter().map(ask).collect(),
        to_people: of.to_people.iter().map(ask).collect(),
    }
}

pub(super) fn ask(of: &Ask) -> wire::ReplayAsk {
    wire::ReplayAsk { roles: of.roles.clone(), people: of.people }
}

fn services(report: &Report) -> Vec<wire::ReplayService> {
    let mut services: Vec<_> = report
        .services
        .iter()
        .map(|of| wire::ReplayService {
            service: of.service.clone(),
            tier: of.tier,
            changes: counts(&of.counts),
        })
        .collect();
    // The sort is stable: equal ones stay in the order of their names.
    services.sort_by_key(|of| std::cmp::Reverse(of.changes.all - of.changes.same));
    services
}

fn roles(report: &Report) -> Vec<wire::ReplayRole> {
    let moved = report.roles.iter().filter(|(_, effect)| {
        effect.added + effect.removed + effect.to_rules + effect.to_people > 0
    });
    moved
        .map(|(roles, effect)| wire::ReplayRole {
            roles: roles.clone(),
            added: effect.added,
            removed: effect.removed,
            to_rules: effect.to_rules,
            to_people: effect.to_people,
            answered: effect.answered,
            mean_hours: effect.mean_hours().map(tenths),
        })
        .collect()
}

fn tenths(hours: f64) -> f64 {
    (hours * 10.0).round() / 10.0
}
