//! Text safety: what a person wrote can never pretend to be something else on a page.
//!
//! [`Escape`] is the escaper of every template, so no value reaches a page without it. [`plain`] adds a badge
//! for text worth a second look. Nothing here changes what is stored, only how it is shown.

use std::fmt::{self, Write};

/// The escaper of all templates: HTML is escaped, deceptive characters become visible markers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Escape;

impl askama::filters::Escaper for Escape {
    fn write_escaped_str<W: Write>(&self, mut dest: W, string: &str) -> fmt::Result {
        write_visible(&mut dest, string, Marking::Text)
    }
}

/// Text made safe to show; its `Display` is HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    html: String,
    unusual: bool,
}

impl Shown {
    /// Whether the text has characters or words that could mislead a reader.
    #[must_use]
    pub fn is_unusual(&self) -> bool {
        self.unusual
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.html)?;
        if self.unusual {
            f.write_str(concat!(
                " <span class=\"badge t-warn odd-flag\"><svg class=\"icon\" aria-hidden=\"true\">",
                "<use href=\"#i-alert\"></use></svg>contains unusual characters</span>"
            ))?;
        }
        Ok(())
    }
}

/// Escapes `text` and marks bidi controls, zero-width and control characters and mixed-script words.
#[must_use]
pub fn plain(text: &str) -> Shown {
    let mut html = String::with_capacity(text.len() + 16);
    let mut unusual = false;
    let mut at = 0;
    // Writing to a String can't fail, so the results below carry nothing.
    for piece in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let word = piece.trim_end_matches(|c: char| !c.is_alphanumeric());
        if is_mixed_script(word) {
            unusual = true;
            let _ = write_mixed(&mut html, word);
        } else {
            let _ = write_visible(&mut html, word, Marking::Html);
        }
        let rest = piece.get(word.len()..).unwrap_or_default();
        at += piece.len();
        let joins = rest == "\u{200d}" && joins_emoji(text, at - rest.len());
        unusual |= rest.chars().any(is_deceptive) && !joins;
        let marking = if joins { Marking::None } else { Marking::Html };
        let _ = write_visible(&mut html, rest, marking);
    }
    Shown { html, unusual }
}

/// Whether the joiner at byte `at` stands inside one emoji, such as a family or a flag.
fn joins_emoji(text: &str, at: usize) -> bool {
    let is_emoji =
        |c: char| matches!(c, '\u{2600}'..='\u{27bf}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}');
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    let after = text.get(at..).and_then(|from| from.chars().nth(1));
    before.is_some_and(is_emoji) && after.is_some_and(is_emoji)
}

/// A word of more than one alphabet, with each letter that may pass for a Latin one named by its number.
fn write_mixed(html: &mut String, word: &str) -> fmt::Result {
    html.push_str("<mark class=\"odd\" title=\"letters of more than one alphabet\">");
    for c in word.chars() {
        write_char(html, c)?;
        if script_of(c) == Some(Script::Lookalike) {
            write!(html, "⟦U+{:04X}⟧", u32::from(c))?;
        }
    }
    html.push_str("</mark>");
    Ok(())
}

#[derive(Clone, Copy, PartialEq)]
enum Marking {
    /// No marker: HTML alone is escaped.
    None,
    /// The marker alone: safe inside attributes.
    Text,
    /// The marker in a `<mark>`.
    Html,
}

fn write_visible(dest: &mut impl Write, text: &str, marking: Marking) -> fmt::Result {
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| is_markup(c) || is_deceptive(c)) {
        let (ordinary, after) = rest.split_at(at);
        dest.write_str(ordinary)?;
        let mut chars = after.chars();
        let Some(c) = chars.next() else { break };
        match marking {
            _ if is_markup(c) => write_char(dest, c)?,
            Marking::None => dest.write_char(c)?,
            Marking::Text => write!(dest, "⟦U+{:04X}⟧", u32::from(c))?,
            Marking::Html => write!(dest, "<mark class=\"odd\">⟦U+{:04X}⟧</mark>", u32::from(c))?,
        }
        rest = chars.as_str();
    }
    dest.write_str(rest)
}

fn is_markup(c: char) -> bool {
    matches!(c, '&' | '<' | '>' | '"' | '\'')
}

fn write_char(dest: &mut impl Write, c: char) -> fmt::Result {
    match c {
        '&' => dest.write_str("&amp;"),
        '<' => dest.write_str("&lt;"),
        '>' => dest.write_str("&gt;"),
        '"' => dest.write_str("&quot;"),
        '\'' => dest.write_str("&#39;"),
        _ => dest.write_char(c),
    }
}

/// Escapes HTML and nothing else; for the content of form fields, which must survive a round trip.
#[must_use]
pub fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    // Writing to a String can't fail.
    let _ = write_visible(&mut out, text, Marking::None);
    out
}

/// Whether a link may point here: this site's paths and fragments, `https:` and `http:`.
#[must_use]
pub fn is_safe_target(target: &str) -> bool {
    let path = target.starts_with('/') && !target.starts_with("//") && !target.contains('\\');
    let web = target.starts_with("https://") || target.starts_with("http://");
    (path || web || target.starts_with(['#', '?'])) && !target.chars().any(is_deceptive)
}

/// Control characters (except tab and line ends), bidi controls, zero-width and other invisible ones.
fn is_deceptive(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' | ' '..='~' => false,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => c.is_control(),
    }
}

#[derive(PartialEq)]
enum Script {
    Latin,
    Lookalike,
}

/// Latin letters, or letters of the alphabets that hold their lookalikes; others don't matter here.
fn script_of(c: char) -> Option<Script> {
    match c {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' if c.is_alphabetic() => Some(Script::Latin),
        // Greek, Cyrillic, Armenian, Cherokee, full-width Latin, mathematical alphanumerics
        '\u{370}'..='\u{3ff}'
        | '\u{400}'..='\u{52f}'
        | '\u{531}'..='\u{58f}'
        | '\u{13a0}'..='\u{13ff}'
        | '\u{1f00}'..='\u{1fff}'
        | '\u{ff21}'..='\u{ff5a}'
        | '\u{1d400}'..='\u{1d7ff}'
            if c.is_alphabetic() =>
        {
            Some(Script::Lookalike)
        }
        _ => None,
    }
}

fn is_mixed_script(word: &str) -> bool {
    let has = |wanted: Script| word.chars().any(|c| script_of(c).as_ref() == Some(&wanted));
    has(Script::Latin) && has(Script::Lookalike)
}

#[cfg(test)]
mod tests {
    use askama::filters::Escaper as _;

    use super::*;

    fn escaped(text: &str) -> String {
        let mut out = String::new();
        Escape.write_escaped_str(&mut out, text).unwrap();
        out
    }

    #[test]
    fn a16_bidi_controls_become_visible_markers() {
        let shown = plain("release \u{202e}gnp.exe");
        assert!(shown.is_unusual());
        let html = shown.to_string();
        assert!(html.contains("⟦U+202E⟧") && !html.contains('\u{202e}'));
        assert!(html.contains("contains unusual characters"));
    }

    #[test]
    fn a16_zero_width_and_control_characters_become_visible_markers() {
        for c in [
            '\u{200b}',
            '\u{feff}',
            '\u{2066}',
            '\u{7}',
            '\u{1b}',
            '\u{7f}',
            '\u{e0041}',
            '\u{2028}',
        ] {
            let marker = format!("⟦U+{:04X}⟧", u32::from(c));
            let text = format!("pay{c}ments");
            let html = plain(&text).to_string();
            assert!(html.contains(&marker) && !html.contains(c), "{html}");
            assert!(escaped(&text).contains(&marker), "the default escaper marks it too");
        }
    }

    #[test]
    fn a16_mixed_script_words_are_flagged_and_pure_ones_are_not() {
        assert!(plain("p\u{430}yments").is_unusual(), "Latin with Cyrillic а");
        assert!(plain("\u{391}dmin").is_unusual(), "Greek Α with Latin");
        assert!(plain("\u{ff41}dmin").is_unusual(), "full-width a");
        for usual in [
            "платежи",
            "πληρωμές",
            "Zoë Müller-Łódź",
            "支払い service",
            "x2 μ",
            "naïve café",
            "5 % – ok",
        ] {
            assert!(!plain(usual).is_unusual(), "{usual}");
        }
    }

    #[test]
    fn a16_a_lookalike_letter_is_named_by_its_number() {
        assert!(plain("p\u{430}yments").to_string().contains("\u{430}⟦U+0430⟧"));
    }

    #[test]
    fn a16_joiners_are_fine_inside_emoji_and_nowhere_else() {
        assert!(!plain("👩\u{200d}🚒 and 🏳\u{fe0f}\u{200d}🌈").is_unusual());
        assert!(plain("pay\u{200d}ments").is_unusual());
        assert!(plain("\u{200d}🚒").is_unusual());
    }

    #[test]
    fn a17_markup_is_escaped_everywhere() {
        let attack = "<img src=x onerror=alert(1)>\"'&";
        let wanted = "&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;";
        assert_eq!(plain(attack).to_string(), wanted);
        assert_eq!(escaped(attack), wanted);
        assert_eq!(escape_html(attack), wanted);
    }

    #[test]
    fn a17_link_targets_with_other_schemes_are_refused() {
        for good in ["/changes/CHG-1", "https://ci.example/1", "#vote", "?state=approved"] {
            assert!(is_safe_target(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:x",
            "data:text/html,x",
            "//evil.example",
            "/\\evil.example",
            "",
        ] {
            assert!(!is_safe_target(bad), "{bad}");
        }
    }

    #[test]
    fn form_fields_keep_what_was_typed() {
        assert_eq!(escape_html("a\u{200b}b\n<"), "a\u{200b}b\n&lt;");
    }

    #[test]
    fn lines_and_tabs_stay() {
        assert_eq!(plain("a\n\tb\r\n").to_string(), "a\n\tb\r\n");
    }
}
