//! Canonical JSON (RFC 8785): one value, one byte string.
//!
//! Leaves and commitments are hashes of these bytes, so two implementations must never differ.
//! Numbers outside the range every language keeps exactly (above 2^53 - 1) are refused rather than
//! rounded. Must not accept what it could not write back byte for byte, and must not know what any of
//! the values mean.
#![deny(missing_docs)]

mod direct;

use std::cmp::Ordering;

use serde::Serialize;
use serde_json::{Map, Number, Value};

pub use direct::{Markers, to_bytes as to_marked_bytes};

/// The largest integer that every JSON reader keeps exactly: 2^53 - 1.
pub const MAX_EXACT_INTEGER: u64 = (1 << 53) - 1;

/// Deepest nesting that is written; parsers of other languages stop soon after.
const MAX_DEPTH: usize = 100;

/// Why a value has no canonical form.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// The value refused to serialise.
    #[error("turn the value into JSON")]
    Serialize(#[source] serde_json::Error),
    /// A number that some readers would round.
    #[error("write the number `{0}`: beyond 2^53 - 1 it must be a string to stay exact")]
    InexactNumber(String),
    /// Nesting beyond the limit.
    #[error("write JSON nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

impl serde::ser::Error for CanonicalError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::Serialize(serde::ser::Error::custom(message))
    }
}

/// The canonical bytes of anything serialisable.
///
/// As everywhere in `serde_json`, a float that is not a number becomes `null`.
///
/// # Errors
/// The value has no canonical form.
pub fn to_canonical_bytes<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    direct::to_bytes(value, &mut direct::Plain)
}

/// Appends the canonical bytes of `value` to `out`; on error `out` holds a part.
///
/// # Errors
/// The value has no canonical form.
pub fn write_canonical(value: &Value, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    write_value(value, out, MAX_DEPTH)
}

fn write_value(value: &Value, out: &mut Vec<u8>, depth: usize) -> Result<(), CanonicalError> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => write_number(number, out)?,
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            let depth = depth.checked_sub(1).ok_or(CanonicalError::TooDeep)?;
            out.push(b'[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write_value(item, out, depth)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let depth = depth.checked_sub(1).ok_or(CanonicalError::TooDeep)?;
            write_object(members, out, depth)?;
        }
    }
    Ok(())
}

fn write_object(
    members: &Map<String, Value>,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), CanonicalError> {
    out.push(b'{');
    if members.keys().is_sorted_by(|a, b| utf16_order(a, b) == Ordering::Less) {
        write_members(members.iter(), out, depth)?;
    } else {
        let mut sorted: Vec<_> = members.iter().collect();
        sorted.sort_by(|(a, _), (b, _)| utf16_order(a, b));
        write_members(sorted.into_iter(), out, depth)?;
    }
    out.push(b'}');
    Ok(())
}

fn write_members<'a>(
    members: impl Iterator<Item = (&'a String, &'a Value)>,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), CanonicalError> {
    for (position, (name, value)) in members.enumerate() {
        if position > 0 {
            out.push(b',');
        }
        write_string(name, out);
        out.push(b':');
        write_value(value, out, depth)?;
    }
    Ok(())
}

/// RFC 8785, section 3.2.3: names are ordered by their UTF-16 code units.
fn utf16_order(a: &str, b: &str) -> Ordering {
    if a.is_ascii() || b.is_ascii() {
        // A non-ASCII character is above every ASCII one in both encodings.
        a.as_bytes().cmp(b.as_bytes())
    } else {
        a.encode_utf16().cmp(b.encode_utf16())
    }
}

fn write_number(number: &Number, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    let inexact = || CanonicalError::InexactNumber(number.to_string());
    if let Some(whole) = number.as_i64() {
        if whole.unsigned_abs() > MAX_EXACT_INTEGER {
            return Err(inexact());
        }
        out.extend_from_slice(whole.to_string().as_bytes());
        return Ok(());
    }
    // An integer above the limit lands here too, and is refused like a float of that size.
    write_float(number.as_f64().ok_or_else(inexact)?, out)
}

fn write_float(float: f64, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    let inexact = || CanonicalError::InexactNumber(float.to_string());
    if float.abs() > MAX_EXACT_INTEGER as f64 {
        return Err(inexact());
    }
    let text = serde_json_canonicalizer::to_vec(&float).map_err(|_| inexact())?;
    out.extend_from_slice(&text);
    Ok(())
}

fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    write_escaped(text, out);
    out.push(b'"');
}

/// RFC 8785, section 3.2.2.2: the shortest escape, and only where one is required.
fn write_escaped(text: &str, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|b| matches!(b, 0..=0x1f | b'"' | b'\\')) {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((special, after)) = tail.split_first() else { break };
        write_escape(*special, out);
        rest = after;
    }
    out.extend_from_slice(rest);
}

fn write_escape(byte: u8, out: &mut Vec<u8>) {
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        0x08 => b'b',
        0x09 => b't',
        0x0a => b'n',
        0x0c => b'f',
        0x0d => b'r',
        _ => {
            out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn canonical(value: &Value) -> String {
        String::from_utf8(to_canonical_bytes(value).unwrap()).unwrap()
    }

    #[test]
    fn rfc_8785_example_is_written_as_printed_there() {
        let value: Value = serde_json::from_str(
            r#"{"numbers":[333333333.33333329,4.50,2e-3,0.000000000000000000000000001],
                "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#,
        )
        .unwrap();
        assert_eq!(
            canonical(&value),
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,4.5,0.002,1e-27],\
             \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"
        );
    }

    #[test]
    fn rfc_8785_names_sort_by_utf16_units() {
        let value =
            json!({"\u{20ac}":1,"\r":2,"\u{fb33}":3,"1":4,"\u{1f600}":5,"\u{80}":6,"\u{f6}":7});
        assert_eq!(
            canonical(&value),
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}"
        );
    }

    #[test]
    fn integers_that_other_languages_would_round_are_refused() {
        assert_eq!(canonical(&json!(9_007_199_254_740_991_u64)), "9007199254740991");
        assert_eq!(canonical(&json!(-9_007_199_254_740_991_i64)), "-9007199254740991");
        for value in
            [json!(9_007_199_254_740_992_u64), json!(u64::MAX), json!(i64::MIN), json!(1e300)]
        {
            assert!(matches!(to_canonical_bytes(&value), Err(CanonicalError::InexactNumber(_))));
        }
    }

    #[test]
    fn nesting_beyond_the_limit_is_refused_not_overflowed() {
        let nested = |levels| (0..levels).fold(json!(0), |inner, _| json!([inner]));
        assert!(to_canonical_bytes(&nested(100)).is_ok());
        assert!(matches!(to_canonical_bytes(&nested(101)), Err(CanonicalError::TooDeep)));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
            (-1e15..1e15_f64).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// Every shape that serde knows.
    #[derive(Debug, Clone, Serialize)]
    struct Shapes {
        zebra: Option<Box<Self>>,
        number: i64,
        float: f32,
        character: char,
        pair: (u8, bool),
        unit: (),
        names: std::collections::BTreeMap<String, u32>,
        numbers: std::collections::BTreeMap<u16, String>,
        choices: Vec<Choice>,
        #[serde(flatten)]
        rest: std::collections::BTreeMap<String, String>,
        #[serde(flatten)]
        choice: Tagged,
    }

    #[derive(Debug, Clone, Serialize)]
    enum Choice {
        Unit,
        Newtype(String),
        Tuple(u8, Option<u8>),
        Struct { b: u8, a: String },
    }

    #[derive(Debug, Clone, Serialize)]
    #[serde(tag = "kind", content = "data")]
    enum Tagged {
        Nothing,
        Text { text: String, after: u8 },
    }

    fn any_choice() -> impl Strategy<Value = Choice> {
        prop_oneof![
            Just(Choice::Unit),
            any::<String>().prop_map(Choice::Newtype),
            any::<(u8, Option<u8>)>().prop_map(|(a, b)| Choice::Tuple(a, b)),
            any::<(u8, String)>().prop_map(|(b, a)| Choice::Struct { b, a }),
        ]
    }

    fn any_shapes() -> impl Strategy<Value = Shapes> {
        let maps = (
            any::<std::collections::BTreeMap<String, u32>>(),
            any::<std::collections::BTreeMap<u16, String>>(),
            proptest::collection::btree_map("[A-Zé\"\\\\]{1,3}", any::<String>(), 0..4),
        );
        let tagged = prop_oneof![
            Just(Tagged::Nothing),
            any::<(String, u8)>().prop_map(|(text, after)| Tagged::Text { text, after }),
        ];
        let plain = (-9_007_199_254_740_991_i64..=9_007_199_254_740_991, -1e9..1e9_f32);
        let choices = proptest::collection::vec(any_choice(), 0..4);
        let shapes = (plain, any::<char>(), any::<(u8, bool)>(), maps, choices, tagged).prop_map(
            |((number, float), character, pair, (names, numbers, rest), choices, choice)| Shapes {
                zebra: None,
                number,
                float,
                character,
                pair,
                unit: (),
                names,
                numbers,
                choices,
                rest,
                choice,
            },
        );
        let shapes = shapes.boxed();
        (shapes.clone(), proptest::option::of(shapes))
            .prop_map(|(outer, inner)| Shapes { zebra: inner.map(Box::new), ..outer })
    }

    #[test]
    fn a_member_named_twice_is_refused() {
        #[derive(Serialize)]
        struct Twice {
            name: u8,
            #[serde(flatten)]
            more: std::collections::BTreeMap<&'static str, u8>,
        }
        let twice = Twice { name: 1, more: [("a", 3), ("name", 2)].into() };
        assert!(matches!(to_canonical_bytes(&twice), Err(CanonicalError::Serialize(_))));
    }

    proptest! {
        #[test]
        fn straight_from_a_value_or_through_a_tree_the_bytes_are_the_same(shapes in any_shapes()) {
            let mut through_a_tree = Vec::new();
            write_canonical(&serde_json::to_value(&shapes).unwrap(), &mut through_a_tree).unwrap();
            prop_assert_eq!(to_canonical_bytes(&shapes).unwrap(), through_a_tree);
        }

        #[test]
        fn agrees_with_an_implementation_we_did_not_write(value in any_json()) {
            let theirs = serde_json_canonicalizer::to_vec(&value).unwrap();
            prop_assert_eq!(&to_canonical_bytes(&value).unwrap(), &theirs);
            let mut through_a_tree = Vec::new();
            write_canonical(&value, &mut through_a_tree).unwrap();
            prop_assert_eq!(through_a_tree, theirs);
        }

        #[test]
        fn reading_back_and_writing_again_changes_no_byte(value in any_json()) {
            let once = to_canonical_bytes(&value).unwrap();
            let parsed: Value = serde_json::from_slice(&once).unwrap();
            prop_assert_eq!(to_canonical_bytes(&parsed).unwrap(), once);
        }
    }
}
