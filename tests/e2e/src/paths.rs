//! Where the build put things.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The build folder of this workspace.
pub fn target() -> Result<PathBuf> {
    let profile = profile_folder()?;
    Ok(profile.parent().unwrap_or(&profile).to_owned())
}

/// One of our binaries, from the same build as the running test.
pub fn binary(name: &str) -> Result<PathBuf> {
    let file = profile_folder()?.join(name);
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
