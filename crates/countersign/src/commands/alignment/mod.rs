//! `alignment`: sessions in which complex changes are talked over before they are handed in.

mod show;

use anyhow::Result;
use api_types::alignments::{
    Alignment, AlignmentMoveRequest, AlignmentOutcome, AlignmentRequest, ConcernRequest,
    ConclusionRequest,
};
use clap::{Subcommand, ValueEnum};

use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Line, table};

pub use show::cab;

const AFTER_HELP: &str = "\
Examples:
  countersign cab
  countersign alignment open --title \"Move of checkout\" --from 2026-11-27T09:00:00Z \\
      --until 2026-11-27T10:00:00Z --zone Europe/Berlin --with prs_01jd3k9q7h2v5n8m4c6b0tzxrw CHG-1042
  countersign alignment move aln_01jd3k9q7h2v5n8m4c6b0tzxrw --from 2026-11-30T09:00:00Z \\
      --until 2026-11-30T10:00:00Z -m \"half of us are ill\"
  countersign alignment concern aln_01jd3k9q7h2v5n8m4c6b0tzxrw CHG-1042 -m \"who rolls it back?\"
  countersign alignment answer aln_01jd3k9q7h2v5n8m4c6b0tzxrw 1 -m \"the rota of operations\"
  countersign alignment conclude aln_01jd3k9q7h2v5n8m4c6b0tzxrw CHG-1042 aligned -m \"as the plan says\"
  countersign alignment close aln_01jd3k9q7h2v5n8m4c6b0tzxrw

Where a rule of policy says `alignment: required`, a change can be handed in only once a session is
closed in which exactly its current revision was aligned: keep it a draft until then (`change create
--draft`). What comes out of a session is never an approval.";

/// Commands about alignment sessions.
#[derive(Debug, Subcommand)]
#[command(after_help = AFTER_HELP)]
pub enum Command {
    /// Sessions, the newest first
    List(ListArgs),
    /// One session: agenda, concerns, what came out
    Show(ShowArgs),
    /// Open one about changes as they are now
    Open(OpenArgs),
    /// Give it another time, as the chair or who opened it; all are told
    Move(MoveArgs),
    /// Cancel it, as the chair or who opened it; all are told
    Cancel(CancelArgs),
    /// Raise a concern about a change on the agenda
    Concern(ConcernArgs),
    /// Answer a concern that is yours
    Answer(AnswerArgs),
    /// Say what came out for a change, as the chair
    Conclude(ConcludeArgs),
    /// Close it, as the chair: what came out counts from then on
    Close(ShowArgs),
}

/// Arguments of `alignment list`.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Also those that are closed or cancelled
    #[arg(long)]
    all: bool,
}

/// Arguments of commands that need nothing but the session.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// The session
    #[arg(value_name = "ID")]
    alignment: String,
}

/// Arguments of `alignment open`.
#[derive(Debug, clap::Args)]
pub struct OpenArgs {
    /// What it is for, in one line
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// When it begins, RFC 3339
    #[arg(long, value_name = "TIME")]
    from: String,
    /// When it ends, RFC 3339
    #[arg(long, value_name = "TIME")]
    until: String,
    /// The time zone it is set in, by its IANA name
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    zone: String,
    /// The person who leads it; you when left out
    #[arg(long, value_name = "PERSON")]
    chair: Option<String>,
    /// A person who takes part beside the chair (repeat for several)
    #[arg(long = "with", value_name = "PERSON", required = true)]
    participants: Vec<String>,
    /// The changes that are talked over
    #[arg(value_name = "CHG", required = true)]
    agenda: Vec<String>,
}

/// Arguments of `alignment move`.
#[derive(Debug, clap::Args)]
pub struct MoveArgs {
    /// The session
    #[arg(value_name = "ID")]
    alignment: String,
    /// When it begins, RFC 3339
    #[arg(long, value_name = "TIME")]
    from: String,
    /// When it ends, RFC 3339
    #[arg(long, value_name = "TIME")]
    until: String,
    /// The time zone it is set in, by its IANA name; as before when left out
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// Why it is moved
    #[arg(long, short = 'm', value_name = "TEXT")]
    reason: String,
}

/// Arguments of `alignment cancel`.
#[derive(Debug, clap::Args)]
pub struct CancelArgs {
    /// The session
    #[arg(value_name = "ID")]
    alignment: String,
    /// Why it is not held
    #[arg(long, short = 'm', value_name = "TEXT")]
    reason: String,
}

/// Arguments of `alignment concern`.
#[derive(Debug, clap::Args)]
pub struct ConcernArgs {
    /// The session
    #[arg(value_name = "ID")]
    alignment: String,
    /// The change it is about
    #[arg(value_name = "CHG")]
    change: String,
    /// What the concern is
    #[arg(long = "text", short = 'm', value_name = "TEXT")]
    text: String,
    /// The person who has to answer it; whoever asked for the change when left out
    #[arg(long, value_name = "PERSON")]
    owner: Option<String>,
}

/// Arguments of `alignment answer`.
#[derive(Debug, clap::Args)]
pub struct AnswerArgs {
    /// The session
    #[arg(value_name = "ID")]
    alignment: String,
    /// Number of the concern
    #[arg(value_name = "N")]
    number: u32,
    /// What answers it
    #[arg(long = "text", short = 'm', value_name = "TEXT")]
    text: String,
}

/// What can come out for a change.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum OutcomeArg {
    /// They agree on how it is done; no approval
    Aligned,
    /// They don't
    NotAligned,
    /// Another session takes it up
    Deferred,
}

/// Arguments of `alignment conclude`.
#[derive(Debug, clap::Args)]
pub struct ConcludeArgs {
    /// The session
    #[arg(value_name = "ID")]
    alignment: String,
    /// The change
    #[arg(value_name = "CHG")]
    change: String,
    /// What came out
    #[arg(value_name = "OUTCOME")]
    outcome: OutcomeArg,
    /// What was agreed, or what is in the way
    #[arg(long = "text", short = 'm', value_name = "TEXT")]
    words: String,
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    match command {
        Command::List(args) => list(&args, client.list_alignments()?, context),
        Command::Show(args) => show::one(&client.get_alignment(&args.alignment)?, context),
        Command::Open(args) => {
            let request = AlignmentRequest {
                title: args.title,
                from: args.from.into(),
                until: args.until.into(),
                time_zone: Some(args.zone),
                chair: args.chair,
                participants: args.participants,
                agenda: args.agenda,
            };
            said(context, &client.open_alignment(&request)?, "is open")
        }
        Command::Move(args) => {
            let request = AlignmentMoveRequest {
                from: args.from.into(),
                until: args.until.into(),
                time_zone: args.zone,
                reason: args.reason,
            };
            let done = client.move_alignment(&args.alignment, &request)?;
            said(context, &done, &format!("begins {}", show::when(&done)))
        }
        Command::Cancel(args) => {
            let done = client.cancel_alignment(&args.alignment, &args.reason)?;
            said(context, &done, "is cancelled")
        }
        Command::Concern(args) => {
            let ConcernArgs { alignment, change, text, owner } = args;
            let request = ConcernRequest { change, text, owner };
            said(context, &client.raise_concern(&alignment, &request)?, "has another concern")
        }
        Command::Answer(args) => {
            let done = client.answer_concern(&args.alignment, args.number, &args.text)?;
            said(context, &done, "has an answer")
        }
        Command::Conclude(args) => {
            let outcome = match args.outcome {
                OutcomeArg::Aligned => AlignmentOutcome::Aligned,
                OutcomeArg::NotAligned => AlignmentOutcome::NotAligned,
                OutcomeArg::Deferred => AlignmentOutcome::Deferred,
            };
            let request = ConclusionRequest { change: args.change, outcome, words: args.words };
            let done = client.conclude_alignment(&args.alignment, &request)?;
            said(context, &done, "says what came out; it counts once you close it")
        }
        Command::Close(args) => {
            said(context, &client.close_alignment(&args.alignment)?, "is closed")
        }
    }
}

fn title(alignment: &Alignment) -> &str {
    alignment.title.as_deref().unwrap_or("[erased]")
}

fn said(context: &Context, alignment: &Alignment, what: &str) -> Result<Exit> {
    if context.out.json {
        context.out.json(alignment)?;
        return Ok(Exit::Ok);
    }
    let line = Line::new().good("✓ ").bold(title(alignment)).plain(format!(" {what}"));
    context.out.line(&line.dim(format!("  {}", alignment.id)));
    Ok(Exit::Ok)
}

fn list(args: &ListArgs, mut all: Vec<Alignment>, context: &Context) -> Result<Exit> {
    all.retain(|alignment| args.all || alignment.state == "open");
    if context.out.json {
        context.out.json(&all)?;
        return Ok(Exit::Ok);
    }
    let rows = all.iter().map(|a| {
        let agenda: Vec<&str> = a.agenda.iter().map(|item| item.change.as_str()).collect();
        let open = a.concerns.iter().filter(|concern| concern.state == "open").count();
        vec![
            a.id.clone(),
            title(a).to_owned(),
            show::when(a),
            a.chair.name.clone(),
            agenda.join(", "),
            open.to_string(),
            a.state.clone(),
        ]
    });
    let headings = ["session", "title", "when", "chair", "agenda", "open concerns", "state"];
    table::show(&context.out, &headings, rows.collect(), "no session is open");
    Ok(Exit::Ok)
}
