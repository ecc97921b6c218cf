//! "Did you mean": the closest of a set of known words.

/// The candidate closest to `word`, when it is close enough to be a likely slip.
#[must_use]
pub fn closest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let limit = (word.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edits (insert, delete, replace, swap neighbours) from one word to the other, ignoring case and
/// underscores.
fn distance(left: &str, right: &str) -> usize {
    let fold = |word: &str| -> Vec<char> {
        word.chars()
            .filter(|c| *c != '_' && *c != '-')
            .take(64)
            .flat_map(char::to_lowercase)
            .collect()
    };
    let (left, right) = (fold(left), fold(right));
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let at =
                |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX / 2);
            let mut best =
                (at(&row, j) + usize::from(a != b)).min(at(&row, j + 1) + 1).min(at(&next, j) + 1);
            let swapped =
                i > 0 && j > 0 && left.get(i - 1) == Some(b) && right.get(j - 1) == Some(a);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_a_stranger_does_not() {
        let known = ["criticality", "environment", "score", "labels"];
        assert_eq!(closest("critcality", known), Some("criticality"));
        assert_eq!(closest("enviroment", known), Some("environment"));
        assert_eq!(closest("socre", known), Some("score"));
        assert_eq!(closest("Score", known), Some("score"));
        assert_eq!(closest("banana", known), None);
        assert_eq!(closest("", known), None);
    }
}
