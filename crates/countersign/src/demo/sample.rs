//! Files to try the gate with: one that is approved, one that is not yet, and a deployment script.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use domain::change::{Artifact, Digest};

/// The folder in the data folder.
pub const FOLDER: &str = "sample";

const READY: &[u8] =
    b"checkout, with Apple Pay on the web: the demo has approved exactly these bytes\n";
const APP: &[u8] =
    b"checkout, keeping the basket for a week: somebody has to approve these bytes\n";
const DEPLOY: &str = "#!/bin/sh\n\
    # What your pipeline would run. It only runs when the gate says yes.\n\
    echo \"deploying under ${COUNTERSIGN_CHANGE:-no change}\"\n";

fn artifact(name: &str, bytes: &[u8]) -> Artifact {
    Artifact { name: name.to_owned(), digest: Digest::of(bytes), reference: None }
}

/// The approved file.
#[must_use]
pub fn ready() -> Artifact {
    artifact("ready.bin", READY)
}

/// The file somebody has to approve.
#[must_use]
pub fn app() -> Artifact {
    artifact("app.bin", APP)
}

/// Writes them.
///
/// # Errors
/// The folder can't be written.
pub fn write(data: &Path) -> Result<()> {
    let folder = data.join(FOLDER);
    let failed = || format!("failed to write `{}`", folder.display());
    fs::create_dir_all(&folder).with_context(failed)?;
    fs::write(folder.join("ready.bin"), READY).with_context(failed)?;
    fs::write(folder.join("app.bin"), APP).with_context(failed)?;
    let script = folder.join("deploy.sh");
    fs::write(&script, DEPLOY).with_context(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).with_context(failed)?;
    }
    Ok(())
}
