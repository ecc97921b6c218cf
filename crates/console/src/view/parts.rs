//! Small parts: links, people, times, digests, paging, empty states.

use askama::Template;

use crate::filters;

/// A link with its words. Unsafe targets (`javascript:` and the like) lead nowhere.
#[derive(Debug, Clone, Default, Template)]
#[template(ext = "html", source = r#"<a href="{{ href|href }}">{{ label|shown }}</a>"#)]
pub struct Link {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub href: String,
}

impl Link {
    /// A link from its words and target.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into() }
    }
}

/// A person or service account by name.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "parts/who.html")]
pub struct Who {
    /// Display name.
    pub name: String,
    /// Their page.
    pub href: Option<String>,
    /// Said after the name, e.g. "service account" or "for CAB".
    pub note: String,
}

impl Who {
    /// A name without a page.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// A name with a page.
    pub fn linked(name: impl Into<String>, href: impl Into<String>) -> Self {
        Self { name: name.into(), href: Some(href.into()), note: String::new() }
    }
}

/// A moment in time. With scripts the words become relative and the exact time a tooltip.
#[derive(Debug, Clone, Default, Template)]
#[template(
    ext = "html",
    source = r#"<time datetime="{{ iso }}" title="{{ text }}" data-relative>{{ text }}</time>"#
)]
pub struct Moment {
    /// RFC 3339 in UTC, e.g. `2026-11-22T10:00:00.000Z`.
    pub iso: String,
    /// The words to show without scripts, e.g. "22 Nov 2026, 10:00 UTC".
    pub text: String,
}

impl Moment {
    /// A moment from its RFC 3339 form in UTC; the words are made from it.
    pub fn utc(iso: impl Into<String>) -> Self {
        let iso = iso.into();
        let text = words(&iso).unwrap_or_else(|| iso.clone());
        Self { iso, text }
    }
}

fn words(iso: &str) -> Option<String> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month: usize = iso.get(5..7)?.parse().ok()?;
    let month = MONTHS.get(month.checked_sub(1)?)?;
    let day = iso.get(8..10)?.trim_start_matches('0');
    let utc = if iso.ends_with('Z') { "UTC" } else { iso.get(iso.len().checked_sub(6)?..)? };
    Some(format!("{day} {month} {}, {} {utc}", iso.get(0..4)?, iso.get(11..16)?))
}

/// A digest such as `sha256:9f86…`: short on the page, whole for copying and reading aloud.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "parts/digest.html")]
pub struct Digest {
    /// All of it.
    pub full: String,
}

impl Digest {
    /// A digest, with or without algorithm prefix.
    pub fn new(full: impl Into<String>) -> Self {
        Self { full: full.into() }
    }

    /// Algorithm and the first twelve characters.
    #[must_use]
    pub fn short(&self) -> String {
        let start = self.full.find(':').map_or(0, |colon| colon + 1);
        self.full.char_indices().nth(start + 12).map_or_else(
            || self.full.clone(),
            |(end, _)| format!("{}…", self.full.get(..end).unwrap_or_default()),
        )
    }
}

/// Links to the neighbouring pages of a list.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "parts/paging.html")]
pub struct Paging {
    /// The first page, when this isn't it.
    pub first: Option<String>,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
    /// What is shown, e.g. "1–50 of 412 changes".
    pub summary: String,
}

/// What a list says when it has nothing to list.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "parts/empty.html")]
pub struct Empty {
    /// What is not here.
    pub title: String,
    /// Why, and what to do next.
    pub text: String,
    /// Where to go next.
    pub link: Option<Link>,
}

/// Something a person can do next.
#[derive(Debug, Clone, Default, Template)]
#[template(
    ext = "html",
    source = r#"{% if let Some(href) = href %}<a href="{{ href|href }}">{{ text|shown }}</a>{% else %}{{ text|shown }}{% endif %}"#
)]
pub struct NextStep {
    /// What to do, as a sentence.
    pub text: String,
    /// Where it can be done.
    pub href: Option<String>,
}

impl NextStep {
    /// A step without a link.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), href: None }
    }

    /// A step with a link.
    pub fn linked(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { text: text.into(), href: Some(href.into()) }
    }
}

/// A text file shown with line numbers; line `n` has the anchor `L<n>`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "parts/source_file.html")]
pub struct SourceFile {
    /// Its name, e.g. `rules/production.yaml`.
    pub name: String,
    /// Its content.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_said_in_words() {
        assert_eq!(Moment::utc("2026-11-02T09:05:00.000Z").text, "2 Nov 2026, 09:05 UTC");
        assert_eq!(Moment::utc("2026-11-02T09:05:00+01:00").text, "2 Nov 2026, 09:05 +01:00");
        assert_eq!(Moment::utc("not a time").text, "not a time");
    }

    #[test]
    fn a_digest_is_short_on_the_page_and_whole_for_copying() {
        let digest = Digest::new("sha256:0123456789abcdef0123456789abcdef");
        assert_eq!(digest.short(), "sha256:0123456789ab…");
        assert_eq!(Digest::new("sha256:01").short(), "sha256:01");
        assert!(digest.render().unwrap().contains("0123456789abcdef0123456789abcdef"));
    }
}
