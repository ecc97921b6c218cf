//! Freezes that stand in policy, and who may declare others.

use domain::change::ChangeType;
use domain::freeze::{Freeze, FreezeTerms};
use domain::ids::EnvironmentName;
use domain::private::Private;
use domain::requirement::Scope;
use jiff::Timestamp;

use super::overrides::named;
use super::times::{Times, TimesText};
use super::{Complaints, rule_ref};
use crate::bundle::Role;
use crate::bundle::files::{AdHocText, FreezeText, FreezesFile, ReachText};
use crate::bundle::windows::RecurringFreeze;
use crate::bundle::yaml::{At, Text};
use crate::diagnostic::{Finding, Span};

/// What `freezes.yaml` says.
#[derive(Debug, Default)]
pub(in crate::bundle) struct Freezes {
    /// Single ones.
    pub(in crate::bundle) list: Vec<Freeze>,
    /// Those that come again.
    pub(in crate::bundle) again: Vec<RecurringFreeze>,
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
        let Some((freeze, times)) = build_freeze(*text, entry, roles, complaints) else { continue };
        let recurring = built.again.iter().map(|known| &known.freeze);
        if built.list.iter().chain(recurring).any(|known| known.id == freeze.id) {
            let message = format!("freeze `{}` stands here twice", freeze.id);
            complaints.error(*text, "duplicate_id", entry.name.span, &message);
        }
        match times {
            Times::Once(..) => built.list.push(freeze),
            Times::Again(times) => built.again.push(RecurringFreeze { freeze, times: *times }),
        }
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
) -> Option<(Freeze, Times)> {
    // Names become parts of keys and URLs.
    let name: Option<domain::ids::RoleName> = complaints.slug(text, &entry.name, entry.name.span);
    let exception = named(text, &entry.exception, entry.reach, roles, complaints);
    let scope = match &entry.scope {
        None => Some(Scope::Organisation),
        Some(scope) => complaints.slug(text, scope, scope.span),
    };
    let times = TimesText {
        from: &entry.from,
        until: &entry.until,
        zone: entry.zone.as_ref(),
        every: entry.every.as_ref(),
    };
    let times = times.build(text, complaints);
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
    let times = times?;
    // Each time of those that come again gets its own.
    let (from, until) = match &times {
        Times::Once(from, until) => (*from, *until),
        Times::Again(_) => (Timestamp::MIN, Timestamp::MIN),
    };
    let freeze = Freeze {
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
    };
    Some((freeze, times))
}

fn build_ad_hoc(
    text: Text<'_>,
    entry: &AdHocText,
    roles: &[Role],
    complaints: &mut Complaints,
) -> Option<FreezeTerms> {
    // Whoever declares one has to hold the role for what it covers, wherever that is.
    let anywhere = Some(ReachText::Covering);
    let declare = named(text, &entry.roles, anywhere, roles, complaints);
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

pub(super) fn change_type(
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
