//! What can be wrong with an export, and where.

use std::fmt;

use serde::Serialize;

use crate::hash::Hash;
use crate::tile::TILE_WIDTH;

/// Entries from `first` to `last`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EntryRange {
    /// Index of the first.
    pub first: u64,
    /// Index of the last.
    pub last: u64,
}

impl EntryRange {
    /// A single entry.
    pub fn one(index: u64) -> Self {
        Self { first: index, last: index }
    }
}

impl fmt::Display for EntryRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "entry {}", self.first)
        } else {
            write!(f, "entries {} to {}", self.first, self.last)
        }
    }
}

/// What a damaged entry still says of itself; not proven.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Described {
    /// Kind of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Stream of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// Time of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
}

impl fmt::Display for Described {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [("", &self.kind), ("in ", &self.stream), ("at ", &self.time)];
        let known = parts.iter().filter_map(|(word, part)| Some((word, part.as_ref()?)));
        for (position, (word, part)) in known.enumerate() {
            let gap = if position == 0 { "" } else { " " };
            write!(f, "{gap}{word}{part}")?;
        }
        Ok(())
    }
}

/// What is wrong at a place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The entry's bytes.
    #[error("its bytes are not those that were signed for")]
    EntryChanged,
    /// The entry's length, or the end of its bundle.
    #[error("it is cut off or its length was changed; nothing after it in this bundle can be read")]
    EntryCutOff,
    /// The entries are not there.
    #[error("missing from the export")]
    EntryMissing,
    /// Bytes after the last entry.
    #[error("{0} bytes too many at the end of the bundle")]
    BundleTooLong(u64),
    /// The hash in a tile; what it covers is intact.
    #[error("the hash in the tile was changed; what it stands for is as signed")]
    SlotChanged,
    /// Entry and tile differ and neither leads to the signed root.
    #[error("the stored hash and what it stands for differ, and neither can be proven")]
    Disputed,
    /// Everything agrees, except with the signature.
    #[error("the entries lead to the root {computed}, but {signed} was signed")]
    OtherRoot {
        /// From the entries.
        computed: Hash,
        /// In the checkpoint.
        signed: Hash,
    },
    /// An entry that is in the tree but not an event.
    #[error("it is as signed, but not a well-formed event: {0}")]
    NotAnEvent(String),
    /// A vote that lacks its voter's signature, or has one that does not hold.
    #[error("it is as signed by the log, but not by its voter: {0}")]
    Signature(String),
    /// A recorded time that contradicts what witnesses saw.
    #[error("its recorded time is forged: {0}")]
    ForgedTime(String),
    /// A checkpoint that witnesses cosigned is not of this log.
    #[error("{0}")]
    OtherHistory(String),
    /// Too few witnesses vouch for the log.
    #[error("{0}")]
    QuorumMissed(String),
    /// A value that is not the one committed to.
    #[error("the disclosed value for `{0}` is not the one the entry commits to")]
    DisclosureMismatch(String),
    /// A value without commitment.
    #[error("the entry commits to nothing at `{0}`, yet a value is disclosed")]
    DisclosureStray(String),
    /// A line that is not a disclosure, or out of order.
    #[error("line {line} is damaged: {why}")]
    DisclosureLine {
        /// Line in the file, from 1.
        line: u64,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Not there.
    #[error("the file is missing")]
    FileMissing,
    /// There, but not readable.
    #[error("the file cannot be read: {0}")]
    FileUnreadable(String),
    /// Too short or too long.
    #[error("the file has {actual} bytes instead of {expected}")]
    FileLength {
        /// Bytes it should have.
        expected: u64,
        /// Bytes it has.
        actual: u64,
    },
    /// Not what the manifest says.
    #[error("the file is not the one that was exported")]
    FileChanged,
    /// Not part of an export.
    #[error("the file does not belong to the export")]
    FileUnknown,
    /// Manifest, checkpoint or key.
    #[error("{0}")]
    Head(String),
}

impl Fault {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::EntryChanged => "entry_changed",
            Self::EntryCutOff => "entry_cut_off",
            Self::EntryMissing => "entry_missing",
            Self::BundleTooLong(_) => "bundle_too_long",
            Self::SlotChanged => "slot_changed",
            Self::Disputed => "disputed",
            Self::OtherRoot { .. } => "other_root",
            Self::NotAnEvent(_) => "not_an_event",
            Self::Signature(_) => "vote_signature",
            Self::ForgedTime(_) => "forged_time",
            Self::OtherHistory(_) => "other_history",
            Self::QuorumMissed(_) => "quorum_missed",
            Self::DisclosureMismatch(_) => "disclosure_mismatch",
            Self::DisclosureStray(_) => "disclosure_stray",
            Self::DisclosureLine { .. } => "disclosure_line",
            Self::FileMissing => "file_missing",
            Self::FileUnreadable(_) => "file_unreadable",
            Self::FileLength { .. } => "file_length",
            Self::FileChanged => "file_changed",
            Self::FileUnknown => "file_unknown",
            Self::Head(_) => "head",
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The entries it concerns, where it concerns some.
    pub entries: Option<EntryRange>,
    /// What the entry says of itself.
    pub described: Described,
    /// The file, as a path within the export.
    pub file: String,
    /// What is wrong.
    pub fault: Fault,
}

impl Problem {
    pub(super) fn in_file(file: impl Into<String>, fault: Fault) -> Self {
        Self { entries: None, described: Described::default(), file: file.into(), fault }
    }

    pub(super) fn at(entries: EntryRange, file: impl Into<String>, fault: Fault) -> Self {
        Self { entries: Some(entries), ..Self::in_file(file, fault) }
    }

    /// The entries that cannot be read or believed because of it.
    pub(super) fn unusable(&self) -> Option<EntryRange> {
        let entries = self.entries?;
        let last = match self.fault {
            Fault::EntryCutOff => entries.first - entries.first % TILE_WIDTH + TILE_WIDTH - 1,
            _ => entries.last,
        };
        Some(EntryRange { first: entries.first, last })
    }

    pub(super) fn describe(mut self, described: Described) -> Self {
        self.described = described;
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(entries) = self.entries {
            write!(f, "{entries}")?;
            if self.described != Described::default() {
                write!(f, " ({})", self.described)?;
            }
            write!(f, ": {} [{}]", self.fault, self.file)
        } else {
            write!(f, "{}: {}", self.file, self.fault)
        }
    }
}
