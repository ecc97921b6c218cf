//! What the person was told.

use app::notify::Notification;
use axum::extract::Query;
use axum::response::Response;
use console::pages::notifications::{Item, Page};
use console::view::{Badge, Icon, Link, Section, Tone};
use jiff::Timestamp;
use serde::Deserialize;

use super::super::view::reader::{Reader, counted};
use super::super::visit::Visit;
use crate::error::ApiError;

/// Where the page begins.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Place {
    before: Option<String>,
}

/// `GET /notifications`
pub(super) async fn show(Query(place): Query<Place>, visit: Visit) -> Response {
    let made = page(&visit, place.before.as_deref()).await;
    visit.answer(made).await
}

async fn page(visit: &Visit, before: Option<&str>) -> Result<Response, ApiError> {
    // A place that can't be read is the beginning.
    let before = before.and_then(|text| {
        let (ms, id) = text.split_once('.')?;
        Some((Timestamp::from_millisecond(ms.parse().ok()?).ok()?, id))
    });
    let found = visit.state.app.notifications(&visit.signed_in.principal, before).await?;
    let reader = visit.reader();
    let older = found.next.map(|(at, id)| {
        Link::new("Older", format!("/notifications?before={}.{id}", at.as_millisecond()))
    });
    let unread = match found.unread {
        0 => String::new(),
        count => counted(count, "unread", "unread"),
    };
    let page = Page {
        layout: visit.layout("Notifications", Section::None).await,
        items: found.items.into_iter().map(|one| item(&reader, one)).collect(),
        unread,
        older,
        admin: visit.is_admin(),
    };
    Ok(visit.ok(&page))
}

fn item(reader: &Reader<'_>, one: Notification) -> Item {
    let badge = match (one.read_at, one.telling.urgent) {
        (Some(_), _) => None,
        (None, true) => Some(Badge::new(Tone::Warn, Icon::Alert, "Urgent")),
        (None, false) => Some(Badge::new(Tone::Info, Icon::Info, "New")),
    };
    Item {
        href: one.words.path,
        headline: one.words.headline,
        detail: one.words.detail,
        at: reader.moment(one.at),
        badge,
    }
}
