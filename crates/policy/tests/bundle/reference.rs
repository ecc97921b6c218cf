//! What is generated from the tables is what is committed.

use policy::bundle::{json_schema, schema_reference};

#[test]
fn the_committed_reference_is_the_generated_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/book/policy-reference.md");
    let generated = schema_reference();
    // `UPDATE=1 cargo test -p policy reference` writes it.
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &generated).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), generated, "run it with UPDATE=1");
}

#[test]
fn the_json_schema_has_every_file_and_refuses_unknown_keys() {
    let schema = json_schema();
    let titles: Vec<&str> =
        schema["anyOf"].as_array().unwrap().iter().map(|s| s["title"].as_str().unwrap()).collect();
    assert!(titles.contains(&"calendars.yaml"));
    assert!(titles.contains(&"guarantees.yaml"));
    assert!(titles.contains(&"rules/*.yaml"));
    let rule = &schema["$defs"]["RuleText"];
    assert_eq!(rule["additionalProperties"], false);
    assert_eq!(rule["properties"]["when"]["type"], "string");
    assert!(rule["properties"]["when"]["description"].as_str().unwrap().contains("condition"));
}
