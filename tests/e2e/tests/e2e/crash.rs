//! Power cuts under load, and two nodes on one database (ATTACKS C12, C13, I01).

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, ensure};
use e2e::site::{Site, change_of, digest, text};
use e2e::{Api, Chance, Engine, Server, countersign, run};
use futures::future::try_join_all;
use serde_json::{Value, json};
use tokio::sync::mpsc;

e2e::on_each_database!(i01_nothing_acknowledged_is_lost_by_a_kill_under_load);

/// Acknowledged votes in all; and at most this many awaited between two power cuts.
const VOTES: usize = 1_000;
const BETWEEN: usize = 200;
/// Organisations one after the other: everything is verified after each cut, so a log that only
/// grew would make the last cuts take most of the time.
const ORGANISATIONS: usize = 2;
/// Requests in flight.
const WORKERS: u64 = 12;

/// A vote that was acknowledged.
#[derive(Debug, Clone)]
struct Acknowledged {
    change: String,
    vote: String,
    index: u64,
    state: String,
}

/// One after the other, asks for changes and votes on them, until the server is gone.
async fn load(rita: Api, pete: Api, first: u64, told: mpsc::UnboundedSender<Acknowledged>) {
    for number in first.. {
        let Ok(acknowledged) = one_change(&rita, &pete, number).await else { return };
        if told.send(acknowledged).is_err() {
            return;
        }
    }
}

async fn one_change(rita: &Api, pete: &Api, number: u64) -> Result<Acknowledged> {
    let wanted = change_of("staging", &digest(number));
    let change = text(&rita.post("/v1/changes", &wanted).await?.ok()?, "id")?;
    let vote = json!({"expected_revision": 1, "decision": "approve", "justification": "Read it."});
    let voted = pete.post(&format!("/v1/changes/{change}/votes"), &vote).await?.ok()?;
    Ok(Acknowledged {
        change,
        vote: text(&voted["vote"], "id")?,
        index: voted["receipt"]["index"].as_u64().context("a vote without its receipt")?,
        state: text(&voted["change"], "state")?,
    })
}

async fn i01_nothing_acknowledged_is_lost_by_a_kill_under_load(engine: Engine) -> Result<()> {
    let mut chance = Chance::new("i01");
    let (mut votes, mut cuts) = (0, 0);
    for _ in 0..ORGANISATIONS {
        let enough = VOTES / ORGANISATIONS;
        let (acknowledged, often) = cut_again_and_again(engine, enough, &mut chance).await?;
        votes += acknowledged;
        cuts += often;
    }
    println!("{votes} votes acknowledged before {cuts} power cuts");
    ensure!(votes >= VOTES);
    Ok(())
}

/// Cuts the power at random points until so many votes were acknowledged; gives their number and how
/// often it was cut.
async fn cut_again_and_again(
    engine: Engine,
    wanted: usize,
    chance: &mut Chance,
) -> Result<(usize, u64)> {
    let mut site = Site::open(engine).await?;
    let (mut all, mut cuts) = (Vec::new(), 0_u64);
    while all.len() < wanted {
        let (told, mut heard) = mpsc::unbounded_channel();
        for worker in 0..WORKERS {
            let first = cuts << 32 | worker << 24;
            tokio::spawn(load(site.api("rita")?, site.api("pete")?, first, told.clone()));
        }
        drop(told);
        let enough = 1 + chance.below(BETWEEN);
        let mut acknowledged = Vec::new();
        while acknowledged.len() < enough {
            acknowledged.push(heard.recv().await.context("the load ended by itself")?);
        }
        // Wherever the others are now, between any two steps of theirs.
        for _ in 0..chance.below(2000) {
            tokio::task::yield_now().await;
        }
        site.server.kill().await?;
        while let Some(last) = heard.recv().await {
            acknowledged.push(last);
        }
        let verified = run(verify(&site.home)?).await?;
        verified.expect_code(0).with_context(|| format!("after power cut {cuts}"))?;
        cuts += 1;
        site.server = Server::serve(&site.home).await?;
        expect_recorded(&site, &acknowledged).await?;
        all.extend(acknowledged);
    }
    // Each was looked at after its own power cut; some of all once more after the last one.
    let votes = all.len();
    let some: Vec<_> = all.into_iter().step_by(5).collect();
    expect_recorded(&site, &some).await?;
    expect_lists_agree(&site).await?;
    Ok((votes, cuts))
}

fn verify(home: &e2e::Home) -> Result<tokio::process::Command> {
    let mut command = countersign(home.folder())?;
    command.args(["ledger", "verify"]).args(home.arguments());
    Ok(command)
}

/// Every acknowledged vote is an entry, and its change knows it.
async fn expect_recorded(site: &Site, acknowledged: &[Acknowledged]) -> Result<()> {
    let auditor = &site.api("aud")?;
    for part in acknowledged.chunks(16) {
        let checks = part.iter().map(|told| async move {
            let entry = auditor.get(&format!("/v1/ledger/entries/{}", told.index)).await?.ok()?;
            ensure!(entry["leaf"].to_string().contains(&told.vote), "{told:?} is not in {entry:#}");
            let change = auditor.get(&format!("/v1/changes/{}", told.change)).await?.ok()?;
            ensure!(change["state"] == told.state.as_str(), "{told:?}: {}", change["state"]);
            ensure!(change["votes"][0]["id"] == told.vote.as_str(), "{told:?}: {change:#}");
            Ok(())
        });
        try_join_all(checks).await?;
    }
    Ok(())
}

/// C12: a vote is in the change if and only if it is in the log, and lists say what changes say.
async fn expect_lists_agree(site: &Site) -> Result<()> {
    let auditor = &site.api("aud")?;
    let mut cursor = String::new();
    loop {
        let page = auditor.get(&format!("/v1/changes?limit=200{cursor}")).await?.ok()?;
        for items in page["items"].as_array().context("items")?.chunks(16) {
            let checks = items.iter().map(|row| async move {
                let path = format!("/v1/changes/{}", text(row, "id")?);
                let change = auditor.get(&path).await?.ok()?;
                ensure!(change["state"] == row["state"], "{row:#} but {change:#}");
                let timeline = auditor.get(&format!("{path}/timeline?limit=200")).await?.ok()?;
                let entries = timeline["items"].as_array().context("timeline")?;
                let votes = entries.iter().filter(|e| e["kind"] == "vote_recorded").count();
                let known = change["votes"].as_array().context("votes")?.len();
                ensure!(known == votes, "{known} votes known, {votes} on record: {change:#}");
                Ok(())
            });
            try_join_all(checks).await?;
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(()),
        }
    }
}

/// A second node on the same database, with a data folder of its own and the same key.
async fn second_node(site: &Site) -> Result<Server> {
    let folder = site.home.folder().join("node-2");
    fs::create_dir_all(&folder)?;
    fs::copy(site.home.folder().join("data/ledger.key"), folder.join("ledger.key"))
        .context("copy the key to the second node")?;
    let mut command = countersign(site.home.folder())?;
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder);
    command.args(["--database", site.home.database_url().context("PostgreSQL")?]);
    Server::start(command).await
}

#[tokio::test]
async fn c13_two_nodes_keep_one_order_and_one_goes_on_when_the_other_is_killed() -> Result<()> {
    let mut site = Site::open(Engine::Postgres).await?;
    let second = second_node(&site).await?;
    let there = |who: &str| -> Result<Api> {
        Ok(Api::anonymous(second.url())?.with_token(&site.member(who)?.token))
    };
    // Asked for at one node, decided at the other, both ways at once.
    let mut calls = Vec::new();
    for number in 0..20 {
        let (rita, pete) = match number % 2 {
            0 => (site.api("rita")?, there("pete")?),
            _ => (there("rita")?, site.api("pete")?),
        };
        calls.push(async move { one_change(&rita, &pete, number).await });
    }
    let before = try_join_all(calls).await?;
    let places: BTreeSet<u64> = before.iter().map(|told| told.index).collect();
    ensure!(places.len() == before.len(), "two votes at one place: {before:?}");
    // The last slot of one change, filled at both nodes at once.
    let change = site.request(&change_of("staging", &digest(99))).await?;
    let path = format!("/v1/changes/{}/votes", text(&change, "id")?);
    let vote = json!({"expected_revision": 1, "decision": "approve", "justification": "Read it."});
    let (here, other) = (site.api("pete")?, there("olga")?);
    let answers = try_join_all([here.post(&path, &vote), other.post(&path, &vote)]).await?;
    let recorded = answers.iter().filter(|answer| answer.status == 201).count();
    let seen = there("aud")?.get(path.trim_end_matches("/votes")).await?.ok()?;
    ensure!(seen["state"] == "approved", "{seen:#}");
    ensure!(seen["votes"].as_array().is_some_and(|votes| votes.len() == recorded), "{seen:#}");

    let kept = site.home.folder().join("kept.note");
    fs::write(&kept, site.api("aud")?.bytes("/ledger/checkpoint").await?)?;
    let (told, mut heard) = mpsc::unbounded_channel();
    for worker in 0..4 {
        tokio::spawn(load(site.api("rita")?, there("pete")?, worker << 24, told.clone()));
    }
    drop(told);
    let mut acknowledged = before;
    for _ in 0..20 {
        acknowledged.push(heard.recv().await.context("the load ended by itself")?);
    }
    let auditor = site.member("aud")?.token.clone();
    std::mem::replace(&mut site.server, second).kill().await?;
    while let Some(last) = heard.recv().await {
        acknowledged.push(last);
    }
    // The other node knows it all, and goes on.
    expect_recorded(&site, &acknowledged).await?;
    one_change(&site.api("rita")?, &site.api("pete")?, 1000).await?;
    expect_lists_agree(&site).await?;
    let mut verify = countersign(site.home.folder())?;
    verify.env("COUNTERSIGN_SERVER", site.server.url()).env("COUNTERSIGN_TOKEN", auditor);
    verify.args(["ledger", "verify", "--full", "--checkpoint", "kept.note"]);
    run(verify).await?.expect_code(0)?;
    Ok(())
}

#[tokio::test]
async fn i12_an_answer_lost_on_the_way_is_found_by_its_key() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    let key = [("idempotency-key", "lost-answer")];
    let wanted = change_of("staging", &digest(5));
    // The caller goes away at any point of the call; then asks again.
    let rita = site.api("rita")?;
    let lost = tokio::spawn(async move { rita.post_with("/v1/changes", &key, &wanted).await });
    tokio::task::yield_now().await;
    lost.abort();
    let _ = lost.await;
    let wanted = change_of("staging", &digest(5));
    let site = site.kill_and_restart().await?;
    let first = site.api("rita")?.post_with("/v1/changes", &key, &wanted).await?.ok()?;
    let second = site.api("rita")?.post_with("/v1/changes", &key, &wanted).await?.ok()?;
    ensure!(first["id"] == second["id"], "{first:#}\n{second:#}");
    let all: Value = site.get("aud", "/v1/changes").await?;
    ensure!(all["items"].as_array().is_some_and(|items| items.len() == 1), "{all:#}");
    Ok(())
}
