//! Samples of the decision page of a change set, for tests and the gallery. Invented data only.

use super::{Samples, add as put, at, layout, person, strings};
use crate::pages::change::{Ballot, BallotClosed, BallotForm};
use crate::pages::change_set::{Authority, Item, Page};
use crate::pages::change_sets::{Page as List, Row};
use crate::view::{
    Badge, ChangeState, Decision, Digest, FormErrors, Icon, Link, Missing, NextStep, Node, Outcome,
    Paging, RiskLevel, Section, Tone,
};

pub(super) fn add(list: &mut Samples) {
    let mut errors = FormErrors::default();
    errors.add("CHG-1043-justification", "Say why, so that the requester can act on it");
    let needs = needs();
    let ballot = BallotForm {
        expected_revision: "1".to_owned(),
        idempotency_key: "s1".to_owned(),
        counts_as: strings(&["service-owner"]),
        decision: Some(Decision::RequestChanges),
        errors,
        ..BallotForm::default()
    };
    let closed = BallotClosed {
        reasons: strings(&["You wrote commit 4b1f2c of it"]),
        next: vec![NextStep::linked("See who can", "/changes/CHG-1043")],
    };
    let page = Page {
        layout: layout("Sign in at checkout", Section::Changes),
        id: "set_01jd3k9q7h2v5n8m4c6b0tzxrw".to_owned(),
        title: "Sign in at checkout".to_owned(),
        reason: "The new checkout asks the new sign-in; neither works without the other."
            .to_owned(),
        requester: person("Jon Ferrer"),
        state: Badge::new(Tone::Warn, Icon::Clock, "waiting for approval"),
        authorities: vec![
            Authority {
                name: "domain identity".to_owned(),
                items: strings(&["CHG-1043"]),
                speakers: Vec::new(),
                missing: 1,
            },
            Authority {
                name: "domain payments".to_owned(),
                items: strings(&["CHG-1042"]),
                speakers: strings(&["Mara Lindqvist"]),
                missing: 0,
            },
        ],
        items: vec![
            Item {
                ballot: Ballot::Closed(closed),
                ..item("CHG-1042", "checkout", ChangeState::Approved)
            },
            Item {
                needs: vec![needs.clone()],
                ballot: Ballot::Open(ballot),
                ..item("CHG-1043", "login", ChangeState::AwaitingApproval)
            },
        ],
        why: Node {
            children: vec![
                Node::new(Outcome::Satisfied, "CHG-1042 for checkout is approved"),
                Node {
                    children: vec![needs],
                    ..Node::new(Outcome::Missing, "CHG-1043 for login waits for approval")
                },
            ],
            ..Node::new(Outcome::Missing, "1 of 2 items of its change set are not approved")
        },
    };
    put(list, "change_set", &page);
    add_lists(list);
}

fn add_lists(list: &mut Samples) {
    let row = Row {
        title: "Sign in at checkout".to_owned(),
        href: "/change-sets/set_01jd3k9q7h2v5n8m4c6b0tzxrw".to_owned(),
        state: Badge::new(Tone::Warn, Icon::Clock, "waiting for approval"),
        trouble: Some("CHG-1043: the freeze “Year-end close” ends".to_owned()),
        items: strings(&["CHG-1042", "CHG-1043"]),
        missing: strings(&["domain identity"]),
        requester: person("Jon Ferrer"),
        asked: at("22T10:20"),
    };
    let paging = Paging { summary: "1 change set".to_owned(), ..Paging::default() };
    let layout = layout("Change sets", Section::Changes);
    let empty = List { layout: layout.clone(), only_open: true, ..List::default() };
    put(list, "change_sets", &List { layout, rows: vec![row], paging, ..List::default() });
    put(list, "change_sets_none", &empty);
}

fn needs() -> Node {
    let missing = Missing {
        what: "1 approval".to_owned(),
        role: "service-owner".to_owned(),
        people: strings(&["Priya Raman", "Tomás Ortega"]),
        ..Missing::default()
    };
    Node {
        detail: "Changes to sign-in need its owner".to_owned(),
        missing: vec![missing],
        ..Node::new(Outcome::Missing, "1 of service-owner: waiting for a vote")
    }
}

fn item(number: &str, service: &str, state: ChangeState) -> Item {
    Item {
        number: number.to_owned(),
        title: format!("Release {service} 4.12.0"),
        service: Link::new(service, format!("/organisation/services#service-{service}")),
        environment: "production".to_owned(),
        tier: "T3".to_owned(),
        risk: RiskLevel::High,
        state,
        revision: 1,
        artifacts: vec![(
            format!("{service}.bin"),
            Digest::new("sha256:9c1e0c1be27d45c6a1e08d5b7724fe90c1d2ab67e4f05893bb6a7d1c92e4f0a8"),
        )],
        ..Item::default()
    }
}
