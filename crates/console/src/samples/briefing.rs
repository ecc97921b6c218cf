//! Samples of briefings, for tests and the gallery. Invented data only.

use super::{Samples, add as put, at, layout, strings};
use crate::pages::briefing::{Ask, Form, Opened, Page};
use crate::view::{Decision, Digest, FormErrors, RiskLevel, Section};

pub(super) fn add(list: &mut Samples) {
    let page = Page {
        layout: layout("CHG-1042 briefing", Section::Changes),
        number: "CHG-1042".to_owned(),
        title: "Retry declined cards once".to_owned(),
        roles: strings(&["legal"]),
        open_key: "o1".to_owned(),
        opened: None,
    };
    put(list, "briefing_closed", &page);
    let mut errors = FormErrors::default();
    errors.add("acknowledged", "Confirm each of these sentences, or reject the change");
    let opened = Opened {
        at: at("22T09:58"),
        plain_summary:
            "When a card is declined, we try once more by ourselves. Customers see one payment \
                        attempt as before; their bank may see two."
                .to_owned(),
        reason: "Soft declines cost us 0.8 % of revenue in October.".to_owned(),
        window: Some((at("23T08:00"), at("23T12:00"))),
        risk: RiskLevel::High,
        asks: vec![Ask {
            role: "legal".to_owned(),
            why: "Payment flows are regulated".to_owned(),
            meaning: "The change fits our contracts and the law.".to_owned(),
            acknowledgement: Some("I read what changes for our customers.".to_owned()),
            ticked: false,
        }],
        shown: Digest::new(
            "sha256:9c1e0c1be27d45c6a1e08d5b7724fe90c1d2ab67e4f05893bb6a7d1c92e4f0a8",
        ),
        decided: None,
        form: Form {
            expected_revision: "3".to_owned(),
            idempotency_key: "b1".to_owned(),
            decision: Some(Decision::Approve),
            justification: "Checked with the card schemes.".to_owned(),
            errors,
        },
    };
    put(list, "briefing_errors", &Page { opened: Some(opened), ..page });
}
