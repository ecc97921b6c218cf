//! `inbox`: what waits for you, what you hold up, and whom you wait for.

use anyhow::Result;

use crate::clock;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::change::missing_words;
use crate::output::time::relative;
use crate::output::{Line, table};

/// Shows the inbox.
pub fn run(context: &Context) -> Result<Exit> {
    let inbox = context.signed_in()?.inbox()?;
    let out = &context.out;
    if out.json {
        out.json(&inbox)?;
        return Ok(Exit::Ok);
    }
    let now = clock::now();
    out.line(&Line::new().bold("waiting for you"));
    let rows = inbox.waiting_for_you.iter().map(|task| {
        let due = task.due_at.as_ref().map(|due| relative(due, now)).unwrap_or_default();
        let change = &task.change;
        vec![
            change.number.clone(),
            due,
            change.risk_level.clone().unwrap_or_default(),
            format!("{} → {}", change.service, change.environment),
            change.title.clone(),
            format!("{}: {}", task.role, task.why),
        ]
    });
    let headings = ["change", "due", "risk", "target", "title", "you are asked as"];
    table::show(out, &headings, rows.collect(), "nothing; well done");
    if let Some(first) = inbox.waiting_for_you.first() {
        let command = format!("countersign change show {}", first.change.number);
        out.line(&Line::new().info("→ ").plain(command));
    }
    if !inbox.held_by_you.is_empty() {
        out.line(&Line::new());
        out.line(&Line::new().bold("held up by you"));
        let rows = inbox.held_by_you.iter().map(|held| {
            vec![
                held.change.number.clone(),
                held.how.replace('_', " "),
                relative(&held.since, now),
                held.change.title.clone(),
                held.reason.clone().unwrap_or_default(),
            ]
        });
        let headings = ["change", "how", "since", "title", "your reason"];
        table::show(out, &headings, rows.collect(), "");
    }
    if !inbox.you_wait.is_empty() {
        out.line(&Line::new());
        out.line(&Line::new().bold("you wait for others"));
        let rows = inbox.you_wait.iter().map(|waiting| {
            vec![
                waiting.change.number.clone(),
                waiting.change.state.title().to_owned(),
                waiting.change.title.clone(),
                missing_words(&waiting.missing),
            ]
        });
        table::show(out, &["change", "state", "title", "needs"], rows.collect(), "");
    }
    Ok(Exit::Ok)
}
