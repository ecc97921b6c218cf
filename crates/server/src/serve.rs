//! The accept loop: HTTP/1.1 with keep-alive, one task a connection, and a shutdown that lets
//! requests under way finish.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use crate::state::AppState;

/// Connections at once; more wait in the operating system's queue (J07).
const CONNECTIONS_MAX: usize = 4096;
/// A client that sends no whole header for so long is cut off.
const HEADER_WITHIN: Duration = Duration::from_secs(30);
/// What requests under way get to finish after the stop.
const FINISH_WITHIN: Duration = Duration::from_secs(10);
/// Pause after an accept that failed for lack of something.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The address a request came from, as an extension of it.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// The address a request came from. Requests without a connection (in tests) come from this machine.
#[derive(Debug, Clone, Copy)]
pub struct From(pub IpAddr);

impl<S: Sync> FromRequestParts<S> for From {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Ok(Self(parts.extensions.get::<Peer>().map_or(local, |peer| peer.0)))
    }
}

/// The whole server, ready to answer.
#[derive(Clone)]
pub struct Server {
    router: Router,
    state: AppState,
}

impl Server {
    /// A server around its state.
    #[must_use]
    pub fn new(state: AppState) -> Self {
        Self { router: crate::router(state.clone()), state }
    }

    /// Answers one request without a connection.
    pub async fn answer(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let Ok(response) = self.router.clone().oneshot(request.map(Body::from)).await;
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
        Response::from_parts(parts, bytes.to_vec())
    }

    /// Serves until `shutdown` completes, then lets requests under way finish.
    pub async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        tokio::pin!(shutdown);
        loop {
            let Ok(slot) = slots.clone().acquire_owned().await else { break };
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = &mut shutdown => break,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let server = self.clone();
                    tokio::spawn(async move {
                        server.connection(stream, Peer(peer.ip())).await;
                        drop(slot);
                    });
                }
                Err(error) => {
                    tracing::warn!(error = %error, "failed to accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop(listener);
        self.state.stop();
        let all = u32::try_from(CONNECTIONS_MAX).unwrap_or(u32::MAX);
        if tokio::time::timeout(FINISH_WITHIN, slots.acquire_many(all)).await.is_err() {
            tracing::warn!("connections were still open at shutdown and are cut off");
        }
    }

    async fn connection(&self, stream: TcpStream, peer: Peer) {
        let _ = stream.set_nodelay(true);
        metrics::gauge!("countersign_connections").increment(1.0);
        let service = hyper::service::service_fn(|request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer);
            self.router.clone().oneshot(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_WITHIN)
            .serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.state.stopped() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(error = %error, "a connection ended early");
        }
        metrics::gauge!("countersign_connections").decrement(1.0);
    }
}

/// Serves until `shutdown` completes; see [`Server::serve`].
pub async fn serve(listener: TcpListener, state: AppState, shutdown: impl Future<Output = ()>) {
    Server::new(state).serve(listener, shutdown).await;
}
