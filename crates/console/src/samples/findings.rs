//! Findings: in every state, and none.

use super::{Samples, add as put, at, layout, person};
use crate::pages::findings::{FindingRow, FindingState, Page, PlaceRow};
use crate::view::{Link, Section};

pub(super) fn add(list: &mut Samples) {
    put(list, "findings", &page());
    put(
        list,
        "findings_none",
        &Page { layout: layout("Findings", Section::Changes), ..Page::default() },
    );
}

fn page() -> Page {
    let row = |id: &str, state| FindingRow {
        id: id.to_owned(),
        title: "let through without what policy asks for".to_owned(),
        change: Link::new("CHG-1042", "/changes/CHG-1042"),
        place: "checkout in staging".to_owned(),
        why: "requirement missing".to_owned(),
        evidence: vec![
            ("answer".to_owned(), "pending".to_owned()),
            ("reason".to_owned(), "requirement_missing".to_owned()),
        ],
        state,
        owner: Some(person("Olga Owner")),
        raised: at("14T10:00"),
        due: at("21T10:00"),
        resolved: None,
        can_acknowledge: state == FindingState::Open,
        can_resolve: true,
    };
    let resolved = FindingRow {
        owner: None,
        resolved: Some((person("Olga Owner"), at("20T09:00"), "approved afterwards".to_owned())),
        can_resolve: false,
        ..row("fnd_4", FindingState::Resolved)
    };
    Page {
        layout: layout("Findings", Section::Changes),
        findings: vec![
            row("fnd_1", FindingState::Overdue),
            row("fnd_2", FindingState::Acknowledged),
            row("fnd_3", FindingState::Open),
            resolved,
        ],
        places: vec![PlaceRow {
            place: "checkout in staging".to_owned(),
            total: 4,
            open: 3,
            reasons: "3 × requirement missing, 1 × held".to_owned(),
            blocks: false,
            propose: Some("/policy/proposals/new?enforce=checkout&in=staging".to_owned()),
        }],
    }
}
