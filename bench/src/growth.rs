//! Reads, pages and start-up as an organisation grows: ratios to the smallest size of the same run.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::principal::Principal;
use app::replay::ReplayWish;
use domain::actor::Actor;
use store::Store;
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;

use crate::fill::{Filled, Sample, fill};
use crate::load::{page, request, run};
use crate::report::Report;
use crate::site::{SERVICES, Site, key};
use crate::{Scale, process, replay_speed, stores};

/// What is read: its name, and how it is asked for.
struct Read {
    name: &'static str,
    kind: Kind,
    requests: Vec<Vec<u8>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// One thing by its name: must not depend on how much there is beside it.
    Point,
    /// A list or a page: must be quick at any size.
    List,
}

/// SQLite, up to the largest size; then the server is started on what was filled.
pub async fn sqlite(scale: Scale, report: &mut Report) -> anyhow::Result<()> {
    let dir = tempfile::tempdir_in(".")?;
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(dir.path(), key()?, stores::now())?);
    let changes = grow("sqlite", store.clone(), scale.changes, scale, report).await?;
    store.close().await?;
    start_up(dir.path(), changes, report)
}

/// PostgreSQL, up to a hundred thousand changes.
pub async fn postgres(scale: Scale, report: &mut Report) -> anyhow::Result<()> {
    const MOST: usize = 100_000;
    let database = test_postgres::TestDatabase::create()?;
    let store: Arc<dyn Store> =
        Arc::new(PostgresStore::connect(&database.url, key()?, stores::now()).await?);
    let upto = scale.changes.iter().take_while(|size| **size <= MOST).count();
    let sizes = scale.changes.get(..upto).unwrap_or_default();
    grow("postgres", store.clone(), sizes, scale, report).await?;
    Ok(store.close().await?)
}

/// Fills and measures, size after size; gives the last size.
async fn grow(
    part: &'static str,
    store: Arc<dyn Store>,
    sizes: &[usize],
    scale: Scale,
    report: &mut Report,
) -> anyhow::Result<usize> {
    let site = Site::start(store).await?;
    let mut filled = Filled::default();
    let mut measured = Measured { part, scale, smallest: Vec::new(), report };
    for size in sizes {
        fill(&site, &mut filled, *size).await?;
        for read in reads(&site, &filled.samples) {
            measured.read(site.address, read, *size).await?;
        }
    }
    let report = measured.report;
    replay(part, &site, filled.changes, report).await?;
    Ok(filled.changes)
}

/// The whole journal under another bundle of fifty rules, from the database to the sums.
async fn replay(
    part: &'static str,
    site: &Site,
    changes: usize,
    report: &mut Report,
) -> anyhow::Result<()> {
    let Actor::Person { person, account, .. } = &site.approves else {
        anyhow::bail!("no person approves");
    };
    let principal = Principal::person(person.clone(), account.clone());
    let candidate = replay_speed::bundle(50, 50)?;
    let begun = Instant::now();
    let wish = ReplayWish { candidate, since: None, slice: u64::MAX };
    let found = site.app.replay_policy(&principal, wish).await?;
    let seconds = begun.elapsed().as_secs_f64();
    anyhow::ensure!(found.is_done() && found.report.counts.changes > 0, "{:?}", found.report);
    let name = format!("replay from the journal, {changes} changes");
    report.add(part, &name, changes as f64 / seconds, "changes/s").print();
    let name = format!("… of {} entries", found.entries);
    report.add(part, &name, found.entries as f64 / seconds, "entries/s").print();
    Ok(())
}

/// What was measured at the sizes so far.
struct Measured<'a> {
    part: &'static str,
    scale: Scale,
    /// Medians of the smallest size, by name.
    smallest: Vec<(&'static str, f64)>,
    report: &'a mut Report,
}

impl Measured<'_> {
    async fn read(&mut self, address: SocketAddr, read: Read, size: usize) -> anyhow::Result<()> {
        let (p50, p99) = latency(address, read.requests, self.scale).await?;
        let name = format!("{}, {size} changes: p50", read.name);
        let figure = self.report.add(self.part, &name, p50, "ms");
        match self.smallest.iter().find(|(name, _)| *name == read.name) {
            None => self.smallest.push((read.name, p50)),
            Some((_, small)) => {
                figure.against("smallest", *small);
                if read.kind == Kind::Point {
                    let ratio = figure.ratio();
                    figure.goal("≤ 2 ×", ratio <= 2.0);
                }
            }
        }
        figure.print();
        let name = format!("{}, {size} changes: p99", read.name);
        let figure = self.report.add(self.part, &name, p99, "ms");
        figure.goal("≤ 50 ms", p99 <= 50.0).print();
        Ok(())
    }
}

async fn latency(
    address: SocketAddr,
    requests: Vec<Vec<u8>>,
    scale: Scale,
) -> anyhow::Result<(f64, f64)> {
    let each = move |n: u64| {
        let at = usize::try_from(n).unwrap_or(0) % requests.len().max(1);
        requests.get(at).cloned()
    };
    let outcome = run(address, 1, scale.seconds / 3.0, Duration::ZERO, Arc::new(each)).await?;
    Ok((outcome.percentile_ms(50.0), outcome.percentile_ms(99.0)))
}

/// Everything that is read at each size. Point reads go round the whole history.
fn reads(site: &Site, samples: &[Sample]) -> Vec<Read> {
    let api = |path: &str| request("GET", path, Some(&site.admin), None);
    let html = |path: &str| page(path, &site.cookie);
    let each = |make: &dyn Fn(&Sample) -> Vec<u8>| samples.iter().map(make).collect::<Vec<_>>();
    let service = SERVICES[0];
    let searched = format!("/v1/changes?limit=50&text=hotfix&service={service}");
    let point = |name, requests| Read { name, kind: Kind::Point, requests };
    let list = |name, requests| Read { name, kind: Kind::List, requests };
    vec![
        point("API one change", each(&|s| api(&format!("/v1/changes/{}", s.id)))),
        point("API its timeline", each(&|s| api(&format!("/v1/changes/{}/timeline", s.id)))),
        point("API entry", each(&|s| api(&format!("/v1/ledger/entries/{}", s.entry)))),
        point("API receipt", each(&|s| api(&format!("/v1/ledger/entries/{}/receipt", s.entry)))),
        list("API list", vec![api("/v1/changes?limit=50")]),
        list("API list, waiting", vec![api("/v1/changes?limit=50&state=awaiting_approval")]),
        list("API list, searched", vec![api("/v1/changes?limit=50&text=hotfix")]),
        list("API list, searched in a service", vec![api(&searched)]),
        list("API list, nothing found", vec![api("/v1/changes?limit=50&kind=emergency")]),
        list("API inbox", vec![request("GET", "/v1/inbox", Some(&site.approver), None)]),
        list("API ledger entries", vec![api("/v1/ledger/entries")]),
        list("page list", vec![html("/changes")]),
        list("page list, searched", vec![html("/changes?q=hotfix")]),
        list("page one change", each(&|s| html(&format!("/changes/{}", s.number)))),
        list("page inbox", vec![html("/inbox")]),
        list("page ledger", vec![html("/ledger")]),
        list("page ledger, filtered", vec![html("/ledger?stream=organisation")]),
        list("page ledger entry", each(&|s| html(&format!("/ledger/entries/{}", s.entry)))),
    ]
}

/// Starts the release binary on the filled folder: after a clean stop, and after a power cut.
fn start_up(dir: &Path, changes: usize, report: &mut Report) -> anyhow::Result<()> {
    let Some(binary) = process::release_binary()? else { return Ok(()) };
    std::fs::write(dir.join("ledger.key"), format!("{}\n", key()?.to_private_text()))?;
    for name in ["start after a stop", "start after a power cut"] {
        let (mut child, ms) = process::start(&binary, dir.to_path_buf())?;
        let memory = process::resident_mb(child.id());
        child.kill().and_then(|()| child.wait())?;
        report
            .add("sqlite", &format!("{name}, {changes} changes"), ms, "ms")
            .goal("≤ 1 s", ms <= 1_000.0)
            .print();
        report.add("sqlite", "… memory then", memory?, "MiB").print();
    }
    Ok(())
}
