//! Samples of the organisation pages, for tests and the gallery. Invented data only.

use super::{Samples, add as put, at, layout, person, strings};
use crate::pages::organisation::{
    AccountForm, AccountRow, Activity, DomainRow, DomainsPage, EnvironmentRow, EnvironmentsPage,
    GroupRow, GroupsPage, PeoplePage, PersonPage, PersonRow, RetiredRow, RoleBinding, RoleRow,
    RolesPage, RotaRow, ServiceRow, ServicesPage,
};
use crate::pages::service_accounts::{self, AccountPage, NewTokenPage, Token, TokenForm};
use crate::view::{Badge, Choice, Icon, Link, Paging, Section, StatusChange, Tone, Who};

const ME: &str = "/organisation/people/prs_01jd8vfw3k6q0x3mzh2bq0a7ne";

fn ask(path: &str) -> StatusChange {
    StatusChange::Ask { href: format!("{ME}{path}") }
}

fn now() -> StatusChange {
    StatusChange::Now { idempotency_key: "n1".to_owned() }
}

fn active() -> Badge {
    Badge::new(Tone::Good, Icon::Check, "Active")
}

fn binding(role: &str, scope: &str, via: &str) -> RoleBinding {
    RoleBinding {
        role: role.to_owned(),
        scope: scope.to_owned(),
        via: via.to_owned(),
        take_href: None,
    }
}

pub(super) fn add(list: &mut Samples) {
    add_people(list);
    add_roles(list);
    add_services(list);
    add_service_accounts(list);
}

fn add_people(list: &mut Samples) {
    let row = |name: &str, accounts: &[&str], roles, zone: &str, status| PersonRow {
        who: person(name),
        accounts: strings(accounts),
        roles,
        groups: strings(&["payments-leads"]),
        time_zone: zone.to_owned(),
        status,
    };
    let roles = vec![
        binding("service-owner", "service checkout", ""),
        binding("cab-member", "organisation", "through payments-leads"),
    ];
    let page = PeoplePage {
        layout: layout("People", Section::Organisation),
        people: vec![
            row(
                "Mara Lindqvist",
                &["mara", "mara-admin"],
                roles.clone(),
                "Europe/Stockholm",
                active(),
            ),
            row(
                "Aiko Tanaka",
                &["aiko"],
                vec![binding("security", "organisation", "")],
                "Asia/Tokyo",
                Badge::new(Tone::Quiet, Icon::Clock, "Away"),
            ),
            row(
                "Tomás Herrera",
                &["tomas"],
                Vec::new(),
                "America/Bogota",
                Badge::new(Tone::Quiet, Icon::Stop, "Left"),
            ),
        ],
        paging: Paging { summary: "1–3 of 31 people".to_owned(), ..Paging::default() },
        can_change: true,
        ..PeoplePage::default()
    };
    put(list, "people", &page);
    add_person(list, roles);
}

fn add_person(list: &mut Samples, roles: Vec<RoleBinding>) {
    let account = |name: &str, last_seen, status, change| AccountRow {
        id: format!("acc_{name}"),
        user_name: name.to_owned(),
        change: Some(change),
        password_href: Some(format!("{ME}/accounts/acc_{name}/password")),
        provider: "local".to_owned(),
        last_seen,
        status,
    };
    let page = PersonPage {
        layout: layout("Mara Lindqvist", Section::Organisation),
        id: "prs_01jd8vfw3k6q0x3mzh2bq0a7ne".to_owned(),
        name: "Mara Lindqvist".to_owned(),
        time_zone: "Europe/Stockholm".to_owned(),
        status: active(),
        accounts: vec![
            account("mara", Some(at("22T08:01")), active(), ask("/accounts/acc_mara/disable")),
            account("mara-admin", None, Badge::new(Tone::Quiet, Icon::Stop, "Disabled"), now()),
        ],
        roles,
        groups: strings(&["payments-leads"]),
        services: vec![Link::new("checkout", "/organisation/services#service-checkout")],
        recent: vec![Activity {
            at: at("22T09:41"),
            what: "approved as service owner:".to_owned(),
            link: Some(Link::new("CHG-1042", "/changes/CHG-1042")),
        }],
        change: Some(ask("/deactivate")),
        add_account: Some(AccountForm {
            idempotency_key: "a1".to_owned(),
            ..AccountForm::default()
        }),
    };
    put(list, "person", &page);
}

fn add_roles(list: &mut Samples) {
    let via = |name: &str, note: &str| Who { note: note.to_owned(), ..person(name) };
    let role = |name: &str, scope: &str, members, warning: Option<&str>| RoleRow {
        name: name.to_owned(),
        description: "Answers for what runs in production.".to_owned(),
        scope: scope.to_owned(),
        members,
        warning: warning.map(str::to_owned),
        take: vec![Link::new(
            "Take from Mara Lindqvist…",
            "/organisation/roles/take?role=service-owner&scope=service:checkout&member=person:prs_mara",
        )],
    };
    let page = RolesPage {
        layout: layout("Roles", Section::Organisation),
        can_change: true,
        rotas: vec![RotaRow {
            name: "duty".to_owned(),
            role: "operations".to_owned(),
            scope: "organisation".to_owned(),
            on_call: Some(person("Dev Patel")),
            handover: "every 7 days at 09:00, Europe/Berlin".to_owned(),
            turns: vec![person("Mara Lindqvist"), person("Dev Patel")],
        }],
        roles: vec![
            role(
                "service-owner",
                "service checkout",
                vec![person("Mara Lindqvist"), via("Dev Patel", "through checkout-team")],
                None,
            ),
            role(
                "data-protection",
                "organisation",
                Vec::new(),
                Some("Nobody holds it: 2 rules can't be met."),
            ),
        ],
    };
    put(list, "roles", &page);
    let page = GroupsPage {
        layout: layout("Groups", Section::Organisation),
        can_change: true,
        groups: vec![GroupRow {
            id: "grp_leads".to_owned(),
            name: "payments-leads".to_owned(),
            members: vec![person("Mara Lindqvist"), person("Dev Patel")],
            deputies: vec![person("Ines Roca")],
            roles: vec![binding("cab-member", "organisation", "")],
        }],
    };
    put(list, "groups", &page);
}

fn add_services(list: &mut Samples) {
    let service = |name: &str, description: &str, criticality| ServiceRow {
        name: name.to_owned(),
        description: description.to_owned(),
        owners: vec![person("Mara Lindqvist"), person("Dev Patel")],
        criticality,
        domain: "payments".to_owned(),
        labels: strings(&["pci", "customer-facing"]),
        environments: strings(&["dev", "staging", "production"]),
        changes_href: format!("/changes?service={name}"),
    };
    let page = ServicesPage {
        layout: layout("Services", Section::Organisation),
        can_change: true,
        retired: vec![RetiredRow {
            name: "basket".to_owned(),
            title: "Basket, now part of checkout".to_owned(),
            idempotency_key: Some("s1".to_owned()),
        }],
        services: vec![
            service(
                "checkout",
                "Takes payments on the shop's pages.",
                Badge::new(Tone::Bad, Icon::Alert, "Critical"),
            ),
            service(
                "webhooks",
                "Tells merchants what happened.",
                Badge::new(Tone::Info, Icon::Info, "Important"),
            ),
        ],
    };
    put(list, "services", &page);
    let page = DomainsPage {
        layout: layout("Domains", Section::Organisation),
        domains: vec![DomainRow {
            name: "payments".to_owned(),
            title: "Payments".to_owned(),
            services: strings(&["checkout", "payouts"]),
        }],
        can_change: true,
    };
    put(list, "domains", &page);
    let environment = |name: &str, tier: &str, title: &str, gate_mode| EnvironmentRow {
        name: name.to_owned(),
        description: String::new(),
        tier: tier.to_owned(),
        tier_title: title.to_owned(),
        gate_mode,
        services: 12,
    };
    let page = EnvironmentsPage {
        layout: layout("Environments", Section::Organisation),
        environments: vec![
            environment(
                "production",
                "T3",
                "Production",
                Badge::new(Tone::Good, Icon::Check, "Enforce"),
            ),
            environment("staging", "T2", "Staging", Badge::new(Tone::Good, Icon::Check, "Enforce")),
            environment("dev", "T0", "Sandbox", Badge::new(Tone::Info, Icon::Info, "Observe")),
        ],
    };
    put(list, "environments", &page);
}

fn add_service_accounts(list: &mut Samples) {
    let page = service_accounts::Page {
        layout: layout("Service accounts", Section::Organisation),
        accounts: vec![service_accounts::Row {
            href: "/organisation/service-accounts/sac_01jd".to_owned(),
            name: "ci-checkout".to_owned(),
            description: "The pipeline of checkout.".to_owned(),
            owner: person("Mara Lindqvist"),
            active_tokens: 1,
            last_used: Some(at("22T09:44")),
            next_expiry: Some(at("30T00:00")),
            status: active(),
        }],
        can_create: true,
        name: "ci-payouts".to_owned(),
        ..service_accounts::Page::default()
    };
    put(list, "service_accounts", &page);
    let token = |label: &str, status, can_revoke| Token {
        id: "tok_01jd".to_owned(),
        label: label.to_owned(),
        verbs: strings(&["gate:ask", "grant:redeem"]),
        services: strings(&["checkout"]),
        environments: strings(&["staging", "production"]),
        created: at("01T10:00"),
        created_by: person("Mara Lindqvist"),
        expires: Some(at("30T00:00")),
        last_used: Some(at("22T09:44")),
        status,
        can_revoke,
    };
    let page = AccountPage {
        layout: layout("ci-checkout", Section::Organisation),
        id: "sac_01jd".to_owned(),
        name: "ci-checkout".to_owned(),
        description: "The pipeline of checkout.".to_owned(),
        owner: person("Mara Lindqvist"),
        status: active(),
        tokens: vec![
            token("deploy job", active(), true),
            token("old deploy job", Badge::new(Tone::Quiet, Icon::Stop, "Revoked"), false),
        ],
        status_change: Some(StatusChange::Ask {
            href: "/organisation/service-accounts/sac_01jd/disable".to_owned(),
        }),
        form: Some(TokenForm {
            idempotency_key: "t1".to_owned(),
            verbs: Choice::list(&["gate:ask", "grant:redeem", "evidence:attest"], "gate:ask"),
            services: Choice::list(&["checkout", "payouts"], "checkout"),
            environments: Choice::list(&["dev", "staging", "production"], ""),
            expiries: vec![Choice::new("30", "In 30 days"), Choice::new("90", "In 90 days")],
            ..TokenForm::default()
        }),
    };
    put(list, "service_account", &page);
    let page = NewTokenPage {
        layout: layout("New token", Section::Organisation),
        account: "ci-checkout".to_owned(),
        account_href: "/organisation/service-accounts/sac_01jd".to_owned(),
        label: "deploy job".to_owned(),
        secret: "cst_sample_5vQk0mDk1o8cH1d0w3mF1o6rUe0Oe0yYd7n6".to_owned(),
        expires: Some(at("30T00:00")),
        scope: "May ask the gate and redeem grants for checkout in staging and production."
            .to_owned(),
        server_url: "https://countersign.northwind.example".to_owned(),
    };
    put(list, "new_token", &page);
}
