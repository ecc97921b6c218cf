//! Content lines, RFC 5545 section 3.1: unfolding, names, parameters.

use super::read::FeedError;

/// Largest feed, and longest line once it is unfolded.
const MOST_BYTES: usize = 8 * 1024 * 1024;
const MOST_LINE_BYTES: usize = 64 * 1024;
/// Most parameters of a line.
const MOST_PARAMETERS: usize = 32;

/// One line of a feed, unfolded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Where it begins in the file, from 1.
    pub(super) number: usize,
    /// In capitals.
    pub(super) name: String,
    /// Names in capitals.
    pub(super) parameters: Vec<(String, String)>,
    pub(super) value: String,
}

impl Line {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// All lines of a feed; what is not of the form of one is handed over as an `Err` with its number.
pub(super) fn lines(text: &str) -> Result<impl Iterator<Item = Result<Line, usize>>, FeedError> {
    if text.len() > MOST_BYTES {
        return Err(FeedError::TooLarge);
    }
    let mut unfolded: Vec<(usize, String)> = Vec::new();
    for (number, raw) in (1..).zip(text.trim_start_matches('\u{feff}').split('\n')) {
        let raw = raw.strip_suffix('\r').unwrap_or(raw);
        match (raw.strip_prefix([' ', '\t']), unfolded.last_mut()) {
            (Some(more), Some((_, line))) => {
                if line.len() + more.len() > MOST_LINE_BYTES {
                    return Err(FeedError::LineTooLong { line: number });
                }
                line.push_str(more);
            }
            _ if raw.len() > MOST_LINE_BYTES => {
                return Err(FeedError::LineTooLong { line: number });
            }
            _ if raw.trim().is_empty() => {}
            _ => unfolded.push((number, raw.to_owned())),
        }
    }
    Ok(unfolded.into_iter().map(|(number, line)| parse(number, &line).ok_or(number)))
}

fn parse(number: usize, line: &str) -> Option<Line> {
    let end = line.find([';', ':'])?;
    let (name, mut rest) = line.split_at_checked(end)?;
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !plain {
        return None;
    }
    let mut parameters = Vec::new();
    while let Some(after) = rest.strip_prefix(';') {
        let (name, value) = after.split_once('=')?;
        let (value, after) = parameter_value(value)?;
        if parameters.len() == MOST_PARAMETERS {
            return None;
        }
        parameters.push((name.to_ascii_uppercase(), value.to_owned()));
        rest = after;
    }
    let value = rest.strip_prefix(':')?.to_owned();
    Some(Line { number, name: name.to_ascii_uppercase(), parameters, value })
}

/// A value, quoted or not, and what follows. Of a list the first value is kept.
fn parameter_value(text: &str) -> Option<(&str, &str)> {
    let (value, mut rest) = one_value(text)?;
    while let Some(more) = rest.strip_prefix(',') {
        (_, rest) = one_value(more)?;
    }
    Some((value, rest))
}

fn one_value(text: &str) -> Option<(&str, &str)> {
    match text.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"'),
        None => text.split_at_checked(text.find([';', ':', ','])?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<Result<Line, usize>> {
        lines(text).map(Iterator::collect).unwrap_or_default()
    }

    #[test]
    fn folded_lines_are_one_and_know_where_they_began() {
        let found = all("A:1\r\nSUMMARY;X=\"a:b;c\",d;Y=e:long \r\n  line\r\n\tend\r\nB:2");
        let summary = found[1].as_ref().unwrap();
        assert_eq!(summary.number, 2);
        assert_eq!(summary.value, "long  lineend");
        assert_eq!(summary.parameter("X"), Some("a:b;c"));
        assert_eq!(summary.parameter("Y"), Some("e"));
        assert_eq!(found[2].as_ref().unwrap().number, 5);
    }

    #[test]
    fn what_is_no_line_is_named_by_its_number() {
        assert_eq!(
            all("BEGIN:X\nno colon\nÜ:1\n;a:b\nX;a:b\nX;a=\"b:c"),
            [
                Ok(Line {
                    number: 1,
                    name: "BEGIN".to_owned(),
                    parameters: vec![],
                    value: "X".to_owned()
                }),
                Err(2),
                Err(3),
                Err(4),
                Err(5),
                Err(6),
            ]
        );
    }

    #[test]
    fn sizes_are_bounded() {
        let long = format!("X:{}", "a".repeat(70_000));
        assert_eq!(lines(&long).map(drop), Err(FeedError::LineTooLong { line: 1 }));
        let folded = format!("X:{}", "\n a".repeat(70_000));
        assert!(matches!(lines(&folded).map(drop), Err(FeedError::LineTooLong { .. })));
        assert_eq!(lines(&"a".repeat(9_000_000)).map(drop), Err(FeedError::TooLarge));
    }
}
