//! What notes promise, with the vectors of the Go implementation.

use proptest::prelude::*;

use super::*;

/// The example key of `golang.org/x/mod/sumdb/note`, published with it for tests.
const GO_PRIVATE: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const GO_PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(name, &[seed; 32]).unwrap()
}

#[test]
fn the_go_implementations_key_and_note_are_ours_byte_for_byte() {
    let private = SigningKey::parse(GO_PRIVATE).unwrap();
    assert_eq!(private.to_private_text(), GO_PRIVATE);
    assert_eq!(private.verifier().to_string(), GO_PUBLIC);
    let public = VerifierKey::parse(GO_PUBLIC).unwrap();
    let opened = open(GO_NOTE, std::slice::from_ref(&public)).unwrap();
    assert_eq!(sign(opened.text, &[&private]).unwrap(), GO_NOTE);
    assert_eq!(opened.signers, [public]);
}

#[test]
fn h06_only_a_pinned_key_opens_a_note() {
    let (ours, theirs) = (key("example.com/log", 1), key("example.com/log", 2));
    let note = sign("text\n", &[&theirs]).unwrap();
    let error = open(&note, &[ours.verifier()]).unwrap_err();
    assert!(matches!(&error, NoteError::Untrusted { found } if found.contains("example.com/log")));
    let both = sign("text\n", &[&theirs, &ours]).unwrap();
    assert_eq!(open(&both, &[ours.verifier()]).unwrap().signers, [ours.verifier()]);
    assert!(open(&note, &[]).is_err());
}

#[test]
fn a_bad_signature_in_the_name_of_a_trusted_key_spoils_the_note() {
    let (ours, theirs) = (key("a", 1), key("b", 2));
    let good = sign("text\n", &[&ours]).unwrap();
    let other = sign("other\n", &[&theirs]).unwrap();
    let stolen_line = other.lines().last().unwrap();
    let mixed = format!("{good}{stolen_line}\n");
    assert!(open(&mixed, &[ours.verifier()]).is_ok());
    assert!(matches!(
        open(&mixed, &[ours.verifier(), theirs.verifier()]),
        Err(NoteError::BadSignature { key }) if key.starts_with("b+")
    ));
}

#[test]
fn d13_debug_output_of_a_signing_key_has_no_secret() {
    let shown = format!("{:?}", SigningKey::parse(GO_PRIVATE).unwrap());
    assert_eq!(shown, format!("SigningKey({GO_PUBLIC})"));
}

#[test]
fn malformed_keys_are_refused() {
    for text in [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ] {
        assert!(VerifierKey::parse(text).is_err(), "{text}");
    }
    assert!(SigningKey::parse(GO_PUBLIC).is_err());
    assert!(SigningKey::from_seed("a+b", &[0; 32]).is_err());
    assert!(SigningKey::from_seed("", &[0; 32]).is_err());
}

#[test]
fn malformed_notes_are_refused() {
    let trusted = [VerifierKey::parse(GO_PUBLIC).unwrap()];
    for (from, to) in [
        ("\n\n— ", "\n— "),
        ("— ", "- "),
        ("JnAM=\n", "JnAM="),
        ("JnAM=", "JnAN="),
        ("JnAM=\n", "JnAM=\n\n"),
        ("If", "\tIf"),
        ("x08go", "x08gp"),
        ("answer", "question"),
    ] {
        assert!(open(&GO_NOTE.replacen(from, to, 1), &trusted).is_err(), "{from:?} -> {to:?}");
    }
    assert!(sign("no newline", &[]).is_err());
    assert!(sign("bell\u{7}\n", &[]).is_err());
}

proptest! {
    #[test]
    fn i11_any_changed_byte_of_a_note_is_refused(at in 0..GO_NOTE.len(), bit in 0_u8..8) {
        let mut bytes = GO_NOTE.as_bytes().to_vec();
        bytes[at] ^= 1 << bit;
        if let Ok(note) = String::from_utf8(bytes) {
            prop_assert!(open(&note, &[VerifierKey::parse(GO_PUBLIC).unwrap()]).is_err());
        }
    }

    #[test]
    fn i11_any_text_is_an_error_without_panic(text in ".{0,80}\n\n— .{0,80}\n", other in ".{0,80}") {
        let trusted = [VerifierKey::parse(GO_PUBLIC).unwrap()];
        prop_assert!(open(&text, &trusted).is_err());
        let _ = VerifierKey::parse(&other);
        let _ = SigningKey::parse(&format!("PRIVATE+KEY+{other}"));
    }

    #[test]
    fn keys_and_notes_round_trip(seed: [u8; 32], text in "[^\\x00-\\x1f]{0,40}") {
        let key = SigningKey::from_seed("example.com/log", &seed).unwrap();
        let text = format!("{text}\n");
        let note = sign(&text, &[&key]).unwrap();
        let verifier = VerifierKey::parse(&key.verifier().to_string()).unwrap();
        prop_assert_eq!(open(&note, &[verifier]).unwrap().text, text);
        prop_assert_eq!(SigningKey::parse(&key.to_private_text()).unwrap().verifier(), key.verifier());
    }
}
