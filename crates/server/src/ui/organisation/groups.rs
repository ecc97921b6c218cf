//! Groups of people and the roles they carry.

use axum::response::Response;
use console::pages::organisation::GroupsPage;
use console::view::Section;

use super::super::view::organisation as view;
use super::super::visit::Visit;

/// `GET /organisation/groups`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    let reader = visit.reader();
    let page = GroupsPage {
        layout: visit.layout("Groups", Section::Organisation).await,
        can_change: visit.is_admin(),
        groups: reader.directory.groups().map(|g| view::group_row(&reader, g)).collect(),
    };
    visit.ok(&page)
}
