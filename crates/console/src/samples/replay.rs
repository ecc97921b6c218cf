//! A replay: done, under way, and one that moves nothing.

use super::{Samples, add as put, layout, strings};
use crate::pages::policy_replay::{Bar, Difference, Example, Page, Progress, Role, Service};
use crate::view::{Badge, Digest, Icon, Link, Section, Tone};

const DIGEST: &str = "sha256:a11e8cd98f00b204e9800998ecf8427e41d8cd98f00b204e9800998ecf8427e5";

pub(super) fn add(list: &mut Samples) {
    put(list, "policy_replay", &page());
    let under_way = Page {
        progress: Some(Progress { entries: 20_000, of: 84_120, percent: 23 }),
        since: String::new(),
        since_problem: "Write a date like 2026-06-01.".to_owned(),
        reproduced: Badge::new(Tone::Bad, Icon::Cross, "Differs"),
        reproduced_words: "2 recorded assessments did not come out again: CHG-7, CHG-9".to_owned(),
        ..page()
    };
    put(list, "policy_replay_under_way", &under_way);
    let nothing = Page {
        changes: 0,
        ways: Vec::new(),
        differences: Vec::new(),
        roles: Vec::new(),
        waiting: Vec::new(),
        services: Vec::new(),
        open_changes: Vec::new(),
        ..page()
    };
    put(list, "policy_replay_nothing", &nothing);
}

fn bar(label: &str, count: u64) -> Bar {
    let share = format!("{} %", count * 100 / 1_240);
    Bar { label: label.to_owned(), count, of: 1_240, share }
}

fn page() -> Page {
    let change = |number: u32| Link::new(format!("CHG-{number}"), format!("/changes/CHG-{number}"));
    Page {
        layout: layout("Replay over history", Section::Policy),
        id: DIGEST.to_owned(),
        proposal: "Two owners for payments".to_owned(),
        base: Digest::new(DIGEST),
        since: "2026-06-01".to_owned(),
        changes: 1_240,
        ways: vec![bar("the same", 1_100), bar("stricter", 120), bar("looser", 20)],
        differences: vec![
            Difference {
                way: Badge::new(Tone::Info, Icon::Check, "Stricter"),
                bar: bar("more people asked", 120),
                examples: vec![change(1_201), change(1_188)],
            },
            Difference {
                way: Badge::new(Tone::Warn, Icon::Alert, "Looser"),
                bar: bar("nobody asked any more", 20),
                examples: vec![change(1_150)],
            },
            Difference {
                way: Badge::default(),
                bar: bar("another risk score", 4),
                examples: vec![change(1_100)],
            },
        ],
        roles: vec![Role {
            to_rules: 2,
            to_people: 0,
            roles: "service-owner (of the service)".to_owned(),
            added: 120,
            removed: 0,
            takes: "2.4 h".to_owned(),
        }],
        waiting: strings(&["288 h of waiting more, 0 h less"]),
        services: vec![Service {
            service: "checkout".to_owned(),
            tier: "T3".to_owned(),
            changes: 400,
            stricter: 120,
            looser: 0,
            both: 0,
        }],
        failed: strings(&["31 changes failed", "9 of them would have met more approvals"]),
        open: "14 changes are open; 1 of them would change.".to_owned(),
        open_changes: vec![Example {
            change: change(1_239),
            service: "checkout".to_owned(),
            moves: "1 more of service-owner".to_owned(),
        }],
        reproduced: Badge::new(Tone::Good, Icon::Check, "Exact"),
        reproduced_words: "1,240 recorded assessments came out again, exactly".to_owned(),
        ..Page::default()
    }
}
