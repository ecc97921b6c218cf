//! A line of styled text. The only way in makes text harmless; the only way out adds styles.

use super::text;

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// As it is.
    Plain,
    /// Matters.
    Bold,
    /// Matters less.
    Dim,
    /// All is well.
    Good,
    /// Blocks.
    Bad,
    /// Waits, or needs a look.
    Warn,
    /// A name to use elsewhere.
    Info,
}

impl Style {
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "\u{1b}[1m",
            Self::Dim => "\u{1b}[2m",
            Self::Good => "\u{1b}[32m",
            Self::Bad => "\u{1b}[31m",
            Self::Warn => "\u{1b}[33m",
            Self::Info => "\u{1b}[36m",
        }
    }
}

const RESET: &str = "\u{1b}[0m";

/// A line of styled text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    spans: Vec<(Style, String)>,
}

impl Line {
    /// An empty line.
    pub const fn new() -> Self {
        Self { spans: Vec::new() }
    }

    /// A line of plain text.
    pub fn of(text: impl AsRef<str>) -> Self {
        Self::new().plain(text)
    }

    /// A line that begins this many columns in.
    pub fn indented(columns: usize) -> Self {
        Self::of(" ".repeat(columns))
    }

    /// The line with more text.
    pub fn push(mut self, style: Style, text: impl AsRef<str>) -> Self {
        self.spans.push((style, text::line(text.as_ref())));
        self
    }

    /// The line with another one after it.
    pub fn append(mut self, other: Self) -> Self {
        self.spans.extend(other.spans);
        self
    }

    /// More plain text.
    pub fn plain(self, text: impl AsRef<str>) -> Self {
        self.push(Style::Plain, text)
    }

    /// More text that matters.
    pub fn bold(self, text: impl AsRef<str>) -> Self {
        self.push(Style::Bold, text)
    }

    /// More text that matters less.
    pub fn dim(self, text: impl AsRef<str>) -> Self {
        self.push(Style::Dim, text)
    }

    /// More text that says that all is well.
    pub fn good(self, text: impl AsRef<str>) -> Self {
        self.push(Style::Good, text)
    }

    /// More text that says what blocks.
    pub fn bad(self, text: impl AsRef<str>) -> Self {
        self.push(Style::Bad, text)
    }

    /// More text that needs a look.
    pub fn warn(self, text: impl AsRef<str>) -> Self {
        self.push(Style::Warn, text)
    }

    /// More text to use elsewhere.
    pub fn info(self, text: impl AsRef<str>) -> Self {
        self.push(Style::Info, text)
    }

    /// The text, with styles as terminal codes or without.
    pub fn render(&self, color: bool) -> String {
        let mut text = String::new();
        for (style, span) in &self.spans {
            if color && *style != Style::Plain && !span.is_empty() {
                text.push_str(style.code());
                text.push_str(span);
                text.push_str(RESET);
            } else {
                text.push_str(span);
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a17_a_line_can_only_hold_harmless_text() {
        let line = Line::of("title: ").bold("\u{1b}[8mhidden\u{202e}");
        assert_eq!(line.render(false), "title: \\u{1b}[8mhidden\\u{202e}");
        let colored = line.render(true);
        assert_eq!(colored, "title: \u{1b}[1m\\u{1b}[8mhidden\\u{202e}\u{1b}[0m");
    }

    #[test]
    fn without_colour_there_is_no_code_at_all() {
        let line = Line::new().good("a").bad("b").warn("c").info("d").dim("e").plain("f");
        assert_eq!(line.render(false), "abcdef");
    }
}
