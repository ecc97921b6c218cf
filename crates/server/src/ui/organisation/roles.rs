//! Who holds which role where, as resolved now.

use axum::response::Response;
use console::pages::organisation::RolesPage;
use console::view::Section;

use super::super::view::organisation as view;
use super::super::visit::Visit;

/// `GET /organisation/roles`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    let page = RolesPage {
        layout: visit.layout("Roles", Section::Organisation).await,
        roles: view::roles(&visit.reader(), visit.bundle(), visit.is_admin()),
        can_change: visit.is_admin(),
        rotas: view::rotas(&visit.reader(), visit.now),
    };
    visit.ok(&page)
}
