//! `change revise`: makes a new revision.

use anyhow::Result;
use api_types::changes::{ChangeRequest, Revision, RevisionRequest};
use api_types::material::EvidenceRequest;

use super::args::Material;
use super::show_result;
use crate::context::Context;
use crate::exit::Exit;

const AFTER_HELP: &str = "\
Examples:
  countersign change revise CHG-1042 --artifact ./app.bin
  countersign change revise CHG-1042 --param canary=10 --expected-revision 2

What is left out stays as it is; artifacts that are given take the place of all. A new revision
voids all votes on earlier ones, and reviewers are told what moved.";

/// Arguments of `change revise`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The change
    #[arg(value_name = "CHG")]
    change: String,
    #[command(flatten)]
    material: Material,
    /// The revision you looked at; the current one when left out
    #[arg(long, value_name = "N")]
    expected_revision: Option<u32>,
}

/// Makes a new revision.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let current = client.get_change(&args.change)?.revision;
    let expected_revision = args.expected_revision.unwrap_or(current.number);
    let change = args.material.over(request_of(current))?;
    let request = RevisionRequest { expected_revision, change };
    let change = client.revise_change(&args.change, &request)?;
    show_result(context, &change, "was revised")
}

/// The request that would make this revision again.
fn request_of(revision: Revision) -> ChangeRequest {
    let evidence = revision.evidence.into_iter().map(|e| EvidenceRequest {
        kind: e.kind,
        subject: e.subject,
        issued_at: e.issued_at,
        passed: e.passed,
        digest: e.digest,
        url: e.url,
    });
    ChangeRequest {
        title: revision.title,
        description: revision.description,
        reason: revision.reason,
        plain_summary: revision.plain_summary,
        kind: revision.kind,
        template: revision.template.map(|t| t.name),
        service: revision.service,
        environment: revision.environment,
        artifacts: revision.artifacts,
        parameters: revision.parameters,
        plan: revision.plan,
        evidence: evidence.collect(),
        window: revision.window,
        contributors: revision.contributors,
        source: revision.source,
        impact: Some(revision.impact),
        urgency: Some(revision.urgency),
        complexity: Some(revision.complexity),
        incident: revision.incident,
        attributes: revision.attributes,
        version: revision.version,
        paths: revision.paths,
        supersedes: None,
        submit: true,
    }
}
