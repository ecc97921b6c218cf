//! Bodies, queries and paths that nobody sends by accident: an error each, never a panic, never
//! an `allow`.

use hyper::{Method, Request};
use serde_json::{Value, json};
use testkit::server::{change_request, gate_question};
use testkit::{ManualClock, SeededRandom, TestServer};

/// Values that parsers trip over.
fn odd() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(u64::MAX),
        json!(1e308),
        json!(""),
        json!("\u{0}\u{202e}\u{200b}"),
        json!("a".repeat(100_000)),
        json!("../../etc/passwd"),
        json!("'; drop table entries; --"),
        json!([]),
        json!({}),
        json!([[[[[[[[[[]]]]]]]]]]),
        json!({"$private": "x"}),
        json!({"$commitment": "x"}),
    ]
}

/// Every copy of `body` with one value replaced by an odd one.
fn mutants(body: &Value) -> Vec<Value> {
    let mut paths = Vec::new();
    walk(body, "", &mut paths);
    let mut all = Vec::new();
    for path in paths {
        for value in odd() {
            let mut mutant = body.clone();
            if let Some(place) = mutant.pointer_mut(&path) {
                *place = value;
            }
            all.push(mutant);
        }
    }
    all
}

fn walk(value: &Value, path: &str, paths: &mut Vec<String>) {
    paths.push(path.to_owned());
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, v)| walk(v, &format!("{path}/{key}"), paths));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, v)| walk(v, &format!("{path}/{n}"), paths));
        }
        _ => {}
    }
}

#[tokio::test]
async fn i11_odd_values_are_refused_and_never_allowed() {
    let server = TestServer::sqlite().await;
    let id = server.approved("production").await;
    let mut change = change_request("checkout", "production");
    change["window"] = json!({"from": "2026-01-05T09:00:00Z", "until": "2026-01-06T09:00:00Z"});
    change["evidence"] = json!([{
        "kind": "tests", "subject": testkit::server::digest(), "issued_at": "2026-01-05T09:00:00Z",
        "passed": true,
    }]);
    let mut question = gate_question("checkout", "production");
    question["change"] = json!(id);
    for body in mutants(&change) {
        let answer = server.post(&server.who.requester, "/v1/changes", body.clone()).await;
        let shown: String = body.to_string().chars().take(500).collect();
        assert!(matches!(answer.status, 201 | 400 | 413), "{}: {shown}", answer.status);
    }
    for body in mutants(&question) {
        let answer = server.post(&server.who.pipeline, "/v1/gate/questions", body.clone()).await;
        let shown: String = body.to_string().chars().take(500).collect();
        assert!(matches!(answer.status, 200 | 400 | 403), "{}: {shown}", answer.status);
        // Leaving the change out, or naming it again, asks the same thing.
        let same = body["artifacts"] == question["artifacts"]
            && body["parameters"] == question["parameters"]
            && body["service"] == question["service"]
            && body["environment"] == question["environment"]
            && (body["change"] == question["change"] || body["change"].is_null());
        if answer.status == 200 && answer.json()["answer"] == "allow" {
            assert!(same, "{shown}");
        }
    }
    server.finish().await;
}

#[tokio::test]
async fn i11_random_bytes_are_refused() {
    use app::ports::Random as _;
    let server = TestServer::sqlite().await;
    let random = SeededRandom::new(4711);
    let _ = ManualClock::new();
    let good = change_request("checkout", "production").to_string().into_bytes();
    for n in 0..400_usize {
        let mut bytes = good.clone();
        let mut dice = [0; 8];
        random.fill(&mut dice);
        let [a, b, c, d, ..] = dice.map(usize::from);
        let at = (a * 256 + b) % bytes.len();
        match n % 3 {
            0 => bytes[at] = dice[2],
            1 => bytes.truncate(at),
            _ => bytes.insert(at, dice[3]),
        }
        let request = Request::builder()
            .method(Method::POST)
            .uri("/v1/changes")
            .header("authorization", format!("Bearer {}", server.who.requester.token))
            .header("content-type", "application/json")
            .header("idempotency-key", format!("{n}-{c}-{d}"));
        let answer = server.send(request.body(bytes).unwrap()).await;
        assert!(matches!(answer.status, 201 | 400), "{}", answer.status);
    }
    server.finish().await;
}

#[tokio::test]
async fn odd_paths_queries_and_headers_are_refused() {
    let server = TestServer::sqlite().await;
    for path in [
        "/v1/changes/%00",
        "/v1/changes/CHG-99999999999999999999",
        "/v1/changes/chg_%F0%9F%92%A9",
        "/v1/changes?limit=-1",
        "/v1/changes?cursor=n18446744073709551616",
        "/v1/changes?text=%FF%FE",
        "/v1/changes?text=%22%2A%28",
        "/v1/ledger/entries/18446744073709551615",
        "/v1/ledger/entries/-1",
        "/v1/ledger/entries?before=0",
        "/v1/ledger/entries?before=18446744073709551615",
        "/v1/ledger/consistency?old=5&new=3",
        "/v1/ledger/consistency?old=0&new=18446744073709551615",
        "/v1/people/prs_x",
        "/ledger/tile/63/x999/999",
        "/ledger/tile/../../etc/passwd",
    ] {
        let answer = server.get(&server.who.admin, path).await;
        assert!(answer.status < 500, "{path}: {}", answer.status);
    }
    for (name, value) in [
        ("authorization", "Bearer"),
        ("authorization", "Basic YTpi"),
        ("authorization", "Bearer \u{7f}"),
        ("cookie", "countersign_session=;;;=="),
        ("cookie", "countersign_session=%00"),
    ] {
        let request = Request::builder().uri("/v1/me").header(name, value.as_bytes());
        let Ok(request) = request.body(Vec::new()) else { continue };
        let answer = server.send(request).await;
        assert_eq!(answer.status, 401, "{name}: {value}");
    }
    server.finish().await;
}
