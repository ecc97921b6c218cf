//! Automatic approval: with rules and stops, and without any.

use super::{Samples, add as put, at, layout, person, strings};
use crate::pages::automation::{Approved, Page, RuleRow, StopForm, StopRow};
use crate::pages::automation_audit::{AuditPart, CheckRow, RateRow, Standing, SuspicionRow};
use crate::pages::automation_rule::{self as rule_page, LatestRow, TallyRow};
use crate::view::{Link, Section};

pub(super) fn add(list: &mut Samples) {
    put(list, "automation", &page());
    let none = Page {
        layout: layout("Automatic approval", Section::Policy),
        stopped_by: "operations or release-manager".to_owned(),
        ..Page::default()
    };
    put(list, "automation_none", &none);
    put(list, "automation_rule", &rule_page());
    let unused = rule_page::Page {
        layout: layout("patch-release", Section::Policy),
        rule: RuleRow { id: "patch-release".to_owned(), ..RuleRow::default() },
        days: 90,
        ..rule_page::Page::default()
    };
    put(list, "automation_rule_unused", &unused);
}

fn rule_page() -> rule_page::Page {
    let tally = |by: &str, changes, refused, deployments, failed| TallyRow {
        by: by.to_owned(),
        changes,
        refused,
        deployments,
        failed,
    };
    let latest = LatestRow {
        change: Link::new("CHG-1042", "/changes/CHG-1042"),
        what: "checkout in staging".to_owned(),
        at: at("22T09:00"),
        deployments: 1,
        failed: 0,
        refused: false,
    };
    let failed = LatestRow { deployments: 2, failed: 1, refused: true, ..latest.clone() };
    rule_page::Page {
        layout: layout("small-scaling", Section::Policy),
        rule: page().rules.remove(0),
        days: 90,
        tallies: vec![tally("The rule", 40, 2, 38, 1), tally("People", 12, 3, 8, 2)],
        says: strings(&["1 of 38 deployments that it let through failed."]),
        latest: vec![latest, failed],
    }
}

fn page() -> Page {
    let stop = StopRow {
        id: "stp_01jd3k9q7h2v5n8m4c6b0tzxrw".to_owned(),
        about: "automatic approvals by the rule small-scaling".to_owned(),
        reason: "it approved the wrong thing".to_owned(),
        by: person("Olga Owner"),
        at: at("22T10:00"),
        resumed: None,
        can_resume: true,
    };
    let over = StopRow {
        id: "stp_01jd3k9q7h2v5n8m4c6b0tzxrv".to_owned(),
        about: "all automatic approvals".to_owned(),
        resumed: Some((person("Rex Release"), at("21T10:00"), "the scanner is fixed".to_owned())),
        can_resume: false,
        ..stop.clone()
    };
    let rule = RuleRow {
        id: "small-scaling".to_owned(),
        title: "A few instances more or fewer need no second look.".to_owned(),
        source: Link::new("automation.yaml:4", "/policy/source/automation.yaml#L4"),
        answers: "template:scale-service".to_owned(),
        conditions: strings(&["environment.tier == 1", "change.parameters.instances <= 8"]),
        evidence: "tests".to_owned(),
        review: "8 hours of working time, told to operations and release-manager".to_owned(),
        stopped: true,
        approved: vec![Approved {
            change: Link::new("CHG-1042", "/changes/CHG-1042"),
            what: "checkout in staging, revision 1".to_owned(),
            at: at("22T09:00"),
        }],
    };
    let idle = RuleRow {
        id: "patch-release".to_owned(),
        stopped: false,
        review: String::new(),
        approved: Vec::new(),
        ..rule.clone()
    };
    Page {
        layout: layout("Automatic approval", Section::Policy),
        rules: vec![rule, idle],
        stops: vec![stop, over],
        form: Some(StopForm {
            scopes: vec![("everything".to_owned(), "all automatic approvals".to_owned())],
            idempotency_key: "key".to_owned(),
        }),
        stopped_by: String::new(),
        audit: audit(),
    }
}

fn audit() -> AuditPart {
    let found = SuspicionRow {
        change: Link::new("CHG-1042", "/changes/CHG-1042"),
        observed: "14 approvals by small-scaling on 2026-06-20".to_owned(),
        expected: "2.9 a day".to_owned(),
        base_rate: "522 in the 180 days before the period".to_owned(),
        chance: "2e-7".to_owned(),
        statistic: "negative binomial tail over days".to_owned(),
    };
    let burst = CheckRow {
        title: "many automatic approvals on one day".to_owned(),
        tested: 41,
        too_few: strings(&["patch-release: in use for 9 days before the period"]),
        found: vec![found],
    };
    let share = CheckRow {
        title: "one requester has most of a rule's approvals".to_owned(),
        tested: 6,
        ..CheckRow::default()
    };
    let drift = CheckRow {
        title: "values move towards the limit of a rule".to_owned(),
        too_few: strings(&["instances of small-scaling: 4 approvals in the period, 90 before"]),
        ..CheckRow::default()
    };
    let rate = |by: &str, failed, standing| RateRow {
        by: by.to_owned(),
        bound: "90 of 100".to_owned(),
        total: 30,
        failed,
        standing,
    };
    AuditPart {
        checks: vec![burst, share, drift],
        rates: vec![
            rate("rule:small-scaling", 1, Standing::Kept),
            rate("template:feature-flag", 9, Standing::Failing),
            rate("template:dns-record", 0, Standing::TooFew),
        ],
    }
}
