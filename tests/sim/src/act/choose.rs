//! Choosing what happens next.

use std::collections::{BTreeMap, BTreeSet};

use app::change::QuestionDraft;
use app::principal::Principal;
use domain::change::{
    Artifact, ChangeType, Contribution, Contributor, DeploymentOutcome, Digest, Level, Material,
    VoteDecision,
};
use domain::ids::{ChangeId, PersonId};
use domain::organisation::{Member, RoleBinding, Status};
use domain::private::Private;

use super::{Action, Organise, away, freeze, organise, overriding};
use crate::cast::{Cast, ENVIRONMENTS, SERVICES, Someone};
use crate::chance::Chance;
use crate::model::Model;
use crate::model::change::{Change, State};
use crate::rules::{Need, Strictness};

/// No more is asked for while so many are open.
const OPEN_MAX: usize = 40;

/// What choosing looks at.
pub struct Scene<'a> {
    /// Everybody.
    pub cast: &'a Cast,
    /// The world as it stands.
    pub model: &'a Model,
    /// Now.
    pub now: jiff::Timestamp,
    /// Ids of changes that are not over.
    pub open: &'a BTreeSet<String>,
}

impl Scene<'_> {
    /// Somebody who is at work, or somebody.
    pub(super) fn someone(&self, chance: &mut Chance) -> &Someone {
        let n = self.cast.people.len();
        for _ in 0..6 {
            if let Some(someone) = self.cast.people.get(chance.below(n))
                && someone.is_at_work(self.now)
            {
                return someone;
            }
        }
        self.cast.people.get(chance.below(n)).unwrap_or(&self.cast.admin)
    }

    /// Somebody who fits, most of the time; now and then anybody, to be refused.
    pub(super) fn fitting(
        &self,
        chance: &mut Chance,
        fits: impl Fn(&Someone) -> bool,
    ) -> Principal {
        if !chance.once_in(10) {
            for _ in 0..24 {
                let someone = self.someone(chance);
                if fits(someone) {
                    return someone.principal.clone();
                }
            }
        }
        self.whoever(chance)
    }

    /// A change in a state, if a few looks find one; else any.
    fn change_in(&self, state: State, chance: &mut Chance) -> Option<&Change> {
        for _ in 0..4 {
            let change = self.change(chance)?;
            if change.state == state {
                return Some(change);
            }
        }
        self.change(chance)
    }

    pub(super) fn change(&self, chance: &mut Chance) -> Option<&Change> {
        let at = chance.below(self.open.len());
        self.model.changes.get(self.open.iter().nth(at)?)
    }

    fn whoever(&self, chance: &mut Chance) -> Principal {
        if chance.once_in(3)
            && let Some(machine) = chance.one_of(&self.cast.machines)
        {
            return machine.clone();
        }
        self.someone(chance).principal.clone()
    }

    /// Whoever asked for a change, mostly.
    pub(super) fn requester(&self, change: &Change, chance: &mut Chance) -> Principal {
        let maker = change.makers.first().map(|m| crate::model::text(m, "/person"));
        let found = maker.and_then(|person| self.cast.by_person(person));
        match found {
            Some(someone) if !chance.once_in(8) => someone.principal.clone(),
            _ => self.whoever(chance),
        }
    }
}

/// What happens next.
#[must_use]
pub fn choose(scene: &Scene<'_>, chance: &mut Chance) -> Action {
    let chosen = match chance.below(100) {
        0..=14 if scene.open.len() < OPEN_MAX => Some(create(scene, chance)),
        0..=40 => vote(scene, chance),
        41..=47 => Some(Action::VoteFromInbox { who: scene.someone(chance).principal.clone() }),
        48..=64 => ask(scene, chance),
        65..=72 => deploy(scene, chance),
        73..=76 => shepherd(scene, chance),
        77..=79 => hold(scene, chance),
        80..=83 => organise(scene, chance),
        84..=87 => away::choose(scene, chance).map(Action::Away),
        88..=89 => freeze::choose(scene, chance).map(Action::Freeze),
        90..=92 => overriding::choose(scene, chance).map(Action::Override),
        _ => Some(Action::Tick),
    };
    chosen.unwrap_or_else(|| {
        if scene.open.len() < OPEN_MAX { create(scene, chance) } else { Action::Tick }
    })
}

/// What another node does between deciding and storing an action: mostly something about the same
/// change, that should win.
#[must_use]
pub fn overtaking(scene: &Scene<'_>, action: &Action, chance: &mut Chance) -> Action {
    if matches!(action, Action::Tick) && chance.once_in(2) {
        return Action::Tick;
    }
    let change = action.change().and_then(|id| scene.model.changes.get(id.as_str()));
    let about = change.and_then(|change| {
        let id: ChangeId = change.id.parse().ok()?;
        let who = scene.someone(chance).principal.clone();
        let revision = u32::try_from(change.number()).ok()?;
        Some(match chance.below(7) {
            5 => Action::Freeze(freeze::choose(scene, chance)?),
            6 => Action::Away(away::choose(scene, chance)?),
            0 => Action::Hold { who: scene.cast.admin.principal.clone(), change: id },
            1 => {
                let says = VoteDecision::Reject;
                Action::Vote { who, change: id, revision, says, on_behalf_of: None }
            }
            2 => Action::Withdraw { who: scene.cast.admin.principal.clone(), change: id },
            3 => leave(scene, change.votes.last().map(|v| v.person.as_str()))?,
            _ => revise(scene, change, chance)?,
        })
    });
    about.or_else(|| organise(scene, chance)).unwrap_or(Action::Tick)
}

fn leave(scene: &Scene<'_>, person: Option<&str>) -> Option<Action> {
    let someone = scene.cast.by_person(person?)?;
    let (who, person) = (scene.cast.admin.principal.clone(), someone.person.clone());
    Some(Action::Organise(Organise::Person { who, person, status: Status::Inactive }))
}

fn material(scene: &Scene<'_>, chance: &mut Chance) -> Material {
    let (service, _) = SERVICES[chance.below(SERVICES.len())];
    let environment = ENVIRONMENTS[[0, 1, 1, 2, 2, 2, 3][chance.below(7)]];
    let version = chance.below(1_000_000);
    let mut contributors = Vec::new();
    if chance.once_in(3) {
        let identity = if chance.once_in(12) {
            "nobody@example.net".to_owned()
        } else {
            scene.someone(chance).email()
        };
        let contribution = Contribution::Author;
        contributors.push(Contributor { contribution, identity: Private::new(identity) });
    }
    let parameters = if chance.once_in(4) {
        BTreeMap::from([("replicas".to_owned(), chance.below(9).to_string())])
    } else {
        BTreeMap::new()
    };
    let level = |n: usize| [Level::Low, Level::Medium, Level::High][n % 3];
    let emergency = chance.once_in(5);
    Material {
        title: Private::new(format!("Release {service} {version}")),
        description: Private::new(String::new()),
        reason: Private::new("planned".to_owned()),
        plain_summary: None,
        kind: if emergency { ChangeType::Emergency } else { ChangeType::Normal },
        template: None,
        service: service.parse().unwrap_or_else(|_| unreachable!("a name of this file")),
        environment: environment.parse().unwrap_or_else(|_| unreachable!("a name of this file")),
        artifacts: vec![Artifact {
            name: format!("{service}.bin"),
            digest: Digest::of(format!("{service} {version}").as_bytes()),
            reference: None,
        }],
        parameters,
        plan: None,
        evidence: Vec::new(),
        window: None,
        contributors,
        source: None,
        impact: level(chance.below(3)),
        urgency: level(chance.below(3)),
        complexity: level(chance.below(3)),
        incident: emergency.then(|| "INC-7".to_owned()),
        attributes: BTreeMap::new(),
        version: None,
        paths: BTreeSet::new(),
    }
}

fn create(scene: &Scene<'_>, chance: &mut Chance) -> Action {
    let organisation = &scene.model.organisation;
    let asks = |someone: &Someone| {
        organisation.holds(someone.person.as_str(), "requester", "organisation", "")
    };
    let who = if chance.once_in(4) { scene.whoever(chance) } else { scene.fitting(chance, asks) };
    if chance.once_in(8) {
        let items = set(scene, chance);
        return Action::CreateSet { who, items, submit: !chance.once_in(10) };
    }
    let material = Box::new(material(scene, chance));
    let supersedes = if chance.once_in(25) {
        scene.change(chance).and_then(|change| change.id.parse().ok())
    } else {
        None
    };
    Action::Create { who, material, submit: !chance.once_in(10), supersedes }
}

/// Two or three for the same environment, mostly of both domains.
fn set(scene: &Scene<'_>, chance: &mut Chance) -> Vec<Material> {
    let first = chance.below(SERVICES.len());
    let environment = ["staging", "staging", "production"][chance.below(3)];
    let items = (0..2 + chance.below(2)).map(|n| {
        let mut item = material(scene, chance);
        let (service, _) = SERVICES[(first + n * 2) % SERVICES.len()];
        item.service = service.parse().unwrap_or(item.service);
        item.environment = environment.parse().unwrap_or(item.environment);
        item
    });
    items.collect()
}

fn revise(scene: &Scene<'_>, change: &Change, chance: &mut Chance) -> Option<Action> {
    let mut material = material(scene, chance);
    material.service = change.material("service").parse().ok()?;
    material.environment = change.material("environment").parse().ok()?;
    Some(Action::Revise {
        who: scene.requester(change, chance),
        change: change.id.parse().ok()?,
        revision: u32::try_from(change.number()).ok()?,
        material: Box::new(material),
    })
}

fn vote(scene: &Scene<'_>, chance: &mut Chance) -> Option<Action> {
    let change = scene.change_in(State::AwaitingApproval, chance)?;
    let stale = u64::from(chance.once_in(20));
    let (organisation, standing) = (&scene.model.organisation, change.standing());
    let needs = change.needs().into_iter().chain(change.added_needs()).flatten();
    let needs: Vec<_> = needs.collect();
    let can = |someone: &Someone| {
        let (person, service) = (someone.person.as_str(), change.material("service"));
        let near = |need: &Need| organisation.holds(person, &need.role, &need.reach, service);
        !standing.contains_key(person) && needs.iter().any(near)
    };
    let says = match chance.below(24) {
        0 => VoteDecision::Reject,
        1 => VoteDecision::RequestChanges,
        2 => VoteDecision::Abstain,
        _ => VoteDecision::Approve,
    };
    // Whoever holds the role and answers for somebody with a hand in it tries, and must not count.
    let (hands, at) = (change.hands(scene.model).0, scene.now.as_millisecond());
    let torn = |someone: &&Someone| {
        let person = someone.person.as_str();
        can(someone) && !hands.contains(person) && change.has_hand(scene.model, &hands, person, at)
    };
    let torn: Vec<&Someone> = scene.cast.people.iter().filter(torn).collect();
    let (who, on_behalf_of) = match for_somebody(scene, change, chance) {
        _ if !torn.is_empty() && chance.once_in(2) => {
            (chance.one_of(&torn)?.principal.clone(), None)
        }
        Some(both) if chance.once_in(3) => both,
        _ => (scene.fitting(chance, can), None),
    };
    Some(Action::Vote {
        who,
        change: change.id.parse().ok()?,
        revision: u32::try_from(change.number() + stale).ok()?,
        says,
        on_behalf_of,
    })
}

/// Somebody who may answer for somebody else, mostly; also by a delegation that is over.
fn for_somebody(
    scene: &Scene<'_>,
    change: &Change,
    chance: &mut Chance,
) -> Option<(Principal, Option<PersonId>)> {
    let organisation = &scene.model.organisation;
    let at = scene.now.as_millisecond();
    let lately = organisation.delegations.by_id.values().rev().take(30);
    let about = lately.filter(|d| {
        organisation.covers(&d.scope, change.material("service"))
            && (d.is_open(at) || chance.once_in(10))
    });
    let about: Vec<_> = about.collect();
    let given = chance.one_of(&about)?;
    let who = scene.cast.by_person(&given.to_person)?.principal.clone();
    Some((who, Some(given.from_person.parse().ok()?)))
}

/// The question that fits a change.
#[must_use]
pub fn question_about(change: &Change) -> Option<QuestionDraft> {
    let parameters = change.revision.pointer("/material/parameters").cloned().unwrap_or_default();
    Some(QuestionDraft {
        change: change.id.parse().ok(),
        service: change.material("service").parse().ok()?,
        environment: change.material("environment").parse().ok()?,
        artifacts: change.artifacts().into_iter().filter_map(|d| d.parse().ok()).collect(),
        parameters: serde_json::from_value(parameters).unwrap_or_default(),
        plan: None,
        state_serial: None,
    })
}

fn ask(scene: &Scene<'_>, chance: &mut Chance) -> Option<Action> {
    let at = scene.now.as_millisecond();
    let open = scene.open.iter().filter_map(|id| scene.model.changes.get(id));
    let overridden: Vec<&Change> =
        open.filter(|c| c.overrides.iter().any(|o| !o.used && at < o.until)).collect();
    // Whoever opened the gate wants to pass it now.
    let change = match chance.one_of(&overridden) {
        Some(change) if chance.once_in(2) => *change,
        _ => scene.change_in(State::Approved, chance)?,
    };
    let mut question = question_about(change)?;
    if chance.once_in(4) {
        question.change = None;
    }
    match chance.below(24) {
        0 => question.artifacts = BTreeSet::from([Digest::of(b"something else")]),
        1 => question.environment = "production".parse().ok()?,
        2 => {
            question.parameters.insert("debug".to_owned(), "true".to_owned());
        }
        _ => {}
    }
    let who = chance.one_of(&scene.cast.machines)?.clone();
    Some(Action::Ask { who, question: Box::new(question) })
}

fn deploy(scene: &Scene<'_>, chance: &mut Chance) -> Option<Action> {
    let mut running = scene.open.iter().filter_map(|id| scene.model.changes.get(id));
    let running = running.find(|change| change.state == State::Implementing);
    // Ids rise with time: mostly a grant that was given lately, and else what began longest ago ends.
    let mut grants = scene.model.grants.values().rev();
    let grant = match running.filter(|_| chance.once_in(3)) {
        Some(change) => grants.find(|grant| grant.change == change.id)?,
        None => *chance.one_of(&grants.take(4).collect::<Vec<_>>())?,
    };
    let change = scene.model.changes.get(&grant.change)?;
    let id: ChangeId = change.id.parse().ok()?;
    let asked_by = serde_json::from_value(grant.data.get("asked_by")?.clone()).ok()?;
    let who = if chance.once_in(15) {
        scene.whoever(chance)
    } else {
        Principal { actor: asked_by, token: None, authentication: None, credential: None }
    };
    if change.state == State::Implementing {
        let how = match chance.below(6) {
            0 => DeploymentOutcome::Failed,
            1 => DeploymentOutcome::RolledBack,
            2 => DeploymentOutcome::WithIssues,
            _ => DeploymentOutcome::Successful,
        };
        let deployment = change.running()?.parse().ok()?;
        return Some(Action::Report { who, change: id, deployment, how });
    }
    Some(Action::Redeem { who, grant: grant.id.parse().ok()? })
}

/// What those who asked for a change do with it.
fn shepherd(scene: &Scene<'_>, chance: &mut Chance) -> Option<Action> {
    let change = scene.change(chance)?;
    let who = scene.requester(change, chance);
    let id: ChangeId = change.id.parse().ok()?;
    match change.state {
        State::Draft | State::Assessing => {
            let revision = u32::try_from(change.number()).ok()?;
            Some(Action::Submit { who, change: id, revision })
        }
        State::Completed => Some(Action::Close { who, change: id }),
        _ if chance.once_in(5) => Some(Action::Withdraw { who, change: id }),
        _ => revise(scene, change, chance),
    }
}

fn hold(scene: &Scene<'_>, chance: &mut Chance) -> Option<Action> {
    let change = scene.change(chance)?;
    let id: ChangeId = change.id.parse().ok()?;
    let who = scene.someone(chance).principal.clone();
    match change.holds.iter().next() {
        Some(hold) => Some(Action::Release { who, change: id, hold: hold.parse().ok()? }),
        None => Some(Action::Hold { who, change: id }),
    }
}

fn organise(scene: &Scene<'_>, chance: &mut Chance) -> Option<Action> {
    let (cast, someone) = (scene.cast, scene.someone(chance));
    let who = cast.admin.principal.clone();
    let gone = |id: &str| !scene.model.organisation.is_here(id);
    Some(Action::Organise(match chance.below(15) {
        0..=1 => {
            let (person, status) = (someone.person.clone(), Status::Inactive);
            Organise::Person { who, person, status }
        }
        // More come back than leave, or nobody would be left.
        2..=4 => {
            let back = cast.people.iter().find(|p| gone(p.person.as_str()))?;
            Organise::Person { who, person: back.person.clone(), status: Status::Active }
        }
        // Those too: one that is disabled is mostly enabled again before the next one is.
        5 => {
            let usable = |p: &&Someone| scene.model.organisation.is_usable(p.account.as_str());
            let disabled = cast.people.iter().find(|p| !usable(p)).filter(|_| !chance.once_in(3));
            let status = if disabled.is_some() { Status::Active } else { Status::Inactive };
            let account = disabled.unwrap_or(someone).account.clone();
            Organise::Account { who, account, status }
        }
        6..=8 => {
            let (role, scope) = *chance.one_of(&[
                ("service-owner", "domain:shop"),
                ("service-owner", "domain:finance"),
                ("service-owner", "service:search"),
                ("release-manager", "domain:shop"),
                ("release-manager", "domain:finance"),
                ("security", "organisation"),
                ("requester", "organisation"),
                ("operations", "domain:shop"),
                ("operations", "organisation"),
            ])?;
            let member = Member::Person(someone.person.clone());
            let binding =
                RoleBinding { role: role.parse().ok()?, scope: scope.parse().ok()?, member };
            if chance.once_in(2) {
                Organise::Bind { who, binding }
            } else {
                Organise::Unbind { who, binding }
            }
        }
        9 => {
            let mut members: BTreeSet<_> = BTreeSet::new();
            // Now and then nobody is left in it.
            for _ in 0..if chance.once_in(4) { 0 } else { 5 } {
                members.insert(scene.someone(chance).person.clone());
            }
            Organise::Group { who, group: cast.security.clone(), members }
        }
        12..=14 => organise::on_call(scene, chance)?,
        n => {
            let [first, second] = &cast.authors;
            let other = match scene.model.strictness()? {
                Strictness::Usual => Strictness::Strict,
                Strictness::Strict => Strictness::Usual,
            };
            let digest = scene.model.bundles.iter().find(|(_, s)| **s == other)?.0.clone();
            match n {
                10 => Organise::Propose { who: first.principal.clone(), strictness: other },
                _ => Organise::Activate { who: second.principal.clone(), digest },
            }
        }
    }))
}
