use jiff::Timestamp;
use signing::authenticator::Authenticator;
use signing::webauthn::{Expected, register};
use signing::{Proof, VoteStatement};

use crate::authentication::{Authentication, StepUp};
use crate::change::{Ballot, Change, ChangeEvent, HandedSignature, Vote, VoteDecision};
use crate::decision::{Witnessed, decide};
use crate::fixture::*;
use crate::ids::SigningKeyId;
use crate::organisation::{Directory, KeyHolder, OrganisationEvent, SigningKey};
use crate::private::Private;
use crate::refusal::Refusal;

const ORIGIN: &str = "https://cs.example.com";

fn key_id(seed: u8) -> SigningKeyId {
    SigningKeyId::new(Timestamp::UNIX_EPOCH, [seed; 10])
}

fn passkey(name: &str, seed: u8) -> (Authenticator, SigningKey) {
    let authenticator = Authenticator::new(seed, ORIGIN);
    let expected = Expected { challenge: b"c", relying_party: "cs.example.com", origin: ORIGIN };
    let made = register(&authenticator.create(b"c"), &expected).unwrap();
    let key = SigningKey {
        id: key_id(seed),
        person: person(name),
        name: Private::from("laptop"),
        holder: KeyHolder::Passkey {
            credential: made.credential,
            relying_party: "cs.example.com".to_owned(),
            synced: made.synced,
        },
        public_key: made.public_key,
        added_by: account(name),
        authentication: Authentication::password(at(0)),
        added_at: at(0),
    };
    (authenticator, key)
}

/// Cy (seed 1) and Di (seed 2) have a passkey each; policy asks for a signature.
fn cast() -> (Change, Directory) {
    let mut directory = directory();
    for (name, seed) in [("cy", 1), ("di", 2)] {
        let event = directory.add_signing_key(passkey(name, seed).1, at(0)).unwrap();
        directory.apply(&event);
    }
    let mut asked = assessment(vec![requirement("release-manager", 1)]);
    asked.step_up = Some(StepUp { signature: true, ..StepUp::default() });
    (submitted(material(), asked), directory)
}

fn by(name: &str, decision: VoteDecision) -> Ballot {
    let step_up = vec![StepUp { signature: true, ..StepUp::default() }];
    Ballot { step_up, ..ballot(name, decision, 1) }
}

fn statement(change: &Change, ballot: Ballot, directory: &Directory) -> VoteStatement {
    let asked = change.assessment.as_ref().unwrap().requirements.clone();
    change.vote_statement(ballot, &asked, directory, ("n1", at(1))).unwrap()
}

fn signed(statement: &VoteStatement, seed: u8) -> HandedSignature {
    let authenticator = Authenticator::new(seed, ORIGIN);
    let challenge = VoteStatement::challenge(&statement.bytes().unwrap());
    HandedSignature {
        key: key_id(seed),
        nonce: statement.nonce.clone(),
        issued_at: at(1),
        proof: Proof::Passkey(Box::new(authenticator.get(&challenge))),
    }
}

fn vote(
    change: &Change,
    ballot: Ballot,
    directory: &Directory,
) -> Result<Vec<ChangeEvent>, Refusal> {
    let asked = change.assessment.as_ref().unwrap().requirements.clone();
    change.vote(ballot, &asked, directory, at(2))
}

/// A change with Cy's signed approval.
fn approved() -> (Change, Directory) {
    let (mut change, directory) = cast();
    let handed = signed(&statement(&change, by("cy", VoteDecision::Approve), &directory), 1);
    let ballot = Ballot { signature: Some(handed), ..by("cy", VoteDecision::Approve) };
    for event in vote(&change, ballot, &directory).unwrap() {
        change.apply(&event, at(2)).unwrap();
    }
    (change, directory)
}

fn outcome(change: &Change, directory: &Directory) -> (bool, Vec<String>) {
    let assessment = change.assessment.as_ref().unwrap();
    let decision =
        decide(change, assessment, directory, Witnessed { deployments: &[], now: at(3) });
    let dead = decision.explanation.dead.iter().map(|d| d.code.clone()).collect();
    (decision.approved, dead)
}

/// The same change with a vote put into its stream past us.
fn with_vote(change: &Change, forge: impl FnOnce(&mut Vote)) -> Change {
    let (mut fresh, _) = cast();
    let mut vote = change.votes[0].clone();
    forge(&mut vote);
    fresh.apply(&ChangeEvent::VoteRecorded(Box::new(vote)), at(2)).unwrap();
    fresh
}

#[test]
fn h14_a_signed_approval_is_recorded_with_its_signature_and_counts() {
    let (change, directory) = approved();
    let vote = &change.votes[0];
    let signature = vote.signature.as_ref().unwrap();
    assert_eq!(signature.key, key_id(1));
    let said = vote.statement(&change.id).unwrap();
    assert_eq!(said.revision_digest, change.revision().digest.to_string());
    assert_eq!(outcome(&change, &directory), (true, vec![]));
}

#[test]
fn e08_an_approval_without_the_signature_policy_asks_for_is_refused_and_a_rejection_is_not() {
    let (change, directory) = cast();
    let session = Some(Authentication::passkey(at(1), false));
    let ballot = Ballot { authentication: session, ..by("cy", VoteDecision::Approve) };
    let no = vote(&change, ballot, &directory).unwrap_err();
    assert_eq!(no.code(), "signature_required");
    assert!(no.next_action().contains("--sign-with"));
    assert!(vote(&change, by("cy", VoteDecision::Reject), &directory).is_ok());
}

#[test]
fn h13_a_vote_put_into_the_store_without_the_voters_signature_does_not_count() {
    let (change, directory) = approved();
    let unsigned = with_vote(&change, |v| v.signature = None);
    assert_eq!(outcome(&unsigned, &directory), (false, vec!["signature_required".to_owned()]));
    let forgeries: [fn(&mut Vote); 5] = [
        |v| v.person = person("di"),
        |v| v.meaning = Some("I read it".to_owned()),
        |v| v.signature.as_mut().unwrap().nonce = "n2".to_owned(),
        |v| v.signature.as_mut().unwrap().key = key_id(2),
        |v| {
            let (_, mallory) = passkey("cy", 9);
            v.signature.as_mut().unwrap().public_key = mallory.public_key;
        },
    ];
    for (n, forge) in forgeries.into_iter().enumerate() {
        let forged = with_vote(&change, forge);
        let expected = (false, vec!["signature_invalid".to_owned()]);
        assert_eq!(outcome(&forged, &directory), expected, "forgery {n}");
    }
}

#[test]
fn h13_a_snapshot_says_nothing_of_what_verified() {
    let (change, directory) = approved();
    let stored = serde_json::to_string(&change).unwrap();
    assert!(!stored.contains("verified"));
    let mut read: Change = serde_json::from_str(&stored).unwrap();
    assert!(!outcome(&read, &directory).0, "not before it is verified again");
    read.verify_signatures();
    assert_eq!(outcome(&read, &directory), (true, vec![]));
    let forged = stored.replace("\"nonce\":\"n1\"", "\"nonce\":\"n2\"");
    let mut read: Change = serde_json::from_str(&forged).unwrap();
    read.verify_signatures();
    assert_eq!(outcome(&read, &directory), (false, vec!["signature_invalid".to_owned()]));
}

#[test]
fn h13_a_key_that_signs_well_but_was_never_registered_for_the_voter_proves_nothing() {
    let (change, directory) = approved();
    let (authenticator, mallory) = passkey("cy", 9);
    let forged = with_vote(&change, |v| {
        let challenge =
            VoteStatement::challenge(&v.statement(&change.id).unwrap().bytes().unwrap());
        let signature = v.signature.as_mut().unwrap();
        signature.public_key = mallory.public_key;
        signature.proof = Proof::Passkey(Box::new(authenticator.get(&challenge)));
    });
    assert_eq!(outcome(&forged, &directory), (false, vec!["signature_invalid".to_owned()]));
}

#[test]
fn e08_a_signature_serves_one_vote_only_and_only_the_one_that_was_shown() {
    let (change, directory) = cast();
    let said = statement(&change, by("cy", VoteDecision::Abstain), &directory);
    let handed = Some(signed(&said, 1));
    let other = Ballot { signature: handed.clone(), ..by("cy", VoteDecision::Approve) };
    assert_eq!(vote(&change, other, &directory).unwrap_err().code(), "signature_refused");
    let stranger = Ballot { signature: handed, ..by("di", VoteDecision::Abstain) };
    assert_eq!(vote(&change, stranger, &directory).unwrap_err().code(), "signature_refused");

    let (mut change, directory) = approved();
    let taken = change.votes[0].signature.clone().unwrap();
    let again = HandedSignature {
        key: taken.key,
        nonce: taken.nonce,
        issued_at: taken.issued_at,
        proof: taken.proof,
    };
    let block = Ballot {
        id: crate::ids::VoteId::new(at(2), [7; 10]),
        ..by("cy", VoteDecision::RequestChanges)
    };
    for event in vote(&change, block, &directory).unwrap() {
        change.apply(&event, at(2)).unwrap();
    }
    let replayed = Ballot { signature: Some(again), ..by("cy", VoteDecision::Approve) };
    let no = vote(&change, replayed, &directory).unwrap_err();
    assert!(no.to_string().contains("used for a vote already"), "{no}");
}

#[test]
fn e08_a_statement_is_signed_within_ten_minutes() {
    let (change, directory) = cast();
    let said = statement(&change, by("cy", VoteDecision::Approve), &directory);
    let ballot = || Ballot { signature: Some(signed(&said, 1)), ..by("cy", VoteDecision::Approve) };
    let asked = change.assessment.as_ref().unwrap().requirements.clone();
    assert!(change.vote(ballot(), &asked, &directory, at(11)).is_ok());
    for late in [12, 0] {
        let no = change.vote(ballot(), &asked, &directory, at(late)).unwrap_err();
        assert!(no.to_string().contains("ten minutes"), "{no}");
    }
}

#[test]
fn h14_a_removed_key_signs_nothing_more_and_what_it_signed_stands() {
    let (change, mut directory) = approved();
    let removed = directory.remove_signing_key(&key_id(1), &person("cy"), at(3)).unwrap();
    directory.apply(&removed);
    assert_eq!(outcome(&change, &directory), (true, vec![]));
    let (fresh, _) = cast();
    let said = statement(&fresh, by("cy", VoteDecision::Approve), &directory);
    let ballot = Ballot { signature: Some(signed(&said, 1)), ..by("cy", VoteDecision::Approve) };
    let asked = fresh.assessment.as_ref().unwrap().requirements.clone();
    let no = fresh.vote(ballot, &asked, &directory, at(4)).unwrap_err();
    assert_eq!(no.code(), "signature_refused");
    let backdated = with_vote(&change, |v| v.at = at(5));
    assert!(!outcome(&backdated, &directory).0, "not after its end");
}

#[test]
fn h14_a_key_is_added_by_who_proved_lately_who_they_are_and_never_twice() {
    let directory = directory();
    let (_, key) = passkey("cy", 1);
    assert!(directory.add_signing_key(key.clone(), at(10)).is_ok());
    assert_eq!(directory.add_signing_key(key, at(11)).unwrap_err().code(), "step_up_required");

    let (_, mut directory) = cast();
    let (_, mut same) = passkey("di", 1);
    same.id = key_id(5);
    assert_eq!(directory.add_signing_key(same.clone(), at(1)).unwrap_err().code(), "invalid_field");
    let not_theirs = directory.remove_signing_key(&key_id(1), &person("di"), at(1));
    assert_eq!(not_theirs.unwrap_err().code(), "not_found");
    let removed = directory.remove_signing_key(&key_id(1), &person("cy"), at(1)).unwrap();
    assert!(matches!(removed, OrganisationEvent::SigningKeyRemoved { .. }));
    directory.apply(&removed);
    assert!(directory.add_signing_key(same, at(1)).is_err(), "a removed key stays removed");
}
