//! The rings: which crate of ours may use which, and which outside crates belong to one of ours.
//!
//! Checked from what the manifests declare. Development dependencies may point anywhere but to a
//! binary; what is shipped may not.

use std::fmt;

use anyhow::{Context, Result};
use serde_json::Value;

/// One crate of ours and what it may use.
struct Row {
    name: &'static str,
    ring: Ring,
    may_use: &'static [&'static str],
}

/// Where a crate stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ring {
    Shipped(u8),
    /// Tests, benches and tools; never part of the product. All may use the test server.
    Development,
}

impl fmt::Display for Ring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shipped(ring) => write!(f, "ring {ring}"),
            Self::Development => write!(f, "development"),
        }
    }
}

const fn ring(number: u8, name: &'static str, may_use: &'static [&'static str]) -> Row {
    Row { name, ring: Ring::Shipped(number), may_use }
}

const fn development(name: &'static str, may_use: &'static [&'static str]) -> Row {
    Row { name, ring: Ring::Development, may_use }
}

const LIBRARIES: &[&str] = &[
    "api-types",
    "app",
    "calendar",
    "client",
    "connectors",
    "console",
    "domain",
    "ledger",
    "oidc",
    "policy",
    "server",
    "signing",
    "store",
    "store-postgres",
    "store-sqlite",
];

const ROWS: [Row; 24] = [
    ring(0, "calendar", &[]),
    ring(0, "canonical", &[]),
    // Never a private key, an account or an entry: bytes, public keys and whether they fit.
    ring(0, "signing", &["canonical"]),
    ring(0, "domain", &["calendar", "canonical", "signing"]),
    ring(0, "ledger", &["canonical", "signing"]),
    ring(0, "policy", &["calendar", "domain"]),
    ring(1, "store", &["domain", "ledger"]),
    ring(2, "app", &["calendar", "domain", "ledger", "policy", "signing", "store"]),
    ring(3, "api-types", &[]),
    ring(3, "connectors", &["app", "domain"]),
    ring(3, "console", &[]),
    ring(3, "oidc", &["app", "domain"]),
    ring(3, "store-postgres", &["domain", "ledger", "store"]),
    ring(3, "store-sqlite", &["domain", "ledger", "store"]),
    ring(4, "client", &["api-types"]),
    ring(
        4,
        "server",
        &[
            "api-types",
            "app",
            "calendar",
            "console",
            "domain",
            "ledger",
            "policy",
            "signing",
            "store",
        ],
    ),
    ring(5, "countersign", LIBRARIES),
    ring(5, "countersign-verify", &["ledger"]),
    development("bench", LIBRARIES),
    development("e2e", &[]),
    development("test-postgres", &[]),
    development(
        "sim",
        &[
            "app",
            "domain",
            "ledger",
            "policy",
            "store",
            "store-postgres",
            "store-sqlite",
            "testkit",
        ],
    ),
    development("testkit", LIBRARIES),
    development("xtask", &[]),
];

/// An outside crate and the only crates of ours that may name it.
const KEPT_UNDER: [(&str, &[&str]); 6] = [
    ("axum", &["server", "bench"]),
    ("deadpool-postgres", &["store-postgres", "bench"]),
    ("lettre", &["connectors"]),
    ("reqwest", &["client", "connectors", "oidc", "e2e", "bench"]),
    ("rusqlite", &["store-sqlite", "bench", "e2e"]),
    ("tokio-postgres", &["store-postgres", "bench", "e2e"]),
];

/// What ring 0 must not have, since it does no I/O, waits for nothing and knows no chance.
const NOT_IN_RING_0: [&str; 7] =
    ["async-trait", "futures", "getrandom", "rand", "reqwest", "tokio", "tracing"];

/// Every edge in the manifests that the tables above don't allow.
pub fn problems(metadata: &Value) -> Result<Vec<String>> {
    let packages = metadata["packages"].as_array().context("cargo metadata has no packages")?;
    let mut problems = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(row) = row(name) else {
            problems.push(format!(
                "`{name}` stands in no ring: add its row, and what it must never see, to \
                 xtask/src/tidy/rings.rs"
            ));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            problems.extend(edge_problem(row, dependency));
        }
    }
    Ok(problems)
}

fn row(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name == name)
}

fn edge_problem(from: &Row, dependency: &Value) -> Option<String> {
    let name = dependency["name"].as_str()?;
    let for_development = dependency["kind"].as_str() == Some("dev");
    if dependency["path"].is_string() {
        return inside_problem(from, name, for_development);
    }
    if for_development { None } else { outside_problem(from, name) }
}

fn inside_problem(from: &Row, name: &str, for_development: bool) -> Option<String> {
    let to = row(name)?;
    if for_development {
        let binary = matches!(name, "countersign" | "countersign-verify" | "xtask" | "e2e");
        return binary
            .then(|| format!("the tests of `{}` must not use binary `{name}`", from.name));
    }
    let test_server = from.ring == Ring::Development && name == "test-postgres";
    if test_server || from.may_use.contains(&name) {
        return None;
    }
    let allowed = if from.may_use.is_empty() {
        "none of our crates".to_owned()
    } else {
        format!("only {}", from.may_use.join(", "))
    };
    Some(format!(
        "`{}` ({}) must not use `{name}` ({}): it may use {allowed}",
        from.name, from.ring, to.ring
    ))
}

fn outside_problem(from: &Row, name: &str) -> Option<String> {
    if from.ring == Ring::Shipped(0) && NOT_IN_RING_0.contains(&name) {
        return Some(format!(
            "`{}` (ring 0) must not use `{name}`: no I/O, no async, no clock, no randomness",
            from.name
        ));
    }
    let (_, homes) = KEPT_UNDER.iter().find(|(kept, _)| *kept == name)?;
    let allowed = homes.contains(&from.name) || from.name == "testkit";
    (!allowed).then(|| format!("`{}` must not use `{name}`: only {}", from.name, homes.join(", ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problem(from: &str, dependency: &Value) -> Option<String> {
        edge_problem(row(from).unwrap(), dependency)
    }

    #[test]
    fn an_edge_to_a_higher_ring_names_both_crates_and_the_rule() {
        let found = problem("app", &json!({"name": "server", "path": "/x", "kind": null})).unwrap();
        assert_eq!(
            found,
            "`app` (ring 2) must not use `server` (ring 4): it may use only calendar, domain, \
             ledger, policy, signing, store"
        );
        assert_eq!(problem("app", &json!({"name": "store", "path": "/x", "kind": null})), None);
    }

    #[test]
    fn shipped_crates_never_use_development_crates() {
        let testkit = |kind: Value| json!({"name": "testkit", "path": "/x", "kind": kind});
        assert!(problem("server", &testkit(Value::Null)).is_some());
        assert_eq!(problem("server", &testkit(json!("dev"))), None);
    }

    #[test]
    fn database_drivers_and_the_web_framework_stay_in_their_crate() {
        for (outside, home) in
            [("rusqlite", "store-sqlite"), ("tokio-postgres", "store-postgres"), ("axum", "server")]
        {
            assert_eq!(problem(home, &json!({"name": outside, "kind": null})), None);
            assert!(problem("countersign", &json!({"name": outside, "kind": null})).is_some());
        }
    }

    #[test]
    fn the_rules_ring_takes_nothing_that_waits_or_rolls_dice() {
        assert!(problem("domain", &json!({"name": "tokio", "kind": null})).is_some());
        assert_eq!(problem("domain", &json!({"name": "jiff", "kind": null})), None);
    }
}
