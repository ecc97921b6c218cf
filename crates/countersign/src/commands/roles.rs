//! `roles`: roles and who holds them.

use anyhow::Result;
use api_types::roles::{BindingRequest, Deputy, DeputyRequest, GroupRequest, Member};
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
    /// All groups and who is in them
    Groups,
    /// Make a group, or say who is in it now
    PutGroup(GroupArgs),
    /// Remove a group: roles held through it are gone
    RemoveGroup(GroupIdArgs),
    /// Name a deputy of a group, who answers for members who are away
    #[command(after_help = DEPUTY_HELP)]
    NameDeputy(DeputyArgs),
    /// Remove a deputy of a group; votes given as one and not used yet fall with it
    RemoveDeputy(DeputyIdArgs),
}

const DEPUTY_HELP: &str = "\
Example:
  countersign roles name-deputy grp_01jd… --person prs_01jd… --role cab --reason \"holidays of the board\"

A deputy answers in one role the group holds, for a member who is away, and for as long of an absence as policy
lets that role be delegated. Both names go on the vote, and the two count once between them.";

/// Arguments of `roles name-deputy`.
#[derive(Debug, clap::Args)]
pub struct DeputyArgs {
    /// The group's id
    #[arg(value_name = "GROUP")]
    group: String,
    /// Who answers (a person's id)
    #[arg(long, value_name = "PERSON")]
    person: String,
    /// In which role that the group holds
    #[arg(long, value_name = "ROLE")]
    role: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Arguments of `roles remove-deputy`.
#[derive(Debug, clap::Args)]
pub struct DeputyIdArgs {
    /// The group's id
    #[arg(value_name = "GROUP")]
    group: String,
    /// The deputy's id, as `roles groups` shows it
    #[arg(value_name = "DEPUTY")]
    deputy: String,
}

/// Arguments of `roles put-group`.
#[derive(Debug, clap::Args)]
pub struct GroupArgs {
    /// What it is called
    #[arg(value_name = "NAME")]
    name: String,
    /// The group's id, to change one that is there
    #[arg(long, value_name = "GROUP")]
    id: Option<String>,
    /// Everybody in it, by id (repeat for several)
    #[arg(long = "member", value_name = "PERSON")]
    members: Vec<String>,
}

/// Arguments that name a group.
#[derive(Debug, clap::Args)]
pub struct GroupIdArgs {
    /// The group's id
    #[arg(value_name = "GROUP")]
    group: String,
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
        Command::List => list(context),
        Command::Groups => groups(context),
        Command::PutGroup(args) => {
            let request = GroupRequest { name: args.name, members: args.members };
            let group = match &args.id {
                Some(id) => client.put_group(id, &request)?,
                None => client.add_group(&request)?,
            };
            if context.out.json {
                context.out.json(&group)?;
            } else {
                let words = format!(" has {} people  ", group.members.len());
                context
                    .out
                    .line(&Line::new().good("✓ ").bold(&group.name).plain(words).dim(&group.id));
            }
            Ok(Exit::Ok)
        }
        Command::NameDeputy(args) => {
            let request =
                DeputyRequest { person: args.person, role: args.role, reason: args.reason };
            let made = client.name_deputy(&args.group, &request)?;
            if context.out.json {
                context.out.json(&made)?;
            } else {
                let words = format!(" answers as {} while a member is away  ", made.role);
                let line = Line::new().good("✓ ").bold(&made.person.name).plain(words);
                context.out.line(&line.dim(&made.id));
            }
            Ok(Exit::Ok)
        }
        Command::RemoveDeputy(args) => {
            client.remove_deputy(&args.group, &args.deputy)?;
            context.out.note(&Line::new().good("✓ ").plain("the deputy is one no more"));
            Ok(Exit::Ok)
        }
        Command::RemoveGroup(args) => {
            let removed = client.remove_group(&args.group)?;
            if context.out.json {
                context.out.json(&removed)?;
                return Ok(Exit::Ok);
            }
            context.out.note(&Line::new().good("✓ ").plain("the group is gone"));
            for deputy in &removed.deputies {
                let words = format!(" is no deputy any more, as {}", deputy.role);
                context.out.note(&Line::indented(2).plain(&deputy.person.name).plain(words));
            }
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

fn list(context: &Context) -> Result<Exit> {
    let roles = context.signed_in()?.list_roles()?;
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
            let by = if binding.by_policy { " (by policy)" } else { "" };
            rows.push(vec![
                role.name.clone(),
                binding.scope.clone(),
                format!("{}{by}", binding.member_name),
                people.join(", "),
            ]);
        }
    }
    let headings = ["role", "on", "held by", "people"];
    table::show(&context.out, &headings, rows, "there are no roles yet");
    Ok(Exit::Ok)
}

fn groups(context: &Context) -> Result<Exit> {
    let groups = context.signed_in()?.list_groups()?;
    if context.out.json {
        context.out.json(&groups)?;
        return Ok(Exit::Ok);
    }
    let rows = groups.iter().map(|group| {
        let people: Vec<_> = group.members.iter().map(|p| p.name.as_str()).collect();
        let deputy = |d: &Deputy| format!("{} as {} ({})", d.person.name, d.role, d.id);
        let deputies: Vec<_> = group.deputies.iter().map(deputy).collect();
        vec![group.id.clone(), group.name.clone(), people.join(", "), deputies.join(", ")]
    });
    let headings = ["id", "name", "people", "deputies"];
    table::show(&context.out, &headings, rows.collect(), "there are no groups yet");
    Ok(Exit::Ok)
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
