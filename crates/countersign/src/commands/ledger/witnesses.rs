//! What witnesses say of a log: until when its entries existed.

use anyhow::Result;
use ledger::WitnessKey;
use ledger::cosignature::{rfc3339, seen_by};
use ledger::export_dir::{Sightings, TimeBound};

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::Line;

/// Witnesses that are trusted, and how many must agree.
#[derive(Debug, Clone, clap::Args)]
pub struct Trusted {
    /// Verifier key of a witness you trust; repeatable
    #[arg(long = "witness", value_name = "VKEY")]
    witnesses: Vec<String>,
    /// How many of them must have seen an entry [default: all]
    #[arg(long, value_name = "K", requires = "witnesses")]
    quorum: Option<usize>,
}

impl Trusted {
    /// The keys.
    pub fn keys(&self) -> Result<Vec<WitnessKey>> {
        let keys: Vec<WitnessKey> = self
            .witnesses
            .iter()
            .map(|text| {
                WitnessKey::parse(text.trim()).map_err(|e| {
                    Failure::usage(format!("--witness `{text}`: failed to {e}")).into()
                })
            })
            .collect::<Result<_>>()?;
        let known = keys.len();
        if self.quorum.is_some_and(|k| k == 0 || k > known) {
            let why = format!("--quorum: use 1 to {known}, the number of witnesses named");
            return Err(Failure::usage(why).into());
        }
        Ok(keys)
    }

    /// How many must agree; 0 for all.
    pub fn quorum(&self) -> usize {
        self.quorum.unwrap_or(0)
    }
}

/// The newest checkpoint that each witness cosigned, as a note, and the bound they give together.
pub struct Seen {
    /// Notes whose checkpoints the log must continue.
    pub notes: Vec<String>,
    /// Until when entries existed.
    pub bound: TimeBound,
}

/// Asks the server for what witnesses have signed, and checks their signatures.
pub fn seen(keys: &[WitnessKey], quorum: usize, context: &Context) -> Result<Seen> {
    let client = context.anonymous()?;
    let mut newest: Vec<Option<(u64, u64, String)>> = vec![None; keys.len()];
    let mut from = Some(0);
    while let Some(start) = from {
        let (notes, next) = client.cosigned(start)?;
        for note in notes {
            let (checkpoint, witnesses) = seen_by(&note, keys).map_err(|e| {
                Failure::new(
                    Exit::Error,
                    format!("the server's cosignatures can't be used: failed to {e}"),
                )
            })?;
            for (witness, time) in witnesses {
                let mut places = keys.iter().zip(&mut newest);
                if let Some((_, place)) = places.find(|(key, _)| *key == witness) {
                    *place = Some((checkpoint.size, time, note.clone()));
                }
            }
        }
        from = next.filter(|next| *next > start);
    }
    let mut sightings = Sightings::new(keys, quorum);
    for (key, seen) in keys.iter().zip(&newest) {
        if let Some((size, time, _)) = seen {
            sightings.add(key, *size, *time);
        }
    }
    let bound = sightings.newest().ok_or_else(|| {
        let (needed, known) = (sightings.quorum(), keys.len());
        let why =
            format!("the log does not verify: no entry was seen by {needed} of {known} witnesses");
        Failure::new(Exit::Error, why)
            .next("ask the witnesses themselves for the last checkpoint they cosigned")
    })?;
    let mut notes: Vec<String> = newest.into_iter().flatten().map(|(_, _, note)| note).collect();
    notes.dedup();
    Ok(Seen { notes, bound })
}

/// Says until when entries existed.
pub fn show(context: &Context, bound: &TimeBound, size: u64) {
    let (at, who) = (rfc3339(bound.time), bound.witnesses.join(", "));
    let words = format!("every entry below {} existed before {at}, says {who}", bound.size);
    context.out.line(&Line::indented(2).plain(words));
    let unseen = size.saturating_sub(bound.size);
    if unseen > 0 {
        let words = format!("the newest {unseen} are not seen by enough witnesses yet");
        context.out.line(&Line::indented(2).dim(&words));
    }
}
