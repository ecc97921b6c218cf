//! `restore`: puts a backup in place.

use std::path::PathBuf;

use anyhow::Result;

use crate::composition::Data;
use crate::exit::Exit;
use crate::offline;

const AFTER_HELP: &str = "\
Example:
  countersign restore /backups/2026-11-22 --data ./countersign-data

The place must be empty. A server that starts behind the last checkpoint known outside its
database refuses: restoring an old backup over newer history needs a decision by people.";

/// Arguments of `restore`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The folder of the backup
    #[arg(value_name = "FROM")]
    from: PathBuf,
    /// The data folder: empty or new
    #[arg(long, value_name = "DIR", default_value = "./countersign-data")]
    data: PathBuf,
    /// An empty PostgreSQL database instead of SQLite in the data folder
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

/// Restores a backup.
pub fn run(args: &Args) -> Result<Exit> {
    offline::restore(&args.from, Data { folder: &args.data, database: args.database.as_deref() })
}
