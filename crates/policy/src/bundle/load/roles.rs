//! Roles that rules may name.

use domain::ids::RoleName;
use domain::organisation::access;
use domain::requirement::Reach;

use super::Complaints;
use crate::bundle::Role;
use crate::bundle::files::{ReachText, RoleText};
use crate::bundle::yaml::Text;

pub(super) fn build(roles: Vec<(Text<'_>, RoleText)>, complaints: &mut Complaints) -> Vec<Role> {
    let mut built: Vec<Role> = Vec::new();
    for (text, role) in roles {
        let Some(name) = complaints.slug::<RoleName>(text, &role.name, role.name.span) else {
            continue;
        };
        if built.iter().any(|known| known.name == name) {
            let message = format!("role `{name}` is declared twice");
            complaints.error(text, "duplicate_id", role.name.span, &message);
        }
        let longest = role.delegation.as_ref().map(|d| &d.longest);
        if let Some(longest) = longest.filter(|_| access::ALL.contains(&name.as_str())) {
            let message = "a role that gives rights in the product itself can't be delegated";
            complaints.error(text, "access_role_delegated", longest.span, message);
        }
        built.push(Role {
            name,
            title: role.title,
            description: role.description,
            reach: reach(role.reach),
            meaning: role.meaning,
            delegation_minutes: longest.and_then(|longest| complaints.minutes(text, longest)),
        });
    }
    built
}

pub(super) const fn reach(text: ReachText) -> Reach {
    match text {
        ReachText::Organisation => Reach::Organisation,
        ReachText::Domain => Reach::Domain,
        ReachText::Service => Reach::Service,
        ReachText::Covering => Reach::Covering,
    }
}
