//! What makes a need a weak link, in words.

use calendar::Span;
use domain::ids::RoleName;
pub use domain::weak_link::WeaknessKind;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::NeedFeasibility;

/// Why a need is a weak link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Weakness {
    /// What kind.
    pub kind: WeaknessKind,
    /// In a sentence.
    pub message: String,
    /// What would help.
    pub help: String,
}

pub(super) fn of(need: &NeedFeasibility) -> Option<Weakness> {
    let roles: Vec<&str> = need.roles.iter().map(RoleName::as_str).collect();
    let roles = roles.join(" or ");
    let place = need.service.as_ref().map(|service| format!(" for {service}")).unwrap_or_default();
    let (needed, people) = (need.count, need.people);
    let besides = besides(need);
    let weakness =
        |kind, message, help: &str| Some(Weakness { kind, message, help: help.to_owned() });
    if people.saturating_add(need.delegates) < needed {
        let (held, delegates) = (held(need), delegates(need));
        let message = format!("{needed} of {roles} needed{place}, and {held}{delegates}");
        let help = match need.without_key {
            0 => "give the role to more people",
            _ => {
                "let those who hold the role register a key (countersign key add), or give it to \
                 more people"
            }
        };
        return weakness(WeaknessKind::Nobody, message, help);
    }
    let gap = need.longest_gap;
    let longer = |minutes: Option<u32>| {
        let limit = SignedDuration::from_mins(i64::from(minutes?));
        gap.filter(|gap| gap.duration() >= limit)
    };
    if let Some(gap) = longer(need.pending_minutes) {
        let message = format!(
            "{roles}{place}: not enough people work {}, and a change expires after {}{besides}",
            between(gap),
            duration(need.pending_minutes)
        );
        let help = "spread the role over more places, or let changes wait longer";
        return weakness(WeaknessKind::Expires, message, help);
    }
    if people <= needed {
        let (held, delegates) = (held(need), delegates(need));
        let message = format!("{needed} of {roles} needed{place}, and just {held}{delegates}");
        let help =
            "give the role to one more person: whoever had a hand in a change can't decide on it";
        return weakness(WeaknessKind::NobodyToSpare, message, help);
    }
    if let Some(gap) = longer(need.due_minutes) {
        let message = format!(
            "{roles}{place}: not enough people work {}, and an answer is due after {}{besides}",
            between(gap),
            duration(need.due_minutes)
        );
        let help = "spread the role over more places, or count the time in working hours";
        return weakness(WeaknessKind::Late, message, help);
    }
    None
}

/// Those who hold the role, and whether they could sign where policy wants it.
fn held(need: &NeedFeasibility) -> String {
    let people = need.people;
    match need.without_key {
        0 => format!("{people} hold the role"),
        without => {
            let all = people.saturating_add(without);
            format!("{people} of {all} who hold the role have a key to sign with")
        }
    }
}

fn delegates(need: &NeedFeasibility) -> String {
    match need.delegates {
        0 => String::new(),
        1 => "; 1 more answers for one of them while a delegation holds".to_owned(),
        more => format!("; {more} more answer for one of them while a delegation holds"),
    }
}

/// The same after a sentence about hours.
fn besides(need: &NeedFeasibility) -> String {
    let keyless = match need.without_key {
        0 => String::new(),
        _ => format!("; {}", held(need)),
    };
    keyless + &delegates(need)
}

fn between(gap: Span) -> String {
    let at = |at: Timestamp| at.strftime("%a %-d %b %H:%M").to_string();
    format!("from {} to {} UTC ({} h)", at(gap.start), at(gap.end), gap.duration().as_hours())
}

fn duration(minutes: Option<u32>) -> String {
    match minutes.unwrap_or(0) {
        minutes if minutes % 1_440 == 0 => format!("{} d", minutes / 1_440),
        minutes if minutes % 60 == 0 => format!("{} h", minutes / 60),
        minutes => format!("{minutes} min"),
    }
}
