//! The ledger as a whole: its first entry, its keys, and exporting it for an auditor.

mod keys;
mod rotate_key;
mod witnesses;

use std::path::Path;

use ::ledger::export_dir::{ExportStamp, ExportWriter};
use ::ledger::note::VerifierKey;
use domain::actor::Actor;
use domain::event::{LedgerEvent, SandboxOf};
use store::{Append, Guard, StoreError, Stream};

use crate::{App, AppError};

pub use keys::LedgerKeys;
pub use witnesses::{
    OfferError, Offered, Sighting, WitnessAnswerError, WitnessPort, WitnessStatus, Witnessing,
    cosigned,
};

const PAGE: usize = 1000;

impl App {
    /// Writes the first entry of an empty log: its name and key.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn begin_ledger(&self, key: &VerifierKey) -> Result<(), AppError> {
        self.begin_log(key, None).await
    }

    pub(crate) async fn begin_log(
        &self,
        key: &VerifierKey,
        sandbox: Option<SandboxOf>,
    ) -> Result<(), AppError> {
        if self.store().head().await?.size > 0 {
            return Ok(());
        }
        let (origin, key) = (key.name().to_owned(), key.to_string());
        let event = LedgerEvent::LedgerBegun { origin, key, sandbox };
        let stream = Stream::ledger();
        let entry = self.entry(stream.clone(), &Actor::System, event, self.ports().now())?;
        let guards = vec![Guard { stream, version: 0 }];
        let append = Append { guards, entries: vec![entry], ..Append::default() };
        match self.store().append(append).await {
            // Another node was faster.
            Ok(_) | Err(StoreError::Conflict { .. }) => Ok(()),
            Err(other) => Err(other.into()),
        }
    }

    /// Exports the log as it stands now into a new folder. Secrets are withheld. `key` is the log's
    /// first key.
    ///
    /// # Errors
    /// The folder can't be written, or the store does not answer.
    pub async fn export_ledger(
        &self,
        dir: &Path,
        key: &VerifierKey,
        stamp: &ExportStamp,
        mut progress: impl FnMut(u64, u64) + Send,
    ) -> Result<u64, AppError> {
        let head = self.store().head().await?;
        let mut writer = ExportWriter::create(dir).map_err(AppError::damaged)?;
        let mut next = 0;
        while next < head.size {
            let left = usize::try_from(head.size - next).unwrap_or(PAGE).min(PAGE);
            let page = self.store().entries(next, left).await?;
            if page.is_empty() {
                return Err(AppError::damaged(format_args!("entry {next} is missing")));
            }
            for entry in &page {
                writer.push(&entry.leaf, &entry.disclosures).map_err(AppError::damaged)?;
                next = entry.index + 1;
            }
            progress(next, head.size);
        }
        let (mut from, mut more) = (0, true);
        while more {
            let (notes, next) = cosigned(self.store(), from, head.size).await?;
            for note in &notes {
                writer.push_cosigned(note).map_err(AppError::damaged)?;
            }
            more = next.is_some();
            from = next.unwrap_or(from);
        }
        writer.finish(&head.checkpoint, key, stamp).map_err(AppError::damaged)?;
        Ok(head.size)
    }
}
