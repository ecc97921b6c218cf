//! A message for the next page, in a short-lived cookie. Only its own browser ever sees it, and it
//! is shown as text like everything else.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use console::view::{Flash, Link, Tone};

const COOKIE: &str = "countersign_flash";
const SECONDS: u32 = 60;

/// Puts a message into the answer.
pub(super) fn set(headers: &mut HeaderMap, message: &Flash) {
    let tone = if message.tone == Tone::Good { "good" } else { "warn" };
    let (label, href) =
        message.link.as_ref().map_or(("", ""), |link| (link.label.as_str(), link.href.as_str()));
    let text = [tone, &message.text, label, href].join("\n");
    append(headers, &URL_SAFE_NO_PAD.encode(text), SECONDS);
}

/// Takes the message away after it was shown.
pub(super) fn clear(headers: &mut HeaderMap) {
    append(headers, "", 0);
}

fn append(headers: &mut HeaderMap, value: &str, seconds: u32) {
    let text = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.append(header::SET_COOKIE, value);
    }
}

/// The message a request brings along.
pub(super) fn read(headers: &HeaderMap) -> Option<Flash> {
    let value = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == COOKIE && !value.is_empty())?
        .1;
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(value).ok()?).ok()?;
    let mut lines = text.splitn(4, '\n');
    let tone = if lines.next()? == "good" { Tone::Good } else { Tone::Warn };
    let text = lines.next()?.to_owned();
    let (label, href) = (lines.next()?, lines.next()?);
    let link = (!href.is_empty()).then(|| Link::new(label, href));
    Some(Flash { tone, text, link })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_survives_the_way_through_the_cookie() {
        let mut out = HeaderMap::new();
        let link = Some(Link::new("Ledger entry 7", "/ledger/entries/7"));
        set(&mut out, &Flash { link, ..Flash::good("Recorded; thanks, Zoë") });
        let sent = out[header::SET_COOKIE].to_str().unwrap();
        let mut back = HeaderMap::new();
        back.insert(header::COOKIE, sent.split(';').next().unwrap().parse().unwrap());
        let read = read(&back).unwrap();
        assert_eq!(read.text, "Recorded; thanks, Zoë");
        assert_eq!(read.link.unwrap().href, "/ledger/entries/7");
    }

    #[test]
    fn a_made_up_cookie_is_no_message() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "countersign_flash=%%%".parse().unwrap());
        assert!(read(&headers).is_none());
    }
}
