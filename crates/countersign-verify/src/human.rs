//! The result for people.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::path::Path;

use ledger::cosignature::rfc3339;
use ledger::export_dir::{Failure, KeySource, VerifyReport};

use crate::Outcome;

/// Problems shown one by one.
const MAX_SHOWN: usize = 25;

/// Whether colours are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    colours: bool,
}

impl Style {
    /// Colours on a terminal, unless `NO_COLOR` says otherwise.
    pub fn of_terminal() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { colours: wanted && std::io::stdout().is_terminal() }
    }

    /// A line with its mark. Control characters in it came from the export and are replaced.
    pub fn line(self, good: bool, text: &str) -> String {
        let text: String =
            text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
        let (mark, colour) = if good { ("✓", 32) } else { ("✗", 31) };
        if self.colours {
            format!("\x1b[{colour}m{mark}\x1b[0m {text}\n")
        } else {
            format!("{mark} {text}\n")
        }
    }

    fn verdict(self, good: bool, text: &str) -> String {
        let colour = if good { 32 } else { 31 };
        if self.colours { format!("\x1b[1;{colour}m{text}\x1b[0m\n") } else { format!("{text}\n") }
    }
}

pub fn render(dir: &Path, outcome: &Outcome, style: Style) -> String {
    let mut out = String::new();
    match &outcome.result {
        Ok(report) => {
            head(&mut out, dir, report);
            proven(&mut out, report, style);
            details(&mut out, report, outcome);
            out.push('\n');
            let verdict = match report.key_source {
                Some(KeySource::Pinned) => "VERIFIED",
                _ => "VERIFIED, but only against the key in the export",
            };
            out += &style.verdict(true, verdict);
        }
        Err(failure) => {
            head(&mut out, dir, &failure.report);
            failed(&mut out, failure, style);
        }
    }
    out
}

fn head(out: &mut String, dir: &Path, report: &VerifyReport) {
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(out, "Countersign log in {}", dir.display());
    if let (Some(at), Some(tool)) = (&report.exported_at, &report.tool) {
        let _ = writeln!(out, "  exported {} by {}", clean(at), clean(tool));
    }
    if let Some(key) = &report.key {
        let _ = writeln!(out, "  key {key}");
    }
    if report.key_source == Some(KeySource::Export) {
        out.push_str(
            "\n  !! THE KEY WAS TAKEN FROM THE EXPORT ITSELF.\n\
             \x20 !! Whoever made this folder could have chosen it. This run finds damage, but it does\n\
             \x20 !! not show whose log this is. For an audit, get the key another way and use --key.\n",
        );
    }
    out.push('\n');
}

fn proven(out: &mut String, report: &VerifyReport, style: Style) {
    if let Some(checkpoint) = &report.checkpoint {
        *out += &style.line(true, &format!("the checkpoint of {} is signed", checkpoint.origin));
        let text = format!(
            "all {} entries are those that were signed for (root {})",
            grouped(checkpoint.size),
            checkpoint.root
        );
        *out += &style.line(true, &text);
    }
    if report.rotations > 0 {
        let text = format!("{} changes of key, each signed by both keys", report.rotations);
        *out += &style.line(true, &text);
    }
    if report.known_continued > 0 {
        let text =
            format!("the log continues the {} kept checkpoint(s) given", report.known_continued);
        *out += &style.line(true, &text);
    }
    bound(out, report, style);
    let text = format!(
        "{} disclosed values are those the entries commit to; {} are withheld or erased",
        grouped(report.disclosed),
        grouped(report.withheld)
    );
    *out += &style.line(true, &text);
    if !report.signed_votes.is_empty() {
        let count = grouped(report.signed_votes.len() as u64);
        let text = format!("{count} votes are signed by their voters, with keys registered before");
        *out += &style.line(true, &text);
    }
    *out += &style.line(true, "no file is missing, changed or too many");
}

/// Until when entries existed, and of how many nobody else has said so yet.
fn bound(out: &mut String, report: &VerifyReport, style: Style) {
    let Some(bound) = &report.bound else { return };
    let (size, at, who) = (grouped(bound.size), rfc3339(bound.time), bound.witnesses.join(", "));
    let text = format!("every entry below {size} existed before {at}, says {who}");
    *out += &style.line(true, &text);
    *out += &style.line(true, "no recorded time contradicts what witnesses saw, to a minute");
    let unseen = report.entries.saturating_sub(bound.size);
    if unseen > 0 {
        let count = grouped(unseen);
        let _ = writeln!(out, "  the newest {count} are not seen by enough witnesses yet");
    }
}

fn details(out: &mut String, report: &VerifyReport, outcome: &Outcome) {
    out.push('\n');
    if let (Some(first), Some(last)) = (&report.first_time, &report.last_time) {
        let _ = writeln!(out, "  entries from {} to {}", clean(first), clean(last));
    }
    let mut kinds: Vec<_> = report.kinds.iter().collect();
    kinds.sort_by(|a, b| b.1.cmp(a.1));
    for (kind, count) in kinds {
        let _ = writeln!(out, "  {:>12}  {}", grouped(*count), clean(kind));
    }
    out.push_str(if report.full {
        "  checked: every byte, and every entry parsed and in canonical form\n"
    } else {
        "  checked: every byte; entries were not parsed as JSON in full (--full does that)\n"
    });
    let seconds = outcome.elapsed.as_secs_f64().max(1e-9);
    let _ = writeln!(
        out,
        "  took {seconds:.2} s: {} entries/s, {:.0} MB/s",
        grouped((report.entries as f64 / seconds) as u64),
        report.entry_bytes as f64 / 1e6 / seconds
    );
    for warning in &report.warnings {
        let _ = writeln!(out, "  note: {warning}");
    }
}

fn failed(out: &mut String, failure: &Failure, style: Style) {
    for problem in failure.problems.iter().take(MAX_SHOWN) {
        *out += &style.line(false, &problem.to_string());
    }
    let hidden = failure.problems.len().saturating_sub(MAX_SHOWN) as u64 + failure.unlisted;
    if hidden > 0 {
        let _ = writeln!(out, "  and {} more", grouped(hidden));
    }
    let count = failure.problems.len() as u64 + failure.unlisted;
    let noun = if count == 1 { "problem" } else { "problems" };
    out.push('\n');
    *out += &style.verdict(false, &format!("NOT VERIFIED: {} {noun}", grouped(count)));
    out.push_str(
        "\nWhat to do next\n\
         \x20 1. Do not rely on this copy, and do not repair it: it may be evidence.\n\
         \x20 2. Export or fetch the named files again and verify that copy with the same --key.\n\
         \x20    Damage on the way or on this disk goes away; a change of the log itself stays.\n\
         \x20 3. If it stays, the log was changed after it was signed. Entries not named here are\n\
         \x20    still as they were signed. Ask for the log's backups and the checkpoints its\n\
         \x20    witnesses keep, and compare them with yours (--checkpoint).\n",
    );
}

/// Text from the export, safe to print.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_thousands_apart() {
        let shown: Vec<String> = [0, 12, 999, 1000, 1_234_567].map(grouped).into();
        assert_eq!(shown, ["0", "12", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a17_control_characters_from_the_export_never_reach_the_terminal() {
        let line = Style { colours: false }.line(false, "kind \u{1b}[2J\u{7}");
        assert_eq!(line, "✗ kind \u{fffd}[2J\u{fffd}\n");
    }
}
