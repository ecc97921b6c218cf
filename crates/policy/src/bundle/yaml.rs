//! Reading YAML into typed structs, keeping where every value stands.
//!
//! Turns every complaint of the YAML reader into a [`Diagnostic`] with a place and, for a
//! misspelt key, a suggestion. Must not know what the files mean.

use std::borrow::Cow;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_saphyr::{Error, Spanned};

use crate::diagnostic::{Diagnostic, Finding, Mapping, Origin, Span};
use crate::expr::closest;

/// A value and the bytes of its file it was read from.
#[derive(Debug, Clone)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

impl<T> Deref for At<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<T>::deserialize(deserializer)?;
        let span = to_span(spanned.referenced.span());
        Ok(Self { value: spanned.value, span })
    }
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
    fn inline_schema() -> bool {
        T::inline_schema()
    }
}

fn to_span(span: serde_saphyr::Span) -> Span {
    let offset = span.byte_offset().and_then(|offset| usize::try_from(offset).ok());
    let length = span.byte_len().and_then(|length| usize::try_from(length).ok());
    let start = offset.unwrap_or(0);
    Span::new(start, start.saturating_add(length.unwrap_or(0)))
}

/// A file while it is being read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text<'t> {
    pub(crate) path: &'t str,
    pub(crate) text: &'t str,
}

/// Keys by which people try to name a person in policy.
const PERSON_KEYS: [&str; 9] =
    ["person", "people", "user", "users", "approver", "approvers", "email", "emails", "assignee"];

impl<'t> Text<'t> {
    /// Reads the file as one document of type `T`.
    pub(crate) fn read<T: DeserializeOwned>(self) -> Result<T, Box<Diagnostic>> {
        serde_saphyr::from_str(self.text)
            .map_err(|error| Box::new(self.complaint(error.without_snippet())))
    }

    /// A finding at a span of this file.
    pub(crate) fn place(self, finding: Finding) -> Diagnostic {
        finding.at(&Origin::whole_file(self.path, self.text))
    }

    /// Findings of an expression that was read from `span` of this file as `value`.
    pub(crate) fn place_all(
        self,
        findings: &[Finding],
        value: &str,
        span: Span,
    ) -> Vec<Diagnostic> {
        let table = align(self.text, value, span);
        let mapping = match &table {
            Some(table) => Mapping::Table(table),
            None => Mapping::Whole(span),
        };
        let origin = Origin { file: self.path, file_text: self.text, mapping };
        findings.iter().map(|finding| finding.clone().at(&origin)).collect()
    }

    fn complaint(self, error: &Error) -> Diagnostic {
        let location = error.location();
        let span = location.map(|location| to_span(location.span())).unwrap_or_default();
        self.place(match error {
            Error::SerdeUnknownField { field, expected, .. } => unknown_key(field, expected, span),
            Error::SerdeUnknownVariant { variant, expected, .. } => {
                let finding = Finding::error(
                    "unknown_value",
                    span,
                    format!("there is no value `{variant}` here"),
                );
                finding.help(match closest(variant, expected.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("one of {}", expected.join(", ")),
                })
            }
            Error::SerdeMissingField { field, .. } => {
                Finding::error("missing_key", span, format!("the key `{field}` is missing"))
            }
            Error::DuplicateMappingKey { key, .. } => {
                let key = key.as_deref().unwrap_or("?");
                Finding::error("duplicate_key", span, format!("the key `{key}` stands here twice"))
                    .help("keep one of them")
            }
            Error::SerdeInvalidType { unexpected, expected, .. }
            | Error::SerdeInvalidValue { unexpected, expected, .. } => Finding::error(
                "wrong_type",
                span,
                format!("found {unexpected} where {expected} should stand"),
            ),
            Error::InvalidScalar { ty, .. } => {
                let wanted = match *ty {
                    "bool" => "`true` or `false`",
                    "f32" | "f64" => "a number",
                    ty if ty.starts_with(['i', 'u']) => "a whole number",
                    _ => "another value",
                };
                Finding::error("wrong_type", span, format!("{wanted} should stand here"))
            }
            other => Finding::error("yaml", span, one_line(&other.render())),
        })
    }
}

fn unknown_key(field: &str, expected: &[&'static str], span: Span) -> Finding {
    let finding = Finding::error("unknown_key", span, format!("there is no key `{field}` here"))
        .label("unknown key");
    if PERSON_KEYS.contains(&field.to_ascii_lowercase().as_str()) {
        return Finding { code: "names_a_person", ..finding }.help(
            "policy names roles, never people: write `role:` and give the role to the person",
        );
    }
    finding.help(match closest(field, expected.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the keys here are {}", expected.join(", ")),
    })
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Where each byte of a scalar stands in the file: quotes, folding and escapes move them. `None`
/// when the two cannot be matched up.
fn align(file: &str, value: &str, span: Span) -> Option<Vec<u32>> {
    let start = span.start as usize;
    let raw = file.get(start..)?;
    let style = raw.chars().next()?;
    let mut at = match style {
        '|' | '>' => raw.find('\n')? + 1,
        '"' | '\'' => 1,
        _ => 0,
    };
    let mut table = Vec::with_capacity(value.len());
    for c in value.chars() {
        let (from, next) = step(raw, at, c, style)?;
        let offset = u32::try_from(start + from).ok()?;
        table.extend(std::iter::repeat_n(offset, c.len_utf8()));
        at = next;
    }
    Some(table)
}

/// Where the character `c` of a scalar stands at or after `at`, and where the next one may begin.
fn step(raw: &str, at: usize, c: char, style: char) -> Option<(usize, usize)> {
    let rest = raw.get(at..)?;
    let blank = rest.len() - rest.trim_start().len();
    if c.is_whitespace() && !rest.starts_with('\\') {
        // A line break and the indentation after it may have become one space. The last line break
        // of a block may be missing at the end of a file.
        let width = if rest.starts_with(c) { c.len_utf8() } else { blank };
        return (width > 0 || rest.is_empty()).then_some((at, at + width));
    }
    let from = at + blank;
    let rest = raw.get(from..)?;
    if style == '"' && rest.starts_with('\\') {
        let width = match rest.chars().nth(1)? {
            'x' => 4,
            'u' => 6,
            'U' => 10,
            other => 1 + other.len_utf8(),
        };
        return Some((from, from + width));
    }
    if !rest.starts_with(c) {
        return None;
    }
    // In single quotes a doubled quote stands for one.
    let width = if style == '\'' && c == '\'' { 2 } else { c.len_utf8() };
    Some((from, from + width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Doc {
        when: At<String>,
    }

    fn marked(text: &str, wanted: &str) -> String {
        let file = Text { path: "f.yaml", text };
        let doc: Doc = file.read().unwrap();
        let start = doc.when.find(wanted).expect(wanted);
        let finding = Finding::error("x", Span::new(start, start + wanted.len()), "m");
        let found = file.place_all(&[finding], &doc.when, doc.when.span);
        text[found[0].span.range()].to_owned()
    }

    #[test]
    fn a_finding_points_into_plain_quoted_and_folded_scalars() {
        for text in [
            "when: a == 'é' && risc > 3\n",
            "when: \"a == 'é' && risc > 3\"\n",
            "when: 'a == ''é'' && risc > 3'\n",
            "when: \"a == \\\"é\\\" && risc > 3\"\n",
            "when: |\n  a == 'é' &&\n    risc > 3\n",
            "when: >-\n  a == 'é'\n  && risc > 3\n",
            "when: a == 'é' &&\n  risc > 3\n",
        ] {
            assert_eq!(marked(text, "risc"), "risc", "{text}");
        }
    }
}
