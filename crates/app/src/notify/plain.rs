//! Text that people wrote, made safe to stand in one line of a mail (A17).

/// One line of plain text: no control characters, no characters that turn or hide text, no link
/// that a mail program would make of it, and not longer than `max` characters.
#[must_use]
pub fn one_line(text: &str, max: usize) -> String {
    let mut line = String::with_capacity(text.len().min(max * 4));
    for (shown, c) in text.trim().chars().enumerate() {
        if shown >= max {
            line.push('…');
            break;
        }
        match c {
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => line.push(' '),
            c if is_deceptive(c) => line.push_str(&format!("⟦U+{:04X}⟧", u32::from(c))),
            c => line.push(c),
        }
    }
    // A title is no place for a link: what is written as one stays text in every mail program.
    line.replace("://", "[:]//").replace("www.", "www[.]")
}

/// Characters that turn, hide or join text: bidirectional controls, zero widths, tags, variation.
const fn is_deceptive(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a17_hostile_text_stays_one_visible_line() {
        let hostile =
            "Release\r\nBcc: all@example.com\u{202e}\u{200b} <b>now</b> https://evil.example";
        let line = one_line(hostile, 200);
        assert_eq!(
            line,
            "Release  Bcc: all@example.com⟦U+202E⟧⟦U+200B⟧ <b>now</b> https[:]//evil.example"
        );
        assert_eq!(one_line("\u{7}abc\u{1b}[31m", 4), "abc…".replace("abc", " abc"));
        assert_eq!(one_line(&"x".repeat(500), 10), format!("{}…", "x".repeat(10)));
    }
}
