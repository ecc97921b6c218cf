//! `policy show` and `policy proposals`: what is live, and what wants to be.

use anyhow::Result;
use api_types::policy::ProposalState;

use crate::clock;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::time::moment;
use crate::output::{Line, table};

/// Arguments of `policy show`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print one file of the bundle as it is
    #[arg(long, value_name = "PATH")]
    file: Option<String>,
}

/// Shows the live bundle.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let policy = context.signed_in()?.get_policy()?;
    let out = &context.out;
    if let Some(path) = &args.file {
        let Some(file) = policy.files.iter().find(|f| f.path == *path) else {
            let known: Vec<_> = policy.files.iter().map(|f| f.path.as_str()).collect();
            return Err(Failure::usage(format!("the bundle has no file `{path}`"))
                .next(format!("it has: {}", known.join(", ")))
                .into());
        };
        for line in file.text.lines() {
            out.line(&Line::of(line));
        }
        return Ok(Exit::Ok);
    }
    if out.json {
        out.json(&policy)?;
        return Ok(Exit::Ok);
    }
    let now = clock::now();
    out.line(&Line::new().bold(&policy.name).dim(format!("  {}", policy.digest)));
    if let (Some(at), Some(by)) = (&policy.activated_at, &policy.activated_by) {
        out.line(&Line::new().dim(format!("live since {} by {}", moment(at, now), by.name)));
    }
    let rows = policy.environments.iter().map(|e| {
        let gate = if e.enforce { "blocks" } else { "only records" };
        vec![e.name.clone(), format!("T{}", e.tier), gate.to_owned(), e.title.clone()]
    });
    let headings = ["environment", "tier", "gate", "title"];
    table::show(out, &headings, rows.collect(), "it names no environments");
    for more in &policy.enforced {
        let words = format!("the gate also blocks for {}", more.title);
        out.line(&Line::indented(2).plain(words));
    }
    out.line(&Line::new());
    let rows = policy.rules.iter().map(|rule| {
        vec![
            rule.id.clone(),
            rule.title.clone(),
            if rule.when.is_empty() { "always".to_owned() } else { rule.when.clone() },
            rule.needs.join("; "),
        ]
    });
    table::show(out, &["rule", "title", "when", "needs"], rows.collect(), "it has no rules");
    Ok(Exit::Ok)
}

/// Arguments of `policy proposals`.
#[derive(Debug, clap::Args)]
pub struct ProposalsArgs {
    /// Those that went live or were declined, instead of those that wait
    #[arg(long)]
    decided: bool,
}

/// Shows the proposals.
pub fn proposals(args: &ProposalsArgs, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let proposals = if args.decided {
        client.list_decided_proposals()?
    } else {
        client.list_policy_proposals()?
    };
    if context.out.json {
        context.out.json(&proposals)?;
        return Ok(Exit::Ok);
    }
    if proposals.is_empty() {
        let words = if args.decided { "nothing was decided yet" } else { "no proposal waits" };
        context.out.line(&Line::new().dim(words));
    }
    let now = clock::now();
    for proposal in &proposals {
        let who =
            format!("by {}, {}", proposal.proposed_by.name, moment(&proposal.proposed_at, now));
        context.out.line(
            &Line::new()
                .bold(&proposal.name)
                .plain(format!("  {}  ", word(proposal.state)))
                .dim(who),
        );
        context.out.line(&Line::indented(2).info(&proposal.digest));
        if let Some(reason) = &proposal.reason {
            context.out.line(&Line::indented(2).plain(reason));
        }
        if let Some(at) = &proposal.live_at {
            let words = format!("goes live {}, unless somebody declines it", moment(at, now));
            context.out.line(&Line::indented(2).warn(words));
        }
        if let Some(at) = &proposal.lapsed_at {
            let words =
                format!("another went live {}: it has to be activated again", moment(at, now));
            context.out.line(&Line::indented(2).warn(words));
        }
        super::activate::weaker(&context.out, proposal, "it may ask for less than the live bundle");
        if let (Some(by), Some(at)) = (&proposal.decided_by, &proposal.decided_at) {
            let words = proposal.decision_reason.as_deref().unwrap_or_default();
            let who = format!("decided by {}, {}  ", by.name, moment(at, now));
            context.out.line(&Line::indented(2).dim(who).plain(words));
        }
    }
    Ok(Exit::Ok)
}

const fn word(state: ProposalState) -> &'static str {
    match state {
        ProposalState::Open => "waits",
        ProposalState::Waiting => "goes live after a delay",
        ProposalState::Live => "live",
        ProposalState::Replaced => "replaced",
        ProposalState::Declined => "declined",
    }
}
