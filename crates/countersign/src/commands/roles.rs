//! `roles`: roles and who holds them.

use anyhow::Result;
use api_types::roles::{BindingRequest, Member};
use clap::Subcommand;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::{Line, table};

const AFTER_HELP: &str = "\
Examples:
  countersign roles add service-owner --on service:checkout --to prs_01jd…
  countersign roles add cab --on organisation --to grp_01jd…
  countersign roles remove requester --on domain:payments --to prs_01jd…

Policy names roles and never people; who holds a role is looked up when a decision is made.";

/// Commands about roles.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// All roles and who holds them where
    List,
    /// Give a role
    #[command(after_help = AFTER_HELP)]
    Add(BindingArgs),
    /// Take a role
    #[command(after_help = AFTER_HELP)]
    Remove(BindingArgs),
}

/// A role, where, and to whom.
#[derive(Debug, clap::Args)]
pub struct BindingArgs {
    /// The role
    #[arg(value_name = "ROLE")]
    role: String,
    /// Where: organisation, domain:NAME or service:NAME
    #[arg(long = "on", value_name = "SCOPE")]
    scope: String,
    /// By whom it is held: a person's or a group's id
    #[arg(long = "to", value_name = "WHO")]
    member: String,
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    match command {
        Command::List => {
            let roles = client.list_roles()?;
            if context.out.json {
                context.out.json(&roles)?;
                return Ok(Exit::Ok);
            }
            let mut rows = Vec::new();
            for role in &roles {
                if role.bindings.is_empty() {
                    let nobody = "nobody".to_owned();
                    rows.push(vec![role.name.clone(), String::new(), nobody, String::new()]);
                }
                for binding in &role.bindings {
                    let people: Vec<_> = binding.people.iter().map(|p| p.name.as_str()).collect();
                    rows.push(vec![
                        role.name.clone(),
                        binding.scope.clone(),
                        binding.member_name.clone(),
                        people.join(", "),
                    ]);
                }
            }
            let headings = ["role", "on", "held by", "people"];
            table::show(&context.out, &headings, rows, "there are no roles yet");
            Ok(Exit::Ok)
        }
        Command::Add(args) => {
            let request = request(args)?;
            let answer = client.bind_role(&request)?;
            if context.out.json {
                context.out.json(&answer)?;
            }
            done(context, &request, "is held on")
        }
        Command::Remove(args) => {
            let request = request(args)?;
            client.unbind_role(&request)?;
            done(context, &request, "is not held any more on")
        }
    }
}

fn request(args: BindingArgs) -> Result<BindingRequest> {
    let member = match args.member.split_once('_').map(|(prefix, _)| prefix) {
        Some("prs") => Member::Person(args.member),
        Some("grp") => Member::Group(args.member),
        _ => {
            return Err(Failure::usage(format!("`{}` is no person or group id", args.member))
                .next("find the id: countersign people list")
                .into());
        }
    };
    Ok(BindingRequest { role: args.role, scope: args.scope, member })
}

fn done(context: &Context, request: &BindingRequest, what: &str) -> Result<Exit> {
    let (Member::Person(member) | Member::Group(member)) = &request.member;
    context.out.note(
        &Line::new()
            .good("✓ ")
            .bold(&request.role)
            .plain(format!(" {what} {} by {member}", request.scope)),
    );
    Ok(Exit::Ok)
}
