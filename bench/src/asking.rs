//! Asking at scale: many changes that wait with timers, one tick, one restart, one group that
//! changes. A tick must touch only what is due.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use anyhow::Context as _;
use app::App;
use app::change::NewChange;
use app::ports::{Clock, Ports};
use app::principal::Principal;
use domain::change::Material;
use domain::event::PolicyFile;
use domain::ids::{AccountId, GroupId, PersonId};
use domain::organisation::{
    Account, Criticality, Group, Member, OrganisationEvent, Person, RoleBinding, Service, Status,
};
use domain::private::Private;
use jiff::{SignedDuration, Timestamp};
use store::{Now, Store};
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;
use test_postgres::TestDatabase;

use crate::Scale;
use crate::report::Report;
use crate::site::{self, RealRandom, key};

const APPROVERS: usize = 200;
/// Changes that fall due before all others.
const DUE: usize = 100;

/// A clock that is moved by hand. Begins on a Monday at nine, UTC.
#[derive(Clone)]
struct Moved(Arc<AtomicI64>);

impl Moved {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_767_603_600_000)))
    }

    fn forward(&self, by: SignedDuration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap_or(0), Ordering::SeqCst);
    }
}

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

const RESPONSE: &str = "plans:
  - id: all
    title: All
    within: 1h
    remind: [30m]
    after_hours: true
    steps: [{ after: 1h, widen: 1 }]
";

/// SQLite in a folder beside the build.
pub async fn sqlite(scale: Scale, report: &mut Report) -> anyhow::Result<()> {
    let open = async |now| -> anyhow::Result<(tempfile::TempDir, Arc<dyn Store>)> {
        let dir = tempfile::tempdir_in(".")?;
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(dir.path(), key()?, now)?);
        Ok((dir, store))
    };
    measure("asking", open, scale, report).await
}

/// PostgreSQL on loopback.
pub async fn postgres(scale: Scale, report: &mut Report) -> anyhow::Result<()> {
    let open = async |now| -> anyhow::Result<(TestDatabase, Arc<dyn Store>)> {
        let database = TestDatabase::create()?;
        let store = PostgresStore::connect(&database.url, key()?, now).await?;
        let store: Arc<dyn Store> = Arc::new(store);
        Ok((database, store))
    };
    measure("asking-postgres", open, scale, report).await
}

/// Measures both sizes, each on an empty store that `open` gives with what keeps it, and sets the large
/// one against the small one.
async fn measure<Kept>(
    part: &str,
    open: impl AsyncFn(Now) -> anyhow::Result<(Kept, Arc<dyn Store>)>,
    scale: Scale,
    report: &mut Report,
) -> anyhow::Result<()> {
    let [small, large] = scale.pending;
    let few = run(part, &open, small, report).await?;
    let many = run(part, &open, large, report).await?;
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    let grown = large as f64 / small as f64;
    for (name, few, many) in [
        ("asking for all of them", few.ask, many.ask),
        ("restart", few.restart, many.restart),
        ("a group of half the approvers leaves", few.group, many.group),
    ] {
        let growth = many / few.max(1e-6);
        let goal = format!("at most linear: {grown:.0} × as many");
        let name = format!("{name}: growth from {small} to {large}");
        report.add(part, &name, growth, "×").goal(&goal, growth <= grown * 1.2).print();
    }
    for (name, few, many) in [("nothing", few.idle, many.idle), ("100", few.due, many.due)] {
        report
            .add(part, &format!("a tick with {name} due, {large} pending"), many * 1e3, "ms")
            .against(&format!("with {small} pending"), few * 1e3)
            .print();
    }
    Ok(())
}

/// Seconds each part took.
struct Took {
    ask: f64,
    idle: f64,
    due: f64,
    restart: f64,
    group: f64,
}

async fn run<Kept>(
    part: &str,
    open: &impl AsyncFn(Now) -> anyhow::Result<(Kept, Arc<dyn Store>)>,
    pending: usize,
    report: &mut Report,
) -> anyhow::Result<Took> {
    let clock = Moved::new();
    let ports = Ports { clock: Arc::new(clock.clone()), random: Arc::new(RealRandom) };
    let now: Now = {
        let clock = clock.clone();
        Arc::new(move || clock.now())
    };
    let (_kept, store) = open(now).await?;
    let app = App::open(store.clone(), ports.clone()).await?;
    app.begin_ledger(&key()?.verifier()).await?;
    app.begin_policy(policy()?).await?;
    let people = Organisation::new(&clock);
    app.import_organisation(people.events.clone()).await?;
    create(&app, &people.requester, 0..DUE).await?;
    let _ = app.advance_due().await?;
    clock.forward(SignedDuration::from_mins(10));
    create(&app, &people.requester, DUE..DUE + pending).await?;
    let ask = timed(app.advance_due()).await?;
    let idle = timed(app.advance_due()).await?;
    // The first ones are reminded, the others not yet.
    clock.forward(SignedDuration::from_mins(20));
    let begun = Instant::now();
    let reminded = app.advance_due().await?.asked;
    let due = begun.elapsed().as_secs_f64();
    anyhow::ensure!(reminded == DUE, "{reminded} were reminded instead of {DUE}");
    drop(app);
    let begun = Instant::now();
    let app = App::open(store, ports).await?;
    let _ = app.advance_due().await?;
    let _ = app.reroute().await?;
    let restart = begun.elapsed().as_secs_f64();
    let half: BTreeSet<PersonId> = people.approvers.iter().take(APPROVERS / 2).cloned().collect();
    app.put_group(&people.requester, Some(people.group.clone()), "approvers", half).await?;
    let begun = Instant::now();
    let moved = app.reroute().await?;
    let group = begun.elapsed().as_secs_f64();
    for (name, value) in [
        ("asked for the first time", ask),
        ("a tick with nothing due", idle),
        ("a tick with 100 due", due),
        ("restart with its first look", restart),
        ("half the approvers leave the group", group),
    ] {
        let name = format!("{pending} pending: {name}");
        report.add(part, &name, value * 1e3, "ms").print();
    }
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    let moved = moved as f64;
    report.add(part, &format!("{pending} pending: asks moved to others"), moved, "").print();
    Ok(Took { ask, idle, due, restart, group })
}

async fn timed<T>(work: impl Future<Output = Result<T, app::AppError>>) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let _ = work.await?;
    Ok(begun.elapsed().as_secs_f64())
}

/// A starter policy with one plan for everything.
fn policy() -> anyhow::Result<Vec<PolicyFile>> {
    let mut files = policy::starter::files("small-team").context("no starter policy")?;
    files.retain(|f| f.path != "response.yaml" && !f.path.starts_with("tests/"));
    files.push(PolicyFile { path: "response.yaml".to_owned(), text: RESPONSE.to_owned() });
    Ok(files)
}

struct Organisation {
    events: Vec<OrganisationEvent>,
    requester: Principal,
    approvers: Vec<PersonId>,
    group: GroupId,
}

impl Organisation {
    fn new(clock: &Moved) -> Self {
        let now = clock.now();
        let person = |n: usize| {
            let mut bits = [0; 10];
            bits[..8].copy_from_slice(&(n as u64).to_be_bytes());
            (PersonId::new(now, bits), AccountId::new(now, bits))
        };
        let mut events = Vec::new();
        let mut approvers = Vec::new();
        for n in 0..=APPROVERS {
            let (id, account) = person(n);
            events.push(OrganisationEvent::PersonPut(Person {
                id: id.clone(),
                name: Private::new(format!("Person {n}")),
                emails: Vec::new(),
                time_zone: "UTC".to_owned(),
                place: None,
                status: Status::Active,
            }));
            events.push(OrganisationEvent::AccountAdded(Account {
                id: account,
                person: id.clone(),
                issuer: "local".to_owned(),
                subject: format!("person-{n}"),
                password: None,
                status: Status::Active,
            }));
            if n > 0 {
                approvers.push(id);
            }
        }
        let (requester, account) = person(0);
        let group = GroupId::new(now, [9; 10]);
        events.push(OrganisationEvent::GroupPut(Group {
            id: group.clone(),
            name: "approvers".to_owned(),
            members: approvers.iter().cloned().collect(),
        }));
        let bind = |role: &str, member| {
            let binding = role.parse().map(|role| RoleBinding {
                role,
                scope: domain::requirement::Scope::Organisation,
                member,
            });
            binding.map(OrganisationEvent::RoleBound).ok()
        };
        events.extend(bind("peer", Member::Group(group.clone())));
        events.extend(bind("requester", Member::Person(requester.clone())));
        events.extend(bind("admin", Member::Person(requester.clone())));
        events.extend("checkout".parse().ok().map(|name| {
            OrganisationEvent::ServicePut(Service {
                name,
                title: "Checkout".to_owned(),
                domain: None,
                criticality: Criticality::Medium,
                labels: BTreeMap::new(),
                status: Status::Active,
                depends_on: BTreeSet::new(),
            })
        }));
        Self { events, requester: Principal::person(requester, account), approvers, group }
    }
}

async fn create(
    app: &Arc<App>,
    requester: &Principal,
    numbers: std::ops::Range<usize>,
) -> anyhow::Result<()> {
    let mut running = tokio::task::JoinSet::new();
    for n in numbers {
        if running.len() >= 64 {
            running.join_next().await.context("a change")???;
        }
        let (app, requester) = (app.clone(), requester.clone());
        let material = material(n)?;
        running.spawn(async move {
            let new = NewChange { material, submit: true, supersedes: None };
            app.create_change(&requester, new).await?;
            anyhow::Ok(())
        });
    }
    while let Some(done) = running.join_next().await {
        done??;
    }
    Ok(())
}

fn material(n: usize) -> anyhow::Result<Material> {
    let artifact = site::artifact("app.bin", n.to_string().as_bytes());
    let material = site::material("checkout", "production", artifact)?;
    Ok(Material { title: Private::new(format!("Release {n}")), ..material })
}
