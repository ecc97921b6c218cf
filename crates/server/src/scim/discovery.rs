//! What this server can do and which attributes it keeps (RFC 7643 sections 5 to 7).

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::answer::{PAGE_MAX, Visit, json_answer, list_of};
use super::error::ScimError;

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0";

/// `GET /ServiceProviderConfig`
pub(super) async fn config(visit: Visit) -> Response {
    let token = json!({
        "type": "oauthbearertoken", "name": "Bearer token", "primary": true,
        "description": "The token of a service account with the verb `provision`",
    });
    let body = json!({
        "schemas": [format!("{SCHEMA}:ServiceProviderConfig")],
        "patch": {"supported": true},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": PAGE_MAX},
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": true},
        "authenticationSchemes": [token],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": visit.address("ServiceProviderConfig"),
        },
    });
    json_answer(StatusCode::OK, &body)
}

/// `GET /ResourceTypes`
pub(super) async fn resource_types(visit: Visit) -> Response {
    let all = [resource_type("User", &visit), resource_type("Group", &visit)];
    list_of(all.len(), 1, &all)
}

/// `GET /ResourceTypes/{id}`
pub(super) async fn one_resource_type(
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, ScimError> {
    match id.as_str() {
        "User" | "Group" => Ok(json_answer(StatusCode::OK, &resource_type(&id, &visit))),
        _ => Err(ScimError::not_found(&format!("resource type `{id}`"))),
    }
}

fn resource_type(name: &str, visit: &Visit) -> Value {
    json!({
        "schemas": [format!("{SCHEMA}:ResourceType")],
        "id": name,
        "name": name,
        "endpoint": format!("/{name}s"),
        "description": format!("{name}s that a directory keeps up to date here"),
        "schema": format!("{SCHEMA}:{name}"),
        "meta": {"resourceType": "ResourceType", "location": visit.place("ResourceTypes", name)},
    })
}

/// `GET /Schemas`
pub(super) async fn schemas(visit: Visit) -> Response {
    let all = [user_schema(&visit), group_schema(&visit)];
    list_of(all.len(), 1, &all)
}

/// `GET /Schemas/{id}`
pub(super) async fn one_schema(
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, ScimError> {
    let all = [user_schema(&visit), group_schema(&visit)];
    match all.iter().find(|schema| schema["id"] == id.as_str()) {
        Some(schema) => Ok(json_answer(StatusCode::OK, schema)),
        None => Err(ScimError::not_found(&format!("schema `{id}`"))),
    }
}

/// One attribute: name, type, what it is; the rest as most are.
fn attribute(name: &str, kind: &str, description: &str) -> Value {
    json!({
        "name": name, "type": kind, "multiValued": false, "description": description,
        "required": false, "caseExact": false, "mutability": "readWrite", "returned": "default",
        "uniqueness": "none",
    })
}

fn with(mut attribute: Value, changes: Value) -> Value {
    if let (Some(fields), Value::Object(changes)) = (attribute.as_object_mut(), changes) {
        fields.extend(changes);
    }
    attribute
}

fn reference(to: &str) -> Value {
    let reference = attribute("$ref", "reference", "The address of the resource");
    with(reference, json!({"referenceTypes": [to], "mutability": "immutable", "caseExact": true}))
}

fn schema(name: &str, attributes: &[Value], visit: &Visit) -> Value {
    let id = format!("{SCHEMA}:{name}");
    json!({
        "schemas": [format!("{SCHEMA}:Schema")],
        "id": id,
        "name": name,
        "description": format!("What is kept of a {}", name.to_lowercase()),
        "attributes": attributes,
        "meta": {"resourceType": "Schema", "location": visit.place("Schemas", &id)},
    })
}

fn user_schema(visit: &Visit) -> Value {
    let user_name = attribute("userName", "string", "What the directory calls them; unique");
    let address = attribute("value", "string", "The address");
    let emails = with(
        attribute("emails", "complex", "Addresses known to be theirs; commits are matched by them"),
        json!({"multiValued": true, "subAttributes": [address]}),
    );
    let part = |name: &str, what: &str| {
        with(attribute(name, "string", what), json!({"mutability": "readOnly"}))
    };
    let groups = with(
        attribute("groups", "complex", "Groups they are in"),
        json!({
            "multiValued": true, "mutability": "readOnly",
            "subAttributes": [
                part("value", "The group's id"), part("display", "Its name"), reference("Group"),
            ],
        }),
    );
    let active =
        attribute("active", "boolean", "Whether they are here; when not, sessions and tokens end");
    let attributes = [
        with(user_name, json!({"required": true, "uniqueness": "server"})),
        attribute("displayName", "string", "What people call them; else made of `name`"),
        emails,
        with(active, json!({"required": true})),
        groups,
    ];
    schema("User", &attributes, visit)
}

fn group_schema(visit: &Visit) -> Value {
    let id = attribute("value", "string", "The user's id");
    let members = with(
        attribute("members", "complex", "Who is in it"),
        json!({
            "multiValued": true,
            "subAttributes": [
                with(id, json!({"mutability": "immutable", "caseExact": true})),
                reference("User"),
            ],
        }),
    );
    let name = attribute("displayName", "string", "What it is called; roles go by its id");
    let name = with(name, json!({"required": true, "uniqueness": "server"}));
    schema("Group", &[name, members], visit)
}
