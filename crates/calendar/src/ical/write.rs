//! Writing a feed others subscribe to. Times are UTC, so that no zone has to be defined.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;

/// Longest line in bytes, RFC 5545 section 3.1.
const LINE: usize = 75;

/// When an event takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// From one moment up to another.
    Between(Timestamp, Timestamp),
    /// From one day up to, and with, another.
    Days(Date, Date),
}

/// An event to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEvent {
    /// Stays the same as long as it is the same event, across edits.
    pub uid: String,
    /// Grows with every edit.
    pub sequence: u32,
    /// When it was last edited.
    pub stamp: Timestamp,
    /// When it takes place.
    pub when: When,
    /// One line for people.
    pub summary: String,
    /// More for people.
    pub description: String,
    /// Where it can be seen.
    pub url: Option<String>,
    /// Whether it takes up time.
    pub busy: bool,
    /// Whether it was called off; it stays in the feed so that subscribers drop it.
    pub cancelled: bool,
}

/// A whole feed, with lines folded and ended as the standard says.
#[must_use]
pub fn write_feed(name: &str, events: &[FeedEvent]) -> String {
    let mut out = String::new();
    line(&mut out, "BEGIN:VCALENDAR");
    line(&mut out, "VERSION:2.0");
    line(&mut out, "PRODID:-//Countersign//Calendar//EN");
    line(&mut out, "CALSCALE:GREGORIAN");
    line(&mut out, "METHOD:PUBLISH");
    line(&mut out, &format!("X-WR-CALNAME:{}", escaped(name)));
    line(&mut out, "REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    for event in events {
        write_event(&mut out, event);
    }
    line(&mut out, "END:VCALENDAR");
    out
}

fn write_event(out: &mut String, event: &FeedEvent) {
    line(out, "BEGIN:VEVENT");
    line(out, &format!("UID:{}", escaped(&event.uid)));
    line(out, &format!("DTSTAMP:{}", moment(event.stamp)));
    line(out, &format!("SEQUENCE:{}", event.sequence));
    match event.when {
        When::Between(start, end) => {
            line(out, &format!("DTSTART:{}", moment(start)));
            line(out, &format!("DTEND:{}", moment(end)));
        }
        When::Days(first, last) => {
            let after = last.tomorrow().unwrap_or(last);
            line(out, &format!("DTSTART;VALUE=DATE:{}", first.strftime("%Y%m%d")));
            line(out, &format!("DTEND;VALUE=DATE:{}", after.strftime("%Y%m%d")));
        }
    }
    line(out, &format!("SUMMARY:{}", escaped(&event.summary)));
    if !event.description.is_empty() {
        line(out, &format!("DESCRIPTION:{}", escaped(&event.description)));
    }
    if let Some(url) = &event.url {
        let plain: String = url.chars().filter(|c| !c.is_control()).collect();
        line(out, &format!("URL:{plain}"));
    }
    line(out, if event.busy { "TRANSP:OPAQUE" } else { "TRANSP:TRANSPARENT" });
    line(out, if event.cancelled { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
    line(out, "END:VEVENT");
}

fn moment(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Text with what has a meaning escaped, and without what could begin a line of its own.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => {
                let _ = write!(out, "\\{c}");
            }
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// One line, folded between characters.
fn line(out: &mut String, text: &str) {
    let mut width = 0;
    for c in text.chars() {
        if width + c.len_utf8() > LINE {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(c);
        width += c.len_utf8();
    }
    out.push_str("\r\n");
}
