//! A verdict for people: the answer first, then why, then what to do.

use api_types::gate::{Answer, VerdictAnswer};
use jiff::Timestamp;

use super::line::{Line, Style};
use super::time::moment;
use super::tree::{self, Depth};

/// The answer in one line.
pub fn headline(verdict: &VerdictAnswer) -> Line {
    let (style, words) = match verdict.answer {
        Answer::Allow if verdict.override_id.is_some() => (Style::Warn, "! overridden"),
        Answer::Allow => (Style::Good, "✓ allowed"),
        Answer::Pending => (Style::Warn, "○ pending"),
        Answer::Deny => (Style::Bad, "✗ denied"),
        Answer::Unknown => (Style::Warn, "? unknown"),
    };
    let mut line = Line::new().push(style, words).plain(": ").plain(&verdict.summary);
    if matches!(verdict.answer, Answer::Deny | Answer::Unknown) {
        line = line.dim(format!(" ({})", verdict.code));
    }
    if let Some(change) = &verdict.change {
        line = line.plain("  ").info(&change.number);
    }
    line
}

/// Whether the reasons are the summary once more.
fn says_only_the_summary(verdict: &VerdictAnswer) -> bool {
    match verdict.explanation.children.as_slice() {
        [only] => only.title == verdict.summary && only.children.is_empty(),
        _ => false,
    }
}

/// The answer with its reasons.
pub fn lines(verdict: &VerdictAnswer, depth: Depth, now: Timestamp) -> Vec<Line> {
    let mut lines = vec![headline(verdict)];
    if !says_only_the_summary(verdict) {
        for part in tree::parts(&verdict.explanation, depth, now) {
            lines.push(Line::indented(2).append(part));
        }
    }
    if let Some(edge) = &verdict.next_edge {
        let when = moment(&edge.at, now);
        lines.push(Line::indented(2).dim(format!("next: {} at {when}", edge.what)));
    }
    if let Some(grant) = &verdict.grant {
        let until = moment(&grant.grant.expires_at, now);
        lines.push(
            Line::indented(2)
                .dim("grant ")
                .info(&grant.grant.id)
                .dim(format!(", log entry {}, redeem until {until}", grant.receipt.index)),
        );
    }
    if !verdict.enforced && verdict.answer != Answer::Allow {
        lines.push(
            Line::new().warn("the gate only records here: nothing is stopped, and it is on record"),
        );
    }
    lines
}
