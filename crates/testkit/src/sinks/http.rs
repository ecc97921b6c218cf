//! A receiver of webhooks that keeps every call, and answers as it is told to.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A call as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The request line.
    pub line: String,
    /// Headers by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// The raw body.
    pub body: String,
    /// The status that it was answered with.
    pub answered: u16,
}

impl Call {
    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// A header; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

#[derive(Default)]
struct State {
    calls: Vec<Call>,
    answers: VecDeque<u16>,
    page: String,
}

/// An HTTP server on a port of this machine.
pub struct HttpSink {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[expect(clippy::expect_used, reason = "a test without its receiver must stop and say why")]
impl HttpSink {
    /// Starts one that answers 204.
    ///
    /// # Panics
    /// There is no port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        Self { address, state }
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Answers the next calls with these statuses, one each, and 204 after them.
    pub fn answer_next(&self, statuses: &[u16]) {
        self.state.lock().answers.extend(statuses);
    }

    /// Answers with this text, and 200 where nothing else was said.
    pub fn serve(&self, page: &str) {
        page.clone_into(&mut self.state.lock().page);
    }

    /// Every call so far, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.state.lock().calls.clone()
    }

    /// Types of the events that were taken, oldest first.
    #[must_use]
    pub fn taken(&self) -> Vec<String> {
        let taken = self.calls().into_iter().filter(|call| call.answered < 300);
        taken.map(|call| call.json()["type"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

/// One request a connection.
async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) -> Option<()> {
    let mut bytes = Vec::new();
    let (head, length) = loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(chunk.get(..read)?);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, _)) = text.split_once("\r\n\r\n") {
            let length = headers(head).get("content-length").and_then(|l| l.parse().ok());
            break (head.to_owned(), length.unwrap_or(0_usize));
        }
    };
    let mut body = bytes.split_off(head.len() + 4);
    while body.len() < length {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        body.extend_from_slice(chunk.get(..read)?);
    }
    let (answered, page) = {
        let mut state = state.lock();
        let answered =
            state.answers.pop_front().unwrap_or(if state.page.is_empty() { 204 } else { 200 });
        state.calls.push(Call {
            line: head.lines().next().unwrap_or_default().to_owned(),
            headers: headers(&head),
            body: String::from_utf8_lossy(&body).into_owned(),
            answered,
        });
        (answered, state.page.clone())
    };
    let location =
        if (300..400).contains(&answered) { "location: http://127.0.0.1:1/\r\n" } else { "" };
    let answer = format!(
        "HTTP/1.1 {answered} x\r\n{location}content-length: {}\r\nconnection: close\r\n\r\n{page}",
        page.len()
    );
    stream.write_all(answer.as_bytes()).await.ok()
}

fn headers(head: &str) -> BTreeMap<String, String> {
    let pairs = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect()
}
