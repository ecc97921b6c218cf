//! Services, who owns them and how much hangs on them.

use axum::response::Response;
use console::pages::organisation::ServicesPage;
use console::view::Section;
use domain::organisation::Status;

use super::super::view::organisation as view;
use super::super::visit::Visit;

/// `GET /organisation/services`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    let reader = visit.reader();
    let services = reader.directory.services().filter(|s| s.status == Status::Active);
    let page = ServicesPage {
        services: services.map(|s| view::service_row(&reader, s, visit.bundle())).collect(),
        layout: visit.layout("Services", Section::Organisation).await,
    };
    visit.ok(&page)
}
