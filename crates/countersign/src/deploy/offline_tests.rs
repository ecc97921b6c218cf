use api_types::gate::AskedArtifact;
use api_types::grants::GrantState;
use domain::actor::Actor;
use domain::gate::Question;
use domain::ids::QuestionId;
use ledger::tree::Frontier;
use ledger::{Checkpoint, SigningKey, leaf_hash};

use super::*;

const DIGEST: &str = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
const BODY: &str = "01jd3k9q7h2v5n8m4c6b0tzxrw";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const LOG: &str = "log.example.com";

fn signing_key(seed: u8) -> SigningKey {
    SigningKey::from_seed(LOG, &[seed; 32]).unwrap()
}

fn grant() -> Grant {
    let service_account = format!("sac_{BODY}").parse().unwrap();
    Grant {
        id: format!("gnt_{BODY}").parse().unwrap(),
        change: format!("chg_{BODY}").parse().unwrap(),
        revision: 1,
        revision_digest: DIGEST.parse().unwrap(),
        service: "checkout".parse().unwrap(),
        environment: "production".parse().unwrap(),
        artifacts: vec![domain::change::Artifact {
            name: "app".into(),
            digest: DIGEST.parse().unwrap(),
            reference: None,
        }],
        parameters: BTreeMap::new(),
        plan: None,
        window: None,
        policy: DIGEST.to_owned(),
        question: format!("qst_{BODY}").parse().unwrap(),
        asked_by: Actor::ServiceAccount { service_account },
        nonce: "00".repeat(16),
        issued_at: at("2026-11-22T10:00:00Z"),
        expires_at: at("2026-11-22T10:15:00Z"),
        override_id: None,
    }
}

fn verdict(grant: &Grant, answer: Answer) -> GateEvent {
    let id: QuestionId = grant.question.clone();
    GateEvent::GateAnswered {
        question: Box::new(Question {
            id: id.clone(),
            ..grant.question(id, grant.asked_by.clone())
        }),
        answer,
        code: "approved".into(),
        reasons: Vec::new(),
        enforced: true,
        policy: DIGEST.into(),
        grant: Some(Box::new(grant.clone())),
    }
}

/// A saved grant whose leaf is entry 5 of a log of this key.
fn saved(seed: u8) -> GrantWithReceipt {
    saved_with(seed, Answer::Allow)
}

fn saved_with(seed: u8, answer: Answer) -> GrantWithReceipt {
    saved_in(&signing_key(seed), answer)
}

/// The same in the log of a key.
fn saved_in(key: &SigningKey, answer: Answer) -> GrantWithReceipt {
    let grant = grant();
    let event = verdict(&grant, answer);
    let actor = grant.asked_by.clone();
    let stream = format!("gate/{}", grant.change);
    let envelope = Envelope::new(grant.issued_at, &stream, actor, event);
    let leaf = ledger::canonical::to_canonical_bytes(&serde_json::to_value(&envelope).unwrap());
    let leaf = leaf.unwrap();
    let mut leaves: Vec<_> = (0..5_u8).map(|n| leaf_hash(&[n])).collect();
    leaves.push(leaf_hash(&leaf));
    let batch = Frontier::new().extend(leaves);
    let checkpoint =
        Checkpoint { origin: key.name().to_owned(), size: batch.size(), root: batch.root() };
    let receipt = Receipt {
        index: 5,
        leaf_hash: None,
        proof: batch.inclusion_proof(5).unwrap(),
        checkpoint: checkpoint.sign(key).unwrap(),
    };
    let receipt = serde_json::from_value(serde_json::to_value(receipt).unwrap()).unwrap();
    GrantWithReceipt {
        grant: api_types::grants::Grant {
            id: grant.id.to_string(),
            change: grant.change.to_string(),
            revision: 1,
            revision_digest: DIGEST.into(),
            service: "checkout".into(),
            environment: "production".into(),
            artifacts: Vec::new(),
            parameters: BTreeMap::new(),
            plan: None,
            window: None,
            policy: DIGEST.into(),
            question: grant.question.to_string(),
            asked_by: api_types::Principal {
                kind: api_types::PrincipalType::ServiceAccount,
                id: "sac".into(),
                name: "ci".into(),
                account: None,
            },
            issued_at: "2026-11-22T10:00:00.000Z".into(),
            expires_at: "2026-11-22T10:15:00.000Z".into(),
            state: GrantState::Open,
            override_id: None,
        },
        leaf_base64: base64::engine::general_purpose::STANDARD.encode(leaf),
        receipt,
        approvals: Vec::new(),
    }
}

fn question(digest: &str) -> GateQuestion {
    GateQuestion {
        change: None,
        service: "checkout".into(),
        environment: "production".into(),
        artifacts: vec![AskedArtifact { name: None, digest: digest.to_owned() }],
        parameters: BTreeMap::new(),
        plan: None,
        state_serial: None,
    }
}

fn exit(error: &anyhow::Error) -> Exit {
    Exit::of(error)
}

#[test]
fn j01_a_saved_grant_verifies_without_the_server() {
    let proven = prove(&saved(1), &signing_key(1).verifier()).unwrap();
    assert_eq!((proven.index, proven.size), (5, 6));
    let proven = proven.check_time(at("2026-11-22T10:05:00Z")).unwrap();
    assert!(!proven.within_skew);
    proven.check_matches(&question(DIGEST)).unwrap();
}

#[test]
fn h06_a_grant_by_an_unknown_key_is_denied() {
    let error = prove(&saved(1), &signing_key(2).verifier()).unwrap_err();
    assert_eq!(exit(&error), Exit::Denied);
}

#[test]
fn an_entry_that_does_not_allow_is_denied() {
    let error = prove(&saved_with(1, Answer::Deny), &signing_key(1).verifier()).unwrap_err();
    assert_eq!(exit(&error), Exit::Denied);
}

#[test]
fn a_grant_with_another_leaf_is_denied() {
    let mut forged = saved(1);
    let leaf = base64::engine::general_purpose::STANDARD.decode(&forged.leaf_base64).unwrap();
    let text = String::from_utf8(leaf).unwrap().replace("10:15", "23:15");
    forged.leaf_base64 = base64::engine::general_purpose::STANDARD.encode(text);
    let error = prove(&forged, &signing_key(1).verifier()).unwrap_err();
    assert_eq!(exit(&error), Exit::Denied);
}

#[test]
fn f02_clocks_may_be_off_by_a_minute_and_no_more() {
    let check =
        |now: &str| prove(&saved(1), &signing_key(1).verifier()).unwrap().check_time(at(now));
    assert!(check("2026-11-22T10:15:59Z").unwrap().within_skew);
    assert_eq!(exit(&check("2026-11-22T10:16:00Z").unwrap_err()), Exit::Expired);
    assert!(check("2026-11-22T09:59:00Z").unwrap().within_skew);
    assert_eq!(exit(&check("2026-11-22T09:58:59Z").unwrap_err()), Exit::Pending);
}

#[test]
fn a01_a_grant_for_another_digest_is_denied() {
    let proven = prove(&saved(1), &signing_key(1).verifier()).unwrap();
    let other = DIGEST.replace("2c26", "ffff");
    let error = proven.check_matches(&question(&other)).unwrap_err();
    assert_eq!(exit(&error), Exit::Denied);
    assert!(error.to_string().contains("digest_mismatch"));
}

#[test]
fn a09_a_grant_for_another_target_or_other_parameters_is_denied() {
    let proven = prove(&saved(1), &signing_key(1).verifier()).unwrap();
    let target = GateQuestion { environment: "staging".into(), ..question(DIGEST) };
    assert_eq!(exit(&proven.check_matches(&target).unwrap_err()), Exit::Denied);
    let parameters = BTreeMap::from([("canary".to_owned(), "off".to_owned())]);
    let steered = GateQuestion { parameters, ..question(DIGEST) };
    assert_eq!(exit(&proven.check_matches(&steered).unwrap_err()), Exit::Denied);
}

#[test]
fn m7_6_a_grant_of_a_sandbox_is_refused_with_any_key() {
    let sandbox = SigningKey::from_seed("sandbox-1f2e3d4c", &[9; 32]).unwrap();
    let saved = saved_in(&sandbox, Answer::Allow);
    for key in [signing_key(1).verifier(), sandbox.verifier()] {
        let error = prove(&saved, &key).unwrap_err();
        assert_eq!(Exit::of(&error), Exit::Denied);
        assert!(error.to_string().contains("of the sandbox sandbox-1f2e3d4c"), "{error}");
    }
}
