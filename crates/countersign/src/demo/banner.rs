//! What the demo says when it runs: where it is, whom to sign in as, what to try.

use std::env;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use domain::organisation::Directory;

use super::credentials::{self, Credential};
use super::sample;

/// Whom the open changes have something for.
const SIGN_IN_AS: &str = "owner";

/// The words, for a server at `url`.
#[must_use]
pub fn text(url: &str, data: &Path, directory: &Directory, credentials: &[Credential]) -> String {
    let of = |role: &str| credentials.iter().find(|c| c.role == role);
    let token = |role| of(role).map_or("", |c| c.token.as_str());
    let mut text = format!(
        "\n{} is invented: {} people, {} services, four months of changes, a few of them open.\n\n  console   {url}\n",
        directory.name(),
        directory.people().count(),
        directory.services().count(),
    );
    if let Some(Credential { name, user_name: Some(user), password: Some(password), .. }) =
        of(SIGN_IN_AS)
    {
        let _ = writeln!(text, "  sign in   {user}   {password}");
        let _ = writeln!(
            text,
            "            {name} owns checkout; a change has to be decided within the hour"
        );
    }
    let _ = writeln!(text, "  others    {}", credentials::path(data).display());
    let sample = absolute(&data.join(sample::FOLDER));
    let _ = writeln!(text, "\nTry in another terminal, as the pipeline of checkout:\n");
    let _ = writeln!(text, "  cd {}", quoted(&sample));
    if let Some(folder) = not_in_path() {
        let _ = writeln!(text, "  export PATH={}:\"$PATH\"", quoted(&folder));
    }
    let _ = writeln!(text, "  export COUNTERSIGN_SERVER={url}");
    let _ = writeln!(text, "  export COUNTERSIGN_TOKEN={}", token("pipeline"));
    let run = "countersign run --service checkout --environment production --artifact";
    let _ = writeln!(text, "\n  # 1. deploy what was approved: exactly these bytes");
    let _ = writeln!(text, "  {run} ./ready.bin -- ./deploy.sh");
    let _ = writeln!(
        text,
        "  # 2. ask for something new, see who must approve it, and wait until they did"
    );
    let _ = writeln!(text, "  {run} ./app.bin -- ./deploy.sh");
    let _ = writeln!(text, "  # 3. as the auditor: check the whole log against its signatures");
    let _ = writeln!(text, "  countersign ledger verify --token {}", token("auditor"));
    let _ = writeln!(text, "\nCtrl-C stops it. The data stays in {}.", data.display());
    text
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// A path as a shell reads it back.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// The folder of this program, unless a shell finds it by name already.
fn not_in_path() -> Option<PathBuf> {
    let program = env::current_exe().ok()?;
    let folder = program.parent()?.to_owned();
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).any(|p| p == folder);
    (!found).then_some(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_quoted_for_the_shell() {
        assert_eq!(quoted(Path::new("/a/b-c.d")), "/a/b-c.d");
        assert_eq!(quoted(Path::new("/a b/it's")), r"'/a b/it'\''s'");
    }

    #[test]
    fn the_commands_stand_there_ready_to_paste() {
        let credential = |role: &str| Credential {
            name: "Jonas".to_owned(),
            role: role.to_owned(),
            user_name: Some("jonas".to_owned()),
            password: Some("amber-birch".to_owned()),
            token: format!("cst_{role}"),
        };
        let all = ["owner", "pipeline", "auditor"].map(credential);
        let text = text("http://127.0.0.1:1", Path::new("/d"), &Directory::default(), &all);
        for wanted in [
            "sign in   jonas   amber-birch",
            "cd /d/sample",
            "COUNTERSIGN_TOKEN=cst_pipeline",
            "countersign run --service checkout --environment production --artifact ./app.bin -- ./deploy.sh",
            "--token cst_auditor",
        ] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
    }
}
