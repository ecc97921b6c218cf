//! Bodies that no client would send: damaged, cut, nested, of other types. The server answers with
//! a problem that names the place, and goes on.

use anyhow::{Context, Result, ensure};
use e2e::site::{Site, bundle, change_of, digest, question, text};
use e2e::{Api, Chance, Engine};
use futures::future::try_join_all;
use serde_json::{Value, json};

/// Damaged bodies for each operation.
const TRIES: usize = 60;

/// One well-formed body for each operation that takes one.
fn operations(site: &Site, change: &Value) -> Result<Vec<(&'static str, String, Value)>> {
    let id = text(change, "id")?;
    let person = site.member("pete")?.id.clone();
    let machine = site.member("ci")?.id.clone();
    let mut whole = change_of("production", &digest(1));
    whole["parameters"] = json!({"replicas": "3"});
    whole["plan"] = json!({"hash": digest(2), "state_serial": "4"});
    whole["window"] =
        json!({"from": "2030-01-01T00:00:00.000Z", "until": "2030-01-02T00:00:00.000Z"});
    whole["contributors"] = json!([{"contribution": "author", "identity": "a@b.example"}]);
    whole["evidence"] = json!([{
        "kind": "tests", "subject": "app.bin", "digest": digest(1), "passed": true,
        "issued_at": "2026-01-01T00:00:00.000Z",
    }]);
    let files = bundle("small-team")?;
    let vote = json!({"expected_revision": 1, "decision": "abstain", "justification": "j"});
    let reason = json!({"reason": "r"});
    let token = json!({
        "label": "l", "verbs": ["read"], "services": ["checkout"], "environments": ["staging"],
        "expires_in_days": 1,
    });
    let binding = json!({"role": "peer", "scope": "domain:payments", "member": {"person": person}});
    Ok(vec![
        ("rita", "/v1/changes".into(), whole.clone()),
        (
            "rita",
            format!("/v1/changes/{id}/revisions"),
            json!({"expected_revision": 1, "change": whole}),
        ),
        ("pete", format!("/v1/changes/{id}/votes"), vote),
        ("pete", format!("/v1/changes/{id}/holds"), reason.clone()),
        ("ci", "/v1/gate/questions".into(), question(change)),
        ("rita", "/v1/policy/explain".into(), json!({"change": change_of("staging", &digest(1))})),
        ("rita", "/v1/policy/check".into(), json!({"files": files})),
        (
            "ada",
            "/v1/people".into(),
            json!({"name": "N", "emails": ["n@b.example"], "time_zone": "UTC"}),
        ),
        ("ada", "/v1/groups".into(), json!({"name": "G", "members": [person]})),
        ("ada", "/v1/roles/bindings".into(), binding),
        ("ada", "/v1/services".into(), json!({"name": "s", "title": "S", "labels": {"a": "b"}})),
        ("ada", "/v1/service-accounts".into(), json!({"name": "m", "purpose": "p"})),
        ("ada", format!("/v1/service-accounts/{machine}/tokens"), token),
    ])
}

#[tokio::test]
async fn damaged_bodies_are_refused_with_their_place_and_never_a_panic() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    let change = site.request(&change_of("staging", &digest(1))).await?;
    let mut chance = Chance::new("damaged_bodies");
    for (who, path, body) in operations(&site, &change)? {
        let api = &site.api(who)?;
        let bodies: Vec<Vec<u8>> = (0..TRIES).map(|_| damaged(&body, &mut chance)).collect();
        for part in bodies.chunks(12) {
            try_join_all(part.iter().map(|body| expect_sane(api, &path, body))).await?;
        }
    }
    ensure!(!site.server.log().contains("panicked"), "{}", site.server.log());
    site.request(&change_of("staging", &digest(2))).await?;
    Ok(())
}

async fn expect_sane(api: &Api, path: &str, body: &[u8]) -> Result<()> {
    let sent = String::from_utf8_lossy(body).into_owned();
    let answer = api.post_text(path, body.to_vec()).await.with_context(|| sent.clone())?;
    ensure!(answer.status < 500, "{path} answers {} {} to {sent}", answer.status, answer.text);
    if answer.status >= 400 {
        let problem = &answer.body;
        let whole = ["type", "title", "detail", "code", "request_id"].map(|field| &problem[field]);
        ensure!(whole.iter().all(|text| text.is_string()), "{path}: {} to {sent}", answer.text);
        ensure!(problem["status"] == answer.status, "{path}: {}", answer.text);
    }
    Ok(())
}

/// The body with one thing wrong: a byte, its end, or a value of another kind somewhere inside.
fn damaged(body: &Value, chance: &mut Chance) -> Vec<u8> {
    let mut bytes = body.to_string().into_bytes();
    let at = chance.below(bytes.len());
    match chance.below(6) {
        0 => bytes.truncate(at),
        1 => bytes[at] ^= 1 << chance.below(8),
        2 => {
            let again = bytes.split_off(at);
            bytes.extend_from_slice(&again);
            bytes.extend_from_slice(&again);
        }
        _ => {
            let mut other = body.clone();
            let places = count(&other);
            replace(&mut other, &mut chance.below(places), &odd(chance));
            bytes = other.to_string().into_bytes();
        }
    }
    bytes
}

/// A value that hardly fits anywhere.
fn odd(chance: &mut Chance) -> Value {
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    let odd = [
        Value::Null,
        json!(-1),
        json!(u64::MAX),
        json!(1e308),
        json!(true),
        json!(""),
        json!("\u{0}\u{202e}\u{200b}\u{feff}é𝔸"),
        json!("x".repeat(20_000)),
        json!("../../etc/passwd"),
        json!("sha256:ZZ"),
        json!("9999-99-99T99:99:99.999Z"),
        json!([]),
        json!({"$private": 1, "$secret": "s", "$commitment": "c"}),
        deep,
    ];
    odd[chance.below(odd.len())].clone()
}

/// Values in a tree.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

/// Puts `by` in the place of value number `left`, counted from the root.
fn replace(value: &mut Value, left: &mut usize, by: &Value) {
    if *left == 0 {
        *value = by.clone();
        *left = usize::MAX;
        return;
    }
    *left -= 1;
    let inner: Vec<&mut Value> = match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(members) => members.values_mut().collect(),
        _ => return,
    };
    for child in inner {
        if *left == usize::MAX {
            return;
        }
        replace(child, left, by);
    }
}

#[tokio::test]
async fn damaged_paths_and_queries_are_answered_with_a_problem() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    let auditor = site.api("aud")?;
    let odd = [
        "/v1/changes/%00",
        "/v1/changes/CHG-",
        "/v1/changes/CHG-99999999999999999999",
        "/v1/changes/chg_zz",
        "/v1/changes?limit=0",
        "/v1/changes?limit=201",
        "/v1/changes?limit=x",
        "/v1/changes?cursor=%ff%fe",
        "/v1/changes?state=nonsense",
        "/v1/changes?nonsense=1",
        "/v1/changes?text=%25_%27%22%00",
        "/v1/ledger/entries/-1",
        "/v1/ledger/entries/99999999",
        "/v1/ledger/entries/18446744073709551615",
        "/v1/ledger/entries?before=0",
        "/v1/ledger/consistency?old=0&new=1",
        "/v1/ledger/consistency?old=9&new=1",
        "/v1/ledger/consistency?old=1&new=99999999",
        "/v1/ledger/entries/0/receipt?format=pdf",
        "/ledger/tile/0/000",
        "/ledger/tile/0/x999/000",
        "/ledger/tile/9/000",
        "/ledger/tile/0/000.p/0",
        "/ledger/tile/0/000.p/257",
        "/ledger/tile/entries/000.p/999",
        "/ledger/tile/../../etc/passwd",
        "/ledger/tile/0/x18446744073709551615/000",
        "/v1/nothing",
        "/v1/people/prs_1",
    ];
    for path in odd {
        let answer = auditor.get(path).await?;
        ensure!(answer.status < 500, "{path}: {} {}", answer.status, answer.text);
        if answer.status >= 400 && path.starts_with("/v1/") {
            ensure!(answer.body["code"].is_string(), "{path}: {}", answer.text);
        }
    }
    ensure!(!site.server.log().contains("panicked"), "{}", site.server.log());
    Ok(())
}
