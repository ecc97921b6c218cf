//! Signed notes (C2SP signed-note) with Ed25519 keys.
//!
//! A note is text with signature lines below it. Its text must be ignored unless a key that the
//! caller already trusts has signed it, so [`open`] gives the text only together with such keys.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;

use crate::hash::{decode_exact, excerpt, sha256};

const ED25519: u8 = 0x01;
pub(crate) const KEY_BYTES: usize = 32;
pub(crate) const SIGNATURE_BYTES: usize = 64;
const SIGNATURE_MARK: &str = "— ";
const PRIVATE_MARK: &str = "PRIVATE+KEY+";

/// Limits against hostile notes; the specification asks to accept at least 16 signatures.
const MAX_NOTE_BYTES: usize = 1 << 20;
const MAX_SIGNATURES: usize = 100;

/// Why a key, or its text form, is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// An empty name, or one with spaces, plus signs or control characters.
    #[error("name a key `{0}`: names must not be empty or hold spaces, `+` or control characters")]
    Name(String),
    /// Not of the form `name+id+key`.
    #[error("read a key of the form `name+id+key`")]
    Form,
    /// The id does not belong to name and key.
    #[error("use the key `{name}`: its id does not match its name and bytes")]
    Id {
        /// The key's name.
        name: String,
    },
    /// Another algorithm, a wrong length, or no point of the curve.
    #[error("use the key `{name}`: it is not an Ed25519 key")]
    Algorithm {
        /// The key's name.
        name: String,
    },
}

/// Why a note is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not of the form of a signed note.
    #[error("read a signed note: {0}")]
    Malformed(&'static str),
    /// Signed by none of the given keys.
    #[error("find a signature by a trusted key: the note is signed by {found}")]
    Untrusted {
        /// Who signed it, as far as the note claims.
        found: String,
    },
    /// A signature that claims a trusted key and is not by it.
    #[error("verify the signature by `{key}`")]
    BadSignature {
        /// The key claimed.
        key: String,
    },
    /// Text that a note cannot carry.
    #[error("sign a text that does not end in a newline or holds control characters")]
    Text,
}

/// A public key with its name, as auditors pin it.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: u32,
    key: ed25519_dalek::VerifyingKey,
}

/// A private key with its name. Its bytes leave only through [`SigningKey::to_private_text`].
#[derive(Clone)]
pub struct SigningKey {
    name: String,
    key: ed25519_dalek::SigningKey,
}

impl VerifierKey {
    fn new(name: &str, key: ed25519_dalek::VerifyingKey) -> Self {
        Self { name: name.to_owned(), id: key_id(name, ED25519, key.as_bytes()), key }
    }

    /// Reads `name+id+key`.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let (name, id, bytes) = parse_key_text(text, ED25519)?;
        let key = Self::new(name, strong_key(name, &bytes)?);
        if key.id != id {
            return Err(KeyError::Id { name: name.to_owned() });
        }
        Ok(key)
    }

    /// The name, which is also the origin of the checkpoints it signs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The short id that stands in signature lines.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The public key.
    pub fn public_key(&self) -> &[u8; KEY_BYTES] {
        self.key.as_bytes()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = encode_key(ED25519, self.key.as_bytes());
        write!(f, "{}+{:08x}+{key}", self.name, self.id)
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

impl SigningKey {
    /// Makes the key of a seed, which must be 32 fresh random bytes.
    pub fn from_seed(name: &str, seed: &[u8; KEY_BYTES]) -> Result<Self, KeyError> {
        if !is_key_name(name) {
            return Err(KeyError::Name(excerpt(name)));
        }
        Ok(Self { name: name.to_owned(), key: ed25519_dalek::SigningKey::from_bytes(seed) })
    }

    /// Reads `PRIVATE+KEY+name+id+key`.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let (name, id, seed) =
            parse_key_text(text.strip_prefix(PRIVATE_MARK).ok_or(KeyError::Form)?, ED25519)?;
        let key = Self::from_seed(name, &seed)?;
        if key.verifier().id != id {
            return Err(KeyError::Id { name: name.to_owned() });
        }
        Ok(key)
    }

    /// The private text form, to be kept in a file that nobody else can read.
    pub fn to_private_text(&self) -> String {
        let id = self.verifier().id;
        let key = encode_key(ED25519, self.key.as_bytes());
        format!("{PRIVATE_MARK}{}+{id:08x}+{key}", self.name)
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public half.
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey::new(&self.name, self.key.verifying_key())
    }

    /// The signature line for a text.
    fn signature_line(&self, text: &str) -> String {
        signature_line(&self.name, self.verifier().id, &self.key.sign(text.as_bytes()).to_bytes())
    }
}

// Only the public half is ever shown.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.verifier())
    }
}

/// A signature line: name, key id and signature.
pub(crate) fn signature_line(name: &str, id: u32, signature: &[u8]) -> String {
    let bytes = [id.to_be_bytes().as_slice(), signature].concat();
    format!("{SIGNATURE_MARK}{name} {}\n", STANDARD.encode(bytes))
}

/// A key of the curve that is safe to verify with.
pub(crate) fn strong_key(
    name: &str,
    bytes: &[u8; KEY_BYTES],
) -> Result<ed25519_dalek::VerifyingKey, KeyError> {
    ed25519_dalek::VerifyingKey::from_bytes(bytes)
        .ok()
        .filter(|key| !key.is_weak())
        .ok_or_else(|| KeyError::Algorithm { name: name.to_owned() })
}

pub(crate) fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

/// The first four bytes of SHA-256 over name, newline, algorithm and key.
pub(crate) fn key_id(name: &str, algorithm: u8, public_key: &[u8; KEY_BYTES]) -> u32 {
    let mut message = name.as_bytes().to_vec();
    message.extend_from_slice(&[b'\n', algorithm]);
    message.extend_from_slice(public_key);
    let [a, b, c, d, ..] = sha256(&message).0;
    u32::from_be_bytes([a, b, c, d])
}

pub(crate) fn encode_key(algorithm: u8, bytes: &[u8; KEY_BYTES]) -> String {
    let mut tagged = vec![algorithm];
    tagged.extend_from_slice(bytes);
    STANDARD.encode(tagged)
}

/// Name, id and bytes of `name+id+key`, if the key is one of this algorithm.
pub(crate) fn parse_key_text(
    text: &str,
    algorithm: u8,
) -> Result<(&str, u32, [u8; KEY_BYTES]), KeyError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError::Form);
    };
    if !is_key_name(name) {
        return Err(KeyError::Name(excerpt(name)));
    }
    let lower_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if id.len() != 8 || !id.bytes().all(lower_hex) {
        return Err(KeyError::Form);
    }
    let id = u32::from_str_radix(id, 16).map_err(|_| KeyError::Form)?;
    match decode_exact::<{ KEY_BYTES + 1 }>(encoded) {
        Some([found, key @ ..]) if found == algorithm => Ok((name, id, key)),
        _ => Err(KeyError::Algorithm { name: name.to_owned() }),
    }
}

/// A note whose text may be believed, as far as its signers may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenNote<'a> {
    /// The text, with its last newline.
    pub text: &'a str,
    /// The given keys that signed it; never empty.
    pub signers: Vec<VerifierKey>,
}

/// Signs a text with one or more keys.
pub fn sign(text: &str, keys: &[&SigningKey]) -> Result<String, NoteError> {
    let control = |c: char| c < ' ' && c != '\n';
    if !text.ends_with('\n') || text.contains(control) {
        return Err(NoteError::Text);
    }
    let mut note = format!("{text}\n");
    for key in keys {
        note.push_str(&key.signature_line(text));
    }
    Ok(note)
}

/// The text of a note, unchecked: to learn which key to ask for, never to act upon.
pub fn unverified_text(note: &str) -> Result<&str, NoteError> {
    Ok(split(note)?.0)
}

/// Checks a note against trusted keys.
///
/// Signatures by other keys are ignored; one that claims a trusted key and fails spoils the note.
pub fn open<'a>(note: &'a str, trusted: &[VerifierKey]) -> Result<OpenNote<'a>, NoteError> {
    let (text, lines) = split(note)?;
    let mut signers: Vec<VerifierKey> = Vec::new();
    let mut claimed = Vec::new();
    for (position, line) in lines.split_terminator('\n').enumerate() {
        if position >= MAX_SIGNATURES {
            return Err(NoteError::Malformed("too many signatures"));
        }
        let (name, id, signature) = parse_signature_line(line)
            .ok_or(NoteError::Malformed("a line after the text is not a signature"))?;
        claimed.push(format!("`{name}` ({id:08x})"));
        let Some(key) = trusted.iter().find(|key| key.name == name && key.id == id) else {
            continue;
        };
        let valid = <[u8; SIGNATURE_BYTES]>::try_from(signature.as_slice())
            .map(|bytes| ed25519_dalek::Signature::from_bytes(&bytes))
            .is_ok_and(|signature| key.key.verify_strict(text.as_bytes(), &signature).is_ok());
        if !valid {
            return Err(NoteError::BadSignature { key: key.to_string() });
        }
        if !signers.contains(key) {
            signers.push(key.clone());
        }
    }
    if signers.is_empty() {
        return Err(NoteError::Untrusted { found: claimed.join(", ") });
    }
    Ok(OpenNote { text, signers })
}

/// Text with its newline, and the signature lines.
pub(crate) fn split(note: &str) -> Result<(&str, &str), NoteError> {
    if note.len() > MAX_NOTE_BYTES {
        return Err(NoteError::Malformed("it is too long"));
    }
    if note.contains(|c: char| c < ' ' && c != '\n') {
        return Err(NoteError::Malformed("it holds control characters"));
    }
    let (text, lines) = note
        .rfind("\n\n")
        .and_then(|at| Some((note.get(..=at)?, note.get(at + 2..)?)))
        .ok_or(NoteError::Malformed("no empty line before the signatures"))?;
    if lines.is_empty() || !lines.ends_with('\n') {
        return Err(NoteError::Malformed("it does not end with a signature line"));
    }
    Ok((text, lines))
}

pub(crate) fn parse_signature_line(line: &str) -> Option<(&str, u32, Vec<u8>)> {
    let (name, encoded) = line.strip_prefix(SIGNATURE_MARK)?.split_once(' ')?;
    let bytes = STANDARD.decode(encoded).ok()?;
    let (id, signature) = bytes.split_first_chunk::<4>()?;
    (is_key_name(name) && !signature.is_empty())
        .then(|| (name, u32::from_be_bytes(*id), signature.to_vec()))
}

#[cfg(test)]
mod tests;
