//! Waiting for the gate: long polls until the answer is not `pending` any more.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::Result;
use api_types::gate::{Answer, GateQuestion, VerdictAnswer};
use client::Client;
use jiff::SignedDuration;

use crate::clock;
use crate::output::change::missing_words;
use crate::output::progress::Progress;

/// One poll; below the server's limit of 60. Each is a question on record, so few long ones.
const POLL: Duration = Duration::from_secs(50);
/// How often to look who is still needed meanwhile.
const LOOK: Duration = Duration::from_secs(2);
/// A server that answers sooner, or not at all, is not asked more often than this.
const FLOOR: Duration = Duration::from_secs(1);

/// Asks until there is a decision or the time is up; then gives the last answer.
///
/// # Errors
/// The server refuses the question, or can't be reached when the time is up.
pub fn until_decided(
    client: &Client,
    question: &GateQuestion,
    wait: SignedDuration,
    progress: &Progress,
) -> Result<VerdictAnswer> {
    std::thread::scope(|scope| {
        let (stop, stopped) = channel::<()>();
        if let (Some(change), true) = (question.change.as_deref(), wait.is_positive()) {
            scope.spawn(move || watch(client, change, progress, &stopped));
        }
        let decided = ask_until_decided(client, question, wait, progress);
        drop(stop);
        decided
    })
}

/// Shows who is still needed, until told to stop or not allowed to look. Looking leaves no trace.
fn watch(client: &Client, change: &str, progress: &Progress, stopped: &Receiver<()>) {
    while stopped.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
        match client.get_change(change) {
            Ok(change) if change.missing.is_empty() => {}
            Ok(change) => {
                let needs = missing_words(&change.missing);
                progress.waiting_for(&format!("{}: needs {needs}", change.number));
            }
            Err(error) if error.is_unknown() => {}
            Err(_) => return,
        }
    }
}

fn ask_until_decided(
    client: &Client,
    question: &GateQuestion,
    wait: SignedDuration,
    progress: &Progress,
) -> Result<VerdictAnswer> {
    let began = Instant::now();
    let wait = wait.unsigned_abs();
    loop {
        let asked = Instant::now();
        let left = wait.saturating_sub(began.elapsed());
        let poll = u32::try_from(left.min(POLL).as_secs()).unwrap_or(0);
        match client.ask_gate(question, poll) {
            Ok(verdict) if poll == 0 || !is_waiting(&verdict) => return Ok(verdict),
            Ok(verdict) => progress.waiting_for(&words(&verdict)),
            Err(error) if error.is_unknown() && !left.is_zero() => {
                progress.waiting_for(&format!("the server is not answering ({error})"));
            }
            Err(error) => return Err(error.into()),
        }
        clock::pause(FLOOR.saturating_sub(asked.elapsed()).min(left));
    }
}

/// Whether time or people can still change this answer.
fn is_waiting(verdict: &VerdictAnswer) -> bool {
    verdict.enforced && verdict.answer == Answer::Pending
}

/// What an undecided answer waits for.
pub fn words(verdict: &VerdictAnswer) -> String {
    let number = verdict.change.as_ref().map(|c| format!("{}: ", c.number)).unwrap_or_default();
    if verdict.missing.is_empty() {
        format!("{number}{}", verdict.summary)
    } else {
        format!("{number}needs {}", missing_words(&verdict.missing))
    }
}
