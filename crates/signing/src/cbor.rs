//! As much of CBOR (RFC 8949) as passkeys need: definite lengths, shallow, no floats.

/// Deeper nesting than an attestation object has.
const DEPTH_MAX: usize = 8;

/// A value; what we have no use for is read over.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Integer(i64),
    Bytes(&'a [u8]),
    Text(&'a str),
    Map(Vec<(Value<'a>, Value<'a>)>),
    Other,
}

impl<'a> Value<'a> {
    /// The value of a map under an integer (COSE).
    pub(crate) fn at(&self, key: i64) -> Option<&Self> {
        self.find(&Value::Integer(key))
    }

    /// The value of a map under a name.
    pub(crate) fn named(&self, name: &str) -> Option<&Self> {
        self.find(&Value::Text(name))
    }

    fn find(&self, key: &Value<'_>) -> Option<&Self> {
        let Value::Map(members) = self else { return None };
        let mut found = members.iter().filter(|(name, _)| name == key);
        // A name twice has no meaning (RFC 8949 section 5.6).
        found.next().filter(|_| found.next().is_none()).map(|(_, value)| value)
    }

    pub(crate) fn bytes(&self) -> Option<&'a [u8]> {
        if let Value::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    pub(crate) fn integer(&self) -> Option<i64> {
        if let Value::Integer(number) = self { Some(*number) } else { None }
    }
}

/// Reads one value; gives it and what follows.
pub(crate) fn read(bytes: &[u8]) -> Option<(Value<'_>, &[u8])> {
    value(bytes, 0)
}

fn value(bytes: &[u8], depth: usize) -> Option<(Value<'_>, &[u8])> {
    if depth > DEPTH_MAX {
        return None;
    }
    let (major, number, rest) = head(bytes)?;
    let count = usize::try_from(number).ok()?;
    match major {
        0 => Some((Value::Integer(i64::try_from(number).ok()?), rest)),
        1 => Some((Value::Integer(-1 - i64::try_from(number).ok()?), rest)),
        2 => rest.split_at_checked(count).map(|(taken, rest)| (Value::Bytes(taken), rest)),
        3 => {
            let (taken, rest) = rest.split_at_checked(count)?;
            Some((Value::Text(std::str::from_utf8(taken).ok()?), rest))
        }
        4 => {
            let mut rest = rest;
            for _ in 0..count {
                (_, rest) = value(rest, depth + 1)?;
            }
            Some((Value::Other, rest))
        }
        5 => {
            let (mut members, mut rest) = (Vec::new(), rest);
            for _ in 0..count {
                let (name, after) = value(rest, depth + 1)?;
                let (inner, after) = value(after, depth + 1)?;
                members.push((name, inner));
                rest = after;
            }
            Some((Value::Map(members), rest))
        }
        7 => Some((Value::Other, rest)),
        _ => None,
    }
}

/// Major type and argument. Indefinite lengths are none.
fn head(bytes: &[u8]) -> Option<(u8, u64, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let (major, short) = (first >> 5, first & 31);
    let length = match short {
        0..=23 => return Some((major, u64::from(short), rest)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let (argument, rest) = rest.split_at_checked(length)?;
    let number = argument.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    Some((major, number, rest))
}
