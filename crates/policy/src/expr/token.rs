//! From text to tokens.
//!
//! CEL's lexical grammar without bytes, doubles, unsigned integers and triple-quoted strings;
//! those are refused with a finding that says what to write instead. Must not build meaning.

use crate::diagnostic::{Finding, Span};

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Ident(String),
    Str(String),
    /// Magnitude; a minus sign is an operator.
    Int(u64),
    /// An operator or bracket.
    Symbol(&'static str),
    End,
}

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

/// Longest first, so that `<=` is not read as `<`.
const SYMBOLS: [&str; 24] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "?", ":", "+", "-", "*", "/", "%", "(", ")",
    "[", "]", ".", ",", "{", "}",
];

/// Operators of other languages, with what to write here.
const FOREIGN: [(&str, &str); 6] =
    [("===", "=="), ("<>", "!="), ("&", "&&"), ("|", "||"), ("=", "=="), (";", "&&")];

/// Splits `source` into tokens, the last of which is [`TokenKind::End`].
pub(crate) fn tokenize(source: &str) -> Result<Vec<Token>, Finding> {
    let mut lexer = Lexer { source, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blank();
        let start = lexer.at;
        let kind = lexer.next_kind()?;
        let done = kind == TokenKind::End;
        tokens.push(Token { kind, span: Span::new(start, lexer.at) });
        if done {
            return Ok(tokens);
        }
    }
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn skip_blank(&mut self) {
        loop {
            let blank = self.rest().len() - self.rest().trim_start().len();
            self.at += blank;
            if !self.rest().starts_with("//") {
                return;
            }
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        }
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> String {
        let taken: String = self.rest().chars().take_while(|c| keep(*c)).collect();
        self.at += taken.len();
        taken
    }

    fn next_kind(&mut self) -> Result<TokenKind, Finding> {
        let Some(first) = self.peek() else { return Ok(TokenKind::End) };
        if first.is_ascii_digit() {
            return self.number();
        }
        if first == '"' || first == '\'' {
            return self.string(false);
        }
        if first.is_ascii_alphabetic() || first == '_' {
            return self.word();
        }
        self.symbol(first)
    }

    fn symbol(&mut self, first: char) -> Result<TokenKind, Finding> {
        let known = SYMBOLS.iter().find(|symbol| self.rest().starts_with(**symbol)).copied();
        let foreign = FOREIGN.iter().find(|(foreign, _)| self.rest().starts_with(*foreign));
        match (known, foreign) {
            (Some(symbol), None) => {
                self.at += symbol.len();
                Ok(TokenKind::Symbol(symbol))
            }
            // `&&`, `||` and `==` begin like `&`, `|` and `=`.
            (Some(symbol), Some((foreign, _)))
                if symbol.len() >= foreign.len() && *foreign != "<>" =>
            {
                self.at += symbol.len();
                Ok(TokenKind::Symbol(symbol))
            }
            (_, Some((foreign, instead))) => {
                let span = Span::new(self.at, self.at + foreign.len());
                Err(Finding::error("syntax", span, format!("`{foreign}` is not an operator here"))
                    .help(format!("write `{instead}`")))
            }
            (None, None) => {
                let span = Span::new(self.at, self.at + first.len_utf8());
                Err(Finding::error(
                    "syntax",
                    span,
                    format!("`{}` has no meaning here", first.escape_debug()),
                ))
            }
        }
    }

    fn word(&mut self) -> Result<TokenKind, Finding> {
        let start = self.at;
        let word = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
        if matches!(self.peek(), Some('"' | '\'')) {
            if word == "r" || word == "R" {
                return self.string(true);
            }
            if matches!(word.as_str(), "b" | "B" | "br" | "rb") {
                let span = Span::new(start, self.at + 1);
                return Err(Finding::error("unsupported", span, "byte strings are not supported")
                    .help("write a plain string"));
            }
        }
        Ok(TokenKind::Ident(word))
    }

    fn number(&mut self) -> Result<TokenKind, Finding> {
        let start = self.at;
        let hexadecimal = self.rest().starts_with("0x") || self.rest().starts_with("0X");
        if hexadecimal {
            self.at += 2;
        }
        let digits = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
        let decimals = self.rest().strip_prefix('.');
        if decimals.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            self.at += 1;
            self.take_while(|c| c.is_ascii_alphanumeric());
            return Err(Finding::error(
                "unsupported",
                Span::new(start, self.at),
                "decimal numbers are not supported",
            )
            .help("use whole numbers, for example a percentage or minutes"));
        }
        let span = Span::new(start, self.at);
        let radix = if hexadecimal { 16 } else { 10 };
        if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
            return Err(Finding::error("syntax", span, "this is not a whole number")
                .help("write digits only, without separators, suffixes or exponents"));
        }
        match u64::from_str_radix(&digits, radix) {
            Ok(value) if value <= i64::MIN.unsigned_abs() => Ok(TokenKind::Int(value)),
            _ => Err(Finding::error("number_range", span, "this number does not fit 64 bits")),
        }
    }

    fn string(&mut self, raw: bool) -> Result<TokenKind, Finding> {
        let start = self.at;
        let Some(quote) = self.bump() else { return Ok(TokenKind::End) };
        let mut text = String::new();
        loop {
            let at = self.at;
            match self.bump() {
                Some(c) if c == quote => return Ok(TokenKind::Str(text)),
                Some('\\') if !raw => text.push(self.escape(at)?),
                None | Some('\n') => {
                    let span = Span::new(start, at);
                    return Err(Finding::error("syntax", span, "this string is not closed")
                        .help(format!("end it with {quote}")));
                }
                Some(c) => text.push(c),
            }
        }
    }

    /// The character after a backslash that stood at `start`.
    fn escape(&mut self, start: usize) -> Result<char, Finding> {
        let simple = match self.bump() {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some(same @ ('\\' | '"' | '\'' | '`' | '?')) => same,
            Some('x' | 'X') => return self.code_point(start, 2),
            Some('u') => return self.code_point(start, 4),
            Some('U') => return self.code_point(start, 8),
            _ => return Err(self.bad_escape(start)),
        };
        Ok(simple)
    }

    fn code_point(&mut self, start: usize, digits: usize) -> Result<char, Finding> {
        let text = self.rest().get(..digits).unwrap_or_default().to_owned();
        self.at += text.len();
        u32::from_str_radix(&text, 16)
            .ok()
            .filter(|_| text.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(char::from_u32)
            .ok_or_else(|| self.bad_escape(start))
    }

    fn bad_escape(&self, start: usize) -> Finding {
        Finding::error("syntax", Span::new(start, self.at), "this escape has no meaning")
            .help(r#"use \n, \t, \", \\ or \u00e9, or a raw string such as r"\d+""#)
    }
}
