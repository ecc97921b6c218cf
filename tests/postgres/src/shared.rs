//! The cluster that test processes share: `cargo nextest` runs each test in a process of its own,
//! so the first one that needs a server starts it, the others find its address in a file.

use std::fs::{self, File};
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cluster::{Cluster, stop};
use crate::{ClusterError, Tools};

/// Environment variable that names a server to use instead of starting one.
pub const URL_VARIABLE: &str = "COUNTERSIGN_TEST_POSTGRES";

/// The superuser's URL of a running server.
///
/// Taken from [`URL_VARIABLE`] when it is set; else the shared cluster of this checkout, started
/// under a file lock when it isn't running. It keeps running: `cargo xtask pg stop` ends it.
pub fn admin_url() -> Result<String, ClusterError> {
    if let Ok(url) = std::env::var(URL_VARIABLE) {
        return Ok(url);
    }
    let folder = shared_folder();
    fs::create_dir_all(&folder).map_err(ClusterError::io(format!("make {}", folder.display())))?;
    let _lock = lock(&folder)?;
    if let Some((url, _)) = running(&folder) {
        return Ok(url);
    }
    let cluster = Cluster::start(&folder.join("cluster"))?;
    let url = cluster.url().to_owned();
    let home = cluster.detach();
    record(&folder, &url, &home)?;
    Ok(url)
}

/// Stops the shared cluster; `false` when none was running.
pub fn stop_shared() -> Result<bool, ClusterError> {
    let folder = shared_folder();
    if !folder.exists() {
        return Ok(false);
    }
    let _lock = lock(&folder)?;
    let Some((_, home)) = running(&folder) else { return Ok(false) };
    stop(&Tools::find()?, &home)?;
    let record = record_file(&folder);
    fs::remove_file(&record).map_err(ClusterError::io(format!("remove {}", record.display())))?;
    Ok(true)
}

fn shared_folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from);
    target.join("pg")
}

fn lock(folder: &Path) -> Result<File, ClusterError> {
    let path = folder.join("lock");
    let failed = || ClusterError::io(format!("lock {}", path.display()));
    let file = File::create(&path).map_err(failed())?;
    file.lock().map_err(failed())?;
    Ok(file)
}

/// First line the URL, second the cluster's folder.
fn record_file(folder: &Path) -> PathBuf {
    folder.join("url")
}

fn record(folder: &Path, url: &str, home: &Path) -> Result<(), ClusterError> {
    let path = record_file(folder);
    let failed = || ClusterError::io(format!("write {}", path.display()));
    let mut file = File::options()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&path)
        .map_err(failed())?;
    writeln!(file, "{url}\n{}", home.display()).map_err(failed())
}

/// The recorded server, if its port still answers.
fn running(folder: &Path) -> Option<(String, PathBuf)> {
    let text = fs::read_to_string(record_file(folder)).ok()?;
    let (url, home) = text.trim_end().split_once('\n')?;
    let authority = url.strip_prefix("postgres://")?.split('/').next()?;
    let address: SocketAddr = authority.rsplit('@').next()?.parse().ok()?;
    TcpStream::connect_timeout(&address, Duration::from_secs(2)).ok()?;
    Some((url.to_owned(), PathBuf::from(home)))
}
