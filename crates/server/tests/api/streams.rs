//! Real connections: server-sent events, keep-alive, slow and hostile clients, and the end.

use std::time::Duration;

use serde_json::json;
use testkit::TestServer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(20);

/// Reads from a connection until the text is there.
async fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let mut seen = Vec::new();
    let read = async {
        let mut buffer = [0; 4096];
        loop {
            let n = stream.read(&mut buffer).await.unwrap();
            seen.extend_from_slice(&buffer[..n]);
            if n == 0 || String::from_utf8_lossy(&seen).contains(text) {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(PATIENCE, read).await;
    let seen = String::from_utf8_lossy(&seen).into_owned();
    assert!(seen.contains(text), "`{text}` in `{seen}`");
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_follow_the_journal_and_stop_for_who_is_shut_out() {
    let server = TestServer::sqlite().await;
    let address = server.listen().await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let token = &server.who.auditor.token;
    let request = format!(
        "GET /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nlast-event-id: 1\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let head = read_until(&mut stream, "resync").await;
    assert!(head.contains("text/event-stream"), "{head}");
    let id = server.change("staging").await;
    let seen = read_until(&mut stream, &format!("change/{id}")).await;
    assert!(seen.contains("event: change"), "{seen}");

    let path = format!("/v1/people/{}/status", server.who.auditor.person());
    let gone = json!({"status": "inactive"});
    let _ = server.post(&server.who.admin, &path, gone).await.expect(200);
    let mut rest = Vec::new();
    tokio::time::timeout(PATIENCE, async {
        let mut buffer = [0; 1024];
        // The last chunk of the body ends the stream.
        while !rest.ends_with(b"0\r\n\r\n") {
            let n = stream.read(&mut buffer).await.unwrap();
            rest.extend_from_slice(&buffer[..n]);
            if n == 0 {
                break;
            }
        }
    })
    .await
    .unwrap();
    server.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_is_kept_and_told_when_the_server_stops() {
    let server = TestServer::sqlite().await;
    let address = server.listen().await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    for _ in 0..3 {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let _ = read_until(&mut stream, "\"up\"").await;
    }
    server.state.stop();
    let mut rest = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await.unwrap().unwrap();
    server.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense_on_the_wire_is_an_error_and_not_the_end() {
    let server = TestServer::sqlite().await;
    let address = server.listen().await;
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET /v1/me HTTP/9.9\r\n\r\n",
        b"POST /v1/changes HTTP/1.1\r\nhost: x\r\ncontent-length: banana\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut rest = Vec::new();
        let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await.unwrap();
        assert!(!String::from_utf8_lossy(&rest).contains(" 200 "));
    }
    let _ = server.get(&server.who.outsider, "/v1/me").await.expect(200);
    server.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m6_1_the_public_log_needs_no_account() {
    let server = TestServer::sqlite().await;
    let _ = server.approved("staging").await;
    let get = |path: &'static str| server.call(None, hyper::Method::GET, path, None);
    let checkpoint = String::from_utf8(get("/ledger/checkpoint").await.expect(200).body).unwrap();
    let key = String::from_utf8(get("/ledger/log.vkey").await.expect(200).body).unwrap();
    let key = ledger::VerifierKey::parse(key.trim()).unwrap();
    let opened = ledger::Checkpoint::open(&checkpoint, &[key]).unwrap();
    let tile = ledger::tile::TileId::in_tree(0, 0, opened.size).unwrap();
    let path = format!("/ledger/{}", tile.path());
    let hashes = server.call(None, hyper::Method::GET, &path, None).await.expect(200).body;
    let mut tree = ledger::Frontier::new();
    for hash in hashes.chunks(32) {
        tree.push(ledger::Hash::from_slice(hash).unwrap());
    }
    assert_eq!(tree.root(), opened.root, "tiles and checkpoint agree");

    let half = opened.size / 2;
    let path = format!("/v1/ledger/consistency?old={half}");
    let proof = server.get(&server.who.auditor, &path).await.expect(200).json();
    let mut earlier = ledger::Frontier::new();
    for hash in hashes.chunks(32).take(usize::try_from(half).unwrap()) {
        earlier.push(ledger::Hash::from_slice(hash).unwrap());
    }
    let old_root = ledger::Hash::from_base64(proof["old_root"].as_str().unwrap()).unwrap();
    assert_eq!(old_root, earlier.root());
    server.finish().await;
}
