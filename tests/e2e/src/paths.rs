//! Where the build put things.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The build folder of this workspace.
pub fn target() -> Result<PathBuf> {
    let profile = profile_folder()?;
    Ok(profile.parent().unwrap_or(&profile).to_owned())
}

/// One of our binaries: from the same build as the running test, or from the folder that
/// `E2E_BINARIES` names, such as `target/release`.
pub fn binary(name: &str) -> Result<PathBuf> {
    let folder = match std::env::var_os("E2E_BINARIES") {
        Some(folder) => PathBuf::from(folder),
        None => profile_folder()?,
    };
    let file = folder.join(name);
    if !file.is_file() {
        bail!("no {} here: `cargo build --workspace --bins` first", file.display());
    }
    Ok(file)
}

/// `target/debug`, two above the test program in `target/debug/deps`.
fn profile_folder() -> Result<PathBuf> {
    let test = std::env::current_exe().context("find the running test program")?;
    let profile = test.parent().and_then(Path::parent);
    Ok(profile.context("the test program is outside a build folder")?.to_owned())
}
