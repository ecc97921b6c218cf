//! Findings, and what record-only gates let through.

use api_types::findings::{AcknowledgementOfFinding, Finding, LetThroughReport};

use crate::changes::because;
use crate::{Client, ClientError};

impl Client {
    /// All findings, newest first.
    ///
    /// # Errors
    /// See [`ClientError`]; so for all operations.
    pub fn list_findings(&self) -> Result<Vec<Finding>, ClientError> {
        self.all(&["v1", "findings"])
    }

    /// What would have been stopped, had every gate enforced.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn report_let_through(&self) -> Result<LetThroughReport, ClientError> {
        self.json(&self.get(&["v1", "findings", "let-through"], &[]))
    }

    /// Says that the caller deals with a finding.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn acknowledge_finding(&self, finding: &str) -> Result<Finding, ClientError> {
        let path = ["v1", "findings", finding, "acknowledgement"];
        self.json(&self.post(&path, &AcknowledgementOfFinding {})?)
    }

    /// Resolves a finding.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn resolve_finding(&self, finding: &str, reason: &str) -> Result<Finding, ClientError> {
        let path = ["v1", "findings", finding, "resolution"];
        self.json(&self.post(&path, &because(reason))?)
    }
}
