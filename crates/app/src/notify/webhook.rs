//! Registering webhooks: where calls go, for which events, signed with which secrets.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::event::NotificationEvent;
use domain::ids::WebhookId;
use domain::notification::{Webhook, WebhookSecret};
use domain::organisation::{Status, access};
use domain::private::Secret;
use domain::refusal::Refusal;
use jiff::SignedDuration;
use store::{OutboxMessage, OutboxWrite, Write};

use super::queue::{Content, WEBHOOK};
use crate::principal::Principal;
use crate::{App, AppError};

const WEBHOOKS_MAX: usize = 200;
const EVENTS_MAX: usize = 50;
const SECRET_START: &str = "whsec_";
/// How long calls are signed with the old secret too, after a new one was made.
const OVERLAP: SignedDuration = SignedDuration::from_hours(24);

/// A webhook to register or change.
#[derive(Debug, Clone)]
pub struct WebhookDraft {
    /// What people call it.
    pub label: String,
    /// Where calls go.
    pub url: String,
    /// Types of events, or their beginnings with a `*`.
    pub events: BTreeSet<String>,
}

impl WebhookDraft {
    fn check(&self) -> Result<String, Refusal> {
        if self.label.trim().is_empty() || self.label.len() > 100 {
            return Err(Refusal::field("label", "give 1 to 100 bytes"));
        }
        if self.events.is_empty() || self.events.len() > EVENTS_MAX {
            return Err(Refusal::field("events", "name 1 to 50 types, or `*` for all"));
        }
        if let Some(bad) = self.events.iter().find(|event| !is_pattern(event)) {
            let message = format!("`{bad}` is no type: write `change.approved`, `change.*` or `*`");
            return Err(Refusal::field("events", &message));
        }
        host(&self.url).ok_or_else(|| {
            Refusal::field("url", "write a URL like `https://hooks.example.com/path`")
        })
    }
}

fn is_pattern(text: &str) -> bool {
    let start = text.strip_suffix('*').unwrap_or(text);
    let plain = |b: u8| b.is_ascii_lowercase() || b == b'.' || b == b'_';
    text.len() <= 100 && !text.is_empty() && start.bytes().all(plain)
}

/// The host of an HTTP URL without user and password.
pub(crate) fn host(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let plain = !authority.is_empty() && !authority.contains('@') && url.len() <= 2000;
    let visible = url.chars().all(|c| c.is_ascii_graphic());
    (plain && visible).then(|| authority.to_owned())
}

/// Checks a secret in the form of Standard Webhooks (D12).
///
/// # Errors
/// It is empty, or too short to be one.
pub fn check_secret(secret: &str) -> Result<(), Refusal> {
    let bytes = secret.strip_prefix(SECRET_START).and_then(|body| STANDARD.decode(body).ok());
    if bytes.is_some_and(|bytes| (24..=64).contains(&bytes.len())) {
        return Ok(());
    }
    let message = "write `whsec_` and base64 of 24 to 64 random bytes, or leave it out";
    Err(Refusal::field("secret", message))
}

impl App {
    fn secret(&self, given: Option<&str>) -> Result<(String, WebhookSecret), AppError> {
        let text = match given {
            Some(given) => {
                check_secret(given)?;
                given.to_owned()
            }
            None => format!("{SECRET_START}{}", STANDARD.encode(self.ports.random::<32>())),
        };
        let secret = WebhookSecret { secret: Secret::new(text.clone()), until: None };
        Ok((text, secret))
    }

    /// All webhooks, oldest first.
    ///
    /// # Errors
    /// They are no admin.
    pub fn webhooks(&self, principal: &Principal) -> Result<Vec<Webhook>, AppError> {
        principal.with_role(access::ADMIN, "see webhooks", &self.live().directory)?;
        Ok(self.notification_settings().webhooks().cloned().collect())
    }

    /// Registers a webhook. Returns its id, and the secret to check calls with: it is shown once.
    ///
    /// # Errors
    /// They are no admin, or a field can't be accepted.
    pub async fn add_webhook(
        &self,
        principal: &Principal,
        draft: &WebhookDraft,
        secret: Option<&str>,
    ) -> Result<(WebhookId, String), AppError> {
        let id = WebhookId::new(self.ports.now(), self.ports.random());
        let (text, secret) = self.secret(secret)?;
        self.notification_action(principal, |live, settings, _| {
            principal.with_role(access::ADMIN, "register webhooks", &live.directory)?;
            if settings.webhooks().count() >= WEBHOOKS_MAX {
                return Err(Refusal::field("url", "there are 200 webhooks already").into());
            }
            let host = draft.check()?;
            let event = NotificationEvent::WebhookPut(Webhook {
                id: id.clone(),
                label: draft.label.clone(),
                host,
                url: Secret::new(draft.url.clone()),
                events: draft.events.clone(),
                secrets: vec![secret.clone()],
                status: Status::Active,
            });
            Ok((Some(event), ()))
        })
        .await?;
        Ok((id, text))
    }

    /// Changes label, place and events of a webhook.
    ///
    /// # Errors
    /// They are no admin, there is none, or a field can't be accepted.
    pub async fn change_webhook(
        &self,
        principal: &Principal,
        id: &WebhookId,
        draft: &WebhookDraft,
    ) -> Result<(), AppError> {
        let host = draft.check()?;
        self.put_webhook(principal, id, |webhook, _| {
            webhook.label.clone_from(&draft.label);
            webhook.host.clone_from(&host);
            webhook.url = Secret::new(draft.url.clone());
            webhook.events.clone_from(&draft.events);
        })
        .await
    }

    /// Stops or resumes calls.
    ///
    /// # Errors
    /// They are no admin, or there is none.
    pub async fn set_webhook_status(
        &self,
        principal: &Principal,
        id: &WebhookId,
        status: Status,
    ) -> Result<(), AppError> {
        self.put_webhook(principal, id, |webhook, _| webhook.status = status).await
    }

    /// Makes a new secret. For a day calls are signed with the old one too. Returns the new one.
    ///
    /// # Errors
    /// They are no admin, there is none, or the secret can't be accepted.
    pub async fn rotate_webhook_secret(
        &self,
        principal: &Principal,
        id: &WebhookId,
        secret: Option<&str>,
    ) -> Result<String, AppError> {
        let (text, secret) = self.secret(secret)?;
        self.put_webhook(principal, id, |webhook, now| {
            webhook.secrets.truncate(1);
            for old in &mut webhook.secrets {
                old.until = now.checked_add(OVERLAP).ok();
            }
            webhook.secrets.insert(0, secret.clone());
        })
        .await?;
        Ok(text)
    }

    /// Removes a webhook. What waits for it is dropped.
    ///
    /// # Errors
    /// They are no admin, or there is none.
    pub async fn remove_webhook(
        &self,
        principal: &Principal,
        id: &WebhookId,
    ) -> Result<(), AppError> {
        self.notification_action(principal, |live, settings, _| {
            principal.with_role(access::ADMIN, "remove webhooks", &live.directory)?;
            if settings.webhook(id).is_none() {
                return Err(not_found(id));
            }
            Ok((Some(NotificationEvent::WebhookRemoved { webhook: id.clone() }), ()))
        })
        .await
    }

    /// Queues a call of type `countersign.test`.
    ///
    /// # Errors
    /// They are no admin, or there is none.
    pub async fn test_webhook(
        &self,
        principal: &Principal,
        id: &WebhookId,
    ) -> Result<(), AppError> {
        principal.with_role(access::ADMIN, "test webhooks", &self.live().directory)?;
        if self.notification_settings().webhook(id).is_none() {
            return Err(not_found(id));
        }
        let at = self.ports.now();
        let content = Content::Webhook {
            kind: "countersign.test".to_owned(),
            change: None,
            state: None,
            revision: None,
            about: None,
            stream: "test".to_owned(),
            version: 0,
            by: principal.id().to_owned(),
        };
        let message = OutboxMessage {
            id: format!("msg_{}", self.ports.random_hex::<16>()),
            lane: format!("{WEBHOOK}{id}/test"),
            created_at: at,
            due_at: at,
            pause_ends_by: None,
            data: serde_json::to_string(&content).map_err(AppError::damaged)?,
        };
        Ok(self.store.write(vec![Write::Outbox(Box::new(OutboxWrite::Message(message)))]).await?)
    }

    async fn put_webhook(
        &self,
        principal: &Principal,
        id: &WebhookId,
        change: impl Fn(&mut Webhook, jiff::Timestamp) + Send + Sync,
    ) -> Result<(), AppError> {
        self.notification_action(principal, |live, settings, now| {
            principal.with_role(access::ADMIN, "change webhooks", &live.directory)?;
            let known = settings.webhook(id).ok_or_else(|| not_found(id))?;
            let mut webhook = known.clone();
            change(&mut webhook, now);
            let event = (webhook != *known).then_some(NotificationEvent::WebhookPut(webhook));
            Ok((event, ()))
        })
        .await
    }
}

fn not_found(id: &WebhookId) -> AppError {
    Refusal::NotFound { entity: "webhook", id: id.to_string() }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d12_an_empty_or_weak_secret_is_refused() {
        let short = format!("whsec_{}", STANDARD.encode([1; 23]));
        for bad in ["", " ", "whsec_", "secret", "whsec_====", short.as_str()] {
            assert!(check_secret(bad).is_err(), "{bad}");
        }
        assert!(check_secret(&format!("whsec_{}", STANDARD.encode([1; 24]))).is_ok());
    }

    #[test]
    fn a_url_has_a_host_and_nothing_that_hides() {
        assert_eq!(host("https://a.example:8443/x?y").unwrap(), "a.example:8443");
        for bad in ["ftp://a", "https://", "https://u:p@a/", "https://a/\u{202e}", "https://a/ b"] {
            assert_eq!(host(bad), None, "{bad}");
        }
        assert!(is_pattern("change.*") && is_pattern("*") && is_pattern("policy.proposed"));
        assert!(!is_pattern("") && !is_pattern("a*b") && !is_pattern("Change.x"));
    }
}
