//! `ledger`: the log, seen from outside the server.

mod checkpoint;
mod entries;
mod export;
mod keys;
mod receipt;
mod remembered;
mod rotate_key;
mod verify;
mod witnesses;

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;
use ledger::VerifierKey;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::Line;

/// Commands about the log.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check that the log is signed, and only grew since you last looked
    Verify(verify::Args),
    /// Get the proof that an entry is in the log
    Receipt(receipt::Args),
    /// Print the signed checkpoint, to be kept outside
    Checkpoint(checkpoint::Args),
    /// Print the log's key, as the server claims it
    Key,
    /// Newest entries
    Entries(entries::Args),
    /// Copy the whole log into a folder that verifies without a server
    Export(export::Args),
    /// Give the log a new key, on a data folder that no server is running on
    RotateKey(rotate_key::Args),
}

/// Where a log is, when it is not behind the server.
#[derive(Debug, Clone, clap::Args)]
pub struct Place {
    /// The data folder of a server that is not running
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The PostgreSQL database of a server, instead of asking the server
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

impl Place {
    /// The data, when the server is not to be asked.
    fn offline(&self) -> Option<crate::composition::Data<'_>> {
        const UNUSED: &str = ".";
        if self.data.is_none() && self.database.is_none() {
            return None;
        }
        let folder = self.data.as_deref().unwrap_or(std::path::Path::new(UNUSED));
        Some(crate::composition::Data { folder, database: self.database.as_deref() })
    }
}

/// Runs one of them.
pub fn run(command: &Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Verify(args) => verify::run(args, context),
        Command::Receipt(args) => receipt::run(args, context),
        Command::Checkpoint(args) => checkpoint::run(args, context),
        Command::Key => {
            context.out.raw(&claimed_key(context)?);
            let words = "the server claims this key; compare it with one from a source you trust";
            context.out.note(&Line::new().dim(words));
            Ok(Exit::Ok)
        }
        Command::Entries(args) => entries::run(args, context),
        Command::Export(args) => export::run(args, context),
        Command::RotateKey(args) => rotate_key::run(args, context),
    }
}

fn claimed_key(context: &Context) -> Result<String> {
    let bytes = context.anonymous()?.ledger_file("log.vkey")?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::new(Exit::Error, "the server's log.vkey is not text"))?;
    Ok(text.trim().to_owned())
}

/// Says that a key was not pinned.
fn warn_unpinned(context: &Context, key: &VerifierKey) {
    context.out.note(
        &Line::new()
            .warn("the key was taken from the server itself; ")
            .plain("pin it: countersign config set ledger_key \"")
            .plain(key.to_string())
            .plain("\""),
    );
}
