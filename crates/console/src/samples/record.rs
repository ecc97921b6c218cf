//! Sample votes, revisions and timeline of a change, for tests and the gallery. Invented data only.

use super::{at, machine, person};
use crate::pages::change_record::{FieldChange, Revision, TimelineEntry, Vote};
use crate::view::{Decision, Digest, Icon, Link, Tone};

pub(super) fn votes() -> Vec<Vote> {
    let vote = |who: &str, decision, role: &str, text: &str, revision| Vote {
        who: person(who),
        decision,
        role: role.to_owned(),
        justification: Some(text.to_owned()),
        at: at("22T09:12"),
        revision,
        counts: true,
        entry: Some(Link::new("entry 4710", "/ledger/entries/4710")),
        ..Vote::default()
    };
    vec![
        Vote {
            meaning: "I reviewed the security impact and accept it".to_owned(),
            ..vote(
                "Aiko Tanaka",
                Decision::Approve,
                "security",
                "Token vault calls stay inside the PCI segment.",
                3,
            )
        },
        vote(
            "Dev Patel",
            Decision::Approve,
            "service owner",
            "Canary looks good, flag is off by default.",
            3,
        ),
        Vote {
            counts: false,
            why_not: "he requested this change and wrote part of it".to_owned(),
            role: String::new(),
            ..vote("Tomás Herrera", Decision::Approve, "", "I tested it myself.", 3)
        },
        Vote {
            counts: false,
            why_not: "it was on revision 2".to_owned(),
            justification: None,
            ..vote("Ines Costa", Decision::RequestChanges, "service owner", "", 2)
        },
    ]
}

pub(super) fn revisions() -> Vec<Revision> {
    let moved = |field: &str, before: &str, after: &str| FieldChange {
        field: field.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
    };
    vec![
        Revision {
            number: 3,
            digest: Digest::new("sha256:77e1b5d09f3ac2488d6e0b1c5a92f7d3"),
            by: person("Tomás Herrera"),
            at: at("22T08:30"),
            changed: vec![
                moved("artifact checkout", "sha256:51c0e2…", "sha256:3f9a1c…"),
                moved("parameter RETRY_LIMIT", "2", "1"),
            ],
            effect: "1 vote on revision 2 stopped counting".to_owned(),
            current: true,
        },
        Revision {
            number: 2,
            digest: Digest::new("sha256:0c2d5e8fa1b3479d8e6f5a4b3c2d1e0f"),
            by: person("Tomás Herrera"),
            at: at("21T16:05"),
            changed: vec![moved("window", "", "23 Nov 08:00 to 12:00 UTC")],
            ..Revision::default()
        },
        Revision {
            number: 1,
            digest: Digest::new("sha256:9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b"),
            by: person("Tomás Herrera"),
            at: at("21T15:12"),
            ..Revision::default()
        },
    ]
}

pub(super) fn timeline() -> Vec<TimelineEntry> {
    let event = |time: &str, actor, what: &str, icon, tone, index| TimelineEntry {
        at: at(time),
        actor,
        what: what.to_owned(),
        detail: String::new(),
        icon,
        tone,
        index,
    };
    vec![
        TimelineEntry {
            detail: "1 approval by service-owner of checkout is missing".to_owned(),
            ..event(
                "22T09:44",
                machine("ci-checkout"),
                "asked the gate: pending",
                Icon::Clock,
                Tone::Warn,
                4712,
            )
        },
        event(
            "22T09:41",
            person("Dev Patel"),
            "approved as service owner",
            Icon::Check,
            Tone::Good,
            4711,
        ),
        event(
            "22T09:12",
            person("Aiko Tanaka"),
            "approved as security",
            Icon::Check,
            Tone::Good,
            4710,
        ),
        event(
            "22T08:30",
            person("Tomás Herrera"),
            "made revision 3",
            Icon::Pencil,
            Tone::Info,
            4702,
        ),
        event(
            "21T15:12",
            person("Tomás Herrera"),
            "requested the change",
            Icon::Forward,
            Tone::Quiet,
            4688,
        ),
    ]
}
