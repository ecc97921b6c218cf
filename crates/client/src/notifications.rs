//! Notifications, preferences, dead letters and webhooks.

use api_types::Page;
use api_types::notifications::{
    DeadLetter, Notifications, Preferences, ReadRequest, ReplayRequest, Replayed, TestSent,
};
use api_types::people::{Status, StatusRequest};
use api_types::webhooks::{
    NewWebhook, Webhook, WebhookRequest, WebhookSecretRequest, WebhookUpdate,
};

use crate::{Client, ClientError};

impl Client {
    /// What the caller was told, newest first: one page.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_notifications(&self, cursor: Option<&str>) -> Result<Notifications, ClientError> {
        let query = [("cursor", cursor.map(str::to_owned))];
        self.json(&self.get(&["v1", "notifications"], &query))
    }

    /// Marks notifications as read.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn read_notifications(&self, request: &ReadRequest) -> Result<(), ClientError> {
        self.send(&self.post(&["v1", "notifications", "reads"], request)?).map(|_| ())
    }

    /// What reaches the caller by mail.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn get_preferences(&self) -> Result<Preferences, ClientError> {
        self.json(&self.get(&["v1", "notifications", "preferences"], &[]))
    }

    /// Chooses what reaches the caller by mail.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn set_preferences(&self, request: &Preferences) -> Result<Preferences, ClientError> {
        self.json(&self.post(&["v1", "notifications", "preferences"], request)?)
    }

    /// Sends the caller something, to see whether it arrives.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn test_notification(&self) -> Result<TestSent, ClientError> {
        self.json(&self.post(&["v1", "notifications", "test"], &serde_json::json!({}))?)
    }

    /// Messages that were given up.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_dead_letters(&self) -> Result<Vec<DeadLetter>, ClientError> {
        let path = ["v1", "notifications", "dead-letters"];
        self.json::<Page<DeadLetter>>(&self.get(&path, &[])).map(|page| page.items)
    }

    /// Sends messages that were given up again.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn replay_dead_letters(&self, request: &ReplayRequest) -> Result<Replayed, ClientError> {
        self.json(&self.post(&["v1", "notifications", "dead-letters", "replay"], request)?)
    }

    /// All webhooks.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_webhooks(&self) -> Result<Vec<Webhook>, ClientError> {
        self.all(&["v1", "webhooks"])
    }

    /// Registers a webhook.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn add_webhook(&self, request: &WebhookRequest) -> Result<NewWebhook, ClientError> {
        self.json(&self.post(&["v1", "webhooks"], request)?)
    }

    /// Changes a webhook.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn update_webhook(
        &self,
        webhook: &str,
        request: &WebhookUpdate,
    ) -> Result<Webhook, ClientError> {
        self.json(&self.post(&["v1", "webhooks", webhook], request)?)
    }

    /// Stops or resumes calls.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn set_webhook_status(
        &self,
        webhook: &str,
        status: Status,
    ) -> Result<Webhook, ClientError> {
        self.json(&self.post(&["v1", "webhooks", webhook, "status"], &StatusRequest { status })?)
    }

    /// Makes a new secret.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn rotate_webhook_secret(
        &self,
        webhook: &str,
        request: &WebhookSecretRequest,
    ) -> Result<NewWebhook, ClientError> {
        self.json(&self.post(&["v1", "webhooks", webhook, "secret"], request)?)
    }

    /// Queues a call, to see whether it arrives.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn test_webhook(&self, webhook: &str) -> Result<(), ClientError> {
        let path = ["v1", "webhooks", webhook, "test"];
        self.send(&self.post(&path, &serde_json::json!({}))?).map(|_| ())
    }

    /// Removes a webhook.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn remove_webhook(&self, webhook: &str) -> Result<(), ClientError> {
        let path = ["v1", "webhooks", webhook, "removal"];
        self.send(&self.post(&path, &serde_json::json!({}))?).map(|_| ())
    }
}
