//! Rules about one file.

use super::lexer;
use super::sources::{Kind, Source};

/// Where a file stops growing and is split.
const MOST_LINES: usize = 700;

/// Folders of one machine have no place in a committed file. Written in halves, so that this file
/// keeps the rule.
const MACHINE_PATHS: [&str; 2] = [concat!("/wo", "rk/"), concat!("/ro", "ot/")];

/// What ring 0 must not reach for, even through the standard library.
const NOT_IN_RING_0: [&str; 8] = [
    "async fn",
    ".await",
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "SystemTime",
    "Instant::now",
];

/// The one place of ring 0 that reads and writes files: the export an auditor verifies offline, with
/// nothing of ours but that crate.
const READS_FILES: &str = "crates/ledger/src/export_dir";

/// Everything wrong with a file, each as `path:line: what`.
pub fn problems(source: &Source) -> Vec<String> {
    let mut problems = machine_paths(source);
    if source.rust() {
        problems.extend(too_long(source));
    }
    if let Kind::Shipped { package } = &source.kind {
        problems.extend(no_header(source));
        if matches!(package.as_str(), "calendar" | "domain" | "ledger" | "policy") {
            problems.extend(impure(source));
        }
    }
    problems
}

fn too_long(source: &Source) -> Option<String> {
    let lines = source.lines();
    let long = lines > MOST_LINES;
    long.then(|| format!("{}: {lines} lines; split it (stop at {MOST_LINES})", source.path))
}

fn no_header(source: &Source) -> Option<String> {
    let headed = source.text.trim_start().starts_with("//!");
    (!headed).then(|| {
        format!("{}:1: begin with `//!`: its purpose and what it must not do", source.path)
    })
}

fn machine_paths(source: &Source) -> Vec<String> {
    let mut problems = Vec::new();
    for (number, line) in (1..).zip(source.text.lines()) {
        for path in MACHINE_PATHS {
            if line.match_indices(path).any(|(at, _)| begins_a_path(line, at)) {
                problems.push(format!("{}:{number}: names `{path}` of one machine", source.path));
            }
        }
    }
    problems
}

/// Whether the `/` at `at` starts an absolute path rather than going on a relative one or a URL.
fn begins_a_path(line: &str, at: usize) -> bool {
    let before = line.get(..at).and_then(|before| before.chars().next_back());
    !before.is_some_and(|before| before.is_alphanumeric() || "._-~}*".contains(before))
}

fn impure(source: &Source) -> Vec<String> {
    if source.path.starts_with(READS_FILES) {
        return Vec::new();
    }
    let code = lexer::code(&source.text);
    let shipped = code.split("#[cfg(test)]").next().unwrap_or(&code);
    let mut problems = Vec::new();
    for (number, line) in (1..).zip(shipped.lines()) {
        for word in NOT_IN_RING_0.iter().filter(|word| line.contains(*word)) {
            problems.push(format!(
                "{}:{number}: `{word}` in ring 0, which has no I/O, no async and no clock",
                source.path
            ));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str, kind: Kind) -> Source {
        Source { path: path.to_owned(), text: text.to_owned(), kind }
    }

    #[test]
    fn a_folder_of_one_machine_is_named_with_its_line() {
        let text = format!("fine\nsee {}x\na/b{}x\n", MACHINE_PATHS[0], MACHINE_PATHS[0]);
        let found = problems(&source("README.md", &text, Kind::Other));
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("README.md:2: "));
    }

    #[test]
    fn ring_0_code_may_not_read_files_but_its_tests_and_comments_may_say_so() {
        let text = "//! No std::fs here.\nfn a() {}\n#[cfg(test)]\nmod tests { use std::fs; }\n";
        let kind = Kind::Shipped { package: "domain".to_owned() };
        assert_eq!(problems(&source("a.rs", text, kind.clone())), Vec::<String>::new());
        let text = "//! Header.\nuse std::fs;\n";
        assert_eq!(problems(&source("a.rs", text, kind)).len(), 1);
    }

    #[test]
    fn a_shipped_file_begins_with_its_purpose() {
        let kind = Kind::Shipped { package: "app".to_owned() };
        assert_eq!(problems(&source("a.rs", "fn a() {}\n", kind)).len(), 1);
        assert!(problems(&source("b.rs", "fn a() {}\n", Kind::Development)).is_empty());
    }
}
