//! The sandbox: what it is a copy of, and its clock.

use axum::response::Response;
use console::pages::sandbox::Page;
use console::view::{Flash, Section};
use jiff::{SignedDuration, Timestamp};

use super::answer::redirect;
use super::form::Posted;
use super::visit::Visit;
use crate::api::sandbox::served;
use crate::error::ApiError;

const PAGE: &str = "/sandbox";

/// `GET /sandbox`
pub(super) async fn show(visit: Visit) -> Response {
    let made = page(&visit).await;
    visit.answer(made.map(|page| visit.ok(&page))).await
}

/// `POST /sandbox/clock`
pub(super) async fn move_clock(posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    match moved(&visit, form.trimmed("advance"), form.trimmed("to")).await {
        Ok(flash) => redirect(PAGE, &flash),
        Err(error) if error.status().is_client_error() => {
            let page = page(&visit).await.map(|mut page| {
                page.layout.flash.push(visit.refusal(&error));
                visit.page(error.status(), &page)
            });
            visit.answer(page).await
        }
        Err(error) => visit.problem(error).await,
    }
}

async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let sandbox = served(&visit.state)?;
    Ok(Page {
        origin: sandbox.of.origin.clone(),
        entries: sandbox.of.size,
        now: visit.reader().moment(visit.state.app.ports().now()),
        layout: visit.layout("Sandbox", Section::None).await,
    })
}

async fn moved(visit: &Visit, advance: &str, to: &str) -> Result<Flash, ApiError> {
    let sandbox = served(&visit.state)?;
    visit.signed_in.principal.acting_person("move the clock of a sandbox")?;
    let until = if advance.is_empty() { at(to)? } else { later(visit, advance)? };
    let played = visit.state.app.play_until(sandbox.clock.as_ref(), until).await?;
    let now = played.now.strftime("%Y-%m-%d %H:%M");
    Ok(Flash::good(format!(
        "It is {now} UTC here now. On the way time set something off for changes {} times.",
        played.moved
    )))
}

/// So much later, `2h`.
fn later(visit: &Visit, advance: &str) -> Result<Timestamp, ApiError> {
    let length = advance.parse::<SignedDuration>().ok();
    let until = length.and_then(|length| visit.state.app.ports().now().checked_add(length).ok());
    until.ok_or_else(|| ApiError::field("advance", "write a length like 2h or 90m"))
}

/// A time as browsers send it, in UTC: `2026-11-28T10:00`.
fn at(to: &str) -> Result<Timestamp, ApiError> {
    let whole = if to.len() == 16 { format!("{to}:00Z") } else { to.to_owned() };
    whole.parse().map_err(|_| ApiError::field("to", "write a time like 2026-11-28T10:00 (UTC)"))
}
