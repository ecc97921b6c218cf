//! Sealed overrides: what two holders open while neither identity provider nor server answers, and what
//! follows when it does again (ATTACKS G03).

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use e2e::site::{Site, text};
use e2e::{Engine, countersign_verify, run};
use serde_json::{Value, json};
use tokio::process::Command;

e2e::on_each_database!(g03_two_halves_open_once_while_the_server_is_down_and_the_ledger_shows_it);

const TARGET: [&str; 6] =
    ["--service", "checkout", "--environment", "production", "--artifact", "app.bin"];

/// A run under a document, with halves in files, that touches a file when it runs.
fn sealed_run(
    site: &Site,
    who: &str,
    (document, halves, key): (&str, [&str; 2], &str),
    touches: &str,
) -> Result<Command> {
    let mut command = site.command(who)?;
    command.args(["run", "--sealed", document, "--key", key, "--record", "record"]);
    command.args(["--incident", "INC-7", "--reason", "nobody answers, payments fail"]);
    command.args(["--half-file", halves[0], "--half-file", halves[1]]);
    command.args(TARGET).args(["--", "touch", touches]);
    Ok(command)
}

/// Issues one; leaves `NAME.json` and the halves `NAME.1` and `NAME.2`; gives its id.
async fn issue(site: &Site, name: &str) -> Result<String> {
    let mut command = site.command("opal")?;
    command.args(["--json", "sealed", "issue", "--out", &format!("{name}.json")]);
    command.args(["--service", "checkout", "--environment", "production"]);
    command.args(["--holder", "olga", "--holder", "rex"]);
    let issued = run(command).await?.expect_code(0)?.json()?;
    for (n, file) in ["1", "2"].iter().enumerate() {
        let half = text(&issued["halves"][n], "half")?;
        fs::write(site.home.folder().join(format!("{name}.{file}")), format!("{half}\n"))?;
    }
    text(&issued["document"]["sealed_override"], "id")
}

async fn reconcile(site: &Site) -> Result<Value> {
    let mut command = site.command("rita")?;
    command.args(["--json", "sealed", "reconcile", "record"]);
    run(command).await?.expect_code(0)?.json()
}

async fn g03_two_halves_open_once_while_the_server_is_down_and_the_ledger_shows_it(
    engine: Engine,
) -> Result<()> {
    let site = Site::open(engine).await?;
    let folder = site.home.folder().to_owned();
    fs::write(folder.join("app.bin"), "what mends it")?;
    let (good, revoked) = (issue(&site, "good").await?, issue(&site, "revoked").await?);
    let halves = ["good.1", "good.2"];
    let document = fs::read_to_string(folder.join("good.json"))?;
    ensure!(!document.contains(fs::read_to_string(folder.join("good.1"))?.trim()), "half in it");
    let mut other: Value = serde_json::from_str(&document)?;
    other["leaf_base64"] = serde_json::from_str::<Value>(&fs::read_to_string(
        folder.join("revoked.json"),
    )?)?["leaf_base64"]
        .clone();
    fs::write(folder.join("tampered.json"), other.to_string())?;
    let mut key = site.command("aud")?;
    key.args(["ledger", "key"]);
    let key = run(key).await?.expect_code(0)?.stdout.trim().to_owned();
    let mut verify = site.command("aud")?;
    verify.args(["sealed", "verify", "good.json", "--key", &key]);
    run(verify).await?.expect_code(0)?;
    let revocation = format!("/v1/sealed-overrides/{revoked}/revocation");
    site.post("olga", &revocation, &json!({"reason": "a half was lost"})).await?.ok()?;

    // While the server answers, it is the way.
    let up = run(sealed_run(&site, "rita", ("good.json", halves, &key), "too-early")?).await?;
    ensure!(up.expect_code(10)?.stderr.contains("the server answers"), "opened too early");
    let commands = [
        sealed_run(&site, "rita", ("tampered.json", halves, &key), "tampered")?,
        sealed_run(&site, "rita", ("good.json", ["good.2", "good.2"], &key), "half")?,
    ];
    let opens = sealed_run(&site, "rita", ("good.json", halves, &key), "it-ran")?;
    let again = sealed_run(&site, "rita", ("good.json", halves, &key), "it-ran-again")?;
    let unknowing = sealed_run(
        &site,
        "rita",
        ("revoked.json", ["revoked.1", "revoked.2"], &key),
        "it-ran-too",
    )?;
    let Site { home, server, members } = site;
    server.kill().await?;
    for command in commands {
        run(command).await?.expect_code(10)?;
    }
    ensure!(!folder.join("record").exists(), "what was refused was written down as used");
    let ran = run(opens).await?.expect_code(0)?;
    ensure!(folder.join("it-ran").exists(), "the command did not run");
    ensure!(ran.stderr.contains("not approved"), "{}", ran.stderr);
    let refused = run(again).await?.expect_code(10)?;
    ensure!(refused.stderr.contains("already_consumed"), "{}", refused.stderr);
    // This machine can't know of the revocation.
    run(unknowing).await?.expect_code(0)?;
    for file in ["too-early", "tampered", "half", "it-ran-again"] {
        ensure!(!folder.join(file).exists(), "{file}: the command ran");
    }

    let server = e2e::Server::serve(&home).await?;
    let site = Site { home, server, members };
    let told = reconcile(&site).await?;
    ensure!(told["intact"] == true, "{told:#}");
    ensure!(told["uses"][0]["problems"] == json!([]), "{told:#}");
    ensure!(told["uses"][1]["problems"] == json!(["used_after_revocation"]), "{told:#}");
    let again = reconcile(&site).await?;
    ensure!(again["uses"][0]["known"] == true && again["uses"][1]["known"] == true, "{again:#}");
    shows_the_gap(&site, &good, &told).await?;
    a_second_use_is_told_as_well(&site, &folder, &key).await
}

async fn a_second_use_is_told_as_well(site: &Site, folder: &Path, key: &str) -> Result<()> {
    // Another machine, or this one without its marks, uses it once more: that is told as well.
    let copied = "record/record.jsonl";
    let lines = fs::read_to_string(folder.join(copied))?;
    let first = lines.lines().next().context("no line")?;
    fs::write(folder.join(copied), first.replace("INC-7", "INC-8"))?;
    let second = reconcile(site).await?;
    ensure!(second["uses"][0]["problems"] == json!(["used_again"]), "{second:#}");

    let mut export = site.command("aud")?;
    export.args(["ledger", "export", "export"]);
    run(export).await?.expect_code(0)?;
    let mut verify = countersign_verify(folder)?;
    verify.args(["export", "--key", key]);
    run(verify).await?.expect_code(0)?;
    Ok(())
}

/// The use is an override that nobody approved, whose review is due, with a finding.
async fn shows_the_gap(site: &Site, good: &str, told: &Value) -> Result<()> {
    let listed = site.get("aud", "/v1/sealed-overrides").await?;
    let states: Vec<_> = listed["items"].as_array().into_iter().flatten().collect();
    ensure!(states.iter().all(|s| s["state"] == "used"), "{listed:#}");
    let number = text(&told["uses"][0]["override"]["change"], "number")?;
    let change = site.get("aud", &format!("/v1/changes/{number}")).await?;
    ensure!(change["state"] == "completed", "{change:#}");
    let opened = &change["overrides"][0];
    ensure!(opened["approved"] == false && opened["review"].is_null(), "{opened:#}");
    ensure!(opened["sealed"]["sealed_override"] == good, "{opened:#}");
    ensure!(opened["sealed"]["outcome"] == "successful", "{opened:#}");
    ensure!(opened["sealed"]["used_at"].as_str() < opened["opened_at"].as_str(), "{opened:#}");
    let findings = site.get("aud", "/v1/findings").await?.to_string();
    for code in ["sealed_override_used", "used_after_revocation"] {
        ensure!(findings.contains(code), "{findings}");
    }
    // Neither holder, nor who issued it or told of it, reviews it; who has clean hands does.
    let path = format!("/v1/changes/{number}/overrides/{}/review", text(opened, "id")?);
    let review = json!({"outcome": "justified", "findings": "the provider was down for an hour"});
    site.post("rex", &path, &review).await?.refused(403, "sod_author")?;
    let closing = json!({"review": "done"});
    let close = format!("/v1/changes/{number}/closure");
    let closed = site.post("opal", &close, &closing).await?;
    ensure!(closed.status >= 400, "closed without its review");
    Ok(())
}
