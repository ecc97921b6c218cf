//! The form of a mail: headers, a part in plain text and the same in HTML.

use std::fmt::Write as _;
use std::time::SystemTime;

use app::notify::Mail;
use askama::Template;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};

/// What stands under every mail (E01, E03).
const FOOTER: &str = "Links open a page; nothing is decided by opening one. Replies to this mail \
                      are not read and decide nothing.";

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    mail: &'a Mail,
    footer: &'a str,
}

/// A mail as it goes to the relay.
pub(super) fn message(mail: &Mail, from: &Mailbox) -> Result<Message, String> {
    let address: Address = mail.to_address.parse().map_err(|_| "no address".to_owned())?;
    let domain = from.email.domain();
    let organisation = &mail.organisation;
    let said = from.name.clone().unwrap_or_else(|| "Countersign".to_owned());
    let sender = Mailbox::new(Some(format!("{said} - replies are not read")), from.email.clone());
    let mut builder = Message::builder()
        .from(sender)
        .to(Mailbox::new(Some(mail.to_name.clone()), address))
        .subject(mail.subject.clone())
        .date(SystemTime::from(mail.at))
        .message_id(Some(format!("<{}@{domain}>", mail.id)))
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "All"))
        .raw_header(header("List-Id", &format!("Countersign <countersign.{domain}>")));
    if let Some(thread) = &mail.thread {
        let thread = format!("<{thread}@{domain}>");
        builder = builder.in_reply_to(thread.clone()).references(thread);
    }
    let html = Html { mail, footer: FOOTER }.render().map_err(|error| error.to_string())?;
    builder
        .multipart(MultiPart::alternative_plain_html(text(mail, organisation), html))
        .map_err(|error| error.to_string())
}

/// A header whose value is ours alone.
fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn text(mail: &Mail, organisation: &str) -> String {
    let mut text = String::new();
    // Writing to a String can't fail.
    for section in &mail.sections {
        for line in &section.lines {
            let _ = writeln!(text, "{}", line.headline);
            if let Some(detail) = &line.detail {
                let _ = writeln!(text, "  {detail}");
            }
        }
        let _ = writeln!(text, "  {}\n", section.url);
    }
    let _ = write!(
        text,
        "-- \nCountersign, {organisation}\n{FOOTER}\nWhat reaches you by mail: \
         {}/notifications/preferences\n",
        mail.public_url
    );
    text
}

#[cfg(test)]
mod tests {
    use app::notify::{MailLine, MailSection};
    use jiff::Timestamp;

    use super::*;

    fn mail() -> Mail {
        let line = MailLine {
            headline: "Mallory asks for your decision on “<script>x</script>”".to_owned(),
            detail: Some("because <b>bold</b> & \"quoted\"".to_owned()),
        };
        Mail {
            id: "abc".to_owned(),
            thread: Some("chg_1".to_owned()),
            to_name: "Bob, \"the\" builder".to_owned(),
            to_address: "bob@example.com".to_owned(),
            subject: "Ünïcode subject\r\nBcc: all@example.com".to_owned(),
            sections: vec![MailSection {
                url: "https://countersign.example/changes/CHG-1".to_owned(),
                lines: vec![line],
            }],
            public_url: "https://countersign.example".to_owned(),
            organisation: "Example".to_owned(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn composed() -> String {
        let from = "Countersign <countersign@example.com>".parse().unwrap();
        String::from_utf8(message(&mail(), &from).unwrap().formatted()).unwrap()
    }

    #[test]
    fn a17_text_can_add_no_header_and_no_markup() {
        let text = composed();
        let (headers, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(!headers.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{headers}");
        assert!(!body.contains("<script>x</script>\""), "{body}");
        let html = body.split("text/html").nth(1).unwrap();
        assert!(!html.contains("<script>") && !html.contains("<b>"), "{html}");
    }

    #[test]
    fn mails_about_one_change_are_one_thread() {
        let text = composed();
        for header in [
            "Message-ID: <abc@example.com>",
            "In-Reply-To: <chg_1@example.com>",
            "References: <chg_1@example.com>",
            "Auto-Submitted: auto-generated",
        ] {
            assert!(text.contains(header), "{header}\n{text}");
        }
    }

    #[test]
    fn e03_the_sender_and_the_text_say_that_replies_decide_nothing() {
        assert!(composed().contains("replies are not read"));
        let text = text(&mail(), "Example");
        assert!(text.contains("Replies to this mail are not read and decide nothing."), "{text}");
    }
}
