//! Rules: when each applies, and what it needs.

use domain::ids::RoleName;
use domain::precedent::APPROVED_BEFORE;
use domain::requirement::{AcceptanceTerms, Reach};

use super::environments::Environments;
use super::overrides::named;
use super::roles::reach;
use super::{Complaints, rule_ref, unknown};
use crate::assess::NO_EXEMPTION_FROM_TIER;
use crate::bundle::files::{
    AcceptableText, AlignmentText, AuthorityText, EvidenceText, NeedText, RuleText,
};
use crate::bundle::yaml::{At, Text};
use crate::bundle::{Control, EvidenceNeed, Need, Role, Rule};
use crate::diagnostic::{Finding, Span};
use crate::expr::{Condition, Schema, compile_condition};

/// Most people one need may ask for.
const MAX_COUNT: i64 = 50;

/// What rules are checked against.
pub(super) struct Context<'a> {
    pub(super) schema: &'a Schema,
    pub(super) roles: &'a [Role],
    pub(super) controls: &'a [Control],
    pub(super) environments: Option<&'a Environments>,
}

pub(super) fn build(
    rules: Vec<(Text<'_>, RuleText)>,
    context: &Context<'_>,
    complaints: &mut Complaints,
) -> Vec<Rule> {
    let mut built: Vec<Rule> = Vec::new();
    for (text, rule) in rules {
        if let Some(first) = built.iter().find(|known| known.id == *rule.id) {
            let message = format!(
                "rule `{}` stands in {}:{} already",
                first.id, first.source.file, first.source.line
            );
            complaints.error(text, "duplicate_id", rule.id.span, &message);
        }
        // Ids become parts of keys and URLs.
        let _: Option<RoleName> = complaints.slug(text, &rule.id, rule.id.span);
        built.extend(build_rule(text, rule, context, complaints));
    }
    built
}

fn build_rule(
    text: Text<'_>,
    rule: RuleText,
    context: &Context<'_>,
    complaints: &mut Complaints,
) -> Option<Rule> {
    let condition = complaints.condition(text, &rule.when, context.schema);
    let mut needs = Vec::new();
    for need in &rule.needs {
        let place = Place { text, owner: &rule.id, authority: rule.authority };
        needs.extend(build_need(place, need, context.roles, complaints));
    }
    check_keys(text, &rule.id, &needs, complaints);
    let mut evidence = Vec::new();
    for wanted in &rule.evidence {
        evidence.extend(build_evidence(text, &rule.id, wanted, context, complaints));
    }
    for control in &rule.controls {
        if !context.controls.iter().any(|known| known.id == control.value) {
            let known = context.controls.iter().map(|known| known.id.as_str());
            complaints.add(text, unknown("control", control, known));
        }
    }
    let acceptable = rule
        .acceptable
        .as_ref()
        .and_then(|text_of| build_acceptable(text, text_of, context.roles, complaints));
    let nobody = rule.nobody.as_ref().is_some_and(|nobody| nobody.value);
    let alignment = rule.alignment == Some(AlignmentText::Required);
    if nobody {
        check_exemption(text, &rule, condition.as_ref(), context.schema, complaints);
    } else if rule.needs.is_empty() && rule.evidence.is_empty() && !alignment {
        let finding = Finding::error(
            "asks_nothing",
            rule.id.span,
            format!("rule `{}` asks for nothing", rule.id.value),
        )
        .help("say who it `needs`, which `evidence`, `alignment: required`, or `nobody: true`");
        complaints.add(text, finding);
    }
    Some(Rule {
        id: rule.id.value.clone(),
        title: rule.title,
        when: condition?,
        needs,
        evidence,
        alignment,
        nobody,
        controls: rule.controls.into_iter().map(|control| control.value).collect(),
        acceptable,
        source: rule_ref(text, &rule.id, rule.id.span),
    })
}

/// Who may accept the risk of going off a rule. Up to T3, unless T4 is written out.
fn build_acceptable(
    text: Text<'_>,
    entry: &AcceptableText,
    roles: &[Role],
    complaints: &mut Complaints,
) -> Option<(u8, AcceptanceTerms)> {
    let named = named(text, &entry.by, entry.reach, roles, complaints);
    let longest = complaints.minutes(text, &entry.longest);
    let up_to = match &entry.up_to {
        None => Some(3),
        Some(tier) => complaints.tier(text, tier, tier.span),
    };
    let (roles, reach) = named?;
    Some((up_to?, AcceptanceTerms { roles, reach, longest_minutes: longest? }))
}

/// An exemption from approval has to be impossible in the strict tiers, by its own condition.
fn check_exemption(
    text: Text<'_>,
    rule: &RuleText,
    condition: Option<&Condition>,
    schema: &Schema,
    complaints: &mut Complaints,
) {
    let span = rule.nobody.as_ref().map_or(rule.id.span, |nobody| nobody.span);
    if !rule.needs.is_empty() || rule.alignment.is_some() {
        complaints.error(
            text,
            "exemption_with_needs",
            span,
            "a rule either needs somebody or says `nobody`, not both",
        );
    }
    let strict = format!("environment.tier >= {NO_EXEMPTION_FROM_TIER}");
    let strict = compile_condition(&strict, schema).program;
    if let (Some(condition), Some(strict)) = (condition, strict)
        && !condition.contradicts(&strict)
    {
        let finding = Finding::error(
            "exemption_in_strict_tier",
            span,
            format!("`nobody: true` may only apply below tier T{NO_EXEMPTION_FROM_TIER}"),
        )
        .label("may apply in every tier")
        .help(format!("write `environment.tier < {NO_EXEMPTION_FROM_TIER} && …` in its condition"));
        complaints.add(text, finding);
    }
}

/// Where a need stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'t> {
    pub(super) text: Text<'t>,
    /// The rule, or `template:name`.
    pub(super) owner: &'t str,
    pub(super) authority: Option<AuthorityText>,
}

pub(super) fn build_need(
    place: Place<'_>,
    need: &NeedText,
    roles: &[Role],
    complaints: &mut Complaints,
) -> Option<Need> {
    let Place { text, owner, authority } = place;
    let named: Vec<&At<String>> = need.role.iter().chain(&need.any_of).collect();
    let span = named.first().map_or(Span::default(), |name| name.span);
    if named.is_empty() || (need.role.is_some() && !need.any_of.is_empty()) {
        let message = format!("a need of `{owner}` names either a `role` or `any_of` several");
        complaints.error(text, "need_without_role", span, &message);
        return None;
    }
    let count = build_count(text, need.count.as_ref(), complaints)?;
    let mut found: Vec<&Role> = Vec::new();
    for name in &named {
        match roles.iter().find(|role| role.name.as_str() == name.value) {
            Some(role) if found.contains(&role) => {
                complaints.error(text, "duplicate_id", name.span, "this role stands here twice");
            }
            Some(role) => found.push(role),
            None => {
                let known = roles.iter().map(|role| role.name.as_str());
                complaints.add(text, unknown("role", name, known));
            }
        }
    }
    let wanted = match authority {
        Some(AuthorityText::Central) => Some(Reach::Organisation),
        Some(AuthorityText::Owners) => Some(Reach::Domain),
        None => need.reach.map(reach),
    };
    if authority.is_some() && need.reach.is_some() {
        complaints.error(
            text,
            "reach_twice",
            span,
            "the rule's `authority` says already where the role is held; leave out `reach`",
        );
    }
    let first = *found.first()?;
    let reach = wanted.unwrap_or(first.reach);
    if wanted.is_none() && found.iter().any(|role| role.reach != reach) {
        complaints.error(
            text,
            "mixed_reach",
            span,
            "these roles are held in different places; say which counts with `reach`",
        );
    }
    if let Some(clock) = need.clock.as_ref().filter(|_| need.due.is_none()) {
        let message = "`clock` says whose time `due` is, and there is no `due`";
        complaints.error(text, "clock_without_due", clock.span, message);
    }
    let due_minutes = need.due.as_ref().and_then(|due| complaints.minutes(text, due));
    let names: Vec<&str> = found.iter().map(|role| role.name.as_str()).collect();
    Some(Need {
        key: format!("{owner}/{}", names.join("+")),
        roles: found.iter().map(|role| role.name.clone()).collect(),
        delegable: found
            .iter()
            .filter(|role| role.delegation_minutes.is_some())
            .map(|role| role.name.clone())
            .collect(),
        count,
        why: need.why.clone(),
        meaning: first.meaning.clone(),
        due_minutes,
        due_clock: need.clock.as_ref().map(|clock| clock.value.into()).unwrap_or_default(),
        reach,
    })
}

/// A number of people that means something (D04).
fn build_count(
    text: Text<'_>,
    count: Option<&At<i64>>,
    complaints: &mut Complaints,
) -> Option<u32> {
    let Some(count) = count else { return Some(1) };
    if (1..=MAX_COUNT).contains(&count.value) {
        return u32::try_from(count.value).ok();
    }
    let finding = Finding::error(
        "bad_count",
        count.span,
        format!("{} people can't be asked for", count.value),
    )
    .help(if count.value < 1 {
        "ask for at least 1; a rule that needs nobody says `nobody: true`".to_owned()
    } else {
        format!("ask for at most {MAX_COUNT}")
    });
    complaints.add(text, finding);
    None
}

/// Keys of needs have to differ, or the record could not tell them apart.
pub(super) fn check_keys(
    text: Text<'_>,
    owner: &At<String>,
    needs: &[Need],
    complaints: &mut Complaints,
) {
    for (index, need) in needs.iter().enumerate() {
        if needs.iter().take(index).any(|earlier| earlier.key == need.key) {
            let message = format!("`{}` asks twice for the same roles; use `count`", owner.value);
            complaints.error(text, "duplicate_need", owner.span, &message);
        }
    }
}

fn refuse_issuer(text: Text<'_>, wanted: &EvidenceText, complaints: &mut Complaints) {
    if let Some(issuer) = wanted.issuers.first() {
        let message = "this evidence is what the product saw itself; it has no other issuer";
        complaints.error(text, "issuer_not_needed", issuer.span, message);
    }
}

pub(super) fn build_evidence(
    text: Text<'_>,
    owner: &str,
    wanted: &EvidenceText,
    context: &Context<'_>,
    complaints: &mut Complaints,
) -> Option<EvidenceNeed> {
    let kind = &wanted.kind;
    match kind.strip_prefix("deployment:") {
        Some(name) => {
            let known = context.environments.is_none_or(|known| known.tier_of(name).is_some());
            if !known {
                let name = At { value: name.to_owned(), span: kind.span };
                let names = context.environments.into_iter().flat_map(Environments::names);
                complaints.add(
                    text,
                    unknown("environment", &name, names.collect::<Vec<_>>().into_iter()),
                );
            }
            refuse_issuer(text, wanted, complaints);
        }
        None if kind.value == APPROVED_BEFORE => {
            if wanted.max_age.is_none() {
                let words = "what was approved long ago needs a second look";
                let finding = Finding::error("max_age_missing", kind.span, words)
                    .help("say how long it is good for: `max_age: 30d`");
                complaints.add(text, finding);
            }
            refuse_issuer(text, wanted, complaints);
        }
        None if wanted.issuers.is_empty() => {
            let finding = Finding::error(
                "issuer_missing",
                kind.span,
                "evidence counts only by issuers that are listed",
            )
            .help("name them: `issuers: [ci]`");
            complaints.add(text, finding);
        }
        None => {}
    }
    let max_age_minutes = match &wanted.max_age {
        Some(age) => Some(complaints.minutes(text, age)?),
        None => None,
    };
    Some(EvidenceNeed {
        key: format!("{owner}/{}", kind.value),
        kind: kind.value.clone(),
        issuers: wanted.issuers.iter().map(|issuer| issuer.value.clone()).collect(),
        max_age_minutes,
        why: wanted.why.clone(),
    })
}
