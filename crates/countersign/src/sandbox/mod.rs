//! The sandbox on this machine: its folder, its clock, and what people sign in with.

mod clock;
mod credentials;
mod make;
#[cfg(test)]
mod tests;

pub use clock::StandingClock;
pub use credentials::SandboxCredentials;
pub use make::{CopyOf, make};

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use app::ports::Ports;

use crate::composition::{self, Data, Opened};
use crate::exit::Failure;

/// Opens a sandbox that was made in a folder.
///
/// # Errors
/// It holds no sandbox, or another server has it open.
pub async fn open(folder: &Path) -> Result<Opened> {
    let clock = Arc::new(StandingClock::of(folder)?);
    let ports = Ports { clock: clock.clone(), random: composition::ports().random };
    let data = Data { folder, database: None };
    let opened = composition::open_any(data, ports).await?;
    let of = opened.app.sandbox_of().await?.ok_or_else(|| no_sandbox(folder))?;
    let sandbox = Some(Arc::new(server::Sandbox { of, clock }));
    Ok(Opened { sandbox, ..opened })
}

/// Whether a folder may become a sandbox, is one, or is left alone.
///
/// # Errors
/// It holds something else.
pub fn is_made(folder: &Path) -> Result<bool> {
    if SandboxCredentials::read(folder)?.is_some() {
        return Ok(true);
    }
    let is_empty = !folder.exists()
        || std::fs::read_dir(folder)
            .with_context(|| format!("failed to read `{}`", folder.display()))?
            .next()
            .is_none();
    if is_empty { Ok(false) } else { Err(no_sandbox(folder)) }
}

fn no_sandbox(folder: &Path) -> anyhow::Error {
    let what =
        format!("`{}` holds something that is no sandbox, and is left alone", folder.display());
    Failure::usage(what).next("name another folder: countersign sandbox open --data DIR").into()
}
