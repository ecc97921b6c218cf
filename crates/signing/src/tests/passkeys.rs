//! Against an authenticator in software. Real ones are met in the end-to-end tests.

use proptest::prelude::*;

use crate::authenticator::{Authenticator, PRESENT};
use crate::webauthn::{Expected, Registration, check_step_up, register};
use crate::{Proof, PublicKey, SignatureError, VoteStatement, base64url, cbor};

const ORIGIN: &str = "https://cs.example.com";
const STATEMENT: &[u8] = include_bytes!("vectors/statement.json");

fn expected(challenge: &[u8]) -> Expected<'_> {
    Expected { challenge, relying_party: "cs.example.com", origin: ORIGIN }
}

fn registered(of: &Authenticator) -> PublicKey {
    register(&of.create(b"c"), &expected(b"c")).unwrap().public_key
}

fn signed(of: &Authenticator) -> Proof {
    Proof::Passkey(Box::new(of.get(&VoteStatement::challenge(STATEMENT))))
}

#[test]
fn h14_a_passkey_signs_the_statement_it_was_asked_for_and_no_other() {
    let mine = Authenticator::new(1, ORIGIN);
    let key = registered(&mine);
    let presence = signed(&mine).check(STATEMENT, &key).unwrap();
    assert!(presence.present && presence.verified && !presence.synced);
    assert_eq!(presence.counter, 7);
    assert_eq!(signed(&mine).check(b"{}", &key), Err(SignatureError::Challenge));
    let other = Authenticator::new(2, ORIGIN);
    assert_eq!(signed(&other).check(STATEMENT, &key), Err(SignatureError::Mismatch));
}

#[test]
fn e08_nobody_who_was_not_verified_signs() {
    let mut mine = Authenticator::new(1, ORIGIN);
    let key = registered(&mine);
    for flags in [0, PRESENT, 0x04] {
        mine.flags = flags;
        assert_eq!(signed(&mine).check(STATEMENT, &key), Err(SignatureError::Unverified));
        assert_eq!(register(&mine.create(b"c"), &expected(b"c")), Err(SignatureError::Unverified));
    }
}

#[test]
fn e08_another_site_another_challenge_or_another_ceremony_is_refused() {
    let mine = Authenticator::new(1, ORIGIN);
    let key = registered(&mine);
    let proof = mine.get(b"c");
    assert!(check_step_up(&proof, &expected(b"c"), &key).is_ok());
    assert_eq!(check_step_up(&proof, &expected(b"d"), &key), Err(SignatureError::Challenge));
    let elsewhere = Authenticator::new(1, "https://cs.example.org").get(b"c");
    assert_eq!(check_step_up(&elsewhere, &expected(b"c"), &key), Err(SignatureError::Origin));
    let port = Authenticator::new(1, "https://cs.example.com:8443").get(b"c");
    assert_eq!(check_step_up(&port, &expected(b"c"), &key), Err(SignatureError::Origin));
    let mut created = mine.get(b"c");
    created.client_data = mine.create(b"c").client_data;
    assert_eq!(check_step_up(&created, &expected(b"c"), &key), Err(SignatureError::Type));
    // It says it is ours, but the authenticator made it for another site.
    let mut relabelled = elsewhere;
    relabelled.relying_party = "cs.example.com".to_owned();
    relabelled.origin = ORIGIN.to_owned();
    assert!(check_step_up(&relabelled, &expected(b"c"), &key).is_err());
}

#[test]
fn a_registration_for_another_challenge_or_without_a_key_is_refused() {
    let mine = Authenticator::new(1, ORIGIN);
    let made = mine.create(b"c");
    assert_eq!(register(&made, &expected(b"d")), Err(SignatureError::Challenge));
    let nothing = Registration { attestation: base64url(b"\xa0"), ..made.clone() };
    assert_eq!(register(&nothing, &expected(b"c")), Err(SignatureError::Form));
    let swapped = Registration { client_data: made.attestation.clone(), ..made };
    assert_eq!(register(&swapped, &expected(b"c")), Err(SignatureError::Form));
}

#[test]
fn a_map_with_a_name_twice_has_neither_value() {
    let (map, rest) = cbor::read(b"\xa2\x01\x02\x01\x03").unwrap();
    assert!(map.at(1).is_none() && rest.is_empty());
    let deep = [0x81; 64];
    assert!(cbor::read(&deep).is_none(), "nesting has an end");
    assert!(cbor::read(b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff").is_none(), "a length that lies");
}

proptest! {
    #[test]
    fn c11_a_changed_byte_of_an_assertion_never_verifies(at in any::<usize>(), bit in 0_u8..8) {
        let mine = Authenticator::new(1, ORIGIN);
        let key = registered(&mine);
        let good = mine.get(b"c");
        let mut parts = [&good.authenticator_data, &good.client_data, &good.signature]
            .map(|text| crate::read_base64url(text).unwrap());
        let which = at % 3;
        let place = (at / 3) % parts[which].len();
        parts[which][place] ^= 1 << bit;
        let [data, client, signature] = parts.map(|bytes| base64url(&bytes));
        let bad = crate::PasskeyProof {
            authenticator_data: data, client_data: client, signature, ..good
        };
        prop_assert!(check_step_up(&bad, &expected(b"c"), &key).is_err());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = cbor::read(&bytes);
        let given = Registration {
            client_data: Authenticator::new(1, ORIGIN).create(b"c").client_data,
            attestation: base64url(&bytes),
        };
        prop_assert!(register(&given, &expected(b"c")).is_err());
    }
}
