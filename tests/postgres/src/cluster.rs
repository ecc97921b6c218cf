//! One PostgreSQL cluster: its folder, its server, its address.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use crate::tools::run;
use crate::{ClusterError, Tools};

/// Durability is left on: what a test calls durable must have been flushed. The collation is a
/// language's (`en-US` by ICU), as at most customers, so that an order that only holds for bytes
/// is noticed here.
const INITDB: [&str; 8] = [
    "--username=postgres",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--locale-provider=icu",
    "--icu-locale=en-US",
    "--auth=scram-sha-256",
    "--no-instructions",
    "--no-sync",
];

const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 64MB
wal_level = minimal
max_wal_senders = 0
fsync = on
synchronous_commit = on
";

/// A running server that this value owns: dropping it stops the server and removes its files.
#[derive(Debug)]
pub struct Cluster {
    tools: Tools,
    home: PathBuf,
    url: String,
}

impl Cluster {
    /// Makes a cluster below `folder` and starts its server on a free loopback port.
    ///
    /// `folder` is replaced. Where the server's user can't enter it, the files go to a folder of
    /// the same meaning under the system's temporary one.
    pub fn start(folder: &Path) -> Result<Self, ClusterError> {
        let tools = Tools::find()?;
        let home = prepare_home(&tools, folder)?;
        let password = random_hex()?;
        initialise(&tools, &home, &password)?;
        let port = free_port()?;
        serve(&tools, &home, port)?;
        let url = format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres");
        Ok(Self { tools, home, url })
    }

    /// The superuser's connection URL, naming the `postgres` database.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Lets the server outlive this value; [`stop`] ends it later. Returns its folder.
    pub(crate) fn detach(self) -> PathBuf {
        let home = self.home.clone();
        std::mem::forget(self);
        home
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Best effort: a server that is already gone leaves nothing to do.
        let _ = stop(&self.tools, &self.home);
    }
}

/// Stops the server of the cluster in `home` by the process id it recorded, and removes its files.
pub(crate) fn stop(tools: &Tools, home: &Path) -> Result<(), ClusterError> {
    let mut command = tools.server("pg_ctl");
    command.args(["stop", "--mode=fast", "-w", "-t", "30", "--silent", "-D"]).arg(data(home));
    run(command, "pg_ctl")?;
    fs::remove_dir_all(home).map_err(ClusterError::io(format!("remove {}", home.display())))
}

fn data(home: &Path) -> PathBuf {
    home.join("data")
}

/// An empty folder that belongs to the server's user.
fn prepare_home(tools: &Tools, folder: &Path) -> Result<PathBuf, ClusterError> {
    make_folder(tools, folder)?;
    if tools.server_can_enter(folder) {
        return Ok(folder.to_owned());
    }
    let mut hasher = DefaultHasher::new();
    folder.hash(&mut hasher);
    let elsewhere =
        std::env::temp_dir().join(format!("countersign-postgres-{:016x}", hasher.finish()));
    make_folder(tools, &elsewhere)?;
    Ok(elsewhere)
}

fn make_folder(tools: &Tools, folder: &Path) -> Result<(), ClusterError> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .map_err(ClusterError::io(format!("remove {}", folder.display())))?;
    }
    fs::create_dir_all(folder).map_err(ClusterError::io(format!("make {}", folder.display())))?;
    let Some(user) = tools.server_user() else { return Ok(()) };
    let (owner, group) = passwd_entry(user)?;
    chown(folder, Some(owner), Some(group))
        .map_err(ClusterError::io(format!("give {} to `{user}`", folder.display())))
}

fn passwd_entry(user: &str) -> Result<(u32, u32), ClusterError> {
    let passwd =
        fs::read_to_string("/etc/passwd").map_err(ClusterError::io("read the user list"))?;
    let ids = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let ids = (fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
        (name == user).then_some(ids)
    });
    ids.ok_or_else(|| ClusterError::Tool {
        tool: "id".to_owned(),
        output: format!("no user `{user}` in /etc/passwd"),
    })
}

fn initialise(tools: &Tools, home: &Path, password: &str) -> Result<(), ClusterError> {
    let password_file = home.join("password");
    write_private(tools, &password_file, password)?;
    let mut command = tools.server("initdb");
    command.args(INITDB).arg("-D").arg(data(home));
    command.arg(format!("--pwfile={}", password_file.display()));
    run(command, "initdb")?;
    let config = data(home).join("postgresql.auto.conf");
    fs::write(&config, SETTINGS).map_err(ClusterError::io(format!("write {}", config.display())))
}

fn write_private(tools: &Tools, file: &Path, text: &str) -> Result<(), ClusterError> {
    let failed = || ClusterError::io(format!("write {}", file.display()));
    fs::write(file, text).map_err(failed())?;
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).map_err(failed())?;
    let Some(user) = tools.server_user() else { return Ok(()) };
    let (owner, group) = passwd_entry(user)?;
    chown(file, Some(owner), Some(group)).map_err(failed())
}

fn serve(tools: &Tools, home: &Path, port: u16) -> Result<(), ClusterError> {
    let mut command = tools.server("pg_ctl");
    command.args(["start", "-w", "-t", "60", "--silent", "-D"]).arg(data(home));
    command.arg("-l").arg(home.join("log")).arg("-o").arg(format!("-p {port}"));
    run(command, "pg_ctl").map_err(|error| match error {
        ClusterError::Tool { tool, output } => {
            let log = fs::read_to_string(home.join("log")).unwrap_or_default();
            ClusterError::Tool { tool, output: format!("{output}\n{log}") }
        }
        other => other,
    })?;
    Ok(())
}

/// A port that was free a moment ago; the server fails to start if somebody took it since.
fn free_port() -> Result<u16, ClusterError> {
    let listener =
        TcpListener::bind("127.0.0.1:0").map_err(ClusterError::io("find a free port"))?;
    Ok(listener.local_addr().map_err(ClusterError::io("read the free port"))?.port())
}

/// Sixteen random bytes as hexadecimal text.
pub(crate) fn random_hex() -> Result<String, ClusterError> {
    let mut bytes = [0_u8; 16];
    fs::File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(ClusterError::io("read random bytes"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
