//! `cargo xtask dogfood`: our own release, put through our own gate.
//!
//! Builds `countersign-verify` for release from two commits of this repository, and leaves both
//! with a note in `target/dogfood`. The end-to-end test `dogfood` then asks for the newer one with
//! the real authors of the commits, gets it approved and deploys it; the other one is refused. A
//! clone without history has no second commit: then the second build is of a changed source, and
//! the note says so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;

use crate::prepare::Runner;
use crate::{command, prepare, workspace};

const BINARY: &str = "countersign-verify";

/// What can change the binary.
const SOURCES: [&str; 2] = ["crates/ledger", "crates/countersign-verify"];

/// Older commits that are tried until one builds another binary.
const TRIES: usize = 4;

/// Builds both, then runs the test alone and shows what it does.
pub fn run() -> Result<()> {
    build_both()?;
    let mut cargo = workspace::cargo();
    let packages = ["--package", "countersign", "--package", BINARY];
    cargo.args(["build"]).args(packages);
    command::run(cargo)?;
    let mut cargo = workspace::cargo();
    match Runner::available() {
        Runner::Nextest => cargo.args(["nextest", "run", "--package", "e2e", "--no-capture"]),
        Runner::Cargo => cargo.args(["test", "--package", "e2e", "--"]),
    };
    cargo.arg("dogfood");
    command::run(cargo)
}

/// Makes both builds, as a part of the preparation of the tests.
pub fn build_both() -> Result<()> {
    prepare::for_quick()?;
    let home = workspace::target().join("dogfood");
    fs::create_dir_all(&home).context("make target/dogfood")?;
    let head = git(&workspace::root(), &["rev-parse", "HEAD"])?;
    let released = build(&head, &head)?;
    let (other, from, range) = match another(&head, &released)? {
        Some((commit, file)) => (file, format!("commit {commit}"), format!("{commit}..{head}")),
        None => (
            build_changed(&head)?,
            "a changed source: no earlier commit here".to_owned(),
            head.clone(),
        ),
    };
    let note = json!({
        "released": released, "commit": head, "range": range, "other": other, "other_from": from,
    });
    fs::write(home.join("builds.json"), format!("{note:#}\n")).context("write the note")?;
    println!("dogfood: {BINARY} of {} and of {from}", short(&head));
    Ok(())
}

/// The newest earlier commit that builds another binary.
fn another(head: &str, released: &Path) -> Result<Option<(String, PathBuf)>> {
    let mut arguments = vec!["log", "--format=%H", "--max-count=12", "--"];
    arguments.extend(SOURCES);
    let touched = git(&workspace::root(), &arguments)?;
    let older = touched.lines().skip(1).filter(|commit| *commit != head);
    for commit in older.take(TRIES) {
        // Where the root manifest of a commit is behind its crates, today's is taken.
        let Ok(file) = build(commit, commit).or_else(|_| build(commit, head)) else { continue };
        if fs::read(&file)? != fs::read(released)? {
            return Ok(Some((commit.to_owned(), file)));
        }
    }
    Ok(None)
}

/// The binary of a commit, built once and kept. Versions of dependencies are those of `manifest`.
fn build(commit: &str, manifest: &str) -> Result<PathBuf> {
    let kept = workspace::target().join("dogfood").join(short(commit)).join(BINARY);
    if kept.is_file() {
        return Ok(kept);
    }
    let tree = worktree(commit, manifest)?;
    compile(&tree, &kept)?;
    remove(&tree)?;
    Ok(kept)
}

/// The binary of a commit with another version number.
fn build_changed(commit: &str) -> Result<PathBuf> {
    let kept = workspace::target().join("dogfood/changed").join(BINARY);
    let tree = worktree(commit, commit)?;
    let manifest = tree.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).context("read the manifest to change")?;
    let changed = text.replacen("\nversion = \"", "\nversion = \"9", 1);
    ensure!(changed != text, "no version to change in Cargo.toml");
    fs::write(&manifest, changed).context("change the manifest")?;
    compile(&tree, &kept)?;
    remove(&tree)?;
    Ok(kept)
}

/// A work tree of a commit. Always at the same path, so that nothing but the sources differs. Its
/// workspace has only the members that make the binary: others may name what came in later commits.
fn worktree(commit: &str, manifest: &str) -> Result<PathBuf> {
    let tree = workspace::target().join("dogfood/tree");
    remove(&tree)?;
    let mut add = Command::new("git");
    add.current_dir(workspace::root());
    add.args(["worktree", "add", "--detach", "--force", "--quiet"]).arg(&tree).arg(commit);
    command::run(add)?;
    for file in ["Cargo.toml", "Cargo.lock"] {
        let text = git(&workspace::root(), &["show", &format!("{manifest}:{file}")])?;
        fs::write(tree.join(file), text + "\n").with_context(|| format!("write {file}"))?;
    }
    let manifest = tree.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).context("read the manifest of the commit")?;
    let members = format!("members = {SOURCES:?}");
    let lines = text.lines().filter(|line| !line.starts_with("default-members"));
    let lines = lines.map(|line| if line.starts_with("members = ") { &members } else { line });
    let text: Vec<&str> = lines.collect();
    fs::write(&manifest, text.join("\n") + "\n").context("leave out the other members")?;
    Ok(tree)
}

fn remove(tree: &Path) -> Result<()> {
    if tree.exists() {
        let mut remove = Command::new("git");
        remove.current_dir(workspace::root());
        remove.args(["worktree", "remove", "--force"]).arg(tree);
        if command::run(remove).is_err() {
            fs::remove_dir_all(tree).with_context(|| format!("remove {}", tree.display()))?;
        }
    }
    let _ = git(&workspace::root(), &["worktree", "prune"]);
    Ok(())
}

/// All trees share one build folder, so that dependencies are built once.
fn compile(tree: &Path, kept: &Path) -> Result<()> {
    let builds = workspace::target().join("dogfood/target");
    let mut cargo = workspace::cargo();
    cargo.current_dir(tree).env("CARGO_TARGET_DIR", &builds);
    cargo.args(["build", "--quiet", "--release", "--package", BINARY]);
    command::run(cargo)?;
    let folder = kept.parent().context("no folder to keep it in")?;
    fs::create_dir_all(folder)?;
    fs::copy(builds.join("release").join(BINARY), kept).context("keep the binary")?;
    Ok(())
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String> {
    let mut git = Command::new("git");
    git.current_dir(folder).args(arguments);
    let text = command::read(git)?;
    let text = text.trim().to_owned();
    if text.is_empty() && arguments.first() == Some(&"rev-parse") {
        bail!("this is no git repository; dogfood needs the commits");
    }
    Ok(text)
}

fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}
