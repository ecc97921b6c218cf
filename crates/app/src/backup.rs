//! Backup and restore: the journal with everything it discloses, secrets included.
//!
//! A backup is the same for every store, so it also moves an organisation from one database to
//! another. It is lines of JSON: one for each entry, then the [`Summary`], then the SHA-256 of all
//! the lines before, so that no changed byte is restored, not even one the log doesn't commit to.
//! Sessions and idempotency records are not in it. The caller owns the files.

use std::io::{BufRead, Write as IoWrite};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::hash::Hash;
use ledger::seal::{Disclosure, DisclosureClass};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{Append, NewEntry, Store, Stream};

use crate::{App, AppError};

const PAGE: usize = 500;
/// The version of the backup format.
pub const FORMAT: u32 = 2;

/// The last line but one of a backup: what it must add up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Version of the format.
    pub format: u32,
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
    /// The signed checkpoint.
    pub checkpoint: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    index: u64,
    leaf: String,
    disclosures: Vec<DisclosureLine>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DisclosureLine {
    path: String,
    class: DisclosureClass,
    salt: String,
    value: serde_json::Value,
}

/// The last line: the SHA-256 of every byte before it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closing {
    sha256: Hash,
}

/// Why a backup can't be written or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file can't be read or written.
    #[error("the backup file can't be read or written")]
    Io(#[from] std::io::Error),
    /// A line is not what it must be.
    #[error("line {line} of the backup is damaged: {reason}; restore another backup")]
    Line {
        /// 1-based.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// The last line is missing: the backup was cut.
    #[error("the backup ends without its last line: it was cut off; restore another backup")]
    Cut,
    /// The digest of the last line is not that of the lines before.
    #[error(
        "the backup was changed after it was made: its digest is not the one it ends with; restore another backup"
    )]
    OtherDigest,
    /// Something follows the last line.
    #[error("the backup goes on after its last line; restore another backup")]
    TooLong,
    /// Made by a version that writes another format.
    #[error(
        "the backup has format {0}, this version reads format {reads}; restore it with the version that made it",
        reads = FORMAT
    )]
    OtherFormat(u32),
    /// What was restored is not what was backed up.
    #[error("the restored log has another root than the backup says")]
    OtherRoot,
    /// The target holds an organisation already.
    #[error("the database is not empty; restore into an empty one")]
    NotEmpty,
    /// The store.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// Stored data.
    #[error(transparent)]
    App(#[from] AppError),
}

/// Writes every entry up to the present head, then the summary.
///
/// # Errors
/// The store or the file fails.
pub async fn write(
    store: &dyn Store,
    out: &mut (dyn IoWrite + Send),
    mut progress: impl FnMut(u64, u64) + Send,
) -> Result<Summary, BackupError> {
    let head = store.head().await?;
    let mut out = Lines { out, digest: Sha256::new() };
    let mut next = 0;
    while next < head.size {
        let left = usize::try_from(head.size - next).unwrap_or(PAGE).min(PAGE);
        let page = store.entries(next, left).await?;
        if page.is_empty() {
            return Err(AppError::damaged(format_args!("entry {next} is missing")).into());
        }
        for entry in &page {
            out.line(&Line {
                index: entry.index,
                leaf: STANDARD.encode(&entry.leaf),
                disclosures: entry.disclosures.iter().map(to_line).collect(),
            })?;
            next = entry.index + 1;
        }
        progress(next, head.size);
    }
    let summary =
        Summary { format: FORMAT, size: head.size, root: head.root, checkpoint: head.checkpoint };
    out.line(&summary)?;
    let sha256 = Hash(out.digest.clone().finalize().into());
    out.line(&Closing { sha256 })?;
    out.out.flush()?;
    Ok(summary)
}

/// Writes lines and remembers the digest of all of them.
struct Lines<'a> {
    out: &'a mut (dyn IoWrite + Send),
    digest: Sha256,
}

impl Lines<'_> {
    fn line(&mut self, value: &impl Serialize) -> std::io::Result<()> {
        let mut text = serde_json::to_vec(value)?;
        text.push(b'\n');
        self.digest.update(&text);
        self.out.write_all(&text)
    }
}

/// Reads a backup and checks every line and commitment, without a store; says what it adds up to.
///
/// # Errors
/// A line is damaged, or the root is not the one the summary names.
pub fn check(input: &mut dyn BufRead) -> Result<Summary, BackupError> {
    let mut frontier = ledger::tree::Frontier::new();
    let mut pieces = Pieces::new(input);
    loop {
        match pieces.next()? {
            Piece::Entry(entry) => frontier.push(entry.leaf_hash),
            Piece::End(summary) => return summary.adds_up(frontier.size(), frontier.root()),
        }
    }
}

impl Summary {
    fn adds_up(self, size: u64, root: Hash) -> Result<Self, BackupError> {
        if self.size == size && self.root == root { Ok(self) } else { Err(BackupError::OtherRoot) }
    }
}

/// What a backup holds, one after the other.
enum Piece {
    Entry(NewEntry),
    End(Summary),
}

/// Reads a backup line by line, and believes its end only if no byte before it has changed.
struct Pieces<'a, R: ?Sized> {
    input: &'a mut R,
    text: String,
    digest: Sha256,
    entries: u64,
}

impl<'a, R: BufRead + ?Sized> Pieces<'a, R> {
    fn new(input: &'a mut R) -> Self {
        Self { input, text: String::new(), digest: Sha256::new(), entries: 0 }
    }

    fn next(&mut self) -> Result<Piece, BackupError> {
        self.line()?;
        self.digest.update(&self.text);
        if let Ok(summary) = serde_json::from_str::<Summary>(&self.text) {
            return self.close(summary).map(Piece::End);
        }
        let entry = entry(&self.text, self.entries).map_err(|reason| self.damaged(reason))?;
        self.entries += 1;
        Ok(Piece::Entry(entry))
    }

    fn close(&mut self, summary: Summary) -> Result<Summary, BackupError> {
        if summary.format != FORMAT {
            return Err(BackupError::OtherFormat(summary.format));
        }
        self.line()?;
        let closing: Closing =
            serde_json::from_str(&self.text).map_err(|e| self.damaged(e.to_string()))?;
        if closing.sha256 != Hash(self.digest.clone().finalize().into()) {
            return Err(BackupError::OtherDigest);
        }
        match self.line() {
            Err(BackupError::Cut) if self.text.is_empty() => Ok(summary),
            _ => Err(BackupError::TooLong),
        }
    }

    fn line(&mut self) -> Result<(), BackupError> {
        self.text.clear();
        match self.input.read_line(&mut self.text) {
            Err(e) if e.kind() == std::io::ErrorKind::InvalidData => {
                return Err(self.damaged("it is not UTF-8".to_owned()));
            }
            read => read?,
        };
        if self.text.ends_with('\n') { Ok(()) } else { Err(BackupError::Cut) }
    }

    fn damaged(&self, reason: String) -> BackupError {
        BackupError::Line { line: self.entries + 1, reason }
    }
}

fn to_line(disclosure: &Disclosure) -> DisclosureLine {
    DisclosureLine {
        path: disclosure.path.clone(),
        class: disclosure.class,
        salt: STANDARD.encode(disclosure.salt),
        value: disclosure.value.clone(),
    }
}

fn from_line(line: DisclosureLine) -> Result<Disclosure, String> {
    let salt = STANDARD.decode(&line.salt).map_err(|e| e.to_string())?;
    let salt = salt.try_into().map_err(|_| "a salt is not 16 bytes".to_owned())?;
    Ok(Disclosure { path: line.path, class: line.class, salt, value: line.value })
}

/// Restores a backup into an empty store and checks that the log comes out with the same root.
///
/// # Errors
/// The store is not empty, a line is damaged, or the root differs.
pub async fn restore(
    store: &dyn Store,
    input: &mut (dyn BufRead + Send),
    progress: impl FnMut(u64) + Send,
) -> Result<Summary, BackupError> {
    if store.head().await?.size > 0 {
        return Err(BackupError::NotEmpty);
    }
    let summary = pour(store, input, Some, progress).await?;
    let head = store.head().await?;
    summary.adds_up(head.size, head.root)
}

/// Appends the entries of a backup, each as `keep` leaves it, and returns what it says it adds up to.
pub(crate) async fn pour(
    store: &dyn Store,
    input: &mut (dyn BufRead + Send),
    keep: impl Fn(NewEntry) -> Option<NewEntry> + Send,
    mut progress: impl FnMut(u64) + Send,
) -> Result<Summary, BackupError> {
    let mut batch = Vec::new();
    let mut count = 0;
    let mut pieces = Pieces::new(input);
    let summary = loop {
        match pieces.next()? {
            Piece::Entry(entry) => batch.extend(keep(entry)),
            Piece::End(summary) => break summary,
        }
        count += 1;
        if batch.len() == PAGE {
            store
                .append(Append { entries: std::mem::take(&mut batch), ..Append::default() })
                .await?;
            progress(count);
        }
    };
    if !batch.is_empty() {
        store.append(Append { entries: batch, ..Append::default() }).await?;
    }
    Ok(summary)
}

fn entry(text: &str, index: u64) -> Result<NewEntry, String> {
    let line: Line = serde_json::from_str(text).map_err(|e| e.to_string())?;
    if line.index != index {
        return Err(format!("entry {} stands where entry {index} belongs", line.index));
    }
    let leaf = STANDARD.decode(&line.leaf).map_err(|e| e.to_string())?;
    let disclosures = line.disclosures.into_iter().map(from_line).collect::<Result<Vec<_>, _>>()?;
    let event = ledger::unseal(&leaf, &disclosures).map_err(|e| e.to_string())?;
    let stream = event["stream"].as_str().ok_or("its leaf names no stream")?;
    Ok(NewEntry::new(Stream::named(stream), leaf, disclosures))
}

impl App {
    /// Writes a backup of this organisation.
    ///
    /// # Errors
    /// The store or the file fails.
    pub async fn backup(
        &self,
        out: &mut (dyn IoWrite + Send),
        progress: impl FnMut(u64, u64) + Send,
    ) -> Result<Summary, BackupError> {
        write(self.store(), out, progress).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sample() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut frontier = ledger::tree::Frontier::new();
        let mut out = Lines { out: &mut bytes, digest: Sha256::new() };
        for index in 0..3 {
            let event =
                json!({"stream": "organisation", "data": {"$private": format!("n{index}")}});
            let sealed = ledger::seal(&event, &mut || [7; 16]).unwrap();
            frontier.push(ledger::hash::leaf_hash(&sealed.leaf));
            out.line(&Line {
                index,
                leaf: STANDARD.encode(&sealed.leaf),
                disclosures: sealed.disclosures.iter().map(to_line).collect(),
            })
            .unwrap();
        }
        let checkpoint = "countersign\n3\n\n— countersign signature\n".to_owned();
        let summary = Summary { format: FORMAT, size: 3, root: frontier.root(), checkpoint };
        out.line(&summary).unwrap();
        let sha256 = Hash(out.digest.clone().finalize().into());
        out.line(&Closing { sha256 }).unwrap();
        bytes
    }

    #[test]
    fn i11_every_flipped_bit_every_cut_and_any_more_of_a_backup_is_refused() {
        let sound = sample();
        check(&mut sound.as_slice()).unwrap();
        for at in 0..sound.len() {
            for bit in 0..8 {
                let mut broken = sound.clone();
                broken[at] ^= 1 << bit;
                assert!(check(&mut broken.as_slice()).is_err(), "bit {bit} of byte {at}");
            }
            assert!(check(&mut &sound[..at]).is_err(), "cut at byte {at}");
        }
        let longer = [sound.as_slice(), b"\n"].concat();
        assert!(matches!(check(&mut longer.as_slice()), Err(BackupError::TooLong)));
    }
}
