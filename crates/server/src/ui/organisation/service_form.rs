//! Registering a service and changing what policy knows of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use console::pages::organisation_forms::ServiceForm;
use console::view::{Choice, FormErrors, Section};
use domain::ids::ServiceName;
use domain::organisation::{Criticality, Service, Status};

use super::super::answer::recorded;
use super::super::form::{Form, Posted};
use super::super::once::{Done, Turns};
use super::super::view::status::criticality_word;
use super::super::visit::Visit;
use super::forms::{admins_only, lines, submit};
use super::status::find_service;
use crate::error::ApiError;
use crate::wire::request;

const SERVICES: &str = "/organisation/services";
const ACTION: &str = "register services";
const CRITICALITIES: [Criticality; 4] =
    [Criticality::Low, Criticality::Medium, Criticality::High, Criticality::Critical];

/// `GET /organisation/services/new`
pub(in crate::ui) async fn new(visit: Visit) -> Response {
    let typed = Typed { criticality: word(Criticality::Medium), ..Typed::default() };
    let made = match admins_only(&visit, ACTION) {
        Ok(()) => Ok(page(&visit, None, typed).await),
        Err(error) => Err(error),
    };
    visit.answer(made.map(|page| visit.ok(&page))).await
}

/// `POST /organisation/services`
pub(in crate::ui) async fn register(
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let act = async || {
        let name: ServiceName = request::read("name", form.trimmed("name"))?;
        if visit.live.directory.service(&name).is_some() {
            return Err(ApiError::field("name", "a service of this name is registered already"));
        }
        put(&visit, name, Status::Active, &form).await?;
        let words = "The service is registered. Give somebody the role service-owner for it.";
        Ok(Done::new(SERVICES, recorded(words, None)))
    };
    let again = async |errors| Ok(page(&visit, None, Typed::sent(&form, errors)).await);
    submit(&visit, &turns, (SERVICES, &form), act, again).await
}

/// `GET /organisation/services/{name}/edit`
pub(in crate::ui) async fn edit(visit: Visit, Path(name): Path<String>) -> Response {
    let made = async {
        admins_only(&visit, ACTION)?;
        let known = find_service(&visit, &name)?;
        Ok(page(&visit, Some(known), Typed::known(known)).await)
    };
    visit.answer(made.await.map(|page| visit.ok(&page))).await
}

/// `POST /organisation/services/{name}/edit`
pub(in crate::ui) async fn change(
    Path(name): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let path = format!("{SERVICES}/{name}/edit");
    let act = async || {
        let known = find_service(&visit, &name)?;
        put(&visit, known.name.clone(), known.status, &form).await?;
        Ok(Done::new(SERVICES, recorded("The service is changed.", None)))
    };
    let again = async |errors| {
        Ok(page(&visit, Some(find_service(&visit, &name)?), Typed::sent(&form, errors)).await)
    };
    submit(&visit, &turns, (&path, &form), act, again).await
}

async fn put(
    visit: &Visit,
    name: ServiceName,
    status: Status,
    form: &Form,
) -> Result<(), ApiError> {
    let labels = labels(form.get("labels"))?;
    request::labels(&labels)?;
    let criticality = CRITICALITIES.into_iter().find(|c| word(*c) == form.get("criticality"));
    let domain = match form.get("domain") {
        "" => None,
        domain => Some(request::read("domain", domain)?),
    };
    let depends_on = lines(form.get("depends_on"));
    let depends_on = depends_on
        .iter()
        .map(|name| request::read("depends_on", name))
        .collect::<Result<_, _>>()?;
    let service = Service {
        name,
        title: form.trimmed("title").to_owned(),
        domain,
        criticality: criticality
            .ok_or_else(|| ApiError::field("criticality", "choose how much hangs on it"))?,
        labels,
        depends_on,
        status,
    };
    Ok(visit.state.app.put_service(&visit.signed_in.principal, service).await?)
}

/// `name=value` lines.
fn labels(text: &str) -> Result<BTreeMap<String, String>, ApiError> {
    let mut labels = BTreeMap::new();
    for line in lines(text) {
        let Some((name, value)) = line.split_once('=') else {
            let message = format!("`{line}` has no `=`; write it like `{line}=true`");
            return Err(ApiError::field("labels", &message));
        };
        let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
        if labels.insert(name.clone(), value).is_some() {
            return Err(ApiError::field("labels", &format!("`{name}` is there twice; keep one")));
        }
    }
    Ok(labels)
}

fn word(criticality: Criticality) -> String {
    criticality_word(criticality).to_lowercase()
}

/// What stands in the form.
#[derive(Default)]
struct Typed {
    name: String,
    title: String,
    domain: String,
    criticality: String,
    labels: String,
    depends_on: String,
    errors: FormErrors,
}

impl Typed {
    fn sent(form: &Form, errors: FormErrors) -> Self {
        let field = |name| form.get(name).to_owned();
        Self {
            name: field("name"),
            title: field("title"),
            domain: field("domain"),
            criticality: field("criticality"),
            labels: field("labels"),
            depends_on: field("depends_on"),
            errors,
        }
    }

    fn known(service: &Service) -> Self {
        let labels: Vec<String> = service.labels.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let depends_on: Vec<&str> = service.depends_on.iter().map(ServiceName::as_str).collect();
        Self {
            name: service.name.to_string(),
            title: service.title.clone(),
            domain: service.domain.as_ref().map(ToString::to_string).unwrap_or_default(),
            criticality: word(service.criticality),
            labels: labels.join("\n"),
            depends_on: depends_on.join("\n"),
            errors: FormErrors::default(),
        }
    }
}

async fn page(visit: &Visit, service: Option<&Service>, typed: Typed) -> ServiceForm {
    let title =
        service.map_or_else(|| "Register a service".to_owned(), |s| format!("Change {}", s.name));
    let choose = |value: String, label: String, chosen: &str| Choice {
        selected: value == chosen,
        ..Choice::new(value, label)
    };
    let mut domains = vec![Choice::new("", "None")];
    let known = visit.live.directory.domains();
    domains.extend(known.map(|(d, title)| choose(d.to_string(), title.to_owned(), &typed.domain)));
    let path = service.map(|s| format!("{SERVICES}/{}", s.name));
    let active = service.is_some_and(|s| s.status == Status::Active);
    ServiceForm {
        layout: visit.layout(&title, Section::Organisation).await,
        action: path.as_ref().map_or_else(|| SERVICES.to_owned(), |path| format!("{path}/edit")),
        title,
        idempotency_key: visit.new_key(),
        is_new: service.is_none(),
        name: typed.name,
        service_title: typed.title,
        domains,
        criticalities: CRITICALITIES
            .into_iter()
            .map(|c| choose(word(c), criticality_word(c).to_owned(), &typed.criticality))
            .collect(),
        labels: typed.labels,
        depends_on: typed.depends_on,
        retire_href: path.filter(|_| active).map(|path| format!("{path}/retire")),
        errors: typed.errors,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_lines_and_a_wrong_one_is_named() {
        let read = labels("sox=true\r\n\r\n data = personal ").unwrap();
        assert_eq!(read["data"], "personal");
        assert_eq!(read.len(), 2);
        assert!(labels("pci").unwrap_err().problem().detail.contains("write it like `pci=true`"));
        assert!(labels("a=1\na=2").is_err());
    }
}
