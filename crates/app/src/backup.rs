//! Backup and restore: the journal with everything it discloses, secrets included.
//!
//! A backup is the same for every store, so it also moves an organisation from one database to
//! another. Sessions and idempotency records are not in it. The caller owns the files.

use std::io::{BufRead, Write as IoWrite};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::hash::Hash;
use ledger::seal::{Disclosure, DisclosureClass};
use serde::{Deserialize, Serialize};
use store::{Append, NewEntry, Store, Stream};

use crate::{App, AppError};

const PAGE: usize = 500;
/// The version of the backup format.
pub const FORMAT: u32 = 1;

/// The last line of a backup: what it must add up to.
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
    stream: String,
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

/// Why a backup can't be written or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file can't be read or written.
    #[error("the backup file can't be read or written")]
    Io(#[from] std::io::Error),
    /// A line is not what it must be.
    #[error("line {line} of the backup is damaged: {reason}")]
    Line {
        /// 1-based.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// The last line is missing: the backup was cut.
    #[error("the backup ends without its summary: it was cut off")]
    Cut,
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
    let mut next = 0;
    while next < head.size {
        let left = usize::try_from(head.size - next).unwrap_or(PAGE).min(PAGE);
        let page = store.entries(next, left).await?;
        if page.is_empty() {
            return Err(AppError::damaged(format_args!("entry {next} is missing")).into());
        }
        for entry in &page {
            let line = Line {
                index: entry.index,
                stream: entry.stream.to_string(),
                leaf: STANDARD.encode(&entry.leaf),
                disclosures: entry.disclosures.iter().map(to_line).collect(),
            };
            serde_json::to_writer(&mut *out, &line).map_err(std::io::Error::from)?;
            out.write_all(b"\n")?;
            next = entry.index + 1;
        }
        progress(next, head.size);
    }
    let summary =
        Summary { format: FORMAT, size: head.size, root: head.root, checkpoint: head.checkpoint };
    serde_json::to_writer(&mut *out, &summary).map_err(std::io::Error::from)?;
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(summary)
}

/// Reads a backup and checks every line and commitment, without a store; says what it adds up to.
///
/// # Errors
/// A line is damaged, or the root is not the one the summary names.
pub fn check(input: &mut dyn BufRead) -> Result<Summary, BackupError> {
    let mut frontier = ledger::tree::Frontier::new();
    let mut text = String::new();
    loop {
        text.clear();
        if input.read_line(&mut text)? == 0 {
            return Err(BackupError::Cut);
        }
        if let Ok(summary) = serde_json::from_str::<Summary>(&text) {
            let same = summary.size == frontier.size() && summary.root == frontier.root();
            let known = summary.format == FORMAT;
            return if same && known { Ok(summary) } else { Err(BackupError::OtherRoot) };
        }
        let index = frontier.size();
        let entry =
            entry(&text, index).map_err(|reason| BackupError::Line { line: index + 1, reason })?;
        frontier.push(entry.leaf_hash);
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
    mut progress: impl FnMut(u64) + Send,
) -> Result<Summary, BackupError> {
    if store.head().await?.size > 0 {
        return Err(BackupError::NotEmpty);
    }
    let mut batch = Vec::new();
    let mut text = String::new();
    let mut count = 0;
    let summary = loop {
        text.clear();
        if input.read_line(&mut text)? == 0 {
            return Err(BackupError::Cut);
        }
        if let Ok(summary) = serde_json::from_str::<Summary>(&text) {
            break summary;
        }
        let entry =
            entry(&text, count).map_err(|reason| BackupError::Line { line: count + 1, reason })?;
        batch.push(entry);
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
    let head = store.head().await?;
    if summary.format != FORMAT || head.root != summary.root || head.size != summary.size {
        return Err(BackupError::OtherRoot);
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
    ledger::unseal(&leaf, &disclosures).map_err(|e| e.to_string())?;
    Ok(NewEntry::new(Stream::named(&line.stream), leaf, disclosures))
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
