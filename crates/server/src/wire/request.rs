//! From requests to what the use cases take. Every field that can't be read is named, all at once.

use std::collections::BTreeMap;
use std::str::FromStr;

use api_types::changes::ChangeRequest;
use api_types::gate::GateQuestion;
use api_types::material as wire;
use api_types::{Time, deployments};
use app::change::QuestionDraft;
use domain::change::{
    Artifact, ChangeType, Contribution, Contributor, DeploymentOutcome, Digest, Evidence, Level,
    Material, MaterialError, Plan, Source, TemplateRef, VoteDecision, Window,
};
use domain::ids::ChangeId;
use domain::private::Private;
use domain::refusal::Refusal;
use jiff::Timestamp;

use crate::error::ApiError;

/// What a change may say in plain text. An entry of the log holds 65,535 bytes, and a grant repeats
/// artifacts and parameters.
const PLAIN_MAX_BYTES: usize = 20_000;
const CONTRIBUTORS_MAX: usize = 200;
const ARTIFACTS_MAX: usize = 100;

/// Collects what is wrong, so that all of it is said in one answer.
#[derive(Default)]
struct Reader {
    wrong: Vec<MaterialError>,
}

impl Reader {
    fn refuse(&mut self, field: &str, message: String) {
        self.wrong.push(MaterialError { field: field.to_owned(), message });
    }

    fn read<T: FromStr>(&mut self, field: &str, text: &str) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        text.parse().map_err(|e: T::Err| self.refuse(field, e.to_string())).ok()
    }

    fn time(&mut self, field: &str, time: &Time) -> Option<Timestamp> {
        let read = time.as_str().parse::<Timestamp>();
        let message = "write the time like `2026-11-22T10:00:00Z`";
        read.map(domain::time::to_millis).map_err(|_| self.refuse(field, message.to_owned())).ok()
    }

    fn at_most(&mut self, field: &str, count: usize, most: usize, what: &str) {
        if count > most {
            self.refuse(
                field,
                format!("there are {count} {what}; {most} fit into an entry of the log"),
            );
        }
    }

    /// Keys that begin with `$` are the log's own marks.
    fn keys(&mut self, field: &str, map: &BTreeMap<String, String>) {
        for key in map.keys().filter(|k| k.starts_with('$') || k.is_empty()) {
            self.refuse(
                field,
                format!("`{key}` can't be a name here: it is empty or begins with `$`"),
            );
        }
    }

    fn finish<T>(self, value: Option<T>) -> Result<T, ApiError> {
        match value {
            Some(value) if self.wrong.is_empty() => Ok(value),
            _ => Err(Refusal::Fields(self.wrong).into()),
        }
    }
}

/// What a change would do, as asked for. The version of a template is the one in force.
///
/// # Errors
/// All fields that can't be read.
pub fn material(
    request: ChangeRequest,
    template_version: impl Fn(&domain::ids::TemplateName) -> Option<u32>,
) -> Result<Material, ApiError> {
    let mut reader = Reader::default();
    let material = read_material(&mut reader, request, template_version);
    reader.finish(material)
}

fn read_material(
    reader: &mut Reader,
    request: ChangeRequest,
    template_version: impl Fn(&domain::ids::TemplateName) -> Option<u32>,
) -> Option<Material> {
    let service = reader.read("service", &request.service);
    let environment = reader.read("environment", &request.environment);
    reader.at_most("contributors", request.contributors.len(), CONTRIBUTORS_MAX, "contributors");
    reader.at_most("", plain_bytes(&request), PLAIN_MAX_BYTES, "bytes beside the texts");
    reader.keys("parameters", &request.parameters);
    reader.keys("attributes", &request.attributes);
    let template = request.template.as_deref().and_then(|name| {
        let name = reader.read("template", name)?;
        let Some(version) = template_version(&name) else {
            reader.refuse("template", format!("the live policy has no template `{name}`"));
            return None;
        };
        Some(TemplateRef { name, version })
    });
    let artifacts = artifacts(reader, request.artifacts);
    let plan = request.plan.and_then(|plan| {
        let hash = reader.read("plan.hash", &plan.hash)?;
        Some(Plan { hash, state_serial: plan.state_serial })
    });
    let evidence = evidence(reader, request.evidence);
    let window = request.window.and_then(|window| {
        let from = reader.time("window.from", &window.from);
        let until = reader.time("window.until", &window.until);
        Some(Window { from: from?, until: until? })
    });
    Some(Material {
        title: Private::new(request.title),
        description: Private::new(request.description),
        reason: Private::new(request.reason),
        plain_summary: request.plain_summary.map(Private::new),
        kind: kind_from_wire(request.kind),
        template,
        service: service?,
        environment: environment?,
        artifacts,
        parameters: request.parameters,
        plan,
        evidence,
        window,
        contributors: request.contributors.into_iter().map(contributor).collect(),
        source: request.source.map(|s| Source { repository: s.repository, commit: s.commit }),
        impact: level(request.impact),
        urgency: level(request.urgency),
        complexity: level(request.complexity),
        incident: request.incident,
        attributes: request.attributes,
        version: request.version,
        paths: request.paths.into_iter().collect(),
    })
}

/// Bytes that would stand in the log as they are. Title, description and reason don't: the log has
/// commitments to them.
fn plain_bytes(request: &ChangeRequest) -> usize {
    let length = |value: &Option<String>| value.as_ref().map_or(0, String::len);
    let artifact = |a: &wire::Artifact| a.name.len() + length(&a.reference);
    let evidence = |e: &wire::EvidenceRequest| e.kind.len() + length(&e.url) + 200;
    let source = |s: &wire::Source| s.repository.len() + s.commit.len();
    request.artifacts.iter().map(artifact).sum::<usize>()
        + map_bytes(&request.parameters)
        + map_bytes(&request.attributes)
        + request.evidence.iter().map(evidence).sum::<usize>()
        + request.source.as_ref().map_or(0, source)
        + request.plan.as_ref().map_or(0, |p| length(&p.state_serial))
        + length(&request.incident)
}

fn map_bytes(map: &BTreeMap<String, String>) -> usize {
    map.iter().map(|(key, value)| key.len() + value.len()).sum()
}

fn artifacts(reader: &mut Reader, all: Vec<wire::Artifact>) -> Vec<Artifact> {
    let mut found = Vec::with_capacity(all.len());
    for (n, artifact) in all.into_iter().enumerate() {
        if let Some(digest) = reader.read(&format!("artifacts[{n}].digest"), &artifact.digest) {
            found.push(Artifact { name: artifact.name, digest, reference: artifact.reference });
        }
    }
    found
}

fn evidence(reader: &mut Reader, all: Vec<wire::EvidenceRequest>) -> Vec<Evidence> {
    let mut found = Vec::with_capacity(all.len());
    for (n, e) in all.into_iter().enumerate() {
        let subject = reader.read(&format!("evidence[{n}].subject"), &e.subject);
        let issued_at = reader.time(&format!("evidence[{n}].issued_at"), &e.issued_at);
        let digest =
            e.digest.as_deref().and_then(|d| reader.read(&format!("evidence[{n}].digest"), d));
        let (Some(subject), Some(issued_at)) = (subject, issued_at) else { continue };
        found.push(Evidence {
            kind: e.kind,
            issuer: String::new(),
            subject,
            issued_at,
            passed: e.passed,
            digest,
            url: e.url,
        });
    }
    found
}

fn contributor(contributor: wire::Contributor) -> Contributor {
    use wire::Contribution as W;
    let contribution = match contributor.contribution {
        W::Author => Contribution::Author,
        W::Committer => Contribution::Committer,
        W::Merger => Contribution::Merger,
        W::Builder => Contribution::Builder,
        W::Implementer => Contribution::Implementer,
        W::OnBehalfOf => Contribution::OnBehalfOf,
    };
    Contributor { contribution, identity: Private::new(contributor.identity) }
}

/// The type of a change as the domain has it.
#[must_use]
pub const fn kind_from_wire(kind: wire::ChangeKind) -> ChangeType {
    match kind {
        wire::ChangeKind::Standard => ChangeType::Standard,
        wire::ChangeKind::Normal => ChangeType::Normal,
        wire::ChangeKind::Emergency => ChangeType::Emergency,
    }
}

fn level(level: Option<wire::Level>) -> Level {
    match level {
        None | Some(wire::Level::Medium) => Level::Medium,
        Some(wire::Level::Low) => Level::Low,
        Some(wire::Level::High) => Level::High,
    }
}

/// A question to the gate. `change` was resolved by the caller of this.
///
/// # Errors
/// All fields that can't be read.
pub fn question(asked: GateQuestion, change: Option<ChangeId>) -> Result<QuestionDraft, ApiError> {
    let mut reader = Reader::default();
    reader.at_most("artifacts", asked.artifacts.len(), ARTIFACTS_MAX, "artifacts");
    let bytes = map_bytes(&asked.parameters) + asked.state_serial.as_ref().map_or(0, String::len);
    reader.at_most("parameters", bytes, PLAIN_MAX_BYTES, "bytes");
    reader.keys("parameters", &asked.parameters);
    let service = reader.read("service", &asked.service);
    let environment = reader.read("environment", &asked.environment);
    let artifacts = asked
        .artifacts
        .iter()
        .enumerate()
        .filter_map(|(n, a)| reader.read::<Digest>(&format!("artifacts[{n}].digest"), &a.digest))
        .collect();
    let plan = asked.plan.as_deref().and_then(|p| reader.read("plan", p));
    let draft = service.zip(environment).map(|(service, environment)| QuestionDraft {
        change,
        service,
        environment,
        artifacts,
        parameters: asked.parameters,
        plan,
        state_serial: asked.state_serial,
    });
    reader.finish(draft)
}

/// A text field as an id or a name.
///
/// # Errors
/// It is none.
pub fn read<T: FromStr>(field: &str, text: &str) -> Result<T, ApiError>
where
    T::Err: std::fmt::Display,
{
    let mut reader = Reader::default();
    let value = reader.read(field, text);
    reader.finish(value)
}

/// A text field as a time.
///
/// # Errors
/// It is none.
pub fn time(field: &str, time: &Time) -> Result<Timestamp, ApiError> {
    let mut reader = Reader::default();
    let value = reader.time(field, time);
    reader.finish(value)
}

/// A list of ids or names.
///
/// # Errors
/// All that are none.
pub fn read_all<T: FromStr, C: FromIterator<T>>(
    field: &str,
    texts: &[String],
) -> Result<C, ApiError>
where
    T::Err: std::fmt::Display,
{
    let mut reader = Reader::default();
    let found = texts
        .iter()
        .enumerate()
        .filter_map(|(n, text)| reader.read(&format!("{field}[{n}]"), text))
        .collect();
    reader.finish(Some(found))
}

/// The labels of a service.
///
/// # Errors
/// They are too many, or have names that are the log's own.
pub fn labels(labels: &BTreeMap<String, String>) -> Result<(), ApiError> {
    let mut reader = Reader::default();
    reader.at_most("labels", map_bytes(labels), PLAIN_MAX_BYTES, "bytes");
    reader.keys("labels", labels);
    reader.finish(Some(()))
}

/// A name that people will read: without control characters, and without those that turn the
/// direction of text or can't be seen (A16).
///
/// # Errors
/// It holds one.
pub fn readable(field: &str, name: &str) -> Result<(), ApiError> {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    if name.contains(hidden) {
        return Err(ApiError::field(field, "leave out characters that can't be seen"));
    }
    Ok(())
}

/// Whether something stays within what an entry of the log can hold.
///
/// # Errors
/// It does not.
pub fn at_most(field: &str, count: usize, most: usize, what: &str) -> Result<(), ApiError> {
    let mut reader = Reader::default();
    reader.at_most(field, count, most, what);
    reader.finish(Some(()))
}

/// A vote's decision.
#[must_use]
pub const fn decision(decision: api_types::votes::Decision) -> VoteDecision {
    use api_types::votes::Decision as W;
    match decision {
        W::Approve => VoteDecision::Approve,
        W::Reject => VoteDecision::Reject,
        W::RequestChanges => VoteDecision::RequestChanges,
        W::Abstain => VoteDecision::Abstain,
    }
}

/// How a deployment ended.
#[must_use]
pub const fn outcome(outcome: deployments::DeploymentOutcome) -> DeploymentOutcome {
    use deployments::DeploymentOutcome as W;
    match outcome {
        W::Successful => DeploymentOutcome::Successful,
        W::WithIssues => DeploymentOutcome::WithIssues,
        W::Failed => DeploymentOutcome::Failed,
        W::RolledBack => DeploymentOutcome::RolledBack,
    }
}
