//! Policy on the wire: the live bundle in words, findings, proposals and dry runs.

use api_types::policy as wire;
use api_types::problem::FieldProblem;
use api_types::services::Environment;
use app::policies::{DecidedProposal, LiveBundle, Proposal};
use domain::event::PolicyFile;
use policy::bundle::{Enforced, EvidenceNeed, Need, Parameter, Rule, Template};
use policy::{Assessed, Bundle, CaseResult, Diagnostic};

use super::Names;
use super::explanation::reach;
use super::text::time;

/// A finding in a bundle as a field of a problem.
pub(crate) fn bundle_field(found: &Diagnostic) -> FieldProblem {
    FieldProblem {
        field: format!("{}:{}:{}", found.file, found.line, found.column),
        message: found.message.clone(),
    }
}

/// A failed test case as a field of a problem.
pub(crate) fn case_field(case: &CaseResult) -> FieldProblem {
    FieldProblem {
        field: format!("{}:{}", case.file, case.line),
        message: format!("{}: {}", case.name, case.problems.join("; ")),
    }
}

/// Files as the domain has them.
#[must_use]
pub fn files(files: Vec<wire::PolicyFile>) -> Vec<PolicyFile> {
    files.into_iter().map(|f| PolicyFile { path: f.path, text: f.text }).collect()
}

fn wire_files(files: &[PolicyFile]) -> Vec<wire::PolicyFile> {
    let file = |f: &PolicyFile| wire::PolicyFile { path: f.path.clone(), text: f.text.clone() };
    files.iter().map(file).collect()
}

/// The environments a bundle knows, with what its tiers say of them.
#[must_use]
pub fn environments(bundle: &Bundle) -> Vec<Environment> {
    let environment = |e: &policy::bundle::Environment| {
        let tier = bundle.tier(e.tier);
        Environment {
            name: e.name.to_string(),
            title: tier.title.clone(),
            tier: e.tier,
            enforce: tier.enforce,
        }
    };
    bundle.environments().iter().map(environment).collect()
}

/// For what the gate blocks beside the tiers that say so, in words.
pub(crate) fn enforced_words(entry: &Enforced) -> String {
    let mut words: Vec<String> = Vec::new();
    if !entry.services.is_empty() {
        words.push(texts(&entry.services).join(", "));
    }
    words.extend(entry.labels.iter().map(|(key, value)| format!("services with {key}: {value}")));
    if !entry.environments.is_empty() {
        words.push(format!("in {}", texts(&entry.environments).join(", ")));
    }
    words.join(" ")
}

fn enforced(entry: &Enforced) -> wire::PolicyEnforced {
    wire::PolicyEnforced {
        title: enforced_words(entry),
        services: texts(&entry.services),
        labels: entry.labels.clone(),
        environments: texts(&entry.environments),
    }
}

fn texts(names: &[impl ToString]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

impl Names<'_> {
    /// The live bundle.
    #[must_use]
    pub fn policy(&self, live: &LiveBundle) -> wire::Policy {
        let bundle = &*live.bundle;
        let role = |r: &policy::bundle::Role| wire::PolicyRole {
            name: r.name.to_string(),
            title: r.title.clone(),
            description: r.description.clone(),
            reach: reach(r.reach),
        };
        wire::Policy {
            digest: bundle.digest().to_owned(),
            name: bundle.name().to_owned(),
            entry: None,
            activated_at: Some(time(live.activated_at)),
            activated_by: Some(self.principal(&live.activated_by)),
            weaker_after_minutes: bundle.weaker_after_minutes(),
            environments: environments(bundle),
            enforced: bundle.enforced().iter().map(enforced).collect(),
            roles: bundle.roles().iter().map(role).collect(),
            rules: bundle.rules().iter().map(rule).collect(),
            templates: bundle.templates().iter().map(template).collect(),
            files: wire_files(bundle.files()),
        }
    }

    /// A proposal that is not live yet. In which ways it may ask for less is known here once it waits.
    #[must_use]
    pub fn proposal(&self, proposal: &Proposal) -> wire::PolicyProposal {
        let bundle = Bundle::load(&proposal.files).map(|loaded| loaded.bundle).ok();
        let delayed = proposal.delayed.as_ref();
        wire::PolicyProposal {
            digest: proposal.digest.clone(),
            name: bundle.as_ref().map(|bundle| bundle.name().to_owned()).unwrap_or_default(),
            reason: Some(proposal.reason.clone()),
            proposed_by: self.principal(&proposal.by),
            proposed_at: time(proposal.at),
            state: delayed.map_or(wire::ProposalState::Open, |_| wire::ProposalState::Waiting),
            weaker: delayed.map(|delayed| delayed.weaker.clone()).unwrap_or_default(),
            live_at: delayed.map(|delayed| time(delayed.live_at)),
            lapsed_at: proposal.lapsed_at.map(time),
            decided_by: delayed.map(|delayed| self.principal(&delayed.by)),
            decided_at: delayed.map(|delayed| time(delayed.at)),
            decision_reason: delayed.map(|delayed| delayed.reason.clone()),
            files: wire_files(&proposal.files),
            weak_links: Vec::new(),
            unknown_groups: bundle.map(|b| self.unknown_groups(&b)).unwrap_or_default(),
        }
    }

    /// Groups that a bundle gives roles to and that are not there.
    #[must_use]
    pub fn unknown_groups(&self, bundle: &Bundle) -> Vec<wire::UnknownGroup> {
        let unknown = bundle.unknown_groups(|id| self.directory.group(id).is_some()).into_iter();
        let one = |found: policy::bundle::UnknownGroup| wire::UnknownGroup {
            group: found.group.to_string(),
            words: found.words(),
        };
        unknown.map(one).collect()
    }

    /// A proposal that was decided on, beside the digest of the live bundle.
    #[must_use]
    pub fn decided_proposal(&self, decided: &DecidedProposal, live: &str) -> wire::PolicyProposal {
        let state = match decided.activated {
            true if decided.proposal.digest == live => wire::ProposalState::Live,
            true => wire::ProposalState::Replaced,
            false => wire::ProposalState::Declined,
        };
        wire::PolicyProposal {
            state,
            weaker: Vec::new(),
            live_at: None,
            lapsed_at: None,
            decided_by: Some(self.principal(&decided.by)),
            decided_at: Some(time(decided.at)),
            decision_reason: Some(decided.reason.clone()),
            unknown_groups: Vec::new(),
            ..self.proposal(&decided.proposal)
        }
    }
}

fn rule(rule: &Rule) -> wire::PolicyRule {
    let mut needs: Vec<String> = rule.needs.iter().map(need).collect();
    needs.extend(rule.evidence.iter().map(evidence));
    if rule.alignment {
        needs.push("an alignment session before it is handed in".to_owned());
    }
    if rule.nobody {
        needs.push("nobody has to approve".to_owned());
    }
    let always = rule.when.constant() == Some(true);
    wire::PolicyRule {
        id: rule.id.clone(),
        title: rule.title.clone(),
        when: if always { String::new() } else { rule.when.source().to_owned() },
        needs,
        controls: rule.controls.clone(),
        file: rule.source.file.clone(),
        line: rule.source.line,
    }
}

fn need(need: &Need) -> String {
    let roles: Vec<&str> = need.roles.iter().map(domain::ids::RoleName::as_str).collect();
    let why = &need.why;
    format!("{} of {}: {why}", need.count, roles.join(" or "))
}

fn evidence(need: &EvidenceNeed) -> String {
    let by = if need.issuers.is_empty() {
        String::new()
    } else {
        format!(" from {}", need.issuers.join(" or "))
    };
    let age =
        need.max_age_minutes.map_or_else(String::new, |m| format!(", at most {m} minutes old"));
    format!("evidence `{}`{by}{age}: {}", need.kind, need.why)
}

fn template(template: &Template) -> wire::PolicyTemplate {
    let mut limits = Vec::new();
    if let Some(services) = &template.services {
        let names: Vec<_> = services.iter().map(domain::ids::ServiceName::as_str).collect();
        limits.push(format!("services: {}", names.join(", ")));
    }
    limits.extend(template.labels.iter().map(|(k, v)| format!("services labelled {k}: {v}")));
    let names: Vec<_> =
        template.environments.iter().map(domain::ids::EnvironmentName::as_str).collect();
    limits.push(format!("environments: {}, up to tier T{}", names.join(", "), template.up_to));
    limits.extend(template.parameters.iter().map(|(name, p)| parameter(name, p)));
    wire::PolicyTemplate {
        name: template.name.to_string(),
        version: template.version,
        title: template.title.clone(),
        limits,
    }
}

fn parameter(name: &str, p: &Parameter) -> String {
    let mut text = format!("parameter {name}");
    if p.optional {
        text.push_str(" (may be left out)");
    }
    if !p.one_of.is_empty() {
        text.push_str(&format!(": one of {}", p.one_of.join(", ")));
    }
    if let Some(pattern) = &p.pattern {
        text.push_str(&format!(": matches `{pattern}`"));
    }
    text
}

/// Findings with the text they are about.
#[must_use]
pub fn diagnostics(found: &[Diagnostic], files: &[PolicyFile]) -> Vec<wire::Diagnostic> {
    let text = |path: &str| files.iter().find(|f| f.path == path).map_or("", |f| f.text.as_str());
    let diagnostic = |d: &Diagnostic| wire::Diagnostic {
        severity: match d.severity {
            policy::diagnostic::Severity::Warning => wire::Severity::Warning,
            policy::diagnostic::Severity::Error => wire::Severity::Error,
        },
        code: d.code.to_owned(),
        file: d.file.clone(),
        line: d.line,
        column: d.column,
        message: d.message.clone(),
        help: d.help.clone(),
        rendered: d.render(text(&d.file)),
    };
    found.iter().map(diagnostic).collect()
}

/// What checking files found.
#[must_use]
pub fn check(files: &[PolicyFile]) -> wire::PolicyCheck {
    checked(files, |loaded| loaded.with_proof(&loaded.bundle.prove()))
}

/// The same without proving anything, for whoever is typing.
#[must_use]
pub fn glance(files: &[PolicyFile]) -> wire::PolicyCheck {
    checked(files, |loaded| loaded.warnings.clone())
}

fn checked(
    files: &[PolicyFile],
    more: impl FnOnce(&policy::Loaded) -> Vec<Diagnostic>,
) -> wire::PolicyCheck {
    match Bundle::load(files) {
        Err(found) => wire::PolicyCheck {
            ok: false,
            digest: None,
            diagnostics: diagnostics(&found, files),
            tests: Vec::new(),
            weak_links: Vec::new(),
            unknown_groups: Vec::new(),
        },
        Ok(loaded) => {
            let report = loaded.bundle.test();
            let found = more(&loaded);
            wire::PolicyCheck {
                ok: report.passed() && !found.iter().any(Diagnostic::is_error),
                digest: Some(loaded.bundle.digest().to_owned()),
                diagnostics: diagnostics(&found, files),
                tests: report.cases.iter().map(case).collect(),
                weak_links: Vec::new(),
                unknown_groups: Vec::new(),
            }
        }
    }
}

fn case(case: &CaseResult) -> wire::PolicyTestCase {
    wire::PolicyTestCase {
        name: case.name.clone(),
        file: case.file.clone(),
        passed: case.problems.is_empty(),
        problems: case.problems.clone(),
    }
}

impl Names<'_> {
    /// What policy would say.
    #[must_use]
    pub fn dry_run(&self, said: &Assessed) -> wire::PolicyExplanation {
        let (result, assessment, fields, tree) = match said {
            Assessed::Assessed { assessment, explanation } => {
                ("assessed", Some(super::assessment::assessed(assessment)), Vec::new(), explanation)
            }
            Assessed::Undecided { explanation, .. } => ("undecided", None, Vec::new(), explanation),
            Assessed::Refused { fields, explanation } => {
                let field = |f: &domain::change::MaterialError| FieldProblem {
                    field: f.field.clone(),
                    message: f.message.clone(),
                };
                ("refused", None, fields.iter().map(field).collect(), explanation)
            }
        };
        wire::PolicyExplanation {
            result: result.to_owned(),
            assessment,
            fields,
            explanation: self.explanation(tree),
            schedule: None,
        }
    }
}
