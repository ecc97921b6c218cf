//! The HTTP API as a pipeline sees it: a token, a path, JSON in and out.

use anyhow::{Context, Result, ensure};
use reqwest::{Client, Method};
use serde_json::Value;

use crate::wait::PATIENCE;

/// A server and what to present to it.
#[derive(Debug, Clone)]
pub struct Api {
    http: Client,
    base: String,
    token: Option<String>,
}

/// A whole answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body as text.
    pub text: String,
    /// The body as JSON; null where it is none.
    pub body: Value,
    /// The cookies it sets, ready to be sent back.
    pub cookies: String,
}

impl Answer {
    /// The body of a success.
    pub fn ok(self) -> Result<Value> {
        ensure!((200..300).contains(&self.status), "{}: {}", self.status, self.text);
        Ok(self.body)
    }

    /// The problem, if it is a refusal with this status and code.
    pub fn refused(self, status: u16, code: &str) -> Result<Value> {
        let fits = self.status == status && self.body["code"] == code;
        ensure!(fits, "not {status} `{code}` but {}: {}", self.status, self.text);
        Ok(self.body)
    }
}

impl Api {
    /// Nobody, at a server's address.
    pub fn anonymous(base: &str) -> Result<Self> {
        let http = Client::builder().timeout(PATIENCE).build().context("make an HTTP client")?;
        Ok(Self { http, base: base.to_owned(), token: None })
    }

    /// The same server, with a token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The token, if there is one.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Result<Answer> {
        self.send(Method::GET, path, &[], None).await
    }

    /// Acts.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.send(Method::POST, path, &[], Some(body.to_string())).await
    }

    /// Acts, with further headers.
    pub async fn post_with(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Result<Answer> {
        self.send(Method::POST, path, headers, Some(body.to_string())).await
    }

    /// Acts with a body that need not be JSON.
    pub async fn post_text(&self, path: &str, body: Vec<u8>) -> Result<Answer> {
        let request = self.request(Method::POST, path).header("content-type", "application/json");
        Self::answer(request.body(body)).await
    }

    /// The bytes of a file of the log.
    pub async fn bytes(&self, path: &str) -> Result<Vec<u8>> {
        let answer = self.request(Method::GET, path).send().await.context("get a file")?;
        let status = answer.status();
        let bytes = answer.bytes().await.context("read a file")?;
        ensure!(status.is_success(), "{path}: {status}");
        Ok(bytes.to_vec())
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Result<Answer> {
        let mut request = self.request(method, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        Self::answer(request).await
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn answer(request: reqwest::RequestBuilder) -> Result<Answer> {
        let answer = request.send().await.context("send a request")?;
        let status = answer.status().as_u16();
        let cookies = answer.headers().get_all("set-cookie").iter();
        let pairs: Vec<String> = cookies
            .filter_map(|cookie| Some(cookie.to_str().ok()?.split(';').next()?.to_owned()))
            .collect();
        let text = answer.text().await.context("read an answer")?;
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Answer { status, text, body, cookies: pairs.join("; ") })
    }
}
