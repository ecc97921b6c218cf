//! Who would be asked when, in the situations that policy describes.

use app::AppError;
use app::drills::{DrillWish, Drilled};
use axum::response::Response;
use console::pages::policy_drills::{Drill, Page, Problem, Row};
use console::view::{Badge, Icon, Section, Tone};
use domain::requirement::RuleRef;
use policy::drill::{DrillEnd, DrillEntry, DrillPerson, DrillReport, DrillWhat};

use super::super::view::reader::rule;
use super::super::visit::Visit;
use crate::error::ApiError;

/// `GET /policy/drills`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    let made = page(&visit).await;
    visit.answer(made.map(|page| visit.ok(&page))).await
}

async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let layout = visit.layout("Drills", Section::Policy).await;
    let drilled = match visit.state.app.policy_drills(DrillWish::default()).await {
        Ok(drilled) => drilled,
        Err(AppError::NoPolicy) => return Ok(Page { layout, ..Page::default() }),
        Err(error) => return Err(error.into()),
    };
    Ok(Page {
        layout,
        drills: drilled.reports.iter().map(|report| drill(report, &drilled)).collect(),
        not_run: drilled.not_run.clone(),
        left_out: drilled.left_out,
    })
}

fn drill(report: &DrillReport, drilled: &Drilled) -> Drill {
    let end = match report.end {
        DrillEnd::Answered => "everything was answered",
        DrillEnd::Unanswered => "enough people were asked, and too few answered",
        DrillEnd::DeadEnd => "nobody who is asked could meet what is asked for",
        DrillEnd::Impossible => "it could not be run",
    };
    let state = match (report.end, report.passed()) {
        (_, true) => Badge::new(Tone::Good, Icon::Check, "As it has to"),
        (DrillEnd::DeadEnd, false) => Badge::new(Tone::Bad, Icon::Cross, "Dead end"),
        (DrillEnd::Impossible, false) => Badge::new(Tone::Bad, Icon::Cross, "Not run"),
        (_, false) => Badge::new(Tone::Bad, Icon::Cross, "Not as expected"),
    };
    let zone = calendar_clock(report);
    let took = report.ended_at.duration_since(report.start).as_mins();
    let problem = |problem: &policy::drill::DrillProblem| Problem {
        message: problem.message.clone(),
        help: problem.help.clone(),
        since: drilled.known_since(report, problem).map(|at| at.strftime("%-d %b %Y").to_string()),
    };
    let source = RuleRef { id: report.name.clone(), file: report.file.clone(), line: report.line };
    Drill {
        name: report.name.clone(),
        state,
        about: format!("{}, from {zone} ({})", report.service, report.time_zone),
        source: rule(&source),
        problems: report.problems.iter().map(problem).collect(),
        timeline: report.timeline.iter().map(|entry| row(entry, drilled)).collect(),
        end: format!("Ends {}: {end}.", after(took)),
    }
}

/// When it begins, on the clock it is written for.
fn calendar_clock(report: &DrillReport) -> String {
    let at = report.start.in_tz(&report.time_zone);
    at.map_or_else(|_| report.start.to_string(), |at| at.strftime("%a %-d %b %H:%M").to_string())
}

fn after(minutes: i64) -> String {
    format!("+{}:{:02}", minutes / 60, minutes % 60)
}

fn row(entry: &DrillEntry, drilled: &Drilled) -> Row {
    let what = match entry.what {
        DrillWhat::Asked if entry.people.is_empty() => "nobody to ask yet".to_owned(),
        DrillWhat::Asked => "asked".to_owned(),
        DrillWhat::Reminded => "reminded".to_owned(),
        DrillWhat::Escalated => {
            format!("escalates to {}", entry.to.as_deref().unwrap_or("others"))
        }
        DrillWhat::Answered => "approves".to_owned(),
    };
    Row {
        after: after(entry.minutes),
        what,
        requirement: entry.requirement.clone(),
        why: entry.why.clone(),
        people: entry.people.iter().map(|one| person(one, entry, drilled)).collect(),
    }
}

fn person(person: &DrillPerson, entry: &DrillEntry, drilled: &Drilled) -> String {
    let roles: Vec<&str> = person.roles.iter().map(domain::ids::RoleName::as_str).collect();
    let work = if person.at_work { "" } else { ", not at work" };
    let channels = match drilled.mailed_at(entry, &person.person) {
        None => "product".to_owned(),
        Some(at) if at <= entry.at => "product and mail".to_owned(),
        Some(at) => {
            let minutes = at.duration_since(entry.at).as_mins();
            format!("product, and mail {} later, after quiet hours", after(minutes))
        }
    };
    format!("{} ({}), {}{work}, by {channels}", person.name, roles.join(", "), person.local)
}
