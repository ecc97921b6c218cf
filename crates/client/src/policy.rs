//! Policy: the live bundle, checks, proposals and dry runs.

use api_types::drill::{PolicyDrillRequest, PolicyDrills};
use api_types::feasibility::PolicyFeasibility;
use api_types::policy::{
    Policy, PolicyCheck, PolicyCheckRequest, PolicyExplainRequest, PolicyExplanation,
    PolicyProposal, PolicyProposalRequest, PolicyRevertRequest,
};
use api_types::policy_windows::{PolicyWindow, PolicyWindowChanges};
use api_types::replay::{PolicyReplay, PolicyReplayRequest};
use api_types::risk_history::RiskHistory;
use api_types::shadow::{Shadow, ShadowReport};
use serde_json::json;

use crate::changes::because;
use crate::{Client, ClientError};

impl Client {
    /// The live bundle.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn get_policy(&self) -> Result<Policy, ClientError> {
        self.json(&self.get(&["v1", "policy"], &[]))
    }

    /// How the live policy can be met by the people there are over so many weeks.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn get_policy_feasibility(&self, weeks: u16) -> Result<PolicyFeasibility, ClientError> {
        let query = [("weeks", Some(weeks.to_string()))];
        self.json(&self.get(&["v1", "policy", "feasibility"], &query))
    }

    /// What past deployments say of risk.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn get_risk_history(&self) -> Result<RiskHistory, ClientError> {
        self.json(&self.get(&["v1", "policy", "risk-history"], &[]))
    }

    /// Checks a bundle and runs its test cases on the server.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn check_policy(&self, request: &PolicyCheckRequest) -> Result<PolicyCheck, ClientError> {
        self.json(&self.post(&["v1", "policy", "check"], request)?)
    }

    /// Proposals nobody decided on, oldest first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_policy_proposals(&self) -> Result<Vec<PolicyProposal>, ClientError> {
        self.all(&["v1", "policy", "proposals"])
    }

    /// Proposals that were decided on, newest decision first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_decided_proposals(&self) -> Result<Vec<PolicyProposal>, ClientError> {
        self.all_where(&["v1", "policy", "proposals"], &[("state", "decided")])
    }

    /// Proposes a bundle.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn propose_policy(
        &self,
        request: &PolicyProposalRequest,
    ) -> Result<PolicyProposal, ClientError> {
        self.json(&self.post(&["v1", "policy", "proposals"], request)?)
    }

    /// Proposes a bundle again that was live before.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn revert_policy(
        &self,
        request: &PolicyRevertRequest,
    ) -> Result<PolicyProposal, ClientError> {
        self.json(&self.post(&["v1", "policy", "revert"], request)?)
    }

    /// Makes a proposed bundle live, at once or after a delay.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn activate_policy(
        &self,
        digest: &str,
        reason: &str,
    ) -> Result<PolicyProposal, ClientError> {
        let path = ["v1", "policy", "proposals", digest, "activation"];
        self.json(&self.post(&path, &because(reason))?)
    }

    /// Turns a proposed bundle down.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn decline_policy(
        &self,
        digest: &str,
        reason: &str,
    ) -> Result<PolicyProposal, ClientError> {
        let path = ["v1", "policy", "proposals", digest, "decline"];
        self.json(&self.post(&path, &because(reason))?)
    }

    /// A dry run: what would policy say about this change?
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn explain_policy(
        &self,
        request: &PolicyExplainRequest,
    ) -> Result<PolicyExplanation, ClientError> {
        self.json(&self.post(&["v1", "policy", "explain"], request)?)
    }

    /// Runs drills with the people there are.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn drill_policy(&self, request: &PolicyDrillRequest) -> Result<PolicyDrills, ClientError> {
        self.json(&self.post(&["v1", "policy", "drills"], request)?)
    }

    /// Spans in which live policy was weaker than before or after, the newest first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_policy_windows(&self) -> Result<Vec<PolicyWindow>, ClientError> {
        self.all(&["v1", "policy", "windows"])
    }

    /// One slice of what was approved in such a span that a neighbour would have asked more for.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn get_policy_window_changes(
        &self,
        number: u32,
        cursor: Option<&str>,
    ) -> Result<PolicyWindowChanges, ClientError> {
        let query = [("cursor", cursor.map(str::to_owned))];
        let number = number.to_string();
        self.json(&self.get(&["v1", "policy", "windows", &number, "changes"], &query))
    }

    /// Goes on with a replay of history; the same request again, until it is done.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn replay_policy(
        &self,
        request: &PolicyReplayRequest,
    ) -> Result<PolicyReplay, ClientError> {
        self.json(&self.post(&["v1", "policy", "replays"], request)?)
    }

    /// Has a proposal run beside the live bundle.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn start_shadow(&self, digest: &str) -> Result<Shadow, ClientError> {
        let path = ["v1", "policy", "proposals", digest, "shadow"];
        self.json(&self.post(&path, &json!({}))?)
    }

    /// Takes a shadow out again.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn stop_shadow(&self, digest: &str) -> Result<Shadow, ClientError> {
        let path = ["v1", "policy", "proposals", digest, "shadow", "stop"];
        self.json(&self.post(&path, &json!({}))?)
    }

    /// What the shadow of a proposal found, or the last one; the same request again, until it is done.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn get_shadow(&self, proposal: Option<&str>) -> Result<ShadowReport, ClientError> {
        let query = [("proposal", proposal.map(str::to_owned))];
        self.json(&self.get(&["v1", "policy", "shadow"], &query))
    }
}
