//! Idempotency keys: the same request again gets the same answer, and is carried out once (C04–C07).
//!
//! The first thing a keyed request records takes its key in the same transaction. So nothing is done
//! whose key is free, whenever the node stops and whichever node the request comes to again. The
//! answer is kept afterwards; where it was lost, the key still says what was recorded (ADR 0006).

use std::cell::Cell;
use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::{
    Append, Commit, IdempotencyRow, KeptAnswer, KeyedOutcome, KeyedRequest, StoreError, Write,
};

use crate::principal::Principal;
use crate::text::hex;
use crate::{App, AppError};

/// How long a key is taken, in hours.
pub const KEPT_HOURS: i64 = 24;

/// How long an answer is waited for that another node may be about to keep.
const ANSWERED_WITHIN: Duration = Duration::from_secs(1);
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(20);

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
    Answered(KeptAnswer),
    /// The same request was carried out, beginning with this entry; its answer was not kept.
    Recorded(u64),
    /// Another request used this key.
    Mismatch,
}

/// Who took the key of a request while it was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyTaken {
    /// Nobody: nothing was recorded.
    ByNobody,
    /// This request, with what it recorded.
    ByThis,
    /// The same request on another node, which was faster. Nothing was recorded here.
    ByAnother,
}

/// A keyed request that is being carried out.
struct UnderWay {
    request: RequestKey,
    taken: Cell<KeyTaken>,
}

tokio::task_local! {
    static UNDER_WAY: UnderWay;
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

    fn at(&self, stored_at: Timestamp) -> Box<KeyedRequest> {
        Box::new(KeyedRequest {
            principal: self.principal.clone(),
            key: self.key.clone(),
            request_hash: self.request_hash.clone(),
            stored_at,
        })
    }
}

impl App {
    /// Carries a request out. The first thing that `act` records takes its key.
    pub async fn keyed<T>(
        &self,
        request: &RequestKey,
        act: impl Future<Output = T>,
    ) -> (T, KeyTaken) {
        let under_way = UnderWay { request: request.clone(), taken: Cell::new(KeyTaken::ByNobody) };
        let act = async {
            let value = act.await;
            (value, UNDER_WAY.with(|under_way| under_way.taken.get()))
        };
        UNDER_WAY.scope(under_way, act).await
    }

    /// Appends; every action of a request comes through here. What a keyed request records first
    /// takes its key.
    pub(crate) async fn append(&self, mut append: Append) -> Result<Commit, StoreError> {
        let free = |u: &UnderWay| {
            let free = u.taken.get() == KeyTaken::ByNobody;
            free.then(|| u.request.at(self.ports.now()))
        };
        let request =
            UNDER_WAY.try_with(free).ok().flatten().filter(|_| !append.entries.is_empty());
        let Some(request) = request else { return self.store.append(append).await };
        append.writes.push(Write::TakeKey { request, answer: None });
        let appended = self.store.append(append).await;
        let taken = match &appended {
            Ok(_) => KeyTaken::ByThis,
            Err(StoreError::DuplicateKey) => KeyTaken::ByAnother,
            Err(_) => KeyTaken::ByNobody,
        };
        UNDER_WAY.with(|under_way| under_way.taken.set(taken));
        appended
    }

    /// What is known of a request's key. Where the answer is not kept yet, another node may be about
    /// to keep it: that is waited for, shortly.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn earlier_answer(&self, request: &RequestKey) -> Result<Earlier, AppError> {
        let deadline = tokio::time::Instant::now() + ANSWERED_WITHIN;
        loop {
            let found = self.look_up(request).await?;
            let open = matches!(found, Earlier::Recorded(_));
            if !open || tokio::time::Instant::now() >= deadline {
                return Ok(found);
            }
            tokio::time::sleep(LOOK_AGAIN_AFTER).await;
        }
    }

    async fn look_up(&self, request: &RequestKey) -> Result<Earlier, AppError> {
        let found = self.store.idempotency(&request.principal, &request.key).await?;
        let now = self.ports.now();
        let kept = |row: &IdempotencyRow| {
            let age = now.duration_since(row.request.stored_at);
            age < jiff::SignedDuration::from_hours(KEPT_HOURS)
        };
        Ok(match found.filter(kept) {
            None => Earlier::None,
            Some(row) if row.request.request_hash != request.request_hash => Earlier::Mismatch,
            Some(IdempotencyRow { outcome: KeyedOutcome::Answered(answer), .. }) => {
                Earlier::Answered(answer)
            }
            Some(IdempotencyRow { outcome: KeyedOutcome::Recorded { first_index }, .. }) => {
                Earlier::Recorded(first_index)
            }
        })
    }

    /// Takes the key of a request that recorded nothing, with its answer. When another request with
    /// the key was faster, its answer stands and is returned.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn take_key(
        &self,
        request: &RequestKey,
        answer: KeptAnswer,
    ) -> Result<Earlier, AppError> {
        let write = Write::TakeKey { request: request.at(self.ports.now()), answer: Some(answer) };
        match self.store.write(vec![write]).await {
            Ok(()) => Ok(Earlier::None),
            Err(StoreError::DuplicateKey) => self.earlier_answer(request).await,
            Err(other) => Err(other.into()),
        }
    }

    /// Keeps the answer to a request that took its key when it was carried out.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn keep_answer(
        &self,
        request: &RequestKey,
        answer: KeptAnswer,
    ) -> Result<(), AppError> {
        let request = request.at(self.ports.now());
        Ok(self.store.write(vec![Write::KeepAnswer { request, answer }]).await?)
    }
}
