//! Preferences and webhooks, to and from the wire.

use std::collections::BTreeSet;

use api_types::notifications as wire;
use api_types::webhooks;
use domain::notification::{Preferences, QuietHours, Topic, Webhook};

use super::directory;
use super::text::time;
use crate::error::ApiError;

/// Preferences as they are sent.
#[must_use]
pub fn preferences(chosen: &Preferences) -> wire::Preferences {
    let of_day = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let hours = |quiet: QuietHours| wire::QuietHours {
        from: of_day(quiet.from),
        until: of_day(quiet.until),
    };
    wire::Preferences {
        mail: chosen.mail.iter().map(|topic| topic.as_str().to_owned()).collect(),
        every_minutes: chosen.every_minutes,
        quiet: chosen.quiet.map(hours),
        urgent_always: chosen.urgent_always,
    }
}

/// Preferences as they were sent.
///
/// # Errors
/// A topic that is not known, or a time that is none.
pub fn read_preferences(asked: &wire::Preferences) -> Result<Preferences, ApiError> {
    let topic = |word: &String| {
        Topic::of_word(word).ok_or_else(|| {
            let known = Topic::ALL.map(Topic::as_str).join("`, `");
            ApiError::field("mail", &format!("`{word}` is no topic; there are `{known}`"))
        })
    };
    let quiet = match &asked.quiet {
        Some(quiet) => Some(QuietHours {
            from: minute_of_day("quiet.from", &quiet.from)?,
            until: minute_of_day("quiet.until", &quiet.until)?,
        }),
        None => None,
    };
    Ok(Preferences {
        mail: asked.mail.iter().map(topic).collect::<Result<BTreeSet<_>, _>>()?,
        every_minutes: asked.every_minutes,
        quiet,
        urgent_always: asked.urgent_always,
    })
}

/// The minute of a time of day such as `21:00`.
///
/// # Errors
/// It is none.
pub fn minute_of_day(field: &str, text: &str) -> Result<u16, ApiError> {
    let parts = text.split_once(':').filter(|(h, m)| h.len() <= 2 && m.len() == 2);
    let minute = parts.and_then(|(h, m)| {
        let (h, m): (u16, u16) = (h.parse().ok()?, m.parse().ok()?);
        (h < 24 && m < 60).then_some(h * 60 + m)
    });
    minute.ok_or_else(|| ApiError::field(field, "write a time of the day like `21:00`"))
}

/// A webhook as it is shown to admins.
#[must_use]
pub fn webhook(webhook: &Webhook) -> webhooks::Webhook {
    webhooks::Webhook {
        id: webhook.id.to_string(),
        label: webhook.label.clone(),
        url: webhook.url.reveal().unwrap_or("[erased]").to_owned(),
        events: webhook.events.iter().cloned().collect(),
        status: directory::status(webhook.status),
        old_secret_until: webhook.secrets.iter().find_map(|secret| secret.until).map(time),
    }
}
