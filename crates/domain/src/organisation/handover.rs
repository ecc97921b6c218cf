//! When the turns of a rota change by a rule (RFC 5545), such as every Monday at nine.
//!
//! The first turn begins at the rota's `first`, and every time of the rule after it ends one turn and
//! begins the next. So turns follow each other without a gap, whatever clocks do.

use calendar::{Recurrence, Rule, Span};
use jiff::{SignedDuration, Timestamp};

use super::{Rota, Turn};
use crate::refusal::Refusal;

/// Handovers that may lie in the past when a rota is put on record: they are counted at every look.
const PAST_MAX: usize = 1_000;

impl Rota {
    /// How many turns were over before the one that lasts at a time, and when that one began. Nothing
    /// before the first, and where the rule can't be read.
    pub(super) fn turn_by_rule(&self, at: Timestamp) -> Option<(usize, Timestamp)> {
        let (first, rule) = self.first_and_rule()?;
        if at < first {
            return None;
        }
        let over = rule.occurrences(Span { start: after(first)?, end: after(at)? }).ok()?;
        Some((over.len(), over.last().copied().unwrap_or(first)))
    }

    /// The turn that lasts at a time, or else the first, and those that follow, so many at most.
    pub(super) fn turns_by_rule(&self, at: Timestamp, most: usize) -> Vec<Turn<'_>> {
        let mut turns = Vec::new();
        let Some((first, rule)) = self.first_and_rule() else { return turns };
        let Some((mut place, mut from)) = self.turn_by_rule(at.max(first)) else { return turns };
        while turns.len() < most {
            let person = place.checked_rem(self.people.len()).and_then(|n| self.people.get(n));
            let next = after(from).and_then(|from| rule.next_at_or_after(from).ok()?);
            let (Some(person), Some(until)) = (person, next) else { break };
            turns.push(Turn { person, from, until });
            (place, from) = (place.saturating_add(1), until);
        }
        turns
    }

    fn first_and_rule(&self) -> Option<(Timestamp, Recurrence)> {
        let zone = calendar::zone(&self.time_zone)?;
        let rule: Rule = self.handover.rule()?.parse().ok()?;
        let first = self.first.to_zoned(zone.clone()).ok()?.timestamp();
        Some((first, Recurrence::new(self.first, zone, Some(rule))))
    }

    /// Refuses a rule that can't be read, comes to an end, never takes place, or took place too often.
    pub(super) fn check_handover(&self, text: &str, now: Timestamp) -> Result<(), Refusal> {
        let refused = |why: &str| Err(Refusal::field("handover", why));
        match text.parse::<Rule>() {
            Err(error) => return refused(&error.to_string()),
            Ok(rule) if rule.count().is_some() || rule.until().is_some() => {
                return refused("a rota goes on: leave COUNT and UNTIL out");
            }
            Ok(_) => {}
        }
        if self.turns_by_rule(Timestamp::MIN, 1).is_empty() {
            return refused("this rule never hands over after the first turn began");
        }
        let (first, _) = self.first_and_rule().unzip();
        let past = self.turn_by_rule(now).map(|(over, _)| over);
        if first.is_some_and(|first| first <= now) && past.is_none_or(|over| over > PAST_MAX) {
            let why = "let the first turn begin later: at most 1000 handovers may be over";
            return Err(Refusal::field("first", why));
        }
        Ok(())
    }
}

fn after(at: Timestamp) -> Option<Timestamp> {
    at.checked_add(SignedDuration::from_nanos(1)).ok()
}
