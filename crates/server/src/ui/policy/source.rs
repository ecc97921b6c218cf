//! One file of the live bundle with line numbers.

use axum::extract::Path;
use axum::response::Response;
use console::pages::policy::SourcePage;
use console::view::{Section, SourceFile};

use super::super::view::policy as view;
use super::super::visit::Visit;
use crate::error::ApiError;

/// `GET /policy/source/{file}`
pub(in crate::ui) async fn show(visit: Visit, Path(name): Path<String>) -> Response {
    let made = page(&visit, &name).await;
    visit.answer(made).await
}

async fn page(visit: &Visit, name: &str) -> Result<Response, ApiError> {
    let missing = || ApiError::not_found("file", name);
    let live = visit.bundle().ok_or_else(missing)?;
    let file = live.files().iter().find(|file| file.path == name).ok_or_else(missing)?;
    let policy = &visit.live.policy;
    let page = SourcePage {
        layout: visit.layout(&file.path, Section::Policy).await,
        bundle: view::bundle(&visit.reader(), policy.live_bundle(), policy.activations),
        files: view::files(live),
        file: SourceFile { name: file.path.clone(), text: file.text.clone() },
    };
    Ok(visit.ok(&page))
}
