//! Response plans, checked against the roles.

use domain::asking::{EscalationStep, EscalationTarget, FirstAsk, ResponseClock, ResponsePlan};
use domain::ids::RoleName;
use domain::requirement::Reach;

use super::roles::reach;
use super::{Complaints, rule_ref, unknown};
use crate::bundle::Role;
use crate::bundle::competence;
use crate::bundle::response::{ClockText, FirstText, Plan, PlanText, ResponseFile, StepText};
use crate::bundle::yaml::{At, Text};
use crate::diagnostic::{Finding, Span};
use crate::expr::Schema;

/// Most people one step may ask: nobody mails a hundred.
const ASK_MAX: i64 = 20;
const STEPS_MAX: usize = 10;

pub(super) fn build(
    file: Option<&(Text<'_>, ResponseFile)>,
    roles: &[Role],
    schema: &Schema,
    complaints: &mut Complaints,
) -> Vec<Plan> {
    let Some((text, file)) = file else { return Vec::new() };
    let mut built: Vec<Plan> = Vec::new();
    for plan in &file.plans {
        let _: Option<RoleName> = complaints.slug(*text, &plan.id, plan.id.span);
        if built.iter().any(|known| known.id == *plan.id) {
            let message = format!("plan `{}` is declared twice", plan.id.value);
            complaints.error(*text, "duplicate_id", plan.id.span, &message);
        }
        if let Some(all) = built.iter().find(|p| p.is_for_all()) {
            let message = format!("`{}` before it applies to everything", all.id);
            let finding = Finding::error("unreachable", plan.id.span, message)
                .help("put the plan for everything else last");
            complaints.add(*text, finding);
        }
        built.extend(build_plan(*text, plan, roles, schema, complaints));
    }
    let open = built.last().filter(|last| !last.is_for_all());
    if let Some(last) = open {
        let span = file.plans.last().map_or(Span::default(), |p| p.id.span);
        let message = format!("after `{}` there is no plan for everything else", last.id);
        let finding = Finding::warning("no_plan_for_the_rest", span, message).help(
            "without a plan nobody is asked and nothing escalates; end with a plan without `when`",
        );
        complaints.add(*text, finding);
    }
    built
}

fn build_plan(
    text: Text<'_>,
    plan: &PlanText,
    roles: &[Role],
    schema: &Schema,
    complaints: &mut Complaints,
) -> Option<Plan> {
    let when = match &plan.when {
        Some(when) => Some(complaints.condition(text, when, schema)?),
        None => None,
    };
    let within = complaints.minutes(text, &plan.within);
    let ask = people(text, plan.ask.as_ref(), complaints);
    let mut remind = Vec::new();
    rising(text, &plan.remind, "reminders", &mut remind, complaints);
    let mut afters = Vec::new();
    rising(text, plan.steps.iter().map(|s| &s.after), "steps", &mut afters, complaints);
    if let Some(extra) = plan.steps.get(STEPS_MAX) {
        complaints.error(text, "too_many_steps", extra.after.span, "a plan has at most 10 steps");
    }
    let mut steps = Vec::new();
    for (step, after) in plan.steps.iter().zip(&afters) {
        steps.extend(build_step(text, step, *after, roles, complaints));
    }
    let opened = steps.iter().flat_map(|s| s.to.opens().0);
    let may =
        |name: &&RoleName| roles.iter().any(|r| r.name == **name && r.delegation_minutes.is_some());
    let mut delegable: Vec<RoleName> = opened.filter(may).cloned().collect();
    delegable.sort();
    delegable.dedup();
    let source = rule_ref(text, &plan.id, plan.id.span);
    Some(Plan {
        id: plan.id.value.clone(),
        title: plan.title.clone(),
        when,
        response: ResponsePlan {
            plan: source.clone(),
            within_minutes: within?,
            clock: match plan.clock {
                ClockText::Wall => ResponseClock::Wall,
                ClockText::Organisation => ResponseClock::Organisation,
                ClockText::Approver => ResponseClock::Approver,
            },
            ask: ask?,
            first: match plan.first {
                FirstText::AtWork => FirstAsk::AtWork,
                FirstText::OnCall => FirstAsk::OnCall,
            },
            remind_minutes: remind,
            after_hours: plan.after_hours,
            steps,
        },
        competence: competence(&delegable, roles),
        delegable,
        source,
    })
}

fn build_step(
    text: Text<'_>,
    step: &StepText,
    after_minutes: u32,
    roles: &[Role],
    complaints: &mut Complaints,
) -> Option<EscalationStep> {
    let named: Vec<&At<String>> =
        step.role.iter().chain(&step.any_of).chain(&step.on_call).collect();
    let ways = [
        step.widen.is_some(),
        step.role.is_some(),
        !step.any_of.is_empty(),
        step.on_call.is_some(),
    ];
    if ways.iter().filter(|way| **way).count() != 1 {
        let message = "a step says exactly one of `widen`, `role`, `any_of` and `on_call`";
        complaints.error(text, "step_without_target", step.after.span, message);
        return None;
    }
    if let Some(more) = &step.widen {
        if step.ask.is_some() || step.reach.is_some() {
            let message = "`widen` says how many already, of the same role";
            complaints.error(text, "step_without_target", more.span, message);
        }
        let ask = people(text, Some(more), complaints)?;
        return Some(EscalationStep { after_minutes, to: EscalationTarget::Wider, ask });
    }
    let mut found: Vec<&Role> = Vec::new();
    for name in named {
        match roles.iter().find(|role| role.name.as_str() == name.value) {
            Some(role) => found.push(role),
            None => {
                let known = roles.iter().map(|role| role.name.as_str());
                complaints.add(text, unknown("role", name, known));
            }
        }
    }
    let first = *found.first()?;
    let reach: Reach = step.reach.map_or(first.reach, reach);
    let to = match &step.on_call {
        Some(_) => EscalationTarget::OnCall { role: first.name.clone(), reach },
        None => EscalationTarget::Roles {
            roles: found.iter().map(|role| role.name.clone()).collect(),
            reach,
        },
    };
    Some(EscalationStep { after_minutes, to, ask: people(text, step.ask.as_ref(), complaints)? })
}

fn people(text: Text<'_>, count: Option<&At<i64>>, complaints: &mut Complaints) -> Option<u32> {
    let Some(count) = count else { return Some(1) };
    if (1..=ASK_MAX).contains(&count.value) {
        return u32::try_from(count.value).ok();
    }
    let message = format!("{} people can't be asked at once", count.value);
    let finding = Finding::error("bad_count", count.span, message)
        .help("ask 1 to 20; everybody eligible may vote without being asked");
    complaints.add(text, finding);
    None
}

/// Spans that rise, so that the order of the file is the order in which things happen.
fn rising<'a>(
    text: Text<'_>,
    spans: impl IntoIterator<Item = &'a At<String>>,
    what: &str,
    minutes: &mut Vec<u32>,
    complaints: &mut Complaints,
) {
    for span in spans {
        let Some(found) = complaints.minutes(text, span) else { continue };
        if minutes.last().is_some_and(|before| *before >= found) {
            let message = format!("the {what} of a plan come one after the other");
            complaints.error(text, "not_rising", span.span, &message);
        }
        minutes.push(found);
    }
}
