//! One entry with its proof, which the browser can check itself.

use app::App;
use axum::extract::Path;
use axum::response::Response;
use console::view::{Link, Section};
use domain::ids::ChangeId;
use store::Entry;

use super::super::view::ledger::{Proven, entry_page};
use super::super::visit::Visit;
use crate::error::ApiError;

/// `GET /ledger/entries/{index}`
pub(in crate::ui) async fn show(visit: Visit, Path(index): Path<String>) -> Response {
    let made = page(&visit, &index).await;
    visit.answer(made).await
}

async fn page(visit: &Visit, index: &str) -> Result<Response, ApiError> {
    let store = visit.state.app.store();
    let missing = || ApiError::not_found("entry", index);
    let number = index.parse::<u64>().map_err(|_| missing())?;
    let entry = store.entry(number).await?.ok_or_else(missing)?;
    let receipt = store.receipt(number).await?.ok_or_else(missing)?;
    let envelope = App::read_entry(&entry)?;
    let proven = Proven {
        entry: &entry,
        envelope: &envelope,
        receipt: &receipt,
        key: &visit.state.settings.log_key,
        subject: subject(visit, &entry).await,
    };
    let layout = visit.layout(&format!("Ledger entry {number}"), Section::Ledger).await;
    Ok(visit.ok(&entry_page(&visit.reader(), layout, &proven)))
}

/// What the stream is about. A change that can't be read is said nothing of.
async fn subject(visit: &Visit, entry: &Entry) -> Option<Link> {
    match entry.stream.as_str().split_once('/') {
        Some((_, id)) => {
            let id: ChangeId = id.parse().ok()?;
            let (change, _) = visit.state.app.load_change(&id).await.ok()?;
            let title = change.revision().material.title.text();
            let label = format!("{} {title}", change.number);
            Some(Link::new(label, format!("/changes/{}", change.number)))
        }
        None => match entry.stream.as_str() {
            "policy" => Some(Link::new("Policy", "/policy")),
            "organisation" => Some(Link::new("Organisation", "/organisation/people")),
            _ => None,
        },
    }
}
