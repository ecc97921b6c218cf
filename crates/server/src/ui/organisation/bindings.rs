//! Giving and taking roles.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Extension;
use axum::extract::Query;
use axum::response::Response;
use console::pages::organisation_forms::BindingForm;
use console::view::{Choice, FormErrors, Link, Section};
use domain::organisation::{Member, RoleBinding, Status, access};
use domain::requirement::Scope;
use serde::Deserialize;

use super::super::answer::recorded;
use super::super::form::{Form, Posted};
use super::super::once::{Done, Turns};
use super::super::view::reader::scope;
use super::super::visit::Visit;
use super::effects;
use super::forms::{admins_only, step, submit};
use super::status::{Asked, ask};
use crate::error::ApiError;
use crate::wire::request;

const ROLES: &str = "/organisation/roles";

/// A binding as addresses and forms write it: `role`, `scope` and `member` (`person:prs_…`).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::ui) struct Written {
    role: String,
    scope: String,
    member: String,
}

impl Written {
    fn sent(form: &Form) -> Self {
        let field = |name| form.get(name).to_owned();
        Self { role: field("role"), scope: field("scope"), member: field("member") }
    }

    fn read(&self) -> Result<RoleBinding, ApiError> {
        let member = match self.member.split_once(':') {
            Some(("person", id)) => Member::Person(request::read("member", id)?),
            Some(("group", id)) => Member::Group(request::read("member", id)?),
            _ => return Err(ApiError::field("member", "choose who gets it")),
        };
        if self.role.is_empty() {
            return Err(ApiError::field("role", "choose a role"));
        }
        let (role, at) = (request::read("role", &self.role)?, request::read("scope", &self.scope)?);
        Ok(RoleBinding { role, scope: at, member })
    }
}

/// A member as forms write it.
pub(in crate::ui) fn written(member: &Member) -> String {
    match member {
        Member::Person(id) => format!("person:{id}"),
        Member::Group(id) => format!("group:{id}"),
    }
}

/// `GET /organisation/roles/give`
pub(in crate::ui) async fn give(visit: Visit, Query(asked): Query<Written>) -> Response {
    let made = match admins_only(&visit, "give roles") {
        Ok(()) => Ok(page(&visit, &asked, FormErrors::default()).await),
        Err(error) => Err(error),
    };
    visit.answer(made.map(|page| visit.ok(&page))).await
}

/// `POST /organisation/roles/bindings`
pub(in crate::ui) async fn bind(
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let written = Written::sent(&form);
    let act = async || {
        visit.state.app.bind_role(&visit.signed_in.principal, written.read()?).await?;
        Ok(Done::new(ROLES, recorded("The role is given and counts from now on.", None)))
    };
    let again = async |errors| Ok(page(&visit, &written, errors).await);
    submit(&visit, &turns, ("/organisation/roles/bindings", &form), act, again).await
}

/// `GET /organisation/roles/take?role=…&scope=…&member=…`
pub(in crate::ui) async fn ask_taking(visit: Visit, Query(asked): Query<Written>) -> Response {
    let made = async {
        admins_only(&visit, "take roles")?;
        let binding = asked.read()?;
        if !visit.live.directory.bindings().any(|b| *b == binding) {
            return Err(ApiError::not_found("role binding", &asked.role));
        }
        let from = match &binding.member {
            Member::Person(id) => visit.live.directory.person_name(id),
            Member::Group(id) => visit.reader().group(id),
        };
        let fields = [("role", asked.role), ("scope", asked.scope), ("member", asked.member)];
        Ok(Asked {
            back: Link::new("Roles", ROLES),
            title: format!("Take {} of the {} from {from}?", binding.role, scope(&binding.scope)),
            effects: effects::of_binding(&visit, &binding).await?,
            undo: "It can be given again. The record keeps both.",
            action: "/organisation/roles/bindings/removal".to_owned(),
            fields: fields.map(|(name, value)| (name.to_owned(), value)).to_vec(),
            button: format!("Take {}", binding.role),
        })
    };
    let asked = made.await;
    ask(&visit, asked).await
}

/// `POST /organisation/roles/bindings/removal`
pub(in crate::ui) async fn unbind(
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let act = async || {
        let binding = Written::sent(&form).read()?;
        visit.state.app.unbind_role(&visit.signed_in.principal, binding).await?;
        Ok(Done::new(ROLES, recorded("The role is taken.", None)))
    };
    step(&visit, &turns, ("/organisation/roles/bindings/removal", &form), act).await
}

async fn page(visit: &Visit, typed: &Written, errors: FormErrors) -> BindingForm {
    let directory = &visit.live.directory;
    let choose = |value: String, label: String, chosen: &str| Choice {
        selected: value == chosen,
        ..Choice::new(value, label)
    };
    let mut roles: BTreeSet<&str> =
        [access::ADMIN, access::POLICY_AUTHOR, access::REQUESTER, access::AUDITOR].into();
    roles.extend(
        visit.bundle().into_iter().flat_map(policy::Bundle::roles).map(|r| r.name.as_str()),
    );
    let mut scopes = vec![(Scope::Organisation, "The whole organisation".to_owned())];
    for (name, title) in directory.domains() {
        scopes.push((Scope::Domain(name.clone()), format!("Domain {title}")));
    }
    for service in directory.services().filter(|s| s.status == Status::Active) {
        scopes.push((Scope::Service(service.name.clone()), format!("Service {}", service.name)));
    }
    let mut people: Vec<Choice> = directory
        .people()
        .filter(|p| p.status == Status::Active)
        .map(|p| {
            let value = written(&Member::Person(p.id.clone()));
            choose(value, p.name.text().to_owned(), &typed.member)
        })
        .collect();
    people.sort_by_cached_key(|choice| choice.label.to_lowercase());
    let group = |g: &domain::organisation::Group| {
        let value = written(&Member::Group(g.id.clone()));
        choose(value, format!("Group {}", g.name), &typed.member)
    };
    let mut members = vec![Choice::new("", "Choose a person or group")];
    members.extend(people);
    members.extend(directory.groups().map(group));
    let first = Choice::new("", "Choose a role");
    let role = |r: &str| choose(r.to_owned(), r.to_owned(), &typed.role);
    BindingForm {
        layout: visit.layout("Give a role", Section::Organisation).await,
        idempotency_key: visit.new_key(),
        roles: std::iter::once(first).chain(roles.into_iter().map(role)).collect(),
        scopes: scopes
            .into_iter()
            .map(|(at, label)| choose(at.to_string(), label, &typed.scope))
            .collect(),
        members,
        errors,
    }
}
