//! Alignment sessions and the board's agenda, with everything on them and with nothing.

use super::{Samples, add as put, at, layout, person};
use crate::pages::alignments::{
    AgendaCard, AlignmentForm, AlignmentPage, AlignmentRow, AlignmentsPage, CabPage, CabRow,
    ConcernCard, ConcernForm, OutcomeBadge, PlanForm, PlanNote, SessionState,
};
use crate::view::{Choice, FormErrors, Link, Section};

const ID: &str = "aln_01jd8vfw3k6q0x3mzh2bq0a7ne";

pub(super) fn add(list: &mut Samples) {
    let page = AlignmentsPage {
        layout: layout("Alignment sessions", Section::Changes),
        sessions: [SessionState::Open, SessionState::Closed, SessionState::Cancelled]
            .map(row)
            .to_vec(),
        can_open: true,
    };
    put(list, "alignments", &page);
    put(list, "alignments_none", &AlignmentsPage { sessions: Vec::new(), can_open: false, ..page });
    put(list, "alignment", &session());
    let closed = AlignmentPage {
        state: SessionState::Closed,
        closed: Some(at("24T10:00")),
        plan: None,
        agenda: vec![card(OutcomeBadge::Aligned, 4), card(OutcomeBadge::Deferred, 5)],
        can_close: false,
        ..session()
    };
    put(list, "alignment_closed", &closed);
    let mut cancelled = session();
    cancelled.notes.push(PlanNote { to: None, ..note() });
    for item in &mut cancelled.agenda {
        (item.concern, item.can_conclude) = (None, false);
        item.concerns.clear();
    }
    let cancelled =
        AlignmentPage { state: SessionState::Cancelled, plan: None, can_close: false, ..cancelled };
    put(list, "alignment_cancelled", &cancelled);
    let mut errors = FormErrors::default();
    errors.add("from", "choose a time that lies ahead");
    let plan = plan().map(|plan| PlanForm { errors, ..plan });
    put(list, "alignment_move_errors", &AlignmentPage { plan, ..session() });
    put(list, "alignment_form", &form(FormErrors::default()));
    let mut errors = FormErrors::default();
    for (field, message) in [
        ("from", "choose a day and a time"),
        ("participants", "nobody is known by `bob`; write an e-mail address"),
    ] {
        errors.add(field, message);
    }
    put(list, "alignment_form_errors", &form(errors));
    put(list, "cab", &cab());
    put(
        list,
        "cab_nothing",
        &CabPage {
            layout: layout("Change Advisory Board", Section::Changes),
            ..CabPage::default()
        },
    );
}

fn change(n: u32) -> Link {
    Link::new(format!("CHG-104{n}"), format!("/changes/CHG-104{n}"))
}

fn note() -> PlanNote {
    PlanNote {
        to: Some(at("24T09:00")),
        by: person("Olga Owner"),
        at: at("22T16:00"),
        reason: "Half of us are ill".to_owned(),
    }
}

fn plan() -> Option<PlanForm> {
    Some(PlanForm {
        idempotency_key: "m1".to_owned(),
        from: "2026-11-24T10:00".to_owned(),
        until: "2026-11-24T11:00".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        ..PlanForm::default()
    })
}

fn row(state: SessionState) -> AlignmentRow {
    AlignmentRow {
        link: Link::new("Moving checkout", format!("/alignments/{ID}")),
        state,
        from: at("24T09:00"),
        chair: person("Olga Owner"),
        agenda: vec![change(1), change(2)],
        open_concerns: usize::from(state == SessionState::Open),
    }
}

/// An item; `n` tells its change and its concerns from those of others.
fn card(outcome: OutcomeBadge, n: u32) -> AgendaCard {
    let concern = |number: u32, answer| ConcernCard {
        number,
        text: "Who rolls it back at night?".to_owned(),
        by: person("Sven Security"),
        at: at("23T12:00"),
        owner: person("Mara Lindqvist"),
        answer,
        can_answer: false,
    };
    AgendaCard {
        change: change(n),
        title: "Move checkout to the new network".to_owned(),
        place: "checkout in production".to_owned(),
        revision: 2,
        moved_to: (outcome == OutcomeBadge::Deferred).then_some(3),
        outcome,
        words: match outcome {
            OutcomeBadge::None => String::new(),
            _ => "In two steps, the second after a week".to_owned(),
        },
        concerns: vec![concern(
            n * 10,
            Some(("The rota of operations".to_owned(), at("23T15:00"))),
        )],
        concern: None,
        can_conclude: false,
    }
}

fn session() -> AlignmentPage {
    let mut first = card(OutcomeBadge::None, 1);
    let open = ConcernCard {
        number: 2,
        answer: None,
        ..first.concerns.first().cloned().unwrap_or_default()
    };
    first.concerns.push(ConcernCard { can_answer: true, ..open.clone() });
    first.concerns.push(ConcernCard { number: 3, ..open });
    let owners = vec![Choice::new("prs_mara", "Mara Lindqvist"), Choice::new("prs_ed", "Ed")];
    first.concern = Some(ConcernForm { owners, idempotency_key: "c1".to_owned() });
    first.can_conclude = true;
    let second = AgendaCard { concerns: Vec::new(), ..card(OutcomeBadge::NotAligned, 2) };
    AlignmentPage {
        layout: layout("Moving checkout", Section::Changes),
        id: ID.to_owned(),
        title: "Moving checkout".to_owned(),
        state: SessionState::Open,
        closed: None,
        notes: vec![note()],
        from: at("24T09:00"),
        until: at("24T10:00"),
        zone: "Europe/Berlin".to_owned(),
        chair: person("Olga Owner"),
        participants: vec![person("Sven Security"), person("Mara Lindqvist")],
        agenda: vec![first, second],
        plan: plan(),
        can_close: true,
    }
}

fn form(errors: FormErrors) -> AlignmentForm {
    AlignmentForm {
        layout: layout("Open an alignment session", Section::Changes),
        idempotency_key: "a1".to_owned(),
        title: "Moving checkout".to_owned(),
        from: String::new(),
        until: "2026-11-24T10:00".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        chair: String::new(),
        participants: "bob".to_owned(),
        agenda: "CHG-1041".to_owned(),
        errors,
    }
}

fn cab() -> CabPage {
    let row = |n: u32, reasons: &[&str]| CabRow {
        change: change(n),
        title: "Move checkout to the new network".to_owned(),
        place: "checkout in production".to_owned(),
        window: (n == 1).then(|| at("27T22:00")),
        reasons: super::strings(reasons),
    };
    CabPage {
        layout: layout("Change Advisory Board", Section::Changes),
        level: Some("cab".to_owned()),
        agenda: vec![
            row(
                1,
                &[
                    "its risk is of the level cab",
                    "conflict with CHG-1042: both change the same service",
                ],
            ),
            row(2, &["conflict with CHG-1041: both change the same service"]),
        ],
        told: vec![row(3, &[])],
        session: Some(Link::new(
            "Open a session with this agenda",
            "/alignments/new?agenda=CHG-1041,CHG-1042",
        )),
        meeting: Some(at("24T14:00")),
    }
}
