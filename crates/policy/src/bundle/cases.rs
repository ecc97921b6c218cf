//! The bundle's own test cases: what it has to say about given changes.
//!
//! A case states facts directly and needs no organisation, so a bundle proves itself wherever it
//! is read. Must evaluate through the same code as a real assessment (D14).

use std::collections::{BTreeMap, BTreeSet};

use domain::change::{Assessment, ChangeType, Level as Grade};
use domain::ids::RoleName;
use domain::organisation::Criticality;
use domain::requirement::Requirement;
use domain::service_history::failure_rate;
use jiff::Timestamp;
use serde::Serialize;

use super::Bundle;
use super::files::{CaseText, ExpectText, GivenHistory, GivenText, TestsFile};
use super::yaml::{At, Text};
use crate::assess::Assessed;
use crate::assess::declared::{HistoryFacts, STEPS, step};
use crate::assess::facts::{EvidenceFact, Facts};
use crate::diagnostic::line_and_column;

/// A case and where it stands.
#[derive(Debug)]
pub(crate) struct Case {
    file: String,
    line: u32,
    text: CaseText,
}

/// What came of one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseResult {
    /// Its name.
    pub name: String,
    /// The file it stands in.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// Every way in which policy says something else; empty when it passed.
    pub problems: Vec<String>,
}

/// What came of all cases of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestReport {
    /// One result per case, in the order of files and lines.
    pub cases: Vec<CaseResult>,
}

impl TestReport {
    /// Whether every case passed. A bundle without cases has not failed; it has shown nothing.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.cases.iter().all(|case| case.problems.is_empty())
    }

    /// The cases that failed.
    pub fn failures(&self) -> impl Iterator<Item = &CaseResult> {
        self.cases.iter().filter(|case| !case.problems.is_empty())
    }
}

pub(super) fn read_cases(text: Text<'_>, file: TestsFile) -> Vec<Case> {
    let place = |case: CaseText| {
        let (line, _) = line_and_column(text.text, case.name.span.start as usize);
        Case { file: text.path.to_owned(), line, text: case }
    };
    file.tests.into_iter().map(place).collect()
}

pub(super) fn run(bundle: &Bundle) -> TestReport {
    let result = |case: &Case| CaseResult {
        name: case.text.name.value.clone(),
        file: case.file.clone(),
        line: case.line,
        problems: problems(bundle, &case.text),
    };
    TestReport { cases: bundle.cases.iter().map(result).collect() }
}

fn problems(bundle: &Bundle, case: &CaseText) -> Vec<String> {
    let facts = match facts(&case.given) {
        Ok(facts) => facts,
        Err(problem) => return vec![problem],
    };
    let assessed = bundle.assess_facts(&facts, None, 1);
    let mut problems = Vec::new();
    for rule in case.expect.rules.iter().flatten() {
        if !bundle.rules().iter().any(|known| known.id == rule.value) {
            problems.push(format!("there is no rule `{}`", rule.value));
        }
    }
    compare(&case.expect, &assessed, &mut problems);
    problems
}

fn compare(expect: &ExpectText, assessed: &Assessed, problems: &mut Vec<String>) {
    match (assessed, &expect.undecided, &expect.refused) {
        (Assessed::Undecided { code, .. }, Some(wanted), _) if code == wanted => {}
        (Assessed::Refused { fields, .. }, _, Some(wanted))
            if fields.iter().any(|field| field.field == *wanted) => {}
        (Assessed::Assessed { assessment, .. }, None, None) => {
            compare_assessment(expect, assessment, assessed, problems);
        }
        (found, wanted_code, wanted_field) => {
            let wanted = match (wanted_code, wanted_field) {
                (Some(code), _) => format!("no answer, with code `{code}`"),
                (None, Some(field)) => format!("refusal for the field `{field}`"),
                (None, None) => "an assessment".to_owned(),
            };
            let found = match found {
                Assessed::Assessed { assessment, .. } => {
                    format!(
                        "requirements {}",
                        in_words(&requirements_by_role(&assessment.requirements))
                    )
                }
                Assessed::Undecided { code, .. } => format!("no answer, with code `{code}`"),
                Assessed::Refused { fields, .. } => {
                    let all: Vec<_> = fields
                        .iter()
                        .map(|field| format!("{}: {}", field.field, field.message))
                        .collect();
                    format!("refusal ({})", all.join("; "))
                }
            };
            problems.push(format!("expected {wanted}, found {found}"));
        }
    }
}

fn compare_assessment(
    expect: &ExpectText,
    assessment: &Assessment,
    assessed: &Assessed,
    problems: &mut Vec<String>,
) {
    let mut differ = |what: &str, wanted: String, found: String| {
        if wanted != found {
            problems.push(format!("expected {what} {wanted}, found {found}"));
        }
    };
    if let Some(level) = &expect.level {
        differ("level", level.value.clone(), assessment.level.clone());
    }
    if let Some(score) = expect.score {
        differ("score", score.to_string(), assessment.risk.score.to_string());
    }
    if let Some(tier) = &expect.tier {
        differ("tier", tier.clone(), format!("T{}", assessment.tier));
    }
    if let Some(wanted) = &expect.requires {
        let normal: BTreeMap<String, u32> =
            wanted.iter().map(|(roles, count)| (sorted(roles.split('|')), *count)).collect();
        differ(
            "requirements",
            in_words(&normal),
            in_words(&requirements_by_role(&assessment.requirements)),
        );
    }
    if let Some(wanted) = &expect.evidence {
        let found: BTreeSet<&str> =
            assessment.evidence.iter().map(|evidence| evidence.kind.as_str()).collect();
        let wanted: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
        differ("evidence", format!("{wanted:?}"), format!("{found:?}"));
    }
    if let Some(plan) = &expect.plan {
        let of = assessment.requirements.iter().find_map(|r| r.response.as_ref());
        let found = of.map_or("none", |response| response.plan.id.as_str());
        differ("response plan", plan.value.clone(), found.to_owned());
    }
    if let Some(wanted) = &expect.automatic {
        let found: BTreeSet<&str> =
            assessment.automatic.iter().map(|a| a.rule.id.as_str()).collect();
        let wanted: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
        differ("automatic", format!("{wanted:?}"), format!("{found:?}"));
    }
    if let Some(wanted) = expect.alignment {
        differ("alignment", wanted.to_string(), (!assessment.alignment.is_empty()).to_string());
    }
    if let Some(enforced) = expect.enforced {
        differ("enforced", enforced.to_string(), assessment.enforce.to_string());
    }
    if let Some(bulk) = expect.bulk {
        differ("bulk", bulk.to_string(), assessment.bulk.to_string());
    }
    if let Some(nobody) = expect.nobody {
        let found = assessment.requirements.is_empty() && assessment.exempt.is_some();
        differ("nobody", nobody.to_string(), found.to_string());
    }
    for rule in expect.rules.iter().flatten() {
        let applies = assessed.explanation().walk().any(|node| {
            node.code == "rule_applies"
                && node.rule.as_ref().is_some_and(|known| known.id == rule.value)
        });
        differ(
            &format!("rule `{}`", rule.value),
            "to apply".to_owned(),
            if applies { "to apply".to_owned() } else { "that it does not".to_owned() },
        );
    }
}

/// People asked for, by roles (`a|b` for any of two).
pub(crate) fn requirements_by_role(requirements: &[Requirement]) -> BTreeMap<String, u32> {
    let mut found = BTreeMap::new();
    for requirement in requirements {
        let roles = sorted(requirement.roles.iter().map(RoleName::as_str));
        *found.entry(roles).or_insert(0u32) += requirement.count;
    }
    found
}

fn sorted<'r>(roles: impl Iterator<Item = &'r str>) -> String {
    roles.map(str::trim).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("|")
}

fn in_words(requirements: &BTreeMap<String, u32>) -> String {
    let all: Vec<String> =
        requirements.iter().map(|(roles, count)| format!("{roles}: {count}")).collect();
    format!("{{{}}}", all.join(", "))
}

/// One of some words, or what is wrong.
fn word<T: Copy>(value: Option<&At<String>>, words: &[(&str, T)], default: T) -> Result<T, String> {
    let Some(value) = value else { return Ok(default) };
    let found = words.iter().find(|(word, _)| *word == value.value).map(|(_, meaning)| *meaning);
    found.ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        format!("`{}` is none of {}", value.value, known.join(", "))
    })
}

fn history(given: &GivenHistory) -> Result<HistoryFacts<'_>, String> {
    let number = |value: i64| u32::try_from(value).map_err(|_| format!("{value} is out of range"));
    let (deployments, failures) = (number(given.deployments)?, number(given.failures)?);
    let rate = given.failure_rate.map(number).transpose()?;
    Ok(HistoryFacts {
        deployments,
        failures,
        failure_rate: rate.or_else(|| failure_rate(deployments, failures)),
        last_failure: given.last_failure.as_ref().map(time).transpose()?,
        days_without_failure: number(given.days_without_failure)?,
        version: given.version.as_deref(),
        exposure: given.exposure,
    })
}

fn time(at: &At<String>) -> Result<Timestamp, String> {
    at.parse().map_err(|_| format!("`{}` is not a timestamp", at.value))
}

fn named_step(name: &At<String>) -> Result<u8, String> {
    let found = STEPS.iter().position(|step| *step == name.value);
    let index = found.and_then(|index| u8::try_from(index).ok());
    index.ok_or_else(|| format!("`{}` is none of {}", name.value, STEPS.join(", ")))
}

pub(crate) fn facts(given: &GivenText) -> Result<Facts<'_>, String> {
    const GRADES: [(&str, Grade); 3] =
        [("low", Grade::Low), ("medium", Grade::Medium), ("high", Grade::High)];
    const KINDS: [(&str, ChangeType); 3] = [
        ("standard", ChangeType::Standard),
        ("normal", ChangeType::Normal),
        ("emergency", ChangeType::Emergency),
    ];
    const CRITICALITIES: [(&str, Criticality); 4] = [
        ("low", Criticality::Low),
        ("medium", Criticality::Medium),
        ("high", Criticality::High),
        ("critical", Criticality::Critical),
    ];
    let (change, service) = (&given.change, &given.service);
    let now = match &given.now {
        None => Timestamp::UNIX_EPOCH,
        Some(now) => time(now)?,
    };
    let evidence = change.evidence.iter().map(|evidence| EvidenceFact {
        kind: &evidence.kind,
        issuer: &evidence.issuer,
        passed: evidence.passed,
        issued_at: now,
    });
    let history = given.history.as_ref().map(history).transpose()?;
    let in_place = history.as_ref().and_then(|history| history.version);
    let version_step = match &change.version_step {
        Some(name) => Some(named_step(name)?),
        None => step(in_place, change.version.as_deref()),
    };
    Ok(Facts {
        kind: word(change.kind.as_ref(), &KINDS, ChangeType::Normal)?,
        impact: word(change.impact.as_ref(), &GRADES, Grade::Low)?,
        urgency: word(change.urgency.as_ref(), &GRADES, Grade::Low)?,
        complexity: word(change.complexity.as_ref(), &GRADES, Grade::Low)?,
        template: change.template.as_ref().map(|template| template.value.as_str()),
        artifact_count: change.artifact_count.unwrap_or(1),
        has_plan: change.has_plan,
        parameters: &change.parameters,
        attributes: &change.attributes,
        incident: change.incident.as_deref(),
        repository: None,
        window: None,
        evidence: evidence.collect(),
        service: service.name.as_deref().unwrap_or("example"),
        domain: service.domain.as_deref(),
        criticality: word(service.criticality.as_ref(), &CRITICALITIES, Criticality::Medium)?,
        labels: &service.labels,
        environment: &given.environment,
        requester_is_machine: given.requester.machine,
        requester_roles: given.requester.roles.iter().map(String::as_str).collect(),
        contributors: given.contributors.count,
        unknown_contributors: given.contributors.unknown,
        version: change.version.as_deref(),
        version_step,
        paths: change.paths.iter().map(String::as_str).collect(),
        history,
        now,
    })
}
