//! A served organisation with a cast: set up through the API alone, as an operator would.
//!
//! Policy is the starter bundle `regulated-company`; the one service is `checkout`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::{Api, Engine, Home, Server, until};

/// Who works here, and what they hold: user name, role, scope.
const CAST: [(&str, &str, &str); 7] = [
    ("polly", "policy-author", "organisation"),
    ("rita", "requester", "organisation"),
    ("pete", "peer", "organisation"),
    ("olga", "service-owner", "service:checkout"),
    ("rex", "release-manager", "organisation"),
    ("opal", "operations", "organisation"),
    ("aud", "auditor", "organisation"),
];

/// Everybody's password.
pub const PASSWORD: &str = "brittle-copper-lantern-42";

/// Somebody of the cast.
#[derive(Debug, Clone)]
pub struct Member {
    /// Their person id, or the id of their service account.
    pub id: String,
    /// A token with all their rights.
    pub token: String,
}

/// A running server with an organisation in it.
#[derive(Debug)]
pub struct Site {
    /// Folder and database.
    pub home: Home,
    /// The process.
    pub server: Server,
    /// Who is in it, by user name.
    pub members: BTreeMap<String, Member>,
}

impl Site {
    /// Serves an empty home and sets the organisation up: `ada` administers, `ci` is a pipeline.
    pub async fn open(engine: Engine) -> Result<Self> {
        Self::open_with(engine, "").await
    }

    /// The same with a settings file.
    pub async fn open_with(engine: Engine, settings: &str) -> Result<Self> {
        let home = Home::new(engine)?;
        let data = home.folder().join("data");
        std::fs::create_dir_all(&data).context("make the data folder")?;
        std::fs::write(data.join("countersign.toml"), settings).context("write the settings")?;
        let server = Server::serve(&home).await?;
        let mut site = Self { home, server, members: BTreeMap::new() };
        site.set_up_admin().await.context("set up the first admin")?;
        let checkout = json!({"name": "checkout", "title": "Checkout", "domain": "payments"});
        let payments = json!({"name": "payments", "title": "Payments"});
        site.post("ada", "/v1/domains", &payments).await?.ok()?;
        site.post("ada", "/v1/services", &checkout).await?.ok()?;
        for (user, role, scope) in CAST {
            site.add_person(user).await.with_context(|| format!("add {user}"))?;
            site.bind(user, role, scope).await?;
        }
        site.add_machine("ci", &["read", "request", "gate"]).await?;
        site.go_live().await.context("make the policy live")?;
        Ok(site)
    }

    /// Ends the process as a power cut would, and starts another on the same data.
    pub async fn kill_and_restart(self) -> Result<Self> {
        let Self { home, server, members } = self;
        server.kill().await?;
        let server = Server::serve(&home).await?;
        Ok(Self { home, server, members })
    }

    /// The API as somebody of the cast sees it.
    pub fn api(&self, who: &str) -> Result<Api> {
        Ok(Api::anonymous(self.server.url())?.with_token(&self.member(who)?.token))
    }

    /// `countersign` as somebody, against this server.
    pub fn command(&self, who: &str) -> Result<Command> {
        let mut command = crate::countersign(self.home.folder())?;
        command.env("COUNTERSIGN_SERVER", self.server.url());
        command.env("COUNTERSIGN_TOKEN", &self.member(who)?.token);
        Ok(command)
    }

    /// Somebody of the cast.
    pub fn member(&self, who: &str) -> Result<&Member> {
        self.members.get(who).with_context(|| format!("nobody here is called {who}"))
    }

    /// Somebody reads.
    pub async fn get(&self, who: &str, path: &str) -> Result<Value> {
        self.api(who)?.get(path).await?.ok().with_context(|| format!("{who} reads {path}"))
    }

    /// Somebody acts; a refusal is an answer too.
    pub async fn post(&self, who: &str, path: &str, body: &Value) -> Result<crate::Answer> {
        self.api(who)?.post(path, body).await
    }

    /// Adds a person with one account, and signs them in for a token.
    pub async fn add_person(&mut self, user: &str) -> Result<()> {
        let person = json!({"name": format!("{user} of the cast"), "emails": [email(user)]});
        let person = self.post("ada", "/v1/people", &person).await?.ok()?;
        let id = text(&person, "id")?;
        self.add_account(&id, user).await
    }

    /// Adds an account to a person; the cast then knows them by this name too.
    pub async fn add_account(&mut self, person: &str, user: &str) -> Result<()> {
        let account = json!({"user_name": user, "password": PASSWORD});
        self.post("ada", &format!("/v1/people/{person}/accounts"), &account).await?.ok()?;
        let token = sign_in(self.server.url(), user).await?;
        self.members.insert(user.to_owned(), Member { id: person.to_owned(), token });
        Ok(())
    }

    /// Gives a role.
    pub async fn bind(&self, user: &str, role: &str, scope: &str) -> Result<()> {
        let member = json!({"person": self.member(user)?.id});
        let binding = json!({"role": role, "scope": scope, "member": member});
        self.post("ada", "/v1/roles/bindings", &binding).await?.ok()?;
        Ok(())
    }

    /// Takes a role.
    pub async fn unbind(&self, user: &str, role: &str, scope: &str) -> Result<crate::Answer> {
        let member = json!({"person": self.member(user)?.id});
        let binding = json!({"role": role, "scope": scope, "member": member});
        self.post("ada", "/v1/roles/bindings/removal", &binding).await
    }

    /// Adds a machine with one token.
    pub async fn add_machine(&mut self, name: &str, verbs: &[&str]) -> Result<()> {
        let account = json!({"name": name, "purpose": "builds and deploys"});
        let account = self.post("ada", "/v1/service-accounts", &account).await?.ok()?;
        let id = text(&account, "id")?;
        let token = json!({"label": "end-to-end", "verbs": verbs, "expires_in_days": 7});
        let path = format!("/v1/service-accounts/{id}/tokens");
        let token = text(&self.post("ada", &path, &token).await?.ok()?, "token")?;
        self.members.insert(name.to_owned(), Member { id, token });
        Ok(())
    }

    /// Asks for a change as rita and returns it.
    pub async fn request(&self, change: &Value) -> Result<Value> {
        self.post("rita", "/v1/changes", change).await?.ok().context("ask for a change")
    }

    /// Votes on the present revision of a change.
    pub async fn vote(&self, who: &str, change: &Value, decision: &str) -> Result<crate::Answer> {
        let revision = &change["revision"]["number"];
        let vote = json!({
            "expected_revision": revision, "decision": decision, "justification": "I read all of it.",
        });
        self.post(who, &format!("/v1/changes/{}/votes", text(change, "id")?), &vote).await
    }

    /// Has everybody approve whose approval is still needed, and returns the change. Somebody who
    /// waited for it may have begun to deploy by then.
    pub async fn approve(&self, change: &Value) -> Result<Value> {
        let path = format!("/v1/changes/{}", text(change, "id")?);
        for who in ["pete", "olga", "rex", "opal"] {
            let seen = self.get(who, &path).await?;
            if seen["state"] == "awaiting_approval" && seen["you"]["may_vote"] == true {
                self.vote(who, &seen, "approve").await?.ok()?;
            }
        }
        let change = self.get("aud", &path).await?;
        let decided =
            ["approved", "implementing", "completed"].iter().any(|s| change["state"] == *s);
        ensure!(decided, "nobody is left to approve: {change:#}");
        Ok(change)
    }

    /// The pipeline asks the gate about what a change's present revision would do.
    pub async fn ask(&self, change: &Value) -> Result<Value> {
        self.ask_about(&question(change)).await
    }

    /// The pipeline asks the gate.
    pub async fn ask_about(&self, question: &Value) -> Result<Value> {
        self.post("ci", "/v1/gate/questions", question).await?.ok().context("ask the gate")
    }

    /// The pipeline redeems a grant.
    pub async fn redeem(&self, grant: &str) -> Result<crate::Answer> {
        self.post("ci", &format!("/v1/gate/grants/{grant}/redemption"), &json!({})).await
    }

    async fn set_up_admin(&mut self) -> Result<()> {
        let token = until("the setup link is printed", async || {
            let log = self.server.log();
            let (_, rest) = log.split_once("/setup?token=")?;
            Some(rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>())
        });
        let admin = json!({
            "link_token": token.await?, "name": "Ada", "user_name": "ada", "password": PASSWORD,
        });
        let anonymous = Api::anonymous(self.server.url())?;
        anonymous.post("/v1/setup", &admin).await?.ok()?;
        let token = sign_in(self.server.url(), "ada").await?;
        let me = anonymous.with_token(&token).get("/v1/me").await?.ok()?;
        let id = text(&me["principal"], "id")?;
        self.members.insert("ada".to_owned(), Member { id, token });
        Ok(())
    }

    /// One proposes, another activates.
    async fn go_live(&self) -> Result<()> {
        let files = bundle("regulated-company")?;
        let proposal = json!({"files": files, "reason": "our first policy"});
        let proposed = self.post("polly", "/v1/policy/proposals", &proposal).await?;
        if proposed.status == 409 {
            return Ok(()); // This bundle was live from the start.
        }
        let digest = text(&proposed.ok()?, "digest")?;
        let path = format!("/v1/policy/proposals/{digest}/activation");
        self.post("ada", &path, &json!({"reason": "read and agreed"})).await?.ok()?;
        Ok(())
    }
}

/// The e-mail address of somebody of the cast.
#[must_use]
pub fn email(user: &str) -> String {
    format!("{user}@meridian.example")
}

/// A text field of an answer.
pub fn text(value: &Value, field: &str) -> Result<String> {
    let found = value[field].as_str().with_context(|| format!("no `{field}` in {value:#}"))?;
    Ok(found.to_owned())
}

/// A made-up digest; the same number gives the same one.
#[must_use]
pub fn digest(number: u64) -> String {
    format!("sha256:{number:064x}")
}

/// A request to put one artifact of checkout into an environment. The low impact keeps the
/// decision with the service's own people on every day of the week.
#[must_use]
pub fn change_of(environment: &str, digest: &str) -> Value {
    json!({
        "title": format!("Release checkout to {environment}"), "impact": "low",
        "service": "checkout", "environment": environment,
        "artifacts": [{"name": "app.bin", "digest": digest}],
    })
}

/// The question about exactly what a change's present revision would do.
#[must_use]
pub fn question(change: &Value) -> Value {
    let revision = &change["revision"];
    json!({
        "change": change["id"], "service": revision["service"],
        "environment": revision["environment"], "artifacts": revision["artifacts"]
            .as_array().into_iter().flatten()
            .map(|artifact| json!({"name": artifact["name"], "digest": artifact["digest"]}))
            .collect::<Vec<_>>(),
        "parameters": revision["parameters"],
    })
}

/// The files of a starter bundle, as the API takes them.
pub fn bundle(name: &str) -> Result<Vec<Value>> {
    let root = repository().join("policies").join(name);
    let mut files = Vec::new();
    collect(&root, &root, &mut files)?;
    ensure!(!files.is_empty(), "no bundle in {}", root.display());
    Ok(files)
}

/// The folder of this workspace.
#[must_use]
pub fn repository() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap_or(package).to_owned()
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<Value>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            let name = path.strip_prefix(root)?.to_string_lossy().into_owned();
            files.push(json!({"path": name, "text": std::fs::read_to_string(&path)?}));
        }
    }
    Ok(())
}

/// Signs in with the password and makes a personal token with all rights.
pub async fn sign_in(server: &str, user: &str) -> Result<String> {
    let anonymous = Api::anonymous(server)?;
    let credentials = json!({"user_name": user, "password": PASSWORD});
    let session = anonymous.post("/v1/sessions", &credentials).await?;
    let cookie = session.cookies.clone();
    let csrf = text(&session.ok().with_context(|| format!("sign in as {user}"))?, "csrf")?;
    let headers = [("cookie", cookie.as_str()), ("x-csrf-token", csrf.as_str())];
    let token = json!({"label": "end-to-end", "verbs": ["act", "read"], "expires_in_days": 7});
    text(&anonymous.post_with("/v1/me/tokens", &headers, &token).await?.ok()?, "token")
}
