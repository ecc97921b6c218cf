//! `/scim/v2/Groups`

use std::collections::BTreeSet;

use app::organisation::DirectoryGroup;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ids::GroupId;
use domain::organisation::{Directory, Group};
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::answer::{Body, Visit, deleted, keep};
use super::error::ScimError;
use super::patch::{self, field};
use super::users::text;
use crate::state::AppState;

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// A group as SCIM shows it.
fn shown_group(directory: &Directory, group: &Group, visit: &Visit) -> Value {
    let members: Vec<Value> = group
        .members
        .iter()
        .map(|id| json!({"value": id, "$ref": visit.place("Users", id.as_str())}))
        .collect();
    let mut shown = json!({
        "schemas": [SCHEMA],
        "id": group.id,
        "displayName": group.name,
        "members": members,
        "meta": {"resourceType": "Group", "location": visit.place("Groups", group.id.as_str())},
    });
    let external = directory.provisioned_group(&group.id).and_then(|g| g.external_id.as_ref());
    if let (Some(external), Some(fields)) = (external, shown.as_object_mut()) {
        fields.insert("externalId".to_owned(), json!(external));
    }
    shown
}

/// What a directory's resource says of a group.
fn said(resource: &Value) -> Result<DirectoryGroup, ScimError> {
    let name = text(resource, "displayName")?;
    let name = name.ok_or_else(|| ScimError::value("`displayName` must be there"))?;
    let mut members = BTreeSet::new();
    for entry in field(resource, "members").and_then(Value::as_array).into_iter().flatten() {
        let kind = field(entry, "type").and_then(Value::as_str).unwrap_or("User");
        if !kind.eq_ignore_ascii_case("user") {
            let why = "groups within groups are not kept here; send the people";
            return Err(ScimError::value(why));
        }
        let id = field(entry, "value").or(Some(entry)).and_then(Value::as_str).unwrap_or_default();
        let id = id.parse().map_err(|_| ScimError::value(format!("`{id}` is no user of ours")))?;
        members.insert(id);
    }
    let external_id = text(resource, "externalId")?.filter(|e| !e.is_empty());
    Ok(DirectoryGroup { name, external_id, members })
}

fn found(text: &str) -> Result<GroupId, ScimError> {
    text.parse().map_err(|_| ScimError::not_found(&format!("group `{text}`")))
}

fn shown(state: &AppState, visit: &Visit, id: &GroupId) -> Result<Value, ScimError> {
    let live = state.app.live();
    let own = live.directory.provisioned_group(id).is_some_and(|g| g.by == visit.by && !g.removed);
    let group = live.directory.group(id).filter(|_| own);
    let group = group.ok_or_else(|| ScimError::not_found(&format!("group `{id}`")))?;
    Ok(shown_group(&live.directory, group, visit))
}

/// `GET /Groups`
pub(super) async fn list(
    State(state): State<AppState>,
    visit: Visit,
) -> Result<Response, ScimError> {
    let live = state.app.live();
    visit.list(all(&live.directory, &visit))
}

/// All groups of the directory that asks.
pub(super) fn all<'a>(
    directory: &'a Directory,
    visit: &'a Visit,
) -> impl Iterator<Item = Value> + 'a {
    let own = directory.provisioned_groups(&visit.by);
    let groups = own.filter_map(|g| directory.group(&g.group));
    groups.map(|group| shown_group(directory, group, visit))
}

/// `GET /Groups/{id}`
pub(super) async fn get(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, ScimError> {
    visit.read(shown(&state, &visit, &found(&id)?)?)
}

/// `POST /Groups`
pub(super) async fn create(
    State(state): State<AppState>,
    visit: Visit,
    Body(body): Body,
) -> Result<Response, ScimError> {
    let draft = said(&body)?;
    let made = state.app.provision_group(&visit.principal, None, |_, _| Ok(draft.clone())).await;
    visit.wrote(StatusCode::CREATED, shown(&state, &visit, &made?)?)
}

/// `PUT /Groups/{id}`
pub(super) async fn replace(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    Body(body): Body,
) -> Result<Response, ScimError> {
    let draft = said(&body)?;
    changed(&state, &visit, &found(&id)?, |_| Ok(draft.clone())).await
}

/// `PATCH /Groups/{id}`
pub(super) async fn patch(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    Body(body): Body,
) -> Result<Response, ScimError> {
    changed(&state, &visit, &found(&id)?, |before| said(&patch::apply(before, &body)?)).await
}

/// Changes the group as it stands when it is decided, so that two at once lose no member.
async fn changed(
    state: &AppState,
    visit: &Visit,
    id: &GroupId,
    change: impl Fn(&Value) -> Result<DirectoryGroup, ScimError> + Send + Sync,
) -> Result<Response, ScimError> {
    let refused = Mutex::new(None);
    let done = state.app.provision_group(&visit.principal, Some(id), |directory, known| {
        let before = known.map(|g| shown_group(directory, g, visit)).unwrap_or_default();
        let made = visit.check_version(&before).and_then(|()| change(&before));
        made.map_err(|error| keep(&refused, error))
    });
    match (done.await, refused.into_inner()) {
        (Ok(id), _) => visit.wrote(StatusCode::OK, shown(state, visit, &id)?),
        (Err(_), Some(error)) => Err(error),
        (Err(error), None) => Err(error.into()),
    }
}

/// `DELETE /Groups/{id}`
pub(super) async fn delete(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, ScimError> {
    state.app.unprovision_group(&visit.principal, &found(&id)?).await?;
    Ok(deleted())
}
