//! Idempotency keys: the same request again gets the same answer (C04–C07).

use sha2::{Digest, Sha256};
use store::{IdempotencyRow, StoreError, Write};

use crate::principal::Principal;
use crate::text::hex;
use crate::{App, AppError};

/// How long an answer is kept, in hours.
pub const KEPT_HOURS: i64 = 24;

/// A request with an idempotency key, of one principal.
#[derive(Debug, Clone)]
pub struct RequestKey {
    principal: String,
    key: String,
    request_hash: String,
}

/// What is known of a key.
#[derive(Debug, Clone)]
pub enum Earlier {
    /// Nothing: go on.
    None,
    /// The same request was answered with this.
    Answered(IdempotencyRow),
    /// Another request used this key.
    Mismatch,
}

impl RequestKey {
    /// The key of a request, and what identifies the request.
    #[must_use]
    pub fn new(principal: &Principal, key: &str, method: &str, path: &str, body: &[u8]) -> Self {
        let mut hash = Sha256::new();
        for part in [method.as_bytes(), path.as_bytes(), body] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        Self {
            principal: principal.id().to_owned(),
            key: key.to_owned(),
            request_hash: hex(&hash.finalize()),
        }
    }
}

impl App {
    /// What is known of a request's key.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn earlier_answer(&self, request: &RequestKey) -> Result<Earlier, AppError> {
        let found = self.store.idempotency(&request.principal, &request.key).await?;
        let now = self.ports.now();
        let kept = |row: &IdempotencyRow| {
            now.duration_since(row.stored_at) < jiff::SignedDuration::from_hours(KEPT_HOURS)
        };
        Ok(match found.filter(kept) {
            None => Earlier::None,
            Some(row) if row.request_hash == request.request_hash => Earlier::Answered(row),
            Some(_) => Earlier::Mismatch,
        })
    }

    /// Keeps the answer to a request. When another request with the key was faster, its answer
    /// stands and is returned.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn keep_answer(
        &self,
        request: &RequestKey,
        status: u16,
        body: &str,
    ) -> Result<Earlier, AppError> {
        let row = IdempotencyRow {
            principal: request.principal.clone(),
            key: request.key.clone(),
            request_hash: request.request_hash.clone(),
            status,
            body: body.to_owned(),
            stored_at: self.ports.now(),
        };
        match self.store.write(vec![Write::Idempotency(Box::new(row))]).await {
            Ok(()) => Ok(Earlier::None),
            Err(StoreError::DuplicateKey) => self.earlier_answer(request).await,
            Err(other) => Err(other.into()),
        }
    }
}
