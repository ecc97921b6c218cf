//! Samples of the new-change pages, for tests and the gallery. Invented data only.

use super::{Samples, add as put, at, layout};
use crate::pages::change::{ScheduleBound, ScheduleView};
use crate::pages::new_change::{
    ArtifactRow, ChoosePage, FormPage, Revises, ServiceCard, TemplateCard,
};
use crate::view::{Choice, FormErrors, Section};

fn template(id: &str, title: &str, description: &str, limits: &str) -> TemplateCard {
    TemplateCard {
        id: id.to_owned(),
        title: title.to_owned(),
        description: description.to_owned(),
        version: "4".to_owned(),
        limits: limits.to_owned(),
        href: format!("/changes/new?template={id}"),
    }
}

fn service(name: &str, description: &str, criticality: &str) -> ServiceCard {
    ServiceCard {
        name: name.to_owned(),
        description: description.to_owned(),
        domain: "payments".to_owned(),
        criticality: criticality.to_owned(),
        owners: "Mara Lindqvist, Dev Patel".to_owned(),
        href: format!("/changes/new?service={name}"),
    }
}

fn form() -> FormPage {
    FormPage {
        layout: layout("New change", Section::NewChange),
        idempotency_key: "01jd8w4r9xk2".to_owned(),
        services: Choice::list(&["checkout", "payouts", "tokeniser"], "checkout"),
        environments: Choice::list(&["dev", "staging", "production"], "production"),
        change_types: Choice::list(&["standard", "normal", "emergency"], "normal"),
        impacts: Choice::list(&["low", "medium", "high"], "high"),
        urgencies: Choice::list(&["low", "medium", "high"], "medium"),
        complexities: Choice::list(&["low", "medium", "high"], "low"),
        ..FormPage::default()
    }
}

/// The form after asking when it could start.
fn checked() -> FormPage {
    FormPage {
        schedule: Some(ScheduleView {
            earliest: Some(at("24T06:00")),
            trouble: Some(
                "it is planned for 2026-11-23T18:00:00Z and can't safely start before \
                 2026-11-24T06:00:00Z: the freeze “Year-end close” ends"
                    .to_owned(),
            ),
            bounds: vec![ScheduleBound {
                what: "legal answers".to_owned(),
                at: Some(at("23T16:30")),
                there: "Mon 13:30 in America/Sao Paulo".to_owned(),
            }],
        }),
        ..form()
    }
}

pub(super) fn add(list: &mut Samples) {
    let choose = ChoosePage {
        layout: layout("New change", Section::NewChange),
        query: String::new(),
        templates: vec![
            template(
                "restart-workers",
                "Restart workers",
                "Restart stateless workers of one service, one at a time.",
                "any service but critical ones; weekdays 08–16",
            ),
            template(
                "patch-release",
                "Patch release",
                "A patch version whose tests passed in staging.",
                "x.y.Z only; not payments core",
            ),
        ],
        services: vec![
            service("checkout", "Takes payments on the shop's pages.", "critical"),
            service("payouts", "Pays merchants every night.", "critical"),
            service("webhooks", "Tells merchants what happened.", "important"),
        ],
    };
    put(list, "new_change_choose", &choose);
    put(list, "new_change_form", &form());
    let mut errors = FormErrors::default();
    errors.add("title", "Give it a title.");
    errors
        .add("artifact_digest_0", "“4.12.0” is a tag. Production needs a digest such as sha256:….");
    errors.add("window_end", "The window closes before it opens.");
    let wrong = FormPage {
        description: "Retries a declined card once with the network token.".to_owned(),
        artifacts: vec![ArtifactRow {
            name: "registry.northwind.example/checkout".to_owned(),
            digest: "4.12.0".to_owned(),
        }],
        parameters: "RETRY_LIMIT=1\nFEATURE=<b>on</b>".to_owned(),
        window_start: "2026-11-23T08:00".to_owned(),
        window_end: "2026-11-22T12:00".to_owned(),
        authors: "tomas\ndev@northwind.example".to_owned(),
        template: choose.templates.last().cloned(),
        errors,
        ..form()
    };
    put(list, "new_change_errors", &wrong);
    put(list, "new_change_checked", &checked());
    let revision = FormPage {
        layout: layout("New revision of CHG-1042", Section::Changes),
        title: "Checkout 4.12.0: retry declined cards once".to_owned(),
        revises: Some(Revises {
            number: "CHG-1042".to_owned(),
            expected_revision: "rev_01jd8w".to_owned(),
            effect: "The 2 votes on revision 3 stop counting when this revision is made."
                .to_owned(),
        }),
        ..form()
    };
    put(list, "new_revision", &revision);
}
