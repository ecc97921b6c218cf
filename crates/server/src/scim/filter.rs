//! Filters of SCIM queries (RFC 7644 section 3.4.2.2): comparisons joined by `and`. What is not known
//! is refused, so that no list is ever longer than what was asked for.

use serde_json::Value;

use super::error::ScimError;

/// A filter: all of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter(Vec<Test>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Test {
    path: Vec<String>,
    operator: Operator,
    value: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Contains,
    Begins,
    Ends,
    Present,
}

const LENGTH_MAX: usize = 2_000;

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// It has a part that is not known here.
    pub(super) fn read(text: &str) -> Result<Self, ScimError> {
        if text.len() > LENGTH_MAX {
            return Err(ScimError::filter("it is too long"));
        }
        let words = words(text)?;
        let mut tests = Vec::new();
        for part in words.split(|word| word.eq_ignore_ascii_case("and")) {
            tests.push(test(part)?);
        }
        Ok(Self(tests))
    }

    /// Whether a resource passes.
    pub(super) fn admits(&self, resource: &Value) -> bool {
        self.0.iter().all(|test| test.admits(resource))
    }
}

impl Test {
    fn admits(&self, resource: &Value) -> bool {
        let mut found = Vec::new();
        collect(resource, &self.path, &mut found);
        match self.operator {
            Operator::Present => !found.is_empty(),
            Operator::NotEqual => !found.iter().any(|v| equal(v, &self.value)),
            Operator::Equal => found.iter().any(|v| equal(v, &self.value)),
            Operator::Contains => self.texts(&found, |have, want| have.contains(want)),
            Operator::Begins => self.texts(&found, |have, want| have.starts_with(want)),
            Operator::Ends => self.texts(&found, |have, want| have.ends_with(want)),
        }
    }

    fn texts(&self, found: &[&Value], holds: impl Fn(&str, &str) -> bool) -> bool {
        let want = self.value.as_str().unwrap_or_default().to_lowercase();
        found.iter().filter_map(|v| v.as_str()).any(|have| holds(&have.to_lowercase(), &want))
    }
}

/// Texts compare in any case, but for ids, which are exact (B04).
fn equal(found: &Value, wanted: &Value) -> bool {
    match (found.as_str(), wanted.as_str()) {
        (Some(found), Some(wanted)) => found.to_lowercase() == wanted.to_lowercase(),
        _ => found == wanted,
    }
}

/// Every value at a path; lists are looked into, and `emails` means its values.
fn collect<'v>(value: &'v Value, path: &[String], found: &mut Vec<&'v Value>) {
    match (value, path) {
        (Value::Array(items), _) => items.iter().for_each(|item| collect(item, path, found)),
        (Value::Object(_), []) => found.extend(value.get("value")),
        (_, []) => found.push(value),
        (Value::Object(fields), [name, rest @ ..]) => {
            let field = fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            if let Some((_, inner)) = field {
                collect(inner, rest, found);
            }
        }
        _ => {}
    }
}

const PATHS: [&str; 11] = [
    "id",
    "externalid",
    "username",
    "displayname",
    "active",
    "timezone",
    "emails",
    "emails.value",
    "members",
    "members.value",
    "schemas",
];

fn test(part: &[String]) -> Result<Test, ScimError> {
    let [path, operator, rest @ ..] = part else {
        return Err(ScimError::filter("write `attribute operator \"value\"`"));
    };
    let path = super::path::without_schema(path).to_lowercase();
    if !PATHS.contains(&path.as_str()) {
        return Err(ScimError::filter(&format!("`{path}` can't be filtered by")));
    }
    let path = path.split('.').map(str::to_owned).collect();
    let operator = match operator.to_lowercase().as_str() {
        "eq" => Operator::Equal,
        "ne" => Operator::NotEqual,
        "co" => Operator::Contains,
        "sw" => Operator::Begins,
        "ew" => Operator::Ends,
        "pr" if rest.is_empty() => {
            return Ok(Test { path, operator: Operator::Present, value: Value::Null });
        }
        other => {
            let known = "use eq, ne, co, sw, ew, pr and `and`";
            return Err(ScimError::filter(&format!(
                "the operator `{other}` is not known; {known}"
            )));
        }
    };
    let [value] = rest else {
        return Err(ScimError::filter("one value follows an operator; join tests with `and`"));
    };
    let value = serde_json::from_str(value)
        .map_err(|_| ScimError::filter(&format!("`{value}` is no JSON value; quote texts")))?;
    Ok(Test { path, operator, value })
}

/// Words, with quoted texts whole. Brackets have no meaning here and are refused.
fn words(text: &str) -> Result<Vec<String>, ScimError> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for c in text.chars() {
        match c {
            _ if escaped => {
                word.push(c);
                escaped = false;
            }
            '\\' if quoted => {
                word.push(c);
                escaped = true;
            }
            '"' => {
                word.push(c);
                quoted = !quoted;
            }
            '(' | ')' | '[' | ']' if !quoted => {
                return Err(ScimError::filter("brackets are not known here"));
            }
            c if c.is_whitespace() && !quoted => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            c => word.push(c),
        }
    }
    if quoted {
        return Err(ScimError::filter("a quote is not closed"));
    }
    if !word.is_empty() {
        words.push(word);
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn passes(filter: &str) -> bool {
        let resource = json!({
            "id": "prs_1", "userName": "Ada@Example.com", "active": true,
            "emails": [{"value": "ada@example.com"}, {"value": "a@b.example"}],
            "members": [{"value": "prs_2"}],
        });
        Filter::read(filter).unwrap().admits(&resource)
    }

    #[test]
    fn filters_find_what_they_say() {
        for yes in [
            r#"userName eq "ada@example.com""#,
            r#"urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ada@example.com""#,
            r#"USERNAME EQ "ADA@EXAMPLE.COM""#,
            r#"emails.value eq "a@b.example""#,
            r#"emails eq "a@b.example""#,
            r#"active eq true and userName sw "ada""#,
            r#"emails co "@b." and emails ew "example""#,
            r#"externalId ne "x""#,
            r#"members.value eq "prs_2""#,
            "userName pr",
        ] {
            assert!(passes(yes), "{yes}");
        }
        for no in [
            r#"userName eq "ada""#,
            r#"active eq "true""#,
            r#"active eq false"#,
            "externalId pr",
            r#"userName eq "ada@example.com" and active eq false"#,
        ] {
            assert!(!passes(no), "{no}");
        }
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for bad in [
            "",
            "userName",
            "userName eq",
            r#"userName eq "a" "b""#,
            r#"userName eq "a"#,
            r#"userName gt "a""#,
            r#"password eq "a""#,
            r#"(userName eq "a")"#,
            r#"userName eq "a" or active eq true"#,
            r#"not userName eq "a""#,
            r#"emails[type eq "work"]"#,
            "userName eq a",
            r#"userName eq "a" and"#,
        ] {
            assert!(Filter::read(bad).is_err(), "{bad}");
        }
    }
}
