//! PostgreSQL's own programs, and how to run them as a user the server accepts.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::ClusterError;

/// The folder with `initdb`, `pg_ctl`, `postgres` and `psql`.
#[derive(Debug, Clone)]
pub struct Tools {
    bin: PathBuf,
    /// Set when we are root, as which PostgreSQL refuses to run.
    server_user: Option<String>,
}

impl Tools {
    /// Finds the newest installed server: `COUNTERSIGN_PG_BIN`, Debian's folders, then `PATH`.
    pub fn find() -> Result<Self, ClusterError> {
        let bin = std::env::var_os("COUNTERSIGN_PG_BIN")
            .map(PathBuf::from)
            .or_else(debian_bin)
            .or_else(path_bin)
            .ok_or(ClusterError::NotInstalled)?;
        let server_user = (user_id(None).as_deref() == Some("0")).then(|| {
            let user = if user_id(Some("postgres")).is_some() { "postgres" } else { "nobody" };
            user.to_owned()
        });
        Ok(Self { bin, server_user })
    }

    /// The user the server runs as, when it isn't the caller.
    pub(crate) fn server_user(&self) -> Option<&str> {
        self.server_user.as_deref()
    }

    /// A client program, run as the caller.
    pub(crate) fn client(&self, tool: &str) -> Command {
        quiet(Command::new(self.bin.join(tool)))
    }

    /// A server program, run as the server's user.
    pub(crate) fn server(&self, tool: &str) -> Command {
        self.as_server_user(self.bin.join(tool).as_os_str())
    }

    /// Whether the server's user can enter `folder`; a checkout below a private home fails this.
    pub(crate) fn server_can_enter(&self, folder: &Path) -> bool {
        let mut test = self.as_server_user(OsStr::new("test"));
        test.arg("-x").arg(folder).status().is_ok_and(|status| status.success())
    }

    fn as_server_user(&self, program: &OsStr) -> Command {
        let Some(user) = &self.server_user else {
            return quiet(Command::new(program));
        };
        let mut command = Command::new("setpriv");
        command.args([format!("--reuid={user}"), format!("--regid={user}")]);
        command.args(["--clear-groups", "--"]).arg(program);
        quiet(command)
    }
}

/// Runs a prepared program to its end; its output becomes the error when it fails.
pub(crate) fn run(mut command: Command, tool: &str) -> Result<String, ClusterError> {
    let output = command.output().map_err(ClusterError::io(format!("start `{tool}`")))?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    if output.status.success() {
        return Ok(stdout.into_owned());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let output = format!("{}\n{}", stdout.trim(), stderr.trim());
    Err(ClusterError::Tool { tool: tool.to_owned(), output: output.trim().to_owned() })
}

/// No input, and no inherited folder that the server's user may be unable to read.
fn quiet(mut command: Command) -> Command {
    command.stdin(Stdio::null()).current_dir("/");
    command
}

fn debian_bin() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    versions
        .filter_map(Result::ok)
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())))
        .map(|(version, folder)| (version, folder.join("bin")))
        .filter(|(_, bin)| bin.join("initdb").is_file())
        .max_by_key(|(version, _)| *version)
        .map(|(_, bin)| bin)
}

fn path_bin() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).find(|folder| folder.join("initdb").is_file())
}

fn user_id(user: Option<&str>) -> Option<String> {
    let output = Command::new("id").arg("-u").args(user).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
