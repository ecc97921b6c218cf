//! Overrides and their reviews.

use api_types::changes::Change;
use api_types::overrides::{OverrideRequest, OverrideReviewRequest, OverrideSummary};

use crate::{Client, ClientError};

impl Client {
    /// Opens the gate once for an emergency change, without its approvals.
    ///
    /// # Errors
    /// See [`ClientError`]; so for all operations.
    pub fn open_override(
        &self,
        change: &str,
        request: &OverrideRequest,
    ) -> Result<Change, ClientError> {
        self.json(&self.post(&["v1", "changes", change, "overrides"], request)?)
    }

    /// Reviews an override.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn review_override(
        &self,
        change: &str,
        of: &str,
        request: &OverrideReviewRequest,
    ) -> Result<Change, ClientError> {
        self.json(&self.post(&["v1", "changes", change, "overrides", of, "review"], request)?)
    }

    /// All overrides, newest first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_overrides(&self) -> Result<Vec<OverrideSummary>, ClientError> {
        self.all(&["v1", "overrides"])
    }
}
