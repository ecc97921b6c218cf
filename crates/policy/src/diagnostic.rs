//! What is wrong with a policy, where, and what to do about it.
//!
//! Shared by the expression language and the bundle parser. The text form starts with
//! `file:line:column: error[code]: message`, which editors and CI systems recognise. This module
//! must not decide what is an error; it only carries and renders findings.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::Serialize;

/// Longest source line shown in a rendering; longer ones are shown without the excerpt.
const MAX_EXCERPT_BYTES: usize = 400;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth a look; the policy can still be used.
    Warning,
    /// The policy is refused.
    Error,
}

impl Severity {
    /// The word used in renderings.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A half-open range of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`; offsets above 4 GiB are clamped.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end.max(start)) }
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The span as an index range.
    #[must_use]
    pub const fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// One finding, at one place in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Stable code, such as `unknown_name`; documented, never reworded.
    pub code: &'static str,
    /// File the finding is in, as the caller named it.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Bytes of the file it is about.
    pub span: Span,
    /// What is wrong, one lower-case sentence.
    pub message: String,
    /// A few words for the place marked in the excerpt; may be empty.
    pub label: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// A finding before it has a place in a file: the span counts within an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Stable code.
    pub code: &'static str,
    /// Bytes of the expression it is about.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// A few words for the marked place.
    pub label: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Finding {
    /// An error at `span`.
    #[must_use]
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            span,
            message: message.into(),
            label: String::new(),
            help: None,
        }
    }

    /// A warning at `span`.
    #[must_use]
    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    /// Adds the words for the marked place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Gives the finding its place: `origin` says where the expression stands in which file.
    #[must_use]
    pub fn at(self, origin: &Origin<'_>) -> Diagnostic {
        let span = origin.to_file(self.span);
        let (line, column) = line_and_column(origin.file_text, span.start as usize);
        Diagnostic {
            severity: self.severity,
            code: self.code,
            file: origin.file.to_owned(),
            line,
            column,
            span,
            message: self.message,
            label: self.label,
            help: self.help,
        }
    }
}

/// Where a piece of text stands in a file.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'t> {
    /// Name of the file, as shown to people.
    pub file: &'t str,
    /// The whole text of the file.
    pub file_text: &'t str,
    /// How bytes of the piece map to bytes of the file.
    pub mapping: Mapping<'t>,
}

/// How byte offsets of a piece of text map to byte offsets of its file.
#[derive(Debug, Clone, Copy)]
pub enum Mapping<'t> {
    /// The piece stands in the file as it is, from this byte on.
    Offset(u32),
    /// The piece was folded or unescaped: entry *i* is the file offset of its byte *i*.
    Table(&'t [u32]),
    /// Only the surrounding place is known; every finding points there.
    Whole(Span),
}

impl<'t> Origin<'t> {
    /// A piece of text that is a whole file.
    #[must_use]
    pub const fn whole_file(file: &'t str, text: &'t str) -> Self {
        Self { file, file_text: text, mapping: Mapping::Offset(0) }
    }

    fn to_file(self, span: Span) -> Span {
        match self.mapping {
            Mapping::Offset(base) => {
                Span { start: base.saturating_add(span.start), end: base.saturating_add(span.end) }
            }
            Mapping::Whole(place) => place,
            Mapping::Table(table) => {
                let after_last = table.last().map_or(0, |last| last.saturating_add(1));
                let at = |offset: u32| table.get(offset as usize).copied().unwrap_or(after_last);
                let start = at(span.start);
                let end = match span.end.checked_sub(1) {
                    Some(last) if span.end > span.start => at(last).saturating_add(1),
                    _ => start,
                };
                Span { start, end: end.max(start) }
            }
        }
    }
}

/// Line and column (in characters) of a byte offset, both from 1.
#[must_use]
pub fn line_and_column(text: &str, offset: usize) -> (u32, u32) {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    let before = text.get(..end).unwrap_or_default();
    let line = before.bytes().filter(|byte| *byte == b'\n').count();
    let line_start = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
    let column = before.get(line_start..).unwrap_or_default().chars().count();
    let from_one = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
    (from_one(line), from_one(column))
}

impl Diagnostic {
    /// Whether this refuses the policy.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The finding as text with a caret excerpt, without colour.
    #[must_use]
    pub fn render(&self, file_text: &str) -> String {
        self.render_with(file_text, &Renderer::plain())
    }

    /// The finding as text with a caret excerpt, coloured for a terminal.
    #[must_use]
    pub fn render_styled(&self, file_text: &str) -> String {
        self.render_with(file_text, &Renderer::styled())
    }

    fn render_with(&self, file_text: &str, renderer: &Renderer) -> String {
        let mut text = self.to_string();
        if let Some(excerpt) = self.excerpt(file_text, renderer) {
            text.push('\n');
            text.push_str(&excerpt);
        }
        if let Some(help) = &self.help {
            text.push_str("\n  = help: ");
            text.push_str(help);
        }
        text
    }

    /// The marked line; `None` when the span does not lie in the text or the line is too long.
    fn excerpt(&self, file_text: &str, renderer: &Renderer) -> Option<String> {
        let range = clamp_to_line(file_text, self.span)?;
        let line_start = file_text.get(..range.start)?.rfind('\n').map_or(0, |at| at + 1);
        let rest = file_text.get(line_start..)?;
        let line = rest.split('\n').next()?;
        if line.len() > MAX_EXCERPT_BYTES {
            return None;
        }
        let within = range.start.checked_sub(line_start)?..range.end.checked_sub(line_start)?;
        let mut annotation = AnnotationKind::Primary.span(within);
        if !self.label.is_empty() {
            annotation = annotation.label(self.label.as_str());
        }
        let snippet = Snippet::source(line).line_start(self.line as usize).annotation(annotation);
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        Some(renderer.render(&[Group::with_level(level).element(snippet)]))
    }
}

impl std::fmt::Display for Diagnostic {
    /// The one-line form: `file:line:column: error[code]: message`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { file, line, column, code, message, .. } = self;
        write!(f, "{file}:{line}:{column}: {}[{code}]: {message}", self.severity.word())
    }
}

/// The part of `span` on its first line, on character boundaries.
fn clamp_to_line(text: &str, span: Span) -> Option<std::ops::Range<usize>> {
    let mut start = (span.start as usize).min(text.len());
    while !text.is_char_boundary(start) {
        start = start.checked_sub(1)?;
    }
    let line_end = text.get(start..)?.find('\n').map_or(text.len(), |at| start + at);
    let mut end = (span.end as usize).clamp(start, line_end);
    while !text.is_char_boundary(end) {
        end += 1;
    }
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rendering_starts_with_file_line_column_and_marks_the_place() {
        let text = "rules:\n  when: risk.scor > 3\n";
        let origin = Origin { file: "rules.yaml", file_text: text, mapping: Mapping::Offset(15) };
        let found = Finding::error("unknown_name", Span::new(0, 9), "there is no `risk.scor`")
            .label("not a field")
            .help("did you mean `risk.score`?")
            .at(&origin);
        assert_eq!((found.line, found.column), (2, 9));
        let rendered = found.render(text);
        assert!(rendered.starts_with("rules.yaml:2:9: error[unknown_name]: there is no"));
        assert!(rendered.contains("^^^^^^^^^ not a field"), "{rendered}");
        assert!(rendered.ends_with("= help: did you mean `risk.score`?"), "{rendered}");
    }

    #[test]
    fn rendering_never_panics_on_any_span() {
        let text = "é: ü\n\nx";
        for start in 0..12 {
            for end in 0..14 {
                let origin = Origin::whole_file("f", text);
                let found = Finding::warning("c", Span { start, end }, "m").at(&origin);
                assert!(!found.render(text).is_empty());
            }
        }
    }

    #[test]
    fn a_table_maps_folded_text_back_to_its_file() {
        let table = [10, 11, 20, 21];
        let origin = Origin { file: "f", file_text: "", mapping: Mapping::Table(&table) };
        assert_eq!(origin.to_file(Span::new(1, 3)), Span::new(11, 21));
        assert_eq!(origin.to_file(Span::new(9, 9)), Span::new(22, 22));
    }
}
