//! Samples of one's own absences and delegations.

use super::{Samples, add as put, at, layout, person};
use crate::pages::absence::{AbsenceRow, DelegationRow, FeedRow, ImportPage, Page, Typed};
use crate::view::{Badge, Choice, FormErrors, Icon, Section, Tone};

pub(super) fn add(list: &mut Samples) {
    let title = "Absence and delegation";
    put(list, "absence-none", &Page { layout: layout(title, Section::None), ..Page::default() });
    let delegation = |id: &str, who: &str, status, can_end| DelegationRow {
        id: id.to_owned(),
        who: person(who),
        role: "service-owner".to_owned(),
        scope: "service checkout".to_owned(),
        from: at("22T08:00"),
        until: at("29T08:00"),
        status,
        can_end,
    };
    let in_force = || Badge::new(Tone::Good, Icon::Check, "In force");
    let over = Badge::new(Tone::Quiet, Icon::Stop, "Over");
    let mut errors = FormErrors::default();
    errors.add("until", "It must end after it begins.");
    errors.add("to", "Nobody is known by this.");
    let page = Page {
        layout: layout(title, Section::None),
        absences: vec![AbsenceRow {
            id: "abs_01jd8w".to_owned(),
            from: at("23T00:00"),
            until: at("29T00:00"),
            reason: "</p><script>alert(1)</script>".to_owned(),
        }],
        feeds: vec![FeedRow {
            person: "prs_01jd8w".to_owned(),
            name: "Dev Patel".to_owned(),
            host: "calendar.example.com".to_owned(),
            failing: true,
        }],
        given: vec![
            delegation("dlg_01jd8w", "Dev Patel", in_force(), true),
            delegation("dlg_01jd8x", "Ines Costa", over, false),
        ],
        received: vec![delegation("dlg_01jd8y", "Ines Costa", in_force(), true)],
        rights: vec![Choice::new("service-owner@service:checkout", "service-owner of checkout")],
        typed: Typed { to: "nobody@example.com".to_owned(), ..Typed::default() },
        for_others: true,
        zone: "Europe/Stockholm".to_owned(),
        idempotency_key: "01jd8w4r9xk2".to_owned(),
        errors,
    };
    put(list, "absence", &page);
    let import = ImportPage {
        layout: layout("What the calendar changes", Section::None),
        who: person("Dev Patel"),
        entered: page.absences.clone(),
        cancelled: page.absences.clone(),
        kept: 3,
        short: 1,
        skipped: vec!["line 12: its time zone `Mars` is not known".to_owned()],
        person: String::new(),
        calendar: "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_owned(),
    };
    put(list, "absence_import", &import);
}
