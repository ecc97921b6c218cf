//! The choice of what to start from, and the empty form.

use axum::extract::Query;
use axum::response::Response;
use console::pages::new_change::{ChoosePage, FormPage, ServiceCard};
use console::view::{FormErrors, Section};
use domain::organisation::{Service, Status, access};
use serde::Deserialize;

use super::super::view::reader::Reader;
use super::super::view::{organisation, status};
use super::super::visit::Visit;
use super::resolve;
use super::typed::{Around, Typed, card};
use crate::error::ApiError;

/// The fields of the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::ui) struct Asked {
    q: String,
    template: String,
    service: String,
    replaces: String,
}

/// `GET /changes/new`
pub(in crate::ui) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let made = page(&visit, &asked).await;
    visit.answer(made).await
}

async fn page(visit: &Visit, asked: &Asked) -> Result<Response, ApiError> {
    if !visit.holds(access::REQUESTER) {
        let who = "requesters";
        return Err(domain::refusal::Refusal::NotEntitled { action: "ask for changes", who }.into());
    }
    let name = asked.template.parse().ok();
    let template = name.and_then(|name| visit.bundle()?.template(&name));
    if !asked.replaces.is_empty() {
        return replacing(visit, &asked.replaces).await;
    }
    if template.is_none() && asked.service.is_empty() {
        return Ok(visit.ok(&choose(visit, &asked.q).await));
    }
    let typed = Typed::start(template, &asked.service);
    Ok(visit.ok(&form(visit, &typed, FormErrors::default()).await))
}

/// The form with what a change would do, which the new one takes the place of (C14).
async fn replacing(visit: &Visit, name: &str) -> Result<Response, ApiError> {
    let id = resolve(visit, name).await?;
    let (change, _) = visit.state.app.load_change(&id).await?;
    let material = &change.revision().material;
    let principal = &visit.signed_in.principal;
    if !principal.reaches(&material.service, &material.environment) {
        let id = name.to_owned();
        return Err(domain::refusal::Refusal::NotFound { entity: "change", id }.into());
    }
    let typed = Typed {
        supersedes: change.number.to_string(),
        ..Typed::from_material(material, visit.reader().zone)
    };
    Ok(visit.ok(&form(visit, &typed, FormErrors::default()).await))
}

/// The form of a new change.
pub(super) async fn form(visit: &Visit, typed: &Typed, errors: FormErrors) -> FormPage {
    typed.page(Around {
        layout: visit.layout("New change", Section::NewChange).await,
        revises: None,
        idempotency_key: visit.new_key(),
        errors,
        reader: visit.reader(),
        bundle: visit.bundle(),
    })
}

async fn choose(visit: &Visit, query: &str) -> ChoosePage {
    let reader = visit.reader();
    let words: Vec<String> = query.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let wanted = |text: &str| {
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let templates = visit.bundle().map(policy::Bundle::templates).unwrap_or_default().iter();
    let services = reader.directory.services().filter(|s| s.status == Status::Active);
    let text = |s: &Service| {
        let domain = s.domain.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{} {} {domain}", s.name, s.title)
    };
    ChoosePage {
        layout: visit.layout("New change", Section::NewChange).await,
        query: query.to_owned(),
        templates: templates
            .filter(|t| wanted(&format!("{} {} {}", t.name, t.title, t.description)))
            .map(card)
            .collect(),
        services: services.filter(|s| wanted(&text(s))).map(|s| service(&reader, s)).collect(),
    }
}

fn service(reader: &Reader<'_>, from: &Service) -> ServiceCard {
    let owners = organisation::owners(reader, from);
    let owners: Vec<String> = owners.into_iter().map(|who| who.name).collect();
    ServiceCard {
        name: from.name.to_string(),
        description: from.title.clone(),
        domain: from.domain.as_ref().map(ToString::to_string).unwrap_or_default(),
        criticality: status::criticality_word(from.criticality).to_lowercase(),
        owners: owners.join(", "),
        href: format!("/changes/new?service={}", from.name),
    }
}
