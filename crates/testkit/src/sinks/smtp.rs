//! A mail relay that keeps every mail, and says no when it is told to.

use std::net::SocketAddr;
use std::sync::Arc;

use connectors::mail::{Protection, SmtpSettings};
use parking_lot::Mutex;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A mail as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Who the envelope is from.
    pub from: String,
    /// Whom the envelope is for.
    pub to: Vec<String>,
    /// Headers and body, as sent.
    pub data: String,
}

impl Received {
    /// The value of a header, unfolded; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> String {
        let head = self.data.split("\r\n\r\n").next().unwrap_or_default();
        let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let found = head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        });
        found.unwrap_or_default()
    }

    /// The text with soft line breaks of quoted-printable taken out.
    #[must_use]
    pub fn text(&self) -> String {
        self.data.replace("=\r\n", "").replace("=3D", "=")
    }
}

#[derive(Default)]
struct State {
    mails: Vec<Received>,
    refusal: Option<String>,
}

/// A mail relay on a port of this machine.
pub struct SmtpSink {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[expect(clippy::expect_used, reason = "a test without its relay must stop and say why")]
impl SmtpSink {
    /// Starts one.
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

    /// How to reach it.
    #[must_use]
    pub fn settings(&self) -> SmtpSettings {
        SmtpSettings {
            host: self.address.ip().to_string(),
            port: Some(self.address.port()),
            protection: Protection::None,
            user: None,
            password: None,
            from: "Countersign <countersign@example.com>".to_owned(),
            certificate: None,
        }
    }

    /// Answers every receiver with this line (`451 try later`) until it is told `None`.
    pub fn refuse(&self, line: Option<&str>) {
        self.state.lock().refusal = line.map(str::to_owned);
    }

    /// Every mail so far, oldest first.
    #[must_use]
    pub fn mails(&self) -> Vec<Received> {
        self.state.lock().mails.clone()
    }

    /// Mails to one address.
    #[must_use]
    pub fn mails_to(&self, address: &str) -> Vec<Received> {
        self.mails().into_iter().filter(|mail| mail.to == [address]).collect()
    }
}

/// One conversation (RFC 5321), as far as a mailer goes.
async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut mail = Received { from: String::new(), to: Vec::new(), data: String::new() };
    write.write_all(b"220 sink.test ESMTP\r\n").await.ok()?;
    while let Some(line) = lines.next_line().await.ok()? {
        let upper = line.to_ascii_uppercase();
        let refusal = state.lock().refusal.clone();
        let answer = match upper.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => "250-sink.test\r\n250 8BITMIME".to_owned(),
            "MAIL" => {
                mail.from = address(&line);
                "250 ok".to_owned()
            }
            "RCPT" => refusal.unwrap_or_else(|| {
                mail.to.push(address(&line));
                "250 ok".to_owned()
            }),
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                    mail.data.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.data.push_str("\r\n");
                }
                let empty = Received { from: String::new(), to: Vec::new(), data: String::new() };
                state.lock().mails.push(std::mem::replace(&mut mail, empty));
                "250 kept".to_owned()
            }
            "QUIT" => "221 bye".to_owned(),
            "RSET" | "NOOP" | "HELO" => "250 ok".to_owned(),
            _ => "500 what".to_owned(),
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
        if upper == "QUIT" {
            break;
        }
    }
    Some(())
}

fn address(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map(|(address, _)| address.to_owned()).unwrap_or_default()
}
