//! Whether policy can be met: with weak links, and without any.

use super::{Samples, add as put, at, layout, strings};
use crate::pages::policy_feasibility::{Cell, Day, NeedRow, Page, WeakLink};
use crate::view::{Badge, Icon, Link, Section, Tone};

const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

pub(super) fn add(list: &mut Samples) {
    put(list, "policy_feasibility", &page());
    let fine =
        Page { weak_links: Vec::new(), conflicts: Vec::new(), unknown: Vec::new(), ..page() };
    put(list, "policy_feasibility_fine", &fine);
}

fn page() -> Page {
    let link = |state, need: &str, message: &str, help: &str| WeakLink {
        state,
        need: need.to_owned(),
        message: message.to_owned(),
        help: help.to_owned(),
        source: Link::new("rules/specialists.yaml:14", "/policy/source/rules/specialists.yaml#L14"),
        known: if need.starts_with("personal") {
            strings(&["ledger since 12 Nov 2026"])
        } else {
            Vec::new()
        },
    };
    Page {
        layout: layout("Can it be met?", Section::Policy),
        weeks: "3 weeks".to_owned(),
        zone: "Europe/Stockholm".to_owned(),
        from: at("22T10:00"),
        weak_links: vec![
            link(
                Badge::new(Tone::Bad, Icon::Cross, "Nobody"),
                "personal-data/data-protection",
                "1 of data-protection needed for ledger, and 0 hold the role",
                "give the role to more people",
            ),
            link(
                Badge::new(Tone::Warn, Icon::Clock, "Late"),
                "emergency/duty-manager",
                "duty-manager for checkout: not enough people work from Fri 27 Nov 17:00 to Mon 30 Nov 09:00 UTC (64 h), and an answer is due after 30 min",
                "spread the role over more places, or count the time in working hours",
            ),
        ],
        conflicts: strings(&[
            "ledger in production: owners/service-owner and cab/cab-member need 3 people together, and there can be 2",
        ]),
        unknown: strings(&[
            "the holidays of LK are known up to 2026 only, and 2027-01-04 is later",
        ]),
        days: (0..21)
            .map(|n| Day {
                weekday: WEEKDAYS[n % 7].to_owned(),
                date: if n < 9 { format!("{} Nov", 22 + n) } else { format!("{} Dec", n - 8) },
            })
            .collect(),
        needs: vec![
            row("owners/service-owner", "2 of service-owner", "6 people for checkout", 13),
            row("emergency/duty-manager", "1 of duty-manager", "4 people for checkout", 8),
            row("personal-data/data-protection", "1 of data-protection", "0 people for ledger", 0),
        ],
    }
}

fn row(need: &str, asks: &str, people: &str, hours: usize) -> NeedRow {
    let cell = |n: usize| Cell::of(if matches!(n % 7, 0 | 6) { 0 } else { hours });
    NeedRow {
        need: need.to_owned(),
        asks: asks.to_owned(),
        people: people.to_owned(),
        cells: (0..21).map(cell).collect(),
    }
}
