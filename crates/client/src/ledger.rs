//! The log: head, entries, receipts, proofs, and the public tile paths.

use api_types::ledger::{Consistency, LedgerEntries, LedgerEntry, LedgerHead, LedgerKeys, Receipt};
use serde::Deserialize;

use crate::{Client, ClientError};

/// A line of `cosigned.jsonl`.
#[derive(Deserialize)]
struct Cosigned {
    checkpoint: String,
}

impl Client {
    /// The log as it stands.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn ledger_head(&self) -> Result<LedgerHead, ClientError> {
        self.json(&self.get(&["v1", "ledger"], &[]))
    }

    /// Entries before an index, newest first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn ledger_entries(
        &self,
        before: Option<u64>,
        limit: Option<u32>,
    ) -> Result<LedgerEntries, ClientError> {
        let query =
            [("before", before.map(|n| n.to_string())), ("limit", limit.map(|n| n.to_string()))];
        self.json(&self.get(&["v1", "ledger", "entries"], &query))
    }

    /// One entry with its proof.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn ledger_entry(&self, index: u64) -> Result<LedgerEntry, ClientError> {
        self.json(&self.get(&["v1", "ledger", "entries", &index.to_string()], &[]))
    }

    /// The receipt of an entry.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn get_receipt(&self, index: u64) -> Result<Receipt, ClientError> {
        self.json(&self.get(&["v1", "ledger", "entries", &index.to_string(), "receipt"], &[]))
    }

    /// The receipt of an entry as C2SP tlog-proof text.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn get_tlog_proof(&self, index: u64) -> Result<String, ClientError> {
        let query = [("format", Some("tlog-proof".to_owned()))];
        self.text(&self.get(&["v1", "ledger", "entries", &index.to_string(), "receipt"], &query))
    }

    /// Proof that the log only grew between two sizes.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn ledger_consistency(&self, old: u64, new: u64) -> Result<Consistency, ClientError> {
        let query = [("old", Some(old.to_string())), ("new", Some(new.to_string()))];
        self.json(&self.get(&["v1", "ledger", "consistency"], &query))
    }

    /// The signed checkpoint, from the public path.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn checkpoint(&self) -> Result<String, ClientError> {
        self.text(&self.get(&["ledger", "checkpoint"], &[]))
    }

    /// Checkpoints that witnesses cosigned, from so many entries on: a page of notes, and where the
    /// next one begins.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn cosigned(&self, from: u64) -> Result<(Vec<String>, Option<u64>), ClientError> {
        let from = [("from", Some(from.to_string()))];
        let answer = self.send(&self.get(&["ledger", "cosigned.jsonl"], &from))?;
        let next = answer.headers.get("next-from").and_then(|n| n.to_str().ok()?.parse().ok());
        let lines = answer.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let read = |line| serde_json::from_slice::<Cosigned>(line).map(|line| line.checkpoint);
        let notes = lines.map(read).collect::<Result<_, _>>();
        let notes = notes.map_err(|e: serde_json::Error| ClientError::Protocol {
            server: self.server().to_owned(),
            request: "GET /ledger/cosigned.jsonl".to_owned(),
            reason: e.to_string(),
        })?;
        Ok((notes, next))
    }

    /// A file of the public log by its path below `/ledger/`, such as `tile/0/000`.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn ledger_file(&self, path: &str) -> Result<Vec<u8>, ClientError> {
        let segments: Vec<&str> = std::iter::once("ledger").chain(path.split('/')).collect();
        self.send(&self.get(&segments, &[])).map(|answer| answer.body)
    }

    /// Every key of the log, each with the statement that brought it in.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn ledger_keys(&self) -> Result<LedgerKeys, ClientError> {
        self.json(&self.get(&["ledger", "keys.json"], &[]))
    }
}
