//! The composition root: the only place that names concrete stores and starts a server.

use std::path::Path;

use anyhow::Result;

use crate::exit::{Exit, Failure};

/// Where a server's data is.
#[derive(Debug, Clone, Copy)]
#[expect(dead_code, reason = "used as soon as stores are composed here")]
pub struct Data<'a> {
    /// The data folder.
    pub folder: &'a Path,
    /// The PostgreSQL database, when it is not SQLite in that folder.
    pub database: Option<&'a str>,
}

fn not_built(what: &str) -> anyhow::Error {
    Failure::new(Exit::Error, format!("this build can't {what} yet")).into()
}

/// Makes a backup of the data, with a check that it can be restored.
pub fn backup(_data: Data<'_>, _to: &Path) -> Result<Exit> {
    Err(not_built("back up"))
}

/// Restores a backup into an empty place.
pub fn restore(_from: &Path, _data: Data<'_>) -> Result<Exit> {
    Err(not_built("restore"))
}

/// Verifies a ledger that no server is running on.
pub fn verify_offline(_data: Data<'_>) -> Result<Exit> {
    Err(not_built("verify a data folder without its server"))
}

/// Exports a ledger that no server is running on.
pub fn export_offline(_data: Data<'_>, _to: &Path) -> Result<Exit> {
    Err(not_built("export a data folder without its server"))
}

/// The OpenAPI document of the server.
pub fn openapi() -> Result<serde_json::Value> {
    Err(not_built("print its OpenAPI document"))
}
