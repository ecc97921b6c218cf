//! Times for people: the exact one, and how far away it is.

use api_types::Time;
use jiff::Timestamp;

/// `2026-11-22 10:00 UTC (in 3 h)`. A text that is no time is shown as it is.
pub fn moment(time: &Time, now: Timestamp) -> String {
    match time.as_str().parse::<Timestamp>() {
        Ok(at) => format!("{} UTC ({})", at.strftime("%Y-%m-%d %H:%M"), distance(at, now)),
        Err(_) => time.as_str().to_owned(),
    }
}

/// `in 3 h`, `5 min ago`. A text that is no time is shown as it is.
pub fn relative(time: &Time, now: Timestamp) -> String {
    time.as_str().parse().map_or_else(|_| time.as_str().to_owned(), |at| distance(at, now))
}

fn distance(at: Timestamp, now: Timestamp) -> String {
    let seconds = at.as_second() - now.as_second();
    let words = match seconds.unsigned_abs() {
        0..60 => return "now".to_owned(),
        s @ 60..7_200 => format!("{} min", s / 60),
        s @ 7_200..172_800 => format!("{} h", s / 3_600),
        s => format!("{} days", s / 86_400),
    };
    if seconds > 0 { format!("in {words}") } else { format!("{words} ago") }
}

/// `1:05` or `1:02:03`.
pub fn elapsed(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_say_when_and_how_far_away() {
        let now: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        for (at, words) in [
            ("2026-11-22T13:00:00.000Z", "2026-11-22 13:00 UTC (in 3 h)"),
            ("2026-11-22T09:30:00Z", "2026-11-22 09:30 UTC (30 min ago)"),
            ("2026-11-22T10:00:30Z", "2026-11-22 10:00 UTC (now)"),
            ("2026-12-22T10:00:00Z", "2026-12-22 10:00 UTC (in 30 days)"),
            ("soon", "soon"),
        ] {
            assert_eq!(moment(&at.into(), now), words);
        }
        assert_eq!(elapsed(65), "1:05");
        assert_eq!(elapsed(3_723), "1:02:03");
    }
}
