//! What a newcomer does: start the demo, decide, deploy, prove. Real processes, no knowledge but
//! what the demo prints and writes.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use e2e::site::text;
use e2e::{Api, Chance, Engine, Home, Server, countersign, countersign_verify, run, until};
use serde_json::{Value, json};
use tokio::process::Command;

e2e::on_each_database!(
    m1_1_the_demo_has_an_inbox_and_a_vote_from_it_is_counted,
    m2_2_run_waits_for_the_approval_deploys_and_records_the_outcome,
    m2_2_run_refuses_another_file_and_names_the_reason,
    m6_1_one_changed_byte_of_an_export_is_found_and_its_entry_named,
);

/// The demo and everybody in `demo-credentials.json`.
struct Newcomer {
    home: Home,
    server: Server,
    actors: BTreeMap<String, Value>,
}

impl Newcomer {
    async fn arrive(engine: Engine) -> Result<Self> {
        let home = Home::new(engine)?;
        let server = Server::demo(&home).await?;
        let file = home.folder().join("data/demo-credentials.json");
        let found: Vec<Value> = serde_json::from_str(&fs::read_to_string(file)?)?;
        let actors = found.into_iter().map(|actor| Ok((text(&actor, "role")?, actor)));
        let actors = actors.collect::<Result<_>>()?;
        Ok(Self { home, server, actors })
    }

    fn actor(&self, role: &str) -> Result<&Value> {
        self.actors.get(role).with_context(|| format!("the demo has no credentials for {role}"))
    }

    fn api(&self, role: &str) -> Result<Api> {
        let token = text(self.actor(role)?, "token")?;
        Ok(Api::anonymous(self.server.url())?.with_token(&token))
    }

    async fn get(&self, role: &str, path: &str) -> Result<Value> {
        self.api(role)?.get(path).await?.ok().with_context(|| format!("{role} reads {path}"))
    }

    /// `countersign` as one of the actors.
    fn command(&self, role: &str, arguments: &[&str]) -> Result<Command> {
        let mut command = countersign(self.home.folder())?;
        command.env("COUNTERSIGN_SERVER", self.server.url());
        command.env("COUNTERSIGN_TOKEN", text(self.actor(role)?, "token")?);
        command.args(arguments);
        Ok(command)
    }

    /// `countersign run` for checkout, of a file with `content`, with a script that copies it.
    fn run(&self, environment: &str, content: &str, more: &[&str]) -> Result<Command> {
        let folder = self.home.folder();
        fs::write(folder.join("app.bin"), content)?;
        let script = "#!/bin/sh\nset -e\ncp app.bin deployed.bin\n\
                      echo \"$COUNTERSIGN_CHANGE $COUNTERSIGN_GRANT\" > deployed.txt\n";
        fs::write(folder.join("deploy.sh"), script)?;
        fs::set_permissions(folder.join("deploy.sh"), fs::Permissions::from_mode(0o755))?;
        let arguments = ["run", "--service", "checkout", "--environment", environment];
        let mut command = self.command("requester", &arguments)?;
        command.args(["--artifact", "./app.bin", "--wait", "1m"]).args(more);
        command.args(["--", "./deploy.sh"]);
        Ok(command)
    }

    /// The one change with this title, as soon as it is there.
    async fn change_titled(&self, title: &str) -> Result<Value> {
        let path = format!("/v1/changes?text={}", title.replace(' ', "%20"));
        let found = until("the change is asked for", async || {
            let page = self.get("auditor", &path).await.ok()?;
            let items = page["items"].as_array()?;
            items.iter().find(|item| item["title"] == title).cloned()
        });
        let id = text(&found.await?, "id")?;
        self.get("auditor", &format!("/v1/changes/{id}")).await
    }

    /// Everybody with credentials approves, until the change is approved.
    async fn approve(&self, change: &Value) -> Result<()> {
        let path = format!("/v1/changes/{}", text(change, "id")?);
        for role in ["owner", "approver", "security", "compliance", "cab"] {
            let seen = self.get(role, &path).await?;
            if seen["state"] == "awaiting_approval" && seen["you"]["may_vote"] == true {
                let vote = json!({
                    "expected_revision": seen["revision"]["number"], "decision": "approve",
                    "justification": "Read, and ready to be rolled back.",
                });
                self.api(role)?.post(&format!("{path}/votes"), &vote).await?.ok()?;
            }
        }
        Ok(())
    }
}

async fn m1_1_the_demo_has_an_inbox_and_a_vote_from_it_is_counted(engine: Engine) -> Result<()> {
    let newcomer = Newcomer::arrive(engine).await?;
    let services = newcomer.get("auditor", "/v1/services").await?;
    ensure!(services["items"].as_array().is_some_and(|all| all.len() >= 12), "{services:#}");
    let changes = newcomer.get("auditor", "/v1/changes?limit=200").await?;
    ensure!(changes["next_cursor"].is_string(), "the demo has few changes");

    let owner = newcomer.actor("owner")?;
    let credentials = json!({"user_name": owner["user_name"], "password": owner["password"]});
    let anonymous = Api::anonymous(newcomer.server.url())?;
    let session = anonymous.post("/v1/sessions", &credentials).await?;
    let cookie = session.cookies.clone();
    let csrf = text(&session.ok()?, "csrf")?;
    ensure!(cookie.contains("countersign_session="), "{cookie}");

    let inbox = newcomer.get("owner", "/v1/inbox").await?;
    let task = &inbox["waiting_for_you"][0];
    let path = format!("/v1/changes/{}", text(&task["change"], "id")?);
    let change = newcomer.get("owner", &path).await?;
    ensure!(change["you"]["may_vote"] == true, "{:#}", change["you"]);
    ensure!(!change["missing"].as_array().context("missing")?.is_empty(), "{change:#}");
    let vote = json!({
        "expected_revision": change["revision"]["number"], "decision": "approve",
        "justification": "I know this part, and it can be taken back.",
    });
    let headers = [("cookie", cookie.as_str()), ("x-csrf-token", csrf.as_str())];
    let voted = anonymous.post_with(&format!("{path}/votes"), &headers, &vote).await?.ok()?;
    ensure!(voted["vote"]["counts"] == true, "{voted:#}");
    let again = newcomer.get("owner", "/v1/inbox").await?;
    let ids = |inbox: &Value| -> Vec<Value> {
        let tasks = inbox["waiting_for_you"].as_array().cloned().unwrap_or_default();
        tasks.iter().map(|task| task["change"]["id"].clone()).collect()
    };
    ensure!(!ids(&again).contains(&task["change"]["id"]), "it still waits: {again:#}");
    Ok(())
}

async fn m2_2_run_waits_for_the_approval_deploys_and_records_the_outcome(
    engine: Engine,
) -> Result<()> {
    let newcomer = Newcomer::arrive(engine).await?;
    for environment in ["staging", "production"] {
        let title = format!("Newcomer goes to {environment}");
        let content = format!("what a newcomer built for {environment}");
        let command = newcomer.run(environment, &content, &["--new", "--title", &title])?;
        let running = tokio::spawn(run(command));
        let change = newcomer.change_titled(&title).await?;
        ensure!(change["state"] == "awaiting_approval", "{change:#}");
        let deployed = newcomer.home.folder().join("deployed.bin");
        ensure!(fs::read_to_string(&deployed).ok() != Some(content.clone()), "too early");
        newcomer.approve(&change).await?;

        let finished = running.await??.expect_code(0)?;
        ensure!(fs::read_to_string(&deployed)? == content, "another file was deployed");
        let number = text(&change, "number")?;
        ensure!(finished.stderr.contains(&number), "no {number} in {}", finished.stderr);
        let change =
            newcomer.get("auditor", &format!("/v1/changes/{}", text(&change, "id")?)).await?;
        let deployment = &change["deployments"][0];
        ensure!(change["state"] == "completed", "{change:#}");
        ensure!(deployment["outcome"] == "successful", "{deployment:#}");
        ensure!(deployment["exit_code"] == 0, "{deployment:#}");
        let told = fs::read_to_string(newcomer.home.folder().join("deployed.txt"))?;
        ensure!(told.contains(&text(deployment, "grant")?), "the command was told {told}");
    }
    Ok(())
}

async fn m2_2_run_refuses_another_file_and_names_the_reason(engine: Engine) -> Result<()> {
    let newcomer = Newcomer::arrive(engine).await?;
    let title = "Newcomer builds twice";
    let first = newcomer.run("production", "the first build", &["--new", "--title", title])?;
    let running = tokio::spawn(run(first));
    let change = newcomer.change_titled(title).await?;
    let number = text(&change, "number")?;

    let other = newcomer.run("production", "another build", &["--change", &number])?;
    let refused = run(other).await?.expect_code(10)?;
    ensure!(refused.stderr.contains("digest_mismatch"), "{}", refused.stderr);
    for digest in change["revision"]["artifacts"].as_array().into_iter().flatten() {
        let digest = text(digest, "digest")?;
        ensure!(refused.stderr.contains(&digest), "the approved {digest}: {}", refused.stderr);
    }
    ensure!(!newcomer.home.folder().join("deployed.bin").exists(), "it was deployed");

    // The first run still waits, and now the file it hashed is another one (A01).
    newcomer.approve(&change).await?;
    let swapped = running.await??.expect_code(10)?;
    ensure!(swapped.stderr.contains("digest_mismatch"), "{}", swapped.stderr);
    ensure!(!newcomer.home.folder().join("deployed.bin").exists(), "it was deployed");
    Ok(())
}

async fn m6_1_one_changed_byte_of_an_export_is_found_and_its_entry_named(
    engine: Engine,
) -> Result<()> {
    let newcomer = Newcomer::arrive(engine).await?;
    let folder = newcomer.home.folder().join("export");
    let folder_text = folder.to_string_lossy().into_owned();
    run(newcomer.command("auditor", &["ledger", "export", &folder_text])?).await?.expect_code(0)?;
    let key = run(newcomer.command("auditor", &["ledger", "key"])?).await?.expect_code(0)?;
    let key = key.stdout.trim().to_owned();
    let Newcomer { home, server, .. } = newcomer;
    ensure!(server.stop().await?.success(), "the server did not stop cleanly");

    let verify = async |more: &[&str]| {
        let mut command = countersign_verify(home.folder())?;
        command.arg(&folder).args(["--key", &key]).args(more);
        run(command).await
    };
    verify(&[]).await?.expect_code(0)?;
    let bundles = entry_bundles(&folder)?;
    let mut chance = Chance::new("m6_1");
    for _ in 0..6 {
        let (path, first) = &bundles[chance.below(bundles.len())];
        let whole = fs::read(path)?;
        let (entry, at) = place_in_an_entry(&whole, chance.below(whole.len()));
        let mut hurt = whole.clone();
        hurt[at] ^= 1 << chance.below(8);
        fs::write(path, &hurt)?;
        let found = verify(&["--json"]).await?.expect_code(1)?.json()?;
        let named = found["problems"].as_array().into_iter().flatten().any(|problem| {
            problem["first_entry"] == json!(first + entry) && problem["code"] != Value::Null
        });
        ensure!(named, "entry {} is not named: {found:#}", first + entry);
        let said = verify(&[]).await?.expect_code(1)?;
        ensure!(said.stdout.contains("NOT VERIFIED"), "{}", said.stdout);
        fs::write(path, &whole)?;
    }
    verify(&[]).await?.expect_code(0)?;
    Ok(())
}

/// The files with entries, each with the index of its first one.
fn entry_bundles(export: &Path) -> Result<Vec<(PathBuf, u64)>> {
    let mut found = Vec::new();
    let mut folders = vec![export.join("tile/entries")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let tile = path.strip_prefix(export.join("tile/entries"))?.to_string_lossy();
                let number = tile.split(".p/").next().unwrap_or_default();
                let digits: String = number.chars().filter(char::is_ascii_digit).collect();
                found.push((path.clone(), digits.parse::<u64>().context(number.to_owned())? * 256));
            }
        }
    }
    ensure!(!found.is_empty(), "no entries in {}", export.display());
    found.sort();
    Ok(found)
}

/// The entry of a bundle that byte `wanted` belongs to, and a place in its text at or after it.
/// Entries stand one after the other, each behind its length in two bytes (C2SP tlog-tiles).
fn place_in_an_entry(bundle: &[u8], wanted: usize) -> (u64, usize) {
    let (mut entry, mut start) = (0, 0);
    loop {
        let length = usize::from(bundle[start]) << 8 | usize::from(bundle[start + 1]);
        let end = start + 2 + length;
        if wanted < end || end >= bundle.len() {
            return (entry, wanted.max(start + 2).min(end - 1));
        }
        (entry, start) = (entry + 1, end);
    }
}
