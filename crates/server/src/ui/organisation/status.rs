//! Who and what is in use: people, accounts, services and machine identities are taken out of use
//! after a page that says what it will do, and come back at once.

use std::sync::Arc;

use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use console::pages::confirm::Page;
use console::view::{Link, Section};
use domain::ids::{AccountId, PersonId, ServiceAccountId, ServiceName};
use domain::organisation::{Service, Status};

use super::super::answer::recorded;
use super::super::form::{Form, Posted};
use super::super::once::{Done, Turns};
use super::super::visit::Visit;
use super::effects;
use super::forms::{admins_only, id, step};
use super::person_form::find as find_person;
use crate::error::ApiError;

/// What to put to the reader before it is done.
pub(super) struct Asked {
    pub(super) back: Link,
    pub(super) title: String,
    pub(super) effects: Vec<String>,
    pub(super) undo: &'static str,
    pub(super) action: String,
    pub(super) fields: Vec<(String, String)>,
    pub(super) button: String,
}

/// The page that asks, or why there is none.
pub(super) async fn ask(visit: &Visit, asked: Result<Asked, ApiError>) -> Response {
    let asked = match asked {
        Ok(asked) => asked,
        Err(error) => return visit.problem(error).await,
    };
    visit.ok(&Page {
        layout: visit.layout(&asked.title, Section::Organisation).await,
        back: asked.back,
        title: asked.title,
        effects: asked.effects,
        undo: asked.undo.to_owned(),
        action: asked.action,
        fields: asked.fields,
        idempotency_key: visit.new_key(),
        button: asked.button,
    })
}

fn inactive() -> Vec<(String, String)> {
    vec![("status".to_owned(), "inactive".to_owned())]
}

fn sent(form: &Form) -> Result<Status, ApiError> {
    match form.get("status") {
        "active" => Ok(Status::Active),
        "inactive" => Ok(Status::Inactive),
        _ => Err(ApiError::field("status", "send `active` or `inactive`")),
    }
}

const fn said(status: Status, active: &'static str, inactive: &'static str) -> &'static str {
    match status {
        Status::Active => active,
        Status::Inactive => inactive,
    }
}

/// `GET /organisation/people/{id}/deactivate`
pub(in crate::ui) async fn ask_person(visit: Visit, Path(person): Path<String>) -> Response {
    let asked = async {
        admins_only(&visit, "change people")?;
        let known = find_person(&visit, &person)?;
        let (name, path) = (known.name.text(), format!("/organisation/people/{}", known.id));
        Ok(Asked {
            back: Link::new(name, &path),
            title: format!("Deactivate {name}?"),
            effects: effects::of_person(&visit, &known.id).await?,
            undo: "Activating them again gives all of this back. The record keeps both.",
            action: format!("{path}/status"),
            fields: inactive(),
            button: format!("Deactivate {name}"),
        })
    };
    let asked = asked.await;
    ask(&visit, asked).await
}

/// `POST /organisation/people/{id}/status`
pub(in crate::ui) async fn set_person(
    Path(person): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let to = format!("/organisation/people/{person}");
    let path = format!("{to}/status");
    let act = async || {
        let (known, status) = (id::<PersonId>("person", &person)?, sent(&form)?);
        let app = &visit.state.app;
        app.set_person_status(&visit.signed_in.principal, &known, status).await?;
        let words = said(
            status,
            "They are active again.",
            "They are deactivated, and signed out everywhere.",
        );
        Ok(Done::new(to.as_str(), recorded(words, None)))
    };
    step(&visit, &turns, (&path, &form), act).await
}

/// `GET /organisation/people/{id}/accounts/{account}/disable`
pub(in crate::ui) async fn ask_account(
    visit: Visit,
    Path((person, account)): Path<(String, String)>,
) -> Response {
    let asked = async {
        admins_only(&visit, "change accounts")?;
        let known = find_person(&visit, &person)?;
        let account = super::accounts::find(&visit, known, &account)?;
        let path = format!("/organisation/people/{}", known.id);
        Ok(Asked {
            back: Link::new(known.name.text(), &path),
            title: format!("Disable the account {}?", account.subject),
            effects: effects::of_account(&visit, account),
            undo: "It can be enabled again. The record keeps both.",
            action: format!("{path}/accounts/{}/status", account.id),
            fields: inactive(),
            button: format!("Disable {}", account.subject),
        })
    };
    let asked = asked.await;
    ask(&visit, asked).await
}

/// `POST /organisation/people/{id}/accounts/{account}/status`
pub(in crate::ui) async fn set_account(
    Path((person, account)): Path<(String, String)>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let to = format!("/organisation/people/{person}");
    let path = format!("{to}/accounts/{account}/status");
    let act = async || {
        let (known, status) = (id::<AccountId>("account", &account)?, sent(&form)?);
        let app = &visit.state.app;
        app.set_account_status(&visit.signed_in.principal, &known, status).await?;
        let words = said(
            status,
            "The account is enabled.",
            "The account is disabled, and signed out everywhere.",
        );
        Ok(Done::new(to.as_str(), recorded(words, None)))
    };
    step(&visit, &turns, (&path, &form), act).await
}

/// `GET /organisation/services/{name}/retire`
pub(in crate::ui) async fn ask_service(visit: Visit, Path(name): Path<String>) -> Response {
    let asked = async {
        admins_only(&visit, "register services")?;
        let known = find_service(&visit, &name)?;
        Ok(Asked {
            back: Link::new("Services", "/organisation/services"),
            title: format!("Retire {name}?"),
            effects: effects::of_service(&visit, known).await?,
            undo: "It can be brought back. Its changes and their record stay as they are.",
            action: format!("/organisation/services/{name}/status"),
            fields: inactive(),
            button: format!("Retire {name}"),
        })
    };
    let asked = asked.await;
    ask(&visit, asked).await
}

/// A service of the organisation, retired or not.
pub(super) fn find_service<'a>(visit: &'a Visit, name: &str) -> Result<&'a Service, ApiError> {
    let known = visit.live.directory.service(&id::<ServiceName>("service", name)?);
    known.ok_or_else(|| ApiError::not_found("service", name))
}

/// `POST /organisation/services/{name}/status`
pub(in crate::ui) async fn set_service(
    Path(name): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let path = format!("/organisation/services/{name}/status");
    let act = async || {
        let status = sent(&form)?;
        let service = Service { status, ..find_service(&visit, &name)?.clone() };
        visit.state.app.put_service(&visit.signed_in.principal, service).await?;
        let words = said(status, "The service is back.", "The service is retired.");
        Ok(Done::new("/organisation/services", recorded(words, None)))
    };
    step(&visit, &turns, (&path, &form), act).await
}

/// `GET /organisation/service-accounts/{id}/disable`
pub(in crate::ui) async fn ask_machine(visit: Visit, Path(machine): Path<String>) -> Response {
    let asked = async {
        admins_only(&visit, "change service accounts")?;
        let known = id::<ServiceAccountId>("service account", &machine)?;
        let known = visit.live.directory.service_account(&known);
        let known = known.ok_or_else(|| ApiError::not_found("service account", &machine))?;
        let path = format!("/organisation/service-accounts/{}", known.id);
        Ok(Asked {
            back: Link::new(&known.name, &path),
            title: format!("Disable {}?", known.name),
            effects: effects::of_machine(&visit, &known.id),
            undo: "It can be enabled again; tokens that have not expired work again then.",
            action: format!("{path}/status"),
            fields: inactive(),
            button: format!("Disable {}", known.name),
        })
    };
    let asked = asked.await;
    ask(&visit, asked).await
}

/// `POST /organisation/service-accounts/{id}/status`
pub(in crate::ui) async fn set_machine(
    Path(machine): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let to = format!("/organisation/service-accounts/{machine}");
    let path = format!("{to}/status");
    let act = async || {
        let known = id::<ServiceAccountId>("service account", &machine)?;
        let status = sent(&form)?;
        let app = &visit.state.app;
        app.set_service_account_status(&visit.signed_in.principal, &known, status).await?;
        let words = said(status, "It is enabled.", "It is disabled; its tokens stopped working.");
        Ok(Done::new(to.as_str(), recorded(words, None)))
    };
    step(&visit, &turns, (&path, &form), act).await
}
