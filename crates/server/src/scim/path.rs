//! Paths of attributes (RFC 7644 section 3.10).

use super::error::ScimError;

const SCHEMAS: [&str; 2] =
    ["urn:ietf:params:scim:schemas:core:2.0:User:", "urn:ietf:params:scim:schemas:core:2.0:Group:"];

/// The attribute without the schema in front of it.
pub(super) fn without_schema(path: &str) -> &str {
    let known = SCHEMAS.iter().find(|schema| {
        path.get(..schema.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(schema))
    });
    known.and_then(|schema| path.get(schema.len()..)).unwrap_or(path)
}

/// Where a change goes: `attribute`, `attribute.part`, or `attribute[part eq "value"].part`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    /// The attribute, in lower case.
    pub(super) attribute: String,
    /// Which of several values: a part and what it must equal.
    pub(super) chosen: Option<(String, String)>,
    /// A part of the value, in lower case.
    pub(super) part: Option<String>,
}

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// It can't be read, or chooses in a way that is not known.
    pub(super) fn read(text: &str) -> Result<Self, ScimError> {
        let text = without_schema(text.trim());
        // Of a schema that is not kept: its dots and colons are no parts.
        if text.to_lowercase().starts_with("urn:") {
            return Ok(Self { attribute: text.to_lowercase(), chosen: None, part: None });
        }
        let bad = || ScimError::path(&format!("`{text}` can't be read"));
        let (head, chosen, rest) = match text.split_once('[') {
            None => {
                let (head, rest) = text.split_once('.').unwrap_or((text, ""));
                (head, None, rest)
            }
            Some((head, rest)) => {
                let (inner, rest) = rest.split_once(']').ok_or_else(bad)?;
                let rest =
                    if rest.is_empty() { "" } else { rest.strip_prefix('.').ok_or_else(bad)? };
                (head, Some(choice(inner).ok_or_else(bad)?), rest)
            }
        };
        let plain = |t: &str| t.chars().all(|c| c.is_ascii_alphanumeric() || "$-_:".contains(c));
        if head.is_empty() || !plain(head) || !plain(rest) {
            return Err(bad());
        }
        let part = (!rest.is_empty()).then(|| rest.to_lowercase());
        Ok(Self { attribute: head.to_lowercase(), chosen, part })
    }
}

/// `part eq "value"`.
fn choice(text: &str) -> Option<(String, String)> {
    let mut words = text.trim().splitn(3, char::is_whitespace);
    let (part, operator, value) = (words.next()?, words.next()?, words.next()?.trim());
    let value: serde_json::Value = serde_json::from_str(value).ok()?;
    let value = match value {
        serde_json::Value::String(text) => text,
        serde_json::Value::Bool(flag) => flag.to_string(),
        _ => return None,
    };
    operator.eq_ignore_ascii_case("eq").then(|| (part.to_lowercase(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_as_directories_send_them() {
        let read = |text: &str| {
            let path = Path::read(text).unwrap();
            (path.attribute, path.chosen.map(|(p, v)| format!("{p}={v}")), path.part)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(read("active"), ("active".to_owned(), None, None));
        assert_eq!(read("name.givenName"), ("name".to_owned(), None, some("givenname")));
        assert_eq!(
            read(r#"emails[type eq "work"].value"#),
            ("emails".to_owned(), some("type=work"), some("value"))
        );
        assert_eq!(
            read(r#"members[value eq "prs_1"]"#),
            ("members".to_owned(), some("value=prs_1"), None)
        );
        assert_eq!(
            read("urn:ietf:params:scim:schemas:core:2.0:User:displayName"),
            ("displayname".to_owned(), None, None)
        );
        assert_eq!(
            read("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department").2,
            None
        );
        for bad in ["", "[", "a[", "a[b]", r#"a[b gt "c"]"#, r#"a[b eq "c"]d"#, "a b", "a.b c"] {
            assert!(Path::read(bad).is_err(), "{bad}");
        }
    }
}
