//! Samples of signing keys and of signing a decision.

use super::{Samples, at, layout};
use crate::pages::{sign_vote, signing_keys};
use crate::view::{FormErrors, NextStep, Section};

/// What a passkey is asked.
pub(super) fn ceremony() -> signing_keys::Ceremony {
    signing_keys::Ceremony {
        challenge: "V8wpAb3nH0sQ2hJb0pZbQ1m3k9d0yq7cYw3r5fK2a1g".to_owned(),
        issued_at: "2026-11-22T10:00:00.000Z".to_owned(),
        relying_party: "countersign.northwind.example".to_owned(),
        credentials: "AQIDBAUGBwgJCgsMDQ4PEA".to_owned(),
    }
}

fn add_keys(list: &mut Samples) {
    let row = |id: &str, name: &str, kind: &str, fingerprint: &str| signing_keys::KeyRow {
        id: id.to_owned(),
        name: name.to_owned(),
        kind: kind.to_owned(),
        fingerprint: fingerprint.to_owned(),
        added: at("20T08:00"),
    };
    let page = signing_keys::Page {
        layout: layout("Signing keys", Section::None),
        keys: vec![
            row("sky_01jd8w4r9x", "phone", "passkey", "…37IINKU="),
            row("sky_01jd8w4r9y", "work laptop", "SSH key", "…yM890Kg"),
        ],
        passkey: Some(ceremony()),
        user: ["prs_01jd8w4r9x", "mara", "Mara Lindqvist"].map(str::to_owned),
        ..signing_keys::Page::default()
    };
    super::add(list, "signing_keys", &page);
    let mut errors = FormErrors::default();
    errors.add("public_key", "This is a private key: paste the line that ends in .pub.");
    let refused = signing_keys::Page {
        keys: Vec::new(),
        passkey: None,
        name: "work laptop".to_owned(),
        public_key: "-----BEGIN OPENSSH PRIVATE KEY-----".to_owned(),
        errors,
        ..page.clone()
    };
    super::add(list, "signing_keys_refused", &refused);
    let stale = signing_keys::Page {
        step_up: Some(NextStep::linked(
            "To add a key, first prove again who you are.",
            "/step-up?next=%2Fsigning-keys",
        )),
        ..page
    };
    super::add(list, "signing_keys_step_up", &stale);
}

pub(super) fn add(list: &mut Samples) {
    add_keys(list);
    let page = sign_vote::Page {
        layout: layout("Sign CHG-1042", Section::Changes),
        number: "CHG-1042".to_owned(),
        title: "Raise the connection pool of checkout to 40".to_owned(),
        decision: "approve".to_owned(),
        meaning: "I reviewed the change and its way back.".to_owned(),
        on_behalf_of: "Dev Patel".to_owned(),
        statement: "{\"change\":\"chg_01jd8w4r9x\",\"decision\":\"approve\",\"revision\":3}"
            .to_owned(),
        passkey: Some(ceremony()),
        command: "countersign vote approve CHG-1042 --revision 3 --sign-with ~/.ssh/id_ed25519"
            .to_owned(),
        fields: sign_vote::Fields {
            decision: "approve".to_owned(),
            expected_revision: "3".to_owned(),
            on_behalf_of: "prs_01jd8w4r9x".to_owned(),
            justification: "Read the plan.".to_owned(),
            idempotency_key: "b1946ac9".to_owned(),
        },
    };
    super::add(list, "sign_vote", &page);
    let none = sign_vote::Page {
        passkey: None,
        on_behalf_of: String::new(),
        meaning: String::new(),
        ..page
    };
    super::add(list, "sign_vote_without_passkey", &none);
}
