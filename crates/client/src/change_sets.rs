//! Change sets.

use api_types::Page;
use api_types::change_sets::{ChangeSet, ChangeSetRequest, ChangeSetSummary, ChangeSetsQuery};

use crate::{Client, ClientError};

impl Client {
    /// Asks for several changes together.
    ///
    /// # Errors
    /// See [`ClientError`]; so for all operations.
    pub fn create_change_set(&self, request: &ChangeSetRequest) -> Result<ChangeSet, ClientError> {
        self.json(&self.post(&["v1", "change-sets"], request)?)
    }

    /// One page of change sets.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_change_sets(
        &self,
        query: &ChangeSetsQuery,
    ) -> Result<Page<ChangeSetSummary>, ClientError> {
        let query = [
            ("open", query.open.map(|open| open.to_string())),
            ("limit", query.limit.map(|n| n.to_string())),
            ("cursor", query.cursor.clone()),
        ];
        self.json(&self.get(&["v1", "change-sets"], &query))
    }

    /// A change set.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn get_change_set(&self, set: &str) -> Result<ChangeSet, ClientError> {
        self.json(&self.get(&["v1", "change-sets", set], &[]))
    }
}
