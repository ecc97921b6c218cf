//! Makes text from outside harmless for a terminal: control, bidirectional and invisible
//! characters are shown instead of obeyed (A16, A17).

/// One line: line breaks become a visible sign too.
pub fn line(text: &str) -> String {
    escape(text, |c| match c {
        '\n' => Some("⏎ "),
        '\r' => Some(""),
        '\t' => Some(" "),
        _ => None,
    })
}

fn escape(text: &str, known: impl Fn(char) -> Option<&'static str>) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match known(c) {
            Some(instead) => safe.push_str(instead),
            None if is_harmful(c) => safe.extend(c.escape_unicode()),
            None => safe.push(c),
        }
    }
    safe
}

/// Characters that move the cursor, change the order of others, or can't be seen.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a17_terminal_sequences_in_change_text_are_shown_and_not_obeyed() {
        for hostile in [
            "\u{1b}[2Jgone",
            "\u{1b}]0;title\u{7}",
            "\u{9b}31mred",
            "over\rwritten",
            "back\u{8}\u{8}\u{8}\u{8}",
            "two\nlines",
        ] {
            let safe = line(hostile);
            assert!(safe.chars().all(|c| !c.is_control()), "{safe:?}");
        }
        assert_eq!(line("\u{1b}[31mred"), "\\u{1b}[31mred");
    }

    #[test]
    fn a16_bidirectional_and_invisible_characters_are_shown() {
        assert_eq!(line("app\u{202e}exe"), "app\\u{202e}exe");
        assert_eq!(line("ad\u{200b}min"), "ad\\u{200b}min");
        assert_eq!(line("x\u{e0041}"), "x\\u{e0041}");
    }

    #[test]
    fn ordinary_text_of_any_script_is_left_alone() {
        for text in ["Zahlung ausgeführt", "支払い", "проверка", "🚀 go", "שלום"]
        {
            assert_eq!(line(text), text);
        }
    }
}
