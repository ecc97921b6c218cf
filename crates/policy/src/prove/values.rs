//! One value for each class that the tests of a field split its values into.

use std::collections::BTreeSet;

use crate::expr::{IntRange, Test};

/// Most parts of one text whose every combination is tried.
const MAX_PARTS: usize = 7;
/// Stands between parts; no condition that people write contains it.
const BETWEEN: &str = "\u{b7}";

/// One number of every class, `plain` first. Between two neighbouring constants all numbers answer
/// alike.
pub(super) fn numbers(tests: &BTreeSet<Test>, range: IntRange, plain: i64) -> Vec<i64> {
    let constants = tests.iter().filter_map(|test| match test {
        Test::Number(constant) => Some(*constant),
        _ => None,
    });
    let mut found = BTreeSet::from([range.min, range.max]);
    for constant in constants.clone() {
        found.extend([constant.saturating_sub(1), constant, constant.saturating_add(1)]);
    }
    let constants: BTreeSet<i64> = constants.collect();
    let class = |number: i64| (constants.range(..number).count(), constants.contains(&number));
    let mut seen = BTreeSet::from([class(plain)]);
    let mut kept = vec![plain];
    // Small numbers before large ones: they read better in an example.
    let mut sorted: Vec<i64> = found.into_iter().filter(|n| range.contains(*n)).collect();
    sorted.sort_by_key(|number| number.unsigned_abs());
    kept.extend(sorted.into_iter().filter(|number| seen.insert(class(*number))));
    kept
}

/// One text of every class, `plain` first; `None` when there are too many parts to combine.
///
/// Every text answers like one of these: it either equals a compared text, or is told apart only by
/// which prefix, which suffix and which parts it has, and those combine freely.
pub(super) fn texts(tests: &BTreeSet<Test>, plain: &str) -> Option<Vec<String>> {
    let of = |wanted: fn(&Test) -> Option<&String>| -> Vec<&str> {
        tests.iter().filter_map(wanted).map(String::as_str).collect()
    };
    let parts = of(|test| if let Test::Part(text) = test { Some(text) } else { None });
    let mut prefixes = of(|test| if let Test::Prefix(text) = test { Some(text) } else { None });
    let mut suffixes = of(|test| if let Test::Suffix(text) = test { Some(text) } else { None });
    if parts.len() > MAX_PARTS || prefixes.len() * suffixes.len() > 64 {
        return None;
    }
    let mut candidates = vec![plain.to_owned(), "another".to_owned(), String::new()];
    candidates.extend(tests.iter().filter_map(|test| match test {
        Test::Text(text) => Some(text.clone()),
        _ => None,
    }));
    prefixes.insert(0, "");
    suffixes.insert(0, "");
    for prefix in &prefixes {
        for suffix in &suffixes {
            for chosen in 0..1u32 << parts.len() {
                let inside = parts.iter().enumerate().filter(|(n, _)| chosen & (1 << n) != 0);
                let mut text = vec![*prefix];
                text.extend(inside.map(|(_, part)| *part));
                text.push(suffix);
                text.retain(|piece| !piece.is_empty());
                let text = text.join(BETWEEN);
                // A part may look like a prefix or suffix unless something stands before or after it.
                for (before, after) in [("", ""), (BETWEEN, ""), ("", BETWEEN), (BETWEEN, BETWEEN)]
                {
                    candidates.push(format!("{before}{text}{after}"));
                }
            }
        }
    }
    let mut seen = BTreeSet::new();
    candidates.retain(|text| seen.insert(answers(tests, text)));
    Some(candidates)
}

/// How each test answers for a text.
fn answers(tests: &BTreeSet<Test>, text: &str) -> Vec<bool> {
    let answer = |test: &Test| match test {
        Test::Text(wanted) => wanted == text,
        Test::Prefix(wanted) => text.starts_with(wanted.as_str()),
        Test::Suffix(wanted) => text.ends_with(wanted.as_str()),
        Test::Part(wanted) => text.contains(wanted.as_str()),
        Test::Value | Test::Whole | Test::Number(_) => true,
    };
    tests.iter().map(answer).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(texts: &[&str], wrap: fn(String) -> Test) -> BTreeSet<Test> {
        texts.iter().map(|text| wrap((*text).to_owned())).collect()
    }

    #[test]
    fn numbers_have_one_value_a_class() {
        let tests = BTreeSet::from([Test::Number(3), Test::Number(4)]);
        assert_eq!(numbers(&tests, IntRange::new(0, 9), 1), [1, 3, 4, 5]);
        assert_eq!(numbers(&BTreeSet::new(), IntRange::new(0, 9), 1), [1]);
    }

    #[test]
    fn texts_have_every_combination_of_parts() {
        let tests = all(&["auth", "crypto"], Test::Part);
        let found = texts(&tests, "example").unwrap();
        assert_eq!(found.len(), 4);
        assert!(texts(&all(&["a", "b", "c", "d", "e", "f", "g", "h"], Test::Part), "").is_none());
    }

    proptest! {
        /// Whatever text comes, one of ours answers every test as it does.
        #[test]
        fn every_text_answers_like_one_of_ours(
            text in "[ab.]{0,6}", parts in prop::collection::btree_set("[ab]{1,2}", 0..4),
            prefix in "[ab]{0,2}", suffix in "[ab.]{0,2}", equal in "[ab.]{0,3}",
        ) {
            let mut tests: BTreeSet<Test> = parts.into_iter().map(Test::Part).collect();
            tests.insert(Test::Text(equal));
            if !prefix.is_empty() { tests.insert(Test::Prefix(prefix)); }
            if !suffix.is_empty() { tests.insert(Test::Suffix(suffix)); }
            let ours = texts(&tests, "example").unwrap();
            let wanted = answers(&tests, &text);
            prop_assert!(ours.iter().any(|known| answers(&tests, known) == wanted), "{ours:?}");
        }
    }
}
