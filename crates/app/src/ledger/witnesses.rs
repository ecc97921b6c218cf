//! Witnesses of the log (C2SP tlog-witness): offering them the head, keeping what they sign, and how
//! far they are behind (F07, H11).

use std::sync::Arc;

use ::ledger::cosignature::CosignatureError;
use ::ledger::note::unverified_text;
use ::ledger::witness::Offer;
use ::ledger::{WitnessKey, export_dir::CLOCK_TOLERANCE_SECONDS};
use async_trait::async_trait;
use domain::gate::WitnessLag;
use jiff::Timestamp;
use serde::Deserialize;
use store::{CosignatureRow, Store, Write};

use crate::{App, AppError};

/// Cosignatures read at once; more than the witnesses of one size.
const PAGE: usize = 500;

/// A witness, somewhere else.
#[async_trait]
pub trait WitnessPort: Send + Sync {
    /// Sends the body of an `add-checkpoint` request; gives the signature lines of the answer.
    async fn add_checkpoint(&self, body: String) -> Result<String, WitnessAnswerError>;
}

/// Why a witness gave no cosignature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WitnessAnswerError {
    /// It has cosigned another size last.
    #[error("it has cosigned {size} entries")]
    Conflict {
        /// That size.
        size: u64,
    },
    /// It does not want this checkpoint, or not from us.
    #[error("it refused: {0}")]
    Refused(String),
    /// It does not answer.
    #[error("it can't be reached: {0}")]
    Unreachable(String),
}

/// The witnesses of this log, and what is asked of them.
pub struct Witnessing {
    /// Who they are, each with the way to it.
    pub witnesses: Vec<(WitnessKey, Arc<dyn WitnessPort>)>,
    /// How many of them must have seen an entry.
    pub quorum: usize,
    /// For how many minutes they may be behind before deployments into the highest tier wait.
    pub max_lag_minutes: u32,
    /// Seconds between two offers to one witness.
    pub every_seconds: u32,
}

/// What one witness has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Its name.
    pub name: String,
    /// Entries it has seen; 0 for none.
    pub size: u64,
    /// When it saw them.
    pub seen_at: Option<Timestamp>,
}

/// How the witnesses stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessStatus {
    /// Each of them, in the order of the settings.
    pub witnesses: Vec<Sighting>,
    /// How many must have seen an entry.
    pub quorum: usize,
    /// Entries that so many have seen.
    pub size: u64,
    /// When the last of those saw them.
    pub seen_at: Option<Timestamp>,
    /// Entries that too few have seen.
    pub unseen: u64,
    /// When the oldest of these was recorded.
    pub unseen_since: Option<Timestamp>,
    /// For how many minutes they may be behind.
    pub max_lag_minutes: u32,
}

impl WitnessStatus {
    /// What the gate asks of it.
    #[must_use]
    pub const fn lag(&self) -> WitnessLag {
        WitnessLag { unseen_since: self.unseen_since, max_minutes: self.max_lag_minutes }
    }
}

/// What came of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offered {
    /// It has seen the whole log.
    UpToDate,
    /// It cosigned so many entries just now.
    Cosigned(u64),
}

/// Why an offer led to nothing.
#[derive(Debug, thiserror::Error)]
pub enum OfferError {
    /// What the witness said.
    #[error(transparent)]
    Answer(#[from] WitnessAnswerError),
    /// The witness has seen what this log is not (H02, H04).
    #[error(
        "it has seen another history: {seen} entries, and this log of {size} does not continue them. \
         Keep database and checkpoints for an investigation"
    )]
    OtherHistory {
        /// Entries it has seen.
        seen: u64,
        /// Entries of this log.
        size: u64,
    },
    /// What it gave is no cosignature by it over what it was shown.
    #[error("its answer does not verify: {0}")]
    Cosignature(#[from] CosignatureError),
    /// Its clock, or ours, is wrong.
    #[error("it says that it is {said}, and here it is {now}: set the clock that is wrong")]
    Clock {
        /// Its time.
        said: Timestamp,
        /// Ours.
        now: Timestamp,
    },
    /// The store does not answer.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<store::StoreError> for OfferError {
    fn from(error: store::StoreError) -> Self {
        Self::App(error.into())
    }
}

#[derive(Deserialize)]
struct Recorded {
    time: Timestamp,
}

impl App {
    /// Says at start which witnesses the log has. Later calls change nothing.
    pub fn set_witnesses(&self, witnessing: Witnessing) {
        let _ = self.witnessing.set(witnessing);
    }

    /// The witnesses, if the log has any.
    #[must_use]
    pub fn witnessing(&self) -> Option<&Witnessing> {
        self.witnessing.get().filter(|w| !w.witnesses.is_empty())
    }

    /// How the witnesses stand; `None` for a log without any.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn witness_status(&self) -> Result<Option<WitnessStatus>, AppError> {
        let Some(witnessing) = self.witnessing() else { return Ok(None) };
        let mut witnesses = Vec::new();
        for (key, _) in &witnessing.witnesses {
            let newest = self.store.newest_cosignature(&key.to_string()).await?;
            witnesses.push(Sighting {
                name: key.name().to_owned(),
                size: newest.as_ref().map_or(0, |row| row.size),
                seen_at: newest.map(|row| row.seen_at),
            });
        }
        let mut by_size: Vec<&Sighting> = witnesses.iter().collect();
        by_size.sort_by_key(|seen| std::cmp::Reverse(seen.size));
        let enough = by_size.get(..witnessing.quorum).unwrap_or_default();
        let size = enough.last().map_or(0, |seen| seen.size);
        let seen_at = enough.iter().filter(|_| size > 0).filter_map(|seen| seen.seen_at).max();
        let head = self.store.head().await?.size;
        let unseen = head.saturating_sub(size);
        let unseen_since = if unseen == 0 { None } else { Some(self.recorded_at(size).await?) };
        Ok(Some(WitnessStatus {
            quorum: witnessing.quorum,
            size,
            seen_at,
            unseen,
            unseen_since,
            max_lag_minutes: witnessing.max_lag_minutes,
            witnesses,
        }))
    }

    /// When an entry was recorded.
    async fn recorded_at(&self, index: u64) -> Result<Timestamp, AppError> {
        let missing = || AppError::damaged(format_args!("entry {index} is missing"));
        let entry = self.store.entry(index).await?.ok_or_else(missing)?;
        let read = serde_json::from_slice::<Recorded>(&entry.leaf);
        Ok(read.map_err(|e| AppError::damaged(format_args!("entry {index}: {e}")))?.time)
    }

    /// Offers the head of the log to a witness, and keeps its cosignature.
    ///
    /// # Errors
    /// It does not answer, refuses, or its answer is not one.
    pub async fn offer_head(
        &self,
        key: &WitnessKey,
        witness: &dyn WitnessPort,
    ) -> Result<Offered, OfferError> {
        let newest = self.store.newest_cosignature(&key.to_string()).await?;
        let known = newest.map_or(0, |row| row.size);
        let head = self.store.head().await?;
        if known >= head.size {
            return Ok(Offered::UpToDate);
        }
        let text = unverified_text(&head.checkpoint).map_err(CosignatureError::from)?;
        let lines = match self.offer(known, &head, witness).await {
            // It saw a size that was not kept here: by another node, or before a restore.
            Err(WitnessAnswerError::Conflict { size }) if size != known && size <= head.size => {
                self.offer(size, &head, witness).await
            }
            other => other,
        };
        let lines = match lines {
            Ok(lines) => lines,
            Err(WitnessAnswerError::Conflict { size }) => {
                return Err(OfferError::OtherHistory { seen: size, size: head.size });
            }
            Err(other) => return Err(other.into()),
        };
        let cosigned = key.verify_lines(text, &lines)?;
        let now = self.ports.now();
        let seconds = i64::try_from(cosigned.time).unwrap_or(i64::MAX);
        let said = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
        let apart = now.duration_since(said).unsigned_abs();
        if apart.as_secs() > CLOCK_TOLERANCE_SECONDS {
            return Err(OfferError::Clock { said, now });
        }
        let row = CosignatureRow {
            size: head.size,
            witness: key.to_string(),
            seen_at: said,
            checkpoint: head.checkpoint.clone(),
            line: cosigned.line,
        };
        self.store.write(vec![Write::Cosignature(Box::new(row))]).await?;
        Ok(Offered::Cosigned(head.size))
    }

    async fn offer(
        &self,
        old: u64,
        head: &store::Head,
        witness: &dyn WitnessPort,
    ) -> Result<String, WitnessAnswerError> {
        let proof = match old {
            0 => Ok(Vec::new()),
            old => self.store.consistency(old, head.size).await,
        };
        let unreadable = |e: store::StoreError| WitnessAnswerError::Unreachable(e.to_string());
        let offer =
            Offer { old, proof: proof.map_err(unreadable)?, checkpoint: head.checkpoint.clone() };
        witness.add_checkpoint(offer.to_body()).await
    }

    /// The newest head, with the lines of those witnesses who have seen exactly that.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn cosigned_head(&self) -> Result<String, AppError> {
        let head = self.store.head().await?;
        let lines = self.store.cosignatures(head.size, PAGE).await?;
        let lines = lines.iter().filter(|row| row.checkpoint == head.checkpoint);
        let lines: String = lines.map(|row| row.line.as_str()).collect();
        Ok(head.checkpoint + &lines)
    }
}

/// Heads of `from` to `size` entries that witnesses cosigned, as notes with all their lines, and where
/// the next page begins.
///
/// # Errors
/// The store does not answer, or holds what is no note.
pub async fn cosigned(
    store: &dyn Store,
    from: u64,
    size: u64,
) -> Result<(Vec<String>, Option<u64>), AppError> {
    let rows = store.cosignatures(from, PAGE).await?;
    // The last size of a full page may have more lines.
    let cut = rows.last().filter(|_| rows.len() == PAGE).map(|row| row.size);
    let mut notes: Vec<(&str, String)> = Vec::new();
    let whole = rows.iter().filter(|row| row.size <= size && cut.is_none_or(|cut| row.size < cut));
    for row in whole {
        match notes.last_mut() {
            Some((checkpoint, note)) if *checkpoint == row.checkpoint => note.push_str(&row.line),
            _ => notes.push((&row.checkpoint, format!("{}{}", row.checkpoint, row.line))),
        }
    }
    let next = cut.filter(|cut| *cut <= size && *cut > from);
    Ok((notes.into_iter().map(|(_, note)| note).collect(), next))
}
