//! Sealed overrides.

use api_types::sealed::{
    IssuedSealedOverride, Reconciliation, ReconciliationRequest, SealedOverride,
    SealedOverrideRequest, SealedRevocationRequest,
};

use crate::{Client, ClientError};

impl Client {
    /// All sealed overrides, newest first.
    ///
    /// # Errors
    /// See [`ClientError`]; so for all operations.
    pub fn list_sealed_overrides(&self) -> Result<Vec<SealedOverride>, ClientError> {
        self.all(&["v1", "sealed-overrides"])
    }

    /// Issues a sealed override; the halves of its code are in the answer and nowhere else.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn issue_sealed_override(
        &self,
        request: &SealedOverrideRequest,
    ) -> Result<IssuedSealedOverride, ClientError> {
        self.json(&self.post(&["v1", "sealed-overrides"], request)?)
    }

    /// Revokes a sealed override.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn revoke_sealed_override(
        &self,
        id: &str,
        request: &SealedRevocationRequest,
    ) -> Result<SealedOverride, ClientError> {
        self.json(&self.post(&["v1", "sealed-overrides", id, "revocation"], request)?)
    }

    /// Hands in the record that a machine kept while no server answered.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn reconcile_sealed_overrides(
        &self,
        request: &ReconciliationRequest,
    ) -> Result<Reconciliation, ClientError> {
        self.json(&self.post(&["v1", "sealed-overrides", "reconciliation"], request)?)
    }
}
