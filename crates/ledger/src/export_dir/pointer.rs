//! Finding a commitment in a leaf by its path, without building the leaf's JSON.
//!
//! For leaves that were hashed and found to be in the tree; on anything that is not well-formed
//! JSON nothing is found.

use crate::hash::Hash;

const MARK: &[u8] = br#"{"$commitment":""#;
const HASH_TEXT_BYTES: usize = 44;

/// The commitment at an RFC 6901 pointer.
pub(super) fn commitment_at(leaf: &[u8], pointer: &str) -> Option<Hash> {
    let mut rest = leaf;
    if !pointer.is_empty() {
        for token in pointer.strip_prefix('/')?.split('/') {
            rest = enter(rest, token)?;
        }
    }
    let (text, after) = rest.strip_prefix(MARK)?.split_at_checked(HASH_TEXT_BYTES)?;
    after.starts_with(b"\"}").then_some(())?;
    Hash::from_base64(std::str::from_utf8(text).ok()?).ok()
}

/// The rest of the leaf from a member or item on.
fn enter<'a>(rest: &'a [u8], token: &str) -> Option<&'a [u8]> {
    let (open, mut rest) = rest.split_first()?;
    match open {
        b'{' => loop {
            let (name, after) = string(rest)?;
            let value = after.strip_prefix(b":")?;
            if is_name(name, token) {
                return Some(value);
            }
            rest = skip(value)?.strip_prefix(b",")?;
        },
        b'[' => {
            for _ in 0..crate::proof::parse_decimal(token)? {
                rest = skip(rest)?.strip_prefix(b",")?;
            }
            Some(rest)
        }
        _ => None,
    }
}

/// Splits a string at the start into what is between its quotes, and the rest.
fn string(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let body = rest.strip_prefix(b"\"")?;
    let mut end = 0;
    loop {
        end += memchr::memchr2(b'"', b'\\', body.get(end..)?)?;
        if body.get(end) == Some(&b'"') {
            return Some((body.get(..end)?, body.get(end + 1..)?));
        }
        end += 2;
    }
}

/// The rest after the value at the start.
fn skip(rest: &[u8]) -> Option<&[u8]> {
    let mut depth = 0_usize;
    let mut rest = rest;
    loop {
        match rest.first()? {
            b'"' => rest = string(rest)?.1,
            b'{' | b'[' => {
                depth += 1;
                rest = rest.get(1..)?;
                continue;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                rest = rest.get(1..)?;
            }
            b',' | b':' => {
                rest = rest.get(1..)?;
                continue;
            }
            _ => {
                let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']');
                rest = rest.get(rest.iter().position(ends)?..)?;
            }
        }
        if depth == 0 {
            return Some(rest);
        }
    }
}

/// Whether a name as written in JSON is the one a pointer's token means.
fn is_name(written: &[u8], token: &str) -> bool {
    if !written.contains(&b'\\') && !token.contains('~') {
        return written == token.as_bytes();
    }
    let quoted = [b"\"", written, b"\""].concat();
    let meant = token.replace("~1", "/").replace("~0", "~");
    serde_json::from_slice::<String>(&quoted).is_ok_and(|name| name == meant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::commitments;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn any_leaf() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-z\"\\\\{}\\[\\],:~/é]{0,8}".prop_map(Value::from),
            any::<[u8; 32]>().prop_map(|hash| json!({"$commitment": Hash(hash)})),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::btree_map("[a-z\"\\\\{}~/é]{0,4}", inner, 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn finds_exactly_what_a_full_parse_lists(leaf in any_leaf(), other in "(/[a-z0-9~]{0,3}){0,3}") {
            let bytes = canonical::to_canonical_bytes(&leaf).unwrap();
            let listed = commitments(&leaf).unwrap();
            for (path, hash) in &listed {
                prop_assert_eq!(commitment_at(&bytes, path), Some(*hash), "{}", path);
            }
            let expected = listed.iter().find(|(path, _)| *path == other).map(|(_, hash)| *hash);
            prop_assert_eq!(commitment_at(&bytes, &other), expected);
        }

        #[test]
        fn i11_any_bytes_are_searched_without_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..100), leaf in any_leaf(),
            at in any::<prop::sample::Index>(), path in "(/[a-z0-9~]{0,3}){0,3}",
        ) {
            let _ = commitment_at(&bytes, &path);
            let mut mutated = canonical::to_canonical_bytes(&leaf).unwrap();
            let at = at.index(mutated.len());
            mutated[at] = bytes.first().copied().unwrap_or(b'"');
            let _ = commitment_at(&mutated, &path);
            let _ = commitment_at(&mutated[..at], &path);
        }
    }
}
