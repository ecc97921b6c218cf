//! PATCH (RFC 7644 section 3.5.2) on a resource as JSON, with the liberties that directories take:
//! operations in any case, texts for booleans, attributes we don't keep.
//!
//! Pure: a resource and operations in, the changed resource out. What it then means is decided as for a
//! PUT.

use serde_json::{Map, Value};

use super::error::ScimError;
use super::path::{Path, without_schema};

const SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const OPERATIONS_MAX: usize = 1_000;
/// Attributes with several values.
const MANY: [&str; 2] = ["emails", "members"];
/// Only the server sets these.
const READ_ONLY: [&str; 4] = ["id", "meta", "groups", "schemas"];

/// Applies the operations of a PATCH body, all or none.
pub(super) fn apply(resource: &Value, body: &Value) -> Result<Value, ScimError> {
    let schemas = field(body, "schemas").and_then(Value::as_array);
    if !schemas.is_some_and(|s| s.iter().any(|s| s == SCHEMA)) {
        return Err(ScimError::syntax(format!("a PATCH says the schema `{SCHEMA}`")));
    }
    let operations = field(body, "operations").and_then(Value::as_array);
    let operations = operations.ok_or_else(|| ScimError::syntax("a PATCH has `Operations`"))?;
    if operations.is_empty() || operations.len() > OPERATIONS_MAX {
        return Err(ScimError::syntax(format!("send 1 to {OPERATIONS_MAX} operations")));
    }
    let mut changed = resource.clone();
    for operation in operations {
        let fields = changed.as_object_mut();
        let fields = fields.ok_or_else(|| ScimError::syntax("the resource is no object"))?;
        apply_one(fields, operation)?;
    }
    Ok(changed)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Add,
    Replace,
    Remove,
}

fn apply_one(resource: &mut Map<String, Value>, operation: &Value) -> Result<(), ScimError> {
    let word = field(operation, "op").and_then(Value::as_str).unwrap_or_default();
    let kind = match word.to_lowercase().as_str() {
        "add" => Kind::Add,
        "replace" => Kind::Replace,
        "remove" => Kind::Remove,
        _ => return Err(ScimError::syntax("`op` is add, replace or remove")),
    };
    let value = field(operation, "value");
    match field(operation, "path").map(|p| p.as_str().unwrap_or_default()) {
        Some(path) => change(resource, kind, &Path::read(path)?, value),
        None if kind == Kind::Remove => Err(ScimError::no_target("a removal needs a path")),
        None => {
            let fields = value.and_then(Value::as_object);
            let fields = fields.ok_or_else(|| {
                ScimError::value("without a path the value is an object of attributes")
            })?;
            for (name, inner) in fields {
                // Without a path, what only we set is ignored, as in a PUT.
                let path = Path::read(name)?;
                if !READ_ONLY.contains(&path.attribute.as_str()) {
                    change(resource, kind, &path, Some(inner))?;
                }
            }
            Ok(())
        }
    }
}

fn change(
    resource: &mut Map<String, Value>,
    kind: Kind,
    path: &Path,
    value: Option<&Value>,
) -> Result<(), ScimError> {
    if READ_ONLY.contains(&path.attribute.as_str()) {
        return Err(ScimError::read_only(&path.attribute));
    }
    let name = known_name(resource, &path.attribute);
    if MANY.contains(&path.attribute.as_str()) {
        let slot = resource.entry(name).or_insert_with(|| Value::Array(Vec::new()));
        let Some(items) = slot.as_array_mut() else {
            return Err(ScimError::value("several values were expected"));
        };
        return change_many(items, kind, path, value);
    }
    if path.chosen.is_some() {
        // An attribute with several values that is not kept here.
        return Ok(());
    }
    match (&path.part, kind) {
        (None, Kind::Remove) => drop(resource.remove(&name)),
        (None, _) => {
            let value = value.ok_or_else(|| ScimError::value("there is no `value`"))?;
            resource.insert(name, value.clone());
        }
        (Some(part), _) => {
            let slot = resource.entry(name).or_insert_with(|| Value::Object(Map::new()));
            let Some(inner) = slot.as_object_mut() else {
                return Err(ScimError::path(&format!("`{part}` is no part of it")));
            };
            let part = known_name(inner, part);
            match (kind, value) {
                (Kind::Remove, _) => drop(inner.remove(&part)),
                (_, Some(value)) => drop(inner.insert(part, value.clone())),
                (_, None) => return Err(ScimError::value("there is no `value`")),
            }
        }
    }
    Ok(())
}

fn change_many(
    items: &mut Vec<Value>,
    kind: Kind,
    path: &Path,
    value: Option<&Value>,
) -> Result<(), ScimError> {
    if let Some((part, wanted)) = &path.chosen {
        return change_chosen(items, kind, (part, wanted), path, value);
    }
    let given = value.map(listed).unwrap_or_default();
    match kind {
        Kind::Replace => *items = given,
        Kind::Add => add_all(items, given),
        // Some directories name what to remove in the value instead of the path.
        Kind::Remove if value.is_some() => {
            items.retain(|item| !given.iter().any(|gone| same(item, gone)));
        }
        Kind::Remove => items.clear(),
    }
    Ok(())
}

fn change_chosen(
    items: &mut Vec<Value>,
    kind: Kind,
    (part, wanted): (&str, &str),
    path: &Path,
    value: Option<&Value>,
) -> Result<(), ScimError> {
    let chosen = |item: &Value| text_of(item, part).is_some_and(|t| t.eq_ignore_ascii_case(wanted));
    if kind == Kind::Remove {
        items.retain(|item| !chosen(item));
        return Ok(());
    }
    let value = value.ok_or_else(|| ScimError::value("there is no `value`"))?;
    let new = match &path.part {
        None => value.clone(),
        Some(inner) => Value::Object(Map::from_iter([(inner.clone(), value.clone())])),
    };
    if let Some(item) = items.iter_mut().find(|item| chosen(item)) {
        *item = new;
    } else if part == "type" || part == "primary" {
        // Kinds of address are not kept: the one that is meant is the first.
        match items.first_mut().filter(|_| kind == Kind::Replace) {
            Some(first) => *first = new,
            None => add_all(items, vec![new]),
        }
    } else {
        return Err(ScimError::no_target(&format!("nothing has {part} `{wanted}`")));
    }
    Ok(())
}

fn add_all(items: &mut Vec<Value>, given: Vec<Value>) {
    for new in given {
        if !items.iter().any(|item| same(item, &new)) {
            items.push(new);
        }
    }
}

fn same(a: &Value, b: &Value) -> bool {
    text_of(a, "value").is_some() && text_of(a, "value") == text_of(b, "value")
}

fn text_of(item: &Value, part: &str) -> Option<String> {
    match field(item, part)? {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn listed(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    }
}

/// The field of this name in any case, as it is written there.
fn known_name(fields: &Map<String, Value>, name: &str) -> String {
    let known = fields.keys().find(|key| without_schema(key).eq_ignore_ascii_case(name));
    known.cloned().unwrap_or_else(|| name.to_owned())
}

/// A field by its name in any case (RFC 7643 section 2.1).
pub(super) fn field<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let fields = value.as_object()?;
    let found = fields.iter().find(|(key, _)| without_schema(key).eq_ignore_ascii_case(name));
    found.map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn patched(operations: &Value) -> Result<Value, ScimError> {
        let resource = json!({
            "id": "x", "userName": "ada", "active": true,
            "emails": [{"value": "a@x"}, {"value": "b@x"}],
            "members": [{"value": "1"}, {"value": "2"}],
        });
        apply(&resource, &json!({"schemas": [SCHEMA], "Operations": operations}))
    }

    #[test]
    fn operations_as_directories_send_them() {
        let table = [
            (
                json!([{"op": "Replace", "path": "active", "value": "False"}]),
                "/active",
                json!("False"),
            ),
            (json!([{"op": "replace", "value": {"active": false}}]), "/active", json!(false)),
            (
                json!([{"op": "add", "path": "displayName", "value": "Ada"}]),
                "/displayname",
                json!("Ada"),
            ),
            (
                json!([{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "c@x"}]),
                "/emails",
                json!([{"value": "c@x"}, {"value": "b@x"}]),
            ),
            (
                json!([{"op": "Add", "path": "members", "value": [{"value": "3"}, {"value": "1"}]}]),
                "/members",
                json!([{"value": "1"}, {"value": "2"}, {"value": "3"}]),
            ),
            (
                json!([{"op": "remove", "path": "members[value eq \"1\"]"}]),
                "/members",
                json!([{"value": "2"}]),
            ),
            (
                json!([{"op": "Remove", "path": "members", "value": [{"value": "2"}]}]),
                "/members",
                json!([{"value": "1"}]),
            ),
            (json!([{"op": "remove", "path": "members"}]), "/members", json!([])),
            (
                json!([{"op": "replace", "value": {"name.givenName": "A"}}]),
                "/name/givenname",
                json!("A"),
            ),
        ];
        for (operations, pointer, wanted) in table {
            let found = patched(&operations).unwrap();
            assert_eq!(found.pointer(pointer), Some(&wanted), "{operations}");
        }
    }

    #[test]
    fn what_can_not_be_done_is_refused_whole() {
        for bad in [
            json!([]),
            json!([{"op": "move", "path": "active"}]),
            json!([{"op": "remove"}]),
            json!([{"op": "replace", "value": 7}]),
            json!([{"op": "replace", "path": "id", "value": "y"}]),
            json!([{"op": "add", "path": "groups", "value": []}]),
            json!([{"op": "replace", "path": "members[value eq \"9\"]", "value": {"value": "1"}}]),
            json!([{"op": "replace", "path": "a b", "value": 1}]),
        ] {
            assert!(patched(&bad).is_err(), "{bad}");
        }
        assert!(apply(&json!({}), &json!({"Operations": [{"op": "add"}]})).is_err());
    }
}
