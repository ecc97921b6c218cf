//! The decision page of a change set.

use app::change::Explained;
use axum::extract::Path;
use axum::response::Response;
use console::pages::change::Ballot;
use console::pages::change_set::Page;
use console::view::{NextStep, Section};
use domain::ids::ChangeSetId;

use super::super::view::change_set as view;
use super::super::visit::Visit;
use crate::error::ApiError;

/// `GET /change-sets/{set}`
pub(in crate::ui) async fn show(visit: Visit, Path(set): Path<String>) -> Response {
    let made = page(&visit, &set).await;
    visit.answer(made.map(|page| visit.ok(&page))).await
}

/// The page of a set as it stands now, also for showing what was refused.
pub(super) async fn page(visit: &Visit, set: &str) -> Result<Page, ApiError> {
    let id: ChangeSetId = set.parse().map_err(|_| ApiError::not_found("change set", set))?;
    let explained = visit.state.app.explain_change_set(&visit.signed_in.principal, &id).await?;
    let layout = visit.layout(explained.set.title.text(), Section::Changes).await;
    let reader = visit.reader();
    let mut page = view::page(&reader, layout, &explained, &visit.person);
    for (item, explained) in page.items.iter_mut().zip(&explained.items) {
        if let Ballot::Open(form) = &mut item.ballot {
            form.idempotency_key = visit.new_key();
            form.step_up = step_up(visit, explained, &id);
        }
    }
    Ok(page)
}

/// What an approval of an item asks of how the reader signed in.
fn step_up(visit: &Visit, item: &Explained, set: &ChangeSetId) -> Option<NextStep> {
    let authentication = visit.signed_in.principal.authentication.as_ref();
    let asked = item.facts.step_up();
    let signs = visit.site().is_some_and(|site| !visit.passkeys(&site).is_empty());
    // Signing with a passkey proves it in the same go.
    let mut asked = asked.iter().filter(|s| !(s.signature && signs));
    let why = asked.find_map(|s| s.sign_in_lack(authentication, visit.now))?;
    let here = crate::wire::text::percent_encode(&format!("/change-sets/{set}"));
    let words = format!("To approve, first prove again who you are: {why}.");
    Some(NextStep::linked(words, format!("/step-up?next={here}")))
}
