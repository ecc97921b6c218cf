//! A small demo, played into a folder of its own and looked at from all sides.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::App;
use app::ports::{Clock, Ports, Random};
use domain::change::Change;
use domain::duties::Duties;
use jiff::Timestamp;
use ledger::note::SigningKey;
use store::ChangeFilter;
use store_sqlite::SqliteStore;
use tempfile::TempDir;

use super::{DemoClock, Seeding, credentials, sample, seed};

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        "2026-11-22T20:00:00Z".parse().unwrap()
    }
}

struct Os;

impl Random for Os {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).unwrap();
    }
}

struct Played {
    dir: TempDir,
    app: Arc<App>,
    changes: Vec<Arc<Change>>,
}

async fn played(changes: usize, lanes: usize) -> Played {
    let dir = TempDir::new().unwrap();
    let clock = Arc::new(DemoClock::new(Arc::new(Fixed)));
    clock.set(super::begin(Fixed.now()));
    let asked = clock.clone();
    let key = SigningKey::from_seed("demo.example/log", &[7; 32]).unwrap();
    let verifier = key.verifier();
    let store = SqliteStore::open(dir.path(), key, Arc::new(move || asked.now())).unwrap();
    let ports = Ports { clock: clock.clone(), random: Arc::new(Os) };
    let app = App::open(Arc::new(store), ports).await.unwrap();
    app.begin_ledger(&verifier).await.unwrap();
    let mut made = 0;
    let seeding = Seeding { data: dir.path(), changes, lanes, progress: &mut |n| made = n };
    seed(&app, &clock, seeding).await.unwrap();
    assert!(made > 0);
    let changes = all_changes(&app).await;
    Played { dir, app, changes }
}

async fn all_changes(app: &App) -> Vec<Arc<Change>> {
    let mut changes = Vec::new();
    let mut before_number = None;
    loop {
        let filter = ChangeFilter { limit: 200, before_number, ..ChangeFilter::default() };
        let page = app.store().changes(&filter).await.unwrap();
        for summary in &page.items {
            changes.push(app.load_change(&summary.id).await.unwrap().0);
        }
        before_number = page.items.last().map(|c| c.number.0);
        if !page.more {
            return changes;
        }
    }
}

fn states(changes: &[Arc<Change>]) -> BTreeMap<&'static str, usize> {
    let mut states = BTreeMap::new();
    for change in changes {
        *states.entry(change.state.name().as_str()).or_default() += 1;
    }
    states
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_is_sound_and_full_of_life() {
    let Played { dir, app, changes } = played(120, 16).await;
    let damages = app.store().check().await.unwrap();
    assert!(damages.is_empty(), "{damages:#?}");
    let rebuilt = app.rebuild_read_models(|_| {}).await.unwrap();
    assert!(rebuilt.differences.is_empty(), "{:#?}", rebuilt.differences);

    let states = states(&changes);
    for wanted in ["draft", "awaiting_approval", "approved", "completed", "closed", "rejected"] {
        assert!(states.contains_key(wanted), "no change is {wanted}: {states:?}");
    }
    let deployed = changes.iter().filter(|c| !c.deployments.is_empty()).count();
    assert!(deployed * 10 > changes.len() * 6, "{deployed} of {}: {states:?}", changes.len());

    let live = app.live();
    for change in &changes {
        let duties = Duties::of(change, &live.directory);
        for vote in &change.votes {
            assert!(duties.hands_of(&vote.person, vote.at).is_empty(), "{}", change.number);
        }
    }
    for file in ["app.bin", "ready.bin", "deploy.sh"] {
        assert!(dir.path().join(sample::FOLDER).join(file).exists(), "{file}");
    }
    check_credentials(&app, dir.path()).await;
}

async fn check_credentials(app: &App, data: &std::path::Path) {
    let found = credentials::read(data).unwrap().unwrap();
    let roles: Vec<_> = found.iter().map(|c| c.role.as_str()).collect();
    assert_eq!(
        roles,
        [
            "requester",
            "owner",
            "approver",
            "security",
            "compliance",
            "cab",
            "auditor",
            "admin",
            "policy-author",
            "pipeline"
        ]
    );
    for credential in &found {
        let principal = app.bearer(&credential.token).unwrap();
        assert_eq!(principal.actor.person().is_some(), credential.role != "pipeline");
        if let (Some(user), Some(password)) = (&credential.user_name, &credential.password) {
            app.sign_in(user, password).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_of_a_demo_is_in_the_order_of_time() {
    let Played { app, .. } = played(20, 1).await;
    let entries = app.store().entries(0, 10_000).await.unwrap();
    let times: Vec<_> = entries.iter().map(|e| App::read_entry(e).unwrap().time).collect();
    assert!(times.is_sorted(), "an entry is older than the one before it");
    assert!(times.last() <= Some(&Fixed.now()));
}
