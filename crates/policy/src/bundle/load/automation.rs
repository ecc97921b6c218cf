//! Rules that approve by themselves: what they may answer, and who may stop them.

use domain::change::ReviewTerms;
use domain::ids::RoleName;
use domain::organisation::AutomationTerms;

use super::overrides::named;
use super::rules::{Context, build_evidence};
use super::{Complaints, rule_ref, unknown};
use crate::bundle::files::{AutomationFile, AutomationText, ReachText, ReviewText};
use crate::bundle::yaml::{At, Text};
use crate::bundle::{Automation, Automations, Rule, Template};
use crate::diagnostic::Finding;
use crate::expr::{Condition, compile_condition};

/// The strictest tier a rule may approve in.
const HIGHEST_TIER: u8 = 3;
/// How long a review may take, in minutes of working time.
const SHORTEST_REVIEW: u32 = 60;
const LONGEST_REVIEW: u32 = 30 * 24 * 60;

pub(super) fn build(
    file: Option<&(Text<'_>, AutomationFile)>,
    (rules, templates): (&[Rule], &[Template]),
    context: &Context<'_>,
    complaints: &mut Complaints,
) -> Automations {
    let Some((text, file)) = file else { return Automations::default() };
    let anywhere = Some(ReachText::Covering);
    let stop = named(*text, &file.stop, anywhere, context.roles, complaints);
    let resume = named(*text, &file.resume, anywhere, context.roles, complaints);
    let mut list: Vec<Automation> = Vec::new();
    for entry in &file.rules {
        let id = entry.id.value.as_str();
        if rules.iter().any(|r| r.id == id) || list.iter().any(|known| known.id == id) {
            let message = format!("there is a rule `{id}` already");
            complaints.error(*text, "duplicate_id", entry.id.span, &message);
        }
        let _: Option<RoleName> = complaints.slug(*text, id, entry.id.span);
        check_answers(*text, entry, (rules, templates), complaints);
        list.extend(build_rule(*text, entry, context, complaints));
    }
    let terms = stop.zip(resume);
    let terms = terms.map(|((stop, _), (resume, _))| AutomationTerms { stop, resume });
    Automations { list, terms }
}

fn build_rule(
    text: Text<'_>,
    entry: &AutomationText,
    context: &Context<'_>,
    complaints: &mut Complaints,
) -> Option<Automation> {
    let scope = scope(text, entry, context, complaints);
    if entry.when.is_empty() {
        let finding = Finding::error(
            "automation_without_condition",
            entry.id.span,
            format!("rule `{}` would approve whatever comes", entry.id.value),
        );
        complaints.add(text, finding.help("say `when` it may"));
    }
    let mut when = Vec::new();
    for source in &entry.when {
        when.extend(complaints.condition(text, source, context.schema));
    }
    let mut evidence = Vec::new();
    for wanted in &entry.evidence {
        evidence.extend(build_evidence(text, &entry.id, wanted, context, complaints));
    }
    let review = match &entry.review {
        Some(review) => Some(build_review(text, review, context, complaints)?),
        None => None,
    };
    Some(Automation {
        id: entry.id.value.clone(),
        title: entry.title.clone(),
        scope: scope?,
        when,
        answers: entry.answers.iter().map(|answer| answer.value.clone()).collect(),
        evidence,
        review,
        success_percent: complaints.success(text, entry.success_percent.as_ref()),
        source: rule_ref(text, &entry.id, entry.id.span),
    })
}

/// A review that stakeholders hear of in time. Without one that can be read the rule is left out: it
/// never falls back to approving at once.
fn build_review(
    text: Text<'_>,
    review: &ReviewText,
    context: &Context<'_>,
    complaints: &mut Complaints,
) -> Option<ReviewTerms> {
    let told = named(text, &review.tell, Some(ReachText::Covering), context.roles, complaints);
    if review.tell.is_empty() {
        let message = "a review tells nobody, so nobody could object";
        complaints.error(text, "review_without_stakeholders", review.window.span, message);
    }
    let window_minutes = complaints.minutes(text, &review.window)?;
    let remind_minutes = complaints.minutes(text, &review.remind)?;
    let fits = remind_minutes < window_minutes;
    if !fits || !(SHORTEST_REVIEW..=LONGEST_REVIEW).contains(&window_minutes) {
        let message = format!(
            "a review of `{}` with a reminder `{}` before its end can't be held",
            review.window.value, review.remind.value
        );
        let finding = Finding::error("bad_review", review.window.span, message);
        complaints.add(
            text,
            finding.help("let it take `1h` to `30d`, and remind before the end, not at its start"),
        );
        return None;
    }
    let (tell, _) = told.filter(|(tell, _)| !tell.is_empty())?;
    Some(ReviewTerms { window_minutes, remind_minutes, tell })
}

/// Tiers and kinds as a condition like every other, so that whatever reads conditions sees them.
fn scope(
    text: Text<'_>,
    entry: &AutomationText,
    context: &Context<'_>,
    complaints: &mut Complaints,
) -> Option<Condition> {
    let mut tiers = Vec::new();
    for tier in &entry.tiers {
        let Some(number) = complaints.tier(text, tier, tier.span) else { continue };
        if number > HIGHEST_TIER {
            let message = "in T4 only people approve";
            complaints.error(text, "automation_in_t4", tier.span, message);
        }
        tiers.push(format!("environment.tier == {number}"));
    }
    let mut kinds = Vec::new();
    for kind in &entry.kinds {
        match kind.value.as_str() {
            "standard" | "normal" => kinds.push(format!("change.kind == \"{}\"", kind.value)),
            "emergency" => {
                let message = "an emergency is approved by a person";
                complaints.error(text, "automation_of_emergency", kind.span, message);
            }
            other if is_policy(other) => of_policy(text, kind, complaints),
            other => {
                let message = format!("`{other}` is no type of change");
                let finding = Finding::error("unknown_variant", kind.span, message);
                complaints.add(text, finding.help("write `standard` or `normal`"));
            }
        }
    }
    if tiers.is_empty() || kinds.is_empty() {
        let message = format!("rule `{}` names no tier or no kind of change", entry.id.value);
        complaints.error(text, "automation_without_scope", entry.id.span, &message);
        return None;
    }
    let source = format!("({}) && ({})", tiers.join(" || "), kinds.join(" || "));
    compile_condition(&source, context.schema).program
}

fn check_answers(
    text: Text<'_>,
    entry: &AutomationText,
    (rules, templates): (&[Rule], &[Template]),
    complaints: &mut Complaints,
) {
    if entry.answers.is_empty() {
        let message = format!("rule `{}` answers nothing", entry.id.value);
        complaints.error(text, "asks_nothing", entry.id.span, &message);
    }
    let needing = || {
        let rules = rules.iter().map(|rule| (&rule.source.id, rule.needs.is_empty()));
        rules.chain(templates.iter().map(|t| (&t.source.id, t.needs.is_empty())))
    };
    for answer in &entry.answers {
        match needing().find(|(id, _)| **id == answer.value) {
            Some((_, false)) => {}
            Some((id, true)) => {
                let message = format!("`{id}` asks nobody, so there is nothing to answer");
                complaints.error(text, "asks_nothing", answer.span, &message);
            }
            None if is_policy(&answer.value) => of_policy(text, answer, complaints),
            None => {
                let known: Vec<&str> = needing().map(|(id, _)| id.as_str()).collect();
                complaints.add(text, unknown("rule", answer, known.into_iter()));
            }
        }
    }
}

fn is_policy(word: &str) -> bool {
    matches!(word, "policy" | "proposal" | "policy-change" | "policy-proposal")
}

fn of_policy(text: Text<'_>, at: &At<String>, complaints: &mut Complaints) {
    let finding =
        Finding::error("automation_of_policy", at.span, "no rule approves a change of the rules");
    complaints.add(text, finding.help("proposals are always for people other than their author"));
}
