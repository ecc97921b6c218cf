//! Which requirements and attacks have a test named after them. Informative: it fails nothing.

use std::collections::BTreeSet;

use super::sources::Source;
use crate::workspace;

/// Where ids are defined: committed tables, and the planning papers beside a developer's checkout.
const CATALOGUES: [&str; 4] =
    ["README.md", "docs/security.md", "../shared/REQUIREMENTS.md", "../shared/ATTACKS.md"];

pub fn print(sources: &[Source]) {
    let tested: BTreeSet<String> =
        sources.iter().filter(|source| source.rust()).flat_map(|s| tested_ids(&s.text)).collect();
    let mut known = BTreeSet::new();
    for catalogue in CATALOGUES {
        let text = std::fs::read_to_string(workspace::root().join(catalogue)).unwrap_or_default();
        known.extend(text.lines().filter_map(table_id));
    }
    let (done, missing): (Vec<&String>, Vec<&String>) =
        known.iter().partition(|id| tested.contains(*id));
    println!(
        "\nrequirements and attacks with a test of their name: {} of {}",
        done.len(),
        known.len()
    );
    println!("without: {}", join(&missing));
    let unknown: Vec<&String> = tested.difference(&known).collect();
    if !unknown.is_empty() {
        println!("tests named after an unknown id: {}", join(&unknown));
    }
}

fn join(ids: &[&String]) -> String {
    ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(" ")
}

/// The ids in test names: `fn m3_2_…` serves `M3.2`, `fn a01_…` answers `A01`.
pub(super) fn tested_ids(text: &str) -> Vec<String> {
    let names = text.lines().filter_map(|line| {
        let line = line.trim_start().trim_start_matches("pub ").trim_start_matches("async ");
        line.strip_prefix("fn ")
    });
    names.filter_map(id_of_name).collect()
}

fn id_of_name(name: &str) -> Option<String> {
    let (letter, rest) = (name.chars().next()?, name.get(1..)?);
    let mut parts = rest.split('_');
    let first = number(parts.next()?)?;
    if letter == 'm' {
        return Some(format!("M{first}.{}", number(parts.next()?)?));
    }
    let attack = ('a'..='l').contains(&letter) && first.len() == 2 && parts.next().is_some();
    attack.then(|| format!("{}{first}", letter.to_ascii_uppercase()))
}

fn number(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

/// The id in the first cell of a table row, as in `| A01 | …` or `| M3.2 | …`.
pub(super) fn table_id(line: &str) -> Option<String> {
    let cell = line.strip_prefix('|')?.split('|').next()?.trim();
    let (letter, rest) = (cell.chars().next()?, cell.get(1..)?);
    let numbers = rest.split('.').all(|part| number(part).is_some());
    let attack = ('A'..='L').contains(&letter) && rest.len() == 2;
    (numbers && (attack || letter == 'M' && rest.contains('.'))).then(|| cell.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_names_lead_to_ids() {
        let text = "fn m3_2_risk_adds_approvers() {}\n    async fn a01_swapped_digest() {}\n\
                    fn a1_not_an_id() {}\nfn main() {}\nfn age_12() {}\n";
        assert_eq!(tested_ids(text), ["M3.2", "A01"]);
    }

    #[test]
    fn table_rows_define_ids() {
        assert_eq!(table_id("| A01 | swap |"), Some("A01".to_owned()));
        assert_eq!(table_id("| M3.2 | routing |"), Some("M3.2".to_owned()));
        assert_eq!(table_id("| # | attack |"), None);
        assert_eq!(table_id("A01"), None);
    }
}
