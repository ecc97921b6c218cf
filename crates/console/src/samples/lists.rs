//! Sample lists of changes, for tests and the gallery. Invented data only.

use super::{Samples, add as put, at, layout, person};
use crate::pages::changes::{Filter, Page, Row, View};
use crate::view::{ChangeState, Choice, Paging, RiskLevel, Section};

const TITLES: &[(&str, &str, ChangeState, RiskLevel, &str)] = &[
    (
        "Roll back the card tokeniser to 7.3.2 after decline spike",
        "tokeniser",
        ChangeState::AwaitingApproval,
        RiskLevel::Critical,
        "1 emergency approver",
    ),
    (
        "Checkout 4.12.0: retry declined cards once with network tokens",
        "checkout",
        ChangeState::AwaitingApproval,
        RiskLevel::High,
        "1 service owner",
    ),
    (
        "Fraud scoring: raise the connection pool to 64",
        "fraud-scoring",
        ChangeState::Approved,
        RiskLevel::Medium,
        "",
    ),
    (
        "Rotate the partner gateway certificate",
        "partner-gateway",
        ChangeState::Implementing,
        RiskLevel::Medium,
        "",
    ),
    (
        "Ledger exporter: write Parquet with zstd",
        "ledger-export",
        ChangeState::Draft,
        RiskLevel::Low,
        "",
    ),
    ("Payouts 2.8.1", "payouts", ChangeState::Completed, RiskLevel::Low, ""),
    ("Payouts 2.8.0", "payouts", ChangeState::RolledBack, RiskLevel::Medium, ""),
    (
        "Restart the webhook workers",
        "webhooks",
        ChangeState::CompletedWithIssues,
        RiskLevel::Low,
        "",
    ),
    ("Drop the legacy refunds table", "refunds", ChangeState::Rejected, RiskLevel::Critical, ""),
    (
        "Move settlement batch to the new scheduler",
        "settlement",
        ChangeState::Expired,
        RiskLevel::High,
        "",
    ),
];

fn row(at_row: usize, sample: &(&str, &str, ChangeState, RiskLevel, &str)) -> Row {
    let number = 1411 - at_row;
    Row {
        number: format!("CHG-{number}"),
        title: sample.0.to_owned(),
        href: format!("/changes/CHG-{number}"),
        service: sample.1.to_owned(),
        environment: if at_row % 4 == 3 { "staging" } else { "production" }.to_owned(),
        tier: if at_row % 4 == 3 { "T2" } else { "T3" }.to_owned(),
        change_type: ["emergency", "normal", "normal", "standard"]
            .get(at_row % 4)
            .unwrap_or(&"normal")
            .to_string(),
        state: sample.2,
        held: at_row == 2,
        duplicates: if at_row == 1 { vec!["CHG-1404".to_owned()] } else { Vec::new() },
        trouble: (at_row == 1).then(|| {
            "it is planned for 22:00 and can't safely start before Monday: the freeze “Year end” ends".to_owned()
        }),
        risk: sample.3,
        missing: sample.4.to_owned(),
        requester: person(
            ["Aiko Tanaka", "Tomás Herrera", "Dev Patel"].get(at_row % 3).unwrap_or(&""),
        ),
        updated: at(&format!("{}T{:02}:12", 22 - at_row, 9 + at_row)),
    }
}

fn any(label: &str, values: &[&str], chosen: &str) -> Vec<Choice> {
    let mut list = vec![Choice { selected: chosen.is_empty(), ..Choice::new("", label) }];
    list.extend(Choice::list(values, chosen));
    list
}

pub(super) fn add(list: &mut Samples) {
    let view = |label: &str, href: &str, count, current| View {
        label: label.to_owned(),
        href: href.to_owned(),
        count,
        current,
    };
    let filter = Filter {
        query: String::new(),
        states: any("Any state", &["awaiting-approval", "approved", "implementing"], ""),
        services: any("Any service", &["checkout", "payouts", "tokeniser"], ""),
        environments: any("Anywhere", &["staging", "production"], ""),
        types: any("Any type", &["standard", "normal", "emergency"], ""),
        risks: any("Any risk", &["low", "medium", "high", "critical"], ""),
        mine: false,
        is_active: false,
    };
    let page = Page {
        layout: layout("Changes", Section::Changes),
        filter: filter.clone(),
        views: vec![
            view("All", "/changes", Some(412), true),
            view("Awaiting approval", "/changes?state=awaiting-approval", Some(12), false),
            view("Approved", "/changes?state=approved", Some(3), false),
            view("Mine", "/changes?mine=true", None, false),
        ],
        rows: TITLES.iter().enumerate().map(|(index, sample)| row(index, sample)).collect(),
        paging: Paging {
            next: Some("/changes?after=b2Zmc2V0".to_owned()),
            summary: "1–10 of 412 changes".to_owned(),
            ..Paging::default()
        },
    };
    put(list, "changes", &page);
    let empty = Page {
        layout: layout("Changes", Section::Changes),
        filter: Filter { query: "nothing like this".to_owned(), is_active: true, ..filter },
        paging: Paging { summary: "0 changes".to_owned(), ..Paging::default() },
        ..Page::default()
    };
    put(list, "changes_empty", &empty);
}
