//! Drills on the wire.

use api_types::drill as wire;
use app::drills::Drilled;
use domain::drill::DrillFailureKind;
use policy::drill::{DrillEnd, DrillEntry, DrillPerson, DrillReport, DrillWhat};

use super::text::time;

/// What came of drills.
#[must_use]
pub fn drills(drilled: &Drilled) -> wire::PolicyDrills {
    wire::PolicyDrills {
        policy: drilled.policy.clone(),
        passed: drilled.passed(),
        drills: drilled.reports.iter().map(|report| drill(report, drilled)).collect(),
        not_run: drilled.not_run.clone(),
        left_out: u32::try_from(drilled.left_out).unwrap_or(u32::MAX),
    }
}

fn drill(report: &DrillReport, drilled: &Drilled) -> wire::PolicyDrill {
    let problem = |problem: &policy::drill::DrillProblem| wire::DrillProblem {
        kind: match problem.kind {
            DrillFailureKind::DeadEnd => wire::DrillFailureKind::DeadEnd,
            DrillFailureKind::AskedLate => wire::DrillFailureKind::AskedLate,
            DrillFailureKind::EscalatesLate => wire::DrillFailureKind::EscalatesLate,
            DrillFailureKind::AnsweredLate => wire::DrillFailureKind::AnsweredLate,
            DrillFailureKind::Impossible => wire::DrillFailureKind::Impossible,
        },
        at: (!problem.at.is_empty()).then(|| problem.at.clone()),
        known_since: drilled.known_since(report, problem).map(time),
        message: problem.message.clone(),
        help: problem.help.clone(),
    };
    wire::PolicyDrill {
        name: report.name.clone(),
        file: report.file.clone(),
        line: report.line,
        service: report.service.clone(),
        passed: report.passed(),
        start: time(report.start),
        time_zone: report.time_zone.clone(),
        timeline: report.timeline.iter().map(|entry| row(entry, drilled)).collect(),
        end: match report.end {
            DrillEnd::Answered => wire::DrillEnd::Answered,
            DrillEnd::Unanswered => wire::DrillEnd::Unanswered,
            DrillEnd::DeadEnd => wire::DrillEnd::DeadEnd,
            DrillEnd::Impossible => wire::DrillEnd::Impossible,
        },
        ended_at: time(report.ended_at),
        problems: report.problems.iter().map(problem).collect(),
    }
}

fn row(entry: &DrillEntry, drilled: &Drilled) -> wire::DrillEntry {
    wire::DrillEntry {
        at: time(entry.at),
        minutes: entry.minutes,
        requirement: entry.requirement.clone(),
        what: match entry.what {
            DrillWhat::Asked => wire::DrillWhat::Asked,
            DrillWhat::Reminded => wire::DrillWhat::Reminded,
            DrillWhat::Escalated => wire::DrillWhat::Escalated,
            DrillWhat::Answered => wire::DrillWhat::Answered,
        },
        to: entry.to.clone(),
        people: entry.people.iter().map(|one| person(one, entry, drilled)).collect(),
        why: entry.why.clone(),
    }
}

fn person(person: &DrillPerson, entry: &DrillEntry, drilled: &Drilled) -> wire::DrillPerson {
    let mailed_at = drilled.mailed_at(entry, &person.person);
    let mail = mailed_at.map(|_| "mail");
    wire::DrillPerson {
        person: person.person.to_string(),
        name: person.name.clone(),
        roles: person.roles.iter().map(ToString::to_string).collect(),
        local: person.local.clone(),
        at_work: person.at_work,
        channels: std::iter::once("product").chain(mail).map(str::to_owned).collect(),
        mailed_at: mailed_at.map(time),
    }
}
