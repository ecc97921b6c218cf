//! One person.

use app::App;
use axum::extract::Path;
use axum::response::Response;
use console::pages::organisation::{AccountForm, AccountRow, Activity, PersonPage};
use console::view::Section;
use domain::ids::PersonId;
use domain::organisation::Account;

use super::super::view::organisation as view;
use super::super::view::reader::{entry, sentence};
use super::super::view::status;
use super::super::visit::Visit;
use super::person_form::find;
use crate::error::ApiError;

const READ: usize = 400;
const SHOWN: usize = 15;

/// `GET /organisation/people/{id}`
pub(in crate::ui) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let made = page(&visit, &id, AccountForm::default()).await;
    visit.answer(made.map(|page| visit.ok(&page))).await
}

/// The page, with what was typed into its form for another account.
pub(super) async fn page(
    visit: &Visit,
    id: &str,
    typed: AccountForm,
) -> Result<PersonPage, ApiError> {
    let reader = visit.reader();
    let person = find(visit, id)?;
    let name = person.name.text();
    let add_account =
        visit.is_admin().then(|| AccountForm { idempotency_key: visit.new_key(), ..typed });
    Ok(PersonPage {
        layout: visit.layout(name, Section::Organisation).await,
        id: person.id.to_string(),
        name: name.to_owned(),
        time_zone: person.time_zone.clone(),
        status: status::active(person.status),
        accounts: accounts(visit, &person.id),
        roles: view::roles_of(&reader, &person.id, visit.is_admin()),
        groups: view::groups_of(&reader, &person.id),
        services: view::owned(&reader, &person.id),
        recent: recent(visit, &person.id).await?,
        change: visit.status_change(person.status, || {
            format!("/organisation/people/{}/deactivate", person.id)
        }),
        add_account,
    })
}

/// Their accounts, with what the reader can do about them.
fn accounts(visit: &Visit, person: &PersonId) -> Vec<AccountRow> {
    let may_set = visit.is_admin() || *person == visit.person;
    let of_person = visit.live.directory.accounts().filter(|a| a.person == *person);
    let row = |account: &Account| {
        let path = format!("/organisation/people/{person}/accounts/{}", account.id);
        let local = account.issuer == "local";
        AccountRow {
            change: visit.status_change(account.status, || format!("{path}/disable")),
            password_href: (may_set && local).then(|| format!("{path}/password")),
            ..view::account(account)
        }
    };
    of_person.map(row).collect()
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
