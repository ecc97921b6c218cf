//! The one form of a time in stored JSON: RFC 3339, UTC, milliseconds.

use jiff::Timestamp;

/// Cuts a time to whole milliseconds, so that it reads back equal from every store and language.
#[must_use]
pub fn to_millis(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// A span of minutes in the largest unit that divides it: `2 days`, `90 minutes`.
#[must_use]
pub fn minutes_in_words(minutes: u32) -> String {
    let (count, unit) = match minutes {
        0 => (0, "minute"),
        m if m % 1440 == 0 => (m / 1440, "day"),
        m if m % 60 == 0 => (m / 60, "hour"),
        m => (m, "minute"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// Serde for a timestamp as `2026-11-22T10:00:00.000Z`.
pub mod ms {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes the stored form.
    ///
    /// # Errors
    /// Only the serializer's own.
    pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{at:.3}"))
    }

    /// Reads any RFC 3339 time.
    ///
    /// # Errors
    /// The text is not an RFC 3339 time.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }

    /// The same for an optional time.
    pub mod option {
        use super::{Deserializer, Serializer, Timestamp};
        use serde::Deserialize;

        /// Writes the stored form or null.
        ///
        /// # Errors
        /// Only the serializer's own.
        pub fn serialize<S: Serializer>(
            at: &Option<Timestamp>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            match at {
                Some(at) => super::serialize(at, serializer),
                None => serializer.serialize_none(),
            }
        }

        /// Reads any RFC 3339 time or null.
        ///
        /// # Errors
        /// The text is not an RFC 3339 time.
        pub fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Timestamp>, D::Error> {
            let text = Option::<std::borrow::Cow<str>>::deserialize(deserializer)?;
            text.map(|t| t.parse().map_err(serde::de::Error::custom)).transpose()
        }
    }
}
