//! Why policy waits before it is live, and the way back.

use crate::view::{Digest, FormErrors, Moment};

/// What is said of a proposal that may ask for less than the live bundle.
#[derive(Debug, Clone, Default)]
pub struct Delay {
    /// When it goes live, or how long it would wait.
    pub says: String,
    /// In which ways it may ask for less.
    pub weaker: Vec<String>,
}

/// The form to propose the bundle again that was live before. Posts to `/policy/revert`.
#[derive(Debug, Clone, Default)]
pub struct RevertForm {
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
    /// That bundle.
    pub digest: Digest,
    /// Until when it was live.
    pub until: Moment,
    /// Field `reason`.
    pub reason: String,
    /// Field `reason`.
    pub errors: FormErrors,
}
