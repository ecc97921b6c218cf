//! Tools that nobody here wrote accept what we publish: implementations of C2SP signed notes,
//! checkpoints and tiles (Cloudflare's), and schemathesis against the live OpenAPI document.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use e2e::site::{Site, change_of, digest, text};
use e2e::{Api, Engine};
use futures::future::try_join_all;
use reqwest::blocking::Response;
use serde_json::Value;
use signed_note::{Note, StandardVerifier, VerifierList};
use tlog_tiles::{Hash, Tile, TileHashReader, TileReader};

e2e::on_each_database!(m6_1_foreign_tools_verify_checkpoint_tiles_receipts_and_growth);

/// Their tile reader, over HTTP.
struct OverHttp {
    http: reqwest::blocking::Client,
    base: String,
}

impl TileReader for OverHttp {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        // Their paths have the tile height in front of the level, C2SP's have not.
        let read = |tile: &Tile| {
            let path = tile.path().replacen("tile/8/", "tile/", 1);
            let answer = self.http.get(format!("{}/ledger/{path}", self.base)).send();
            let answer = answer.and_then(Response::error_for_status);
            let bytes = answer.and_then(Response::bytes);
            bytes.map(|b| b.to_vec()).map_err(|_| tlog_tiles::Error::InvalidInput(path))
        };
        tiles.iter().map(read).collect()
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

/// A checkpoint that their note implementation verified with the key.
fn open(note: &[u8], key: &str) -> Result<tlog_tiles::Checkpoint> {
    let verifier = StandardVerifier::new(key).map_err(|e| anyhow!("their key: {e}"))?;
    let note = Note::from_bytes(note).map_err(|e| anyhow!("their note: {e}"))?;
    let known = VerifierList::new(vec![Box::new(verifier)]);
    let (signatures, _) = note.verify(&known).map_err(|e| anyhow!("their signature: {e}"))?;
    ensure!(!signatures.is_empty(), "no signature by the log's key");
    tlog_tiles::Checkpoint::from_bytes(note.text()).map_err(|e| anyhow!("their checkpoint: {e}"))
}

fn hash(base64: &str) -> Result<Hash> {
    Hash::parse_hash(base64).map_err(|e| anyhow!("their hash of {base64}: {e}"))
}

fn hashes(list: &Value) -> Result<Vec<Hash>> {
    let list = list.as_array().context("no list of hashes")?;
    list.iter().map(|text| hash(text.as_str().unwrap_or_default())).collect()
}

/// Enough entries for a full tile and a part of the next.
async fn fill(site: &Site) -> Result<u64> {
    for round in 0..6 {
        let changes = (0..32).map(|n| async move {
            let change = site.request(&change_of("staging", &digest(round * 32 + n))).await?;
            site.vote("pete", &change, "approve").await?.ok()
        });
        try_join_all(changes).await?;
        let size = site.get("aud", "/v1/ledger").await?["size"].as_u64().context("size")?;
        if size > 300 {
            return Ok(size);
        }
    }
    bail!("the log does not grow")
}

async fn m6_1_foreign_tools_verify_checkpoint_tiles_receipts_and_growth(
    engine: Engine,
) -> Result<()> {
    let site = Site::open(engine).await?;
    let public = Api::anonymous(site.server.url())?;
    let key = String::from_utf8(public.bytes("/ledger/log.vkey").await?)?.trim().to_owned();
    let early = open(&public.bytes("/ledger/checkpoint").await?, &key)?;
    fill(&site).await?;
    let head = open(&public.bytes("/ledger/checkpoint").await?, &key)?;
    ensure!(head.size() > 300 && head.origin() == early.origin(), "{}", head.origin());

    // Every hash of every entry, from tiles that their reader authenticates.
    let (size, root, base) = (head.size(), *head.hash(), site.server.url().to_owned());
    let proofs = tokio::task::spawn_blocking(move || -> Result<Vec<Vec<Hash>>> {
        let tiles = OverHttp { http: reqwest::blocking::Client::new(), base };
        let reader = TileHashReader::new(size, root, &tiles);
        let computed = tlog_tiles::tree_hash(size, &reader).map_err(|e| anyhow!("{e}"))?;
        ensure!(computed == root, "their root differs");
        let prove = |index| tlog_tiles::prove_record(size, index, &reader);
        (0..size)
            .step_by(7)
            .map(|index| prove(index).map_err(|e| anyhow!("{index}: {e}")))
            .collect()
    });
    for (proof, index) in proofs.await??.iter().zip((0..size).step_by(7)) {
        let entry = site.get("aud", &format!("/v1/ledger/entries/{index}")).await?;
        let leaf = BASE64_STANDARD.decode(entry["leaf_base64"].as_str().unwrap_or_default())?;
        let leaf = tlog_tiles::record_hash(&leaf);
        tlog_tiles::check_record(proof, size, root, index, leaf)
            .map_err(|e| anyhow!("entry {index} by their proof: {e}"))?;
        check_receipt(&entry["receipt"], index, leaf, &key)?;
        let path = format!("/v1/ledger/entries/{index}/receipt?format=tlog-proof");
        let proof = site.api("aud")?.get(&path).await?.text;
        check_tlog_proof(&proof, index, leaf, &key)?;
    }
    let path = format!("/v1/ledger/consistency?old={}&new={size}", early.size());
    let grown = site.get("aud", &path).await?;
    tlog_tiles::check_tree(&hashes(&grown["proof"])?, size, root, early.size(), *early.hash())
        .map_err(|e| anyhow!("growth by our proof: {e}"))?;
    Ok(())
}

fn check_receipt(receipt: &Value, index: u64, leaf: Hash, key: &str) -> Result<()> {
    let note = receipt["checkpoint"].as_str().context("a receipt without checkpoint")?;
    let signed = open(note.as_bytes(), key)?;
    let proof = hashes(&receipt["proof"])?;
    tlog_tiles::check_record(&proof, signed.size(), *signed.hash(), index, leaf)
        .map_err(|e| anyhow!("entry {index} by our receipt: {e}"))
}

/// `c2sp.org/tlog-proof@v1`, `index N`, a hash a line, an empty line, the checkpoint.
fn check_tlog_proof(text: &str, index: u64, leaf: Hash, key: &str) -> Result<()> {
    let (proof, note) = text.split_once("\n\n").context("a proof without checkpoint")?;
    let mut lines = proof.lines();
    ensure!(lines.next() == Some("c2sp.org/tlog-proof@v1"), "{text}");
    let place = lines.find_map(|line| line.strip_prefix("index ")).context("no index")?;
    ensure!(place.parse() == Ok(index), "{text}");
    let proof = lines.map(hash).collect::<Result<Vec<_>>>()?;
    let signed = open(note.as_bytes(), key)?;
    tlog_tiles::check_record(&proof, signed.size(), *signed.hash(), index, leaf)
        .map_err(|e| anyhow!("entry {index} by our proof text: {e}"))
}

#[tokio::test]
async fn schemathesis_finds_nothing_as_an_auditor() -> Result<()> {
    schemathesis("aud").await
}

#[tokio::test]
async fn schemathesis_finds_nothing_as_a_requester() -> Result<()> {
    schemathesis("rita").await
}

/// Longest run of it, over all operations.
const LIMIT: Duration = Duration::from_secs(560);

/// Ids that exist, so that it reaches what is behind them.
fn known_ids(site: &Site, change: &Value) -> Result<String> {
    let ids = [
        ("change", text(change, "id")?),
        ("person", site.member("pete")?.id.clone()),
        ("service_account", site.member("ci")?.id.clone()),
    ];
    let lines = ids.map(|(name, id)| format!("\"path.{name}\" = \"{id}\"\n"));
    Ok(format!("[parameters]\n{}", lines.concat()))
}

async fn schemathesis(who: &str) -> Result<()> {
    let program = e2e::target()?.join("venv/bin/schemathesis");
    ensure!(program.is_file(), "no schemathesis: `cargo xtask prepare` first");
    let site = Site::open(Engine::Sqlite).await?;
    let change = site.request(&change_of("staging", &digest(1))).await?;
    site.approve(&change).await?;
    let settings = site.home.folder().join("schemathesis.toml");
    fs::write(&settings, known_ids(&site, &change)?)?;
    let mut command = tokio::process::Command::new(program);
    command.arg("--config-file").arg(settings);
    command.arg("run").arg(format!("{}/openapi.json", site.server.url()));
    // One worker: its generator of examples shares caches between threads without a lock.
    command.args(["--max-examples", "6", "--workers", "1"]);
    command.args(["--phases", "examples,coverage,fuzzing"]);
    command.args(["--checks", "not_a_server_error,status_code_conformance"]);
    command.args(["--checks", "content_type_conformance,response_schema_conformance"]);
    command.args(["--continue-on-failure", "--request-timeout", "30", "--no-color"]);
    command.args(["--suppress-health-check", "all"]);
    // An event stream never ends, which it takes for a failure.
    command.args(["--exclude-path", "/v1/events"]);
    command.arg("-H").arg(format!("Authorization: Bearer {}", site.member(who)?.token));
    command.current_dir(site.home.folder()).stdin(Stdio::null()).kill_on_drop(true);
    let output =
        tokio::time::timeout(LIMIT, command.output()).await.context("it takes too long")?;
    let output = output.context("run schemathesis")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    println!("{said}");
    ensure!(output.status.success(), "findings as {who}; see above");
    ensure!(!site.server.log().contains("panicked"), "{}", site.server.log());
    site.get("aud", "/v1/ledger").await?;
    Ok(())
}
