//! A browser without eyes: one person's cookie and token, and forms.

use hyper::{Method, Request};
use testkit::organisation::{Actor, PASSWORD};
use testkit::{Answer, TestServer};

/// A browser of one person.
pub struct Hand<'a> {
    server: &'a TestServer,
    pub cookie: String,
    csrf: String,
}

impl<'a> Hand<'a> {
    pub async fn of(server: &'a TestServer, who: &Actor) -> Self {
        let fields =
            [("user_name", who.name.as_str()), ("password", PASSWORD), ("next", "/policy")];
        let answer = post(server, "", "/sign-in", &fields).await.expect(303);
        assert_eq!(answer.header("location"), "/policy");
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        let mut hand = Self { server, cookie, csrf: String::new() };
        hand.csrf = hidden(&hand.get("/changes").await.expect(200), "csrf");
        hand
    }

    pub async fn get(&self, path: &str) -> Answer {
        let request = Request::builder().uri(path).header("host", "test");
        self.server.send(request.header("cookie", &self.cookie).body(Vec::new()).unwrap()).await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("csrf", self.csrf.as_str())];
        all.extend_from_slice(fields);
        post(self.server, &self.cookie, path, &all).await
    }
}

pub async fn post(
    server: &TestServer,
    cookie: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let body: Vec<String> = fields.iter().map(|(n, v)| format!("{n}={}", encode(v))).collect();
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header("host", "test")
        .header("origin", "http://test")
        .header("cookie", cookie)
        .header("content-type", "application/x-www-form-urlencoded");
    server.send(request.body(body.join("&").into_bytes()).unwrap()).await
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(b).to_string()
            }
            _ => format!("%{b:02X}"),
        })
        .collect()
}

pub fn html(answer: &Answer) -> String {
    String::from_utf8(answer.body.to_vec()).unwrap()
}

pub fn hidden(answer: &Answer, name: &str) -> String {
    let page = html(answer);
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}
