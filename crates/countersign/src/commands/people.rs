//! `people`: people and their accounts.

use anyhow::Result;
use api_types::people::{AccountRequest, PasswordRequest, Person, PersonRequest, Status};
use clap::Subcommand;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::{Line, table};
use crate::system;

const AFTER_HELP: &str = "\
Examples:
  countersign people add --name \"Ada Lindqvist\" --email ada@example.com \\
      --time-zone Europe/Stockholm --user ada
  countersign people deactivate prs_01jd…        a leaver: roles, sessions and votes stop counting";

/// Commands about people.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// All people
    List,
    /// Add a person, with an account if a user name is given
    #[command(after_help = AFTER_HELP)]
    Add(AddArgs),
    /// A person left: everything they hold stops counting
    Deactivate(IdArgs),
    /// A person came back
    Activate(IdArgs),
    /// Set the password of an account
    Password(PasswordArgs),
    /// Say that an account of an identity provider is a person's
    #[command(after_help = LINK_HELP)]
    Link(LinkArgs),
}

const LINK_HELP: &str = "\
Nobody is linked by an address or a name: the sign-in page of somebody unknown shows their subject.

Example:
  countersign people link prs_01jd… --issuer https://id.example.com --subject 00u1abcd";

/// Arguments of `people link`.
#[derive(Debug, clap::Args)]
pub struct LinkArgs {
    /// The person's id
    #[arg(value_name = "PERSON")]
    person: String,
    /// Issuer URL of the identity provider, as configured
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// The provider's subject for them
    #[arg(long, value_name = "SUBJECT")]
    subject: String,
}

/// Arguments of `people add`.
#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// What they are called
    #[arg(long, value_name = "NAME")]
    name: String,
    /// An e-mail address of theirs; commits are matched by it (repeat for several)
    #[arg(long = "email", value_name = "ADDRESS")]
    emails: Vec<String>,
    /// IANA time zone
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// A place of policy's calendars, whose working hours and holidays are theirs
    #[arg(long, value_name = "PLACE")]
    place: Option<String>,
    /// User name of a new local account
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Read the account's password from standard input
    #[arg(long, requires = "user")]
    password_stdin: bool,
}

/// Arguments that name a person.
#[derive(Debug, clap::Args)]
pub struct IdArgs {
    /// The person's id
    #[arg(value_name = "PERSON")]
    person: String,
}

/// Arguments of `people password`.
#[derive(Debug, clap::Args)]
pub struct PasswordArgs {
    /// The account's id
    #[arg(value_name = "ACCOUNT")]
    account: String,
    /// It is your own account: ask for the current password too
    #[arg(long)]
    own: bool,
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    match command {
        Command::List => list(&client.list_people()?, context),
        Command::Add(args) => add(args, context),
        Command::Deactivate(args) => {
            let person = client.set_person_status(&args.person, Status::Inactive)?;
            done(context, &person, "is inactive")
        }
        Command::Activate(args) => {
            let person = client.set_person_status(&args.person, Status::Active)?;
            done(context, &person, "is active")
        }
        Command::Password(args) => password(&args, context),
        Command::Link(args) => link(args, context),
    }
}

fn link(args: LinkArgs, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let request = AccountRequest {
        issuer: Some(args.issuer),
        subject: Some(args.subject),
        ..AccountRequest::default()
    };
    client.add_account(&args.person, &request)?;
    done(context, &client.get_person(&args.person)?, "has the account now")
}

fn list(people: &[Person], context: &Context) -> Result<Exit> {
    if context.out.json {
        context.out.json(&people)?;
        return Ok(Exit::Ok);
    }
    let rows = people.iter().map(|person| {
        let users: Vec<_> = person.accounts.iter().map(|a| a.subject.as_str()).collect();
        let roles: Vec<_> =
            person.roles.iter().map(|r| format!("{}@{}", r.role, r.scope)).collect();
        let status = match person.status {
            Status::Active => "",
            Status::Inactive => "inactive",
        };
        vec![
            person.id.clone(),
            person.name.clone(),
            users.join(", "),
            roles.join(", "),
            status.to_owned(),
        ]
    });
    let headings = ["id", "name", "accounts", "roles", ""];
    table::show(&context.out, &headings, rows.collect(), "there is nobody yet");
    Ok(Exit::Ok)
}

fn add(args: AddArgs, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let password = if args.password_stdin {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut std::io::stdin(), &mut text)?;
        Some(text.trim_end_matches(['\r', '\n']).to_owned())
    } else {
        None
    };
    let request = PersonRequest {
        name: args.name,
        emails: args.emails,
        time_zone: args.time_zone,
        place: args.place,
    };
    let mut person = client.add_person(&request)?;
    if let Some(user_name) = args.user {
        let request =
            AccountRequest { user_name: Some(user_name), password, ..AccountRequest::default() };
        client.add_account(&person.id, &request)?;
        person = client.get_person(&person.id)?;
    }
    done(context, &person, "was added")
}

fn password(args: &PasswordArgs, context: &Context) -> Result<Exit> {
    if !system::can_ask() {
        return Err(Failure::usage("there is no terminal to ask for a password").into());
    }
    let current = if args.own { Some(system::ask_hidden("current password: ")?) } else { None };
    let password = system::ask_hidden("new password: ")?;
    if password != system::ask_hidden("the same again: ")? {
        return Err(Failure::usage("the two are different; nothing was changed").into());
    }
    let request = PasswordRequest { password, current_password: current };
    context.signed_in()?.set_password(&args.account, &request)?;
    context.out.note(&Line::new().good("✓ ").plain("the password was set"));
    Ok(Exit::Ok)
}

fn done(context: &Context, person: &Person, what: &str) -> Result<Exit> {
    if context.out.json {
        context.out.json(person)?;
    } else {
        context.out.line(
            &Line::new().good("✓ ").bold(&person.name).plain(format!(" {what}  ")).dim(&person.id),
        );
    }
    Ok(Exit::Ok)
}
