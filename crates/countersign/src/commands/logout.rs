//! `logout`: revokes the kept token and forgets it.

use anyhow::Result;
use client::ClientError;

use crate::context::Context;
use crate::exit::Exit;
use crate::output::Line;
use crate::settings::Credentials;

/// Arguments of `logout`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only forget the token here; it keeps working elsewhere until it expires
    #[arg(long)]
    keep_token: bool,
}

/// Signs out.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let server = &context.settings.server;
    let mut credentials = Credentials::read(&context.paths.credentials)?;
    let Some(login) = credentials.remove(server) else {
        context.out.note(&Line::of(format!("not signed in to {server}")));
        return Ok(Exit::Ok);
    };
    let mut outcome = Ok(());
    if let (false, Some(id)) = (args.keep_token, &login.token_id) {
        let settings =
            crate::settings::Settings { token: Some(login.token), ..context.settings.clone() };
        let own = Context { out: context.out, settings, paths: context.paths.clone() };
        outcome = own.client()?.revoke_token(id);
    }
    credentials.write(&context.paths.credentials)?;
    context.out.note(&Line::new().good("✓ ").plain(format!("signed out of {server}")));
    match outcome {
        // A token that does not work any more needs no revoking.
        Ok(()) | Err(ClientError::Problem(_)) => Ok(Exit::Ok),
        Err(error) => {
            let line = Line::new().warn("the token was not revoked: ").plain(error.to_string());
            context.out.note(&line);
            Ok(Exit::Unknown)
        }
    }
}
