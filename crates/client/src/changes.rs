//! Changes, votes and holds; the inbox.

use api_types::Page;
use api_types::automation::ObjectionRequest;
use api_types::briefings::{AcknowledgementRequest, Briefing};
use api_types::bulk_approvals::{BulkApproval, BulkApprovalRequest};
use api_types::changes::{
    Change, ChangeRequest, ChangeSummary, ChangesQuery, ClosureRequest, ReasonRequest,
    RevisionRequest, SubmissionRequest, TimelineEntry,
};
use api_types::inbox::Inbox;
use api_types::votes::{VoteReceipt, VoteRequest};

use crate::{Client, ClientError};

impl Client {
    /// Asks for a change.
    ///
    /// # Errors
    /// See [`ClientError`]; so for all operations.
    pub fn create_change(&self, request: &ChangeRequest) -> Result<Change, ClientError> {
        self.json(&self.post(&["v1", "changes"], request)?)
    }

    /// One page of changes.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_changes(&self, query: &ChangesQuery) -> Result<Page<ChangeSummary>, ClientError> {
        let query = [
            ("state", query.state.clone()),
            ("service", query.service.clone()),
            ("environment", query.environment.clone()),
            ("kind", query.kind.clone()),
            ("risk_level", query.risk_level.clone()),
            ("requester", query.requester.clone()),
            ("text", query.text.clone()),
            ("limit", query.limit.map(|n| n.to_string())),
            ("cursor", query.cursor.clone()),
        ];
        self.json(&self.get(&["v1", "changes"], &query))
    }

    /// A change by id or number.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn get_change(&self, change: &str) -> Result<Change, ClientError> {
        self.json(&self.get(&["v1", "changes", change], &[]))
    }

    /// Makes a new revision.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn revise_change(
        &self,
        change: &str,
        request: &RevisionRequest,
    ) -> Result<Change, ClientError> {
        self.json(&self.post(&["v1", "changes", change, "revisions"], request)?)
    }

    /// Hands a draft in.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn submit_change(
        &self,
        change: &str,
        request: &SubmissionRequest,
    ) -> Result<Change, ClientError> {
        self.json(&self.post(&["v1", "changes", change, "submission"], request)?)
    }

    /// Votes.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn record_vote(
        &self,
        change: &str,
        request: &VoteRequest,
    ) -> Result<VoteReceipt, ClientError> {
        self.json(&self.post(&["v1", "changes", change, "votes"], request)?)
    }

    /// Approves several changes of one template in one step.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn approve_in_bulk(
        &self,
        request: &BulkApprovalRequest,
    ) -> Result<BulkApproval, ClientError> {
        self.json(&self.post(&["v1", "bulk-approvals"], request)?)
    }

    /// What the caller, who is asked to decide, is shown in plain words.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn get_briefing(&self, change: &str) -> Result<Briefing, ClientError> {
        self.json(&self.get(&["v1", "changes", change, "briefing"], &[]))
    }

    /// Puts on the record that the caller opened their briefing.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn open_briefing(&self, change: &str) -> Result<Briefing, ClientError> {
        let path = ["v1", "changes", change, "briefing", "openings"];
        self.json(&self.post(&path, &serde_json::json!({}))?)
    }

    /// Confirms the sentences of the caller's roles.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn acknowledge_briefing(
        &self,
        change: &str,
        request: &AcknowledgementRequest,
    ) -> Result<Briefing, ClientError> {
        let path = ["v1", "changes", change, "briefing", "acknowledgements"];
        self.json(&self.post(&path, request)?)
    }

    /// Places a hold.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn hold_change(&self, change: &str, reason: &str) -> Result<Change, ClientError> {
        self.json(&self.post(&["v1", "changes", change, "holds"], &because(reason))?)
    }

    /// Objects to what rules do by themselves.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn object_to_change(
        &self,
        change: &str,
        request: &ObjectionRequest,
    ) -> Result<Change, ClientError> {
        self.json(&self.post(&["v1", "changes", change, "objections"], request)?)
    }

    /// Lifts a hold.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn release_hold(
        &self,
        change: &str,
        hold: &str,
        reason: &str,
    ) -> Result<Change, ClientError> {
        let path = ["v1", "changes", change, "holds", hold, "release"];
        self.json(&self.post(&path, &because(reason))?)
    }

    /// Takes a change back.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn withdraw_change(&self, change: &str, reason: &str) -> Result<Change, ClientError> {
        self.json(&self.post(&["v1", "changes", change, "withdrawal"], &because(reason))?)
    }

    /// Closes a change with its review.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn close_change(
        &self,
        change: &str,
        request: &ClosureRequest,
    ) -> Result<Change, ClientError> {
        self.json(&self.post(&["v1", "changes", change, "closure"], request)?)
    }

    /// One page of what happened to a change.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn get_timeline(
        &self,
        change: &str,
        cursor: Option<&str>,
    ) -> Result<Page<TimelineEntry>, ClientError> {
        let query = [("cursor", cursor.map(str::to_owned))];
        self.json(&self.get(&["v1", "changes", change, "timeline"], &query))
    }

    /// What waits for the caller.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn inbox(&self) -> Result<Inbox, ClientError> {
        self.json(&self.get(&["v1", "inbox"], &[]))
    }
}

pub(crate) fn because(reason: &str) -> ReasonRequest {
    ReasonRequest { reason: reason.to_owned() }
}
