//! What witnesses show about the time of entries (F07), and that the log is the one they saw (H04).
//!
//! A cosigned checkpoint over `n` entries at time `t` shows that the entries below `n` existed at `t`,
//! and that the log did not show the later ones then. So a recorded time is refused that is later
//! than a time at which enough witnesses had seen the entry, or earlier than one at which enough
//! witnesses were shown a log without it. What was recorded but never happened is not theirs to see.

use serde::{Deserialize, Serialize};

use super::glance::{describe, glance};
use super::problem::{EntryRange, Fault, Problem};
use crate::cosignature::{WitnessKey, rfc3339};

/// How far clocks of the log and its witnesses may be apart.
pub const CLOCK_TOLERANCE_SECONDS: u64 = 60;

/// One line of `cosigned.jsonl`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CosignedLine {
    /// A checkpoint with cosignature lines.
    pub checkpoint: String,
}

/// When entries existed, by a quorum of witnesses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TimeBound {
    /// Every entry below this index existed …
    pub size: u64,
    /// … at this time (POSIX seconds).
    pub time: u64,
    /// The witnesses who say so, by name, in the order given.
    pub witnesses: Vec<String>,
}

/// Sizes that one witness saw, and when.
#[derive(Debug, Clone, Default)]
struct Seen {
    /// By size, the earliest time each.
    sightings: Vec<(u64, u64)>,
}

/// What all witnesses saw of a log, and how many must agree.
#[derive(Debug)]
pub struct Sightings<'a> {
    witnesses: &'a [WitnessKey],
    quorum: usize,
    seen: Vec<Seen>,
}

impl<'a> Sightings<'a> {
    /// Nothing seen yet. A quorum of 0 means all of them.
    pub fn new(witnesses: &'a [WitnessKey], quorum: usize) -> Self {
        let quorum = if quorum == 0 { witnesses.len() } else { quorum };
        Self { witnesses, quorum, seen: vec![Seen::default(); witnesses.len()] }
    }

    /// Notes that a witness saw `size` entries at `time`.
    pub fn add(&mut self, witness: &WitnessKey, size: u64, time: u64) {
        for (key, seen) in self.witnesses.iter().zip(&mut self.seen) {
            if key == witness {
                seen.sightings.push((size, time));
            }
        }
    }

    /// How many witnesses must agree.
    pub fn quorum(&self) -> usize {
        self.quorum
    }

    /// The largest size that enough witnesses saw, the time since when, and who they are.
    pub fn newest(&self) -> Option<TimeBound> {
        let largest = |seen: &Seen| seen.sightings.iter().map(|(size, _)| *size).max();
        let mut sizes: Vec<u64> = self.seen.iter().filter_map(largest).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        let size = *sizes.get(self.quorum.checked_sub(1)?)?;
        self.existed(size.checked_sub(1)?).map(|(time, witnesses)| TimeBound {
            size,
            time,
            witnesses,
        })
    }

    /// When enough witnesses had seen entry `index`, and who they are.
    fn existed(&self, index: u64) -> Option<(u64, Vec<String>)> {
        let first = |seen: &Seen| {
            seen.sightings.iter().filter(|(size, _)| *size > index).map(|(_, time)| *time).min()
        };
        let mut times: Vec<(u64, &WitnessKey)> = self
            .seen
            .iter()
            .zip(self.witnesses)
            .filter_map(|(s, k)| Some((first(s)?, k)))
            .collect();
        times.sort_by_key(|(time, _)| *time);
        let enough = times.get(..self.quorum)?;
        let names = enough.iter().map(|(_, key)| key.name().to_owned()).collect();
        Some((enough.last()?.0, names))
    }

    /// The latest time at which enough witnesses saw the log without entry `index`.
    fn absent(&self, index: u64) -> Option<u64> {
        let last = |seen: &Seen| {
            seen.sightings.iter().filter(|(size, _)| *size <= index).map(|(_, time)| *time).max()
        };
        let mut times: Vec<u64> = self.seen.iter().filter_map(last).collect();
        times.sort_unstable_by(|a, b| b.cmp(a));
        times.get(self.quorum.checked_sub(1)?).copied()
    }

    /// Index ranges between sizes that were seen; within one, every entry has the same bounds.
    pub(super) fn spans(&self, size: u64) -> Vec<Span> {
        let mut edges: Vec<u64> =
            self.seen.iter().flat_map(|s| s.sightings.iter().map(|(size, _)| *size)).collect();
        edges.extend([0, size]);
        edges.retain(|edge| *edge <= size);
        edges.sort_unstable();
        edges.dedup();
        let pairs = edges.iter().zip(edges.iter().skip(1));
        pairs
            .map(|(first, end)| Span {
                end: *end,
                not_after: self.existed(*first),
                not_before: self.absent(*first),
            })
            .collect()
    }
}

/// Neighbouring entries and when they were recorded at the latest and at the earliest.
#[derive(Debug)]
pub(super) struct Span {
    /// Index after the last.
    pub end: u64,
    not_after: Option<(u64, Vec<String>)>,
    not_before: Option<u64>,
}

impl Span {
    /// Compares the recorded time of an entry with what the witnesses say.
    pub(super) fn check(&self, index: u64, leaf: &[u8], file: &str) -> Option<Problem> {
        if self.not_after.is_none() && self.not_before.is_none() {
            return None;
        }
        let why = match glance(leaf).map(|seen| seen.time).filter(|time| is_utc(time)) {
            None => "it has no time that can be compared with what witnesses saw".to_owned(),
            Some(time) => self.contradiction(time)?,
        };
        let problem = Problem::at(EntryRange::one(index), file, Fault::ForgedTime(why));
        Some(problem.describe(describe(leaf)))
    }

    /// Times of one form are in the order of their text.
    fn contradiction(&self, time: &[u8]) -> Option<String> {
        let shown = String::from_utf8_lossy(time);
        let seconds = time.get(..19)?;
        let text = |seconds: u64| rfc3339(seconds).trim_end_matches('Z').to_owned();
        if let Some((bound, names)) = &self.not_after
            && seconds > text(bound + CLOCK_TOLERANCE_SECONDS).as_bytes()
        {
            let (at, names) = (rfc3339(*bound), names.join(", "));
            return Some(format!("it says {shown}, but existed before {at}, as {names} saw"));
        }
        if let Some(bound) = self.not_before
            && seconds < text(bound.saturating_sub(CLOCK_TOLERANCE_SECONDS)).as_bytes()
        {
            let at = rfc3339(bound);
            return Some(format!(
                "it says {shown}, but the log that witnesses were shown at {at} was without it"
            ));
        }
        None
    }
}

/// Whether a time is of the form `2026-11-28T06:00:00Z`, with or without a fraction.
fn is_utc(time: &[u8]) -> bool {
    let digit = |at: usize| time.get(at).is_some_and(u8::is_ascii_digit);
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    time.ends_with(b"Z")
        && time.len() >= 20
        && marks.iter().all(|(at, mark)| time.get(*at) == Some(mark))
        && (0..19).filter(|at| !marks.iter().any(|(mark, _)| mark == at)).all(digit)
}
