//! What past deployments say of risk.

use axum::response::Response;
use console::pages::risk_history::{Advice, Page, RateRow};
use console::view::Section;
use domain::detect::percent;
use domain::risk_history::{self as history, FailureRate};

use super::super::visit::Visit;
use crate::error::ApiError;

/// `GET /policy/history`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    let made = page(&visit).await;
    visit.answer(made.map(|page| visit.ok(&page))).await
}

async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let found = visit.state.app.risk_history().await?;
    let history::Tally { total, failed } = found.overall;
    let share = if total == 0 { String::new() } else { format!(", {}", percent(found.rate)) };
    let days = app::RISK_HISTORY_DAYS;
    Ok(Page {
        layout: visit.layout("Risk from history", Section::Policy).await,
        overall: format!("{failed} of {total} deployments failed in the last {days} days{share}"),
        rates: found.rates.iter().map(row).collect(),
    })
}

fn row(from: &FailureRate) -> RateRow {
    RateRow {
        group: format!("{} {}", from.group.by(), from.group.name()),
        failed: format!("{} of {}", from.tally.failed, from.tally.total),
        rate: percent(from.rate),
        interval: format!("{} to {}", percent(from.low), percent(from.high)),
        advice: match from.advice {
            history::Advice::Stricter { .. } => Advice::Stricter,
            history::Advice::Lighter { .. } => Advice::Lighter,
            history::Advice::Keep => Advice::Keep,
            history::Advice::TooFew => Advice::TooFew,
        },
        factor: from.factor(),
    }
}
