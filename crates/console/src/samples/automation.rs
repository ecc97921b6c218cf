//! Automatic approval: with rules and stops, and without any.

use super::{Samples, add as put, at, layout, person, strings};
use crate::pages::automation::{Approved, Page, RuleRow, StopForm, StopRow};
use crate::view::{Link, Section};

pub(super) fn add(list: &mut Samples) {
    put(list, "automation", &page());
    let none = Page {
        layout: layout("Automatic approval", Section::Policy),
        stopped_by: "operations or release-manager".to_owned(),
        ..Page::default()
    };
    put(list, "automation_none", &none);
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
    }
}
