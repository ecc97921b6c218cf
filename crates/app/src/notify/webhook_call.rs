//! One call of a webhook, in the form of Standard Webhooks: what is signed and sent.

use domain::change::Change;
use domain::notification::Webhook;
use domain::organisation::Directory;
use domain::private::Secret;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::queue::Content;

/// A call, before it is signed.
#[derive(Debug, Clone)]
pub struct WebhookCall {
    /// `webhook-id`: the same for every attempt, so that a receiver can drop a repetition.
    pub id: String,
    /// Where it goes.
    pub url: Secret,
    /// Every secret it is signed with.
    pub secrets: Vec<Secret>,
    /// When this attempt is made.
    pub at: Timestamp,
    /// The body, the same for every attempt.
    pub body: String,
}

/// What the call says: `type`, `timestamp` and `data`.
pub(super) fn body(
    content: &Content,
    at: Timestamp,
    change: Option<&Change>,
    directory: &Directory,
    public_url: &str,
) -> String {
    let Content::Webhook { kind, change: subject, state, revision, about, stream, version, by } =
        content
    else {
        return String::new();
    };
    let name = |id: &str| {
        let person = id.parse().ok().and_then(|id| directory.person(&id));
        person.map(|person| person.name.text().to_owned())
    };
    let mut data = json!({
        "by": {"id": by, "name": name(by)},
        "entry": {"stream": stream, "version": version},
    });
    if let Some(id) = about {
        data["about"] = json!({ "id": id });
    }
    if let Some(subject) = subject {
        data["change"] = json!({
            "id": subject.id,
            "number": subject.number,
            "title": change.map(|c| c.revision().material.title.text()),
            "service": subject.service,
            "environment": subject.environment,
            "requester": {"id": subject.requester, "name": name(&subject.requester)},
            "state": state,
            "revision": revision,
            "url": format!("{public_url}/changes/{}", subject.number),
        });
    }
    let body: Value = json!({"type": kind, "timestamp": format!("{at:.3}"), "data": data});
    body.to_string()
}

/// The secrets that a call at this time is signed with.
pub(super) fn live_secrets(webhook: &Webhook, now: Timestamp) -> Vec<Secret> {
    let live = webhook.secrets.iter().filter(|s| s.until.is_none_or(|until| now < until));
    live.map(|s| s.secret.clone()).collect()
}
