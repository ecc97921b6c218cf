//! The gate: questions, grants, deployments.

use std::time::Duration;

use api_types::deployments::{Deployment, OutcomeRequest, Redemption};
use api_types::gate::{GateQuestion, VerdictAnswer};

use crate::{Client, ClientError};

impl Client {
    /// Asks the gate. With `wait_seconds`, the server answers when the answer is not `pending` any
    /// more, or when that time (at most 60) is up.
    ///
    /// # Errors
    /// See [`ClientError`]. A verdict is never an error, whatever it says.
    pub fn ask_gate(
        &self,
        question: &GateQuestion,
        wait_seconds: u32,
    ) -> Result<VerdictAnswer, ClientError> {
        let wait = (wait_seconds > 0).then(|| wait_seconds.to_string());
        let path = ["v1", "gate", "questions"];
        let request = self.post_with_query(&path, &[("wait_seconds", wait)], question)?;
        self.json(&request.waiting(Duration::from_secs(u64::from(wait_seconds))))
    }

    /// Uses a grant. Succeeds once.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn redeem_grant(&self, grant: &str) -> Result<Redemption, ClientError> {
        let path = ["v1", "gate", "grants", grant, "redemption"];
        self.json(&self.post(&path, &serde_json::json!({}))?)
    }

    /// Reports how a deployment went.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn finish_deployment(
        &self,
        change: &str,
        deployment: &str,
        outcome: &OutcomeRequest,
    ) -> Result<Deployment, ClientError> {
        let path = ["v1", "changes", change, "deployments", deployment, "outcome"];
        self.json(&self.post(&path, outcome)?)
    }
}
