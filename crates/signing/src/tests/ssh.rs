//! Against signatures that `ssh-keygen -Y sign` made (OpenSSH of Debian).

use proptest::prelude::*;

use crate::{KeyError, Proof, PublicKey, SignatureError, VoteStatement, is_armored};

const STATEMENT: &[u8] = include_bytes!("vectors/statement.json");
const ED25519: &str = include_str!("vectors/ed25519.pub");
const ECDSA: &str = include_str!("vectors/ecdsa.pub");

fn key(text: &str) -> PublicKey {
    text.parse().unwrap()
}

fn ssh(signature: &str) -> Proof {
    assert!(is_armored(signature));
    Proof::Ssh { signature: signature.to_owned() }
}

#[test]
fn h14_the_bytes_that_are_signed_are_canonical_json_of_the_statement() {
    let statement = VoteStatement {
        change: "chg_01jd0000000000000000000000".to_owned(),
        revision: 2,
        revision_digest: "sha256:ab".to_owned(),
        decision: "approve".to_owned(),
        meaning: None,
        person: "prs_01jd0000000000000000000000".to_owned(),
        on_behalf_of: None,
        shown: None,
        nonce: "n1".to_owned(),
        issued_at: "2026-11-22T10:00:00.000Z".to_owned(),
    };
    assert_eq!(statement.bytes().unwrap(), STATEMENT);
}

#[test]
fn h14_signatures_of_openssh_verify_for_their_statement_and_key_only() {
    let good = [
        (ED25519, include_str!("vectors/ed25519.sig")),
        (ECDSA, include_str!("vectors/ecdsa.sig")),
        (ECDSA, include_str!("vectors/ecdsa256.sig")),
    ];
    for (text, signature) in good {
        let proof = ssh(signature);
        assert!(proof.check(STATEMENT, &key(text)).is_ok());
        let other = STATEMENT.to_ascii_uppercase();
        assert_eq!(proof.check(&other, &key(text)), Err(SignatureError::Mismatch));
        let stranger = if text == ECDSA { ED25519 } else { ECDSA };
        assert_eq!(proof.check(STATEMENT, &key(stranger)), Err(SignatureError::OtherKey));
    }
}

#[test]
fn h14_a_signature_for_another_purpose_is_none_of_a_vote() {
    let proof = ssh(include_str!("vectors/git.sig"));
    assert_eq!(proof.check(STATEMENT, &key(ED25519)), Err(SignatureError::Namespace));
    let rsa = ssh(include_str!("vectors/rsa.sig"));
    assert_eq!(rsa.check(STATEMENT, &key(ED25519)), Err(SignatureError::OtherKey));
}

#[test]
fn keys_are_written_as_openssh_does_and_others_are_refused_with_the_kinds_taken() {
    for text in [ED25519, ECDSA] {
        let plain = text.rsplit_once(' ').unwrap().0;
        assert_eq!(key(text).to_string(), plain);
    }
    let rsa: Result<PublicKey, _> = include_str!("vectors/rsa.pub").parse();
    assert_eq!(rsa, Err(KeyError::Kind));
    assert!(KeyError::Kind.to_string().contains("ssh-ed25519"));
    let private = "-----BEGIN OPENSSH PRIVATE KEY-----".parse::<PublicKey>();
    assert!(private.is_err());
}

proptest! {
    /// C11: nothing but the bytes decides, and no bytes break the reader.
    #[test]
    fn c11_a_changed_byte_of_a_signature_never_verifies(at in 0_usize..140, bit in 0_u8..8) {
        use base64::Engine as _;
        let engine = &base64::engine::general_purpose::STANDARD;
        let text = include_str!("vectors/ed25519.sig");
        let inner: String = text.lines().filter(|l| !l.starts_with('-')).collect();
        let mut blob = engine.decode(inner).unwrap();
        let at = at % blob.len();
        blob[at] ^= 1 << bit;
        let changed = format!(
            "-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----",
            engine.encode(blob)
        );
        let proof = Proof::Ssh { signature: changed };
        prop_assert!(proof.check(STATEMENT, &key(ED25519)).is_err());
    }

    #[test]
    fn any_text_is_a_key_or_refused(text in ".{0,80}") {
        let _ = text.parse::<PublicKey>();
        let _ = Proof::Ssh { signature: text }.check(b"x", &key(ED25519));
    }
}
