//! What sealing promises, stated as tests.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn counting_salts() -> impl FnMut() -> [u8; SALT_BYTES] {
    let mut next = 0_u8;
    move || {
        next = next.wrapping_add(1);
        [next; SALT_BYTES]
    }
}

fn sealed(event: &Value) -> Sealed {
    seal(event, &mut counting_salts()).unwrap()
}

fn vote() -> Value {
    json!({
        "v": 1, "time": "2026-11-22T10:00:00.000Z", "stream": "change/chg_1", "kind": "vote_recorded",
        "actor": {"person": "prs_1", "ip": {"$private": "192.0.2.7"}},
        "data": {"texts": [{"$private": "looks right"}, "plain"], "a/b~c": {"$secret": {"hash": "x"}}},
    })
}

#[test]
fn a_leaf_holds_commitments_and_no_private_value() {
    let Sealed { leaf, disclosures } = sealed(&vote());
    let text = String::from_utf8(leaf.clone()).unwrap();
    assert!(
        !text.contains("looks right") && !text.contains("192.0.2.7") && !text.contains("$private")
    );
    let paths: Vec<_> = disclosures.iter().map(|d| (d.path.as_str(), d.class)).collect();
    assert_eq!(
        paths,
        [
            ("/actor/ip", DisclosureClass::Private),
            ("/data/a~1b~0c", DisclosureClass::Secret),
            ("/data/texts/0", DisclosureClass::Private),
        ]
    );
    assert_eq!(unseal(&leaf, &disclosures).unwrap(), vote());
}

#[test]
fn commitment_bytes_are_pinned() {
    let hash = commitment(&[7; 16], &json!({"b": 1, "a": "é"})).unwrap();
    let mut message = vec![2_u8];
    message.extend([7; 16]);
    message.extend("{\"a\":\"é\",\"b\":1}".as_bytes());
    assert_eq!(hash, crate::hash::sha256(&message));
}

#[test]
fn erased_values_come_back_as_private_null() {
    let Sealed { leaf, disclosures } = sealed(&vote());
    let restored = unseal(&leaf, &disclosures[..1]).unwrap();
    assert_eq!(restored["actor"]["ip"], json!({"$private": "192.0.2.7"}));
    assert_eq!(restored["data"]["texts"][0], json!({"$private": null}));
    assert_eq!(restored["data"]["a/b~c"], json!({"$private": null}));
}

#[test]
fn h01_a_changed_value_or_salt_is_refused_and_named() {
    let Sealed { leaf, disclosures } = sealed(&vote());
    let mut value = disclosures.clone();
    value[2].value = json!("looks wrong");
    let mut salt = disclosures.clone();
    salt[2].salt[15] ^= 1;
    for changed in [value, salt] {
        let error = unseal(&leaf, &changed).unwrap_err();
        assert!(
            matches!(&error, SealError::Mismatch { path } if path == "/data/texts/0"),
            "{error}"
        );
    }
}

#[test]
fn disclosures_without_a_commitment_and_doubles_are_refused() {
    let Sealed { leaf, disclosures } = sealed(&vote());
    let mut stray = disclosures.clone();
    stray[0].path = "/actor/person".to_owned();
    assert!(matches!(unseal(&leaf, &stray), Err(SealError::NoCommitment { .. })));
    let twice = [disclosures.clone(), disclosures].concat();
    assert!(matches!(unseal(&leaf, &twice), Err(SealError::Duplicate { .. })));
}

#[test]
fn markers_must_be_alone_and_not_nested_and_commitments_are_ours() {
    for (event, path) in [
        (json!({"a": {"$private": 1, "b": 2}}), "/a"),
        (json!({"a": {"$private": 1, "$secret": 2}}), "/a"),
        (json!({"a": [{"$private": {"x": {"$secret": 1}}}]}), "/a/0"),
        (json!({"a": {"$private": [{"$commitment": "x"}]}}), "/a"),
    ] {
        let error = seal(&event, &mut counting_salts()).unwrap_err();
        assert!(matches!(&error, SealError::MisplacedMarker { path: at } if at == path), "{error}");
    }
    let own = json!({"a": {"$commitment": Hash([0; 32])}});
    assert!(matches!(
        seal(&own, &mut counting_salts()),
        Err(SealError::ForeignCommitment { path }) if path == "/a"
    ));
}

#[test]
fn leaves_too_long_for_a_bundle_are_refused_with_their_size() {
    let fits = json!("x".repeat(MAX_LEAF_BYTES - 2));
    assert_eq!(sealed(&fits).leaf.len(), MAX_LEAF_BYTES);
    let error = seal(&json!("x".repeat(MAX_LEAF_BYTES)), &mut counting_salts()).unwrap_err();
    assert_eq!(error.to_string(), "seal a leaf of 65537 bytes: at most 65535 fit an entry bundle");
}

#[test]
fn k04_equal_values_have_unequal_commitments_and_erasure_takes_the_salt() {
    let event = json!({"a": {"$private": "yes"}, "b": {"$private": "yes"}});
    let Sealed { leaf, disclosures } = sealed(&event);
    let parsed: Value = serde_json::from_slice(&leaf).unwrap();
    assert_ne!(parsed["a"], parsed["b"]);
    // The salt lives only beside the value: nothing in the leaf helps to guess it.
    let text = String::from_utf8(leaf).unwrap();
    for disclosure in disclosures {
        assert!(!text.contains(&STANDARD.encode(disclosure.salt)));
    }
    assert_eq!(SALT_BYTES * 8, 128);
}

#[test]
fn debug_output_never_shows_a_value() {
    let shown = format!("{:?}", sealed(&vote()).disclosures);
    assert!(!shown.contains("looks right") && !shown.contains("192.0.2.7"), "{shown}");
}

fn any_event() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i32>().prop_map(Value::from),
        "[a-z~/é]{0,8}".prop_map(Value::from),
        "[a-z]{0,8}".prop_map(|text| json!({"$private": text})),
        any::<i32>().prop_map(|number| json!({"$secret": {"n": number}})),
    ];
    leaf.prop_recursive(4, 30, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map("[a-z~/é]{1,4}", inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn unsealing_restores_exactly_what_was_sealed(event in any_event()) {
        let Sealed { leaf, disclosures } = sealed(&event);
        let parsed: Value = serde_json::from_slice(&leaf).unwrap();
        let listed: Vec<_> = commitments(&parsed).unwrap().into_iter().map(|(path, _)| path).collect();
        let opened: Vec<_> = disclosures.iter().map(|d| d.path.clone()).collect();
        prop_assert_eq!(listed, opened);
        prop_assert_eq!(unseal(&leaf, &disclosures).unwrap(), event);
    }

    #[test]
    fn i11_hostile_leaves_are_errors_never_panics(
        event in any_event(), at in any::<prop::sample::Index>(), byte: u8,
    ) {
        let Sealed { mut leaf, disclosures } = sealed(&event);
        let at = at.index(leaf.len());
        leaf[at] = byte;
        let _ = unseal(&leaf, &disclosures);
        let _ = unseal(&leaf[..at], &disclosures);
    }
}
