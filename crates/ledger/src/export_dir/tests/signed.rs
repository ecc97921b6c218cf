//! Signatures of voters are verified from an export alone (H13, H14).

use serde_json::{Value, json};
use signing::authenticator::{Authenticator, SshKey};
use signing::webauthn::{Expected, register};
use signing::{Proof, VoteStatement};

use super::*;

const ORIGIN_OF_SITE: &str = "https://cs.example.com";

fn entry(minute: u64, stream: &str, kind: &str, data: &Value) -> Sealed {
    let event = json!({
        "v": 1, "time": format!("2026-11-22T10:{minute:02}:00.000Z"), "stream": stream,
        "actor": {"person": "prs_ada"}, "kind": kind, "data": data,
    });
    seal(&event, &mut || [7; 16]).unwrap()
}

fn key_added(id: &str, person: &str, public_key: &str) -> Sealed {
    let data = json!({
        "id": id, "person": person, "name": {"$private": "laptop"}, "public_key": public_key,
        "holder": {"kind": "ssh"},
    });
    entry(0, "organisation", "signing_key_added", &data)
}

fn assessed(signature: bool) -> Sealed {
    let data = json!({"revision": 2, "step_up": {"signature": signature}});
    entry(1, "change/chg_1", "change_assessed", &data)
}

fn said() -> VoteStatement {
    VoteStatement {
        change: "chg_1".to_owned(),
        revision: 2,
        revision_digest: "sha256:ab".to_owned(),
        decision: "approve".to_owned(),
        meaning: Some("reviewed".to_owned()),
        person: "prs_ada".to_owned(),
        on_behalf_of: Some("prs_bob".to_owned()),
        shown: Some("sha256:cd".to_owned()),
        nonce: "n1".to_owned(),
        issued_at: "2026-11-22T10:02:00.000Z".to_owned(),
    }
}

fn vote() -> Value {
    json!({
        "person": "prs_ada", "revision": 2, "revision_digest": "sha256:ab", "decision": "approve",
        "meaning": "reviewed", "on_behalf_of": {"person": "prs_bob", "delegation": "dlg_1"},
        "informed": {"shown": "sha256:cd", "seconds": 9}, "justification": {"$private": "fine"},
    })
}

fn signed(key: &str, public_key: &str, proof: &Proof) -> Value {
    let mut vote = vote();
    vote["signature"] = json!({
        "key": key, "public_key": public_key, "nonce": "n1",
        "issued_at": "2026-11-22T10:02:00.000Z", "proof": proof,
    });
    vote
}

fn voted(data: &Value) -> Sealed {
    entry(3, "change/chg_1", "vote_recorded", data)
}

/// Ada's key, and the vote she signed with it.
fn ada() -> (Sealed, Value) {
    let key = SshKey::new(1);
    let text = String::from_utf8(said().bytes().unwrap()).unwrap();
    let proof = Proof::Ssh { signature: key.sign(&text) };
    (key_added("sky_1", "prs_ada", &key.public()), signed("sky_1", &key.public(), &proof))
}

fn verified(entries: &[Sealed]) -> Result<VerifyReport, Box<Failure>> {
    let dir = export(entries, &key(1), &key(1));
    let pinned = key(1).verifier();
    verify_dir(dir.path(), &VerifyOptions { key: Some(&pinned), ..VerifyOptions::default() })
}

/// The one problem of a log, and the entry it names.
fn problem(entries: &[Sealed]) -> (u64, String) {
    let failure = verified(entries).unwrap_err();
    assert_eq!(failure.problems.len(), 1, "{:?}", failure.problems);
    let problem = &failure.problems[0];
    assert_eq!(problem.fault.code(), "vote_signature");
    (problem.entries.unwrap().first, problem.to_string())
}

#[test]
fn h14_a_vote_signed_with_an_ssh_key_verifies_from_its_entry_alone() {
    let (added, vote) = ada();
    let report = verified(&[added, assessed(true), voted(&vote)]).unwrap();
    assert_eq!(report.signed_votes.len(), 1);
    assert_eq!((report.signed_votes[0].index, &report.signed_votes[0].statement), (2, &said()));
}

#[test]
fn h14_a_vote_signed_with_a_passkey_verifies_from_its_entry_alone() {
    let mine = Authenticator::new(3, ORIGIN_OF_SITE);
    let expected =
        Expected { challenge: b"c", relying_party: "cs.example.com", origin: ORIGIN_OF_SITE };
    let public = register(&mine.create(b"c"), &expected).unwrap().public_key.to_string();
    let challenge = VoteStatement::challenge(&said().bytes().unwrap());
    let proof = Proof::Passkey(Box::new(mine.get(&challenge)));
    let added = key_added("sky_1", "prs_ada", &public);
    let report = verified(&[added, voted(&signed("sky_1", &public, &proof))]).unwrap();
    assert_eq!(report.signed_votes.len(), 1);
}

#[test]
fn h13_a_forged_vote_is_named_whatever_the_log_signed() {
    let (added, good) = ada();
    let forged = |forge: fn(&mut Value)| {
        let mut vote = good.clone();
        forge(&mut vote);
        problem(&[added.clone(), assessed(true), voted(&vote)])
    };
    let forgeries: [fn(&mut Value); 6] = [
        |v| v["revision_digest"] = json!("sha256:ef"),
        |v| v["decision"] = json!("reject"),
        |v| v["meaning"] = json!("tested"),
        |v| v["informed"] = json!({"shown": "sha256:00"}),
        |v| v["signature"]["nonce"] = json!("n2"),
        |v| v["on_behalf_of"] = Value::Null,
    ];
    for (n, forge) in forgeries.into_iter().enumerate() {
        let (index, text) = forged(forge);
        assert_eq!(index, 2, "forgery {n}");
        assert!(text.contains("not over this statement"), "forgery {n}: {text}");
    }
    let (_, text) = forged(|v| v["person"] = json!("prs_eve"));
    assert!(text.contains("not registered for the voter"), "{text}");
}

#[test]
fn h13_an_unsigned_approval_is_named_where_policy_wanted_it_signed_and_only_there() {
    let (index, text) = problem(&[assessed(true), voted(&vote())]);
    assert_eq!(index, 1);
    assert!(text.contains("policy asked for the voter's signature"), "{text}");
    let mut rejects = vote();
    rejects["decision"] = json!("reject");
    assert!(verified(&[assessed(true), voted(&rejects)]).is_ok());
    assert!(verified(&[assessed(true), assessed(false), voted(&vote())]).is_ok());
    assert!(verified(&[assessed(false), voted(&vote()), assessed(true)]).is_ok());
}

#[test]
fn h14_a_key_signs_between_its_registration_and_its_removal() {
    let (added, vote) = ada();
    let removed = || {
        let data = json!({"key": "sky_1", "at": "2026-11-22T10:02:00.000Z"});
        entry(2, "organisation", "signing_key_removed", &data)
    };
    assert!(verified(&[added.clone(), voted(&vote), removed()]).is_ok());
    let (index, text) = problem(&[added.clone(), removed(), voted(&vote)]);
    assert_eq!(index, 2);
    assert!(text.contains("had been removed"), "{text}");
    assert_eq!(problem(&[voted(&vote), added]).0, 0, "before it was registered");
}
