//! An organisation to measure on: some services, one pipeline, and approvers enough.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use app::App;
use app::access::{NewAdmin, TokenDraft};
use app::organisation::PersonDraft;
use app::ports::{Clock, Ports, Random};
use app::principal::Principal;
use domain::actor::Actor;
use domain::change::{Artifact, ChangeType, Digest, Level, Material};
use domain::ids::{AccountId, PersonId};
use domain::organisation::{Criticality, Member, RoleBinding, Service, Status, Verb};
use domain::private::Private;
use domain::requirement::Scope;
use jiff::Timestamp;
use ledger::note::SigningKey;
use store::Store;
use tokio::net::TcpListener;

/// The clock of the machine.
pub struct RealClock;

impl Clock for RealClock {
    #[expect(clippy::disallowed_methods, reason = "a measurement runs in real time")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The random bits of the operating system.
pub struct RealRandom;

impl Random for RealRandom {
    #[expect(clippy::expect_used, reason = "a measurement without random bits is none")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("random bits");
    }
}

/// Clock and random bits of the machine.
pub fn ports() -> Ports {
    Ports { clock: Arc::new(RealClock), random: Arc::new(RealRandom) }
}

/// A key for the log.
pub fn key() -> anyhow::Result<SigningKey> {
    Ok(SigningKey::from_seed("bench", &[7; 32])?)
}

/// A server with its tokens.
pub struct Site {
    /// Where it listens.
    pub address: SocketAddr,
    /// Token of a service account that may ask for changes and ask the gate.
    pub pipeline: String,
    /// Token of somebody who may approve.
    pub approver: String,
    /// Token of the admin, for reading.
    pub admin: String,
    /// Session of the one who may approve, for pages.
    pub cookie: String,
    /// The use cases under it.
    pub app: Arc<App>,
    /// Who asked for the changes that are filled in.
    pub requesters: Vec<Actor>,
    /// Who approved them.
    pub approves: Actor,
}

/// The service whose throughput is measured.
pub const SERVICE: &str = "checkout";
/// All services.
pub const SERVICES: [&str; 12] = [
    SERVICE,
    "basket",
    "search",
    "catalogue",
    "payments-api",
    "ledger-feed",
    "pricing",
    "accounts",
    "mail",
    "reports",
    "gateway",
    "stock",
];
const PASSWORD: &str = "correct horse battery";
/// People who ask for changes.
const REQUESTERS: usize = 20;
/// The environment: tier T1 of the starter policy, where one peer approves.
pub const ENVIRONMENT: &str = "staging";

impl Site {
    /// Sets an organisation up on an empty store and serves it on loopback.
    pub async fn start(store: Arc<dyn Store>) -> anyhow::Result<Self> {
        let app = App::open(store, ports()).await?;
        app.begin_ledger(&key()?.verifier()).await?;
        let files = policy::starter::files("regulated-company").context("no starter policy")?;
        app.begin_policy(files).await?;
        let admin = app
            .set_up(NewAdmin {
                organisation: "Bench".to_owned(),
                name: "Admin".to_owned(),
                user_name: "admin".to_owned(),
                password: PASSWORD.to_owned(),
            })
            .await?;
        let admin = principal(&app, &admin)?;
        app.put_domain(&admin, "payments".parse()?, "Payments").await?;
        for name in SERVICES {
            let service = Service {
                name: name.parse()?,
                title: name.to_owned(),
                domain: Some("payments".parse()?),
                criticality: Criticality::Medium,
                labels: BTreeMap::new(),
                status: Status::Active,
                depends_on: BTreeSet::new(),
            };
            app.put_service(&admin, service).await?;
        }
        let mut requesters = Vec::new();
        for n in 0..REQUESTERS {
            let name = format!("requester-{n}");
            requesters.push(add_person(&app, &admin, &name, &["requester"]).await?.actor);
        }
        let approver = add_person(&app, &admin, "approver", &["peer", "service-owner"]).await?;
        let owner = add_person(&app, &admin, "owner", &[]).await?;
        let machine = app
            .add_service_account(
                &admin,
                "ci",
                "measures",
                owner.actor.person().context("no person")?,
            )
            .await?;
        let both = BTreeSet::from([Verb::Request, Verb::Gate, Verb::Read]);
        let pipeline = app.issue_service_token(&admin, &machine, token(both)).await?.text;
        let acts = || token(BTreeSet::from([Verb::Act, Verb::Read]));
        let approves = approver.actor.clone();
        let approver = app.issue_personal_token(&approver, acts()).await?.text;
        let admin = app.issue_personal_token(&admin, acts()).await?.text;
        let (cookie, _) = app.sign_in("approver", PASSWORD).await?;
        let address = serve(&app).await?;
        Ok(Self { address, pipeline, approver, admin, cookie, app, requesters, approves })
    }
}

async fn serve(app: &Arc<App>) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let state = server::AppState::new(app.clone(), server::Settings::local(key()?.verifier()));
    tokio::spawn(server::serve(listener, state, std::future::pending()));
    Ok(address)
}

fn token(verbs: BTreeSet<Verb>) -> TokenDraft {
    TokenDraft {
        label: "bench".to_owned(),
        verbs,
        services: None,
        environments: None,
        expires_in_days: 1,
    }
}

fn principal(app: &App, person: &PersonId) -> anyhow::Result<Principal> {
    let live = app.live();
    let account: AccountId = live
        .directory
        .accounts()
        .find(|a| a.person == *person)
        .map(|a| a.id.clone())
        .context("no account")?;
    Ok(Principal::person(person.clone(), account))
}

async fn add_person(
    app: &App,
    admin: &Principal,
    name: &str,
    roles: &[&str],
) -> anyhow::Result<Principal> {
    let draft = PersonDraft {
        name: name.to_owned(),
        emails: vec![format!("{name}@example.com")],
        time_zone: "UTC".to_owned(),
        place: None,
    };
    let person = app.add_person(admin, draft).await?;
    app.add_account(admin, &person, name, Some(PASSWORD)).await?;
    for role in roles {
        let binding = RoleBinding {
            role: role.parse()?,
            scope: Scope::Organisation,
            member: Member::Person(person.clone()),
        };
        app.bind_role(admin, binding).await?;
    }
    principal(app, &person)
}

/// A change of one artifact that asks for nothing else: what a measurement varies it sets itself.
pub fn material(service: &str, environment: &str, artifact: Artifact) -> anyhow::Result<Material> {
    Ok(Material {
        title: Private::from("Release"),
        description: Private::from(""),
        plain_summary: None,
        reason: Private::from(""),
        kind: ChangeType::Normal,
        template: None,
        service: service.parse()?,
        environment: environment.parse()?,
        artifacts: vec![artifact],
        parameters: BTreeMap::new(),
        plan: None,
        evidence: Vec::new(),
        window: None,
        contributors: Vec::new(),
        source: None,
        impact: Level::Low,
        urgency: Level::Low,
        complexity: Level::Low,
        incident: None,
        attributes: BTreeMap::new(),
        version: None,
        paths: BTreeSet::new(),
    })
}

/// An artifact whose bytes are `bytes`.
pub fn artifact(name: &str, bytes: &[u8]) -> Artifact {
    Artifact { name: name.to_owned(), digest: Digest::of(bytes), reference: None }
}
