//! Changes, votes and grants.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::asking::AllAsking;
use super::overriding::Override;
use super::{Entry, Model, text, time};
use crate::rules::Need;

/// Where a change stands, in the words of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Draft,
    Assessing,
    AwaitingApproval,
    Approved,
    Implementing,
    Completed,
    Closed,
    Rejected,
    Cancelled,
    Expired,
    Superseded,
}

impl State {
    /// The word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Assessing => "assessing",
            Self::AwaitingApproval => "awaiting_approval",
            Self::Approved => "approved",
            Self::Implementing => "implementing",
            Self::Completed => "completed",
            Self::Closed => "closed",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
        }
    }

    /// Whether nothing more can come of it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            Self::Closed | Self::Rejected | Self::Cancelled | Self::Expired | Self::Superseded
        )
    }
}

/// A vote.
#[derive(Debug, Clone)]
pub struct Vote {
    /// The vote.
    pub id: String,
    /// Who.
    pub person: String,
    /// Through which account.
    pub account: String,
    /// On which revision.
    pub revision: u64,
    /// On which content.
    pub digest: String,
    /// `approve`, `reject`, `request_changes`, `abstain`.
    pub says: String,
    /// For whom, and by which delegation.
    pub on_behalf_of: Option<(String, String)>,
    /// When.
    pub at: i64,
}

impl Vote {
    fn of(data: &Value) -> Self {
        let other = text(data, "/on_behalf_of/person");
        let delegation = text(data, "/on_behalf_of/delegation");
        Self {
            id: text(data, "/id").to_owned(),
            person: text(data, "/person").to_owned(),
            account: text(data, "/account").to_owned(),
            revision: data.get("revision").and_then(Value::as_u64).unwrap_or(0),
            digest: text(data, "/revision_digest").to_owned(),
            says: text(data, "/decision").to_owned(),
            on_behalf_of: (!other.is_empty()).then(|| (other.to_owned(), delegation.to_owned())),
            at: time(data, "/at"),
        }
    }
}

impl Vote {
    /// Who is behind it.
    pub fn stands_for(&self) -> impl Iterator<Item = &str> {
        let other = self.on_behalf_of.as_ref().map(|(other, _)| other.as_str());
        [Some(self.person.as_str()), other].into_iter().flatten()
    }
}

/// A use of a grant.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// The grant.
    pub grant: String,
    /// How it ended, once it did.
    pub outcome: Option<String>,
    /// Whether it rests on an override.
    pub overridden: bool,
}

/// A change.
#[derive(Debug, Clone)]
pub struct Change {
    /// Its id.
    pub id: String,
    /// Actors who asked for it or made a revision.
    pub makers: Vec<Value>,
    /// Identities the tools named, on any revision.
    pub contributors: BTreeSet<String>,
    /// The current revision as recorded.
    pub revision: Value,
    /// Where it stands.
    pub state: State,
    /// Holds in force.
    pub holds: BTreeSet<String>,
    /// All votes.
    pub votes: Vec<Vote>,
    /// What was asked for when the revision was submitted.
    pub assessment: Option<Value>,
    /// What bundles that went live since asked for beyond that.
    pub added: Vec<Value>,
    /// Since when it waits.
    pub since: i64,
    /// When it expires undecided, or its approval ends.
    pub until: i64,
    /// Deployments, oldest first.
    pub deployments: Vec<Deployment>,
    /// Overrides, oldest first.
    pub overrides: Vec<Override>,
    /// Ids of all items of its set; none when it is in no set.
    pub set: Vec<String>,
    /// Exceptions that were asked for: the revision, and what it needs.
    pub exceptions: Vec<(u64, Need)>,
    /// Who was asked for what.
    pub asking: AllAsking,
    /// The deployment begun last.
    last_deployment: Option<String>,
}

const MINUTE: i64 = 60_000;

impl Change {
    /// A change by its first entry.
    #[must_use]
    pub fn created(entry: &Entry) -> Self {
        let mut change = Self {
            id: entry.text("/id").to_owned(),
            makers: vec![entry.data.get("requester").cloned().unwrap_or_default()],
            contributors: BTreeSet::new(),
            revision: Value::Null,
            state: State::Draft,
            holds: BTreeSet::new(),
            votes: Vec::new(),
            assessment: None,
            added: Vec::new(),
            since: i64::MAX,
            until: i64::MAX,
            deployments: Vec::new(),
            overrides: Vec::new(),
            set: entry
                .data
                .pointer("/set/items")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(|id| id.as_str().map(str::to_owned))
                .collect(),
            exceptions: Vec::new(),
            asking: AllAsking::default(),
            last_deployment: None,
        };
        change.revise(&entry.data);
        change
    }

    fn revise(&mut self, data: &Value) {
        self.revision = data.get("revision").cloned().unwrap_or_default();
        self.makers.extend(self.revision.get("by").cloned());
        let named = self.revision.pointer("/material/contributors").and_then(Value::as_array);
        let named = named.into_iter().flatten().map(|c| text(c, "/identity").to_owned());
        self.contributors.extend(named);
        self.assessment = None;
        self.added.clear();
        self.asking = AllAsking::default();
        self.state = State::Draft;
    }

    /// Folds one entry in.
    pub fn apply(&mut self, entry: &Entry) {
        let minutes = |name: &str| {
            let of = self.assessment.as_ref().and_then(|a| a.get(name)).and_then(Value::as_i64);
            entry.at + of.unwrap_or(0) * MINUTE
        };
        match entry.kind.as_str() {
            "revision_made" => self.revise(&entry.data),
            "change_submitted" => self.state = State::Assessing,
            "change_assessed" => {
                let pending = entry.data.get("pending_minutes").and_then(Value::as_i64);
                self.assessment = Some(entry.data.clone());
                self.added.clear();
                self.asking = AllAsking::default();
                self.state = State::AwaitingApproval;
                self.since = entry.at;
                self.until = entry.at + pending.unwrap_or(0) * MINUTE;
            }
            "requirements_added" => self.added.push(entry.data.clone()),
            "vote_recorded" => self.votes.push(Vote::of(&entry.data)),
            "approvers_asked" | "approvers_reminded" | "requirement_escalated" => {
                self.asking.apply(entry);
            }
            "change_approved" => {
                self.until = minutes("validity_minutes");
                self.state = State::Approved;
            }
            "approval_lapsed" => {
                self.until = minutes("pending_minutes");
                self.since = entry.at;
                self.asking.again(entry.at);
                self.state = State::AwaitingApproval;
            }
            "change_rejected" => self.state = State::Rejected,
            "hold_placed" => {
                self.holds.insert(entry.text("/id").to_owned());
            }
            "hold_released" => {
                self.holds.remove(entry.text("/hold"));
            }
            "change_withdrawn" => self.state = State::Cancelled,
            "change_expired" => self.state = State::Expired,
            "change_superseded" => self.state = State::Superseded,
            "grant_redeemed" => self.redeemed(entry),
            "deployment_finished" => {
                if let Some(last) = self.deployments.last_mut() {
                    last.outcome = Some(entry.text("/outcome").to_owned());
                }
                self.state = State::Completed;
            }
            "override_opened" => self.overrides.push(Override::of(&entry.data)),
            "override_reviewed" => {
                let id = entry.text("/override");
                if let Some(found) = self.overrides.iter_mut().find(|o| o.id == id) {
                    found.reviewed = true;
                }
            }
            "freeze_exception_asked" => {
                let revision = entry.data.get("revision").and_then(Value::as_u64).unwrap_or(0);
                let asked = entry.data.get("requirement").unwrap_or(&Value::Null);
                self.exceptions.push((revision, need(asked)));
            }
            "change_closed" => self.state = State::Closed,
            _ => {}
        }
    }

    fn redeemed(&mut self, entry: &Entry) {
        let by = entry.text("/deployment/override_id");
        if let Some(found) = self.overrides.iter_mut().find(|o| o.id == by) {
            found.used = true;
            self.until = found.until;
        }
        self.deployments.push(Deployment {
            grant: entry.text("/grant").to_owned(),
            outcome: None,
            overridden: !by.is_empty(),
        });
        self.last_deployment = Some(entry.text("/deployment/id").to_owned());
        self.state = State::Implementing;
    }

    /// How its last deployment ended, once it did.
    #[must_use]
    pub fn last_outcome(&self) -> Option<&str> {
        self.deployments.last()?.outcome.as_deref()
    }

    /// Number of the current revision.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.revision.get("number").and_then(Value::as_u64).unwrap_or(0)
    }

    /// The deployment that runs.
    #[must_use]
    pub fn running(&self) -> Option<&str> {
        self.last_deployment.as_deref().filter(|_| self.state == State::Implementing)
    }

    /// A text of what it would do.
    #[must_use]
    pub fn material(&self, field: &str) -> &str {
        text(&self.revision, &format!("/material/{field}"))
    }

    /// Digests of what would be deployed.
    #[must_use]
    pub fn artifacts(&self) -> BTreeSet<&str> {
        digests(self.revision.pointer("/material/artifacts"))
    }

    /// The last vote of each person on the current revision.
    #[must_use]
    pub fn standing(&self) -> BTreeMap<&str, &Vote> {
        let current = self.votes.iter().filter(|v| v.revision == self.number());
        current.map(|v| (v.person.as_str(), v)).collect()
    }

    /// What its own record asks for; `None` if nobody needs to approve.
    #[must_use]
    pub fn needs(&self) -> Option<Vec<Need>> {
        needs_of(self.assessment.as_ref()?)
    }

    /// What each bundle asks for that added to its record.
    pub fn added_needs(&self) -> impl Iterator<Item = Vec<Need>> {
        self.added.iter().map(|added| needs_of(added).unwrap_or_default())
    }

    /// What exceptions need that were asked for on this revision.
    pub fn excepted(&self) -> impl Iterator<Item = &Need> {
        let number = self.number();
        self.exceptions.iter().filter(move |(on, _)| *on == number).map(|(_, need)| need)
    }

    /// Whether somebody had a hand in it: their own, or that of somebody they answered for then.
    #[must_use]
    pub fn has_hand(&self, model: &Model, hands: &BTreeSet<String>, person: &str, at: i64) -> bool {
        let organisation = &model.organisation;
        let acts = |hand: &String| {
            let mut made = organisation.delegations.by(hand);
            let covers = |scope: &str| organisation.covers(scope, self.material("service"));
            made.any(|d| d.to_person == person && d.is_open(at) && covers(&d.scope))
        };
        hands.contains(person) || hands.iter().any(acts)
    }

    /// Everybody with a hand of their own in it, and whether somebody named is nobody known.
    #[must_use]
    pub fn hands(&self, model: &Model) -> (BTreeSet<String>, bool) {
        let organisation = &model.organisation;
        let mut people: BTreeSet<String> = self.overrides.iter().map(|o| o.by.clone()).collect();
        for maker in &self.makers {
            let machine = organisation.machines.get(text(maker, "/service_account"));
            people.extend(machine.cloned());
            people.insert(text(maker, "/person").to_owned());
        }
        let mut unknown = false;
        for identity in &self.contributors {
            match organisation.identities.get(&identity.to_lowercase()) {
                Some(person) => people.extend([person.clone()]),
                None => unknown = true,
            }
        }
        people.remove("");
        (people, unknown)
    }
}

/// What an assessment asks for; `None` if nobody needs to approve.
#[must_use]
pub fn needs_of(assessment: &Value) -> Option<Vec<Need>> {
    let all = assessment.get("requirements").and_then(Value::as_array)?;
    if all.is_empty() && assessment.get("exempt").is_some_and(|rule| !rule.is_null()) {
        return None;
    }
    Some(all.iter().map(need).collect())
}

fn need(requirement: &Value) -> Need {
    let count = requirement.get("count").and_then(Value::as_u64).unwrap_or(u64::MAX);
    Need {
        key: text(requirement, "/key").to_owned(),
        role: text(requirement, "/roles/0").to_owned(),
        reach: text(requirement, "/reach").to_owned(),
        count: usize::try_from(count).unwrap_or(usize::MAX),
    }
}

/// The digests of a list of artifacts.
#[must_use]
pub fn digests(artifacts: Option<&Value>) -> BTreeSet<&str> {
    let all = artifacts.and_then(Value::as_array).into_iter().flatten();
    all.map(|artifact| text(artifact, "/digest")).collect()
}

/// A grant.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Its id.
    pub id: String,
    /// Its change.
    pub change: String,
    /// When it ends.
    pub ends: i64,
    /// The whole of it.
    pub data: Value,
}

impl Grant {
    /// The grant of a verdict, if it has one.
    #[must_use]
    pub fn of(entry: &Entry) -> Option<Self> {
        let data = entry.data.get("grant").filter(|grant| !grant.is_null())?.clone();
        Some(Self {
            id: text(&data, "/id").to_owned(),
            change: text(&data, "/change").to_owned(),
            ends: time(&data, "/expires_at"),
            data,
        })
    }
}
