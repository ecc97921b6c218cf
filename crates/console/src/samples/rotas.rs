//! Sample pages of rotas. Invented data only.

use super::{Samples, add as put, at, layout, person};
use crate::pages::rotas::{CoverForm, CoverRow, RotaCard, RotaForm, RotasPage, TurnRow};
use crate::view::{Choice, FormErrors, Section};

pub(super) fn add(list: &mut Samples) {
    let turn = |name: &str, from: &str, until: &str, now: bool| TurnRow {
        who: person(name),
        from: at(from),
        until: at(until),
        now,
        away: !now,
    };
    let page = RotasPage {
        layout: layout("Rotas", Section::Organisation),
        rotas: vec![RotaCard {
            name: "Duty".to_owned(),
            role: "operations".to_owned(),
            scope: "whole organisation".to_owned(),
            handover: "every 7 days at 09:00, Europe/Berlin".to_owned(),
            turns: vec![
                turn("Ada", "16T08:00", "23T08:00", true),
                turn("Bob", "23T08:00", "30T08:00", false),
            ],
            hours: "mon-fri 09:00-17:00".to_owned(),
            covers: vec![CoverRow {
                id: "cov_01jd8vfw3k6q0x3mzh2bq0a7ne".to_owned(),
                by: person("Bob"),
                person: person("Ada"),
                from: at("20T17:00"),
                until: at("21T08:00"),
                can_end: true,
            }],
            cover_href: "/organisation/rotas/rot_01jd8vfw3k6q0x3mzh2bq0a7ne/cover".to_owned(),
            edit_href: "/organisation/rotas/rot_01jd8vfw3k6q0x3mzh2bq0a7ne/edit".to_owned(),
        }],
        can_change: true,
    };
    put(list, "rotas", &page);
    let empty = RotasPage { rotas: Vec::new(), can_change: false, ..page };
    put(list, "rotas_empty", &empty);
    let mut errors = FormErrors::default();
    errors.add("people", "nobody is known by `bob`; write an e-mail address");
    let form = RotaForm {
        layout: layout("Change Duty", Section::Organisation),
        action: "/organisation/rotas/rot_01jd8vfw3k6q0x3mzh2bq0a7ne/edit".to_owned(),
        title: "Change Duty".to_owned(),
        idempotency_key: "r1".to_owned(),
        name: "Duty".to_owned(),
        roles: Choice::list(&["operations", "security"], "operations"),
        scopes: Choice::list(&["organisation", "domain:payments"], "organisation"),
        time_zone: "Europe/Berlin".to_owned(),
        first: "2026-01-05T09:00".to_owned(),
        days: String::new(),
        handover: "FREQ=WEEKLY;BYDAY=MO".to_owned(),
        weekdays: "mon-fri".to_owned(),
        hours: "09:00-17:00".to_owned(),
        people: "ada@northwind.example\nbob".to_owned(),
        remove_href: Some("/organisation/rotas/rot_01jd8vfw3k6q0x3mzh2bq0a7ne/remove".to_owned()),
        errors,
    };
    put(list, "rota_form_errors", &form);
    let new = RotaForm {
        layout: layout("Make a rota", Section::Organisation),
        action: "/organisation/rotas".to_owned(),
        title: "Make a rota".to_owned(),
        remove_href: None,
        errors: FormErrors::default(),
        ..form
    };
    put(list, "rota_form", &new);
    add_cover(list);
}

fn add_cover(list: &mut Samples) {
    let mut errors = FormErrors::default();
    errors.add("until", "it must end after it begins");
    let cover = CoverForm {
        layout: layout("Take over a turn", Section::Organisation),
        zone: "Europe/Stockholm".to_owned(),
        action: "/organisation/rotas/rot_01jd8vfw3k6q0x3mzh2bq0a7ne/cover".to_owned(),
        rota: "Duty".to_owned(),
        idempotency_key: "r3".to_owned(),
        people: Choice::list(&["Ada", "Bob"], "Ada"),
        by: String::new(),
        for_others: true,
        from: String::new(),
        until: "2026-11-20T08:00".to_owned(),
        errors,
    };
    put(list, "rota_cover_form", &cover);
}
