//! Alignment sessions, and what a Change Advisory Board looks at.

use api_types::alignments::{
    Alignment, AlignmentCancellationRequest, AlignmentMoveRequest, AlignmentRequest, Cab,
    ClosingRequest, ConcernAnswerRequest, ConcernRequest, ConclusionRequest,
};

use crate::{Client, ClientError};

impl Client {
    /// All sessions, newest first.
    ///
    /// # Errors
    /// See [`ClientError`]; so for all operations.
    pub fn list_alignments(&self) -> Result<Vec<Alignment>, ClientError> {
        self.all(&["v1", "alignments"])
    }

    /// A session.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn get_alignment(&self, alignment: &str) -> Result<Alignment, ClientError> {
        self.json(&self.get(&["v1", "alignments", alignment], &[]))
    }

    /// Opens a session.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn open_alignment(&self, request: &AlignmentRequest) -> Result<Alignment, ClientError> {
        self.json(&self.post(&["v1", "alignments"], request)?)
    }

    /// Gives a session another time.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn move_alignment(
        &self,
        alignment: &str,
        request: &AlignmentMoveRequest,
    ) -> Result<Alignment, ClientError> {
        self.json(&self.post(&["v1", "alignments", alignment, "moves"], request)?)
    }

    /// Cancels a session.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn cancel_alignment(
        &self,
        alignment: &str,
        reason: &str,
    ) -> Result<Alignment, ClientError> {
        let request = AlignmentCancellationRequest { reason: reason.to_owned() };
        self.json(&self.post(&["v1", "alignments", alignment, "cancellation"], &request)?)
    }

    /// Raises a concern.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn raise_concern(
        &self,
        alignment: &str,
        request: &ConcernRequest,
    ) -> Result<Alignment, ClientError> {
        self.json(&self.post(&["v1", "alignments", alignment, "concerns"], request)?)
    }

    /// Answers a concern.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn answer_concern(
        &self,
        alignment: &str,
        number: u32,
        answer: &str,
    ) -> Result<Alignment, ClientError> {
        let number = number.to_string();
        let path = ["v1", "alignments", alignment, "concerns", &number, "answer"];
        let request = ConcernAnswerRequest { answer: answer.to_owned() };
        self.json(&self.post(&path, &request)?)
    }

    /// Says what came out for a change.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn conclude_alignment(
        &self,
        alignment: &str,
        request: &ConclusionRequest,
    ) -> Result<Alignment, ClientError> {
        self.json(&self.post(&["v1", "alignments", alignment, "outcomes"], request)?)
    }

    /// Closes a session.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn close_alignment(&self, alignment: &str) -> Result<Alignment, ClientError> {
        self.json(&self.post(&["v1", "alignments", alignment, "closure"], &ClosingRequest {})?)
    }

    /// What a board looks at next.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn get_cab(&self) -> Result<Cab, ClientError> {
        self.json(&self.get(&["v1", "cab"], &[]))
    }
}
