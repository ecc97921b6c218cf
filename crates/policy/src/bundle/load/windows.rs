//! `windows.yaml`: maintenance windows.

use domain::ids::EnvironmentName;
use domain::maintenance::MaintenanceWindow;
use domain::requirement::Scope;

use super::freezes::change_type;
use super::times::{Times, TimesText};
use super::{Complaints, rule_ref};
use crate::bundle::files::{WindowText, WindowsFile};
use crate::bundle::windows::RecurringWindow;
use crate::bundle::yaml::Text;

pub(super) fn build(
    file: Option<&(Text<'_>, WindowsFile)>,
    complaints: &mut Complaints,
) -> Vec<RecurringWindow> {
    let Some((text, file)) = file else { return Vec::new() };
    let mut built: Vec<RecurringWindow> = Vec::new();
    for entry in &file.windows {
        let Some(window) = build_window(*text, entry, complaints) else { continue };
        if built.iter().any(|known| known.window.name == window.window.name) {
            let message = format!("window `{}` stands here twice", window.window.name);
            complaints.error(*text, "duplicate_id", entry.name.span, &message);
        }
        built.push(window);
    }
    built
}

fn build_window(
    text: Text<'_>,
    entry: &WindowText,
    complaints: &mut Complaints,
) -> Option<RecurringWindow> {
    let name: Option<domain::ids::RoleName> = complaints.slug(text, &entry.name, entry.name.span);
    let scope = match &entry.scope {
        None => Some(Scope::Organisation),
        Some(scope) => complaints.slug(text, scope, scope.span),
    };
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
    let times = TimesText {
        from: &entry.from,
        until: &entry.until,
        zone: Some(&entry.zone),
        every: Some(&entry.every),
    };
    let Times::Again(times) = times.build(text, complaints)? else { return None };
    let window = MaintenanceWindow {
        name: name?.to_string(),
        title: entry.title.clone(),
        scope: scope?,
        environments,
        tiers,
        lets_through,
        opening: None,
        rule: rule_ref(text, &format!("window:{}", entry.name.value), entry.name.span),
    };
    Some(RecurringWindow { window, times: *times })
}
