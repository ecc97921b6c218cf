//! Groups that a bundle gives roles to and that a directory does not have. A bundle is right without knowing
//! them, since groups come and go: this is said wherever a directory is at hand, and is never an error.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{GroupId, RoleName};
use domain::organisation::Member;
use serde::Serialize;

use super::Bundle;

/// A group that `roles.yaml` names and that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnknownGroup {
    /// Its id.
    pub group: GroupId,
    /// What nobody holds by it.
    pub roles: BTreeSet<RoleName>,
}

impl UnknownGroup {
    /// Which one it is, and what to do.
    #[must_use]
    pub fn words(&self) -> String {
        let roles: Vec<&str> = self.roles.iter().map(RoleName::as_str).collect();
        format!(
            "roles.yaml gives {} to the group `{}`, which the directory does not have: nobody holds that \
             by it. Take an id of `countersign roles groups`, or leave it out until the group is there",
            roles.join(", "),
            self.group
        )
    }
}

impl Bundle {
    /// The groups it gives roles to that are not known, by id.
    #[must_use]
    pub fn unknown_groups(&self, is_known: impl Fn(&GroupId) -> bool) -> Vec<UnknownGroup> {
        let mut unknown: BTreeMap<&GroupId, BTreeSet<RoleName>> = BTreeMap::new();
        for binding in self.mapping() {
            let Member::Group(group) = &binding.member else { continue };
            if !is_known(group) {
                unknown.entry(group).or_default().insert(binding.role.clone());
            }
        }
        let one = |(group, roles): (&GroupId, _)| UnknownGroup { group: group.clone(), roles };
        unknown.into_iter().map(one).collect()
    }
}
