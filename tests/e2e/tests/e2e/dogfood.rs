//! Our own release through our own gate, with the real commits: `cargo xtask dogfood` has built
//! `countersign-verify` from two of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use e2e::site::{Site, repository, text};
use e2e::{Engine, Finished, run, until};
use serde_json::{Value, json};
use tokio::process::Command;

/// What `cargo xtask dogfood` left.
struct Builds {
    released: PathBuf,
    other: PathBuf,
    range: String,
    commit: String,
}

impl Builds {
    fn read() -> Result<Self> {
        let note = e2e::target()?.join("dogfood/builds.json");
        let text_of = fs::read_to_string(note).context("no builds: `cargo xtask dogfood` first")?;
        let note: Value = serde_json::from_str(&text_of)?;
        println!("released from commit {}, other from {}", note["commit"], note["other_from"]);
        let path = |field| text(&note, field).map(PathBuf::from);
        Ok(Self {
            released: path("released")?,
            other: path("other")?,
            range: text(&note, "range")?,
            commit: text(&note, "commit")?,
        })
    }
}

/// Everybody that git names for these commits.
async fn authors(range: &str) -> Result<Vec<String>> {
    let mut git = Command::new("git");
    git.current_dir(repository()).args(["log", "--format=%aE%n%cE", range, "--"]);
    let log = run(git).await?.expect_code(0)?;
    let found: BTreeSet<String> = log.stdout.lines().map(str::to_owned).collect();
    ensure!(!found.is_empty(), "no commits in {range}");
    Ok(found.into_iter().collect())
}

/// `countersign run` of the pipeline, in this repository, deploying by `cp`.
fn deployment(site: &Site, file: &Path, to: &Path, more: &[&str]) -> Result<Command> {
    let mut command = site.command("ci")?;
    command.current_dir(repository());
    command.args(["run", "--service", "verifier", "--environment", "production"]);
    command.arg("--artifact").arg(format!("countersign-verify={}", file.display()));
    command.args(["--wait", "1m"]).args(more);
    command.arg("--").arg("cp").arg(file).arg(to);
    Ok(command)
}

async fn say(what: &str, running: Command) -> Result<Finished> {
    let finished = run(running).await?;
    println!("--- {what}: exit {}\n{}", finished.code, finished.stderr.trim_end());
    Ok(finished)
}

#[tokio::test]
async fn dogfood_our_own_release_goes_through_our_own_gate() -> Result<()> {
    let builds = Builds::read()?;
    let mut site = Site::open(Engine::Sqlite).await?;
    let service = json!({"name": "verifier", "title": "Offline verifier", "domain": "payments"});
    site.post("ada", "/v1/services", &service).await?.ok()?;
    site.bind("olga", "service-owner", "service:verifier").await?;
    // The authors could decide, if they were not the authors.
    let mut people = Vec::new();
    for (number, email) in authors(&builds.range).await?.iter().enumerate() {
        let user = format!("author-{number}");
        let person = json!({"name": user, "emails": [email]});
        let person = site.post("ada", "/v1/people", &person).await?.ok()?;
        site.add_account(&text(&person, "id")?, &user).await?;
        site.bind(&user, "peer", "organisation").await?;
        site.bind(&user, "service-owner", "service:verifier").await?;
        people.push(user);
    }

    let folder = site.home.folder().join("deployed");
    fs::create_dir_all(&folder)?;
    let to = folder.join("countersign-verify");
    let asked = ["--authors-from-git", builds.range.as_str(), "--title", "Release the verifier"];
    let command = deployment(&site, &builds.released, &to, &asked)?;
    let running = tokio::spawn(say("release", command));
    let change = until("the change is asked for", async || {
        let page = site.get("aud", "/v1/changes").await.ok()?;
        page["items"].get(0).cloned()
    });
    let id = text(&change.await?, "id")?;
    let change = site.get("aud", &format!("/v1/changes/{id}")).await?;
    let number = text(&change, "number")?;
    ensure!(change["revision"]["source"]["commit"] == builds.commit.as_str(), "{change:#}");
    for author in &people {
        site.vote(author, &change, "approve").await?.refused(403, "sod_author")?;
    }

    let command = deployment(&site, &builds.other, &to, &["--change", &number])?;
    let refused = say("the binary of another commit", command).await?.expect_code(10)?;
    ensure!(refused.stderr.contains("digest_mismatch"), "{}", refused.stderr);
    ensure!(!to.exists(), "it was deployed all the same");

    site.approve(&change).await?;
    running.await??.expect_code(0)?;
    ensure!(fs::read(&to)? == fs::read(&builds.released)?, "something else was deployed");
    let version = run({
        let mut deployed = Command::new(&to);
        deployed.arg("--version");
        deployed
    });
    version.await?.expect_code(0)?;
    let change = site.get("aud", &format!("/v1/changes/{id}")).await?;
    ensure!(change["state"] == "completed", "{change:#}");
    ensure!(change["deployments"][0]["outcome"] == "successful", "{change:#}");

    // Deployed, and still nothing else goes through under this change.
    let command = deployment(&site, &builds.other, &to, &["--change", &number])?;
    say("the other binary afterwards", command).await?.expect_code(10)?;
    ensure!(fs::read(&to)? == fs::read(&builds.released)?, "it was replaced");
    Ok(())
}
