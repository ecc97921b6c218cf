//! `openapi`: prints the OpenAPI document of the HTTP API.

use anyhow::Result;

use crate::context::Context;
use crate::exit::Exit;

/// Prints the document.
pub fn run(context: &Context) -> Result<Exit> {
    context.out.raw(&serde_json::to_string_pretty(&server::openapi())?);
    Ok(Exit::Ok)
}
