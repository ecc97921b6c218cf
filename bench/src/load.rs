//! Load over HTTP/1.1 on loopback: so many keep-alive connections, each sending the next request when
//! the last one was answered. Bounded in time and count.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 << 10) })
    }

    /// Sends a request and reads its answer.
    pub async fn send(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if let Some((head, length)) = head_of(&self.buffer)? {
                while self.buffer.len() < head + length {
                    self.read().await?;
                }
                let status = std::str::from_utf8(self.buffer.get(9..12).unwrap_or_default())?;
                let status = status.parse().context("no HTTP status")?;
                let body = self.buffer.get(head..head + length).unwrap_or_default().to_vec();
                return Ok(Answer { status, body });
            }
            self.read().await?;
        }
    }

    async fn read(&mut self) -> anyhow::Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

/// Where the body begins and how long it is, once the head is there.
fn head_of(buffer: &[u8]) -> anyhow::Result<Option<(usize, usize)>> {
    let Some(end) = buffer.windows(4).position(|w| w == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(buffer.get(..end).unwrap_or_default())?;
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(Ok(0), |(_, value)| value.trim().parse())?;
    Ok(Some((end + 4, length)))
}

/// The bytes of a request.
pub fn request(method: &str, path: &str, token: Option<&str>, body: Option<&str>) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
    if let Some(token) = token {
        text.push_str(&format!("authorization: Bearer {token}\r\n"));
    }
    if let Some(body) = body {
        text.push_str(&format!(
            "content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ));
    } else {
        text.push_str("\r\n");
    }
    text.into_bytes()
}

/// The bytes of a request for a page, as a signed-in browser sends it.
pub fn page(path: &str, cookie: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nhost: localhost\r\naccept: text/html\r\n\
         cookie: countersign_session={cookie}\r\n\r\n"
    )
    .into_bytes()
}

/// What a load came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Answers a second.
    pub rate: f64,
    /// Processor time of this process (server, client and database if embedded) for each, in µs.
    pub cpu_us: f64,
    latencies: Vec<Duration>,
}

impl Outcome {
    /// A percentile of the latencies, in milliseconds.
    pub fn percentile_ms(&self, percent: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index from a share"
        )]
        let at = ((last as f64) * percent / 100.0).round() as usize;
        self.latencies.get(at).map_or(0.0, |l| l.as_secs_f64() * 1_000.0)
    }
}

/// The requests of a load: the n-th one, or none when they are used up.
pub type Requests = Arc<dyn Fn(u64) -> Option<Vec<u8>> + Send + Sync>;

/// Sends requests over `clients` connections for `seconds`, or until they are used up. `pause` slows
/// each connection down, to measure latency at part load.
pub async fn run(
    address: SocketAddr,
    clients: usize,
    seconds: f64,
    pause: Duration,
    requests: Requests,
) -> anyhow::Result<Outcome> {
    let next = Arc::new(AtomicU64::new(0));
    let cpu = cpu_seconds()?;
    let begun = Instant::now();
    let end = begun + Duration::from_secs_f64(seconds);
    let mut tasks = Vec::new();
    for _ in 0..clients {
        let (next, requests) = (next.clone(), requests.clone());
        tasks.push(tokio::spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut latencies = Vec::new();
            while Instant::now() < end {
                let Some(bytes) = requests(next.fetch_add(1, Ordering::Relaxed)) else { break };
                let sent = Instant::now();
                let answer = connection.send(&bytes).await?;
                latencies.push(sent.elapsed());
                if answer.status >= 300 {
                    bail!(
                        "{}: {}",
                        answer.status,
                        String::from_utf8_lossy(
                            answer.body.get(..400.min(answer.body.len())).unwrap_or_default()
                        )
                    );
                }
                if !pause.is_zero() {
                    tokio::time::sleep(pause).await;
                }
            }
            Ok(latencies)
        }));
    }
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await??);
    }
    latencies.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    let count = latencies.len().max(1) as f64;
    let rate = count / begun.elapsed().as_secs_f64();
    let cpu_us = (cpu_seconds()? - cpu) * 1e6 / count;
    Ok(Outcome { rate, cpu_us, latencies })
}

/// Processor seconds of this process so far, to a hundredth (`proc(5)`: fields 14 and 15 of `stat`).
pub fn cpu_seconds() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit_once(')').context("no name in stat")?.1;
    let mut fields = after_name.split_whitespace().skip(11);
    let mut ticks =
        || -> anyhow::Result<f64> { Ok(fields.next().context("stat is short")?.parse()?) };
    Ok((ticks()? + ticks()?) / 100.0)
}
