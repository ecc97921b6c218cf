//! Services, who owns them and how much hangs on them.

use axum::response::Response;
use console::pages::organisation::{RetiredRow, ServicesPage};
use console::view::Section;
use domain::organisation::Status;

use super::super::view::organisation as view;
use super::super::visit::Visit;

/// `GET /organisation/services`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    let reader = visit.reader();
    let services = reader.directory.services().filter(|s| s.status == Status::Active);
    let admin = visit.is_admin();
    let retired = reader.directory.services().filter(|s| s.status == Status::Inactive);
    let retired = retired.map(|s| RetiredRow {
        name: s.name.to_string(),
        title: s.title.clone(),
        idempotency_key: admin.then(|| visit.new_key()),
    });
    let page = ServicesPage {
        retired: retired.collect(),
        can_change: admin,
        services: services.map(|s| view::service_row(&reader, s, visit.bundle())).collect(),
        layout: visit.layout("Services", Section::Organisation).await,
    };
    visit.ok(&page)
}
