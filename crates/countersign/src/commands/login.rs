//! `login`: signs in and keeps a token on this machine.

use std::io::Read as _;

use anyhow::{Context as _, Result};
use api_types::service_accounts::{TokenRequest, Verb};

use crate::clock;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::Line;
use crate::output::time::moment;
use crate::settings::{Credentials, Login};
use crate::system;

const AFTER_HELP: &str = "\
Examples:
  countersign login                                     asks for user name and password
  countersign login --server https://cs.example.com --user ada
  pass show countersign | countersign login --user ada --password-stdin
  echo \"$TOKEN\" | countersign login --token-stdin       keeps a token you already have

The token is kept in the credentials file, readable by you only. Pipelines don't sign in: give
them COUNTERSIGN_TOKEN with a service account's token.";

/// Arguments of `login`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// User name
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Read the password from standard input
    #[arg(long, requires = "user")]
    password_stdin: bool,
    /// Read a token from standard input and keep it
    #[arg(long, conflicts_with_all = ["user", "password_stdin"])]
    token_stdin: bool,
    /// Days until the token stops working
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    days: u32,
}

/// Signs in.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let login = if args.token_stdin { kept(context)? } else { new(args, context)? };
    let mut credentials = Credentials::read(&context.paths.credentials)?;
    let user = login.user.clone().unwrap_or_default();
    credentials.put(&context.settings.server, login);
    credentials.write(&context.paths.credentials)?;
    context.out.note(
        &Line::new()
            .good("✓ ")
            .plain("signed in to ")
            .bold(&context.settings.server)
            .plain(format!(" as {user}")),
    );
    Ok(Exit::Ok)
}

fn stdin_text() -> Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("failed to read standard input")?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// A token that the user already has; the server is asked whose it is.
fn kept(context: &Context) -> Result<Login> {
    let token = stdin_text()?;
    let with_token = Context {
        out: context.out,
        settings: crate::settings::Settings {
            token: Some(token.clone()),
            ..context.settings.clone()
        },
        paths: context.paths.clone(),
    };
    let me = with_token.client()?.me()?;
    Ok(Login { token, user: Some(me.principal.name), token_id: me.token.map(|t| t.id) })
}

fn new(args: &Args, context: &Context) -> Result<Login> {
    let (user, password) = ask(args.user.as_deref(), args.password_stdin)?;
    let client = context.anonymous()?;
    let signed_in = client.sign_in(&user, &password)?;
    let label = format!("command line of {user}");
    let request = TokenRequest {
        label,
        verbs: vec![Verb::Act],
        services: None,
        environments: None,
        expires_in_days: args.days,
    };
    let token = client.create_token_in_session(&signed_in, &request);
    // The session has done its work either way; one that stays open ends by itself.
    let _ = client.sign_out(&signed_in);
    let token = token?;
    let until = moment(&token.expires_at, clock::now());
    context.out.note(&Line::new().dim(format!("the token works until {until}")));
    let name = signed_in.session.principal.name;
    Ok(Login { token: token.token, user: Some(name), token_id: Some(token.token_id) })
}

/// User name and password, from the terminal or standard input.
pub fn ask(user: Option<&str>, password_stdin: bool) -> Result<(String, String)> {
    if password_stdin {
        return Ok((user.unwrap_or_default().to_owned(), stdin_text()?));
    }
    if !system::can_ask() {
        return Err(Failure::usage("there is no terminal to ask for a password")
            .next("give it on standard input: --user NAME --password-stdin, or --token-stdin")
            .into());
    }
    let user = match user {
        Some(user) => user.to_owned(),
        None => system::ask("user name: ")?,
    };
    let password = system::ask_hidden("password: ")?;
    Ok((user, password))
}
