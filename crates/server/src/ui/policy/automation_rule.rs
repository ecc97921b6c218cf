//! One rule that approves by itself, with what became of the changes it could answer for.

use api_types::automation::{AutomationRuleHistory, RuleApproval, RuleTally};
use axum::extract::Path;
use axum::response::Response;
use console::pages::automation_rule::{LatestRow, Page, TallyRow};
use console::view::{Link, Section};

use super::super::visit::Visit;
use super::automation::row;
use crate::error::ApiError;
use crate::wire::Names;

/// `GET /automation/rules/{rule}`
pub(in crate::ui) async fn show(visit: Visit, Path(rule): Path<String>) -> Response {
    let made = page(&visit, &rule).await;
    visit.answer(made.map(|page| visit.ok(&page))).await
}

async fn page(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let principal = &visit.signed_in.principal;
    let (rule, history) = visit.state.app.rule_history(principal, id).await?;
    let found = Names::new(&visit.live.directory).rule_history(&rule, &[], &history);
    let by = |who: &str, of: &RuleTally| TallyRow {
        by: who.to_owned(),
        changes: of.changes,
        refused: of.refused,
        deployments: of.deployments,
        failed: of.failed,
    };
    let latest = found.latest.iter().zip(&history.latest);
    let latest = latest.filter_map(|(one, (_, record))| {
        let at = visit.reader().moment(record.approved_by(&rule.id)?);
        Some(LatestRow { at, ..named(one) })
    });
    Ok(Page {
        layout: visit.layout(&rule.id, Section::Policy).await,
        rule: row(visit, &rule, &[]),
        days: found.days,
        tallies: vec![by("The rule", &found.by_rule), by("People", &found.by_people)],
        says: says(&found),
        latest: latest.collect(),
    })
}

fn named(of: &RuleApproval) -> LatestRow {
    LatestRow {
        change: Link::new(&of.change, format!("/changes/{}", of.change)),
        what: format!("{} in {}", of.service, of.environment),
        deployments: of.deployments,
        failed: of.failed,
        refused: of.refused,
        ..LatestRow::default()
    }
}

/// What the rule saves, costs and catches, as far as the numbers say.
fn says(of: &AutomationRuleHistory) -> Vec<String> {
    let saves = match of.people_took_hours {
        Some(hours) => {
            format!("People took {hours} h on average to approve what it left to them.")
        }
        None => "How long people take is not known: they approved none of what it left to them."
            .to_owned(),
    };
    vec![
        saves,
        format!(
            "{} of {} deployments that it let through failed.",
            of.by_rule.failed, of.by_rule.deployments
        ),
        format!(
            "Of {} changes that it left to people, somebody said no to {}, and {} of {} deployments failed.",
            of.by_people.changes,
            of.by_people.refused,
            of.by_people.failed,
            of.by_people.deployments
        ),
    ]
}
