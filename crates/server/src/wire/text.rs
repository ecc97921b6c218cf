//! Small text forms: times, percent encoding.

use api_types::Time;
use jiff::Timestamp;

/// A time as it stands in every answer.
#[must_use]
pub fn time(at: Timestamp) -> Time {
    Time(format!("{at:.3}"))
}

/// A text as one component of a URL (RFC 3986 unreserved characters stay).
#[must_use]
pub fn percent_encode(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
