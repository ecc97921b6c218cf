//! Who holds which role where: by a binding that an admin made, or by the live policy through a group.
//!
//! Both are looked up when somebody asks, and nothing is copied, so whoever joins or leaves a group
//! counts, or does not, from that entry on.

use std::collections::{BTreeMap, BTreeSet};

use super::{Directory, Member, RoleBinding};
use crate::ids::{PersonId, RoleName};
use crate::requirement::Scope;

impl Directory {
    pub(super) fn bind(&mut self, binding: &RoleBinding) {
        if self.bindings.insert(binding.clone()) {
            let of_role = self.bindings_by_role.entry(binding.role.clone()).or_default();
            of_role.push(binding.clone());
        }
    }

    pub(super) fn unbind(&mut self, binding: &RoleBinding) {
        self.bindings.remove(binding);
        if let Some(of_role) = self.bindings_by_role.get_mut(&binding.role) {
            of_role.retain(|b| b != binding);
        }
    }

    /// Lets groups hold what a bundle gives them, and nothing that another one gave. What is recorded
    /// stays.
    pub fn set_mapping(&mut self, mapping: &[RoleBinding]) {
        let mut by_role: BTreeMap<RoleName, Vec<RoleBinding>> = BTreeMap::new();
        for binding in mapping {
            by_role.entry(binding.role.clone()).or_default().push(binding.clone());
        }
        self.mapped = mapping.iter().cloned().collect();
        self.mapped_by_role = by_role;
    }

    /// The role bindings that admins made, by role.
    pub fn bindings(&self) -> impl Iterator<Item = &RoleBinding> {
        self.bindings.iter()
    }

    /// What the live policy gives to groups, by role. A group that is not there gives nobody anything.
    pub fn mapped(&self) -> impl Iterator<Item = &RoleBinding> {
        self.mapped.iter()
    }

    /// All by which a role is held: bindings, and what the live policy gives to groups.
    pub(super) fn of_role(&self, role: &RoleName) -> impl Iterator<Item = &RoleBinding> {
        let bound = self.bindings_by_role.get(role).into_iter().flatten();
        bound.chain(self.mapped_by_role.get(role).into_iter().flatten())
    }

    /// Whether a binding reaches a person, who may have left.
    #[must_use]
    pub fn is_member(&self, member: &Member, person: &PersonId) -> bool {
        match member {
            Member::Person(id) => id == person,
            Member::Group(id) => self.groups.get(id).is_some_and(|g| g.members.contains(person)),
        }
    }

    /// Where a person holds a role now. Empty for people who are not active.
    pub fn scopes_of<'a>(
        &'a self,
        person: &'a PersonId,
        role: &RoleName,
    ) -> impl Iterator<Item = &'a Scope> {
        let active = self.is_active(person);
        self.of_role(role)
            .filter(move |b| active && self.is_member(&b.member, person))
            .map(|b| &b.scope)
    }

    /// All roles a person holds now, with their scopes. Empty for people who are not active.
    pub fn roles_of<'a>(
        &'a self,
        person: &'a PersonId,
    ) -> impl Iterator<Item = (&'a RoleName, &'a Scope)> {
        self.roles_with(person, &self.mapped)
    }

    /// The same, if groups held what another bundle gives them.
    pub fn roles_with<'a>(
        &'a self,
        person: &'a PersonId,
        mapping: impl IntoIterator<Item = &'a RoleBinding>,
    ) -> impl Iterator<Item = (&'a RoleName, &'a Scope)> {
        let active = self.is_active(person);
        self.bindings
            .iter()
            .chain(mapping)
            .filter(move |b| active && self.is_member(&b.member, person))
            .map(|b| (&b.role, &b.scope))
    }

    /// Whether a person holds a role anywhere.
    #[must_use]
    pub fn holds(&self, person: &PersonId, role: &str) -> bool {
        role.parse().is_ok_and(|role| self.scopes_of(person, &role).next().is_some())
    }

    /// Active people who hold a role at a scope that `admits` lets through, each once.
    pub fn holders(&self, role: &RoleName, admits: impl Fn(&Scope) -> bool) -> BTreeSet<&PersonId> {
        let mut found = BTreeSet::new();
        for binding in self.of_role(role).filter(|b| admits(&b.scope)) {
            match &binding.member {
                Member::Person(id) => {
                    found.insert(id);
                }
                Member::Group(id) => {
                    found.extend(self.groups.get(id).into_iter().flat_map(|g| &g.members));
                }
            }
        }
        found.retain(|person| self.is_active(person));
        found
    }
}
