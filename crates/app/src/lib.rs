//! The use cases: load facts, decide purely (ring 0), append what was decided.
//!
//! One file an action. This crate never sees SQL, HTTP or an adapter; the time and random bits come
//! through [`ports`].
#![deny(missing_docs)]

pub mod access;
mod asking;
mod audit;
pub mod backup;
pub mod change;
pub mod drills;
mod error;
mod facts;
pub mod feasibility;
mod idempotency;
mod journal;
pub mod ledger;
mod memory;
pub mod notify;
pub mod organisation;
mod pasts;
pub mod policies;
pub mod ports;
mod precedents;
pub mod principal;
pub mod projection;
pub mod rebuild;
pub mod replay;
pub mod sandbox;
pub mod shadow;
pub mod signing;
pub mod text;

pub use asking::Advanced;
pub use audit::{RISK_HISTORY_DAYS, Raised};
pub use error::AppError;
pub use facts::{ChangeFacts, Live};
pub use idempotency::{Earlier, KeyTaken, RequestKey};
pub use journal::Recorded;
pub use policies::PolicyState;
pub use store::KeptAnswer;

use std::sync::Arc;

use parking_lot::RwLock;
use store::Store;

use ports::Ports;

/// All use cases of one organisation, on one store.
pub struct App {
    store: Arc<dyn Store>,
    ports: Ports,
    live: RwLock<Arc<Live>>,
    changes: memory::ChangeCache,
    assessments: memory::AssessmentCache,
    notify: RwLock<(Arc<notify::NotificationSettings>, Arc<notify::Outlets>)>,
    asking: asking::AskingState,
    plans: change::PlanWatch,
    request_limit: std::sync::OnceLock<u32>,
    argon2_slots: tokio::sync::Semaphore,
    replay: replay::ReplaySlot,
    judgements: policies::Judgements,
    shadow: shadow::ShadowSlot,
    followed: audit::FollowedSlot,
    providers: std::sync::OnceLock<Vec<Arc<dyn access::IdentityProvider>>>,
    witnessing: std::sync::OnceLock<ledger::Witnessing>,
}

impl App {
    /// Opens the use cases on a store and reads the organisation and policy from its journal.
    ///
    /// # Errors
    /// The journal can't be read.
    pub async fn open(store: Arc<dyn Store>, ports: Ports) -> Result<Arc<Self>, AppError> {
        let app = Self {
            store,
            ports,
            live: RwLock::default(),
            changes: memory::ChangeCache::new(),
            assessments: memory::AssessmentCache::new(),
            notify: RwLock::default(),
            asking: asking::AskingState::default(),
            plans: change::PlanWatch::default(),
            request_limit: std::sync::OnceLock::new(),
            argon2_slots: tokio::sync::Semaphore::new(2),
            replay: replay::ReplaySlot::default(),
            judgements: policies::Judgements::default(),
            shadow: shadow::ShadowSlot::default(),
            followed: audit::FollowedSlot::default(),
            providers: std::sync::OnceLock::new(),
            witnessing: std::sync::OnceLock::new(),
        };
        app.refresh().await?;
        app.refresh_notifications().await?;
        Ok(Arc::new(app))
    }

    /// The store, for reads that need no decision: pages of the ledger, tiles, lists.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// The clock and the random bits.
    #[must_use]
    pub const fn ports(&self) -> &Ports {
        &self.ports
    }

    /// The organisation and policy as last read.
    #[must_use]
    pub fn live(&self) -> Arc<Live> {
        self.live.read().clone()
    }
}
