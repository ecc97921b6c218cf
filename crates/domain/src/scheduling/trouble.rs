//! Why a plan can't be met, and what would have to give.

use jiff::{SignedDuration, Timestamp};

use super::{Bound, Search};
use crate::asking::Places;
use crate::change::{Assessment, Change, State};

/// How long a change and its approval last.
struct Lifetime {
    /// When it expires undecided.
    pending_until: Option<Timestamp>,
    /// When its approval lapses, if all answer as late as they may.
    valid_until: Option<Timestamp>,
}

impl Lifetime {
    fn of(
        change: &Change,
        answered: Option<Timestamp>,
        (places, now): (&dyn Places, Timestamp),
    ) -> Self {
        let after = |from: Option<Timestamp>, minutes: fn(&Assessment) -> u32| {
            let assessment = change.assessment.as_ref()?;
            let (from, minutes) = (from?, minutes(assessment));
            let working = assessment.expiry_clock.working_after(from, minutes, places);
            let wall = || from.checked_add(SignedDuration::from_mins(i64::from(minutes))).ok();
            working.or_else(wall)
        };
        let approved = || after(answered, |a| a.validity_minutes);
        match &change.state {
            State::Approved { valid_until, .. } => {
                Self { pending_until: None, valid_until: Some(*valid_until) }
            }
            State::AwaitingApproval { expires_at, .. } => {
                Self { pending_until: Some(*expires_at), valid_until: approved() }
            }
            _ => Self {
                pending_until: after(Some(now), |a| a.pending_minutes),
                valid_until: approved(),
            },
        }
    }
}

/// Why a change can't start as planned; `None` where it can.
pub(super) fn of(
    change: &Change,
    search: &Search,
    answered: Option<Timestamp>,
    (places, now): (&dyn Places, Timestamp),
) -> Option<String> {
    let binding = search.binding();
    let what = binding.map_or_else(|| "what it waits for".to_owned(), |b| b.what.clone());
    let give = binding.map(gives).unwrap_or_default();
    let Some(earliest) = search.at else {
        return Some(format!("there is no safe start: {what}{give}"));
    };
    let life = Lifetime::of(change, answered, (places, now));
    let late = |until: Option<Timestamp>, at: Option<Timestamp>| until.filter(|u| at >= Some(*u));
    if let Some(ends) = late(life.pending_until, answered) {
        return Some(format!(
            "it expires undecided at {ends:.0}, before all have answered; answers would have to come \
             sooner than they are due"
        ));
    }
    let window = change.revision().material.window.as_ref();
    if late(window.map(|w| w.until), Some(earliest)).is_some() {
        return Some(format!(
            "it can't be met: {what} only at {earliest:.0}, after its window is over; plan it later, or \
             shorten what it waits for{give}"
        ));
    }
    if let Some(ends) = late(life.valid_until, Some(earliest)) {
        return Some(format!(
            "its approval lapses at {ends:.0}, before it can start at {earliest:.0}: {what}; it would \
             have to be approved later, or start sooner{give}"
        ));
    }
    let from = window.map(|w| w.from).filter(|from| earliest > *from)?;
    Some(format!(
        "it is planned for {from:.0} and can't safely start before {earliest:.0}: {what}{}{give}",
        match answered {
            Some(at) if at > from && give.is_empty() => {
                "; answers would have to come sooner than they are due"
            }
            _ => "",
        }
    ))
}

/// What would have to give for a bound to be out of the way.
fn gives(bound: &Bound) -> &'static str {
    match bound.code {
        "freeze" => "; the freeze would have to make an exception for it",
        "conflict" => "; one of the two would have to be planned for another time",
        _ => "",
    }
}
