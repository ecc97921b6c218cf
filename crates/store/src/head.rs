//! The head of the log: signing a new one, believing a stored one.

use ledger::checkpoint::Checkpoint;
use ledger::hash::Hash;
use ledger::note::{SigningKey, VerifierKey};
use ledger::tree::Frontier;

use crate::StoreError;

/// The signed checkpoint of a log, named after its key.
///
/// # Errors
/// [`StoreError::Stopped`] if it can't be signed: without checkpoint nothing may be stored.
pub fn sign_head(size: u64, root: Hash, signer: &SigningKey) -> Result<String, StoreError> {
    Checkpoint { origin: signer.name().to_owned(), size, root }
        .sign(signer)
        .map_err(|error| StoreError::Stopped { reason: format!("failed to {error}") })
}

/// The frontier of a stored head, if size, frontier and a checkpoint by one of `keys` agree.
///
/// # Errors
/// [`StoreError::Damaged`], saying what disagrees.
pub fn verify_head(
    size: u64,
    frontier: &[u8],
    checkpoint: &str,
    keys: &[VerifierKey],
) -> Result<Frontier, StoreError> {
    let damaged = |reason: String| StoreError::Damaged { reason: format!("table head: {reason}") };
    let frontier = Frontier::decode(frontier).map_err(|error| damaged(error.to_string()))?;
    if frontier.size() != size {
        let reason = format!("size is {size} and the frontier is of {} entries", frontier.size());
        return Err(damaged(reason));
    }
    verify_checkpoint(checkpoint, size, frontier.root(), keys).map_err(damaged)?;
    Ok(frontier)
}

/// Whether a checkpoint is signed by one of the log's keys and says exactly this.
pub(crate) fn verify_checkpoint(
    note: &str,
    size: u64,
    root: Hash,
    keys: &[VerifierKey],
) -> Result<(), String> {
    let opened = Checkpoint::open(note, keys)
        .map_err(|error| format!("the checkpoint does not open: {}", with_sources(&error)))?;
    if opened.size != size || opened.root != root {
        return Err(format!(
            "the checkpoint is of {} entries with root {}, and the log has {size} with root {root}",
            opened.size, opened.root
        ));
    }
    Ok(())
}

/// An error and what caused it, in one line.
fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
