//! Sample inboxes, for tests and the gallery. Invented data only.

use super::{Samples, add as put, at, layout, person};
use crate::pages::inbox::{
    Blocked, BulkChoice, BulkGroup, Page, Subject, Task, Waiting, WaitingOn,
};
use crate::view::{Badge, ChangeState, Icon, Link, RiskLevel, Section, Tone};

fn subject(number: u32, title: &str, service: &str, environment: &str, risk: RiskLevel) -> Subject {
    Subject {
        number: format!("CHG-{number}"),
        title: title.to_owned(),
        href: format!("/changes/CHG-{number}"),
        trouble: None,
        duplicates: Vec::new(),
        service: service.to_owned(),
        environment: environment.to_owned(),
        tier: if environment == "production" { "T3" } else { "T2" }.to_owned(),
        risk,
        change_type: if risk == RiskLevel::Critical { "emergency" } else { "normal" }.to_owned(),
    }
}

fn tasks() -> Vec<Task> {
    let urgent = Task {
        subject: subject(
            1411,
            "Roll back the card tokeniser to 7.3.2 after decline spike",
            "tokeniser",
            "production",
            RiskLevel::Critical,
        ),
        requester: person("Aiko Tanaka"),
        due: Some(at("22T10:20")),
        due_badge: Some(Badge::new(Tone::Bad, Icon::Clock, "Due in 20 minutes")),
        since: at("22T09:50"),
        role: "emergency approver of domain payments".to_owned(),
        rule: "An emergency change in production needs one emergency approver within 30 minutes."
            .to_owned(),
        blocks: "the rollback can't start; yours is the only approval it needs".to_owned(),
    };
    let normal = Task {
        subject: subject(
            1042,
            "Checkout 4.12.0: retry declined cards once with network tokens",
            "checkout",
            "production",
            RiskLevel::High,
        ),
        requester: person("Tomás Herrera"),
        due: Some(at("22T16:00")),
        due_badge: Some(Badge::new(Tone::Warn, Icon::Clock, "Due today")),
        since: at("21T15:12"),
        role: "service owner of checkout".to_owned(),
        rule: "Production changes of critical services need two of their owners.".to_owned(),
        blocks:
            "checkout 4.12.0 stays out of production; one of two owners and security have approved"
                .to_owned(),
    };
    let calm = Task {
        subject: subject(
            1398,
            "Ledger exporter: write Parquet with zstd",
            "ledger-export",
            "staging",
            RiskLevel::Low,
        ),
        requester: person("Dev Patel"),
        since: at("20T11:00"),
        role: "peer reviewer of domain data".to_owned(),
        rule: "Staging needs one peer who did not write it.".to_owned(),
        ..Task::default()
    };
    vec![urgent, normal, calm]
}

fn in_bulk() -> BulkGroup {
    let choice = |number: u32, name: &str| BulkChoice {
        value: format!("CHG-{number}@1"),
        number: format!("CHG-{number}"),
        title: format!("Renew the certificate of {name}"),
        target: "edge → internal".to_owned(),
    };
    BulkGroup {
        template: "certificate-renewal".to_owned(),
        changes: vec![choice(1501, "shop.example.com"), choice(1502, "api.example.com")],
    }
}

pub(super) fn add(list: &mut Samples) {
    let blocked = Blocked {
        subject: subject(
            1387,
            "Move settlement batch to the new scheduler",
            "settlement",
            "production",
            RiskLevel::High,
        ),
        how: Badge::new(Tone::Bad, Icon::Pause, "Held"),
        reason: "Month-end close runs until the 24th. Not before finance has signed off."
            .to_owned(),
        since: at("19T08:30"),
        way_out: "You, or another owner of settlement, can release the hold.".to_owned(),
    };
    let waiting = Waiting {
        subject: subject(
            1402,
            "Fraud scoring: raise the connection pool to 64",
            "fraud-scoring",
            "production",
            RiskLevel::Medium,
        ),
        state: ChangeState::AwaitingApproval,
        on: vec![
            WaitingOn {
                role: "service owner".to_owned(),
                scope: "fraud-scoring".to_owned(),
                needed: 1,
                eligible: 2,
            },
            WaitingOn {
                role: "data protection".to_owned(),
                scope: "organisation".to_owned(),
                needed: 1,
                eligible: 0,
            },
        ],
        since: at("21T17:45"),
    };
    let page = Page {
        layout: layout("Inbox", Section::Inbox),
        waiting_for_you: tasks(),
        in_bulk: vec![in_bulk()],
        blocked_by_you: vec![blocked],
        you_wait: vec![waiting],
        more_you_wait: Some(Link::new("All your open changes", "/changes?mine=true")),
        ..Page::default()
    };
    put(list, "inbox", &page);
    let mut layout = layout("Inbox", Section::Inbox);
    layout.inbox_count = 0;
    put(list, "inbox_empty", &Page { layout, ..Page::default() });
}
