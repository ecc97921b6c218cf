//! Samples of the calendar, freezes and accepted risks.

use super::{Samples, add as put, at, layout, person, strings};
use crate::pages::calendar::{
    CalendarPage, Day, Entry, EntryKind, Filter, FreezeForm, FreezeOnChange, FreezeRow,
    FreezesPage, RiskForm, RiskRow, RiskState, RisksPage, View,
};
use crate::pages::change::Page;
use crate::view::{Choice, Link, Section};

fn freeze() -> FreezeRow {
    FreezeRow {
        id: "year-end".to_owned(),
        title: "Year-end close".to_owned(),
        reason: "The books are being closed.".to_owned(),
        about: "domain:payments, T3 T4; emergency changes pass".to_owned(),
        from: at("20T18:00"),
        until: at("24T06:00"),
        in_force: true,
        exceptions_by: "release-manager".to_owned(),
        by: None,
        can_end: false,
    }
}

fn day(number: u8) -> Day {
    let entry = |kind, title: &str, when: &str| Entry {
        kind,
        link: Link::new(title, "/changes/CHG-1042"),
        when: when.to_owned(),
        about: "checkout → production".to_owned(),
    };
    let entries = match number {
        20 => vec![entry(EntryKind::Freeze, "Year-end close", "from 18:00")],
        21..=23 => vec![
            entry(EntryKind::Freeze, "Year-end close", "all day"),
            entry(EntryKind::Window, "CHG-1042 Checkout 4.12.0", "08:00 to 12:00"),
            entry(EntryKind::Approved, "CHG-1050 Rotate the key", "20:00 to 22:00"),
            entry(EntryKind::Session, "Moving checkout", "10:00 to 11:00"),
        ],
        _ => Vec::new(),
    };
    Day {
        iso: format!("2026-11-{number:02}"),
        number: number.to_string(),
        label: format!("{number} November"),
        today: number == 22,
        outside: false,
        entries,
    }
}

fn calendar(weeks: Vec<Vec<Day>>, days: Vec<Day>) -> CalendarPage {
    CalendarPage {
        layout: layout("November 2026", Section::Changes),
        title: "November 2026".to_owned(),
        filter: Filter {
            view: "month",
            on: "2026-11-22".to_owned(),
            scopes: vec![
                Choice::new("", "Everything"),
                Choice { selected: true, ..Choice::new("domain:payments", "Domain: Payments") },
                Choice::new("service:checkout", "Service: Checkout"),
            ],
            subscribe: Link::new("Subscribe", "/calendar-feeds?scope=domain:payments"),
        },
        views: vec![
            View { link: Link::new("Month", "/calendar?view=month"), current: true },
            View { link: Link::new("List", "/calendar?view=list"), current: false },
        ],
        earlier: Link::new("Earlier", "/calendar?on=2026-10-01"),
        later: Link::new("Later", "/calendar?on=2026-12-01"),
        weekdays: strings(&["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]),
        weeks,
        days,
    }
}

pub(super) fn add(list: &mut Samples, change: Page) {
    let weeks = [2, 9, 16, 23].map(|first| (first..first + 7).map(day).collect()).to_vec();
    put(list, "calendar", &calendar(weeks, Vec::new()));
    put(list, "calendar_list", &calendar(Vec::new(), (20..24).map(day).collect()));
    put(list, "calendar_none", &calendar(Vec::new(), Vec::new()));
    let declared = FreezeRow {
        id: "frz_01jd8w".to_owned(),
        title: "Card network outage".to_owned(),
        by: Some(person("Noor Haddad")),
        can_end: true,
        in_force: false,
        ..freeze()
    };
    let mut freezes = FreezesPage {
        layout: layout("Freezes", Section::Changes),
        freezes: vec![freeze(), declared],
        form: Some(FreezeForm {
            scopes: strings(&["organisation", "domain:payments"]),
            environments: strings(&["production", "staging"]),
            zone: "Europe/Stockholm".to_owned(),
            idempotency_key: "f1".to_owned(),
        }),
    };
    put(list, "freezes", &freezes);
    freezes.freezes.clear();
    freezes.form = None;
    put(list, "freezes_none", &freezes);
    let mut frozen = change;
    frozen.header.freezes = vec![
        FreezeOnChange { freeze: freeze(), asked: false, can_ask: Some("3".to_owned()) },
        FreezeOnChange {
            freeze: FreezeRow { id: "month-end".to_owned(), ..freeze() },
            asked: true,
            can_ask: None,
        },
    ];
    put(list, "change_frozen", &frozen);
    add_risks(list);
}

fn add_risks(list: &mut Samples) {
    let risk = |id: &str, state, can_keep| RiskRow {
        id: id.to_owned(),
        rule: "scan-evidence".to_owned(),
        target: "checkout → production".to_owned(),
        by: person("Mara Lindqvist"),
        reason: "The scanner can't read the new base image yet.".to_owned(),
        state,
        review: at("28T09:00"),
        until: at("30T09:00"),
        can_review: can_keep,
        can_keep,
    };
    let mut page = RisksPage {
        layout: layout("Accepted risks", Section::Changes),
        risks: vec![
            risk("rac_1", RiskState::Live, true),
            risk("rac_2", RiskState::ReviewOverdue, true),
            risk("rac_3", RiskState::Expired, false),
            risk("rac_4", RiskState::Ended, false),
        ],
        form: Some(RiskForm {
            rules: strings(&["scan-evidence"]),
            services: strings(&["checkout", "ledger"]),
            environments: strings(&["production"]),
            zone: "Europe/Stockholm".to_owned(),
            idempotency_key: "r1".to_owned(),
        }),
    };
    put(list, "risks", &page);
    page.risks.clear();
    page.form = None;
    put(list, "risks_none", &page);
}
