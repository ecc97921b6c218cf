//! Domains: sets of services under one authority.

use std::sync::Arc;

use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use console::pages::organisation::{DomainRow, DomainsPage};
use console::pages::organisation_forms::DomainForm;
use console::view::{FormErrors, Section};
use domain::ids::DomainName;
use domain::organisation::Status;

use super::super::answer::recorded;
use super::super::form::Posted;
use super::super::once::{Done, Turns};
use super::super::visit::Visit;
use super::forms::{admins_only, id, submit};
use crate::error::ApiError;
use crate::wire::request;

const DOMAINS: &str = "/organisation/domains";
const ACTION: &str = "add domains";

/// `GET /organisation/domains`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    let directory = &visit.live.directory;
    let services = |domain: &DomainName| {
        let of = directory.services().filter(|s| s.domain.as_ref() == Some(domain));
        of.filter(|s| s.status == Status::Active).map(|s| s.name.to_string()).collect()
    };
    let row = |(name, title): (&DomainName, &str)| DomainRow {
        name: name.to_string(),
        title: title.to_owned(),
        services: services(name),
    };
    let page = DomainsPage {
        layout: visit.layout("Domains", Section::Organisation).await,
        domains: directory.domains().map(row).collect(),
        can_change: visit.is_admin(),
    };
    visit.ok(&page)
}

/// `GET /organisation/domains/new`
pub(in crate::ui) async fn new(visit: Visit) -> Response {
    let made = match admins_only(&visit, ACTION) {
        Ok(()) => Ok(adding(&visit, "", "", FormErrors::default()).await),
        Err(error) => Err(error),
    };
    visit.answer(made.map(|page| visit.ok(&page))).await
}

/// `POST /organisation/domains`
pub(in crate::ui) async fn add(
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let (name, title) = (form.trimmed("name"), form.trimmed("title"));
    let act = async || {
        let known: DomainName = request::read("name", name)?;
        if visit.live.directory.domains().any(|(other, _)| *other == known) {
            return Err(ApiError::field("name", "there is a domain of this name already"));
        }
        visit.state.app.put_domain(&visit.signed_in.principal, known, title).await?;
        let words = "The domain is added. Services can belong to it now.";
        Ok(Done::new(DOMAINS, recorded(words, None)))
    };
    let again = async |errors| Ok(adding(&visit, name, title, errors).await);
    submit(&visit, &turns, (DOMAINS, &form), act, again).await
}

/// `GET /organisation/domains/{name}/edit`
pub(in crate::ui) async fn edit(visit: Visit, Path(name): Path<String>) -> Response {
    let made = async {
        admins_only(&visit, ACTION)?;
        let (name, title) = find(&visit, &name)?;
        Ok(changing(&visit, &name, title, title, FormErrors::default()).await)
    };
    visit.answer(made.await.map(|page| visit.ok(&page))).await
}

/// `POST /organisation/domains/{name}/edit`
pub(in crate::ui) async fn change(
    Path(name): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let path = format!("{DOMAINS}/{name}/edit");
    let title = form.trimmed("title");
    let act = async || {
        let (known, _) = find(&visit, &name)?;
        visit.state.app.put_domain(&visit.signed_in.principal, known, title).await?;
        Ok(Done::new(DOMAINS, recorded("The domain is changed.", None)))
    };
    let again = async |errors| {
        let (known, now) = find(&visit, &name)?;
        Ok(changing(&visit, &known, now, title, errors).await)
    };
    submit(&visit, &turns, (&path, &form), act, again).await
}

fn find<'a>(visit: &'a Visit, name: &str) -> Result<(DomainName, &'a str), ApiError> {
    let wanted: DomainName = id("domain", name)?;
    let known = visit.live.directory.domains().find(|(known, _)| **known == wanted);
    let (_, title) = known.ok_or_else(|| ApiError::not_found("domain", name))?;
    Ok((wanted, title))
}

async fn adding(visit: &Visit, name: &str, title: &str, errors: FormErrors) -> DomainForm {
    DomainForm {
        layout: visit.layout("Add a domain", Section::Organisation).await,
        action: DOMAINS.to_owned(),
        title: "Add a domain".to_owned(),
        idempotency_key: visit.new_key(),
        is_new: true,
        name: name.to_owned(),
        domain_title: title.to_owned(),
        errors,
    }
}

async fn changing(
    visit: &Visit,
    name: &DomainName,
    now: &str,
    title: &str,
    errors: FormErrors,
) -> DomainForm {
    let heading = format!("Change {now}");
    DomainForm {
        layout: visit.layout(&heading, Section::Organisation).await,
        action: format!("{DOMAINS}/{name}/edit"),
        title: heading,
        is_new: false,
        ..adding(visit, name.as_str(), title, errors).await
    }
}
