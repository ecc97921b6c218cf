//! The log and a witness of it, which know each other over HTTP alone (F07, H11).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use e2e::site::{Site, change_of, digest};
use e2e::{Api, Engine, countersign_verify, run, until};
use ed25519_dalek::{Signer as _, SigningKey};
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::net::{TcpListener, TcpStream};

e2e::on_each_database!(f07_a_witness_over_http_cosigns_the_log_and_bounds_what_an_auditor_checks);

const NAME: &str = "witness.example/w";

/// A witness that cosigns whatever it is shown (C2SP tlog-cosignature, Ed25519), once it knows the log.
/// It shares no code with the product.
struct Witness {
    key: SigningKey,
    knows: AtomicBool,
}

/// A verifier key, and its id.
fn verifier(key: &SigningKey) -> (String, [u8; 4]) {
    let typed = [&[4], key.verifying_key().as_bytes().as_slice()].concat();
    let whole = Sha256::digest([NAME.as_bytes(), b"\n", &typed].concat());
    let id = [whole[0], whole[1], whole[2], whole[3]];
    let hex: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    (format!("{NAME}+{hex}+{}", STANDARD.encode(typed)), id)
}

impl Witness {
    fn cosign(&self, body: &str) -> Result<String> {
        let (_, checkpoint) = body.split_once("\n\n").context("no checkpoint")?;
        let (text, _) = checkpoint.split_once("\n\n").context("no signatures")?;
        let time = u64::try_from(now().as_second())?;
        let signature = self.key.sign(format!("cosignature/v1\ntime {time}\n{text}\n").as_bytes());
        let (_, id) = verifier(&self.key);
        let whole = [&id[..], &time.to_be_bytes(), &signature.to_bytes()].concat();
        Ok(format!("\u{2014} {NAME} {}\n", STANDARD.encode(whole)))
    }
}

/// Answers one request, as C2SP tlog-witness has it.
async fn answer(witness: &Witness, stream: TcpStream) -> Result<()> {
    let mut stream = BufStream::new(stream);
    let (mut line, mut length, mut path) = (String::new(), 0, String::new());
    while stream.read_line(&mut line).await? > 2 {
        let lower = line.to_ascii_lowercase();
        if path.is_empty() {
            path = line.split(' ').nth(1).context("no path")?.to_owned();
        } else if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
        line.clear();
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let (status, text) = match path == "/w/add-checkpoint" && witness.knows.load(Ordering::SeqCst) {
        true => (200, witness.cosign(&String::from_utf8(body)?)?),
        false => (404, String::new()),
    };
    let length = text.len();
    let head =
        format!("HTTP/1.1 {status} -\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all(format!("{head}{text}").as_bytes()).await?;
    Ok(stream.flush().await?)
}

#[expect(clippy::disallowed_methods, reason = "the server runs on the real clock")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// Waits until the witness has seen the whole log.
async fn all_seen(site: &Site) -> Result<Value> {
    until("the witness has seen all", async || {
        let head = site.get("aud", "/v1/ledger").await.ok()?;
        (head["witnesses"]["lag_entries"] == 0).then_some(head)
    })
    .await
}

async fn f07_a_witness_over_http_cosigns_the_log_and_bounds_what_an_auditor_checks(
    engine: Engine,
) -> Result<()> {
    let key = SigningKey::from_bytes(&[9; 32]);
    let (vkey, _) = verifier(&key);
    let witness = Arc::new(Witness { key, knows: false.into() });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/w", listener.local_addr()?);
    let serving = witness.clone();
    let server = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A caller that goes away is its own loss.
            let _ = answer(&serving, stream).await;
        }
    });
    let settings =
        format!("witness_every_seconds = 1\n[[witness]]\nkey = \"{vkey}\"\nurl = \"{url}\"\n");
    let site = Site::open_with(engine, &settings).await?;

    // The witness does not know the log yet, which the ledger shows as entries that nobody saw.
    let head = site.get("aud", "/v1/ledger").await?;
    ensure!(head["witnesses"]["size"] == 0, "{head:#}");
    let anonymous = Api::anonymous(site.server.url())?;
    let log = String::from_utf8(anonymous.bytes("/ledger/log.vkey").await?)?;
    let log = log.trim();
    witness.knows.store(true, Ordering::SeqCst);
    all_seen(&site).await?;
    site.request(&change_of("staging", &digest(1))).await?;
    let head = all_seen(&site).await?;
    ensure!(head["witnesses"]["behind"] == false, "{head:#}");
    let metrics = anonymous.bytes("/metrics").await?;
    let metrics = String::from_utf8_lossy(&metrics).into_owned();
    ensure!(metrics.contains("countersign_witness_lag_entries"), "no lag in the metrics");

    let folder = site.home.folder();
    let mut export = site.command("aud")?;
    export.args(["ledger", "export", "export"]);
    run(export).await?.expect_code(0)?;
    let verify = |witness: &str| -> Result<_> {
        let mut verify = countersign_verify(folder)?;
        verify.args(["export", "--key", log, "--witness", witness]);
        Ok(verify)
    };
    let good = run(verify(&vkey)?).await?.expect_code(0)?;
    ensure!(good.stdout.contains(NAME), "{}", good.stdout);
    // Another key by the same name has seen nothing.
    let (stranger, _) = verifier(&SigningKey::from_bytes(&[8; 32]));
    let mut verify = verify(&stranger)?;
    verify.arg("--json");
    let missed = run(verify).await?.expect_code(1)?;
    ensure!(missed.stdout.contains("quorum_missed"), "{}", missed.stdout);
    server.abort();
    Ok(())
}
