//! `demo`: a server with an invented organisation, to try it.

use std::path::PathBuf;

use anyhow::Result;

use crate::context::Context;
use crate::exit::{Exit, Failure};

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The data folder
    #[arg(long, value_name = "DIR", default_value = "./countersign-demo")]
    pub data: PathBuf,
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8460")]
    pub listen: String,
    /// A PostgreSQL database instead of SQLite in the data folder
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// Configuration file
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Starts the demo.
pub fn run(_args: Args, _context: &Context) -> Result<Exit> {
    Err(Failure::new(Exit::Error, "this build has no demo yet").into())
}
