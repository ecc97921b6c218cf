//! Drills: one that passes, one that dead-ends, and a policy without any.

use super::{Samples, add as put, layout, strings};
use crate::pages::policy_drills::{Drill, Page, Problem, Row};
use crate::view::{Badge, Icon, Link, Section, Tone};

pub(super) fn add(list: &mut Samples) {
    put(list, "policy_drills", &page());
    let none = Page { drills: Vec::new(), not_run: Vec::new(), left_out: 0, ..page() };
    put(list, "policy_drills_none", &none);
}

fn page() -> Page {
    let row = |after: &str, what: &str, why: &str, people: &[&str]| Row {
        after: after.to_owned(),
        what: what.to_owned(),
        requirement: "cab-decides/cab".to_owned(),
        why: why.to_owned(),
        people: strings(people),
    };
    let drill = |name: &str, state, problems, timeline, end: &str| Drill {
        name: name.to_owned(),
        state,
        about: "checkout, from Sat 28 Nov 23:00 (Europe/London)".to_owned(),
        source: Link::new("drills/weekend.yaml:4", "/policy/source/drills/weekend.yaml#L4"),
        problems,
        timeline,
        end: end.to_owned(),
    };
    let asked = row(
        "+0:00",
        "asked",
        "their role is asked for",
        &["Mei Tan (cab), Sun 07:00 +08, not at work, by product and mail"],
    );
    Page {
        layout: layout("Drills", Section::Policy),
        drills: vec![
            drill(
                "an urgent change above the threshold on Saturday night, two of the CAB on leave",
                Badge::new(Tone::Good, Icon::Check, "As it has to"),
                Vec::new(),
                vec![
                    asked.clone(),
                    row("+4:00", "escalates to release-manager", "no answer came in time", &[]),
                ],
                "Ends +6:00: enough people were asked, and too few answered.",
            ),
            drill(
                "an incident on Saturday night, two of operations on leave",
                Badge::new(Tone::Bad, Icon::Cross, "Dead end"),
                vec![Problem {
                    message: "it dead-ends at `emergency/operations`: 1 of operations needed, 2 hold it, 0 are here".to_owned(),
                    help: "add a step to a fallback role or to whoever is on call".to_owned(),
                    since: Some("21 Nov 2026".to_owned()),
                }],
                vec![row("+0:00", "nobody to ask yet", "nobody else who may answer is here", &[])],
                "Ends +0:00: nobody who is asked could meet what is asked for.",
            ),
        ],
        not_run: strings(&["a release of the mainframe on a holiday"]),
        left_out: 3,
    }
}
