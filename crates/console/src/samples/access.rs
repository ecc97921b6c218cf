//! Samples of sign-in, first set-up and problem pages, for tests and the gallery. Invented data only.

use super::{Samples, layout, outside};
use crate::pages::{problem, setup, sign_in, step_up};
use crate::view::{FormErrors, Link, Missing, NextStep, Node, Outcome, Section};

fn add_sign_in(list: &mut Samples) {
    let account = |person: &str, user_name: &str, role: &str| sign_in::DemoAccount {
        person: person.to_owned(),
        role: role.to_owned(),
        user_name: user_name.to_owned(),
        password: "demo-only-1042".to_owned(),
    };
    let page = sign_in::Page {
        layout: outside("Sign in", Section::None),
        next: "/inbox".to_owned(),
        demo_accounts: vec![
            account("Mara Lindqvist", "mara", "owns checkout, sits on the CAB"),
            account("Tomás Herrera", "tomas", "requests changes to checkout"),
            account("Aiko Tanaka", "aiko", "security approver, Tokyo"),
            account("Joan Okafor", "joan", "auditor, reads everything"),
        ],
        ..sign_in::Page::default()
    };
    super::add(list, "sign_in", &page);
    let failed = sign_in::Page {
        error: Some("The user name or the password is wrong.".to_owned()),
        user_name: "mara".to_owned(),
        demo_accounts: Vec::new(),
        providers: vec![Link::new("Northwind ID", "/sign-in/with/northwind?next=%2Finbox")],
        ..page
    };
    super::add(list, "sign_in_failed", &failed);
}

fn add_step_up(list: &mut Samples) {
    let page = step_up::Page {
        layout: layout("Prove again who you are", Section::None),
        has_password: true,
        passkey: Some(super::signing::ceremony()),
        providers: vec![Link::new("Northwind ID", "/sign-in/with/northwind?next=%2Finbox")],
        next: "/changes/CHG-1042".to_owned(),
        error: Some("The password is wrong.".to_owned()),
    };
    super::add(list, "step_up", &page);
    let nothing = step_up::Page {
        has_password: false,
        passkey: None,
        providers: Vec::new(),
        error: None,
        ..page
    };
    super::add(list, "step_up_nothing", &nothing);
}

pub(super) fn add(list: &mut Samples) {
    add_sign_in(list);
    add_step_up(list);
    let mut errors = FormErrors::default();
    errors.add("user_name", "“Mara L” has a space in it; use letters, digits and dashes.");
    errors.add("password", "The password has 6 characters; it needs at least 12.");
    let page = setup::Page {
        layout: outside("Set up", Section::None),
        token: "b1946ac9".to_owned(),
        organisation: "Northwind Pay".to_owned(),
        name: "Mara Lindqvist".to_owned(),
        user_name: "Mara L".to_owned(),
        password_min: 12,
        errors,
    };
    super::add(list, "setup", &page);
    add_problems(list);
}

fn add_problems(list: &mut Samples) {
    let reasons = vec![Node {
        detail: "Tomás Herrera is the requester and an author of revision 3.".to_owned(),
        rule_id: Some("separation-of-duties".to_owned()),
        missing: vec![Missing {
            what: "1 approval".to_owned(),
            role: "service-owner".to_owned(),
            scope: "service checkout".to_owned(),
            asked: vec!["Dev Patel".to_owned()],
            people: super::strings(&["Mara Lindqvist", "Dev Patel"]),
            more: 1,
        }],
        ..Node::new(Outcome::Refused, "Nobody approves a change they had a hand in")
    }];
    let refused = problem::Page {
        reasons,
        code: "sod_author".to_owned(),
        request_id: "req_01jd8w4r9x".to_owned(),
        next: vec![
            NextStep::linked(
                "Ask one of the three other owners of checkout",
                "/organisation/roles",
            ),
            NextStep::linked("Go back to CHG-1042", "/changes/CHG-1042"),
        ],
        ..problem::Page::new(
            layout("You can't approve your own change", Section::Changes),
            403,
            "You can't approve your own change",
            "Your vote on CHG-1042 was not recorded.",
        )
    };
    super::add(list, "problem_refused", &refused);
    let missing = problem::Page::not_found(layout("Nothing here", Section::None), "req_01jd8w4r9x");
    super::add(list, "not_found", &missing);
    let forbidden = problem::Page::forbidden(
        layout("You may not do this", Section::Organisation),
        "Making tokens needs the role administrator.",
        "req_01jd8w4r9x",
    );
    super::add(list, "forbidden", &forbidden);
}
