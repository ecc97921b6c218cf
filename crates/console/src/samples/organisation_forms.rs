//! Samples of the forms that change the organisation, for tests and the gallery. Invented data only.

use super::{Samples, add as put, layout, strings};
use crate::pages::confirm;
use crate::pages::organisation_forms::{
    BindingForm, DeputyRow, DomainForm, GroupForm, PasswordForm, PersonForm, ServiceForm,
};
use crate::view::{Choice, FormErrors, Layout, Link, Section};

const PERSON: &str = "/organisation/people/prs_01jd8vfw3k6q0x3mzh2bq0a7ne";

fn frame(title: &str) -> Layout {
    layout(title, Section::Organisation)
}

fn person() -> Link {
    Link::new("Mara Lindqvist", PERSON)
}

pub(super) fn add(list: &mut Samples) {
    add_people(list);
    add_groups_and_roles(list);
    add_services(list);
    add_confirmations(list);
}

fn add_people(list: &mut Samples) {
    let mut errors = FormErrors::default();
    errors.add("emails", "`mara.northwind.example` is no e-mail address.");
    errors.add("time_zone", "Use an IANA name such as `Europe/Berlin`.");
    let page = PersonForm {
        layout: frame("Add a person"),
        action: "/organisation/people".to_owned(),
        back: Link::new("People", "/organisation/people"),
        title: "Add a person".to_owned(),
        idempotency_key: "p1".to_owned(),
        name: "Mara Lindqvist".to_owned(),
        emails: "mara.northwind.example".to_owned(),
        time_zone: "Stockholm".to_owned(),
        errors,
    };
    put(list, "person_form_errors", &page);
    let page = PersonForm {
        action: format!("{PERSON}/edit"),
        back: person(),
        title: "Change Mara Lindqvist".to_owned(),
        emails: "mara@northwind.example".to_owned(),
        time_zone: "Europe/Stockholm".to_owned(),
        errors: FormErrors::default(),
        ..page
    };
    put(list, "person_form", &page);
    let page = PasswordForm {
        layout: frame("Set the password of mara"),
        action: format!("{PERSON}/accounts/acc_mara/password"),
        back: person(),
        user_name: "mara".to_owned(),
        ..PasswordForm::default()
    };
    put(list, "password_form", &page);
}

fn add_groups_and_roles(list: &mut Samples) {
    let people = || Choice::list(&["Aiko Tanaka", "Dev Patel", "Mara Lindqvist"], "Dev Patel");
    let page = GroupForm {
        layout: frame("Change payments-leads"),
        action: "/organisation/groups/grp_leads/edit".to_owned(),
        title: "Change payments-leads".to_owned(),
        idempotency_key: "g1".to_owned(),
        name: "payments-leads".to_owned(),
        members: people(),
        carries: strings(&["cab-member of the organisation"]),
        deputies: vec![DeputyRow {
            who: super::person("Dev Patel"),
            role: "cab-member".to_owned(),
            longest: "14 days".to_owned(),
            since: super::at("02T09:00"),
            remove: "/organisation/groups/grp_leads/deputies/dlg_1/removal".to_owned(),
        }],
        deputies_action: Some("/organisation/groups/grp_leads/deputies".to_owned()),
        people: people(),
        roles: Choice::list(&["cab-member"], "cab-member"),
        reason: String::new(),
        remove_href: Some("/organisation/groups/grp_leads/remove".to_owned()),
        errors: FormErrors::default(),
    };
    put(list, "group_form", &page);
    let page = GroupForm {
        layout: frame("Make a group"),
        action: "/organisation/groups".to_owned(),
        title: "Make a group".to_owned(),
        carries: Vec::new(),
        deputies: Vec::new(),
        deputies_action: None,
        remove_href: None,
        ..page
    };
    put(list, "group_form_new", &page);
    let page = BindingForm {
        layout: frame("Give a role"),
        idempotency_key: "r1".to_owned(),
        roles: Choice::list(&["admin", "cab-member", "service-owner"], "service-owner"),
        scopes: Choice::list(&["organisation", "domain:payments", "service:checkout"], ""),
        members: people(),
        errors: FormErrors::default(),
    };
    put(list, "binding_form", &page);
}

fn add_services(list: &mut Samples) {
    let mut errors = FormErrors::default();
    errors.add("labels", "Line 2, `pci`, has no `=`; write `pci=true`.");
    let page = ServiceForm {
        layout: frame("Register a service"),
        action: "/organisation/services".to_owned(),
        title: "Register a service".to_owned(),
        idempotency_key: "s1".to_owned(),
        is_new: true,
        name: "checkout".to_owned(),
        service_title: "Checkout".to_owned(),
        domains: Choice::list(&["payments", "logistics"], "payments"),
        criticalities: Choice::list(&["low", "medium", "high", "critical"], "critical"),
        labels: "sox=true\npci".to_owned(),
        depends_on: "accounts".to_owned(),
        retire_href: None,
        errors,
    };
    put(list, "service_form_errors", &page);
    let page = ServiceForm {
        layout: frame("Change checkout"),
        action: "/organisation/services/checkout/edit".to_owned(),
        title: "Change checkout".to_owned(),
        is_new: false,
        labels: "sox=true\npci=true".to_owned(),
        retire_href: Some("/organisation/services/checkout/retire".to_owned()),
        errors: FormErrors::default(),
        ..page
    };
    put(list, "service_form", &page);
    let page = DomainForm {
        layout: frame("Add a domain"),
        action: "/organisation/domains".to_owned(),
        title: "Add a domain".to_owned(),
        idempotency_key: "d1".to_owned(),
        is_new: true,
        ..DomainForm::default()
    };
    put(list, "domain_form_new", &page);
    let page = DomainForm {
        layout: frame("Change Payments"),
        action: "/organisation/domains/payments/edit".to_owned(),
        title: "Change Payments".to_owned(),
        is_new: false,
        domain_title: "Payments".to_owned(),
        ..page
    };
    put(list, "domain_form", &page);
}

fn add_confirmations(list: &mut Samples) {
    let status = || vec![("status".to_owned(), "inactive".to_owned())];
    let sure = |title: &str, button: &str, action: String, fields| confirm::Page {
        layout: frame(title),
        back: person(),
        title: title.to_owned(),
        effects: strings(&[
            "They are signed out everywhere and none of their accounts works any more.",
            "They hold no role any more: service-owner of service checkout.",
            "3 open changes wait for them; CHG-1042 waits for nobody else.",
        ]),
        undo: "Activating them again gives all of it back; the record keeps both.".to_owned(),
        action,
        fields,
        idempotency_key: "c1".to_owned(),
        button: button.to_owned(),
    };
    let page = sure(
        "Deactivate Mara Lindqvist?",
        "Deactivate Mara Lindqvist",
        format!("{PERSON}/status"),
        status(),
    );
    put(list, "confirm_person", &page);
    let action = format!("{PERSON}/accounts/acc_mara/status");
    let page = sure("Disable the account mara?", "Disable mara", action, status());
    put(list, "confirm_account", &page);
    let action = "/organisation/service-accounts/sac_01jd/status".to_owned();
    let page = sure("Disable ci-checkout?", "Disable ci-checkout", action, status());
    put(list, "confirm_service_account", &page);
    let action = "/organisation/services/checkout/status".to_owned();
    let page = sure("Retire checkout?", "Retire checkout", action, status());
    put(list, "confirm_service", &page);
    let action = "/organisation/groups/grp_leads/removal".to_owned();
    let page = sure("Remove payments-leads?", "Remove payments-leads", action, Vec::new());
    put(list, "confirm_group", &page);
    let action = "/organisation/rotas/rot_duty/removal".to_owned();
    let page = sure("Remove Duty?", "Remove Duty", action, Vec::new());
    put(list, "confirm_rota", &page);
    let fields = ["role", "scope", "member"].map(|name| (name.to_owned(), "x".to_owned()));
    let action = "/organisation/roles/bindings/removal".to_owned();
    let page = sure("Take cab-member?", "Take the role", action, fields.to_vec());
    put(list, "confirm_binding", &page);
}
