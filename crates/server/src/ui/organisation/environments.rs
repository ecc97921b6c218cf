//! Environments and their tiers: they come from the live bundle.

use axum::response::Response;
use console::pages::organisation::EnvironmentsPage;
use console::view::Section;

use super::super::view::organisation as view;
use super::super::visit::Visit;

/// `GET /organisation/environments`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    let services = u32::try_from(visit.live.directory.services().count()).unwrap_or(u32::MAX);
    let page = EnvironmentsPage {
        layout: visit.layout("Environments", Section::Organisation).await,
        environments: visit.bundle().map(|b| view::environments(b, services)).unwrap_or_default(),
    };
    visit.ok(&page)
}
