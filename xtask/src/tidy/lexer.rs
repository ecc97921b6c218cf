//! Just enough of Rust's lexical rules to tell code from comments and literals.

/// The text with comments and the insides of string and character literals blanked out. Line
/// breaks stay, so line numbers hold.
pub fn code(text: &str) -> String {
    let mut blanked = Blanked { rest: text, out: String::with_capacity(text.len()) };
    while !blanked.rest.is_empty() {
        blanked.step();
    }
    blanked.out
}

struct Blanked<'a> {
    rest: &'a str,
    out: String,
}

impl Blanked<'_> {
    fn step(&mut self) {
        let rest = self.rest;
        if rest.starts_with("//") {
            self.blank(rest.find('\n').unwrap_or(rest.len()));
        } else if rest.starts_with("/*") {
            self.blank(block_comment(rest));
        } else if let Some(length) = self.raw_string() {
            self.blank(length);
        } else if rest.starts_with('"') {
            self.blank(string(rest));
        } else if let Some(length) = character(rest) {
            self.blank(length);
        } else {
            self.keep();
        }
    }

    fn keep(&mut self) {
        let mut characters = self.rest.chars();
        self.out.extend(characters.next());
        self.rest = characters.as_str();
    }

    fn blank(&mut self, length: usize) {
        let (token, rest) = self.rest.split_at(length);
        self.out.extend(token.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        self.rest = rest;
    }

    /// Length of `r"…"`, `r#"…"#` and their `b` and `c` forms, if one starts here.
    fn raw_string(&self) -> Option<usize> {
        if self.out.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            return None;
        }
        let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
            let after = self.rest.strip_prefix(prefix).unwrap_or_default();
            after.trim_start_matches('#').starts_with('"')
        })?;
        let after = self.rest.strip_prefix(prefix)?;
        let hashes = after.len() - after.trim_start_matches('#').len();
        let start = prefix.len() + hashes + 1;
        let end = format!("\"{}", "#".repeat(hashes));
        let body = self.rest.get(start..)?;
        Some(body.find(&end).map_or(self.rest.len(), |at| start + at + end.len()))
    }
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Length of a character literal; a lifetime is none.
fn character(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('\'')?;
    let first = inside.chars().next()?;
    if first == '\\' {
        let after = inside.get(2..)?;
        return after.find('\'').map(|end| 1 + 2 + end + 1);
    }
    let closing = inside.get(first.len_utf8()..)?;
    closing.starts_with('\'').then(|| 1 + first.len_utf8() + 1)
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn comments_and_literals_are_blanked_and_lines_kept() {
        assert_eq!(code("a // {\nb"), "a     \nb");
        assert_eq!(code("a /* { /* } */ \n */ b"), "a              \n    b");
        assert_eq!(code(r#"f("{\"", '{', '\'')"#), "f(     ,    ,     )");
        assert_eq!(code("r#\"{\"# }"), "       }");
        assert_eq!(code("fn a<'b>(c: &'b str) {}"), "fn a<'b>(c: &'b str) {}");
    }
}
