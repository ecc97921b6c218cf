//! The log's key is changed at a running installation (ATTACKS H12): everything from before stays
//! valid, and everything after needs the new key.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use e2e::site::{Site, change_of, digest, text};
use e2e::{Engine, Finished, Home, Server, countersign, countersign_verify, run};
use serde_json::Value;

e2e::on_each_database!(h12_a_new_key_takes_over_and_nothing_from_before_is_lost);

/// A saved receipt with its leaf.
struct Saved {
    receipt: PathBuf,
    leaf: PathBuf,
}

async fn save(site: &Site, index: u64, name: &str) -> Result<Saved> {
    let entry = site.get("aud", &format!("/v1/ledger/entries/{index}")).await?;
    let folder = site.home.folder();
    let saved = Saved {
        receipt: folder.join(format!("{name}.json")),
        leaf: folder.join(format!("{name}.leaf")),
    };
    fs::write(&saved.receipt, entry["receipt"].to_string())?;
    fs::write(&saved.leaf, BASE64_STANDARD.decode(text(&entry, "leaf_base64")?)?)?;
    Ok(saved)
}

/// Whether the auditor's verifier takes the receipt with this key.
async fn holds(site: &Site, saved: &Saved, key: &str) -> Result<bool> {
    let mut command = countersign_verify(site.home.folder())?;
    command.arg("--receipt").arg(&saved.receipt).arg("--leaf").arg(&saved.leaf);
    command.args(["--key", key]);
    Ok(run(command).await?.code == 0)
}

async fn voted(site: &Site, number: u64) -> Result<u64> {
    let change = site.request(&change_of("staging", &digest(number))).await?;
    let vote = site.vote("pete", &change, "approve").await?.ok()?;
    vote["receipt"]["index"].as_u64().context("a vote without its receipt")
}

async fn key_of(site: &Site) -> Result<String> {
    let key = site.api("aud")?.bytes("/ledger/log.vkey").await?;
    Ok(String::from_utf8(key)?.trim().to_owned())
}

/// `countersign ledger … ` without a server.
async fn offline(home: &Home, arguments: &[&str]) -> Result<Finished> {
    let mut command = countersign(home.folder())?;
    command.arg("ledger").args(arguments).args(home.arguments());
    run(command).await
}

/// `countersign ledger … ` against the server.
async fn online(site: &Site, arguments: &[&str]) -> Result<Finished> {
    let mut command = site.command("aud")?;
    command.arg("ledger").args(arguments);
    run(command).await
}

async fn h12_a_new_key_takes_over_and_nothing_from_before_is_lost(engine: Engine) -> Result<()> {
    let mut site = Site::open(engine).await?;
    let old = key_of(&site).await?;
    let before = save(&site, voted(&site, 1).await?, "before").await?;
    online(&site, &["verify", "--key", &old]).await?.expect_code(0)?;
    if engine == Engine::Sqlite {
        let refused = offline(&site.home, &["rotate-key"]).await?;
        ensure!(refused.code != 0, "it changed the key under a running server: {refused:?}");
        ensure!(key_of(&site).await? == old);
    }
    site.server.stop().await?;
    let rotated = offline(&site.home, &["rotate-key", "--json"]).await?.expect_code(0)?.json()?;
    ensure!(rotated["old_key"] == old.as_str(), "{rotated:#}");
    let new = text(&rotated, "new_key")?;
    offline(&site.home, &["verify"]).await?.expect_code(0)?;

    site.server = Server::serve(&site.home).await?;
    ensure!(key_of(&site).await? == new && new != old);
    let keys: Value = site.get("aud", "/ledger/keys.json").await?;
    ensure!(keys["first"] == old.as_str(), "{keys:#}");
    ensure!(keys["rotations"].as_array().is_some_and(|r| r.len() == 1), "{keys:#}");

    let after = save(&site, voted(&site, 2).await?, "after").await?;
    for (saved, key, expected) in
        [(&before, &old, true), (&before, &new, false), (&after, &new, true), (&after, &old, false)]
    {
        ensure!(holds(&site, saved, key).await? == expected, "{:?} with {key}", saved.receipt);
    }
    // Whoever pinned the old key is led to the new one, from the checkpoint they remember.
    let led = online(&site, &["verify", "--full", "--key", &old]).await?.expect_code(0)?;
    ensure!(led.stderr.contains("has changed") && led.stderr.contains(&new), "{led:?}");
    online(&site, &["verify", "--key", &new]).await?.expect_code(0)?;
    online(&site, &["export", "online", "--key", &old]).await?.expect_code(0)?;
    site.server.stop().await?;
    offline(&site.home, &["export", "offline"]).await?.expect_code(0)?;
    for folder in ["online", "offline"] {
        for key in [&old, &new] {
            let mut command = countersign_verify(site.home.folder())?;
            command.args([folder, "--key", key]);
            run(command).await?.expect_code(0)?;
        }
    }
    // And once more, with a power cut right after.
    offline(&site.home, &["rotate-key"]).await?.expect_code(0)?;
    site.server = Server::serve(&site.home).await?;
    let site = site.kill_and_restart().await?;
    voted(&site, 3).await?;
    online(&site, &["verify", "--key", &old]).await?.expect_code(0)?;
    site.server.stop().await?;
    offline(&site.home, &["verify"]).await?.expect_code(0)?;
    Ok(())
}
