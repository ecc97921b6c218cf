//! A shadow: running, with what it found, under way, and one that has nothing to say.

use super::{Samples, add as put, at, layout, person};
use crate::pages::policy_replay::{Bar, Progress};
use crate::pages::policy_shadow::{Answers, Difference, MovedChange, Page, Role};
use crate::view::{Badge, Digest, Icon, Link, Section, Tone};

const DIGEST: &str = "sha256:a11e8cd98f00b204e9800998ecf8427e41d8cd98f00b204e9800998ecf8427e5";

pub(super) fn add(list: &mut Samples) {
    put(list, "policy_shadow", &page());
    let under_way = Page {
        progress: Some(Progress { entries: 2_000, of: 9_120, percent: 21 }),
        can_stop: false,
        reproduced: Badge::new(Tone::Bad, Icon::Cross, "Differs"),
        reproduced_words: "1 record did not come out again: CHG-7".to_owned(),
        uncompared: vec![(
            Link::new("entry 1042", "/ledger/entries/1042"),
            "the live bundle's answer does not come out again, so it is not compared".to_owned(),
        )],
        ..page()
    };
    put(list, "policy_shadow_under_way", &under_way);
    let over = Page {
        layout: layout("Shadow", Section::Policy),
        id: DIGEST.to_owned(),
        digest: Digest::new(DIGEST),
        base: Digest::new(DIGEST),
        state: Badge::new(Tone::Quiet, Icon::Stop, "Stopped"),
        ended: Some((person("Mara Lindqvist"), at("22T09:00"))),
        reproduced: Badge::new(Tone::Good, Icon::Check, "Exact"),
        reproduced_words: "0 records came out again, exactly.".to_owned(),
        ..Page::default()
    };
    put(list, "policy_shadow_over", &over);
}

fn bar(label: &str, count: u64, of: u64) -> Bar {
    Bar { label: label.to_owned(), count, of, share: format!("{} %", count * 100 / of) }
}

fn page() -> Page {
    Page {
        layout: layout("Shadow", Section::Policy),
        id: DIGEST.to_owned(),
        proposal: "Two owners for payments".to_owned(),
        digest: Digest::new(DIGEST),
        base: Digest::new(DIGEST),
        state: Badge::new(Tone::Good, Icon::Play, "Runs"),
        by: person("Mara Lindqvist"),
        at: at("22T07:00"),
        can_stop: true,
        verdicts: 64,
        verdict_ways: vec![bar("Says the same", 60, 64), bar("Would have stopped it", 4, 64)],
        answers: vec![Answers {
            live: "allow (approved)".to_owned(),
            shadow: "pending (awaiting_approval)".to_owned(),
            count: 4,
        }],
        assessments: 50,
        assessment_ways: vec![bar("The same", 45, 50), bar("Stricter", 5, 50)],
        differences: vec![Difference {
            title: "more people asked".to_owned(),
            way: Badge::new(Tone::Info, Icon::Check, "Stricter"),
            count: 5,
        }],
        roles: vec![Role { roles: "service-owner".to_owned(), added: 5, removed: 0 }],
        moved: 5,
        changes: vec![MovedChange {
            change: Link::new("CHG-1201", "/changes/CHG-1201"),
            what: "payments-api in production".to_owned(),
            at: at("22T08:40"),
            moves: "1 more of service-owner".to_owned(),
            verdict: "would have stopped it: allow (approved) → pending (awaiting_approval)"
                .to_owned(),
        }],
        reproduced: Badge::new(Tone::Good, Icon::Check, "Exact"),
        reproduced_words: "114 records came out again, exactly.".to_owned(),
        ..Page::default()
    }
}
