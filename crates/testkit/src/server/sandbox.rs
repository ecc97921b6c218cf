//! A sandbox of a test's server: a copy on a clock of its own, with a key of its own.

use std::sync::Arc;

use app::App;
use app::notify::Channels;
use app::ports::{Clock as _, Ports};
use app::sandbox::Source;
use jiff::Timestamp;
use ledger::note::SigningKey;
use server::{AppState, Sandbox, Server, Settings};
use store::Store;
use store_sqlite::SqliteStore;
use tempfile::TempDir;

use super::TestServer;
use crate::clock::{ManualClock, SeededRandom};
use crate::organisation::PASSWORD;

#[expect(clippy::expect_used, reason = "a test without its sandbox must stop and say why")]
impl TestServer {
    /// A sandbox of this server, which begins now. Its actors are the same people; their tokens are not
    /// copied, and everybody signs in with [`PASSWORD`].
    ///
    /// # Panics
    /// It can't be made.
    pub async fn sandbox(&self) -> Self {
        let dir = TempDir::new().expect("a folder");
        let clock = ManualClock::at(self.clock.now());
        let key = SigningKey::from_seed("sandbox-7e57", &[5; 32]).expect("a key");
        let now: store::Now = {
            let clock = clock.clone();
            Arc::new(move || clock.now())
        };
        let store = SqliteStore::open(dir.path(), key.clone(), now).expect("a store");
        let store: Arc<dyn Store> = Arc::new(store);
        let random = Arc::new(SeededRandom::new(8));
        let ports = Ports { clock: Arc::new(clock.clone()), random };
        let app = App::open(store.clone(), ports).await.expect("the use cases");
        let source = Source::Store(self.store.as_ref());
        let of = app.fill_sandbox(&key.verifier(), source, |_, _| {}).await.expect("a copy");
        let password = app.hash_password(PASSWORD).await.expect("a password hash");
        let people = app.open_sandbox_to(&password).await.expect("people");
        assert!(!people.is_empty(), "nobody to play");
        let sandbox = Some(Arc::new(Sandbox { of, clock: Arc::new(clock.clone()) }));
        let settings =
            Settings { sandbox, channels: Channels::default(), ..Settings::local(key.verifier()) };
        let state = AppState::new(app.clone(), settings);
        let who = self.who.clone();
        Self {
            app,
            server: Server::new(state.clone()),
            state,
            clock,
            who,
            store,
            dir,
            database: None,
        }
    }

    /// Moves the clock of this sandbox.
    ///
    /// # Panics
    /// It goes back, or something that is due fails.
    pub async fn play_until(&self, until: Timestamp) -> usize {
        self.app.play_until(&self.clock, until).await.expect("the clock moves").moved
    }
}
