//! Whoever can write the database and the disk (ATTACKS H and I): damage, old copies, second
//! processes, broken backups.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use e2e::site::{Site, change_of, digest, text};
use e2e::{Chance, Engine, Finished, Home, Server, countersign, run, until};
use tokio::process::Command;

e2e::on_each_database!(
    h02_an_old_database_under_newer_checkpoints_is_refused_with_the_reason,
    i11_a_backup_that_was_cut_or_changed_is_refused,
);

/// A site with a decided change in it.
async fn lived_in(engine: Engine) -> Result<Site> {
    let site = Site::open(engine).await?;
    let change = site.request(&change_of("staging", &digest(1))).await?;
    site.approve(&change).await?;
    Ok(site)
}

fn command(home: &Home, arguments: &[&str]) -> Result<Command> {
    let mut command = countersign(home.folder())?;
    command.args(arguments);
    Ok(command)
}

/// `countersign ARGUMENTS --data … [--database …] MORE` on a home without a server.
async fn offline(home: &Home, arguments: &[&str], more: &[&str]) -> Result<Finished> {
    let mut command = command(home, arguments)?;
    command.args(home.arguments()).args(more);
    run(command).await
}

/// What `serve` says when it refuses to start.
async fn refused_start(home: &Home) -> Result<Finished> {
    let finished = offline(home, &["serve", "--listen", "127.0.0.1:0"], &[]).await?;
    ensure!(finished.code > 0, "it started: {finished:?}");
    Ok(finished)
}

/// The root that a checkpoint signs for, with its size.
fn size_and_root(note: &str) -> Option<(String, String)> {
    let mut lines = note.lines().skip(1);
    Some((lines.next()?.to_owned(), lines.next()?.to_owned()))
}

/// Flips one bit of `text` wherever the file holds it; how often that was.
fn flip_in(file: &Path, text: &str, chance: &mut Chance) -> Result<usize> {
    let mut bytes = fs::read(file)?;
    let text = text.as_bytes();
    let places: Vec<usize> = (0..bytes.len())
        .filter(|at| bytes.get(*at..).is_some_and(|b| b.starts_with(text)))
        .collect();
    let at = chance.below(text.len());
    for place in &places {
        bytes[place + at] ^= 1;
    }
    fs::write(file, bytes)?;
    Ok(places.len())
}

#[tokio::test]
async fn h01_a_byte_flipped_on_disk_is_found_and_its_entry_named() -> Result<()> {
    let site = lived_in(Engine::Sqlite).await?;
    let page = site.get("aud", "/v1/ledger/entries?limit=200").await?;
    let entries = page["items"].as_array().context("entries")?.clone();
    let size = entries.len();
    let vote = entries.iter().find(|e| e["kind"] == "vote_recorded").context("a vote")?.clone();
    let index = vote["index"].as_u64().context("index")?;
    let entry = site.get("aud", &format!("/v1/ledger/entries/{index}")).await?;
    let id =
        text(&entry["leaf"]["data"]["vote"], "id").or_else(|_| text(&entry["leaf"]["data"], "id"));
    let leaf_part = format!("\"{}\"", id.context("the vote's id in its leaf")?);
    let Site { home, server, .. } = site;
    server.stop().await?;
    let database = home.folder().join("data/countersign.db");
    let sound = fs::read(&database)?;
    offline(&home, &["ledger", "verify"], &[]).await?.expect_code(0)?;

    let mut chance = Chance::new("h01");
    for (what, part) in [("a leaf", leaf_part.as_str()), ("a private text", "I read all of it.")] {
        let places = flip_in(&database, part, &mut chance)?;
        ensure!(places > 0, "{what} is nowhere in the database");
        let found = offline(&home, &["ledger", "verify"], &[]).await?.expect_code(1)?;
        let said = format!("{}{}", found.stdout, found.stderr);
        let named = said.lines().any(|line| {
            let after = line.split(&format!("entry {index}")).nth(1);
            after.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
        });
        ensure!(named, "{what}: entry {index} is not named: {said}");
        fs::write(&database, &sound)?;
    }
    // Any byte of any page: found, or it was a place that says nothing. Never a panic.
    for _ in 0..40 {
        let mut hurt = sound.clone();
        let at = chance.below(hurt.len());
        hurt[at] ^= 1 << chance.below(8);
        fs::write(&database, &hurt)?;
        let found = offline(&home, &["ledger", "verify"], &[]).await?;
        let said = format!("{}{}", found.stdout, found.stderr);
        ensure!([0, 1].contains(&found.code), "byte {at}: {found:?}");
        ensure!(!said.contains("panicked"), "byte {at}: {said}");
    }
    fs::write(&database, &sound)?;
    let server = Server::serve(&home).await?;
    println!("{size} entries; sound again at {}", server.url());
    Ok(())
}

async fn h02_an_old_database_under_newer_checkpoints_is_refused_with_the_reason(
    engine: Engine,
) -> Result<()> {
    let mut site = lived_in(engine).await?;
    site.server.stop().await?;
    let yesterday = site.home.folder().join("yesterday");
    let yesterday_text = yesterday.to_string_lossy().into_owned();
    offline(&site.home, &["backup"], &[&yesterday_text]).await?.expect_code(0)?;

    site.server = Server::serve(&site.home).await?;
    let change = site.request(&change_of("staging", &digest(2))).await?;
    site.approve(&change).await?;
    let Site { home, server, .. } = site;
    server.stop().await?;

    // Yesterday's database, where the checkpoints of today are.
    let old = restored_under(&home, engine, &yesterday_text).await?;
    let refused = refused_start(&old).await?;
    let said = refused.stderr.to_lowercase();
    ensure!(said.contains("checkpoint") && said.contains("entries"), "{}", refused.stderr);
    let verified = offline(&old, &["ledger", "verify"], &[]).await?;
    ensure!(verified.code == 1, "verify does not mind: {verified:?}");
    Ok(())
}

/// A home with the database of a backup and the rest of the data folder of `newer`.
async fn restored_under(newer: &Home, engine: Engine, backup: &str) -> Result<Home> {
    let old = Home::new(engine)?;
    let mut restore = command(&old, &["restore", backup])?;
    restore.args(old.arguments());
    run(restore).await?.expect_code(0)?;
    copy_missing(&newer.folder().join("data"), &old.folder().join("data"))?;
    Ok(old)
}

/// Copies everything but databases and locks.
fn copy_missing(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let name = path.file_name().context("name")?.to_string_lossy().into_owned();
        if path.is_dir() {
            copy_missing(&path, &to.join(name))?;
        } else if !name.starts_with("countersign.db") && !name.ends_with(".lock") && name != "lock"
        {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn h02_files_of_yesterday_under_todays_checkpoints_are_refused() -> Result<()> {
    let mut site = lived_in(Engine::Sqlite).await?;
    site.server.stop().await?;
    let data = site.home.folder().join("data");
    let files: Vec<PathBuf> = fs::read_dir(&data)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("countersign.db"))
        })
        .collect();
    let kept: Vec<Vec<u8>> = files.iter().map(fs::read).collect::<Result<_, _>>()?;
    site.server = Server::serve(&site.home).await?;
    let change = site.request(&change_of("staging", &digest(2))).await?;
    site.approve(&change).await?;
    let head = site.get("aud", "/v1/ledger").await?["size"].to_string();
    let copy = data.join("checkpoints/latest");
    until("the checkpoint is copied out of the database", async || {
        let (size, _) = size_and_root(&fs::read_to_string(&copy).ok()?)?;
        (size == head).then_some(())
    })
    .await?;
    let Site { home, server, .. } = site;
    server.kill().await?;
    for leftover in ["countersign.db-wal", "countersign.db-shm"] {
        let _ = fs::remove_file(data.join(leftover));
    }
    for (file, bytes) in files.iter().zip(kept) {
        fs::write(file, bytes)?;
    }
    let refused = refused_start(&home).await?;
    ensure!(refused.stderr.to_lowercase().contains("checkpoint"), "{}", refused.stderr);
    Ok(())
}

#[tokio::test]
async fn h10_a_second_process_on_the_same_folder_is_refused() -> Result<()> {
    let site = lived_in(Engine::Sqlite).await?;
    let refused = refused_start(&site.home).await?;
    ensure!(refused.stderr.to_lowercase().contains("another process"), "{}", refused.stderr);
    site.get("aud", "/v1/changes").await?;
    Ok(())
}

#[tokio::test]
async fn h06_another_key_is_refused_at_start_and_by_the_verifier() -> Result<()> {
    let site = lived_in(Engine::Sqlite).await?;
    let other = Home::new(Engine::Sqlite)?;
    let stranger = Server::serve(&other).await?;
    let foreign = e2e::Api::anonymous(stranger.url())?.bytes("/ledger/log.vkey").await?;
    let foreign = String::from_utf8(foreign)?.trim().to_owned();
    let mut verify = command(&site.home, &["ledger", "verify", "--key", &foreign])?;
    verify.env("COUNTERSIGN_SERVER", site.server.url());
    verify.env("COUNTERSIGN_TOKEN", &site.member("aud")?.token);
    ensure!(run(verify).await?.code == 1, "another log's key verifies this one");
    let Site { home, server, .. } = site;
    server.stop().await?;
    stranger.stop().await?;
    fs::copy(other.folder().join("data/ledger.key"), home.folder().join("data/ledger.key"))?;
    let refused = refused_start(&home).await?;
    ensure!(refused.stderr.to_lowercase().contains("key"), "{}", refused.stderr);
    Ok(())
}

async fn i11_a_backup_that_was_cut_or_changed_is_refused(engine: Engine) -> Result<()> {
    let site = lived_in(engine).await?;
    let whole = site.home.folder().join("backup");
    let whole_text = whole.to_string_lossy().into_owned();
    // While the server runs, as an operator does at night, and once more without it.
    let Site { home, server, .. } = site;
    server.stop().await?;
    offline(&home, &["backup"], &[&whole_text]).await?.expect_code(0)?;
    let mut largest: Vec<PathBuf> =
        fs::read_dir(&whole)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    largest.sort_by_key(|path| fs::metadata(path).map_or(0, |meta| meta.len()));
    let file = largest.last().context("an empty backup")?;
    let sound = fs::read(file)?;
    let mut chance = Chance::new("i11");
    for round in 0..6 {
        let mut broken = sound.clone();
        let at = chance.below(broken.len());
        match round % 2 {
            0 => broken.truncate(at),
            _ => broken[at] ^= 1 << chance.below(7),
        }
        fs::write(file, broken)?;
        let empty = Home::new(engine)?;
        let mut restore = command(&empty, &["restore", &whole_text])?;
        restore.args(empty.arguments());
        let refused = run(restore).await?;
        ensure!(refused.code == 1, "round {round}, byte {at}: {refused:?}");
        ensure!(!refused.stderr.contains("panicked"), "{}", refused.stderr);
    }
    Ok(())
}

#[tokio::test]
async fn i09_a_backup_restored_into_the_other_database_has_the_same_root() -> Result<()> {
    let site = lived_in(Engine::Sqlite).await?;
    let note = String::from_utf8(site.api("aud")?.bytes("/ledger/checkpoint").await?)?;
    let pete = site.member("pete")?.token.clone();
    let Site { home, server, .. } = site;
    server.stop().await?;
    let backup = home.folder().join("backup").to_string_lossy().into_owned();
    offline(&home, &["backup"], &[&backup]).await?.expect_code(0)?;

    let target = Home::new(Engine::Postgres)?;
    let mut restore = command(&target, &["restore", &backup])?;
    restore.args(target.arguments());
    run(restore).await?.expect_code(0)?;
    offline(&target, &["ledger", "verify"], &[]).await?.expect_code(0)?;
    let key = target.folder().join("data/ledger.key");
    if !key.exists() {
        fs::copy(home.folder().join("data/ledger.key"), key).context("bring the key")?;
    }
    let server = Server::serve(&target).await?;
    let api = e2e::Api::anonymous(server.url())?;
    let restored = String::from_utf8(api.bytes("/ledger/checkpoint").await?)?;
    ensure!(size_and_root(&note) == size_and_root(&restored), "{note}\n{restored}");
    // Everything works on: names, tokens and texts came along.
    let changes = api.with_token(&pete).get("/v1/changes").await?.ok()?;
    let id = text(&changes["items"][0], "id")?;
    let change = api.with_token(&pete).get(&format!("/v1/changes/{id}")).await?.ok()?;
    ensure!(change["votes"][0]["justification"] == "I read all of it.", "{change:#}");
    Ok(())
}
