//! A mail relay on a port of this machine that keeps every mail.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A mail as it arrived.
#[derive(Debug, Clone, Default)]
pub struct Mail {
    /// Whom the envelope is for.
    pub to: String,
    /// Headers and body, with the soft line breaks of quoted-printable taken out.
    pub text: String,
}

/// The relay; it ends with the test.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    mails: Arc<Mutex<Vec<Mail>>>,
}

impl Relay {
    /// Starts it on a free port.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("a port for the relay")?;
        let address = listener.local_addr()?;
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = mails.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, kept.clone()));
            }
        });
        Ok(Self { address, mails })
    }

    /// The `[mail]` table for it.
    #[must_use]
    pub fn table(&self) -> String {
        format!(
            "[mail]\nhost = \"{}\"\nport = {}\ntls = \"none\"\n\
             from = \"Countersign <countersign@meridian.example>\"\n",
            self.address.ip(),
            self.address.port()
        )
    }

    /// The last mail to an address that says something.
    #[must_use]
    pub fn last(&self, to: &str, says: &str) -> Option<Mail> {
        let mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        mails.iter().rev().find(|mail| mail.to == to && mail.text.contains(says)).cloned()
    }
}

/// One conversation (RFC 5321), as far as a mailer goes.
async fn converse(stream: TcpStream, kept: Arc<Mutex<Vec<Mail>>>) -> Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut mail = Mail::default();
    write.write_all(b"220 relay.test ESMTP\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match word.as_str() {
            "EHLO" => b"250-relay.test\r\n250 8BITMIME\r\n",
            "RCPT" => {
                let (_, rest) = line.split_once('<').unwrap_or_default();
                rest.split('>').next().unwrap_or_default().clone_into(&mut mail.to);
                b"250 ok\r\n"
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut data = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    data.push_str(&line);
                    data.push('\n');
                }
                mail.text = data.replace("=\n", "").replace("=3D", "=");
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(std::mem::take(&mut mail));
                b"250 kept\r\n"
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => b"250 ok\r\n",
        };
        write.write_all(answer).await?;
    }
    Ok(())
}
