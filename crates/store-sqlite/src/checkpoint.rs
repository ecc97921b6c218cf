//! Moves the write-ahead log into the database beside the writer, so that no commit waits for it.
//!
//! A passive checkpoint disturbs nobody but never catches up with a busy writer, and the log can
//! start again from the front only when nothing is left in it. So this thread does the bulk of the
//! work, and when the log has grown long the writer does the small rest between two batches.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use store::StoreError;

use crate::connection::open_writer;
use crate::error::unavailable;
use crate::shared::Shared;

/// Pages of 4 KiB after which a checkpoint is worth its sync.
const PAGES_BEFORE_CHECKPOINT: usize = 2_000;
/// Pages after which the log is to start again from the front.
const PAGES_BEFORE_FINISH: i64 = 16_000;

const CHECKPOINT: &str = "PRAGMA wal_checkpoint(PASSIVE)";
const FINISH: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// The thread that checkpoints, as the writer sees it.
pub(crate) struct Checkpointer {
    nudge: Option<SyncSender<()>>,
    finish: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    pages: usize,
}

impl Checkpointer {
    pub(crate) fn start(path: &Path, shared: Arc<Shared>) -> Result<Self, StoreError> {
        let connection = open_writer(path)?;
        let finish = Arc::new(AtomicBool::new(false));
        let finish_wanted = Arc::clone(&finish);
        let (nudge, nudged) = sync_channel(1);
        let thread = thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || {
                while nudged.recv().is_ok() {
                    match run(&connection) {
                        Ok(pages) if pages > PAGES_BEFORE_FINISH => {
                            finish_wanted.store(true, Ordering::Relaxed);
                        }
                        Ok(_) => {}
                        Err(error) => shared.stop(&format!("a checkpoint failed: {error}")),
                    }
                }
            })
            .map_err(|error| StoreError::Unavailable { reason: error.to_string() })?;
        Ok(Self { nudge: Some(nudge), finish, thread: Some(thread), pages: 0 })
    }

    /// Called by the writer after each commit, with a guess of the pages it wrote.
    pub(crate) fn committed(
        &mut self,
        writer: &Connection,
        pages: usize,
    ) -> Result<(), StoreError> {
        self.pages += pages;
        if self.pages >= PAGES_BEFORE_CHECKPOINT
            && let Some(nudge) = &self.nudge
            && nudge.try_send(()).is_ok()
        {
            self.pages = 0;
        }
        if self.finish.swap(false, Ordering::Relaxed) {
            run(writer).map_err(unavailable)?;
        }
        Ok(())
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.nudge = None;
        if let Some(thread) = self.thread.take() {
            // The thread never panics; if it did, there is nobody left to tell.
            let _ = thread.join();
        }
    }
}

/// Moves everything at a clean stop, so that what lies in the folder is one file with all of it.
/// If a reader still holds the log, it stays, and the next start reads it.
pub(crate) fn finish(connection: &Connection) {
    let _ = connection.query_row(FINISH, [], |_| Ok(()));
}

/// Moves what can be moved; gives the pages in the log.
fn run(connection: &Connection) -> Result<i64, rusqlite::Error> {
    connection.query_row(CHECKPOINT, [], |row| row.get(1))
}
