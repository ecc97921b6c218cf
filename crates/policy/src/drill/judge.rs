//! Whether a drill went as it has to, and what would have to give where it did not.

use std::collections::BTreeSet;

use domain::drill::DrillFailureKind as Kind;
use domain::eligibility::Eligibility;
use domain::ids::{PersonId, RoleName};
use domain::requirement::Requirement;
use jiff::SignedDuration;

use super::report::{DrillEnd, DrillProblem, DrillReport, DrillWhat};
use super::run::{Clock, vote};

pub(super) fn judge(clock: &Clock<'_>) -> DrillReport {
    let (drill, world) = (clock.drill, clock.world);
    let unmet = clock.unmet(&clock.change);
    let stuck = stuck(clock, &unmet);
    let end = match (unmet.is_empty(), stuck.is_empty()) {
        (true, _) => DrillEnd::Answered,
        (false, true) => DrillEnd::Unanswered,
        (false, false) => DrillEnd::DeadEnd,
    };
    let mut problems: Vec<DrillProblem> = stuck.iter().map(|r| dead_end(clock, r)).collect();
    asked(clock, &mut problems);
    escalates(clock, &mut problems);
    if let Some(within) = drill.expected.answered {
        let took = clock.now.duration_since(world.start);
        if end != DrillEnd::Answered || took > SignedDuration::from_mins(i64::from(within)) {
            let message = format!(
                "not everything was answered within {}: open is {}",
                span(within),
                if unmet.is_empty() { "nothing, but later".to_owned() } else { unmet.join(", ") }
            );
            let help = "ask more people, escalate earlier, or expect less";
            problems.push(DrillProblem::new(Kind::AnsweredLate, "", message, help));
        }
    }
    DrillReport {
        name: drill.name.clone(),
        file: drill.source.file.clone(),
        line: drill.source.line,
        service: world.service.name.to_string(),
        start: world.start,
        time_zone: drill.start.zone_name.clone(),
        timeline: clock.timeline.clone(),
        end,
        ended_at: clock.now,
        problems,
    }
}

/// What stays unmet even if everybody who was asked, and still may answer, approved.
fn stuck<'c>(clock: &'c Clock<'_>, unmet: &[String]) -> Vec<&'c Requirement> {
    let mut change = clock.change.clone();
    let asked = clock.change.asking.iter().flat_map(|a| a.asked.iter().cloned());
    for person in asked.collect::<BTreeSet<PersonId>>() {
        vote(&mut change, clock.world, &person, clock.now);
    }
    let still = clock.unmet(&change);
    let planned = clock.change.assessment.iter().flat_map(|a| &a.requirements);
    planned.filter(|r| unmet.contains(&r.key) && still.contains(&r.key)).collect()
}

fn dead_end(clock: &Clock<'_>, requirement: &Requirement) -> DrillProblem {
    let directory = &clock.world.directory;
    let eligibility = Eligibility::of(&clock.change, directory, clock.now);
    let can = eligibility.eligible(requirement);
    let here = can.iter().filter(|p| directory.away_until(p, clock.now).is_none()).count();
    let roles = clock.change.routes(requirement).map(|(role, _)| role.as_str());
    let roles = roles.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" or ");
    let needed = requirement.count as usize;
    let (because, help) = if requirement.response.is_none() {
        ("no response plan applies, so nobody is asked", "add a plan to response.yaml")
    } else if can.len() < needed {
        ("too few hold the role", "give it to more people, or add a step to a fallback role")
    } else if here < needed {
        ("too many are away", "add a step to a fallback role or to whoever is on call")
    } else if asked_for(clock, requirement) < needed {
        (
            "they are not asked before it expires",
            "set `after_hours: true`, add an earlier step, or let changes wait longer",
        )
    } else {
        (
            "the same people would have to answer twice",
            "give the role to somebody else as well, or add a step to another role",
        )
    };
    let message = format!(
        "it dead-ends at `{}`: {needed} of {roles} needed, {} hold it, {here} are here, {} were \
         asked by {}; {because}",
        requirement.key,
        can.len(),
        asked_for(clock, requirement),
        clock.now.strftime("%a %-d %b %H:%M UTC"),
    );
    DrillProblem::new(Kind::DeadEnd, &requirement.key, message, help)
}

fn asked_for(clock: &Clock<'_>, requirement: &Requirement) -> usize {
    clock.change.asking_of(&requirement.key).map_or(0, |asking| asking.asked.len())
}

fn asked(clock: &Clock<'_>, problems: &mut Vec<DrillProblem>) {
    for wanted in &clock.drill.expected.asked {
        let in_time = clock.timeline.iter().filter(|entry| {
            entry.what == DrillWhat::Asked && entry.minutes <= i64::from(wanted.within_minutes)
        });
        let people = in_time.flat_map(|entry| &entry.people);
        let found: BTreeSet<&PersonId> =
            people.filter(|p| p.roles.contains(&wanted.role)).map(|p| &p.person).collect();
        if found.len() < wanted.count as usize {
            let message = format!(
                "expected {} of {} to be asked within {}, found {}",
                wanted.count,
                wanted.role,
                span(wanted.within_minutes),
                found.len()
            );
            let role = wanted.role.as_str();
            let help = "the timeline says who is asked when, and why nobody before";
            problems.push(DrillProblem::new(Kind::AskedLate, role, message, help));
        }
    }
}

fn escalates(clock: &Clock<'_>, problems: &mut Vec<DrillProblem>) {
    let planned = clock.change.assessment.iter().flat_map(|a| &a.requirements);
    let steps = planned.flat_map(|r| r.response.iter().flat_map(|plan| &plan.steps));
    let opens: Vec<(String, &[RoleName])> =
        steps.map(|step| (step.to.words(), step.to.opens().0)).collect();
    for wanted in &clock.drill.expected.escalates {
        let turned = |entry: &&super::DrillEntry| {
            entry.minutes <= i64::from(wanted.within_minutes)
                && opens.iter().any(|(words, roles)| {
                    entry.to.as_ref() == Some(words) && roles.contains(&wanted.to)
                })
        };
        if !clock.timeline.iter().any(|entry| turned(&entry)) {
            let within = span(wanted.within_minutes);
            let message = format!("expected it to escalate to {} within {within}", wanted.to);
            let to = wanted.to.as_str();
            let help = "add a step to the response plan that applies, or make it come earlier";
            problems.push(DrillProblem::new(Kind::EscalatesLate, to, message, help));
        }
    }
}

fn span(minutes: u32) -> String {
    match minutes {
        minutes if minutes % 60 == 0 => format!("{} h", minutes / 60),
        minutes => format!("{minutes} min"),
    }
}
