//! Who works when: one bit for each person and hour.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{CalendarError, Place, Span};
use domain::ids::PersonId;
use domain::organisation::{Absence, Directory, Status};
use jiff::{SignedDuration, Timestamp};

use super::Horizon;
use super::entitled::Entitled;
use crate::bundle::Calendars;

/// Hours of somebody; bit `n` of word `n / 64`.
pub(super) type Hours = Vec<u64>;

/// Everybody who is here, numbered, with the hours they work.
#[derive(Debug)]
pub(super) struct Presence<'a> {
    numbers: BTreeMap<&'a PersonId, usize>,
    ids: Vec<&'a PersonId>,
    hours: Vec<Hours>,
    horizon: Horizon,
    /// What calendars could not tell, in words.
    pub(super) unknown: Vec<String>,
}

impl<'a> Presence<'a> {
    pub(super) fn of(calendars: &Calendars, directory: &'a Directory, horizon: Horizon) -> Self {
        let mut places: BTreeMap<_, Result<Hours, CalendarError>> = BTreeMap::new();
        let mut unknown = BTreeSet::new();
        let (numbers, ids, hours) = (BTreeMap::new(), Vec::new(), Vec::new());
        let mut presence = Self { numbers, ids, hours, horizon, unknown: Vec::new() };
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
            presence.ids.push(&person.id);
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

    /// Those with these numbers.
    pub(super) fn named(&self, numbers: &[usize]) -> Vec<PersonId> {
        numbers.iter().filter_map(|number| self.ids.get(*number)).map(|id| (*id).clone()).collect()
    }

    /// The hours of which the middle lies in a time.
    pub(super) fn hours_between(&self, from: Timestamp, until: Timestamp) -> Hours {
        let mut hours = vec![0; words(self.horizon.length())];
        let within =
            |hour: &usize| middle(self.horizon, *hour).is_some_and(|at| from <= at && at < until);
        for hour in (0..self.horizon.length()).filter(within) {
            if let Some(word) = hours.get_mut(hour / 64) {
                *word |= 1 << (hour % 64);
            }
        }
        hours
    }

    /// How many of those who may answer work, by hour.
    pub(super) fn count(&self, entitled: &Entitled) -> Vec<u16> {
        let mut counts = vec![0u16; self.horizon.length()];
        let mut add = |bits: &mut dyn Iterator<Item = u64>| {
            for (word, counts) in bits.zip(counts.chunks_mut(64)) {
                for (bit, count) in counts.iter_mut().enumerate() {
                    *count = count.saturating_add(u16::from(word >> bit & 1 == 1));
                }
            }
        };
        for hours in entitled.own.iter().filter_map(|number| self.hours.get(*number)) {
            add(&mut hours.iter().copied());
        }
        for (number, open) in &entitled.delegates {
            let hours = self.hours.get(*number).into_iter().flatten();
            add(&mut hours.zip(open).map(|(here, open)| here & open));
        }
        counts
    }
}

fn middle(horizon: Horizon, hour: usize) -> Option<Timestamp> {
    horizon.hour(hour).start.checked_add(SignedDuration::from_mins(30)).ok()
}

/// Takes out the hours of which at least half falls into an absence.
fn take_out(hours: &mut Hours, absence: &Absence, horizon: Horizon) {
    let away = |hour: &usize| middle(horizon, *hour).is_some_and(|at| absence.covers(at));
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
fn hours_of(place: &Place, horizon: Horizon) -> Result<Hours, CalendarError> {
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
