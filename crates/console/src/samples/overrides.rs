//! Samples of overrides, on their change and in the list.

use super::{Samples, add as put, at, layout, person};
use crate::pages::change::{Page, Verdict};
use crate::pages::change_overrides::{
    Override, OverrideForm, OverrideRow, OverridesPage, ReviewState, SealedRow,
};
use crate::view::{Badge, Icon, Link, Section, Tone};

fn opened() -> Override {
    Override {
        id: "ovr_01jd8w7m".to_owned(),
        by: person("Noor Haddad"),
        role: "operations".to_owned(),
        incident: "INC-2231".to_owned(),
        revision: 3,
        opened: at("22T09:52"),
        until: at("22T10:52"),
        open: true,
        reason: "Checkout is down and nobody on the rota answers.".to_owned(),
        due: at("23T09:52"),
        reviewers: "release-manager".to_owned(),
        can_review: true,
        ..Override::default()
    }
}

pub(super) fn add(list: &mut Samples, change: Page) {
    let mut overridden = change.clone();
    overridden.gate.verdict = Verdict::Overridden;
    overridden.gate.summary = "Not approved; opened once by an override.".to_owned();
    overridden.header.overrides = vec![
        opened(),
        Override {
            open: false,
            used_by: "dep_01jd8w2a".to_owned(),
            review: ReviewState::NotJustified,
            reviewed: Some((
                person("Mara Lindqvist"),
                at("22T08:00"),
                "Two approvers were at their desks.".to_owned(),
            )),
            can_review: false,
            ..opened()
        },
    ];
    put(list, "change_overridden", &overridden);
    let mut offered = change;
    offered.actions.override_form = Some(OverrideForm {
        minutes: 60,
        expected_revision: "3".to_owned(),
        idempotency_key: "o1".to_owned(),
    });
    put(list, "change_override_offered", &offered);
    offered.actions.override_form = None;
    offered.actions.no_override = Some(
        "its approvers are asked first; it can be overridden from 2026-11-22T10:05:00Z".to_owned(),
    );
    put(list, "change_override_early", &offered);
    let row = |number: &str, review| OverrideRow {
        change: Link::new(number, format!("/changes/{number}")),
        target: "checkout → production".to_owned(),
        incident: "INC-2231".to_owned(),
        by: person("Noor Haddad"),
        opened: at("22T09:52"),
        due: at("23T09:52"),
        review,
    };
    let mut page = OverridesPage {
        layout: layout("Overrides", Section::Changes),
        overdue: 1,
        overrides: vec![
            row("CHG-1042", ReviewState::Due),
            row("CHG-1031", ReviewState::Overdue),
            row("CHG-998", ReviewState::Reviewed),
        ],
        sealed: vec![sealed(true), sealed(false)],
    };
    put(list, "overrides", &page);
    page.overrides.clear();
    page.sealed.clear();
    page.overdue = 0;
    put(list, "overrides_none", &page);
}

fn sealed(open: bool) -> SealedRow {
    let state = if open {
        Badge::new(Tone::Info, Icon::Key, "Issued")
    } else {
        Badge::new(Tone::Quiet, Icon::Stop, "Revoked")
    };
    SealedRow {
        id: if open { "sld_01" } else { "sld_02" }.to_owned(),
        target: "checkout → production".to_owned(),
        by: person("Olga Owner"),
        holders: vec![person("Rex Release"), person("Pete Peer")],
        until: at("29T10:00"),
        state,
        can_revoke: open,
    }
}
