//! Attacks on what an approval is bound to (ATTACKS A): another artifact, revision, target or time.

use std::fs;

use anyhow::{Context, Result, ensure};
use e2e::site::{Site, change_of, digest, question, text};
use e2e::{Engine, run};
use serde_json::{Value, json};

e2e::on_each_database!(
    a01_a_digest_swapped_after_approval_is_refused_and_both_are_on_record,
    a03_a_new_revision_voids_the_approval_and_says_what_moved,
    a09_a_grant_opens_once_and_for_its_own_change,
    b11_an_approval_stops_counting_when_its_role_is_taken,
);

/// The artifact rita asks for in these tests.
const APPROVED: u64 = 0xa1;
/// Another build of it.
const OTHER: u64 = 0xa2;

async fn approved(site: &Site, environment: &str) -> Result<Value> {
    let change = site.request(&change_of(environment, &digest(APPROVED))).await?;
    site.approve(&change).await
}

/// Entries of the log about the gate of a change, newest first.
async fn gate_entries(site: &Site, change: &Value) -> Result<Vec<Value>> {
    let stream = format!("gate/{}", text(change, "id")?);
    let page = site.get("aud", "/v1/ledger/entries?limit=100").await?;
    let entries = page["items"].as_array().context("no entries")?;
    Ok(entries.iter().filter(|entry| entry["stream"] == stream.as_str()).cloned().collect())
}

async fn a01_a_digest_swapped_after_approval_is_refused_and_both_are_on_record(
    engine: Engine,
) -> Result<()> {
    let site = Site::open(engine).await?;
    let change = approved(&site, "production").await?;
    let mut swapped = question(&change);
    swapped["artifacts"] = json!([{"name": "app.bin", "digest": digest(OTHER)}]);
    for named in [swapped["change"].clone(), Value::Null] {
        swapped["change"] = named;
        let verdict = site.ask_about(&swapped).await?;
        ensure!(verdict["answer"] == "deny" && verdict["exit_code"] == 10, "{verdict:#}");
        ensure!(verdict["code"] == "digest_mismatch" && verdict["grant"].is_null(), "{verdict:#}");
        let said = verdict["explanation"].to_string();
        ensure!(said.contains(&digest(APPROVED)) && said.contains(&digest(OTHER)), "{verdict:#}");
    }
    let entries = gate_entries(&site, &change).await?;
    ensure!(entries.len() == 2, "questions on record: {entries:#?}");
    let entry = site.get("aud", &format!("/v1/ledger/entries/{}", entries[0]["index"])).await?;
    ensure!(entry["leaf"].to_string().contains(&digest(OTHER)), "{entry:#}");
    // The approved one still goes through.
    let verdict = site.ask(&change).await?;
    ensure!(verdict["answer"] == "allow", "{verdict:#}");
    Ok(())
}

async fn a03_a_new_revision_voids_the_approval_and_says_what_moved(engine: Engine) -> Result<()> {
    let site = Site::open(engine).await?;
    let change = approved(&site, "production").await?;
    let before = site.ask(&change).await?;
    let grant = text(&before["grant"]["grant"], "id")?;

    let path = format!("/v1/changes/{}", text(&change, "id")?);
    let revision = json!({
        "expected_revision": 1, "change": change_of("production", &digest(OTHER)),
    });
    let revised = site.post("rita", &format!("{path}/revisions"), &revision).await?.ok()?;
    ensure!(revised["state"] == "awaiting_approval", "{revised:#}");
    let votes = revised["votes"].as_array().context("votes")?;
    ensure!(!votes.is_empty() && votes.iter().all(|vote| vote["counts"] == false), "{votes:#?}");
    let moved = revised["revisions"][1]["moved"].to_string();
    ensure!(moved.contains(&digest(APPROVED)) && moved.contains(&digest(OTHER)), "{moved}");

    site.redeem(&grant).await?.refused(409, "stale_revision")?;
    let old = site.ask(&change).await?;
    ensure!(old["code"] == "digest_mismatch", "{old:#}");
    let new = site.ask(&revised).await?;
    ensure!(new["answer"] == "pending" && new["exit_code"] == 11, "{new:#}");
    let stale = site.vote("pete", &change, "approve").await?;
    stale.refused(409, "stale_revision")?;
    Ok(())
}

async fn a09_a_grant_opens_once_and_for_its_own_change(engine: Engine) -> Result<()> {
    let mut site = Site::open(engine).await?;
    let change = approved(&site, "production").await?;
    let grant = text(&site.ask(&change).await?["grant"]["grant"], "id")?;
    // A twin that wants the same artifact: the grant says nothing about it.
    let twin = site.request(&change_of("production", &digest(APPROVED))).await?;
    let verdict = site.ask(&twin).await?;
    ensure!(verdict["answer"] == "pending", "{verdict:#}");
    // Another machine that may ask for the same target.
    site.add_machine("other", &["gate"]).await?;
    let path = format!("/v1/gate/grants/{grant}/redemption");
    let stolen = site.post("other", &path, &json!({})).await?;
    ensure!(stolen.status == 403, "{}: {}", stolen.status, stolen.text);

    let calls = (0..8).map(|_| site.redeem(&grant));
    let answers = futures::future::try_join_all(calls).await?;
    let (began, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|a| a.status == 201);
    ensure!(began.len() == 1, "{} deployments began", began.len());
    for answer in refused {
        answer.refused(409, "already_consumed")?;
    }
    let again = site.ask(&change).await?;
    ensure!(again["answer"] == "deny" && again["code"] == "already_consumed", "{again:#}");
    Ok(())
}

async fn b11_an_approval_stops_counting_when_its_role_is_taken(engine: Engine) -> Result<()> {
    let site = Site::open(engine).await?;
    let change = approved(&site, "production").await?;
    let grant = text(&site.ask(&change).await?["grant"]["grant"], "id")?;
    site.unbind("olga", "service-owner", "service:checkout").await?.ok()?;
    let verdict = site.ask(&change).await?;
    ensure!(verdict["answer"] != "allow" && verdict["grant"].is_null(), "{verdict:#}");
    let answer = site.redeem(&grant).await?;
    ensure!(answer.status == 403 || answer.status == 409, "{}: {}", answer.status, answer.text);
    let seen = site.get("aud", &format!("/v1/changes/{}", text(&change, "id")?)).await?;
    let votes = seen["votes"].as_array().context("votes")?;
    let olga = &site.member("olga")?.id;
    let dead = votes.iter().find(|vote| vote["person"]["id"] == olga.as_str());
    ensure!(dead.is_some_and(|v| v["counts"] == false && !v["why_not"].is_null()), "{votes:#?}");
    Ok(())
}

#[tokio::test]
async fn a02_a_tag_without_a_digest_is_refused() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    for artifact in [
        json!({"name": "app", "reference": "registry.example/app:1.2"}),
        json!({"name": "app", "digest": "1.2", "reference": "registry.example/app:1.2"}),
        json!({"name": "app", "digest": "sha256:12", "reference": "registry.example/app:1.2"}),
    ] {
        let mut change = change_of("production", &digest(APPROVED));
        change["artifacts"] = json!([artifact]);
        let problem = site.post("rita", "/v1/changes", &change).await?;
        let problem = problem.refused(400, "invalid_field")?;
        ensure!(problem["fields"].to_string().contains("digest"), "{problem:#}");
    }
    let mut command = site.command("ci")?;
    command.args(["gate", "--service", "checkout", "--environment", "production"]);
    command.args(["--artifact", "registry.example/app:1.2"]);
    let finished = run(command).await?.expect_code(2)?;
    ensure!(finished.stderr.contains("digest"), "{}", finished.stderr);
    Ok(())
}

#[tokio::test]
async fn a06_another_target_voids_the_approval_and_brings_its_own_policy() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    let change = approved(&site, "staging").await?;
    let mut elsewhere = question(&change);
    elsewhere["environment"] = json!("production");
    let verdict = site.ask_about(&elsewhere).await?;
    ensure!(verdict["code"] == "target_mismatch", "{verdict:#}");

    let revision =
        json!({"expected_revision": 1, "change": change_of("production", &digest(APPROVED))});
    let path = format!("/v1/changes/{}/revisions", text(&change, "id")?);
    let revised = site.post("rita", &path, &revision).await?.ok()?;
    ensure!(revised["state"] == "awaiting_approval", "{revised:#}");
    let roles = revised["missing"].to_string();
    ensure!(roles.contains("service-owner"), "production asks the owner: {roles}");
    Ok(())
}

#[tokio::test]
async fn a08_an_environment_nobody_classified_is_in_the_strictest_tier() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    let change =
        site.post("rita", "/v1/changes", &change_of("prod-copy", &digest(APPROVED))).await?;
    let change = change.ok()?;
    ensure!(change["state"] == "awaiting_approval", "{change:#}");
    ensure!(change["assessment"]["tier"] == 4, "{:#}", change["assessment"]);
    ensure!(site.ask(&change).await?["answer"] != "allow");
    Ok(())
}

#[tokio::test]
async fn a10_a_plan_against_a_state_that_moved_is_refused() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    let mut wanted = change_of("production", &digest(APPROVED));
    wanted["plan"] = json!({"hash": digest(7), "state_serial": "41"});
    let change = site.request(&wanted).await?;
    let change = site.approve(&change).await?;
    let mut asked = question(&change);
    asked["plan"] = json!(digest(7));
    asked["state_serial"] = json!("42");
    ensure!(site.ask_about(&asked).await?["code"] == "plan_mismatch");
    asked["state_serial"] = json!("41");
    ensure!(site.ask_about(&asked).await?["answer"] == "allow");
    Ok(())
}

#[tokio::test]
async fn a11_altered_parameters_are_refused_by_name() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    let mut wanted = change_of("production", &digest(APPROVED));
    wanted["parameters"] = json!({"replicas": "3"});
    let change = site.request(&wanted).await?;
    let change = site.approve(&change).await?;
    for parameters in [json!({"replicas": "30"}), json!({}), json!({"replicas": "3", "debug": "1"})]
    {
        let mut asked = question(&change);
        asked["parameters"] = parameters;
        let verdict = site.ask_about(&asked).await?;
        ensure!(verdict["code"] == "parameters_mismatch", "{verdict:#}");
    }
    ensure!(site.ask(&change).await?["answer"] == "allow");
    Ok(())
}

#[tokio::test]
async fn a01_a_file_swapped_while_the_command_waits_is_not_run() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    let folder = site.home.folder();
    fs::write(folder.join("app.bin"), "approved bytes")?;
    let mut command = site.command("ci")?;
    command.args(["run", "--service", "checkout", "--environment", "staging", "--wait", "1m"]);
    command.args(["--artifact", "app.bin", "--", "touch", "it-ran"]);
    let running = tokio::spawn(run(command));
    let change = e2e::until("the change is asked for", async || {
        let page = site.get("aud", "/v1/changes").await.ok()?;
        page["items"].get(0).cloned()
    });
    let change = text(&change.await?, "id")?;
    fs::write(folder.join("app.bin"), "other bytes")?;
    let change = site.get("aud", &format!("/v1/changes/{change}")).await?;
    site.vote("pete", &change, "approve").await?.ok()?;
    let finished = running.await??.expect_code(10)?;
    ensure!(finished.stderr.contains("digest_mismatch"), "{}", finished.stderr);
    ensure!(!folder.join("it-ran").exists(), "the command ran");
    // What it would have deployed instead is on record.
    let entries = gate_entries(&site, &change).await?;
    let newest = site.get("aud", &format!("/v1/ledger/entries/{}", entries[0]["index"])).await?;
    ensure!(newest["leaf"].to_string().contains("digest_mismatch"), "{newest:#}");
    Ok(())
}

#[tokio::test]
async fn j01_a_saved_grant_opens_once_while_the_server_is_down() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    let folder = site.home.folder().to_owned();
    fs::write(folder.join("app.bin"), "approved bytes")?;
    let target = ["--service", "checkout", "--environment", "staging", "--artifact", "app.bin"];
    let mut command = site.command("ci")?;
    command.arg("run").args(target).args(["--wait", "0", "--", "true"]);
    run(command).await?.expect_code(11)?;
    let page = site.get("aud", "/v1/changes").await?;
    let change = text(&page["items"][0], "id")?;
    let change = site.get("aud", &format!("/v1/changes/{change}")).await?;
    site.vote("pete", &change, "approve").await?.ok()?;
    let mut command = site.command("ci")?;
    run({
        command.arg("gate").args(target).args(["--save-grant", "grant.json"]);
        command
    })
    .await?
    .expect_code(0)?;
    let mut key = site.command("ci")?;
    key.args(["ledger", "key"]);
    let key = run(key).await?.expect_code(0)?.stdout.trim().to_owned();

    let mut gate = site.command("ci")?;
    gate.arg("gate").args(target);
    let mut offline = site.command("ci")?;
    offline.arg("run").args(target).args(["--grant", "grant.json", "--key", &key]);
    offline.args(["--", "touch", "it-ran"]);
    let mut again = site.command("ci")?;
    again.arg("run").args(target).args(["--grant", "grant.json", "--key", &key]);
    again.args(["--", "touch", "it-ran-again"]);
    site.server.stop().await?;
    run(gate).await?.expect_code(13)?;
    run(offline).await?.expect_code(0)?;
    ensure!(folder.join("it-ran").exists(), "the command did not run");
    let refused = run(again).await?.expect_code(10)?;
    ensure!(refused.stderr.contains("already_consumed"), "{}", refused.stderr);
    ensure!(!folder.join("it-ran-again").exists(), "the command ran twice");
    Ok(())
}
