//! Semantic versions (SemVer 2.0.0) as far as policy asks about them.
//!
//! Kept to parsing, precedence and the kind of step between two versions. A leading `v` is
//! accepted, since release tags carry one.

use std::cmp::Ordering;

/// Kinds of step from one version to another, from none to unknown.
pub(crate) const STEPS: [&str; 7] =
    ["none", "prerelease", "patch", "minor", "major", "downgrade", "invalid"];

/// A parsed version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version<'a> {
    numbers: [u64; 3],
    prerelease: &'a str,
}

impl<'a> Version<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, build) = text.split_once('+').map_or((text, None), |(t, b)| (t, Some(b)));
        let (core, prerelease) = text.split_once('-').map_or((text, None), |(c, p)| (c, Some(p)));
        if build.is_some_and(|build| !build.split('.').all(is_identifier)) {
            return None;
        }
        if prerelease.is_some_and(|tag| !tag.split('.').all(is_prerelease_identifier)) {
            return None;
        }
        let mut parts = core.split('.');
        let numbers = [number(parts.next()?)?, number(parts.next()?)?, number(parts.next()?)?];
        match parts.next() {
            Some(_) => None,
            None => Some(Self { numbers, prerelease: prerelease.unwrap_or_default() }),
        }
    }

    /// Whether it is a release of 1.0.0 or later without a prerelease tag.
    pub(crate) fn is_stable(&self) -> bool {
        let [major, ..] = self.numbers;
        major > 0 && self.prerelease.is_empty()
    }

    fn precedence(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| {
            match (self.prerelease.is_empty(), other.prerelease.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => compare_tags(self.prerelease, other.prerelease),
            }
        })
    }
}

fn is_identifier(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_prerelease_identifier(part: &str) -> bool {
    let numeric = part.bytes().all(|byte| byte.is_ascii_digit());
    is_identifier(part) && (!numeric || number(part).is_some())
}

/// A number without leading zeros.
fn number(text: &str) -> Option<u64> {
    let plain = text == "0" || !text.starts_with('0');
    (plain && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

fn compare_tags(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let ordering = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => match (number(a), number(b)) {
                (Some(a), Some(b)) => a.cmp(&b),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => a.cmp(b),
            },
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
}

/// Precedence of two versions; `None` when either is not one.
pub(crate) fn compare(left: &str, right: &str) -> Option<Ordering> {
    Some(Version::parse(left)?.precedence(&Version::parse(right)?))
}

/// Index into [`STEPS`] of the step from `old` to `new`.
pub(crate) fn step(old: &str, new: &str) -> u8 {
    let (Some(old), Some(new)) = (Version::parse(old), Version::parse(new)) else { return 6 };
    match new.precedence(&old) {
        Ordering::Less => 5,
        Ordering::Equal => 0,
        Ordering::Greater => {
            let ([major, minor, patch], [to_major, to_minor, to_patch]) =
                (old.numbers, new.numbers);
            if major != to_major {
                4
            } else if minor != to_minor {
                3
            } else if patch != to_patch {
                2
            } else {
                1
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_follow_the_highest_number_that_moved() {
        let cases = [
            ("1.2.3", "1.2.4", "patch"),
            ("1.2.3", "1.3.0", "minor"),
            ("v1.2.3", "v2.0.0", "major"),
            ("1.2.3", "1.2.3+build.7", "none"),
            ("1.0.0-rc.1", "1.0.0-rc.2", "prerelease"),
            ("1.0.0-rc.2", "1.0.0", "prerelease"),
            ("1.2.3", "1.2.2", "downgrade"),
            ("1.2", "1.2.3", "invalid"),
            ("1.02.3", "1.2.3", "invalid"),
            ("", "1.2.3", "invalid"),
        ];
        for (old, new, expected) in cases {
            let found = STEPS.get(usize::from(step(old, new)));
            assert_eq!(found, Some(&expected), "{old} -> {new}");
        }
    }

    #[test]
    fn precedence_is_the_order_of_the_standard() {
        // The example of SemVer 2.0.0, item 11.
        let rising = [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
        ];
        for pair in rising.windows(2) {
            if let [lower, higher] = pair {
                assert_eq!(compare(lower, higher), Some(Ordering::Less), "{lower} < {higher}");
            }
        }
    }
}
