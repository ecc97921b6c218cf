//! A copy of the log's checkpoint outside the database, so that a database that was truncated, or
//! replaced by an older one, is found out at the next start (H02, I08).
//!
//! `latest` is the newest one; one file an hour is kept beside it for whoever looks later.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ledger::checkpoint::extends;
use ledger::rotation::KeyHistory;
use store::{Store, StoreError};
use tokio::sync::broadcast::error::RecvError;

use crate::state::AppState;

const LATEST: &str = "latest";
const AT_MOST_EVERY: Duration = Duration::from_secs(1);
const COPY_MAX_BYTES: u64 = 64 << 10;

/// Why a database is not the one whose checkpoint was kept.
#[derive(Debug, thiserror::Error)]
pub enum OutsideCopyError {
    /// The database holds less than was there before.
    #[error(
        "the database has {found} entries, and {kept} were there before: its last entries are \
         missing, or it is an older copy. Restore the newest database. If the loss is accepted, \
         move `{path}` away and start again: receipts that others hold will keep showing the gap"
    )]
    Behind {
        /// Entries in the database.
        found: u64,
        /// Entries in the copy of the checkpoint.
        kept: u64,
        /// The copy.
        path: PathBuf,
    },
    /// The database holds other entries than were there before.
    #[error(
        "the first {kept} entries of the database are not those whose checkpoint was kept in \
         `{path}`: the log was rewritten or belongs to another organisation ({reason}). Don't use \
         this database: keep it for an investigation and restore the right one"
    )]
    Forked {
        /// Entries in the copy of the checkpoint.
        kept: u64,
        /// The copy.
        path: PathBuf,
        /// What did not fit.
        reason: String,
    },
    /// The copy itself can't be believed.
    #[error(
        "the copy of the checkpoint in `{path}` can't be checked: {reason}. It was damaged, or is \
         of another log; compare it with a receipt that somebody else holds before you move it away"
    )]
    Unreadable {
        /// The copy.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The store does not answer.
    #[error("failed to read the log")]
    Store(#[from] StoreError),
}

/// Compares the database with the copy kept outside it. Without a copy there is nothing to compare.
/// The copy may be older than a change of the log's key.
///
/// # Errors
/// The database is behind the copy, or contradicts it; don't serve it.
pub async fn check_outside_copy(
    folder: &Path,
    store: &dyn Store,
    keys: &KeyHistory,
) -> Result<(), OutsideCopyError> {
    let path = folder.join(LATEST);
    let unreadable = |reason: String| OutsideCopyError::Unreadable { path: path.clone(), reason };
    let text = match read(&path) {
        Ok(Some(text)) => text,
        Ok(None) => return Ok(()),
        Err(error) => return Err(unreadable(error.to_string())),
    };
    let kept = keys.open_checkpoint(&text).map_err(|e| unreadable(e.to_string()))?;
    let head = store.head().await?;
    if head.size < kept.size {
        return Err(OutsideCopyError::Behind { found: head.size, kept: kept.size, path });
    }
    let forked =
        |reason: String| OutsideCopyError::Forked { kept: kept.size, path: path.clone(), reason };
    let now = keys.open_checkpoint(&head.checkpoint).map_err(|e| forked(e.to_string()))?;
    let proof = store.consistency(kept.size, head.size).await?;
    extends(&kept, &now, &proof).map_err(|e| forked(e.to_string()))
}

fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::metadata(path) {
        Ok(found) if found.len() > COPY_MAX_BYTES => {
            Err(io::Error::new(io::ErrorKind::InvalidData, "it is too large"))
        }
        Ok(_) => fs::read_to_string(path).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Copies the checkpoint whenever the log has grown, at most each second, and when the server stops.
pub(super) async fn keep(state: AppState, folder: PathBuf) {
    let mut notices = state.app.store().watch();
    let mut copied = None;
    loop {
        copied = copy(&state, &folder, copied).await;
        if state.is_stopping() {
            return;
        }
        let grown = async {
            while let Err(RecvError::Closed) = notices.recv().await {
                // The store has stopped: there will be no more to copy.
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = grown => {}
            () = state.stopped() => continue,
        }
        tokio::select! {
            () = tokio::time::sleep(AT_MOST_EVERY) => {}
            () = state.stopped() => {}
        }
    }
}

/// Copies the checkpoint if it is another than the last one. Returns the size that is copied.
async fn copy(state: &AppState, folder: &Path, copied: Option<u64>) -> Option<u64> {
    let head = match state.app.store().head().await {
        Ok(head) if Some(head.size) == copied || head.size == 0 => return copied,
        Ok(head) => head,
        Err(error) => {
            tracing::warn!(error = %error, "failed to read the checkpoint to copy");
            return copied;
        }
    };
    let hour = state.app.ports().now().strftime("%Y-%m-%dT%H").to_string();
    let (folder, text) = (folder.to_owned(), head.checkpoint);
    let written = tokio::task::spawn_blocking(move || {
        write(&folder, LATEST, &text)?;
        write(&folder, &hour, &text)
    });
    match written.await {
        Ok(Ok(())) => Some(head.size),
        Ok(Err(error)) => {
            tracing::error!(error = %error, "failed to copy the checkpoint out of the database");
            metrics::counter!("countersign_checkpoint_copy_failures_total").increment(1);
            copied
        }
        Err(_) => copied,
    }
}

/// Puts a file in place whole: readers see the old one or the new one, also after a power cut.
fn write(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let temporary = folder.join(format!(".{name}.new"));
    let mut file = File::create(&temporary)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&temporary, folder.join(name))?;
    File::open(folder)?.sync_all()
}
