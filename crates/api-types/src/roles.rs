//! Roles, who holds them where, and groups.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::people::PersonRef;
use crate::time::Time;

/// A role held at a scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct HeldRole {
    /// The role.
    #[schema(example = "service-owner")]
    pub role: String,
    /// `organisation`, `domain:NAME` or `service:NAME`.
    #[schema(example = "service:checkout")]
    pub scope: String,
    /// The group through which the live policy gives it; missing where an admin gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_policy: Option<GroupRef>,
}

/// A group, by id and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct GroupRef {
    /// The group.
    pub id: String,
    /// What it is called.
    pub name: String,
}

/// Who holds a role: one person, or everybody in a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Member {
    /// A person id.
    Person(String),
    /// A group id.
    Group(String),
}

/// Gives or takes a role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BindingRequest {
    /// The role.
    pub role: String,
    /// `organisation`, `domain:NAME` or `service:NAME`.
    pub scope: String,
    /// By whom it is held.
    pub member: Member,
}

/// A role binding with the people it reaches now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Binding {
    /// The role.
    pub role: String,
    /// Where it is held.
    pub scope: String,
    /// By whom.
    pub member: Member,
    /// What the person or group is called.
    pub member_name: String,
    /// Active people it reaches now.
    pub people: Vec<PersonRef>,
    /// Whether the live policy gives it, so that it is changed there; else an admin gave it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_policy: bool,
}

/// A role that policy knows or somebody holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Who holds it where.
    pub bindings: Vec<Binding>,
}

/// A set of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Group {
    /// The group.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Who is in it.
    pub members: Vec<PersonRef>,
    /// Who answers for members who are away.
    #[serde(default)]
    pub deputies: Vec<Deputy>,
}

/// Somebody who answers for members of a group who are away, in one role the group holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deputy {
    /// The standing delegation; votes given by it name it.
    pub id: String,
    /// Who.
    pub person: PersonRef,
    /// In which role.
    pub role: String,
    /// How many minutes they answer within one absence at most.
    pub longest_minutes: u32,
    /// Since when.
    pub since: Time,
    /// Why; null when it was erased.
    pub reason: Option<String>,
}

/// What fell with a group that was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupRemoval {
    /// Its deputies: they answer for nobody through it any more, and what they answered as one and was not
    /// used yet does not count.
    pub deputies: Vec<Deputy>,
}

/// A deputy to name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeputyRequest {
    /// A person's id.
    pub person: String,
    /// A role that the group holds and policy lets be delegated.
    pub role: String,
    /// Why.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// A new group, or what a group shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupRequest {
    /// What it is called.
    #[schema(min_length = 1)]
    pub name: String,
    /// Person ids.
    pub members: Vec<String>,
}
