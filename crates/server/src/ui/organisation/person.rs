//! One person.

use app::App;
use axum::extract::Path;
use axum::response::Response;
use console::pages::organisation::{Activity, PersonPage};
use console::view::Section;
use domain::ids::PersonId;

use super::super::view::organisation as view;
use super::super::view::reader::{entry, sentence};
use super::super::view::status;
use super::super::visit::Visit;
use crate::error::ApiError;

const READ: usize = 400;
const SHOWN: usize = 15;

/// `GET /organisation/people/{id}`
pub(in crate::ui) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let made = page(&visit, &id).await;
    visit.answer(made).await
}

async fn page(visit: &Visit, id: &str) -> Result<Response, ApiError> {
    let reader = visit.reader();
    let known = id.parse::<PersonId>().ok().and_then(|id| reader.directory.person(&id));
    let person = known.ok_or_else(|| ApiError::not_found("person", id))?;
    let name = person.name.text();
    let page = PersonPage {
        layout: visit.layout(name, Section::Organisation).await,
        id: person.id.to_string(),
        name: name.to_owned(),
        time_zone: person.time_zone.clone(),
        status: status::active(person.status),
        accounts: view::accounts(&reader, &person.id),
        roles: view::roles_of(&reader, &person.id),
        groups: view::groups_of(&reader, &person.id),
        services: view::owned(&reader, &person.id),
        recent: recent(visit, &person.id).await?,
    };
    Ok(visit.ok(&page))
}

/// What they did among the newest entries of the log.
async fn recent(visit: &Visit, person: &PersonId) -> Result<Vec<Activity>, ApiError> {
    let store = visit.state.app.store();
    let head = store.head().await?;
    let reader = visit.reader();
    let mut list = Vec::new();
    for found in store.entries_before(head.size, READ).await? {
        let envelope = App::read_entry(&found)?;
        if envelope.actor.person() == Some(person) && list.len() < SHOWN {
            list.push(Activity {
                at: reader.moment(envelope.time),
                what: sentence(&reader.say(&envelope.event).what),
                link: Some(entry(found.index)),
            });
        }
    }
    Ok(list)
}
