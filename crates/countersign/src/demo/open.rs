//! The changes that are open when somebody signs in: one in each state worth looking at.

use std::collections::{BTreeMap, VecDeque};

use anyhow::{Context, Result};
use app::change::NewChange;
use app::principal::Principal;
use domain::change::{Artifact, ChangeType, Level, VoteDecision, Window};
use domain::ids::ChangeId;
use jiff::Timestamp;
use policy::Assessed;

use super::World;
use super::calendar::minutes;
use super::chance::Chance;
use super::organisation::{CHECKOUT_PIPELINE, MAIL, SERVICES, ServiceRow};
use super::sample;
use super::session::Session;
use super::text;
use super::vote::{self, Next};
use super::wish::{Wish, image};

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

/// What happens to an open change, in order.
enum Act {
    /// It is asked for.
    Request,
    /// It is written down and not handed in.
    Draft,
    /// A session about it is set up, which begins so many minutes later.
    Meet(i64),
    /// The session came to an agreement, and it is handed in.
    Agree,
    /// Everybody needed approves, but holders of these roles.
    Approve(&'static [&'static str]),
    /// This person approves.
    ApproveBy(&'static str),
    /// This person wants something changed.
    RequestChanges(&'static str),
    /// This person stops it.
    Hold(&'static str),
}

/// An open change and what is still to happen to it.
pub struct Open {
    wish: Wish,
    requester: Principal,
    acts: VecDeque<(i64, Act)>,
    change: Option<ChangeId>,
    session: Option<Session>,
    chance: Chance,
}

impl Open {
    /// Does what comes next and says when to go on.
    ///
    /// # Errors
    /// A use case refuses what it should not.
    pub async fn step(&mut self, world: &World<'_>, now: Timestamp) -> Result<Option<Timestamp>> {
        let Some((_, act)) = self.acts.front() else { return Ok(None) };
        let goes_on = self.play(world, act, now).await.with_context(|| self.wish.title.clone())?;
        match goes_on {
            Played::Made(id) => self.change = Some(id),
            Played::Met(session) => self.session = Some(session),
            Played::More => return Ok(Some(minutes(now, 3).min(world.end))),
            Played::Done => {}
        }
        self.acts.pop_front();
        let next = self.acts.front().map(|(gap, _)| minutes(now, *gap));
        Ok(next.map(|at| at.min(world.end)))
    }

    async fn play(&self, world: &World<'_>, act: &Act, now: Timestamp) -> Result<Played> {
        let app = world.app;
        let id = || self.change.as_ref().context("nobody asked for the change yet");
        match act {
            Act::Request => return Ok(Played::Made(self.request(world, true).await?)),
            Act::Draft => return Ok(Played::Made(self.request(world, false).await?)),
            Act::Meet(later) => return self.meet(world, minutes(now, *later)).await,
            Act::Agree => {
                let session = self.session.as_ref().context("nobody set up a session")?;
                session.agree(world, &self.requester).await?;
            }
            Act::Hold(user) => {
                let why = text::HOLDS[2];
                app.hold_change(&world.cast.user(user)?.principal(), id()?, why).await?;
            }
            Act::RequestChanges(user) => {
                self.vote(world, user, VoteDecision::RequestChanges, text::CHANGES_WANTED[0])
                    .await?;
            }
            Act::ApproveBy(user) => {
                let words = "Presented in the board; the rollback plan convinced me.";
                self.vote(world, user, VoteDecision::Approve, words).await?;
            }
            Act::Approve(except) => {
                let seen = vote::look(app, world.cast, id()?).await?;
                let mut chance = self.chance.clone();
                if let Next::Voter(voter, role) = vote::next(world.cast, &seen, except, &mut chance)
                {
                    let words = chance.word(text::approval(role.as_str()));
                    self.vote(world, voter.row.user, VoteDecision::Approve, words).await?;
                    return Ok(Played::More);
                }
            }
        }
        Ok(Played::Done)
    }

    async fn meet(&self, world: &World<'_>, from: Timestamp) -> Result<Played> {
        let author = self.wish.authors.first().context("nobody wrote it")?;
        let mut people = world.cast.people().iter();
        let author = people.find(|c| c.email() == *author).context("its author is a stranger")?;
        let change = self.change.as_ref().context("nobody asked for the change yet")?;
        let mut chance = self.chance.clone();
        let about = (change, author);
        Ok(Played::Met(Session::open(world, &self.wish, about, from, &mut chance).await?))
    }

    async fn request(&self, world: &World<'_>, submit: bool) -> Result<ChangeId> {
        let material = self.wish.material()?;
        let new = NewChange { material, submit, supersedes: None };
        Ok(world.app.create_change(&self.requester, new).await?.value.id.clone())
    }

    async fn vote(
        &self,
        world: &World<'_>,
        user: &str,
        decision: VoteDecision,
        words: &str,
    ) -> Result<()> {
        let principal = world.cast.user(user)?.principal();
        let id = self.change.as_ref().context("nobody asked for the change yet")?;
        super::ballot::cast(world.app, &principal, id, decision, words).await
    }
}

/// What an act came to.
enum Played {
    Made(ChangeId),
    Met(Session),
    More,
    Done,
}

/// A wish for production with the levels and authors given.
fn wish(service: &str, title: &str, levels: [Level; 3], authors: &[&str]) -> Result<Wish> {
    let row: Option<&'static ServiceRow> = SERVICES.iter().find(|s| s.name == service);
    let row = row.with_context(|| format!("the demo has no service `{service}`"))?;
    let known = |user: &&str| {
        if user.contains('@') { (*user).to_owned() } else { format!("{user}@{MAIL}") }
    };
    Ok(Wish {
        service: row,
        environment: "production".to_owned(),
        title: title.to_owned(),
        description: String::new(),
        reason: text::REASONS[0].to_owned(),
        kind: ChangeType::Normal,
        template: None,
        artifact: image(service, &title.to_lowercase().replace(' ', "-")),
        parameters: BTreeMap::new(),
        levels,
        authors: authors.iter().map(known).collect(),
        touches: None,
        incident: None,
        window: None,
        evidence: Vec::new(),
    })
}

fn image_of(service: &str, version: &str) -> Artifact {
    image(service, &format!("{version}-open"))
}

const LOW: [Level; 3] = [Level::Low, Level::Low, Level::Medium];
const SOME: [Level; 3] = [Level::Medium, Level::Medium, Level::Medium];
const MUCH: [Level; 3] = [Level::High, Level::Medium, Level::Medium];
const MOST: [Level; 3] = [Level::High, Level::High, Level::High];

/// Artifacts that must have run in staging before the open changes are asked for.
///
/// # Errors
/// A table holds a malformed name.
pub fn staged() -> Result<Vec<Wish>> {
    let mut wishes = Vec::new();
    for (service, title, artifact, author) in [
        (
            "account-ledger",
            "Online migration of the entries table",
            image_of("account-ledger", "4.0"),
            "felix.brandt",
        ),
        ("statements", "Sign PDF statements", image_of("statements", "3.0"), "grace.kim"),
        ("checkout", "Apple Pay on the web", sample::ready(), "wei.zhang"),
        ("checkout", "Keep the basket for a week", sample::app(), "wei.zhang"),
    ] {
        let wish = wish(service, title, SOME, &[author])?;
        wishes.push(Wish { environment: "staging".to_owned(), artifact, ..wish });
    }
    Ok(wishes)
}

/// The open changes, each with the time at which it begins.
///
/// # Errors
/// A table holds a malformed name, or policy refuses one.
pub fn changes(world: &World<'_>) -> Result<Vec<(Timestamp, Open)>> {
    let by = |user: &str| world.cast.user(user).map(super::cast::Character::principal);
    let mut found = vec![
        due_soon(world)?,
        session_tomorrow(world)?,
        unknown_contributor(world)?,
        held(world)?,
        ready(world)?,
        awaiting_cab(world)?,
        changes_requested(world)?,
        window_tomorrow(world)?,
        awaiting_release_manager(world)?,
        awaiting_compliance(world)?,
    ];
    let draft = Wish {
        description: "Still to do: the migration of old refunds.".to_owned(),
        ..wish("refunds", "Reason codes for refunds", SOME, &["lena.hoffmann"])?
    };
    found.push(open(world, 5 * HOUR, draft, by("lena.hoffmann")?, vec![(0, Act::Draft)]));
    Ok(found)
}

fn open(
    world: &World<'_>,
    minutes_ago: i64,
    wish: Wish,
    requester: Principal,
    acts: Vec<(i64, Act)>,
) -> (Timestamp, Open) {
    let begin = minutes(world.end, -minutes_ago);
    let chance = Chance::new(u64::try_from(minutes_ago).unwrap_or(0));
    (begin, Open { wish, requester, acts: acts.into(), change: None, session: None, chance })
}

/// Minutes until a change is handed in that is talked over first.
const ALIGNING: i64 = 95;

/// Written down, talked over, handed in.
fn aligned() -> Vec<(i64, Act)> {
    vec![(0, Act::Draft), (5, Act::Meet(40)), (90, Act::Agree)]
}

/// Complex and risky: a session about it is tomorrow.
fn session_tomorrow(world: &World<'_>) -> Result<(Timestamp, Open)> {
    let wish = Wish {
        description: "Uses the instant scheme up to 10,000 euro, for merchants verified in person."
            .to_owned(),
        artifact: image_of("payouts", "5.0.0"),
        ..wish("payouts", "Instant payouts for verified merchants", MOST, &["amara.nwosu"])?
    };
    let requester = world.cast.user("amara.nwosu")?.principal();
    let acts = vec![(0, Act::Draft), (25, Act::Meet(24 * HOUR))];
    Ok(open(world, 3 * HOUR, wish, requester, acts))
}

/// Waits for the owner of checkout alone, and an answer is due within the hour.
fn due_soon(world: &World<'_>) -> Result<(Timestamp, Open)> {
    let wish = Wish {
        description:
            "Stored cards and wallets get one sign-in step less. Behind the flag `one-step`, \
                      5 % of customers in the first day."
                .to_owned(),
        reason: "Committed to the three largest merchants for this month.".to_owned(),
        touches: Some("auth"),
        artifact: image_of("checkout", "4.18.0"),
        parameters: [("flag".to_owned(), "one-step".to_owned())].into(),
        ..wish(
            "checkout",
            "One-step payment for returning customers",
            MOST,
            &["lena.hoffmann", "tobias.krueger"],
        )?
    };
    let requester = world.cast.user("lena.hoffmann")?.principal();
    let due = match world.app.explain_material(&requester, wish.material()?, None)? {
        Assessed::Assessed { assessment, .. } => {
            let for_owner = |r: &&domain::requirement::Requirement| {
                r.roles.iter().any(|role| role.as_str() == "service-owner")
            };
            let requirements = assessment.requirements.iter().filter(for_owner);
            requirements.filter_map(|r| r.due_minutes).min()
        }
        Assessed::Undecided { .. } | Assessed::Refused { .. } => None,
    };
    let age = due.map_or(DAY, i64::from).clamp(2 * HOUR, 3 * DAY) - 45;
    let mut acts = aligned();
    acts.push((20, Act::Approve(&["peer", "service-owner"])));
    Ok(open(world, age + ALIGNING, wish, requester, acts))
}

fn unknown_contributor(world: &World<'_>) -> Result<(Timestamp, Open)> {
    let authors = ["yuki.tanaka", "b.archer@studio-nine.example"];
    let wish = Wish {
        description: "The agent sees the five strongest signals beside the score. Part of it was \
                      written by a contractor."
            .to_owned(),
        artifact: image_of("fraud-scoring", "3.7.0"),
        ..wish("fraud-scoring", "Explain a score to the agent", LOW, &authors)?
    };
    let requester = world.cast.user("yuki.tanaka")?.principal();
    let acts = vec![(0, Act::Request), (35, Act::Approve(&[]))];
    Ok(open(world, 21 * HOUR, wish, requester, acts))
}

fn held(world: &World<'_>) -> Result<(Timestamp, Open)> {
    let wish = Wish {
        description: "Two old cipher suites go; no client has used them for 60 days.".to_owned(),
        touches: Some("network"),
        artifact: image_of("api-edge", "2.31.0"),
        ..wish("api-edge", "TLS settings of this year", SOME, &["lukas.vogel"])?
    };
    let requester = world.cast.user("lukas.vogel")?.principal();
    let acts =
        vec![(0, Act::Request), (50, Act::Approve(&["security"])), (90, Act::Hold("sven.larsson"))];
    Ok(open(world, 17 * HOUR, wish, requester, acts))
}

/// Approved for exactly the file `ready.bin` that the demo has written.
fn ready(world: &World<'_>) -> Result<(Timestamp, Open)> {
    let wish = Wish {
        description: "Apple Pay for all browsers that offer it.".to_owned(),
        artifact: sample::ready(),
        ..wish("checkout", "Apple Pay on the web", SOME, &["wei.zhang"])?
    };
    let requester = world.cast.machine(CHECKOUT_PIPELINE)?.principal.clone();
    let acts = vec![(0, Act::Request), (15, Act::Approve(&[]))];
    Ok(open(world, 4 * HOUR, wish, requester, acts))
}

fn awaiting_cab(world: &World<'_>) -> Result<(Timestamp, Open)> {
    let mut wish = Wish {
        description:
            "Adds a column to 1.9 billion entries in three steps without a lock. Each step can \
                      be undone for a day."
                .to_owned(),
        touches: Some("schema"),
        artifact: image_of("account-ledger", "4.0"),
        ..wish("account-ledger", "Online migration of the entries table", MOST, &["felix.brandt"])?
    };
    let requester = attested(world, &mut wish, "felix.brandt")?;
    let mut acts = aligned();
    acts.extend([(60, Act::Approve(&["cab"])), (120, Act::ApproveBy("ursula.keller"))]);
    Ok(open(world, 26 * HOUR + ALIGNING, wish, requester, acts))
}

fn changes_requested(world: &World<'_>) -> Result<(Timestamp, Open)> {
    let wish = Wish {
        description: "Agents see an address only after giving a reason.".to_owned(),
        artifact: image_of("customer-profile", "5.2.0"),
        ..wish(
            "customer-profile",
            "Mask e-mail addresses in the back office",
            MUCH,
            &["nadia.haddad"],
        )?
    };
    let requester = world.cast.user("nadia.haddad")?.principal();
    let acts = vec![(0, Act::Request), (40, Act::RequestChanges("arjun.mehta"))];
    Ok(open(world, 5 * HOUR + 30, wish, requester, acts))
}

fn window_tomorrow(world: &World<'_>) -> Result<(Timestamp, Open)> {
    let from = minutes(world.end, 22 * HOUR);
    let wish = Wish {
        description: "Used when the first provider takes over ten seconds.".to_owned(),
        artifact: image_of("notifications", "6.4.0"),
        window: Some(Window { from, until: minutes(from, 3 * HOUR) }),
        ..wish("notifications", "Second SMS provider for Asia", SOME, &["kenji.mori"])?
    };
    let requester = world.cast.user("kenji.mori")?.principal();
    let acts = vec![(0, Act::Request), (30, Act::Approve(&[]))];
    Ok(open(world, 11 * HOUR, wish, requester, acts))
}

fn awaiting_release_manager(world: &World<'_>) -> Result<(Timestamp, Open)> {
    let wish = Wish {
        description: "Five percent of the traffic first, by header.".to_owned(),
        artifact: image_of("api-edge", "2.32.0"),
        ..wish("api-edge", "Route v3 of the payments API", SOME, &["maria.santos"])?
    };
    let requester = world.cast.user("maria.santos")?.principal();
    let acts = vec![(0, Act::Request), (12, Act::Approve(&["release-manager", "cab"]))];
    Ok(open(world, 3 * HOUR, wish, requester, acts))
}

fn awaiting_compliance(world: &World<'_>) -> Result<(Timestamp, Open)> {
    let mut wish = Wish {
        description: "Tax offices ask for a signature from January.".to_owned(),
        artifact: image_of("statements", "3.0"),
        ..wish("statements", "Sign PDF statements", SOME, &["grace.kim"])?
    };
    let requester = attested(world, &mut wish, "grace.kim")?;
    let acts = vec![(0, Act::Request), (25, Act::Approve(&["compliance"]))];
    Ok(open(world, 6 * HOUR, wish, requester, acts))
}

/// Adds the evidence policy asks for; whose word it hears then asks for the change.
fn attested(world: &World<'_>, wish: &mut Wish, user: &str) -> Result<Principal> {
    let requester = world.cast.user(user)?.principal();
    super::evidence::supply(world, wish, &requester, minutes(world.end, -2 * DAY))
}
