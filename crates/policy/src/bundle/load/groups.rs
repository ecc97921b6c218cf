//! Roles for groups, by the id of the group (B14).

use domain::ids::{GroupId, RoleName};
use domain::organisation::{Member, RoleBinding, access};
use domain::requirement::Scope;

use super::{Complaints, unknown};
use crate::bundle::Role;
use crate::bundle::files::GroupRoleText;
use crate::bundle::yaml::{At, Text};
use crate::diagnostic::Finding;

/// Roles of the product itself that a bundle may give. The others govern who holds roles and what policy
/// says, so a bundle must not hand them out.
const OF_PRODUCT: [&str; 2] = [access::REQUESTER, access::AUDITOR];

/// Sorted as a directory lists them.
pub(super) fn build(
    groups: &[(Text<'_>, GroupRoleText)],
    roles: &[Role],
    complaints: &mut Complaints,
) -> Vec<RoleBinding> {
    let mut built: Vec<RoleBinding> = Vec::new();
    for (text, given) in groups {
        let group = group(*text, &given.group, complaints);
        let role = role(*text, &given.role, roles, complaints);
        let scope = complaints.slug::<Scope>(*text, &given.scope, given.scope.span);
        let (Some(group), Some(role), Some(scope)) = (group, role, scope) else { continue };
        let binding = RoleBinding { role, scope, member: Member::Group(group) };
        if built.contains(&binding) {
            let message = format!("group `{}` is given this role here twice", given.group.value);
            complaints.error(*text, "duplicate_id", given.group.span, &message);
        }
        built.push(binding);
    }
    built.sort();
    built
}

fn group(text: Text<'_>, id: &At<String>, complaints: &mut Complaints) -> Option<GroupId> {
    let parsed = id.parse().ok();
    if parsed.is_none() {
        let message = format!("`{}` is not the id of a group", id.value);
        let help = "write the id (`grp_…`) and never a name, since names change hands; \
                    `countersign roles groups` lists both";
        complaints.add(text, Finding::error("bad_name", id.span, message).help(help));
    }
    parsed
}

fn role(
    text: Text<'_>,
    name: &At<String>,
    roles: &[Role],
    complaints: &mut Complaints,
) -> Option<RoleName> {
    let declared = roles.iter().map(|role| role.name.as_str());
    if access::ALL.contains(&name.as_str()) && !OF_PRODUCT.contains(&name.as_str()) {
        let message = format!("policy can't give the role `{}`", name.value);
        let help = "it decides over policy and roles themselves; an admin gives it, with \
                    `countersign roles add`";
        complaints.add(text, Finding::error("access_role_mapped", name.span, message).help(help));
        return None;
    }
    let known = declared.chain(OF_PRODUCT);
    if !known.clone().any(|known| known == name.as_str()) {
        complaints.add(text, unknown("role", name, known));
        return None;
    }
    name.parse().ok()
}
