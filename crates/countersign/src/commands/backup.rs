//! `backup`: copies a server's data, with a check that the copy can be restored.

use std::path::PathBuf;

use anyhow::Result;

use crate::composition::Data;
use crate::exit::Exit;
use crate::offline;

const AFTER_HELP: &str = "\
Examples:
  countersign backup --data ./countersign-data /backups/2026-11-22
  countersign backup --database postgres://… /backups/2026-11-22

It can be made while the server runs. The copy is verified before the command ends well.";

/// Arguments of `backup`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The data folder
    #[arg(long, value_name = "DIR", default_value = "./countersign-data")]
    data: PathBuf,
    /// The PostgreSQL database, if it is not SQLite in the data folder
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// An empty or new folder for the copy
    #[arg(value_name = "TO")]
    to: PathBuf,
}

/// Makes a backup.
pub fn run(args: &Args) -> Result<Exit> {
    offline::backup(Data { folder: &args.data, database: args.database.as_deref() }, &args.to)
}
