//! The list of what an export holds.
//!
//! Written in exactly one form, so that any changed byte shows. Its digests find damage; they prove
//! nothing against somebody who may write the folder. That is what the signed root is for.

use serde::{Deserialize, Serialize};

use crate::hash::{Hash, sha256};
use canonical::to_canonical_bytes;

const FORMAT: &str = "countersign-export";
const VERSION: u32 = 1;

/// A file outside the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDigest {
    /// Path within the export, with slashes.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, base64.
    pub sha256: Hash,
}

/// Counts of the files of the tree; their content is covered by the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeFiles {
    /// Bundles of entries.
    pub entry_bundles: u64,
    /// Bytes in them.
    pub entry_bundle_bytes: u64,
    /// Tiles of hashes.
    pub hash_tiles: u64,
    /// Bytes in them.
    pub hash_tile_bytes: u64,
}

/// What `manifest.json` holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub(super) format: String,
    pub(super) version: u32,
    /// The log's name.
    pub origin: String,
    /// Entries in the log.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// When the export was made (RFC 3339, UTC).
    pub exported_at: String,
    /// What made it, with its version.
    pub tool: String,
    /// Files of the tree.
    pub tree: TreeFiles,
    /// Private values included.
    pub disclosed: u64,
    /// The other files, by path.
    pub files: Vec<FileDigest>,
    /// SHA-256 of this manifest as canonical JSON without this member.
    pub(super) manifest_sha256: Option<Hash>,
}

/// Why `manifest.json` cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Not JSON, or with members missing or unknown.
    #[error("it cannot be read: {0}")]
    Json(String),
    /// A format this version does not know.
    #[error("it is of the format `{format}` {version}, which this version does not know")]
    Format {
        /// The format named.
        format: String,
        /// Its version.
        version: u32,
    },
    /// Its own digest differs, or it is not written in its one form.
    #[error("it was changed after it was written")]
    Changed,
}

/// What a new manifest says.
pub(super) struct Contents {
    pub origin: String,
    pub size: u64,
    pub root: Hash,
    pub exported_at: String,
    pub tool: String,
    pub tree: TreeFiles,
    pub disclosed: u64,
    pub files: Vec<FileDigest>,
}

impl Manifest {
    pub(super) fn new(contents: Contents) -> Option<Self> {
        let mut manifest = Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            origin: contents.origin,
            size: contents.size,
            root: contents.root,
            exported_at: contents.exported_at,
            tool: contents.tool,
            tree: contents.tree,
            disclosed: contents.disclosed,
            files: contents.files,
            manifest_sha256: None,
        };
        manifest.manifest_sha256 = Some(manifest.digest()?);
        Some(manifest)
    }

    /// The digest over everything but the digest.
    fn digest(&self) -> Option<Hash> {
        let bare = Self { manifest_sha256: None, ..self.clone() };
        Some(sha256(&to_canonical_bytes(&bare).ok()?))
    }

    /// The one form of the file.
    pub(super) fn render(&self) -> Option<String> {
        serde_json::to_string_pretty(self).ok().map(|text| text + "\n")
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        let manifest: Self = serde_json::from_slice(bytes)
            .map_err(|error| ManifestError::Json(error.to_string()))?;
        if manifest.format != FORMAT || manifest.version != VERSION {
            let Self { format, version, .. } = manifest;
            return Err(ManifestError::Format { format: crate::hash::excerpt(&format), version });
        }
        let unchanged = manifest.manifest_sha256 == manifest.digest()
            && manifest.render().is_some_and(|text| text.as_bytes() == bytes);
        if unchanged { Ok(manifest) } else { Err(ManifestError::Changed) }
    }
}
