//! Personal data, free text and secrets inside events.
//!
//! They are marked in the event's JSON (`{"$private": …}`, `{"$secret": …}`), so that the ledger
//! can put a salted commitment in the leaf and keep the value apart, where it can be erased. The
//! marker is all this module knows of that.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value that the leaf commits to without showing it. Erased values read as `None`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Private<T>(Option<T>);

impl<T> Private<T> {
    /// Marks a value as private.
    pub const fn new(value: T) -> Self {
        Self(Some(value))
    }

    /// The value, unless it was erased.
    pub const fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }
}

impl Private<String> {
    /// The text, or a visible stand-in when it was erased.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.as_deref().unwrap_or("[erased]")
    }
}

impl From<&str> for Private<String> {
    fn from(text: &str) -> Self {
        Self::new(text.to_owned())
    }
}

impl From<String> for Private<String> {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

#[derive(Serialize, Deserialize)]
struct PrivateWire<T> {
    #[serde(rename = "$private")]
    value: Option<T>,
}

impl<T: Serialize> Serialize for Private<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        PrivateWire { value: self.0.as_ref() }.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Private<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        PrivateWire::deserialize(deserializer).map(|wire| Self(wire.value))
    }
}

/// A value that is never shown, logged or exported: a password hash. Its `Debug` is a stand-in
/// (D13).
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Option<String>);

impl Secret {
    /// Marks a value as secret.
    #[must_use]
    pub const fn new(value: String) -> Self {
        Self(Some(value))
    }

    /// The value, for the one place that checks it.
    #[must_use]
    pub fn reveal(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[derive(Serialize, Deserialize)]
struct SecretWire {
    #[serde(rename = "$secret")]
    value: Option<String>,
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        SecretWire { value: self.0.clone() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SecretWire::deserialize(deserializer).map(|wire| Self(wire.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d13_a_secret_does_not_show_itself() {
        assert_eq!(format!("{:?}", Secret::new("hunter2".into())), "Secret(…)");
    }

    #[test]
    fn an_erased_value_reads_as_none() {
        let erased: Private<String> = serde_json::from_str(r#"{"$private":null}"#).unwrap();
        assert_eq!(erased.get(), None);
        assert_eq!(erased.text(), "[erased]");
    }
}
