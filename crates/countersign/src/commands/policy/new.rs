//! `policy new`: starts a bundle from one of the starters.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::Line;

const AFTER_HELP: &str = "\
Examples:
  countersign policy new small-team            writes ./small-team
  countersign policy new regulated-company --to ./our-policy

Starters: small-team, regulated-company, platform-team. Each has a README and test cases.";

/// Arguments of `policy new`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The starter
    #[arg(value_name = "NAME")]
    name: String,
    /// The folder to write: empty or new; named like the starter when left out
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

/// Writes a starter.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let Some(files) = policy::starter::files(&args.name) else {
        let known = policy::starter::names().join(", ");
        return Err(Failure::usage(format!("there is no starter `{}`", args.name))
            .next(format!("there are: {known}"))
            .into());
    };
    let folder = args.to.clone().unwrap_or_else(|| PathBuf::from(&args.name));
    if folder.exists() && std::fs::read_dir(&folder)?.next().is_some() {
        return Err(Failure::usage(format!("{} is not empty", folder.display())).into());
    }
    for file in &files {
        let path = folder.join(&file.path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)
                .with_context(|| format!("failed to make {}", parent.display()))?;
        }
        std::fs::write(&path, &file.text)
            .with_context(|| format!("failed to write {}", path.display()))?;
    }
    let shown = folder.display().to_string();
    context
        .out
        .line(&Line::new().good("✓ ").plain(format!("{} files in ", files.len())).bold(&shown));
    context
        .out
        .line(&Line::indented(2).info("→ ").plain(format!("countersign policy test {shown}")));
    Ok(Exit::Ok)
}
