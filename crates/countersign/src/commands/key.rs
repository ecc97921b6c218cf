//! `key`: the keys you sign votes with.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use api_types::signing::{KeyKind, SigningKey, SigningKeyRequest};
use clap::Subcommand;

use super::login;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Line, table};

const AFTER_HELP: &str = "\
Examples:
  countersign key add ~/.ssh/id_ed25519.pub --name \"work laptop\"
  countersign vote approve CHG-1042 --sign-with ~/.ssh/id_ed25519

Only the public key is sent. ssh-ed25519 and ecdsa-sha2-nistp256 are taken. Adding a key asks for
your password again, since a key opens what a token does not; if you sign in through an identity
provider, paste the key in the console under Signing keys instead. Passkeys are added there too.";

/// Commands about keys.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Your keys
    List,
    /// Register an SSH key
    #[command(after_help = AFTER_HELP)]
    Add(AddArgs),
    /// Remove a key: it signs nothing any more, and what it signed stays valid
    Remove(RemoveArgs),
}

/// Arguments of `key add`.
#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// The public key, a file that ends in .pub
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What you call it
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Your user name
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Read the password from standard input
    #[arg(long, requires = "user")]
    password_stdin: bool,
}

/// Arguments of `key remove`.
#[derive(Debug, clap::Args)]
pub struct RemoveArgs {
    /// The key's id
    #[arg(value_name = "KEY")]
    key: String,
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::List => list(&context.signed_in()?.list_signing_keys()?, context),
        Command::Add(args) => add(args, context),
        Command::Remove(args) => {
            context.signed_in()?.remove_signing_key(&args.key)?;
            context.out.note(&Line::new().good("✓ ").plain("the key signs nothing any more"));
            Ok(Exit::Ok)
        }
    }
}

fn add(args: AddArgs, context: &Context) -> Result<Exit> {
    let public_key = std::fs::read_to_string(&args.file)
        .with_context(|| format!("failed to read {}", args.file.display()))?;
    let (user, password) = login::ask(args.user.as_deref(), args.password_stdin)?;
    let client = context.anonymous()?;
    let signed_in = client.sign_in(&user, &password)?;
    let request = SigningKeyRequest { name: args.name, public_key: public_key.trim().to_owned() };
    let added = client.add_signing_key_in_session(&signed_in, &request);
    // The session has done its work either way; one that stays open ends by itself.
    let _ = client.sign_out(&signed_in);
    let added = added?;
    if context.out.json {
        context.out.json(&added)?;
    } else {
        let name = added.name.as_deref().unwrap_or_default();
        let line = Line::new().good("✓ ").plain("votes can be signed with ").bold(name);
        context.out.line(&line.plain("  ").dim(&added.id));
    }
    Ok(Exit::Ok)
}

fn list(keys: &[SigningKey], context: &Context) -> Result<Exit> {
    if context.out.json {
        context.out.json(&keys)?;
        return Ok(Exit::Ok);
    }
    let rows = keys.iter().map(|key| {
        let kind = match key.kind {
            KeyKind::Ssh => "SSH key",
            KeyKind::Passkey => "passkey",
        };
        let name = key.name.clone().unwrap_or_default();
        vec![key.id.clone(), name, kind.to_owned(), key.added_at.to_string()]
    });
    let headings = ["id", "name", "kind", "added"];
    table::show(&context.out, &headings, rows.collect(), "you have no key to sign votes with");
    Ok(Exit::Ok)
}
