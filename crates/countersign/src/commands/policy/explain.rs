//! `policy explain`: what policy would say about a change, and why.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use api_types::changes::ChangeRequest;
use api_types::policy::{PolicyExplainRequest, PolicyExplanation};
use domain::organisation::{Criticality, Service, Status};
use policy::Assessed;

use super::offline;
use crate::clock;
use crate::commands::services::CriticalityArg;
use crate::context::Context;
use crate::deploy::question::{map, pair};
use crate::exit::{Exit, Failure};
use crate::output::line::Line;
use crate::output::tree::{self, Depth};

const AFTER_HELP: &str = "\
Examples:
  countersign policy explain --change change.json                  the live policy decides
  countersign policy explain ./my-bundle --change change.json \\
      --criticality critical --label data=personal                 a bundle here, nothing is sent

change.json is a change request: countersign change schema.";

/// Arguments of `policy explain`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The bundle's folder; the live policy of the server when left out
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The change, as a JSON file
    #[arg(long, value_name = "FILE")]
    change: PathBuf,
    /// How much hangs on the service
    #[arg(long, value_enum, default_value = "medium", requires = "dir")]
    criticality: CriticalityArg,
    /// The service's domain
    #[arg(long, value_name = "NAME", requires = "dir")]
    domain: Option<String>,
    /// A label of the service (repeat for several)
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = pair, requires = "dir")]
    labels: Vec<(String, String)>,
}

/// Explains.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let text = std::fs::read_to_string(&args.change)
        .with_context(|| format!("failed to read {}", args.change.display()))?;
    let change: ChangeRequest = serde_json::from_str(&text).map_err(|e| {
        Failure::usage(format!("{} is not a change request: {e}", args.change.display()))
            .next("its form: countersign change schema (under $defs/ChangeRequest)")
    })?;
    match &args.dir {
        None => {
            let request = PolicyExplainRequest { change, files: None };
            let explanation = context.signed_in()?.explain_policy(&request)?;
            live(&explanation, context)
        }
        Some(dir) => {
            let bundle = offline::load(dir, context)?;
            let assessed = offline::assess(&bundle, &change, service(args, &change)?)?;
            here(&assessed, context)
        }
    }
}

fn service(args: &Args, change: &ChangeRequest) -> Result<Service> {
    let name = change.service.parse().map_err(|e| Failure::usage(format!("{e}")))?;
    let domain = args.domain.as_deref().map(str::parse).transpose();
    Ok(Service {
        name,
        title: change.service.clone(),
        domain: domain.map_err(|e| Failure::usage(format!("{e}")))?,
        criticality: match args.criticality {
            CriticalityArg::Low => Criticality::Low,
            CriticalityArg::Medium => Criticality::Medium,
            CriticalityArg::High => Criticality::High,
            CriticalityArg::Critical => Criticality::Critical,
        },
        labels: map(&args.labels)?,
        depends_on: [].into(),
        status: Status::Active,
    })
}

fn live(explanation: &PolicyExplanation, context: &Context) -> Result<Exit> {
    if context.out.json {
        context.out.json(explanation)?;
    } else {
        if let Some(assessment) = &explanation.assessment {
            let risk = &assessment.risk;
            headline(context, assessment.tier, &risk.level, risk.score, &assessment.level);
        }
        for field in &explanation.fields {
            let line = Line::new().bad("✗ ").bold(&field.field).plain(": ").plain(&field.message);
            context.out.line(&line);
        }
        let tree = tree::lines(&explanation.explanation, Depth::Whole, clock::now());
        context.out.lines(&tree);
        if let Some(schedule) = &explanation.schedule {
            context.out.lines(&crate::output::schedule::lines(schedule, clock::now()));
        }
    }
    Ok(if explanation.assessment.is_some() { Exit::Ok } else { Exit::Error })
}

fn here(assessed: &Assessed, context: &Context) -> Result<Exit> {
    let explanation = offline::wire(assessed.explanation())?;
    let (assessment, fields) = match assessed {
        Assessed::Assessed { assessment, .. } => (Some(assessment), &[][..]),
        Assessed::Undecided { .. } => (None, &[][..]),
        Assessed::Refused { fields, .. } => (None, fields.as_slice()),
    };
    if context.out.json {
        let fields: Vec<_> = fields
            .iter()
            .map(|f| serde_json::json!({ "field": f.field, "message": f.message }))
            .collect();
        context.out.json(&serde_json::json!({
            "result": match assessed {
                Assessed::Assessed { .. } => "assessed",
                Assessed::Undecided { .. } => "undecided",
                Assessed::Refused { .. } => "refused",
            },
            "assessment": assessment,
            "fields": fields,
            "explanation": explanation,
        }))?;
    } else {
        if let Some(assessment) = assessment {
            let risk = &assessment.risk;
            headline(context, assessment.tier, &risk.level, risk.score, &assessment.level);
        }
        for field in fields {
            let line = Line::new().bad("✗ ").bold(&field.field).plain(": ").plain(&field.message);
            context.out.line(&line);
        }
        context.out.lines(&tree::lines(&explanation, Depth::Whole, clock::now()));
    }
    Ok(if assessment.is_some() { Exit::Ok } else { Exit::Error })
}

fn headline(context: &Context, tier: u8, risk: &str, score: i64, level: &str) {
    let words = format!("tier T{tier}, risk {risk} ({score} points), approval level {level}");
    context.out.line(&Line::new().bold(words));
}
