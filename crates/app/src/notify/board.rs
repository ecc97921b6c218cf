//! The agenda of a board in words.

use domain::cab::{BoardDigest, BoardItem};

pub(super) fn headline(digest: &BoardDigest, at: &str) -> String {
    match digest.agenda {
        0 => format!("The board meets at {at}, and nothing is to be talked over"),
        1 => format!("The board meets at {at} and talks over 1 change"),
        many => format!("The board meets at {at} and talks over {many} changes"),
    }
}

pub(super) fn detail(digest: &BoardDigest) -> String {
    match digest.told {
        0 => "No other change is open.".to_owned(),
        1 => "1 other open change is only told of.".to_owned(),
        many => format!("{many} other open changes are only told of."),
    }
}

/// What is talked over, each with why, and then what is only told of.
pub(super) fn lines(digest: &BoardDigest) -> Vec<String> {
    let talked = |item: &BoardItem| format!("Agenda: {}: {}", place(item), item.why.join("; "));
    let mut lines: Vec<String> = digest.first.iter().map(talked).collect();
    lines.extend(more(digest.agenda, digest.first.len(), "on the agenda"));
    lines.extend(digest.others.iter().map(|item| format!("Told of: {}", place(item))));
    lines.extend(more(digest.told, digest.others.len(), "told of"));
    lines
}

fn place(item: &BoardItem) -> String {
    format!("{} ({} to {})", item.number, item.service, item.environment)
}

fn more(all: u32, named: usize, what: &str) -> Option<String> {
    let more = all.saturating_sub(u32::try_from(named).unwrap_or(u32::MAX));
    (more > 0).then(|| format!("and {more} more {what}"))
}
