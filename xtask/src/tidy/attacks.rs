//! `docs/security.md` tells the truth: every test that it names exists, and every attack that has
//! a test named after it is in its tables.

use std::collections::BTreeSet;

use super::coverage::{table_id, tested_ids};
use super::sources::Source;

const PAGE: &str = "docs/security.md";
const OPEN: &str = "## Not covered in this version";
const COUNTS: &str = "Reported counts: ";

/// Everything in the page that the sources contradict, and the other way round.
pub fn problems(sources: &[Source]) -> Vec<String> {
    let Some(page) = sources.iter().find(|source| source.path == PAGE) else {
        return vec![format!("{PAGE}: missing; it lists every attack with its tests")];
    };
    let rust = || sources.iter().filter(|source| source.rust());
    let tests: BTreeSet<&str> = rust().flat_map(|source| functions(&source.text)).collect();
    let mut problems = Vec::new();
    for (number, line) in (1..).zip(page.text.lines()) {
        let Some(id) = table_id(line).filter(|_| is_answered(line)) else { continue };
        let named = tests_of_row(line);
        if named.is_empty() {
            problems.push(format!("{PAGE}:{number}: {id} names no test"));
        }
        for name in named.iter().filter(|name| !tests.contains(*name)) {
            problems.push(format!("{PAGE}:{number}: there is no test `{name}`"));
        }
    }
    let answered = page.text.lines().filter(|line| is_answered(line));
    let listed: BTreeSet<String> = answered.filter_map(table_id).collect();
    let tested: BTreeSet<String> = rust().flat_map(|source| tested_ids(&source.text)).collect();
    for id in tested.difference(&listed).filter(|id| !id.starts_with('M')) {
        problems.push(format!("{PAGE}: {id} has a test of its name and no row"));
    }
    problems.extend(miscounted(&page.text));
    problems
}

/// Whether the sentence at the end counts what the table of open cases lists; the rest of the catalogue
/// is answered.
fn miscounted(page: &str) -> Option<String> {
    let sentence = page.lines().find(|line| line.starts_with(COUNTS))?;
    let words = sentence.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok());
    let said: Vec<usize> = words.collect();
    let open = page.split_once(OPEN).map_or("", |(_, rest)| rest);
    let ids = open
        .lines()
        .filter(|line| line.starts_with("| "))
        .filter_map(|line| line.trim_start_matches("| ").split(" | ").next());
    let case = |word: &&str| word.len() == 3 && word.ends_with(|c: char| c.is_ascii_digit());
    let open = ids.flat_map(str::split_whitespace).filter(case).count();
    let right = matches!(said[..], [answered, all, said] if said == open && answered + open == all);
    (!right)
        .then(|| format!("{PAGE}: {open} cases are listed as not covered, and it says {said:?}"))
}

/// Names after `fn` at the begin of a line.
fn functions(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let line = line.trim_start().trim_start_matches("pub ").trim_start_matches("async ");
        let name = line.strip_prefix("fn ")?;
        name.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next()
    })
}

/// Whether a row has an answer and tests; those of what is not covered have only a reason.
fn is_answered(line: &str) -> bool {
    line.matches(" | ").count() == 3
}

/// What stands in backticks in the last cell of a row.
fn tests_of_row(line: &str) -> Vec<&str> {
    let cells = line.trim_end().trim_end_matches('|');
    let last = cells.rsplit(" | ").next().unwrap_or_default();
    last.split('`').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sources::Kind;
    use super::*;

    fn source(path: &str, text: &str, kind: Kind) -> Source {
        Source { path: path.to_owned(), text: text.to_owned(), kind }
    }

    #[test]
    fn a_test_that_is_not_there_and_an_attack_that_is_not_listed_are_named() {
        let page =
            "| A01 | x | `code` | `a01_one`, `a01_two` |\n| A02 | x | y | |\n| A04 | open |\n";
        let page = source(PAGE, page, Kind::Other);
        let tests = "async fn a01_one() {}\n    fn a03_other() {}\n";
        let tests = source("t.rs", tests, Kind::Development);
        let found = problems(&[page, tests]);
        let expected = [
            "docs/security.md:1: there is no test `a01_two`",
            "docs/security.md:2: A02 names no test",
            "docs/security.md: A03 has a test of its name and no row",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_counts_are_those_of_the_tables() {
        let page = |counts: &str| {
            format!("{OPEN}\n\n| ids | why |\n|---|---|\n| B07 E09 | none |\n\n{COUNTS}{counts}\n")
        };
        assert_eq!(miscounted(&page("8 of the 10 cases are answered, 2 are open.")), None);
        for wrong in
            ["9 of the 10 cases are answered, 2 are open.", "8 of the 9: 1 is open.", "all"]
        {
            assert!(miscounted(&page(wrong)).is_some(), "{wrong}");
        }
    }
}
