//! The explanation tree in a terminal: each check, how it came out, and who could supply what is
//! missing (I8).

use api_types::PersonRef;
use api_types::explanation::{Explanation, Missing, Outcome};
use jiff::Timestamp;

use super::line::{Line, Style};
use super::time::moment;

const INDENT: usize = 2;

/// How much of the tree to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What does not concern this change is left out.
    Relevant,
    /// Everything.
    Whole,
}

/// The tree as lines.
pub fn lines(tree: &Explanation, depth: Depth, now: Timestamp) -> Vec<Line> {
    let mut lines = Vec::new();
    node(tree, depth, now, 0, &mut lines);
    lines
}

/// The parts of a tree as lines, without its root.
pub fn parts(tree: &Explanation, depth: Depth, now: Timestamp) -> Vec<Line> {
    let mut lines = Vec::new();
    for child in &tree.children {
        node(child, depth, now, 0, &mut lines);
    }
    lines
}

/// The sign of an outcome, in its style.
pub const fn mark(outcome: Outcome) -> (Style, &'static str) {
    match outcome {
        Outcome::Satisfied => (Style::Good, "✓"),
        Outcome::Missing => (Style::Warn, "○"),
        Outcome::Denied => (Style::Bad, "✗"),
        Outcome::Unknown => (Style::Warn, "?"),
        Outcome::NotApplicable => (Style::Dim, "–"),
        Outcome::Info => (Style::Dim, "·"),
    }
}

fn node(tree: &Explanation, depth: Depth, now: Timestamp, column: usize, lines: &mut Vec<Line>) {
    if depth == Depth::Relevant && tree.outcome == Outcome::NotApplicable {
        return;
    }
    let (style, sign) = mark(tree.outcome);
    let quiet = matches!(tree.outcome, Outcome::NotApplicable | Outcome::Info);
    let title = if quiet { Style::Dim } else { Style::Plain };
    lines.push(Line::indented(column).push(style, sign).plain(" ").push(title, &tree.title));
    let below = column + INDENT;
    if let Some(detail) = &tree.detail {
        lines.push(Line::indented(below).dim(detail));
    }
    for vote in &tree.counted {
        let together = if vote.in_bulk { ", in bulk" } else { "" };
        lines.push(
            Line::indented(below)
                .good("✓ ")
                .plain(&vote.person.name)
                .dim(format!(" as {}{together}", vote.role)),
        );
    }
    for vote in &tree.dead {
        lines.push(
            Line::indented(below)
                .dim("– ")
                .plain(&vote.person.name)
                .dim(format!(" does not count: {}", vote.why)),
        );
    }
    if let Some(missing) = &tree.missing {
        lines.push(Line::indented(below).warn("needs ").plain(needs(missing)));
        if !missing.asked.is_empty() {
            let asked: Vec<&str> = missing.asked.iter().map(name).collect();
            lines.push(Line::indented(below).dim(format!("asked: {}", asked.join(", "))));
        }
    }
    if let Some(rule) = &tree.rule {
        let place = format!("rule {} ({}:{})", rule.id, rule.file, rule.line);
        lines.push(Line::indented(below).dim(place));
    }
    if let Some(edge) = &tree.next {
        let words = format!("{}: {}", edge.what, moment(&edge.at, now));
        lines.push(Line::indented(below).dim(words));
    }
    for child in &tree.children {
        node(child, depth, now, below, lines);
    }
}

/// `2 more of service-owner or cab: Ada, Bob or 3 others`.
pub fn needs(missing: &Missing) -> String {
    format!("{} more of {}: {}", missing.count, missing.roles.join(" or "), who(missing))
}

fn who(missing: &Missing) -> String {
    let names: Vec<&str> = missing.people.iter().map(name).collect();
    let others = usize::try_from(missing.candidates).unwrap_or(usize::MAX) - missing_shown(missing);
    match (names.as_slice(), others) {
        ([], 0) => "nobody can give it now; an admin must fill the role".to_owned(),
        ([], n) => format!("{n} people can give it"),
        (names, 0) => one_of(names),
        (names, 1) => format!("{} or 1 other", names.join(", ")),
        (names, n) => format!("{} or {n} others", names.join(", ")),
    }
}

fn missing_shown(missing: &Missing) -> usize {
    missing.people.len().min(usize::try_from(missing.candidates).unwrap_or(usize::MAX))
}

fn name(person: &PersonRef) -> &str {
    if person.name.is_empty() { &person.id } else { &person.name }
}

fn one_of(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use api_types::explanation::{CountedVote, DeadVote, Edge, Reach, RuleRef};

    use super::*;

    fn person(name: &str) -> PersonRef {
        PersonRef { id: format!("prs_{name}"), name: name.to_owned() }
    }

    fn missing(people: &[&str], candidates: u32) -> Missing {
        Missing {
            asked: Vec::new(),
            requirement: None,
            count: 1,
            roles: vec!["service-owner".to_owned(), "cab".to_owned()],
            reach: Reach::Covering,
            candidates,
            people: people.iter().map(|p| person(p)).collect(),
        }
    }

    fn tree() -> Explanation {
        let mut needs = Explanation::new(Outcome::Missing, "requirement_missing", "2 of cab");
        needs.detail = Some("production needs the board".to_owned());
        needs.rule =
            Some(RuleRef { id: "cab".into(), file: "rules/production.yaml".into(), line: 12 });
        needs.counted = vec![CountedVote {
            vote: "vot_1".into(),
            person: person("Ada"),
            role: "cab".into(),
            on_behalf_of: None,
            deputy_of: None,
            in_bulk: false,
        }];
        needs.dead = vec![DeadVote {
            vote: "vot_2".into(),
            person: person("Bob"),
            code: "sod_author".into(),
            why: "the voter wrote it".into(),
        }];
        needs.missing = Some(missing(&["Cy", "Di"], 5));
        needs.next =
            Some(Edge { at: "2026-11-22T12:00:00Z".into(), what: "the request expires".into() });
        let mut root = Explanation::new(Outcome::Missing, "approvals", "approvals are missing");
        root.children = vec![
            Explanation::new(Outcome::Satisfied, "state", "nothing holds it"),
            needs,
            Explanation::new(Outcome::NotApplicable, "rule", "rule pci does not apply"),
            Explanation::new(Outcome::Denied, "digest", "evil \u{1b}[2J title"),
            Explanation::new(Outcome::Unknown, "unknown", "nobody knows"),
        ];
        root
    }

    fn shown(depth: Depth) -> String {
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        let lines: Vec<String> =
            lines(&tree(), depth, now).iter().map(|l| l.render(false)).collect();
        lines.join("\n")
    }

    #[test]
    fn the_tree_says_what_is_missing_and_who_could_give_it() {
        assert_eq!(
            shown(Depth::Relevant),
            "\
○ approvals are missing
  ✓ nothing holds it
  ○ 2 of cab
    production needs the board
    ✓ Ada as cab
    – Bob does not count: the voter wrote it
    needs 1 more of service-owner or cab: Cy, Di or 3 others
    rule cab (rules/production.yaml:12)
    the request expires: 2026-11-22 12:00 UTC (in 2 h)
  ✗ evil \\u{1b}[2J title
  ? nobody knows"
        );
        assert!(shown(Depth::Whole).contains("– rule pci does not apply"));
    }

    #[test]
    fn an_empty_role_says_that_nobody_can() {
        assert!(needs(&missing(&[], 0)).ends_with("an admin must fill the role"));
        assert!(needs(&missing(&["Ada"], 1)).ends_with(": Ada"));
        assert!(needs(&missing(&["Ada", "Bob"], 2)).ends_with(": Ada or Bob"));
        assert!(needs(&missing(&["Ada"], 2)).ends_with(": Ada or 1 other"));
        assert!(needs(&missing(&["Ada"], 0)).ends_with(": Ada"));
    }
}
