//! Accounts of a person: another one, and the password of one.

use std::sync::Arc;

use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use console::pages::organisation::AccountForm;
use console::pages::organisation_forms::PasswordForm;
use console::view::{FormErrors, Link, Section};
use domain::organisation::{Account, Person};

use super::super::answer::recorded;
use super::super::form::Posted;
use super::super::once::{Done, Turns};
use super::super::visit::Visit;
use super::forms::{admins_only, id, submit};
use super::person;
use super::person_form::find as find_person;
use crate::error::ApiError;
use crate::wire::request;

/// `POST /organisation/people/{id}/accounts`
pub(in crate::ui) async fn add(
    Path(person): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let to = format!("/organisation/people/{person}");
    let path = format!("{to}/accounts");
    // What identifies the form is stored; a password must not be part of it.
    let asked = form.without("password");
    let act = async || {
        let known = id("person", &person)?;
        let (name, password) = (form.trimmed("user_name"), form.get("password"));
        request::readable("user_name", name)?;
        let app = &visit.state.app;
        app.add_account(&visit.signed_in.principal, &known, name, Some(password)).await?;
        let words = format!("They can sign in as {name} now.");
        Ok(Done::new(to.as_str(), recorded(&words, None)))
    };
    let again = async |errors| {
        let user_name = form.get("user_name").to_owned();
        let typed = AccountForm { user_name, errors, ..AccountForm::default() };
        person::page(&visit, &person, typed).await
    };
    submit(&visit, &turns, (&path, &asked), act, again).await
}

/// An account of this person.
pub(super) fn find<'a>(
    visit: &'a Visit,
    person: &Person,
    account: &str,
) -> Result<&'a Account, ApiError> {
    let known = visit.live.directory.account(&id("account", account)?);
    let known = known.filter(|a| a.person == person.id);
    known.ok_or_else(|| ApiError::not_found("account", account))
}

/// `GET /organisation/people/{id}/accounts/{account}/password`
pub(in crate::ui) async fn password(
    visit: Visit,
    Path((person, account)): Path<(String, String)>,
) -> Response {
    let made = password_page(&visit, &person, &account, FormErrors::default()).await;
    visit.answer(made.map(|page| visit.ok(&page))).await
}

async fn password_page(
    visit: &Visit,
    person: &str,
    account: &str,
    errors: FormErrors,
) -> Result<PasswordForm, ApiError> {
    let person = find_person(visit, person)?;
    let account = find(visit, person, account)?;
    let own = account.person == visit.person;
    if !own {
        admins_only(visit, "set this password")?;
    }
    let path = format!("/organisation/people/{}", person.id);
    let title = format!("Set the password of {}", account.subject);
    Ok(PasswordForm {
        layout: visit.layout(&title, Section::Organisation).await,
        action: format!("{path}/accounts/{}/password", account.id),
        back: Link::new(person.name.text(), path),
        user_name: account.subject.clone(),
        own,
        errors,
    })
}

/// `POST /organisation/people/{id}/accounts/{account}/password`. Twice is once, so no key is needed.
pub(in crate::ui) async fn set_password(
    Path((person, account)): Path<(String, String)>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let to = format!("/organisation/people/{person}");
    let asked = form.without("password");
    let act = async || {
        let known = find(&visit, find_person(&visit, &person)?, &account)?;
        let app = &visit.state.app;
        app.set_password(&visit.signed_in.principal, &known.id, form.get("password")).await?;
        Ok(if known.person == visit.person {
            let words = "Your password is set. Sign in with it.";
            Done::new("/sign-in", recorded(words, None))
        } else {
            Done::new(to.as_str(), recorded("The password is set.", None))
        })
    };
    let again = async |errors| password_page(&visit, &person, &account, errors).await;
    submit(&visit, &turns, ("", &asked), act, again).await
}
