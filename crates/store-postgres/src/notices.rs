//! Hears of every commit on every node, over LISTEN on a connection of its own.
//!
//! PostgreSQL delivers notices in the order of commits. What was missed while the connection was
//! down is made up for from the journal.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::Pool;
use futures::{StreamExt, stream};
use store::{Notice, StoreError, Stream};
use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client, Config, NoTls};

use crate::error::{no_connection, unavailable};
use crate::shared::Shared;
use crate::sql::{head, journal};

/// PostgreSQL refuses payloads of 8,000 bytes.
const PAYLOAD_MAX: usize = 7_900;

/// Between attempts to connect again.
const RETRY: Duration = Duration::from_millis(500);

/// The payload for a log that has grown: its size, then a stream a line, if they fit.
pub(crate) fn payload(size: u64, streams: &[Stream]) -> String {
    let mut text = size.to_string();
    for stream in streams {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n{stream}");
    }
    if text.len() > PAYLOAD_MAX { size.to_string() } else { text }
}

/// A connection that listens.
pub(crate) struct Listening {
    /// Dropping it ends the connection.
    _client: Client,
    payloads: mpsc::UnboundedReceiver<String>,
}

impl Listening {
    pub(crate) async fn start(config: &Config) -> Result<Self, StoreError> {
        let (client, mut connection) = config.connect(NoTls).await.map_err(unavailable)?;
        let (sender, payloads) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
            while let Some(Ok(message)) = messages.next().await {
                if let AsyncMessage::Notification(notification) = message {
                    // The receiver ends with this connection.
                    let _ = sender.send(notification.payload().to_owned());
                }
            }
        });
        client.batch_execute(head::LISTEN).await.map_err(unavailable)?;
        Ok(Self { _client: client, payloads })
    }
}

/// Passes notices on to watchers, for as long as the node lives.
pub(crate) struct Listener {
    pub(crate) config: Config,
    pub(crate) pool: Pool,
    pub(crate) shared: Arc<Shared>,
    /// Size of the log that watchers know of.
    pub(crate) known: u64,
}

impl Listener {
    pub(crate) async fn run(mut self, first: Listening) {
        let mut listening = Some(first);
        loop {
            if let Some(mut now) = listening.take() {
                if let Err(error) = self.catch_up().await {
                    tracing::warn!(%error, "could not look for missed commits");
                }
                while let Some(payload) = now.payloads.recv().await {
                    self.pass_on(&payload).await;
                }
                tracing::warn!("the connection that listens for commits was lost");
            }
            match Listening::start(&self.config).await {
                Ok(again) => listening = Some(again),
                Err(_) => tokio::time::sleep(RETRY).await,
            }
        }
    }

    /// Tells of commits since the last known one.
    async fn catch_up(&mut self) -> Result<(), StoreError> {
        let client = self.pool.get().await.map_err(no_connection)?;
        let size = head::find(&client).await?.map_or(0, |head| head.size);
        if size > self.known {
            let streams = journal::list_streams_since(&client, self.known, size).await?;
            self.send(size, streams);
        }
        Ok(())
    }

    async fn pass_on(&mut self, payload: &str) {
        let mut lines = payload.lines();
        let Some(size) = lines.next().and_then(|line| line.parse().ok()) else { return };
        if size <= self.known {
            return; // told of when catching up
        }
        let streams: Vec<Stream> = lines.map(Stream::named).collect();
        if !streams.is_empty() {
            self.send(size, streams);
        } else if let Err(error) = self.catch_up().await {
            tracing::warn!(%error, "could not read what a commit was about");
        }
    }

    fn send(&mut self, size: u64, streams: Vec<Stream>) {
        self.known = size;
        // Nobody may be watching.
        let _ = self.shared.notices.send(Notice { size, streams: streams.into() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_that_postgresql_would_refuse_has_only_the_size() {
        let streams: Vec<Stream> =
            (0..500).map(|n| Stream::named(&format!("change/{n:026}"))).collect();
        assert_eq!(payload(7, &streams), "7");
        assert_eq!(payload(7, &streams[..1]).lines().count(), 2);
    }
}
