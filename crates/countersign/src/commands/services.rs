//! `services`: services, domains and environments.

use anyhow::Result;
use api_types::services::{Criticality, Domain, ServiceRequest};
use clap::{Subcommand, ValueEnum};

use crate::context::Context;
use crate::deploy::question::{map, pair};
use crate::exit::Exit;
use crate::output::{Line, table};

const AFTER_HELP: &str = "\
Examples:
  countersign services add checkout --title Checkout --domain payments \\
      --criticality critical --label data=personal --depends-on accounts
  countersign services add-domain payments --title Payments";

/// Commands about services.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// All services
    List,
    /// Register a service, or say what it is now
    #[command(after_help = AFTER_HELP)]
    Add(AddArgs),
    /// Name a domain: a set of services under one authority
    AddDomain(DomainArgs),
    /// All environments of the live policy
    Environments,
}

/// Arguments of `services add`.
#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// Its name: a-z, 0-9 and -
    #[arg(value_name = "NAME")]
    name: String,
    /// What people call it
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// The domain it belongs to
    #[arg(long, value_name = "NAME")]
    domain: Option<String>,
    /// How much hangs on it
    #[arg(long, value_enum, default_value = "medium")]
    criticality: CriticalityArg,
    /// An attribute for policy (repeat for several)
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = pair)]
    labels: Vec<(String, String)>,
    /// A service it needs to work (repeat for several); what they are now when left out
    #[arg(long = "depends-on", value_name = "NAME")]
    depends_on: Vec<String>,
}

/// Arguments of `services add-domain`.
#[derive(Debug, clap::Args)]
pub struct DomainArgs {
    /// Its name: a-z, 0-9 and -
    #[arg(value_name = "NAME")]
    name: String,
    /// What people call it
    #[arg(long, value_name = "TEXT")]
    title: String,
}

/// See [`Criticality`].
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum CriticalityArg {
    Low,
    Medium,
    High,
    Critical,
}

impl From<CriticalityArg> for Criticality {
    fn from(criticality: CriticalityArg) -> Self {
        match criticality {
            CriticalityArg::Low => Self::Low,
            CriticalityArg::Medium => Self::Medium,
            CriticalityArg::High => Self::High,
            CriticalityArg::Critical => Self::Critical,
        }
    }
}

const fn word(criticality: Criticality) -> &'static str {
    match criticality {
        Criticality::Low => "low",
        Criticality::Medium => "medium",
        Criticality::High => "high",
        Criticality::Critical => "critical",
    }
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::List => list(context),
        Command::Add(args) => {
            let request = ServiceRequest {
                name: args.name,
                title: args.title,
                domain: args.domain,
                criticality: args.criticality.into(),
                labels: map(&args.labels)?,
                depends_on: (!args.depends_on.is_empty()).then_some(args.depends_on),
                status: None,
            };
            let service = context.signed_in()?.put_service(&request)?;
            if context.out.json {
                context.out.json(&service)?;
            } else {
                context.out.line(&Line::new().good("✓ ").bold(&service.name).plain(" is known"));
            }
            Ok(Exit::Ok)
        }
        Command::AddDomain(args) => {
            let domain = Domain { name: args.name, title: args.title };
            let domain = context.signed_in()?.put_domain(&domain)?;
            if context.out.json {
                context.out.json(&domain)?;
            } else {
                context.out.line(&Line::new().good("✓ ").bold(&domain.name).plain(" is known"));
            }
            Ok(Exit::Ok)
        }
        Command::Environments => environments(context),
    }
}

fn list(context: &Context) -> Result<Exit> {
    let services = context.signed_in()?.list_services()?;
    if context.out.json {
        context.out.json(&services)?;
        return Ok(Exit::Ok);
    }
    let rows = services.iter().map(|service| {
        let owners: Vec<_> = service.owners.iter().map(|p| p.name.as_str()).collect();
        let labels: Vec<_> = service.labels.iter().map(|(n, v)| format!("{n}={v}")).collect();
        vec![
            service.name.clone(),
            service.domain.clone().unwrap_or_default(),
            word(service.criticality).to_owned(),
            owners.join(", "),
            labels.join(", "),
        ]
    });
    let headings = ["service", "domain", "criticality", "owners", "labels"];
    table::show(&context.out, &headings, rows.collect(), "there are no services yet");
    Ok(Exit::Ok)
}

fn environments(context: &Context) -> Result<Exit> {
    let environments = context.signed_in()?.list_environments()?;
    if context.out.json {
        context.out.json(&environments)?;
        return Ok(Exit::Ok);
    }
    let rows = environments.iter().map(|environment| {
        vec![
            environment.name.clone(),
            format!("T{}", environment.tier),
            if environment.enforce { "blocks" } else { "only records" }.to_owned(),
            environment.title.clone(),
        ]
    });
    let headings = ["environment", "tier", "gate", "title"];
    table::show(&context.out, &headings, rows.collect(), "policy names no environments");
    Ok(Exit::Ok)
}
