//! Reading what matters of a leaf without parsing it.
//!
//! In a canonical leaf the members `kind`, `stream`, `time` and `v` come last, and a quote inside a
//! string is always escaped. So they can be read from the end, whatever the data before them is.

use serde_json::Value;

use super::problem::Described;

/// What a well-formed leaf ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glance<'a> {
    pub kind: &'a [u8],
    pub stream: &'a [u8],
    pub time: &'a [u8],
}

/// Reads the end of a leaf; `None` if it is not of the usual form, which needs a full look.
#[inline]
pub(super) fn glance(leaf: &[u8]) -> Option<Glance<'_>> {
    let rest = leaf.strip_suffix(br#","v":1}"#)?;
    let (rest, time) = last_member(rest, br#","time":"#)?;
    let (rest, stream) = last_member(rest, br#","stream":"#)?;
    let kind = match last_member(rest, br#","kind":"#) {
        Some((_, kind)) => kind,
        None => last_member(rest, br#"{"kind":"#)?.1,
    };
    Some(Glance { kind, stream, time })
}

/// Splits off a last member with a string value that holds neither quotes nor escapes.
#[inline]
fn last_member<'a>(rest: &'a [u8], name: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let open = rest.strip_suffix(b"\"")?;
    let start = memchr::memrchr(b'"', open)?;
    let (before, value) = (open.get(..start)?, open.get(start + 1..)?);
    // A backslash may mean that the quote found belongs to the value.
    if memchr::memchr(b'\\', value).is_some() {
        return None;
    }
    Some((before.strip_suffix(name)?, value))
}

/// Counts the commitments in leaves.
pub(super) struct CommitmentCounter(memchr::memmem::Finder<'static>);

impl CommitmentCounter {
    pub(super) fn new() -> Self {
        // The mark has an unescaped quote, so it cannot stand inside a string.
        Self(memchr::memmem::Finder::new(br#"{"$commitment":""#))
    }

    #[inline]
    pub(super) fn count(&self, leaf: &[u8]) -> u64 {
        self.0.find_iter(leaf).count() as u64
    }
}

/// Checks a leaf in full: canonical JSON with the members every event has.
pub(super) fn check_event(leaf: &[u8]) -> Result<(), String> {
    let value: Value =
        serde_json::from_slice(leaf).map_err(|error| format!("not JSON ({error})"))?;
    let canonical = canonical::to_canonical_bytes(&value).map_err(|e| e.to_string())?;
    if canonical != leaf {
        return Err("not canonical JSON".to_owned());
    }
    if value.get("v").and_then(Value::as_u64) != Some(1) {
        return Err("not of format version 1".to_owned());
    }
    for name in ["kind", "stream", "time"] {
        if value.get(name).and_then(Value::as_str).is_none_or(str::is_empty) {
            return Err(format!("it has no `{name}`"));
        }
    }
    crate::seal::commitments(&value).map(drop).map_err(|error| error.to_string())
}

/// What a leaf says of itself, damaged or not.
pub(super) fn describe(leaf: &[u8]) -> Described {
    if let Some(glance) = glance(leaf) {
        let text = |bytes| Some(printable(bytes));
        return Described {
            kind: text(glance.kind),
            stream: text(glance.stream),
            time: text(glance.time),
        };
    }
    // Members come last, so the last mention is the event's own.
    let find = |mark: &[u8]| {
        let start = leaf.windows(mark.len()).rposition(|window| window == mark)? + mark.len();
        let value = leaf.get(start..)?.split(|byte| *byte == b'"').next()?;
        (value.len() <= 200).then(|| printable(value))
    };
    Described {
        kind: find(br#""kind":""#),
        stream: find(br#""stream":""#),
        time: find(br#""time":""#),
    }
}

/// Text for people, whatever the bytes are.
fn printable(bytes: &[u8]) -> String {
    let lossy = String::from_utf8_lossy(bytes);
    lossy.chars().take(120).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn canonical(value: &Value) -> Vec<u8> {
        canonical::to_canonical_bytes(value).unwrap()
    }

    #[test]
    fn the_end_of_a_leaf_is_read_whatever_stands_before() {
        for data in [json!({}), json!("\"kind\":\"x\",\"stream\":\"y\""), json!([{"kind": "z"}])] {
            let leaf = canonical(&json!({
                "actor": {}, "data": data, "kind": "vote_recorded", "stream": "change/chg_1",
                "time": "2026-11-22T10:00:00.000Z", "v": 1,
            }));
            let seen = glance(&leaf).unwrap();
            assert_eq!(seen.kind, b"vote_recorded");
            assert_eq!(seen.stream, b"change/chg_1");
            assert_eq!(seen.time, b"2026-11-22T10:00:00.000Z");
            assert!(check_event(&leaf).is_ok());
        }
        let bare = br#"{"kind":"a","stream":"b","time":"c","v":1}"#;
        assert_eq!(glance(bare).unwrap().kind, b"a");
    }

    #[test]
    fn other_leaves_need_a_full_look() {
        for leaf in [
            &b""[..],
            br#"{"kind":"a","stream":"b","time":"c","v":2}"#,
            br#"{"kind":"a","stream":"b","v":1}"#,
            br#"{"kind":"a","stream":"b\"","time":"c","v":1}"#,
            br#"{"kind":"a","stream":["b"],"time":"c","v":1}"#,
        ] {
            assert_eq!(glance(leaf), None);
        }
        assert!(check_event(br#"{"kind":"a","stream":"b\"","time":"c","v":1}"#).is_ok());
        assert!(check_event(br#"{"kind":"a", "stream":"b","time":"c","v":1}"#).is_err());
        assert!(check_event(br#"{"kind":"a","stream":"b","time":"c","v":2}"#).is_err());
        assert!(check_event(br#"{"kind":"a","stream":"b","v":1}"#).is_err());
    }

    #[test]
    fn commitments_are_counted_and_their_mention_in_text_is_not() {
        let hash = crate::Hash([0; 32]);
        let leaf = canonical(&json!({
            "a": {"$commitment": hash}, "b": [{"$commitment": hash}],
            "c": "{\"$commitment\":\"x\"}", "d": {"x$commitment": "y"}, "e": "$",
        }));
        assert_eq!(CommitmentCounter::new().count(&leaf), 2);
    }

    proptest! {
        #[test]
        fn i11_any_bytes_are_looked_at_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (glance(&bytes), check_event(&bytes), describe(&bytes));
            CommitmentCounter::new().count(&bytes);
        }
    }
}
