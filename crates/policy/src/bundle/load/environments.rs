//! Tiers and environments.

use domain::authentication::StepUp;
use domain::ids::{EnvironmentName, ServiceName};

use super::{Complaints, unknown};
use crate::bundle::files::{
    EnforceText, EnvironmentsFile, GateText, SignatureText, StepUpText, TierText,
};
use crate::bundle::yaml::{At, Text};
use crate::bundle::{Enforced, Environment, Tier, Unclassified};
use crate::diagnostic::{Finding, Span};

/// The checked contents of `environments.yaml`.
pub(in crate::bundle) struct Environments {
    pub(super) tiers: [Tier; 5],
    /// Sorted by name.
    pub(super) list: Vec<Environment>,
    pub(super) unclassified: Unclassified,
    pub(super) enforced: Vec<Enforced>,
}

impl Environments {
    /// The tier of a classified environment.
    pub(super) fn tier_of(&self, name: &str) -> Option<u8> {
        self.list.iter().find(|known| known.name.as_str() == name).map(|known| known.tier)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.list.iter().map(|known| known.name.as_str())
    }
}

pub(super) fn build(
    text: Text<'_>,
    file: &EnvironmentsFile,
    complaints: &mut Complaints,
) -> Option<Environments> {
    let tiers = [&file.tiers.T0, &file.tiers.T1, &file.tiers.T2, &file.tiers.T3, &file.tiers.T4];
    let mut built = Vec::new();
    for (number, tier) in (0u8..).zip(tiers) {
        built.extend(build_tier(text, number, tier, complaints));
    }
    check_order(text, &built, complaints);
    let mut list = Vec::new();
    for (name, tier) in &file.environments {
        let number = complaints.tier(text, tier, tier.span);
        let name = complaints.slug::<EnvironmentName>(text, name, tier.span);
        if let (Some(name), Some(tier)) = (name, number) {
            list.push(Environment { name, tier });
        }
    }
    list.sort_by(|a, b| a.name.cmp(&b.name));
    let unclassified = match &file.unclassified {
        None => Unclassified::Tier(4),
        Some(word) if word.value == "refuse" => Unclassified::Refuse,
        Some(word) => {
            let tier = complaints.tier(text, word, word.span)?;
            if tier < 4 {
                let finding = Finding::warning(
                    "lenient_default",
                    word.span,
                    format!(
                        "an environment nobody has classified would be treated as tier T{tier}"
                    ),
                )
                .help("new environments start in the strictest tier: `T4`, or `refuse`");
                complaints.add(text, finding);
            }
            Unclassified::Tier(tier)
        }
    };
    let enforced = file.enforce.iter().filter_map(|e| build_enforced(text, e, &list, complaints));
    let enforced = enforced.collect();
    Some(Environments { tiers: built.try_into().ok()?, list, unclassified, enforced })
}

fn build_tier(
    text: Text<'_>,
    number: u8,
    tier: &TierText,
    complaints: &mut Complaints,
) -> Option<Tier> {
    let pending = complaints.minutes(text, &tier.pending);
    let approval = complaints.minutes(text, &tier.approval);
    let grant = complaints.minutes(text, &tier.grant);
    Some(Tier {
        number,
        title: tier.title.clone(),
        enforce: tier.gate == GateText::Enforce,
        pending_minutes: pending?,
        approval_minutes: approval?,
        expiry_clock: tier.clock.into(),
        grant_minutes: grant?,
        reruns_after_failure: tier.reruns_after_failure,
        known_contributors: tier.known_contributors,
        step_up: match &tier.step_up {
            Some(asked) => Some(build_step_up(text, asked, complaints)?),
            None => None,
        },
    })
}

/// An entry that names nothing would block everywhere, which the tiers say better.
fn build_enforced(
    text: Text<'_>,
    entry: &At<EnforceText>,
    list: &[Environment],
    complaints: &mut Complaints,
) -> Option<Enforced> {
    if entry.services.is_empty() && entry.labels.is_empty() && entry.environments.is_empty() {
        let finding = Finding::error("empty_enforce", entry.span, "this names nothing".to_owned());
        let help = "give `services`, `labels` or `environments`; `gate: enforce` of a tier blocks all of it";
        complaints.add(text, finding.help(help));
        return None;
    }
    let known = list.iter().map(|environment| environment.name.as_str());
    let mut found = Enforced { labels: entry.labels.clone(), ..Enforced::default() };
    for name in &entry.services {
        found.services.extend(complaints.slug::<ServiceName>(text, name, name.span));
    }
    for name in &entry.environments {
        if !known.clone().any(|environment| environment == name.value) {
            complaints.add(text, unknown("environment", name, known.clone()));
        }
        found.environments.extend(complaints.slug::<EnvironmentName>(text, name, name.span));
    }
    Some(found)
}

/// Asking for nothing is most likely a slip, and must not look like a safeguard.
fn build_step_up(
    text: Text<'_>,
    asked: &At<StepUpText>,
    complaints: &mut Complaints,
) -> Option<StepUp> {
    let empty = |values: &[String]| values.iter().any(|v| v.trim().is_empty());
    if asked.max_age.is_none()
        && asked.acr.is_empty()
        && asked.amr.is_empty()
        && asked.signature.is_none()
    {
        let finding =
            Finding::error("empty_step_up", asked.span, "this asks for nothing".to_owned())
                .help("give `max_age`, `acr`, `amr` or `signature`, or leave `step_up` out");
        complaints.add(text, finding);
        return None;
    }
    if empty(&asked.acr) || empty(&asked.amr) {
        let message = "an empty class or method is held by nobody".to_owned();
        complaints.add(text, Finding::error("empty_step_up", asked.span, message));
        return None;
    }
    let max_age_minutes = match &asked.max_age {
        Some(age) => Some(complaints.minutes(text, age)?),
        None => None,
    };
    let signature = asked.signature == Some(SignatureText::Required);
    Some(StepUp { max_age_minutes, acr: asked.acr.clone(), amr: asked.amr.clone(), signature })
}

/// A higher tier that is laxer than a lower one is most likely a slip.
fn check_order(text: Text<'_>, tiers: &[Tier], complaints: &mut Complaints) {
    for pair in tiers.windows(2) {
        if let [lower, higher] = pair
            && lower.enforce
            && !higher.enforce
        {
            let message = format!(
                "tier T{} only observes, while the less strict T{} enforces",
                higher.number, lower.number
            );
            complaints.add(text, Finding::warning("tier_order", Span::default(), message));
        }
    }
}
