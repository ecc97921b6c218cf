//! Why a use case did not do what was asked.

use domain::change::Inconsistent;
use domain::explanation::Explanation;
use domain::refusal::Refusal;
use jiff::Timestamp;
use store::StoreError;

/// The one error of every use case.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppError {
    /// The rules say no.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// Policy says no to what was handed in, with its reasons.
    #[error("{refusal}")]
    RefusedByPolicy {
        /// The fields.
        refusal: Refusal,
        /// The reasons.
        reasons: Box<Explanation>,
    },
    /// Nobody is signed in, or the credentials are wrong.
    #[error("{reason}")]
    Unauthenticated {
        /// Stable code.
        code: &'static str,
        /// Why, without saying what exists.
        reason: String,
    },
    /// An identity provider does not answer, so nobody can come in through it.
    #[error("{title} does not answer: {reason}")]
    ProviderUnavailable {
        /// What people call it.
        title: String,
        /// What happened.
        reason: String,
    },
    /// A token may not be used for this.
    #[error("this token may not {action}")]
    OutOfScope {
        /// What was asked.
        action: &'static str,
    },
    /// A policy bundle has errors.
    #[error("the policy bundle has errors")]
    Bundle {
        /// Rendered diagnostics with carets.
        diagnostics: Vec<policy::Diagnostic>,
    },
    /// A policy bundle fails its own test cases.
    #[error("{} of the bundle's own test cases fail", failures.len())]
    BundleCases {
        /// Each case and what policy says instead.
        failures: Vec<policy::CaseResult>,
    },
    /// No policy bundle is live (D01).
    #[error("no policy bundle is live, so nothing can be allowed")]
    NoPolicy,
    /// No proposal ever ran as a shadow.
    #[error("no proposal ever ran as a shadow, so there is nothing to report")]
    NoShadow,
    /// The database.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// Stored data can't be read as what it must be.
    #[error("stored data is damaged: {reason}")]
    Damaged {
        /// What and where.
        reason: String,
    },
    /// Somebody asked for too many changes in an hour (G10).
    #[error(
        "you asked for as many changes within an hour as may be ({limit}); the next one fits at \
         {retry_at:.0}; an emergency never waits"
    )]
    TooManyRequests {
        /// So many an hour.
        limit: u32,
        /// When the next one fits.
        retry_at: Timestamp,
        /// Seconds until then.
        retry_after: u64,
    },
    /// Too many others changed the same thing at the same time.
    #[error("too many others changed this at the same time")]
    Contended,
}

impl From<Inconsistent> for AppError {
    fn from(error: Inconsistent) -> Self {
        Self::Damaged { reason: error.to_string() }
    }
}

impl AppError {
    /// Damage, in words.
    pub(crate) fn damaged(reason: impl std::fmt::Display) -> Self {
        Self::Damaged { reason: reason.to_string() }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Refused(refusal) | Self::RefusedByPolicy { refusal, .. } => refusal.code(),
            Self::Unauthenticated { code, .. } => code,
            Self::ProviderUnavailable { .. } => "provider_unavailable",
            Self::OutOfScope { .. } => "out_of_scope",
            Self::Bundle { .. } => "bundle_invalid",
            Self::BundleCases { .. } => "bundle_cases_fail",
            Self::NoPolicy => "no_policy",
            Self::NoShadow => "no_shadow",
            Self::Store(StoreError::DuplicateKey) => "idempotency_race",
            Self::Store(StoreError::Late) => "expired",
            Self::Store(_) => "store_unavailable",
            Self::Damaged { .. } => "damaged",
            Self::TooManyRequests { .. } => "too_many_requests",
            Self::Contended => "contended",
        }
    }
}
