//! `/scim/v2/Users`

use app::organisation::DirectoryPerson;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ids::PersonId;
use domain::organisation::{Directory, ProvisionedPerson};
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::answer::{Body, Visit, deleted, keep};
use super::error::ScimError;
use super::patch::{self, field};
use crate::state::AppState;

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const EMAILS_MAX: usize = 50;

/// A person as SCIM shows them.
fn user(directory: &Directory, known: &ProvisionedPerson, visit: &Visit) -> Value {
    let person = directory.person(&known.person);
    let groups: Vec<Value> = directory
        .provisioned_groups(&known.by)
        .filter_map(|g| directory.group(&g.group))
        .filter(|g| g.members.contains(&known.person))
        .map(|g| json!({"value": g.id, "display": g.name, "$ref": visit.place("Groups", g.id.as_str())}))
        .collect();
    let emails: Vec<Value> = person
        .into_iter()
        .flat_map(|p| &p.emails)
        .filter_map(|e| e.get())
        .map(|e| json!({"value": e}))
        .collect();
    let mut shown = json!({
        "schemas": [SCHEMA],
        "id": known.person,
        "userName": known.user_name.text(),
        "emails": emails,
        "active": known.active && directory.is_active(&known.person),
        "groups": groups,
        "meta": {"resourceType": "User", "location": visit.place("Users", known.person.as_str())},
    });
    let external = known.external_id.as_ref().and_then(|e| e.get()).map(String::as_str);
    // Without a name of its own a user is called by the user name, which is no `displayName`.
    let name = person.map(|p| p.name.text()).filter(|name| *name != known.user_name.text());
    if let Some(fields) = shown.as_object_mut() {
        for (attribute, value) in [("externalId", external), ("displayName", name)] {
            fields.extend(value.map(|v| (attribute.to_owned(), json!(v))));
        }
    }
    shown
}

/// What a directory's resource says of a person. Attributes that are not kept are passed over.
fn said(resource: &Value) -> Result<DirectoryPerson, ScimError> {
    let user_name = text(resource, "userName")?;
    let user_name = user_name.ok_or_else(|| ScimError::value("`userName` must be there"))?;
    let parts = field(resource, "name");
    let part = |name: &str| parts.and_then(|p| field(p, name)).and_then(Value::as_str);
    let joined = [part("givenName"), part("familyName")];
    let joined = joined.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let display = text(resource, "displayName")?.filter(|d| !d.trim().is_empty());
    let named = part("formatted").map(str::to_owned).filter(|n| !n.trim().is_empty());
    let name = display.or(named).or(Some(joined).filter(|n| !n.trim().is_empty()));
    let mut emails = Vec::new();
    for entry in field(resource, "emails").and_then(Value::as_array).into_iter().flatten() {
        let address = field(entry, "value").or(Some(entry)).and_then(Value::as_str);
        let address = address.ok_or_else(|| ScimError::value("each of `emails` has a `value`"))?;
        if !emails.iter().any(|e: &String| e.eq_ignore_ascii_case(address)) {
            emails.push(address.to_owned());
        }
    }
    if emails.len() > EMAILS_MAX {
        return Err(ScimError::value(format!("`emails` can have {EMAILS_MAX} values")));
    }
    Ok(DirectoryPerson {
        external_id: text(resource, "externalId")?.filter(|e| !e.is_empty()),
        name: name.unwrap_or_else(|| user_name.clone()),
        time_zone: text(resource, "timezone")?.filter(|z| jiff::tz::TimeZone::get(z).is_ok()),
        active: flag(field(resource, "active"))?,
        emails,
        user_name,
    })
}

pub(super) fn text(resource: &Value, name: &str) -> Result<Option<String>, ScimError> {
    match field(resource, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(ScimError::value(format!("`{name}` is a text"))),
    }
}

/// Some directories send texts for booleans. Who is not said to be inactive is active.
fn flag(value: Option<&Value>) -> Result<bool, ScimError> {
    match value {
        None | Some(Value::Null) => Ok(true),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(_) => Err(ScimError::value("`active` is true or false")),
    }
}

fn found(text: &str) -> Result<PersonId, ScimError> {
    text.parse().map_err(|_| ScimError::not_found(&format!("user `{text}`")))
}

fn shown(state: &AppState, visit: &Visit, id: &PersonId) -> Result<Value, ScimError> {
    let live = state.app.live();
    let known = live.directory.provisioned_person(id).filter(|p| p.by == visit.by && !p.removed);
    let known = known.ok_or_else(|| ScimError::not_found(&format!("user `{id}`")))?;
    Ok(user(&live.directory, known, visit))
}

/// `GET /Users`
pub(super) async fn list(
    State(state): State<AppState>,
    visit: Visit,
) -> Result<Response, ScimError> {
    let live = state.app.live();
    visit.list(all(&live.directory, &visit))
}

/// All users of the directory that asks.
pub(super) fn all<'a>(
    directory: &'a Directory,
    visit: &'a Visit,
) -> impl Iterator<Item = Value> + 'a {
    let own = directory.provisioned_people(&visit.by);
    own.map(|known| user(directory, known, visit))
}

/// `GET /Users/{id}`
pub(super) async fn get(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, ScimError> {
    visit.read(shown(&state, &visit, &found(&id)?)?)
}

/// `POST /Users`
pub(super) async fn create(
    State(state): State<AppState>,
    visit: Visit,
    Body(body): Body,
) -> Result<Response, ScimError> {
    let draft = said(&body)?;
    let made = state.app.provision_person(&visit.principal, None, |_, _| Ok(draft.clone())).await;
    visit.wrote(StatusCode::CREATED, shown(&state, &visit, &made?)?)
}

/// `PUT /Users/{id}`
pub(super) async fn replace(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    Body(body): Body,
) -> Result<Response, ScimError> {
    let draft = said(&body)?;
    changed(&state, &visit, &found(&id)?, |_| Ok(draft.clone())).await
}

/// `PATCH /Users/{id}`
pub(super) async fn patch(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    Body(body): Body,
) -> Result<Response, ScimError> {
    changed(&state, &visit, &found(&id)?, |before| said(&patch::apply(before, &body)?)).await
}

/// Changes the user as they stand when it is decided, so that two at once lose nothing.
async fn changed(
    state: &AppState,
    visit: &Visit,
    id: &PersonId,
    change: impl Fn(&Value) -> Result<DirectoryPerson, ScimError> + Send + Sync,
) -> Result<Response, ScimError> {
    let refused = Mutex::new(None);
    let done = state.app.provision_person(&visit.principal, Some(id), |directory, known| {
        let before = known.map(|k| user(directory, k, visit)).unwrap_or_default();
        let made = visit.check_version(&before).and_then(|()| change(&before));
        made.map_err(|error| keep(&refused, error))
    });
    match (done.await, refused.into_inner()) {
        (Ok(id), _) => visit.wrote(StatusCode::OK, shown(state, visit, &id)?),
        (Err(_), Some(error)) => Err(error),
        (Err(error), None) => Err(error.into()),
    }
}

/// `DELETE /Users/{id}`
pub(super) async fn delete(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, ScimError> {
    state.app.unprovision_person(&visit.principal, &found(&id)?).await?;
    Ok(deleted())
}
