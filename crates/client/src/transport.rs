//! Sending a request and reading its answer. Everything that all operations share is here.

use std::io::Read as _;
use std::time::Duration;

use api_types::{Problem, problem};
use reqwest::Method;
use reqwest::blocking::{RequestBuilder, Response};
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::chain;
use crate::retry::pause;
use crate::{Client, ClientError, Url};

/// Header of every answer of a sandbox.
const SANDBOX: &str = "countersign-sandbox";
/// Larger answers are refused, so that a confused server can't fill the memory.
const ANSWER_MAX_BYTES: u64 = 256 << 20;

/// A request before it is sent.
pub(crate) struct Request {
    method: Method,
    url: Url,
    body: Option<Vec<u8>>,
    headers: Vec<(&'static str, String)>,
    wait: Duration,
}

/// An answer with a status below 400.
pub(crate) struct Answer {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Query parameters that are there.
pub(crate) type Query<'a> = &'a [(&'a str, Option<String>)];

impl Request {
    /// The same request, with one more header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same request, to a server that was asked to wait this long before it answers.
    pub(crate) fn waiting(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }
}

impl Client {
    /// The URL of a path below the base URL; segments are escaped.
    fn url(&self, path: &[&str], query: Query<'_>) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        let given: Vec<_> =
            query.iter().filter_map(|(name, value)| Some((*name, value.as_ref()?))).collect();
        if !given.is_empty() {
            url.query_pairs_mut().extend_pairs(given);
        }
        url
    }

    pub(crate) fn get(&self, path: &[&str], query: Query<'_>) -> Request {
        Request {
            method: Method::GET,
            url: self.url(path, query),
            body: None,
            headers: Vec::new(),
            wait: Duration::ZERO,
        }
    }

    /// A POST with a fresh idempotency key, kept through all its tries.
    pub(crate) fn post<B: Serialize>(
        &self,
        path: &[&str],
        body: &B,
    ) -> Result<Request, ClientError> {
        let mut request = Request {
            method: Method::POST,
            url: self.url(path, &[]),
            body: None,
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("idempotency-key", (self.new_key)()),
            ],
            wait: Duration::ZERO,
        };
        let body = serde_json::to_vec(body)
            .map_err(|e| self.protocol(&request, format!("write the request: {e}")))?;
        request.body = Some(body);
        Ok(request)
    }

    pub(crate) fn post_with_query<B: Serialize>(
        &self,
        path: &[&str],
        query: Query<'_>,
        body: &B,
    ) -> Result<Request, ClientError> {
        let url = self.url(path, query);
        self.post(path, body).map(|request| Request { url, ..request })
    }

    /// Sends a request and reads a JSON answer.
    pub(crate) fn json<A: DeserializeOwned>(&self, request: &Request) -> Result<A, ClientError> {
        let answer = self.send(request)?;
        self.read_json(request, &answer.body)
    }

    pub(crate) fn read_json<A: DeserializeOwned>(
        &self,
        request: &Request,
        body: &[u8],
    ) -> Result<A, ClientError> {
        serde_json::from_slice(body).map_err(|e| self.protocol(request, format!("{e}")))
    }

    /// Sends a request and reads a text answer.
    pub(crate) fn text(&self, request: &Request) -> Result<String, ClientError> {
        let answer = self.send(request)?;
        String::from_utf8(answer.body).map_err(|e| self.protocol(request, format!("{e}")))
    }

    /// Sends a request, again when that is safe and may help.
    pub(crate) fn send(&self, request: &Request) -> Result<Answer, ClientError> {
        let mut tried = 0;
        loop {
            tried += 1;
            let answered = self.build(request).send();
            if let Ok(response) = &answered {
                self.look_for_sandbox(response.headers())?;
            }
            let (error, asked) = match answered {
                Ok(response) if response.status().as_u16() == 503 => {
                    let asked = retry_after(response.headers());
                    (self.refused(request, response), asked)
                }
                Ok(response) if response.status().is_success() => match self.read(response) {
                    Ok(answer) => return Ok(answer),
                    Err(reason) => (self.unreachable(reason), None),
                },
                Ok(response) => return Err(self.refused(request, response)),
                // The server may still be at it; asking again would only add to its load.
                Err(error) if error.is_timeout() && !error.is_connect() => {
                    return Err(self.unreachable(chain(&error.without_url())));
                }
                Err(error) => (self.unreachable(chain(&error.without_url())), None),
            };
            match self.retry.pause_after(tried, asked) {
                Some(length) => pause(length),
                None => return Err(error),
            }
        }
    }

    /// Tells of an answer of a sandbox, or refuses it.
    fn look_for_sandbox(&self, headers: &HeaderMap) -> Result<(), ClientError> {
        let Some(of) = headers.get(SANDBOX).and_then(|of| of.to_str().ok()) else { return Ok(()) };
        if self.refuses_sandbox {
            let server = self.server().to_owned();
            return Err(ClientError::Sandbox { server, of: of.to_owned() });
        }
        if let Some(tell) = self.tell_sandbox {
            tell(of);
        }
        Ok(())
    }

    fn build(&self, request: &Request) -> RequestBuilder {
        let mut builder = self
            .http
            .request(request.method.clone(), request.url.clone())
            .timeout(self.timeout + request.wait)
            .header("accept", "application/json, application/problem+json, text/plain");
        if let Some(token) = &self.token {
            builder = builder.bearer_auth(token);
        }
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        match &request.body {
            Some(body) => builder.body(body.clone()),
            None => builder,
        }
    }

    fn read(&self, response: Response) -> Result<Answer, String> {
        let headers = response.headers().clone();
        let mut body = Vec::new();
        response
            .take(ANSWER_MAX_BYTES + 1)
            .read_to_end(&mut body)
            .map_err(|e| format!("the connection broke while reading: {e}"))?;
        if body.len() as u64 > ANSWER_MAX_BYTES {
            return Err(format!("the answer is larger than {ANSWER_MAX_BYTES} bytes"));
        }
        Ok(Answer { headers, body })
    }

    /// The error of a response that is no success.
    fn refused(&self, request: &Request, response: Response) -> ClientError {
        let status = response.status();
        let is_problem = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|v| v.to_str().ok())
            .is_some_and(|v| v.starts_with(problem::MEDIA_TYPE));
        let body = self.read(response).map(|answer| answer.body).unwrap_or_default();
        match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) if is_problem => ClientError::Problem(Box::new(problem)),
            _ if status.as_u16() >= 500 => {
                self.unreachable(format!("it answered with status {status}"))
            }
            _ => {
                let reason = format!("status {status} without a problem document");
                self.protocol(request, reason)
            }
        }
    }

    fn unreachable(&self, reason: String) -> ClientError {
        ClientError::Unreachable { server: self.server().to_owned(), reason }
    }

    pub(crate) fn protocol(&self, request: &Request, reason: String) -> ClientError {
        let request = format!("{} {}", request.method, request.url.path());
        ClientError::Protocol { server: self.server().to_owned(), request, reason }
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}
