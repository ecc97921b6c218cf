//! A log as a folder, and its verification without a server, a database or a network.
//!
//! ```text
//! checkpoint                 the signed head (C2SP tlog-checkpoint)
//! log.vkey                   the log's first key; auditors pin their own copy
//! cosigned.jsonl             earlier heads with cosignatures of witnesses, if there are any
//! manifest.json              what is here, when and by what it was written
//! tile/<L>/…                 the hash tiles of the tree, with the partial ones
//! tile/entries/…             the entries, in bundles of 256
//! disclosures/NNN.jsonl      private values of the entries NNN * 16384 and following
//! ```
//!
//! Every byte is covered: entries and tiles by the signed root, disclosures by the commitments in
//! the entries, the other files by digests in the manifest, the manifest by its own digest. Tiles
//! and bundles have no digest of their own: the root is the stronger one, and hashing everything
//! twice would halve the speed. This is the one module of the crate that touches files.

mod blame;
mod disclosed;
mod files;
mod glance;
mod manifest;
mod pointer;
mod problem;
mod report;
mod scan;
mod signed;
mod verify;
mod witnessed;
mod writer;

pub use manifest::{FileDigest, Manifest, ManifestError, TreeFiles};
pub use problem::{Described, EntryRange, Fault, Problem};
pub use report::{Failure, KeySource, Progress, VerifyOptions, VerifyReport};
pub use signed::SignedVote;
pub use verify::verify_dir;
pub use witnessed::{CLOCK_TOLERANCE_SECONDS, Sightings, TimeBound};
pub use writer::{ExportError, ExportStamp, ExportWriter};

/// Name of the file with the signed head.
pub const CHECKPOINT_FILE: &str = "checkpoint";
/// Name of the file with the log's first key.
pub const KEY_FILE: &str = "log.vkey";
/// Name of the file with heads that witnesses cosigned: a JSON object with `checkpoint` a line.
pub const COSIGNED_FILE: &str = "cosigned.jsonl";
/// Name of the file that lists the others.
pub const MANIFEST_FILE: &str = "manifest.json";

/// Entries whose disclosures share a file.
const DISCLOSURE_SPAN: u64 = 16_384;

fn disclosure_file(index: u64) -> String {
    format!("disclosures/{:03}.jsonl", index / DISCLOSURE_SPAN)
}

#[cfg(test)]
mod tests;
