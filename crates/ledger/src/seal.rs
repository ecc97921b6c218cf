//! Leaves that commit to private values without holding them.
//!
//! An event marks personal data and free text as `{"$private": value}` and credentials as
//! `{"$secret": value}`. [`seal`] puts a salted commitment in their place and hands the values out
//! as [`Disclosure`]s, which can be deleted later while the tree still verifies. [`unseal`] is the
//! only way back and checks every commitment. Must not draw salts itself.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use sha2::Digest as _;

use crate::hash::{Hash, decode_exact};
use canonical::{CanonicalError, Markers, to_marked_bytes, write_canonical};

/// Bytes in a salt: 128 bits, so that a low-entropy value cannot be guessed from its commitment.
pub const SALT_BYTES: usize = 16;

/// The longest leaf an entry bundle can carry (C2SP tlog-tiles: a 16-bit length).
pub const MAX_LEAF_BYTES: usize = 65_535;

const COMMITMENT_PREFIX: u8 = 0x02;
const COMMITMENT: &str = "$commitment";
const PRIVATE: &str = "$private";
const SECRET: &str = "$secret";

/// How far a committed value may travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DisclosureClass {
    /// Personal data or free text: may be exported and shown to those allowed to read it.
    Private,
    /// A credential or its hash: never leaves the server.
    Secret,
}

impl DisclosureClass {
    fn marker(self) -> &'static str {
        match self {
            Self::Private => PRIVATE,
            Self::Secret => SECRET,
        }
    }

    fn of_marker(name: &str) -> Option<Self> {
        match name {
            PRIVATE => Some(Self::Private),
            SECRET => Some(Self::Secret),
            _ => None,
        }
    }
}

/// A committed value with what is needed to check it against its leaf.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosure {
    /// Where in the leaf the commitment stands (RFC 6901 pointer).
    pub path: String,
    /// How far the value may travel.
    pub class: DisclosureClass,
    /// The salt of the commitment; base64 in JSON.
    #[serde(serialize_with = "salt_to_text", deserialize_with = "salt_from_text")]
    pub salt: [u8; SALT_BYTES],
    /// The value itself.
    pub value: Value,
}

// The value is private by definition, so it never reaches a log through `{:?}`.
impl fmt::Debug for Disclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disclosure")
            .field("path", &self.path)
            .field("class", &self.class)
            .finish_non_exhaustive()
    }
}

fn salt_to_text<S: Serializer>(salt: &[u8; SALT_BYTES], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(salt))
}

fn salt_from_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<[u8; SALT_BYTES], D::Error> {
    let text = String::deserialize(deserializer)?;
    decode_exact(&text).ok_or_else(|| serde::de::Error::custom("a salt is 16 bytes of base64"))
}

/// The bytes of a leaf and the values it commits to, in document order.
#[derive(Debug, Clone, PartialEq)]
pub struct Sealed {
    /// Canonical JSON, at most [`MAX_LEAF_BYTES`].
    pub leaf: Vec<u8>,
    /// One for each commitment in the leaf.
    pub disclosures: Vec<Disclosure>,
}

/// Why an event cannot become a leaf, or a leaf not an event.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The value has no canonical form.
    #[error("write canonical JSON")]
    Canonical(#[from] CanonicalError),
    /// The leaf bytes are not JSON.
    #[error("read the leaf as JSON")]
    Json(#[source] serde_json::Error),
    /// An event brought its own commitment, which nothing could ever open.
    #[error("seal an event that already holds `$commitment` at `{path}`")]
    ForeignCommitment {
        /// Where it stands.
        path: String,
    },
    /// A marker with other members beside it, or inside another marker.
    #[error("seal the marker at `{path}`: it must be alone in its object and not nested")]
    MisplacedMarker {
        /// Where it stands.
        path: String,
    },
    /// The leaf does not fit an entry bundle.
    #[error("seal a leaf of {bytes} bytes: at most {MAX_LEAF_BYTES} fit an entry bundle")]
    TooLarge {
        /// Bytes of the refused leaf.
        bytes: usize,
    },
    /// A commitment in a leaf that is not 32 bytes of base64 alone in its object.
    #[error("read the commitment at `{path}`")]
    MalformedCommitment {
        /// Where it stands.
        path: String,
    },
    /// A value that is not the one committed to.
    #[error("open the commitment at `{path}`: value or salt differ from what was committed to")]
    Mismatch {
        /// Where the commitment stands.
        path: String,
    },
    /// A value for a place without commitment.
    #[error("use the disclosure for `{path}`: the leaf has no commitment there")]
    NoCommitment {
        /// What the disclosure names.
        path: String,
    },
    /// Two values for one commitment.
    #[error("use two disclosures for `{path}`")]
    Duplicate {
        /// What both name.
        path: String,
    },
}

/// SHA-256 of `0x02`, the salt, and the canonical JSON of the value.
pub fn commitment(salt: &[u8; SALT_BYTES], value: &Value) -> Result<Hash, CanonicalError> {
    let mut canonical = Vec::with_capacity(128);
    write_canonical(value, &mut canonical)?;
    Ok(commitment_of_bytes(salt, &canonical))
}

/// The commitment to a value whose canonical JSON is at hand.
pub(crate) fn commitment_of_bytes(salt: &[u8; SALT_BYTES], canonical: &[u8]) -> Hash {
    let mut hasher = sha2::Sha256::new_with_prefix([COMMITMENT_PREFIX]);
    hasher.update(salt);
    hasher.update(canonical);
    Hash(hasher.finalize().into())
}

/// Turns an event into leaf bytes and the values they commit to.
///
/// `salt` is called once for each marker and must give fresh random bytes every time. Disclosures come
/// in the order of their paths.
pub fn seal<T: Serialize + ?Sized>(
    event: &T,
    salt: &mut dyn FnMut() -> [u8; SALT_BYTES],
) -> Result<Sealed, SealError> {
    let mut sealing = Sealing { salt, disclosures: Vec::new() };
    let leaf = to_marked_bytes(event, &mut sealing)?;
    let mut disclosures = sealing.disclosures;
    // They came in the order of the event's fields.
    disclosures.sort_by(|a, b| a.path.cmp(&b.path));
    if leaf.len() > MAX_LEAF_BYTES {
        return Err(SealError::TooLarge { bytes: leaf.len() });
    }
    Ok(Sealed { leaf, disclosures })
}

struct Sealing<'a> {
    salt: &'a mut dyn FnMut() -> [u8; SALT_BYTES],
    disclosures: Vec<Disclosure>,
}

impl Markers for Sealing<'_> {
    type Error = SealError;

    fn replace(
        &mut self,
        path: String,
        members: usize,
        name: &str,
        value: &[u8],
    ) -> Result<Option<Vec<u8>>, SealError> {
        let class = DisclosureClass::of_marker(name);
        if class.is_none() && name != COMMITMENT {
            return Ok(None);
        }
        if let Some(outer) = outer_marker(&path) {
            return Err(SealError::MisplacedMarker { path: outer.to_owned() });
        }
        let Some(class) = class else { return Err(SealError::ForeignCommitment { path }) };
        if members != 1 {
            return Err(SealError::MisplacedMarker { path });
        }
        let salt = (self.salt)();
        let hash = commitment_of_bytes(&salt, value);
        let value = serde_json::from_slice(value).map_err(SealError::Json)?;
        self.disclosures.push(Disclosure { path, class, salt, value });
        Ok(Some(format!(r#"{{"{COMMITMENT}":"{hash}"}}"#).into_bytes()))
    }
}

/// The place of a marker that a path leads into, if it does.
fn outer_marker(path: &str) -> Option<&str> {
    let step = |marker: &str| {
        let (outer, rest) = path.split_once(&format!("/{marker}"))?;
        (rest.is_empty() || rest.starts_with('/')).then_some(outer)
    };
    [PRIVATE, SECRET].into_iter().filter_map(step).min_by_key(|outer| outer.len())
}

/// Restores the event of a leaf, checking every disclosure against its commitment.
///
/// A commitment without a disclosure (erased or withheld) becomes `{"$private": null}`.
pub fn unseal(leaf: &[u8], disclosures: &[Disclosure]) -> Result<Value, SealError> {
    let mut event: Value = serde_json::from_slice(leaf).map_err(SealError::Json)?;
    let mut open = BTreeMap::new();
    for disclosure in disclosures {
        if open.insert(disclosure.path.as_str(), disclosure).is_some() {
            return Err(SealError::Duplicate { path: disclosure.path.clone() });
        }
    }
    restore(&mut event, &mut String::new(), &mut open)?;
    match open.into_keys().next() {
        Some(path) => Err(SealError::NoCommitment { path: path.to_owned() }),
        None => Ok(event),
    }
}

fn restore(
    value: &mut Value,
    path: &mut String,
    open: &mut BTreeMap<&str, &Disclosure>,
) -> Result<(), SealError> {
    match value {
        Value::Array(items) => {
            for (position, item) in items.iter_mut().enumerate() {
                let parent = push_index(path, position);
                restore(item, path, open)?;
                path.truncate(parent);
            }
        }
        Value::Object(members) => {
            if let Some(expected) = commitment_in(members, path)? {
                restore_marker(members, expected, open.remove(path.as_str()))?;
                return Ok(());
            }
            for (name, member) in members.iter_mut() {
                let parent = push_name(path, name);
                restore(member, path, open)?;
                path.truncate(parent);
            }
        }
        _ => {}
    }
    Ok(())
}

fn restore_marker(
    members: &mut Map<String, Value>,
    expected: Hash,
    disclosure: Option<&Disclosure>,
) -> Result<(), SealError> {
    members.remove(COMMITMENT);
    let (class, value) = match disclosure {
        None => (DisclosureClass::Private, Value::Null),
        Some(disclosure) => {
            if commitment(&disclosure.salt, &disclosure.value)? != expected {
                return Err(SealError::Mismatch { path: disclosure.path.clone() });
            }
            (disclosure.class, disclosure.value.clone())
        }
    };
    members.insert(class.marker().to_owned(), value);
    Ok(())
}

fn commitment_in(members: &Map<String, Value>, path: &str) -> Result<Option<Hash>, SealError> {
    let Some(value) = members.get(COMMITMENT) else { return Ok(None) };
    let hash = value.as_str().and_then(|text| Hash::from_base64(text).ok());
    match hash {
        Some(hash) if members.len() == 1 => Ok(Some(hash)),
        _ => Err(SealError::MalformedCommitment { path: path.to_owned() }),
    }
}

/// Lists the commitments of a parsed leaf as (pointer, hash), in the order of the pointers.
pub fn commitments(leaf: &Value) -> Result<Vec<(String, Hash)>, SealError> {
    fn collect(
        value: &Value,
        path: &mut String,
        found: &mut Vec<(String, Hash)>,
    ) -> Result<(), SealError> {
        match value {
            Value::Array(items) => {
                for (position, item) in items.iter().enumerate() {
                    let parent = push_index(path, position);
                    collect(item, path, found)?;
                    path.truncate(parent);
                }
            }
            Value::Object(members) => {
                if let Some(hash) = commitment_in(members, path)? {
                    found.push((path.clone(), hash));
                    return Ok(());
                }
                for (name, member) in members {
                    let parent = push_name(path, name);
                    collect(member, path, found)?;
                    path.truncate(parent);
                }
            }
            _ => {}
        }
        Ok(())
    }
    let mut found = Vec::new();
    collect(leaf, &mut String::new(), &mut found)?;
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}

/// Appends an array index to a pointer; gives the length to cut back to.
fn push_index(path: &mut String, position: usize) -> usize {
    let parent = path.len();
    // Writing to a string cannot fail.
    let _ = write!(path, "/{position}");
    parent
}

/// Appends a member name to a pointer with RFC 6901 escapes; gives the length to cut back to.
fn push_name(path: &mut String, name: &str) -> usize {
    let parent = path.len();
    path.push('/');
    for character in name.chars() {
        match character {
            '~' => path.push_str("~0"),
            '/' => path.push_str("~1"),
            other => path.push(other),
        }
    }
    parent
}

#[cfg(test)]
mod tests;
