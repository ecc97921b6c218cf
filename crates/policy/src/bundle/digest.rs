//! The identity of a bundle: a digest over its files.

use domain::event::PolicyFile;
use sha2::{Digest, Sha256};

/// `sha256:` and hex over the canonical JSON (RFC 8785) of `[[path, text], …]`, sorted by path.
pub(super) fn digest(files: &[PolicyFile]) -> Result<String, serde_json::Error> {
    let pairs: Vec<(&str, &str)> =
        files.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect();
    let hash = Sha256::digest(serde_json_canonicalizer::to_vec(&pairs)?);
    let hex = hash.iter().fold(String::from("sha256:"), |mut text, byte| {
        text.push_str(&format!("{byte:02x}"));
        text
    });
    Ok(hex)
}
