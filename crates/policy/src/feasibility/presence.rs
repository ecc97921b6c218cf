//! Who works when: one bit for each person and hour.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{CalendarError, Place, Span};
use domain::ids::PersonId;
use domain::organisation::{Absence, Directory, Status};
use jiff::SignedDuration;

use super::Horizon;
use crate::bundle::Calendars;

/// The hours of one person; bit `n` of word `n / 64`.
type Bits = Vec<u64>;

/// Everybody who is here, numbered, with the hours they work.
#[derive(Debug)]
pub(super) struct Presence<'a> {
    numbers: BTreeMap<&'a PersonId, usize>,
    hours: Vec<Bits>,
    length: usize,
    /// What calendars could not tell, in words.
    pub(super) unknown: Vec<String>,
}

impl<'a> Presence<'a> {
    pub(super) fn of(calendars: &Calendars, directory: &'a Directory, horizon: Horizon) -> Self {
        let mut places: BTreeMap<_, Result<Bits, CalendarError>> = BTreeMap::new();
        let mut unknown = BTreeSet::new();
        let mut presence = Self {
            numbers: BTreeMap::new(),
            hours: Vec::new(),
            length: horizon.length(),
            unknown: Vec::new(),
        };
        for person in directory.people().filter(|person| person.status == Status::Active) {
            let (named, zone) = (person.place.as_ref(), person.time_zone.as_str());
            let of_place = places
                .entry((named, zone))
                .or_insert_with(|| hours_of(&calendars.place_of(named, zone), horizon));
            let mut hours = match of_place {
                Ok(hours) => hours.clone(),
                Err(error) => {
                    unknown.insert(error.to_string());
                    vec![0; words(horizon.length())]
                }
            };
            for absence in directory.absences_of(&person.id) {
                take_out(&mut hours, absence, horizon);
            }
            presence.numbers.insert(&person.id, presence.hours.len());
            presence.hours.push(hours);
        }
        presence.unknown = unknown.into_iter().collect();
        presence
    }

    /// How many people there are.
    pub(super) fn people(&self) -> usize {
        self.hours.len()
    }

    /// The number of a person who is here.
    pub(super) fn number(&self, person: &PersonId) -> Option<usize> {
        self.numbers.get(person).copied()
    }

    /// How many of some people work, by hour.
    pub(super) fn count(&self, people: &[usize]) -> Vec<u16> {
        let mut counts = vec![0u16; self.length];
        for bits in people.iter().filter_map(|number| self.hours.get(*number)) {
            for (word, counts) in bits.iter().zip(counts.chunks_mut(64)) {
                for (bit, count) in counts.iter_mut().enumerate() {
                    *count = count.saturating_add(u16::from(word >> bit & 1 == 1));
                }
            }
        }
        counts
    }
}

/// Takes out the hours of which at least half falls into an absence.
fn take_out(hours: &mut Bits, absence: &Absence, horizon: Horizon) {
    let middle = |hour| horizon.hour(hour).start.checked_add(SignedDuration::from_mins(30));
    let away = |hour: &usize| middle(*hour).is_ok_and(|at| absence.covers(at));
    for hour in (0..horizon.length()).filter(away) {
        if let Some(word) = hours.get_mut(hour / 64) {
            *word &= !(1 << (hour % 64));
        }
    }
}

const fn words(hours: usize) -> usize {
    hours.div_ceil(64)
}

/// An hour counts when at least half of it is worked.
fn hours_of(place: &Place, horizon: Horizon) -> Result<Bits, CalendarError> {
    let length = horizon.length();
    let all = Span { start: horizon.hour(0).start, end: horizon.hour(length).start };
    let spans = place.working_spans(all)?;
    let mut bits = vec![0u64; words(length)];
    for hour in 0..length {
        let span = horizon.hour(hour);
        let begin = spans.partition_point(|worked| worked.end <= span.start);
        let worked: i64 = spans
            .iter()
            .skip(begin)
            .map_while(|worked| worked.within(span))
            .map(|worked| worked.duration().as_secs())
            .sum();
        if worked >= 1_800
            && let Some(word) = bits.get_mut(hour / 64)
        {
            *word |= 1 << (hour % 64);
        }
    }
    Ok(bits)
}
