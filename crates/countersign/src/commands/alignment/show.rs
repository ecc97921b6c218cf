//! `alignment show` and `cab`: one session, and what a board looks at next.

use anyhow::Result;
use api_types::alignments::{Alignment, AlignmentOutcome, CabChange};

use super::title;
use crate::clock;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::time::moment;
use crate::output::{Line, table};

pub(super) fn when(alignment: &Alignment) -> String {
    moment(&alignment.from, clock::now())
}

const fn word(outcome: Option<AlignmentOutcome>) -> &'static str {
    match outcome {
        Some(AlignmentOutcome::Aligned) => "aligned",
        Some(AlignmentOutcome::NotAligned) => "not aligned",
        Some(AlignmentOutcome::Deferred) => "deferred",
        None => "nothing yet",
    }
}

/// Shows a session.
pub(super) fn one(alignment: &Alignment, context: &Context) -> Result<Exit> {
    if context.out.json {
        context.out.json(alignment)?;
        return Ok(Exit::Ok);
    }
    let out = &context.out;
    out.line(&Line::new().bold(title(alignment)).dim(format!("  {}", alignment.id)));
    let people: Vec<&str> = alignment.participants.iter().map(|p| p.name.as_str()).collect();
    let led =
        format!("{}, led by {} with {}", when(alignment), alignment.chair.name, people.join(", "));
    out.line(&Line::new().plain(led).dim(format!("  {}", alignment.state)));
    let why = |reason: &Option<String>| reason.clone().unwrap_or_else(|| "[erased]".to_owned());
    for moved in &alignment.moves {
        let (by, reason) = (&moved.moved_by.name, why(&moved.reason));
        let to = moment(&moved.from, clock::now());
        out.line(&Line::new().plain(format!("Moved to {to} by {by}: {reason}")));
    }
    if let Some(cancelled) = &alignment.cancellation {
        let (by, reason) = (&cancelled.cancelled_by.name, why(&cancelled.reason));
        out.line(&Line::new().plain(format!("Cancelled by {by}: {reason}")));
    }
    let rows = alignment.agenda.iter().map(|item| {
        vec![
            item.change.clone(),
            item.revision.to_string(),
            format!("{} → {}", item.service, item.environment),
            word(item.outcome).to_owned(),
            item.words.clone().unwrap_or_default(),
        ]
    });
    let headings = ["change", "revision", "where", "what came out", "words"];
    table::show(out, &headings, rows.collect(), "nothing is on the agenda");
    let rows = alignment.concerns.iter().map(|concern| {
        vec![
            concern.number.to_string(),
            concern.change.clone(),
            concern.text.clone().unwrap_or_else(|| "[erased]".to_owned()),
            concern.owner.name.clone(),
            concern.answer.clone().unwrap_or_else(|| concern.state.clone()),
        ]
    });
    let headings = ["concern", "change", "what", "owner", "answer"];
    table::show(out, &headings, rows.collect(), "nobody raised a concern");
    Ok(Exit::Ok)
}

/// Shows what a board looks at next.
pub fn cab(context: &Context) -> Result<Exit> {
    let cab = context.signed_in()?.get_cab()?;
    if context.out.json {
        context.out.json(&cab)?;
        return Ok(Exit::Ok);
    }
    let out = &context.out;
    let place = |c: &CabChange| format!("{} → {}", c.service, c.environment);
    let name = |c: &CabChange| c.title.clone().unwrap_or_else(|| "[erased]".to_owned());
    if let Some(at) = &cab.next_meeting {
        out.line(&Line::new().plain(format!("The board meets next at {at}.")));
    }
    out.line(&Line::new().bold("Agenda"));
    let rows = cab.agenda.iter().map(|c| {
        let why: Vec<&str> = c.reasons.iter().map(|reason| reason.words.as_str()).collect();
        vec![c.change.clone(), name(c), place(c), why.join("; ")]
    });
    let headings = ["change", "title", "where", "why"];
    table::show(out, &headings, rows.collect(), "nothing is high risk, in conflict or unaligned");
    out.line(&Line::new().bold("Told of"));
    let rows = cab.told.iter().map(|c| vec![c.change.clone(), name(c), place(c), c.state.clone()]);
    let headings = ["change", "title", "where", "state"];
    table::show(out, &headings, rows.collect(), "nothing else is open");
    Ok(Exit::Ok)
}
