//! The published JSON Schema of the change record and request (M1.4).

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::changes::{Change, ChangeRequest};

const ID: &str = "https://countersign.dev/schemas/change.schema.json";
const OPENAPI_PREFIX: &str = "#/components/schemas/";

/// JSON Schema 2020-12 of a change: the record (with its approval requirements under
/// `assessment`), and the request under `$defs/ChangeRequest`.
#[must_use]
pub fn change_schema() -> Value {
    let mut schemas = vec![
        (Change::name().into_owned(), <Change as utoipa::PartialSchema>::schema()),
        (ChangeRequest::name().into_owned(), <ChangeRequest as utoipa::PartialSchema>::schema()),
    ];
    Change::schemas(&mut schemas);
    ChangeRequest::schemas(&mut schemas);
    let mut definitions = Map::new();
    for (name, schema) in schemas {
        // A schema is plain data; if one could not be written, `null` would show in the result.
        let mut value = serde_json::to_value(&schema).unwrap_or_default();
        into_definitions(&mut value);
        definitions.insert(name, value);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": "Countersign change",
        "description": "The change record, with its approval requirements, votes and outcome. \
                        `$defs/ChangeRequest` is what asks for one.",
        "$ref": "#/$defs/Change",
        "$defs": definitions,
    })
}

/// Turns OpenAPI 3.1 references and examples into those of plain JSON Schema, in place.
fn into_definitions(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(target)) = fields.get_mut("$ref")
                && let Some(name) = target.strip_prefix(OPENAPI_PREFIX)
            {
                *target = format!("#/$defs/{name}");
            }
            let is_schema = fields.contains_key("type") || fields.contains_key("$ref");
            if is_schema && let Some(example) = fields.remove("example") {
                fields.insert("examples".to_owned(), Value::Array(vec![example]));
            }
            fields.values_mut().for_each(into_definitions);
        }
        Value::Array(items) => items.iter_mut().for_each(into_definitions),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(target)) = fields.get("$ref") {
                    found.insert(target);
                }
                fields.values().for_each(|v| references(v, found));
            }
            Value::Array(items) => items.iter().for_each(|v| references(v, found)),
            _ => {}
        }
    }

    #[test]
    fn m1_4_the_change_schema_defines_everything_it_refers_to() {
        let schema = change_schema();
        let mut found = BTreeSet::new();
        references(&schema, &mut found);
        assert!(found.len() > 20, "{found:?}");
        for target in found {
            let pointer = target.trim_start_matches('#');
            assert!(schema.pointer(pointer).is_some_and(Value::is_object), "{target}");
        }
    }

    #[test]
    fn m1_4_approval_requirements_are_part_of_the_change_schema() {
        let schema = change_schema();
        for path in [
            "/$defs/Change/properties/assessment",
            "/$defs/Assessment/properties/requirements",
            "/$defs/Requirement/properties/roles",
            "/$defs/Requirement/properties/count",
            "/$defs/Vote/properties/justification",
        ] {
            assert!(schema.pointer(path).is_some(), "{path}");
        }
    }

    #[test]
    fn requests_refuse_unknown_fields_and_say_so_in_the_schema() {
        let schema = change_schema();
        let closed = schema.pointer("/$defs/ChangeRequest/additionalProperties");
        assert_eq!(closed, Some(&Value::Bool(false)));
        let text = r#"{"title":"t","service":"s","environment":"e","tittle":"x"}"#;
        let error = serde_json::from_str::<ChangeRequest>(text).unwrap_err();
        assert!(error.to_string().contains("tittle"), "{error}");
    }
}
