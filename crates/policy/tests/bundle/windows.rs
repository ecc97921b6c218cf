//! Freezes and maintenance windows that come again, by rules of RFC 5545 in a zone.

use calendar::Span;
use domain::event::PolicyFile;
use domain::ids::RoleName;
use jiff::Timestamp;
use policy::bundle::Bundle;

use crate::support::{edited, errors_of, files};

const FREEZES: &str = r#"
freezes:
  - name: weekend
    title: Weekend
    reason: nobody is there
    tiers: [T3, T4]
    from: 2026-01-02T18:00
    until: 2026-01-05T08:00
    every: FREQ=WEEKLY
    zone: Europe/Berlin
    exception: [service-owner]
"#;

const WINDOWS: &str = r#"
windows:
  - name: tuesdays
    title: Tuesday night
    scope: domain:payments
    environments: [production]
    lets_through: [emergency]
    from: 2026-01-06T22:00
    until: 2026-01-07T02:00
    every: FREQ=WEEKLY;BYDAY=TU
    zone: Europe/Berlin
"#;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn with(path: &str, text: &str) -> Vec<PolicyFile> {
    let mut all = files("small-team");
    all.retain(|f| f.path != path);
    all.push(PolicyFile { path: path.to_owned(), text: text.to_owned() });
    all
}

fn load(path: &str, text: &str) -> Bundle {
    Bundle::load(&with(path, text)).unwrap_or_else(|e| panic!("{e:#?}")).bundle
}

/// The codes of what is wrong with an edited text.
fn wrong(path: &str, text: &str, from: &str, to: &str) -> Vec<&'static str> {
    assert!(text.contains(from), "{from}");
    errors_of(&with(path, &text.replace(from, to))).iter().map(|d| d.code).collect()
}

#[test]
fn m5_5_a_freeze_comes_again_by_its_rule_and_each_time_is_a_freeze_of_its_own() {
    let bundle = load("freezes.yaml", FREEZES);
    let saturday = at("2026-10-24T12:00:00Z");
    let ahead = bundle.freezes_ahead(saturday);
    let named: Vec<_> = ahead.iter().map(|f| (f.id.as_str(), f.from, f.until)).collect();
    // The clocks go back on Sunday: it ends at eight on the wall all the same.
    assert_eq!(
        named,
        [
            ("weekend@2026-10-23", at("2026-10-23T16:00:00Z"), at("2026-10-26T07:00:00Z")),
            ("weekend@2026-10-30", at("2026-10-30T17:00:00Z"), at("2026-11-02T07:00:00Z")),
        ]
    );
    assert!(ahead[0].is_in_force(saturday) && !ahead[1].is_in_force(saturday));
    assert_ne!(ahead[0].requirement().key, ahead[1].requirement().key);
    let wednesday = at("2026-10-28T12:00:00Z");
    assert!(bundle.freezes_ahead(wednesday).iter().all(|f| !f.is_in_force(wednesday)));
    let month = Span { start: at("2026-10-01T00:00:00Z"), end: at("2026-11-01T00:00:00Z") };
    assert_eq!(bundle.freezes_during(month).len(), 5);
}

#[test]
fn m5_5_a_maintenance_window_opens_by_its_rule() {
    let bundle = load("windows.yaml", WINDOWS);
    let opening = |now: &str| {
        let windows = bundle.windows_ahead(at(now));
        windows[0].opening.map(|o| (o.from.to_string(), o.until.to_string()))
    };
    let pair = |from: &str, until: &str| Some((from.to_owned(), until.to_owned()));
    let open = pair("2026-10-27T21:00:00Z", "2026-10-28T01:00:00Z");
    assert_eq!(opening("2026-10-28T00:00:00Z"), open, "the one that lasts");
    assert_eq!(opening("2026-10-25T00:00:00Z"), open, "the next one");
    assert_eq!(
        opening("2026-10-28T01:00:00Z"),
        pair("2026-11-03T21:00:00Z", "2026-11-04T01:00:00Z")
    );
    let over = WINDOWS.replace("BYDAY=TU", "BYDAY=TU;UNTIL=20260201T000000Z");
    let over = load("windows.yaml", &over).windows_ahead(at("2026-10-28T00:00:00Z"));
    assert_eq!(over[0].opening, None, "it stays, and is closed");
}

#[test]
fn m5_5_times_that_can_not_be_are_refused_when_policy_is_checked() {
    let freeze = |from: &str, to: &str| wrong("freezes.yaml", FREEZES, from, to);
    assert_eq!(freeze("FREQ=WEEKLY", "FREQ=HOURLY"), ["bad_rule"]);
    assert_eq!(freeze("    zone: Europe/Berlin\n", ""), ["bad_time"]);
    assert_eq!(freeze("    every: FREQ=WEEKLY\n", ""), ["bad_time"]);
    assert_eq!(freeze("2026-01-05T08:00", "2026-01-01T08:00"), ["bad_time", "bad_time"]);
    assert_eq!(freeze("2026-01-05T08:00", "soon"), ["bad_time"]);
    assert_eq!(freeze("Europe/Berlin", "Europe/Atlantis").len(), 1);
    let never = "FREQ=WEEKLY;UNTIL=20200101T000000Z";
    assert_eq!(freeze("FREQ=WEEKLY", never), ["bad_rule"]);
    let window = |from: &str, to: &str| wrong("windows.yaml", WINDOWS, from, to);
    assert_eq!(window("[emergency]", "[urgent]"), ["unknown_variant"]);
    assert_eq!(window("2026-01-07T02:00", "2028-01-07T02:00"), ["bad_time"]);
}

#[test]
fn f05_roles_that_declare_a_freeze_may_be_held_in_different_places() {
    let roles = "roles: [operations, release-manager]";
    let mixed = "roles: [operations, service-owner]";
    let files = edited("regulated-company", "freezes.yaml", roles, mixed);
    let bundle = Bundle::load(&files).unwrap_or_else(|e| panic!("{e:#?}")).bundle;
    let declare: Vec<&str> =
        bundle.freeze_terms().unwrap().roles.iter().map(RoleName::as_str).collect();
    assert_eq!(declare, ["operations", "service-owner"]);
}
