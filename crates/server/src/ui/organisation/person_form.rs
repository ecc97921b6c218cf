//! Adding a person and changing their record.

use std::sync::Arc;

use app::organisation::PersonDraft;
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use console::pages::organisation_forms::PersonForm;
use console::view::{FormErrors, Link, Section};
use domain::ids::PersonId;
use domain::organisation::Person;

use super::super::answer::recorded;
use super::super::form::{Form, Posted};
use super::super::once::{Done, Turns};
use super::super::visit::Visit;
use super::forms::{admins_only, id, lines, submit};
use crate::error::ApiError;
use crate::wire::request;

const PEOPLE: &str = "/organisation/people";
const ACTION: &str = "change people";

/// `GET /organisation/people/new`
pub(in crate::ui) async fn new(visit: Visit) -> Response {
    let made = match admins_only(&visit, ACTION) {
        Ok(()) => Ok(adding(&visit, Typed { zone: "UTC".to_owned(), ..Typed::default() }).await),
        Err(error) => Err(error),
    };
    visit.answer(made.map(|page| visit.ok(&page))).await
}

/// `POST /organisation/people`
pub(in crate::ui) async fn add(
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let act = async || {
        let person = visit.state.app.add_person(principal(&visit), draft(&form)?).await?;
        let words =
            "They are in the organisation. Give them an account to sign in with, and roles.";
        Ok(Done::new(format!("{PEOPLE}/{person}"), recorded(words, None)))
    };
    let again = async |errors| Ok(adding(&visit, Typed::sent(&form, errors)).await);
    submit(&visit, &turns, (PEOPLE, &form), act, again).await
}

/// `GET /organisation/people/{id}/edit`
pub(in crate::ui) async fn edit(visit: Visit, Path(person): Path<String>) -> Response {
    let made = async {
        admins_only(&visit, ACTION)?;
        let known = find(&visit, &person)?;
        let emails: Vec<&str> =
            known.emails.iter().filter_map(|e| e.get()).map(String::as_str).collect();
        let typed = Typed {
            name: known.name.text().to_owned(),
            emails: emails.join("\n"),
            zone: known.time_zone.clone(),
            errors: FormErrors::default(),
        };
        Ok(changing(&visit, known, typed).await)
    };
    visit.answer(made.await.map(|page| visit.ok(&page))).await
}

/// `POST /organisation/people/{id}/edit`
pub(in crate::ui) async fn change(
    Path(person): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let path = format!("{PEOPLE}/{person}/edit");
    let act = async || {
        let known = id::<PersonId>("person", &person)?;
        visit.state.app.change_person(principal(&visit), known, draft(&form)?).await?;
        let message = recorded("The record is changed.", None);
        Ok(Done::new(format!("{PEOPLE}/{person}"), message))
    };
    let again = async |errors| {
        let known = find(&visit, &person)?;
        Ok(changing(&visit, known, Typed::sent(&form, errors)).await)
    };
    submit(&visit, &turns, (&path, &form), act, again).await
}

const fn principal(visit: &Visit) -> &app::principal::Principal {
    &visit.signed_in.principal
}

/// A person of the organisation.
pub(super) fn find<'a>(visit: &'a Visit, person: &str) -> Result<&'a Person, ApiError> {
    let known = visit.live.directory.person(&id("person", person)?);
    known.ok_or_else(|| ApiError::not_found("person", person))
}

fn draft(form: &Form) -> Result<PersonDraft, ApiError> {
    let emails = lines(form.get("emails"));
    request::readable("name", form.trimmed("name"))?;
    request::at_most("emails", emails.len(), 50, "addresses")?;
    let (name, time_zone) = (form.trimmed("name"), form.trimmed("time_zone"));
    Ok(PersonDraft { name: name.to_owned(), emails, time_zone: time_zone.to_owned(), place: None })
}

/// What stands in the form.
#[derive(Default)]
struct Typed {
    name: String,
    emails: String,
    zone: String,
    errors: FormErrors,
}

impl Typed {
    fn sent(form: &Form, errors: FormErrors) -> Self {
        let field = |name| form.get(name).to_owned();
        Self { name: field("name"), emails: field("emails"), zone: field("time_zone"), errors }
    }
}

async fn adding(visit: &Visit, typed: Typed) -> PersonForm {
    page(visit, typed, "Add a person".to_owned(), PEOPLE.to_owned(), Link::new("People", PEOPLE))
        .await
}

async fn changing(visit: &Visit, person: &Person, typed: Typed) -> PersonForm {
    let path = format!("{PEOPLE}/{}", person.id);
    let back = Link::new(person.name.text(), &path);
    page(visit, typed, format!("Change {}", person.name.text()), format!("{path}/edit"), back).await
}

async fn page(
    visit: &Visit,
    typed: Typed,
    title: String,
    action: String,
    back: Link,
) -> PersonForm {
    PersonForm {
        layout: visit.layout(&title, Section::Organisation).await,
        action,
        back,
        title,
        idempotency_key: visit.new_key(),
        name: typed.name,
        emails: typed.emails,
        time_zone: typed.zone,
        errors: typed.errors,
    }
}
