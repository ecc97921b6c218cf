//! Roles that rules may name.

use domain::change::RoleBriefing;
use domain::ids::RoleName;
use domain::organisation::access;
use domain::requirement::Reach;

use super::{Complaints, unknown};
use crate::bundle::Role;
use crate::bundle::files::{AudienceText, BriefingText, ReachText, RoleText};
use crate::bundle::yaml::{At, Text};

/// Each entry that records a confirmation repeats the sentence.
const SENTENCE_MAX: usize = 500;
const DWELL_MAX_SECONDS: u32 = 3600;

pub(super) fn build(roles: Vec<(Text<'_>, RoleText)>, complaints: &mut Complaints) -> Vec<Role> {
    let mut built: Vec<Role> = Vec::new();
    let names: Vec<String> = roles.iter().map(|(_, role)| role.name.value.clone()).collect();
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
        let wanted = role.delegation.iter().flat_map(|d| &d.competence);
        let competence =
            wanted.filter_map(|wanted| known(text, wanted, &names, complaints)).collect();
        let briefing = role.briefing.map(|b| briefing(text, &name, b, complaints));
        built.push(Role {
            name,
            title: role.title,
            description: role.description,
            reach: reach(role.reach),
            meaning: role.meaning,
            delegation_minutes: longest.and_then(|longest| complaints.minutes(text, longest)),
            competence,
            briefing,
        });
    }
    built
}

/// A role that is declared somewhere in the bundle.
fn known(
    text: Text<'_>,
    wanted: &At<String>,
    names: &[String],
    complaints: &mut Complaints,
) -> Option<RoleName> {
    if !names.contains(&wanted.value) {
        complaints.add(text, unknown("role", wanted, names.iter().map(String::as_str)));
        return None;
    }
    wanted.parse().ok()
}

fn briefing(
    text: Text<'_>,
    role: &RoleName,
    from: BriefingText,
    complaints: &mut Complaints,
) -> RoleBriefing {
    if let Some(sentence) = &from.acknowledgement
        && !(1..=SENTENCE_MAX).contains(&sentence.value.trim().len())
    {
        let message = "a sentence to confirm has 1 to 500 bytes";
        complaints.error(text, "invalid_value", sentence.span, message);
    }
    RoleBriefing {
        role: role.clone(),
        stakeholder: from.audience == AudienceText::Stakeholder,
        acknowledgement: from.acknowledgement.map(|sentence| sentence.value),
        required: from.required,
        dwell_seconds: from.dwell_seconds.min(DWELL_MAX_SECONDS),
        second_if_rapid: from.second_if_rapid,
    }
}

pub(super) const fn reach(text: ReachText) -> Reach {
    match text {
        ReachText::Organisation => Reach::Organisation,
        ReachText::Domain => Reach::Domain,
        ReachText::Service => Reach::Service,
        ReachText::Covering => Reach::Covering,
    }
}
