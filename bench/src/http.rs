//! Durable answers a second over HTTP, against a bare server that appends one entry a request to the
//! same store.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use axum::extract::State;
use axum::routing::post;
use store::{Append, NewEntry, Store, Stream};
use tokio::net::TcpListener;

use crate::Scale;
use crate::load::{Connection, cpu_seconds, request, run};
use crate::report::Report;
use crate::site::{ENVIRONMENT, SERVICE, Site};

const CLIENTS: [usize; 3] = [1, 16, 64];
/// Approved changes that gate questions go round.
const APPROVED: usize = 256;

/// What the bare server reaches, by number of clients.
pub struct Bare {
    /// Requests a second.
    rates: [f64; 3],
    /// Processor time of each, in µs.
    cpu_us: [f64; 3],
}

/// A server that does nothing but append a leaf of 420 bytes and answer when it is durable.
pub async fn bare(
    part: &str,
    store: Arc<dyn Store>,
    scale: Scale,
    report: &mut Report,
) -> anyhow::Result<Bare> {
    async fn append(
        State((store, count)): State<(Arc<dyn Store>, Arc<AtomicU64>)>,
        body: String,
    ) -> Result<String, String> {
        let n = count.fetch_add(1, Ordering::Relaxed);
        let stream = Stream::named(&format!("bare/{}", n % 1024));
        let leaf = format!(r#"{{"body":"{body:0<380}","n":"{n:012}","v":1}}"#).into_bytes();
        let entry = NewEntry::new(stream, leaf, Vec::new());
        let append = Append { entries: vec![entry], ..Append::default() };
        store.append(append).await.map(|c| c.first_index.to_string()).map_err(|e| e.to_string())
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let state = (store, Arc::new(AtomicU64::new(0)));
    let router = axum::Router::new().route("/", post(append)).with_state(state);
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut bare = Bare { rates: [0.0; 3], cpu_us: [0.0; 3] };
    let slots = bare.rates.iter_mut().zip(&mut bare.cpu_us);
    for ((rate, cpu_us), clients) in slots.zip(CLIENTS) {
        let requests = Arc::new(|_| Some(request("POST", "/", None, Some("x"))));
        let outcome = run(address, clients, scale.seconds, Duration::ZERO, requests).await?;
        (*rate, *cpu_us) = (outcome.rate, outcome.cpu_us);
        report
            .add(part, &format!("bare HTTP + durable append, {clients} clients"), *rate, "1/s")
            .print();
        let name = format!("… processor time each, {clients} clients");
        report.add(part, &name, outcome.cpu_us, "µs").print();
    }
    Ok(bare)
}

/// Gate questions, votes and whole changes.
pub async fn product(
    part: &str,
    site: &Site,
    bare: &Bare,
    scale: Scale,
    report: &mut Report,
) -> anyhow::Result<()> {
    let digests = approve_some(site, APPROVED).await?;
    let pipeline = site.pipeline.clone();
    let questions: Arc<Vec<Vec<u8>>> = Arc::new(
        digests
            .iter()
            .map(|(change, digest)| {
                request(
                    "POST",
                    "/v1/gate/questions",
                    Some(&pipeline),
                    Some(&question(change, digest)),
                )
            })
            .collect(),
    );
    let mut at_64 = 0.0;
    for (n, clients) in CLIENTS.into_iter().enumerate() {
        let questions = questions.clone();
        let ask = Arc::new(move |n: u64| {
            let at = usize::try_from(n).unwrap_or(0) % questions.len();
            questions.get(at).cloned()
        });
        let outcome = run(site.address, clients, scale.seconds, Duration::ZERO, ask).await?;
        at_64 = outcome.rate;
        let name = format!("gate: allow with grant and receipt, {clients} clients");
        let figure = report.add(part, &name, outcome.rate, "1/s");
        figure.against("bare", *bare.rates.get(n).unwrap_or(&0.0));
        let ratio = figure.ratio();
        match (part, clients) {
            (_, 64) => figure.goal("≥ 0.5 of bare", ratio >= 0.5),
            ("sqlite", 16) => figure.goal("≥ 12,000/s", outcome.rate >= 12_000.0),
            _ => figure,
        };
        figure.print();
        report
            .add(
                part,
                &format!("… p99 at full load, {clients} clients"),
                outcome.percentile_ms(99.0),
                "ms",
            )
            .print();
        let name = format!("… processor time each, {clients} clients");
        let figure = report.add(part, &name, outcome.cpu_us, "µs");
        figure.against("bare", *bare.cpu_us.get(n).unwrap_or(&0.0)).print();
    }
    half_load(part, site, &questions, at_64, scale, report).await?;
    whole_changes(part, site, scale, report).await
}

/// Latency of a gate question at half of what 64 clients reach.
async fn half_load(
    part: &str,
    site: &Site,
    questions: &Arc<Vec<Vec<u8>>>,
    full: f64,
    scale: Scale,
    report: &mut Report,
) -> anyhow::Result<()> {
    let questions = questions.clone();
    let ask = Arc::new(move |n: u64| {
        questions.get(usize::try_from(n).unwrap_or(0) % questions.len()).cloned()
    });
    let pause = Duration::from_secs_f64(64.0 / (full / 2.0).max(1.0));
    let outcome = run(site.address, 64, scale.seconds, pause, ask).await?;
    let p99 = outcome.percentile_ms(99.0);
    report
        .add(part, "gate: p99 at about half load, 64 clients", p99, "ms")
        .goal("≤ 10 ms", p99 <= 10.0)
        .print();
    report.add(part, "… at", outcome.rate, "1/s").print();
    Ok(())
}

/// Create, vote and gate: one full change a turn.
async fn whole_changes(
    part: &str,
    site: &Site,
    scale: Scale,
    report: &mut Report,
) -> anyhow::Result<()> {
    let cpu = cpu_seconds()?;
    let begun = std::time::Instant::now();
    let end = begun + Duration::from_secs_f64(scale.seconds);
    let mut tasks = Vec::new();
    for client in 0..16 {
        let (address, pipeline, approver) =
            (site.address, site.pipeline.clone(), site.approver.clone());
        tasks.push(tokio::spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut done = 0u32;
            while std::time::Instant::now() < end {
                let digest = digest(client, done);
                let change = approve_one(&mut connection, &pipeline, &approver, &digest).await?;
                let ask = question(&change, &digest);
                let bytes = request("POST", "/v1/gate/questions", Some(&pipeline), Some(&ask));
                let answer = connection.send(&bytes).await?;
                anyhow::ensure!(answer.status == 200, "gate answered {}", answer.status);
                done += 1;
            }
            anyhow::Ok(done)
        }));
    }
    let mut total = 0;
    for task in tasks {
        total += task.await??;
    }
    let rate = f64::from(total) / begun.elapsed().as_secs_f64();
    report
        .add(part, "create → vote → gate, 16 clients", rate, "changes/s")
        .goal("≥ 2,000/s", rate >= 2_000.0)
        .print();
    report.add(part, "… durable votes among them", rate, "votes/s").print();
    let cpu_us = (cpu_seconds()? - cpu) * 1e6 / f64::from(total.max(1));
    report.add(part, "… processor time each", cpu_us, "µs").print();
    Ok(())
}

fn digest(client: u32, n: u32) -> String {
    domain::change::Digest::of(format!("{client}/{n}").as_bytes()).to_string()
}

fn question(change: &str, digest: &str) -> String {
    format!(
        r#"{{"change":"{change}","service":"{SERVICE}","environment":"{ENVIRONMENT}","artifacts":[{{"digest":"{digest}"}}]}}"#
    )
}

/// Asks for a change and approves it; returns its id.
async fn approve_one(
    connection: &mut Connection,
    pipeline: &str,
    approver: &str,
    digest: &str,
) -> anyhow::Result<String> {
    let body = format!(
        r#"{{"title":"Release checkout","reason":"measured","service":"{SERVICE}","environment":"{ENVIRONMENT}","artifacts":[{{"name":"app.bin","digest":"{digest}"}}]}}"#
    );
    let created =
        connection.send(&request("POST", "/v1/changes", Some(pipeline), Some(&body))).await?;
    anyhow::ensure!(created.status == 201, "{}", String::from_utf8_lossy(&created.body));
    let id = id_of(&created.body)?;
    let vote = r#"{"expected_revision":1,"decision":"approve","justification":"looked at it"}"#;
    let path = format!("/v1/changes/{id}/votes");
    let voted = connection.send(&request("POST", &path, Some(approver), Some(vote))).await?;
    anyhow::ensure!(voted.status == 201, "{}", String::from_utf8_lossy(&voted.body));
    Ok(id)
}

fn id_of(body: &[u8]) -> anyhow::Result<String> {
    #[derive(serde::Deserialize)]
    struct Created {
        id: String,
    }

    let created: Created = serde_json::from_slice(body).context("no id in the answer")?;
    Ok(created.id)
}

/// Approved changes: id and digest.
async fn approve_some(site: &Site, count: usize) -> anyhow::Result<Vec<(String, String)>> {
    let mut connection = Connection::open(site.address).await?;
    let mut approved = Vec::with_capacity(count);
    for n in 0..count {
        let digest = digest(u32::MAX, u32::try_from(n)?);
        let id = approve_one(&mut connection, &site.pipeline, &site.approver, &digest).await?;
        approved.push((id, digest));
    }
    Ok(approved)
}
