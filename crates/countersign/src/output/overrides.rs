//! An override in one line. It is never called approved.

use api_types::overrides::Override;
use jiff::Timestamp;

use super::line::Line;
use super::time::{moment, relative};

/// Who overrode, until when, and how its review stands.
pub fn line(opened: &Override, now: Timestamp) -> Line {
    let stands = match (opened.open, &opened.used_by) {
        (true, _) => format!("opens the gate until {}", moment(&opened.valid_until, now)),
        (false, Some(deployment)) => format!("let {deployment} through"),
        (false, None) => "ended unused".to_owned(),
    };
    let review = match &opened.review {
        Some(review) => format!("reviewed by {}: {}", review.by.name, review.outcome.title()),
        None if opened.overdue => "review overdue".to_owned(),
        None => format!("to be reviewed by {}", moment(&opened.review_due_at, now)),
    };
    Line::new()
        .bad("overridden ")
        .plain(format!(
            "for {} by {}, {}; {stands}; {review}",
            opened.incident,
            opened.by.name,
            relative(&opened.opened_at, now)
        ))
        .dim(format!("  {}", opened.id))
}
