//! The evaluation itself: tier, template, risk, rules, and their sum.

use domain::asking::{FirstAsk, ResponseClock};
use domain::change::{Assessment, EvidenceRequirement, RiskFactor, RiskSummary};
use domain::explanation::{Explanation, Outcome};
use domain::requirement::{Requirement, RuleRef};

use super::explain::{
    described, matrix_node, needs_in_words, rule_node, template_node, tier_node, version_node,
};
use super::facts::{Facts, Lists, evidence_records};
use super::template::AskedTemplate;
use super::{Assessed, refusal};
use crate::bundle::{
    Bundle, EvidenceNeed, Level, Need, Plan, Role, Rule, Template, Tier, competence,
};
use crate::expr::{DEFAULT_STEPS, Row, Value};

/// The lowest tier in which a rule can't exempt from approval.
pub(crate) const NO_EXEMPTION_FROM_TIER: u8 = 2;

/// The risk and its explanation.
struct Risk<'b> {
    summary: RiskSummary,
    level: &'b Level,
    node: Explanation,
    failed: bool,
}

/// What the rules that apply ask for.
#[derive(Debug, Default)]
pub(crate) struct Demands {
    pub(crate) requirements: Vec<Requirement>,
    pub(crate) evidence: Vec<EvidenceRequirement>,
    /// Rules that want an alignment session first.
    pub(crate) alignment: Vec<RuleRef>,
    pub(crate) exempt: Option<RuleRef>,
    /// Whether some rule could not be decided.
    failed: bool,
}

impl Bundle {
    /// Assesses plain facts.
    pub(crate) fn assess_facts(
        &self,
        facts: &Facts<'_>,
        template_version: Option<u32>,
        revision: u32,
    ) -> Assessed {
        let Some(tier) = self.tier_of(facts.environment) else {
            return self.refuse_environment(facts.environment);
        };
        let number = tier.number;
        // One node per rule and a few more; they are large to move, so there is one vector.
        let mut nodes = Vec::with_capacity(self.rules().len() + 4);
        nodes.push(tier_node(self, facts, tier));
        nodes.extend(version_node(facts));
        let template =
            match self.check_template(&AskedTemplate::of(facts, template_version), number) {
                Ok(template) => template,
                Err(fields) => return Assessed::refused(fields, nodes),
            };
        nodes.extend(template.map(template_node));

        let records = evidence_records(&facts.evidence);
        let lists = Lists::new(self.schema(), facts, &records);
        let mut row = self.schema().blank();
        self.schema().fill(facts, number, &lists, &mut row);
        let risk = self.risk(facts, Row::new(&row));
        if risk.failed {
            nodes.push(risk.node);
            return undecided("factor_error", "a risk factor can't be decided", nodes);
        }
        self.schema().fill_risk(risk.summary.score, &risk.level.name, &mut row);
        nodes.push(risk.node);
        let mut demands = self.demands(template, &row, &mut nodes);
        self.mark_acceptable(&mut demands, number);
        self.respond(&mut demands, &row, &mut nodes);
        let automatic = self.automatic(&demands.requirements, Row::new(&row), &mut nodes);
        let assessment = Assessment {
            revision,
            policy: self.digest().to_owned(),
            tier: number,
            risk: risk.summary,
            level: risk.level.name.clone(),
            requirements: demands.requirements,
            evidence: demands.evidence,
            automatic,
            alignment: demands.alignment,
            exempt: demands.exempt,
            pending_minutes: tier.pending_minutes,
            validity_minutes: tier.approval_minutes,
            expiry_clock: tier.expiry_clock,
            deadlines: None,
            grant_minutes: tier.grant_minutes,
            reruns_after_failure: tier.reruns_after_failure,
            known_contributors: tier.known_contributors,
            enforce: self.enforces((facts.environment, number), facts.service, facts.labels),
            step_up: tier.step_up.clone(),
            bulk: template.is_some_and(|template| template.bulk),
            history: None,
        };
        conclude(assessment, tier, demands.failed, nodes)
    }

    fn refuse_environment(&self, name: &str) -> Assessed {
        let names = self.environments().iter().map(|environment| environment.name.as_str());
        let help = match crate::expr::closest(name, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "policy has to classify it first".to_owned(),
        };
        let message = format!("there is no environment `{name}` in the policy; {help}");
        Assessed::refused(vec![refusal("environment", message)], Vec::new())
    }

    fn risk(&self, facts: &Facts<'_>, row: Row<'_>) -> Risk<'_> {
        let matrix_points = self.matrix().points(facts.impact, facts.urgency, facts.complexity);
        let mut score = matrix_points;
        let mut factors = Vec::with_capacity(self.factors().len());
        let mut nodes = vec![matrix_node(facts, matrix_points)];
        let mut failed = false;
        for factor in self.factors() {
            let applies = factor.when.evaluate(row, DEFAULT_STEPS);
            let detail = described(&factor.when, row);
            let points = if applies == Ok(true) { factor.points } else { 0 };
            score = score.saturating_add(points);
            let (outcome, code, title) = match applies {
                Ok(true) => (
                    Outcome::Info,
                    "factor_applies",
                    format!("{points:+} {}: {}", factor.name, factor.why),
                ),
                Ok(false) => (Outcome::NotApplicable, "factor_does_not_apply", factor.name.clone()),
                Err(error) => {
                    failed = true;
                    (
                        Outcome::Unknown,
                        "factor_error",
                        format!("{} can't be decided: {error}", factor.name),
                    )
                }
            };
            let node = Explanation::new(outcome, code, title)
                .detail(detail.clone())
                .rule(factor.source.clone());
            nodes.push(node);
            let why = if points == 0 { detail } else { format!("{}; {detail}", factor.why) };
            let (name, source) = (factor.name.clone(), factor.source.clone());
            factors.push(RiskFactor { name, points, why, source });
        }
        let score = score.max(0);
        let level = self.level_of(score);
        let outcome = if failed { Outcome::Unknown } else { Outcome::Info };
        let title = format!("risk {score}: {}", level.title);
        let node = Explanation::new(outcome, "risk", title).children(nodes);
        let summary = RiskSummary { score, level: level.name.clone(), matrix_points, factors };
        Risk { summary, level, node, failed }
    }

    /// Evaluates every rule, also after one failed, so that the tree is whole.
    fn demands(
        &self,
        template: Option<&Template>,
        row: &[Value<'_>],
        nodes: &mut Vec<Explanation>,
    ) -> Demands {
        let row = Row::new(row);
        let mut applied = Vec::with_capacity(self.rules().len());
        let mut failed = false;
        for rule in self.rules() {
            let applies = rule.when.evaluate(row, DEFAULT_STEPS);
            let replaced_by = template.filter(|template| template.replaces.contains(&rule.id));
            nodes.push(rule_node(rule, applies, replaced_by, row));
            failed |= applies.is_err();
            applied.push(applies == Ok(true));
        }
        Demands { failed, ..self.demanded(template, &applied) }
    }

    /// Says of each demand who may accept the risk of going off its rule in this tier (M3.6).
    pub(crate) fn mark_acceptable(&self, demands: &mut Demands, tier: u8) {
        if self.rules().iter().all(|rule| rule.acceptable.is_none()) {
            return;
        }
        for requirement in &mut demands.requirements {
            requirement.acceptable = self.acceptance_terms(&requirement.rule.id, tier).cloned();
        }
        for evidence in &mut demands.evidence {
            evidence.acceptable = self.acceptance_terms(&evidence.rule.id, tier).cloned();
        }
    }

    /// What the rules that apply ask for together, one flag a rule.
    pub(crate) fn demanded(&self, template: Option<&Template>, applied: &[bool]) -> Demands {
        let mut demands = Demands::default();
        let mut exempt = None;
        let applying = self.rules().iter().zip(applied).filter(|(_, applies)| **applies);
        let replaced =
            |rule: &Rule| template.is_some_and(|template| template.replaces.contains(&rule.id));
        for rule in applying.map(|(rule, _)| rule).filter(|rule| !replaced(rule)) {
            demands.ask((&rule.needs, self.roles()), &rule.source, &rule.controls);
            demands.evidence.extend(rule.evidence.iter().map(|need| evidence(need, &rule.source)));
            if rule.alignment {
                demands.alignment.push(rule.source.clone());
            }
            if rule.nobody && exempt.is_none() {
                exempt = Some(rule.source.clone());
            }
        }
        if let Some(template) = template {
            demands.ask((&template.needs, self.roles()), &template.source, &[]);
            if template.nobody {
                exempt = Some(template.source.clone());
            }
        }
        // An exemption stands only where no other rule asks for somebody.
        if demands.requirements.is_empty() {
            demands.exempt = exempt;
        }
        demands
    }
}

impl Bundle {
    /// Puts the first response plan that applies into every requirement.
    fn respond(&self, demands: &mut Demands, row: &[Value<'_>], nodes: &mut Vec<Explanation>) {
        let row = Row::new(row);
        for plan in self.plans() {
            let when = plan.when.as_ref();
            let applies = when.map_or(Ok(true), |when| when.evaluate(row, DEFAULT_STEPS));
            let (outcome, code, title) = match &applies {
                Ok(true) => {
                    let first = match plan.response.first {
                        FirstAsk::AtWork => "",
                        FirstAsk::OnCall => "; whoever is on call is asked first",
                    };
                    (Outcome::Info, "plan_applies", format!("response plan: {}{first}", plan.title))
                }
                Ok(false) => (Outcome::NotApplicable, "plan_does_not_apply", plan.title.clone()),
                Err(error) => {
                    demands.failed = true;
                    let title = format!("{} can't be decided: {error}", plan.title);
                    (Outcome::Unknown, "plan_error", title)
                }
            };
            let detail = when.map_or_else(|| "always".to_owned(), |when| described(when, row));
            let node = Explanation::new(outcome, code, title).detail(detail);
            nodes.push(node.rule(plan.source.clone()));
            if applies == Ok(true) {
                demands.requirements.iter_mut().for_each(|r| follow(r, plan));
            }
            if applies != Ok(false) {
                return;
            }
        }
    }
}

/// Lets a requirement be asked for by a plan.
pub(crate) fn follow(requirement: &mut Requirement, plan: &Plan) {
    requirement.response = Some(Box::new(plan.response.clone()));
    let more = plan.delegable.iter().filter(|role| !requirement.delegable.contains(role));
    let more: Vec<_> = more.cloned().collect();
    requirement.delegable.extend(more);
    requirement.competence.extend(plan.competence.clone());
    if requirement.due_minutes.is_none() && plan.response.clock == ResponseClock::Wall {
        requirement.due_minutes = Some(plan.response.within_minutes);
    }
}

impl Demands {
    fn ask(&mut self, (needs, roles): (&[Need], &[Role]), source: &RuleRef, controls: &[String]) {
        for need in needs {
            let asked = roles.iter().filter(|role| need.roles.contains(&role.name));
            self.requirements.push(Requirement {
                key: need.key.clone(),
                rule: source.clone(),
                roles: need.roles.clone(),
                reach: need.reach,
                delegable: need.delegable.clone(),
                competence: competence(&need.delegable, roles),
                count: need.count,
                why: need.why.clone(),
                meaning: need.meaning.clone(),
                briefings: asked.filter_map(|role| role.briefing.clone()).collect(),
                due_minutes: need.due_minutes,
                due_clock: need.due_clock,
                response: None,
                controls: controls.to_vec(),
                acceptable: None,
            });
        }
    }
}

pub(super) fn evidence(need: &EvidenceNeed, rule: &RuleRef) -> EvidenceRequirement {
    EvidenceRequirement {
        key: need.key.clone(),
        rule: rule.clone(),
        kind: need.kind.clone(),
        issuers: need.issuers.clone(),
        max_age_minutes: need.max_age_minutes,
        why: need.why.clone(),
        acceptable: None,
    }
}

/// The sum of it all. Only a complete answer is an assessment.
fn conclude(
    assessment: Assessment,
    tier: &Tier,
    failed: bool,
    nodes: Vec<Explanation>,
) -> Assessed {
    if failed {
        return undecided("rule_error", "a rule can't be decided", nodes);
    }
    let nobody = assessment.requirements.is_empty();
    if nobody && let Some((code, title)) = no_answer(assessment.exempt.as_ref(), tier.number) {
        return undecided(code, title, nodes);
    }
    let (score, level) = (assessment.risk.score, &assessment.level);
    let who = if nobody {
        "nobody has to approve".to_owned()
    } else {
        format!("{} to approve", requirements_in_words(&assessment.requirements))
    };
    let first = if assessment.alignment.is_empty() { "" } else { "aligned in a session first, " };
    let title = format!("{first}{who}; risk {score} ({level}), tier T{}", tier.number);
    let explanation = Explanation::new(Outcome::Info, "assessed", title).children(nodes);
    Assessed::Assessed { assessment: Box::new(assessment), explanation }
}

/// Why asking nobody is no answer, if it is none: code and words.
pub(crate) fn no_answer(
    exempt: Option<&RuleRef>,
    tier: u8,
) -> Option<(&'static str, &'static str)> {
    match exempt {
        None => Some(("no_rule", "no rule of the policy says who approves this")),
        // Templates are checked at load; a rule is checked here as well.
        Some(rule) if tier >= NO_EXEMPTION_FROM_TIER && !rule.id.starts_with("template:") => Some(
            ("exempt_above_tier", "a rule exempts this from approval in a tier where none may"),
        ),
        Some(_) => None,
    }
}

fn requirements_in_words(requirements: &[Requirement]) -> String {
    let needs: Vec<Need> = requirements
        .iter()
        .map(|requirement| Need {
            key: String::new(),
            roles: requirement.roles.clone(),
            delegable: Vec::new(),
            count: requirement.count,
            why: String::new(),
            meaning: None,
            due_minutes: None,
            due_clock: ResponseClock::Wall,
            reach: requirement.reach,
        })
        .collect();
    needs_in_words(&needs)
}

fn undecided(code: &str, title: &str, nodes: Vec<Explanation>) -> Assessed {
    let explanation = Explanation::new(Outcome::Unknown, code, title).children(nodes);
    Assessed::Undecided { code: code.to_owned(), explanation }
}
