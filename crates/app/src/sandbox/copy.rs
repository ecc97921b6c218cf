//! Copying an organisation into a sandbox: every entry but those about the log itself, and no secret.

use std::io::BufRead;

use ::ledger::note::VerifierKey;
use ::ledger::seal::DisclosureClass;
use domain::event::SandboxOf;
use store::{Append, Entry, NewEntry, Store, Stream};

use crate::backup::{self, BackupError};
use crate::ledger::LedgerKeys;
use crate::{App, AppError};

/// Entries copied at once.
const PAGE: usize = 500;

/// What is copied.
pub enum Source<'a> {
    /// A store, also of a server that runs: up to its present head.
    Store(&'a dyn Store),
    /// A backup that was checked, with the name of its log and the number of its entries.
    Backup {
        /// Its lines.
        input: &'a mut (dyn BufRead + Send),
        /// Name of the log.
        origin: String,
        /// Entries.
        size: u64,
    },
}

impl App {
    /// Fills this empty sandbox, whose log is signed with `key`, and makes its read models.
    ///
    /// # Errors
    /// It is not empty, or something can't be read or written.
    pub async fn fill_sandbox(
        &self,
        key: &VerifierKey,
        source: Source<'_>,
        mut progress: impl FnMut(u64, u64) + Send,
    ) -> Result<SandboxOf, BackupError> {
        if self.store.head().await?.size > 0 {
            return Err(BackupError::NotEmpty);
        }
        let of = match source {
            Source::Store(from) => {
                let size = from.head().await?.size;
                let keys = LedgerKeys::read(from).await?;
                let keys = keys.ok_or_else(|| AppError::damaged("the log has no first entry"))?;
                let of = SandboxOf { origin: keys.first.name().to_owned(), size };
                self.begin_sandbox(key, of.clone()).await?;
                self.copy_store(from, size, &mut progress).await?;
                of
            }
            Source::Backup { input, origin, size } => {
                let of = SandboxOf { origin, size };
                self.begin_sandbox(key, of.clone()).await?;
                let shown = |done| progress(done, size);
                backup::pour(self.store.as_ref(), input, kept, shown).await?;
                of
            }
        };
        self.refresh().await?;
        self.refresh_notifications().await?;
        self.rebuild_read_models(|_| {}).await?;
        Ok(of)
    }

    async fn copy_store(
        &self,
        from: &dyn Store,
        size: u64,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<(), BackupError> {
        let mut next = 0;
        while next < size {
            let left = usize::try_from(size - next).unwrap_or(PAGE).min(PAGE);
            let page = from.entries(next, left).await?;
            if page.is_empty() {
                return Err(AppError::damaged(format_args!("entry {next} is missing")).into());
            }
            next += u64::try_from(page.len()).unwrap_or(u64::MAX);
            let entries: Vec<NewEntry> = page.into_iter().filter_map(as_new).collect();
            if !entries.is_empty() {
                self.store.append(Append { entries, ..Append::default() }).await?;
            }
            progress(next, size);
        }
        Ok(())
    }
}

fn as_new(entry: Entry) -> Option<NewEntry> {
    kept(NewEntry::new(entry.stream, entry.leaf, entry.disclosures))
}

/// An entry as a sandbox has it; none about the log, which is another.
fn kept(mut entry: NewEntry) -> Option<NewEntry> {
    if entry.stream == Stream::ledger() {
        return None;
    }
    entry.disclosures.retain(|disclosure| disclosure.class != DisclosureClass::Secret);
    Some(entry)
}
