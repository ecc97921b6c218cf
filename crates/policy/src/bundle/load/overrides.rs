//! Who may override, for how long, and who reviews it.

use domain::change::{NotBy, OverrideTerms};
use domain::ids::RoleName;
use domain::requirement::Reach;

use super::roles::reach;
use super::{Complaints, rule_ref, unknown};
use crate::bundle::Role;
use crate::bundle::files::{NotByText, OverrideFile, OverrideText, ReachText};
use crate::bundle::yaml::{At, Text};
use crate::diagnostic::{Finding, Span};

/// Longest an override may open the gate.
const MAX_MINUTES: u32 = 4 * 60;
/// Longest a review may take.
const MAX_REVIEW_MINUTES: u32 = 7 * 24 * 60;
/// Longest that approvers are waited for first.
const MAX_AFTER_MINUTES: u32 = 24 * 60;
/// Longest a sealed override may be valid.
const MAX_SEALED_MINUTES: u32 = 90 * 24 * 60;

pub(super) fn build(
    file: Option<&(Text<'_>, OverrideFile)>,
    roles: &[Role],
    complaints: &mut Complaints,
) -> Vec<(u8, OverrideTerms)> {
    let Some((text, file)) = file else { return Vec::new() };
    let mut built: Vec<(u8, OverrideTerms)> = Vec::new();
    for entry in &file.overrides {
        let terms = build_terms(*text, entry, roles, complaints);
        for tier in &entry.tiers {
            let Some(number) = complaints.tier(*text, tier, tier.span) else { continue };
            if built.iter().any(|(known, _)| *known == number) {
                let message = format!("tier `{}` has terms for overrides already", tier.value);
                complaints.error(*text, "duplicate_id", tier.span, &message);
            }
            let Some(mut terms) = terms.clone() else { continue };
            terms.rule = rule_ref(*text, &format!("override:{}", tier.value), tier.span);
            built.push((number, terms));
        }
    }
    built
}

fn build_terms(
    text: Text<'_>,
    entry: &OverrideText,
    roles: &[Role],
    complaints: &mut Complaints,
) -> Option<OverrideTerms> {
    let who = named(text, &entry.roles, entry.reach, roles, complaints);
    let reviewers = named(text, &entry.review.roles, entry.review.reach, roles, complaints);
    let minutes = at_most(text, &entry.span, (MAX_MINUTES, "`4h`"), complaints);
    let within = at_most(text, &entry.review.within, (MAX_REVIEW_MINUTES, "`7d`"), complaints);
    let sealed = entry.sealed.as_ref();
    let sealed = sealed.map(|s| at_most(text, s, (MAX_SEALED_MINUTES, "`90d`"), complaints));
    let wait = entry.after.as_ref();
    let wait = wait.map(|w| at_most(text, w, (MAX_AFTER_MINUTES, "`24h`"), complaints));
    let (names, held) = who?;
    let (review_roles, review_reach) = reviewers?;
    Some(OverrideTerms {
        roles: names,
        reach: held,
        minutes: minutes?,
        review_roles,
        review_reach,
        review_minutes: within?,
        rule: rule_ref(text, "override", entry.span.span),
        sealed_minutes: match sealed {
            Some(minutes) => Some(minutes?),
            None => None,
        },
        after_minutes: match wait {
            Some(minutes) => Some(minutes?),
            None => None,
        },
        not_by: entry.not_by.iter().copied().map(not_by).collect(),
    })
}

const fn not_by(text: NotByText) -> NotBy {
    match text {
        NotByText::Requester => NotBy::Requester,
        NotByText::Contributors => NotBy::Contributors,
    }
}

/// Roles that are declared, at least one, and where they are held.
pub(super) fn named(
    text: Text<'_>,
    names: &[At<String>],
    wanted: Option<ReachText>,
    roles: &[Role],
    complaints: &mut Complaints,
) -> Option<(Vec<RoleName>, Reach)> {
    let mut found: Vec<&Role> = Vec::new();
    for name in names {
        match roles.iter().find(|role| role.name.as_str() == name.value) {
            Some(role) => found.push(role),
            None => {
                let known = roles.iter().map(|role| role.name.as_str());
                complaints.add(text, unknown("role", name, known));
            }
        }
    }
    let span = names.first().map_or(Span::default(), |name| name.span);
    let Some(first) = found.first() else {
        if names.is_empty() {
            complaints.error(text, "need_without_role", span, "at least one role is needed here");
        }
        return None;
    };
    let held = wanted.map_or(first.reach, reach);
    if wanted.is_none() && found.iter().any(|role| role.reach != held) {
        let message = "these roles are held in different places; say which counts with `reach`";
        complaints.error(text, "mixed_reach", span, message);
    }
    Some((found.iter().map(|role| role.name.clone()).collect(), held))
}

fn at_most(
    text: Text<'_>,
    value: &At<String>,
    (most, words): (u32, &str),
    complaints: &mut Complaints,
) -> Option<u32> {
    let minutes = complaints.minutes(text, value)?;
    if minutes <= most {
        return Some(minutes);
    }
    let message = format!("`{}` is too long", value.value);
    let finding = Finding::error("too_long", value.span, message);
    complaints.add(text, finding.help(format!("write at most {words}")));
    None
}
