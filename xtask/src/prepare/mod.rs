//! `cargo xtask prepare`: finds what the tests need and installs what is missing, from package
//! registries only. Everything found is left as it is; running it twice changes nothing.

pub mod cargo_tools;
mod npm;
mod programs;
mod python;

use anyhow::Result;

/// What the whole test run needs.
pub fn everything() -> Result<()> {
    programs::all()?;
    cargo_tools::all();
    npm::packages()?;
    python::packages()
}

/// What the tests without browser and processes need.
pub fn for_quick() -> Result<()> {
    programs::postgres_only()?;
    cargo_tools::all();
    Ok(())
}

pub use cargo_tools::{Runner, has_deny};
