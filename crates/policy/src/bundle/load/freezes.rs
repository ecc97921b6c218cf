//! Freezes that stand in policy, and who may declare others.

use domain::change::ChangeType;
use domain::freeze::{Freeze, FreezeTerms};
use domain::ids::EnvironmentName;
use domain::private::Private;
use domain::requirement::Scope;
use jiff::Timestamp;

use super::overrides::named;
use super::{Complaints, rule_ref};
use crate::bundle::Role;
use crate::bundle::files::{AdHocText, FreezeText, FreezesFile};
use crate::bundle::yaml::{At, Text};
use crate::diagnostic::{Finding, Span};

/// What `freezes.yaml` says.
#[derive(Debug, Default)]
pub(in crate::bundle) struct Freezes {
    pub(in crate::bundle) list: Vec<Freeze>,
    pub(in crate::bundle) ad_hoc: Option<FreezeTerms>,
}

pub(super) fn build(
    file: Option<&(Text<'_>, FreezesFile)>,
    roles: &[Role],
    complaints: &mut Complaints,
) -> Freezes {
    let Some((text, file)) = file else { return Freezes::default() };
    let mut built = Freezes::default();
    for entry in &file.freezes {
        let Some(freeze) = build_freeze(*text, entry, roles, complaints) else { continue };
        if built.list.iter().any(|known| known.id == freeze.id) {
            let message = format!("freeze `{}` stands here twice", freeze.id);
            complaints.error(*text, "duplicate_id", entry.name.span, &message);
        }
        built.list.push(freeze);
    }
    built.ad_hoc =
        file.ad_hoc.as_ref().and_then(|entry| build_ad_hoc(*text, entry, roles, complaints));
    built
}

fn build_freeze(
    text: Text<'_>,
    entry: &FreezeText,
    roles: &[Role],
    complaints: &mut Complaints,
) -> Option<Freeze> {
    // Names become parts of keys and URLs.
    let name: Option<domain::ids::RoleName> = complaints.slug(text, &entry.name, entry.name.span);
    let exception = named(text, &entry.exception, entry.reach, roles, complaints);
    let scope = match &entry.scope {
        None => Some(Scope::Organisation),
        Some(scope) => complaints.slug(text, scope, scope.span),
    };
    let from = time(text, &entry.from, complaints);
    let until = time(text, &entry.until, complaints);
    let mut environments: Vec<EnvironmentName> = Vec::new();
    for name in &entry.environments {
        environments.extend(complaints.slug::<EnvironmentName>(text, name, name.span));
    }
    let mut tiers = Vec::new();
    for tier in &entry.tiers {
        tiers.extend(complaints.tier(text, tier, tier.span));
    }
    let mut lets_through = Vec::new();
    for kind in &entry.lets_through {
        lets_through.extend(change_type(text, kind, complaints));
    }
    let (approvers, reach) = exception?;
    let (from, until) = (from?, until?);
    if until <= from {
        let message = "a freeze ends after it begins";
        complaints.error(text, "bad_time", entry.until.span, message);
    }
    Some(Freeze {
        id: name?.to_string(),
        title: Private::new(entry.title.clone()),
        reason: Private::new(entry.reason.clone()),
        scope: scope?,
        environments,
        tiers,
        lets_through,
        from,
        until,
        approvers,
        reach,
        rule: rule_ref(text, &format!("freeze:{}", entry.name.value), entry.name.span),
        by: None,
    })
}

fn build_ad_hoc(
    text: Text<'_>,
    entry: &AdHocText,
    roles: &[Role],
    complaints: &mut Complaints,
) -> Option<FreezeTerms> {
    let declare = named(text, &entry.roles, None, roles, complaints);
    let exception = named(text, &entry.exception, entry.reach, roles, complaints);
    let longest = complaints.minutes(text, &entry.longest);
    let (roles, _) = declare?;
    let (approvers, reach) = exception?;
    let span = entry.roles.first().map_or(Span::default(), |role| role.span);
    Some(FreezeTerms {
        roles,
        approvers,
        reach,
        longest_minutes: longest?,
        rule: rule_ref(text, "freeze:ad-hoc", span),
    })
}

/// A time with its offset, so that it means the same wherever it is read.
fn time(text: Text<'_>, value: &At<String>, complaints: &mut Complaints) -> Option<Timestamp> {
    match value.value.parse::<Timestamp>() {
        Ok(at) => Some(at),
        Err(_) => {
            let message = format!("`{}` is not a time", value.value);
            let finding = Finding::error("bad_time", value.span, message)
                .help("write it with its offset, such as `2026-12-18T18:00:00+01:00`");
            complaints.add(text, finding);
            None
        }
    }
}

fn change_type(
    text: Text<'_>,
    value: &At<String>,
    complaints: &mut Complaints,
) -> Option<ChangeType> {
    match value.value.as_str() {
        "standard" => Some(ChangeType::Standard),
        "normal" => Some(ChangeType::Normal),
        "emergency" => Some(ChangeType::Emergency),
        other => {
            let message = format!("`{other}` is no type of change");
            let finding = Finding::error("unknown_variant", value.span, message)
                .help("write `standard`, `normal` or `emergency`");
            complaints.add(text, finding);
            None
        }
    }
}
