//! What every request can reach: the use cases, and what the process was started with.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use app::App;
use app::notify::Channels;
use app::text::sha256_hex;
use ledger::note::VerifierKey;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::{Mutex, watch};

use crate::idempotency::InFlight;
use crate::limits::{FeedLimits, SignInLimits};
use crate::sandbox::Sandbox;

/// What the binary decides at start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The key that the log's checkpoints are signed with now.
    pub log_key: VerifierKey,
    /// Where browsers reach the console, if a proxy in front changes the host: `https://host`.
    pub public_url: Option<String>,
    /// Token of the one-time link that makes the first admin.
    pub setup_token: Option<String>,
    /// Version of the binary.
    pub version: &'static str,
    /// Whether cookies are only for HTTPS.
    pub secure_cookies: bool,
    /// What messages leave through.
    pub channels: Channels,
    /// What it is a copy of, and its clock, when a sandbox is served.
    pub sandbox: Option<Arc<Sandbox>>,
    /// Time between two runs of the drills of policy.
    pub drills_every: Duration,
}

impl Settings {
    /// Settings for one port on this machine, without a proxy in front.
    #[must_use]
    pub fn local(log_key: VerifierKey) -> Self {
        Self {
            log_key,
            public_url: None,
            setup_token: None,
            version: env!("CARGO_PKG_VERSION"),
            secure_cookies: false,
            channels: Channels::default(),
            sandbox: None,
            drills_every: Duration::from_secs(24 * 60 * 60),
        }
    }
}

/// Shared by all handlers; cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

/// See [`AppState`].
pub struct Inner {
    /// The use cases.
    pub app: Arc<App>,
    /// What the binary decided.
    pub settings: Settings,
    /// Limits on guessing passwords.
    pub sign_in_limits: SignInLimits,
    /// Limits on reading calendar feeds.
    pub(crate) feed_limits: FeedLimits,
    /// Requests with an idempotency key that are being answered.
    pub(crate) in_flight: InFlight,
    pub(crate) metrics: PrometheusHandle,
    /// SHA-256 (hex) of the setup token, until it was used.
    setup_token_hash: Mutex<Option<String>>,
    stopping: watch::Sender<bool>,
    requests: AtomicU64,
    boot: String,
    jobs_alive: AtomicBool,
}

impl Deref for AppState {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl AppState {
    /// What fetches calendars that people subscribe.
    pub(crate) fn calendars(
        &self,
    ) -> Result<Arc<dyn app::notify::CalendarReader>, crate::ApiError> {
        let reader = self.settings.channels.calendars.clone();
        let why = "this server fetches no calendars; import the file, or enter absences by hand";
        reader.ok_or_else(|| crate::ApiError::field("url", why))
    }

    /// State around the use cases of one organisation.
    #[must_use]
    pub fn new(app: Arc<App>, settings: Settings) -> Self {
        let boot = app.ports().random_hex::<4>();
        // An empty token would open to everybody (D12).
        let token = settings.setup_token.as_deref().filter(|t| !t.is_empty());
        let setup_token_hash = token.map(sha256_hex);
        let settings = Settings { setup_token: None, ..settings };
        Self(Arc::new(Inner {
            app,
            settings,
            sign_in_limits: SignInLimits::default(),
            feed_limits: FeedLimits::default(),
            in_flight: InFlight::default(),
            metrics: crate::ops::metrics::recorder(),
            setup_token_hash: Mutex::new(setup_token_hash),
            stopping: watch::Sender::new(false),
            requests: AtomicU64::new(0),
            boot,
            jobs_alive: AtomicBool::new(true),
        }))
    }
}

impl Inner {
    /// An id for a request, unique among all nodes and starts.
    #[must_use]
    pub(crate) fn next_request_id(&self) -> String {
        let n = self.requests.fetch_add(1, Ordering::Relaxed);
        format!("req_{}-{n:x}", self.boot)
    }

    /// Whether a setup link is out that nobody has used.
    pub async fn setup_is_open(&self) -> bool {
        self.setup_token_hash.lock().await.is_some() && self.app.needs_setup()
    }

    /// Whether this is the token of the setup link. Looks only; [`Inner::set_up`] uses it up.
    pub async fn setup_token_matches(&self, token: &str) -> bool {
        matches(self.setup_token_hash.lock().await.as_deref(), token)
    }

    /// Makes the first admin, if the token is the one of the link. The link works once.
    ///
    /// # Errors
    /// `Ok(None)` for another token; else what the use case says.
    pub async fn set_up(
        &self,
        token: &str,
        admin: app::access::NewAdmin,
    ) -> Result<Option<domain::ids::PersonId>, app::AppError> {
        let mut expected = self.setup_token_hash.lock().await;
        if !matches(expected.as_deref(), token) {
            return Ok(None);
        }
        let person = self.app.set_up(admin).await?;
        *expected = None;
        Ok(Some(person))
    }

    /// Tells long answers (waits, event streams) and jobs to end.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Completes when the server is to stop.
    pub async fn stopped(&self) {
        let mut stopping = self.stopping.subscribe();
        let _ = stopping.wait_for(|stop| *stop).await;
    }

    /// Whether the server is to stop.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    pub(crate) fn jobs_died(&self) {
        self.jobs_alive.store(false, Ordering::Relaxed);
    }

    pub(crate) fn jobs_are_alive(&self) -> bool {
        self.jobs_alive.load(Ordering::Relaxed)
    }
}

/// Compares digests, so the time it takes says nothing about the token.
fn matches(expected: Option<&str>, token: &str) -> bool {
    expected.is_some_and(|hash| crate::csrf::same_text(hash, &sha256_hex(token)))
}
