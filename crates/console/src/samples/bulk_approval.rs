//! Samples of approving several changes in one step, for tests and the gallery. Invented data only.

use super::{Samples, add as put, at, layout, person};
use crate::pages::bulk_approval::{Item, Page, Standing};
use crate::pages::inbox::Subject;
use crate::view::{Digest, FormErrors, RiskLevel, Section};

fn item(number: u32, name: &str, standing: Standing) -> Item {
    Item {
        subject: Subject {
            number: format!("CHG-{number}"),
            title: format!("Renew the certificate of {name}"),
            href: format!("/changes/CHG-{number}"),
            trouble: None,
            duplicates: Vec::new(),
            service: "edge".to_owned(),
            environment: "internal".to_owned(),
            tier: "T2".to_owned(),
            risk: RiskLevel::Low,
            change_type: "standard".to_owned(),
        },
        value: format!("CHG-{number}@1"),
        revision: 1,
        requester: person("Dev Patel"),
        reason: "It ends within the month.".to_owned(),
        parameters: vec![("common_name".to_owned(), name.to_owned())],
        artifacts: vec![(
            "chain.pem".to_owned(),
            Digest::new("sha256:9c1e0c1be27d45c6a1e08d5b7724fe90c1d2ab67e4f05893bb6a7d1c92e4f0a8"),
        )],
        standing,
    }
}

fn open(chosen: bool) -> Standing {
    Standing::Open {
        counts_as: "operations".to_owned(),
        meaning: "We are ready to watch this change and to roll it back.".to_owned(),
        chosen,
    }
}

pub(super) fn add(list: &mut Samples) {
    let refused = Standing::Refused {
        why: "You can't decide on what you wrote".to_owned(),
        next: "Ask somebody who had no hand in it".to_owned(),
    };
    let mut errors = FormErrors::default();
    errors.add("justification", "Shorten it to 4,000 bytes");
    let page = Page {
        layout: layout("Approve in one step", Section::Inbox),
        template: "certificate-renewal".to_owned(),
        items: vec![
            item(1501, "shop.example.com", open(true)),
            item(1502, "api.example.com", open(false)),
            item(1503, "pay.example.com", refused),
        ],
        justification: "The renewals of November".to_owned(),
        errors,
        idempotency_key: "b1".to_owned(),
    };
    put(list, "bulk_approval", &page);
    let approved = Standing::Approved { at: at("22T10:20") };
    let after = Page {
        layout: layout("Approve in one step", Section::Inbox),
        template: "certificate-renewal".to_owned(),
        items: vec![item(1501, "shop.example.com", approved)],
        ..Page::default()
    };
    put(list, "bulk_approval_after", &after);
    let layout = layout("Approve in one step", Section::Inbox);
    put(list, "bulk_approval_none", &Page { layout, ..Page::default() });
}
