//! Literals of time: RFC 3339 timestamps and durations such as `1h30m`.

use jiff::Timestamp;

use super::types::IntRange;

/// The times that can be represented, in milliseconds: years -9999 to 9999, less a day at each end.
pub(crate) const TIME_LIMITS: IntRange = IntRange::new(-377_705_000_000_000, 253_402_200_000_000);

/// Units of a duration in milliseconds. Days and weeks are 24 and 168 hours.
const UNITS: [(&str, i64); 6] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
    ("w", 604_800_000),
];

/// Milliseconds since the epoch of an RFC 3339 timestamp.
pub(crate) fn timestamp(text: &str) -> Option<i64> {
    let at = text.parse::<Timestamp>().ok()?.as_millisecond();
    TIME_LIMITS.contains(at).then_some(at)
}

/// Milliseconds of a duration: whole numbers with units, for example `90m`, `1h30m`, `-2d`.
#[must_use]
pub fn duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut total = 0i64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).filter(|digits| *digits > 0)?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(letters)?;
        let (_, ms) = UNITS.iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(*ms)?)?;
        rest = tail;
    }
    Some(if negative { -total } else { total })
}

/// A duration as people write it.
pub(crate) fn render_duration(ms: i64) -> String {
    let mut text = String::new();
    if ms < 0 {
        text.push('-');
    }
    let mut rest = ms.unsigned_abs();
    if rest == 0 {
        return "0s".to_owned();
    }
    for (unit, size) in
        [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)]
    {
        let count = rest / size;
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
            rest %= size;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_and_render() {
        for (text, ms) in
            [("1h30m", 5_400_000), ("90s", 90_000), ("-2d", -172_800_000), ("1w", 604_800_000)]
        {
            assert_eq!(duration(text), Some(ms), "{text}");
        }
        for text in ["", "-", "1", "h", "1x", "1h-3m", "1.5h", "99999999999999w", "é"] {
            assert_eq!(duration(text), None, "{text}");
        }
        assert_eq!(render_duration(5_400_000), "1h30m");
        assert_eq!(render_duration(-1_500), "-1s500ms");
    }

    #[test]
    fn every_time_within_the_limits_can_be_represented() {
        for ms in [TIME_LIMITS.min, TIME_LIMITS.max] {
            assert!(Timestamp::from_millisecond(ms).is_ok(), "{ms}");
        }
        assert_eq!(timestamp("2026-11-22T10:00:00Z"), Some(1_795_341_600_000));
        assert_eq!(timestamp("2026-11-22"), None);
    }
}
