//! The OpenAPI document says what the router does.

use std::collections::BTreeSet;

use hyper::Method;
use serde_json::Value;
use testkit::TestServer;

use crate::access_matrix::operations;

#[tokio::test]
async fn every_documented_operation_is_routed() {
    let server = TestServer::sqlite().await;
    for (id, (method, path)) in operations() {
        let path = path.replace(['{', '}'], "");
        let answer = server.call(None, method, &path, None).await;
        assert!(!matches!(answer.status, 404 | 405), "{id}: {}", answer.status);
        let answer = server.call(None, Method::DELETE, &path, None).await.expect(405);
        assert_eq!(answer.code(), "method_not_allowed", "{id}");
        assert!(!answer.header("allow").is_empty(), "{id}");
    }
}

#[tokio::test]
async fn the_document_is_served_and_refers_to_nothing_missing() {
    let server = TestServer::sqlite().await;
    let answer = server.get(&server.who.outsider, "/openapi.json").await.expect(200);
    let document = answer.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut references = BTreeSet::new();
    collect(&document, &mut references);
    assert!(references.len() > 50, "{references:?}");
    for reference in references {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(target)) = fields.get("$ref") {
                found.insert(target.clone());
            }
            fields.values().for_each(|v| collect(v, found));
        }
        Value::Array(items) => items.iter().for_each(|v| collect(v, found)),
        _ => {}
    }
}

#[tokio::test]
async fn every_operation_says_what_it_is_and_takes_keys() {
    let document = serde_json::to_value(server::openapi()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = &operation["operationId"];
            let words = operation["summary"].as_str().unwrap_or_default();
            assert!(!words.is_empty(), "{path} {method}: {id} lacks words");
            assert!(operation["responses"]["4XX"].is_object(), "{id}");
            if method == "post" {
                let parameters = operation["parameters"].to_string();
                assert!(parameters.contains("Idempotency-Key"), "{id}");
            }
        }
    }
}

#[tokio::test]
async fn the_docs_page_loads_nothing_from_elsewhere() {
    let server = TestServer::sqlite().await;
    for path in ["/docs", "/docs/docs.css", "/docs/docs.js"] {
        let answer = server.call(None, Method::GET, path, None).await.expect(200);
        let text = String::from_utf8(answer.body.clone()).unwrap();
        assert!(!text.contains("http://") && !text.contains("https://"), "{path}");
        assert!(answer.header("content-security-policy").contains("default-src 'none'"));
    }
}
