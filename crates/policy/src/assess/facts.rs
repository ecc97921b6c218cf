//! The facts of one assessment, as plain values, and the typed schema conditions see them through.
//!
//! The table of [`root`](super::fields::root) is the reference: names, types and the sentence each is documented with.
//! Free texts of a change are not in it; they are private and must not steer policy.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::actor::Actor;
use domain::change::{ChangeType, Level as Grade, Material};
use domain::duties::resolve;
use domain::ids::DomainName;
use domain::organisation::{AutomationStop, Criticality, Directory, RoleBinding, Service, access};
use jiff::Timestamp;

use super::declared::{HistoryFacts, step};
use super::fields::{list, name_type, root};
use super::{AssessmentFacts, History};
use crate::expr::{EnumType, IntRange, RecordType, Schema, SchemaError, Type, Value};

/// What one assessment looks at.
#[derive(Debug, Clone)]
pub(crate) struct Facts<'a> {
    pub(crate) kind: ChangeType,
    pub(crate) impact: Grade,
    pub(crate) urgency: Grade,
    pub(crate) complexity: Grade,
    pub(crate) template: Option<&'a str>,
    pub(crate) artifact_count: i64,
    pub(crate) has_plan: bool,
    pub(crate) parameters: &'a BTreeMap<String, String>,
    pub(crate) attributes: &'a BTreeMap<String, String>,
    pub(crate) incident: Option<&'a str>,
    pub(crate) repository: Option<&'a str>,
    pub(crate) window: Option<(Timestamp, Timestamp)>,
    pub(crate) evidence: Vec<EvidenceFact<'a>>,
    pub(crate) service: &'a str,
    pub(crate) domain: Option<&'a str>,
    pub(crate) criticality: Criticality,
    pub(crate) labels: &'a BTreeMap<String, String>,
    pub(crate) environment: &'a str,
    pub(crate) requester_is_machine: bool,
    pub(crate) requester_roles: BTreeSet<&'a str>,
    pub(crate) contributors: i64,
    pub(crate) unknown_contributors: i64,
    pub(crate) version: Option<&'a str>,
    /// Index into [`super::declared::STEPS`]; `None` is not known.
    pub(crate) version_step: Option<u8>,
    /// Empty is not known.
    pub(crate) paths: Vec<&'a str>,
    pub(crate) history: Option<HistoryFacts<'a>>,
    pub(crate) now: Timestamp,
}

/// Evidence as conditions see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EvidenceFact<'a> {
    pub(crate) kind: &'a str,
    pub(crate) issuer: &'a str,
    pub(crate) passed: bool,
    pub(crate) issued_at: Timestamp,
}

/// What the organisation said of a change when policy was asked.
#[derive(Debug, Clone)]
pub(crate) struct Circumstances<'a> {
    pub(crate) service: &'a Service,
    /// Its template is suspended.
    pub(crate) is_demoted: bool,
    /// Distinct people, known or not.
    pub(crate) contributors: i64,
    /// Of these whom we don't know.
    pub(crate) unknown_contributors: i64,
    pub(crate) requester_is_machine: bool,
    pub(crate) requester_roles: BTreeSet<&'a str>,
}

impl<'a> Circumstances<'a> {
    pub(crate) fn of(
        facts: &AssessmentFacts<'a>,
        service: &'a Service,
        mapping: &'a [RoleBinding],
    ) -> Self {
        let material = &facts.revision.material;
        let (contributors, unknown_contributors) = contributors(material, facts.directory);
        Self {
            service,
            is_demoted: suspension(facts).is_some(),
            contributors,
            unknown_contributors,
            requester_is_machine: !matches!(facts.requester, Actor::Person { .. }),
            requester_roles: roles_of(facts.requester, facts.directory, mapping),
        }
    }
}

impl<'a> Facts<'a> {
    /// The facts about a revision of a known service, with groups holding what the bundle that is asked
    /// gives them: what is recorded comes out again, whichever bundle is live then (I5).
    pub(crate) fn of(
        facts: &AssessmentFacts<'a>,
        service: &'a Service,
        mapping: &'a [RoleBinding],
    ) -> Self {
        let circumstances = Circumstances::of(facts, service, mapping);
        Self::with(&facts.revision.material, circumstances, facts.history, facts.now)
    }

    pub(crate) fn with(
        material: &'a Material,
        circumstances: Circumstances<'a>,
        history: History<'a>,
        now: Timestamp,
    ) -> Self {
        let Circumstances { service, is_demoted, .. } = circumstances;
        // Without its template a standard change is a normal one (G07).
        let kind = if is_demoted { ChangeType::Normal } else { material.kind };
        let template = material.template.as_ref().filter(|_| !is_demoted);
        let source = material.source.as_ref();
        Self {
            kind,
            impact: material.impact,
            urgency: material.urgency,
            complexity: material.complexity,
            template: template.map(|template| template.name.as_str()),
            artifact_count: i64::try_from(material.artifacts.len()).unwrap_or(i64::MAX),
            has_plan: material.plan.is_some(),
            parameters: &material.parameters,
            attributes: &material.attributes,
            incident: material.incident.as_deref(),
            repository: source.map(|source| source.repository.as_str()),
            window: material.window.as_ref().map(|window| (window.from, window.until)),
            evidence: evidence(material),
            service: service.name.as_str(),
            domain: service.domain.as_ref().map(DomainName::as_str),
            criticality: service.criticality,
            labels: &service.labels,
            environment: material.environment.as_str(),
            requester_is_machine: circumstances.requester_is_machine,
            requester_roles: circumstances.requester_roles,
            contributors: circumstances.contributors,
            unknown_contributors: circumstances.unknown_contributors,
            version: material.version.as_deref(),
            version_step: step(
                history.and_then(|h| h.version.as_deref()),
                material.version.as_deref(),
            ),
            paths: material.paths.iter().map(String::as_str).collect(),
            history: history.map(|history| HistoryFacts::of(history, now)),
            now,
        }
    }
}

/// The stop that keeps the template of a standard change from letting it through.
pub(crate) fn suspension<'a>(facts: &AssessmentFacts<'a>) -> Option<&'a AutomationStop> {
    let material = &facts.revision.material;
    let template = material.template.as_ref().filter(|_| material.kind == ChangeType::Standard)?;
    facts.directory.template_stop(&template.name)
}

/// Evidence that is about one of the artifacts; other evidence is none (A14).
fn evidence(material: &Material) -> Vec<EvidenceFact<'_>> {
    let digests = material.digests();
    let about_this =
        material.evidence.iter().filter(|evidence| digests.contains(&evidence.subject));
    about_this
        .map(|evidence| EvidenceFact {
            kind: &evidence.kind,
            issuer: &evidence.issuer,
            passed: evidence.passed,
            issued_at: evidence.issued_at,
        })
        .collect()
}

fn roles_of<'a>(
    actor: &'a Actor,
    directory: &'a Directory,
    mapping: &'a [RoleBinding],
) -> BTreeSet<&'a str> {
    let Some(person) = actor.person() else { return BTreeSet::new() };
    directory.roles_with(person, mapping).map(|(role, _)| role.as_str()).collect()
}

/// How many distinct contributors there are, and how many of them are nobody we know.
fn contributors(material: &Material, directory: &Directory) -> (i64, i64) {
    let mut known = BTreeSet::new();
    let mut unknown = BTreeSet::new();
    for contributor in &material.contributors {
        let identity = contributor.identity.text();
        match resolve(identity, directory) {
            Some(person) => {
                known.insert(person);
            }
            None => {
                unknown.insert(identity);
            }
        }
    }
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    (count(known.len() + unknown.len()), count(unknown.len()))
}

/// Names that a bundle declares and conditions may compare with.
#[derive(Debug, Default)]
pub(crate) struct DeclaredNames<'a> {
    pub(crate) environments: Vec<&'a str>,
    pub(crate) templates: Vec<&'a str>,
    pub(crate) roles: Vec<&'a str>,
    /// From the lowest score to the highest.
    pub(crate) levels: Vec<&'a str>,
}

/// The schema of one bundle, and how its rows are filled.
#[derive(Debug)]
pub(crate) struct FactSchema {
    /// What rules see.
    pub(crate) rules: Schema,
    /// What risk factors see: the same without the risk they make.
    pub(crate) factors: Schema,
    /// What guarantees see: the same as rules, and what policy asks for.
    pub(crate) guarantees: Schema,
    slots: Vec<usize>,
    /// The slots of `asks`, in the order of its fields.
    asks: Vec<usize>,
    environments: Option<Arc<EnumType>>,
    templates: Option<Arc<EnumType>>,
    roles: Option<Arc<EnumType>>,
    levels: Option<Arc<EnumType>>,
}

/// How conditions name an environment that the bundle does not list.
const UNCLASSIFIED: &str = "unclassified";

impl FactSchema {
    pub(crate) fn new(names: &DeclaredNames<'_>) -> Result<Self, SchemaError> {
        let environments = names_type("environment", &names.environments, &[UNCLASSIFIED])?;
        let templates = names_type("template", &names.templates, &[])?;
        let own = [access::ADMIN, access::POLICY_AUTHOR, access::REQUESTER, access::AUDITOR];
        let roles = names_type("role", &names.roles, &own)?;
        let levels = match names.levels.as_slice() {
            [] => None,
            levels if levels.len() > 64 => None,
            levels => Some(EnumType::ordered("approval_level", levels)?),
        };
        let base = root(environments.as_ref(), templates.as_ref(), roles.as_ref())?;
        let factors = Schema::new(base.clone());
        let risk = RecordType::new()
            .field("score", Type::Int(IntRange::new(0, i64::MAX)), "Points of the matrix and of every factor that counts; never below 0.")?
            .field("level", name_type(levels.as_ref()), "The approval level the score falls into; levels compare from the lowest to the highest.")?;
        let with_risk = base.field(
            "risk",
            Type::Record(risk.into()),
            "The risk of the change. Only rules see it; factors make it.",
        )?;
        let rules = Schema::new(with_risk.clone());
        let guarantees = Schema::new(with_risk.field(
            "asks",
            Type::Record(asks_record(roles.as_ref())?.into()),
            "What policy asks for. Only guarantees see it.",
        )?);
        let slots = PATHS.iter().filter_map(|path| rules.slot(path)).collect();
        let asks = ASKS.iter().filter_map(|path| guarantees.slot(path)).collect();
        Ok(Self { rules, factors, guarantees, slots, asks, environments, templates, roles, levels })
    }

    /// An empty row.
    pub(crate) fn blank<'v>(&self) -> Vec<Value<'v>> {
        vec![Value::Null; self.rules.width()]
    }

    /// Writes the facts into a row. Risk comes later, with [`Self::fill_risk`].
    pub(crate) fn fill<'v>(
        &self,
        facts: &'v Facts<'_>,
        tier: u8,
        lists: &'v Lists<'v>,
        row: &mut [Value<'v>],
    ) {
        let grade = |grade: Grade| Value::Enum(grade as u8);
        let history = facts.history.as_ref();
        let known = |of: fn(&HistoryFacts<'_>) -> Option<u32>| {
            Value::optional_int(history.and_then(of).map(i64::from))
        };
        let paths = (!lists.paths.is_empty()).then_some(Value::List(&lists.paths));
        let present = |there: bool| if there { Value::Bool(true) } else { Value::Null };
        let time = |at: Option<Timestamp>| at.map_or(Value::Null, Value::timestamp);
        let values: [Value<'v>; PATHS.len()] = [
            Value::Enum(facts.kind as u8),
            grade(facts.impact),
            grade(facts.urgency),
            grade(facts.complexity),
            facts.template.map_or(Value::Null, |name| self.template(name)),
            Value::Int(facts.artifact_count),
            Value::Bool(facts.has_plan),
            Value::Map(&lists.parameters),
            Value::Map(&lists.attributes),
            Value::optional_str(facts.incident),
            Value::optional_str(facts.repository),
            present(facts.window.is_some()),
            time(facts.window.map(|(from, _)| from)),
            time(facts.window.map(|(_, until)| until)),
            Value::optional_str(facts.version),
            Value::optional_enum(facts.version_step),
            paths.unwrap_or(Value::Null),
            Value::Str(facts.service),
            Value::optional_str(facts.domain),
            Value::Enum(facts.criticality as u8),
            Value::Map(&lists.labels),
            self.environment(facts.environment),
            Value::Int(i64::from(tier)),
            Value::Bool(facts.requester_is_machine),
            Value::List(&lists.roles),
            Value::Int(facts.contributors),
            Value::Int(facts.unknown_contributors),
            present(history.is_some()),
            known(|h| Some(h.deployments)),
            known(|h| Some(h.failures)),
            known(|h| h.failure_rate),
            time(history.and_then(|h| h.last_failure)),
            known(|h| Some(h.days_without_failure)),
            Value::optional_str(history.and_then(|h| h.version)),
            Value::optional_int(history.and_then(|h| h.exposure)),
            Value::List(&lists.evidence),
            Value::timestamp(facts.now),
        ];
        for (slot, value) in self.slots.iter().zip(values) {
            if let Some(place) = row.get_mut(*slot) {
                *place = value;
            }
        }
    }

    /// Writes the risk into a row.
    pub(crate) fn fill_risk<'v>(&self, score: i64, level: &'v str, row: &mut [Value<'v>]) {
        let level = name_value(self.levels.as_ref(), level).unwrap_or(Value::Null);
        let values = [("risk.score", Value::Int(score)), ("risk.level", level)];
        for (path, value) in values {
            if let Some(place) = self.rules.slot(path).and_then(|slot| row.get_mut(slot)) {
                *place = value;
            }
        }
    }
}

impl FactSchema {
    /// How many slots the facts and the risk take.
    pub(crate) fn fact_width(&self) -> u16 {
        u16::try_from(self.rules.width()).unwrap_or(u16::MAX)
    }

    /// The row of a small normal change without any particulars, as a test case has it that says
    /// nothing.
    pub(crate) fn plain_row<'v>(&self) -> Vec<Value<'v>> {
        let mut row = self.blank();
        let plain = [
            ("change.kind", Value::Enum(ChangeType::Normal as u8)),
            ("change.impact", Value::Enum(Grade::Low as u8)),
            ("change.urgency", Value::Enum(Grade::Low as u8)),
            ("change.complexity", Value::Enum(Grade::Low as u8)),
            ("change.artifact_count", Value::Int(1)),
            ("change.has_plan", Value::Bool(false)),
            ("change.parameters", Value::Map(&[])),
            ("change.attributes", Value::Map(&[])),
            ("service.name", Value::Str("example")),
            ("service.criticality", Value::Enum(Criticality::Medium as u8)),
            ("service.labels", Value::Map(&[])),
            ("requester.machine", Value::Bool(false)),
            ("requester.roles", Value::List(&[])),
            ("contributors.count", Value::Int(0)),
            ("contributors.unknown", Value::Int(0)),
            ("evidence", Value::List(&[])),
            ("now", Value::Timestamp(0)),
        ];
        for (path, value) in plain {
            if let Some(place) = self.rules.slot(path).and_then(|slot| row.get_mut(slot)) {
                *place = value;
            }
        }
        row
    }

    /// An environment as conditions read it.
    pub(crate) fn environment<'v>(&self, name: &'v str) -> Value<'v> {
        let of = self.environments.as_ref();
        let value = name_value(of, name).or_else(|| name_value(of, UNCLASSIFIED));
        value.unwrap_or(Value::Null)
    }

    /// A template as conditions read it.
    pub(crate) fn template<'v>(&self, name: &'v str) -> Value<'v> {
        name_value(self.templates.as_ref(), name).unwrap_or(Value::Null)
    }

    /// A role as conditions read it; `None` where the bundle does not declare it.
    pub(crate) fn role<'v>(&self, name: &'v str) -> Option<Value<'v>> {
        name_value(self.roles.as_ref(), name)
    }

    /// An approval level as conditions read it.
    pub(crate) fn level<'v>(&self, name: &'v str) -> Value<'v> {
        name_value(self.levels.as_ref(), name).unwrap_or(Value::Null)
    }

    /// A row for guarantees, with the facts of a rule's row.
    pub(crate) fn guarantee_row<'v>(&self, row: &[Value<'v>]) -> Vec<Value<'v>> {
        let mut wide = Vec::with_capacity(self.guarantees.width());
        wide.extend_from_slice(row);
        wide.resize(self.guarantees.width(), Value::Null);
        wide
    }

    /// Writes what policy asks for into a guarantee's row.
    pub(crate) fn fill_asks<'v>(&self, asks: &Asks<'v>, row: &mut [Value<'v>]) {
        let values: [Value<'v>; ASKS.len()] = [
            Value::Int(asks.people),
            Value::Int(asks.roles),
            Value::List(asks.from),
            Value::List(asks.evidence),
            Value::Bool(asks.people == 0),
            Value::Bool(asks.enforced),
        ];
        for (slot, value) in self.asks.iter().zip(values) {
            if let Some(place) = row.get_mut(*slot) {
                *place = value;
            }
        }
    }
}

/// The slots [`FactSchema::fill_asks`] writes, in its order.
const ASKS: [&str; 6] =
    ["asks.people", "asks.roles", "asks.from", "asks.evidence", "asks.nobody", "asks.enforced"];

/// What policy asks for, as guarantees see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asks<'v> {
    pub(crate) people: i64,
    pub(crate) roles: i64,
    pub(crate) from: &'v [Value<'v>],
    pub(crate) evidence: &'v [Value<'v>],
    pub(crate) enforced: bool,
}

fn asks_record(roles: Option<&Arc<EnumType>>) -> Result<RecordType, SchemaError> {
    let count = || Type::Int(IntRange::new(0, i64::MAX));
    RecordType::new()
        .field("people", count(), "How many different people have to approve.")?
        .field("roles", count(), "The fewest different roles these people can come from.")?
        .field(
            "from",
            list(name_type(roles)),
            "Roles that have to approve whoever else does; a need that any of several roles can answer adds none.",
        )?
        .field("evidence", list(Type::String), "Kinds of evidence that have to be there.")?
        .field("nobody", Type::Bool, "Whether policy says that nobody has to approve.")?
        .field("enforced", Type::Bool, "Whether the gate blocks; else it only records.")
}

/// The lists and maps of a row, which have to live as long as it.
#[derive(Debug)]
pub(crate) struct Lists<'v> {
    parameters: Vec<(&'v str, &'v str)>,
    attributes: Vec<(&'v str, &'v str)>,
    labels: Vec<(&'v str, &'v str)>,
    paths: Vec<Value<'v>>,
    roles: Vec<Value<'v>>,
    evidence: Vec<Value<'v>>,
}

/// The records of the evidence list; made before [`Lists`], which borrows them.
pub(crate) fn evidence_records<'v>(evidence: &'v [EvidenceFact<'_>]) -> Vec<[Value<'v>; 4]> {
    let record = |evidence: &EvidenceFact<'v>| {
        [
            Value::Str(evidence.kind),
            Value::Str(evidence.issuer),
            Value::Bool(evidence.passed),
            Value::timestamp(evidence.issued_at),
        ]
    };
    evidence.iter().map(record).collect()
}

impl<'v> Lists<'v> {
    pub(crate) fn new(
        schema: &FactSchema,
        facts: &'v Facts<'_>,
        evidence: &'v [[Value<'v>; 4]],
    ) -> Self {
        let pairs = |map: &'v BTreeMap<String, String>| {
            map.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
        };
        // Roles that the bundle does not declare mean nothing to it.
        let role = |role: &&'v str| schema.role(role);
        Self {
            parameters: pairs(facts.parameters),
            attributes: pairs(facts.attributes),
            labels: pairs(facts.labels),
            paths: facts.paths.iter().map(|path| Value::Str(path)).collect(),
            roles: facts.requester_roles.iter().filter_map(role).collect(),
            evidence: evidence.iter().map(|record| Value::Record(record)).collect(),
        }
    }
}

/// The slots [`FactSchema::fill`] writes, in its order.
pub(crate) const PATHS: [&str; 37] = [
    "change.kind",
    "change.impact",
    "change.urgency",
    "change.complexity",
    "change.template",
    "change.artifact_count",
    "change.has_plan",
    "change.parameters",
    "change.attributes",
    "change.incident",
    "change.repository",
    "change.window",
    "change.window.from",
    "change.window.until",
    "change.version",
    "change.version_step",
    "change.paths",
    "service.name",
    "service.domain",
    "service.criticality",
    "service.labels",
    "environment.name",
    "environment.tier",
    "requester.machine",
    "requester.roles",
    "contributors.count",
    "contributors.unknown",
    "history",
    "history.deployments",
    "history.failures",
    "history.failure_rate",
    "history.last_failure",
    "history.days_without_failure",
    "history.version",
    "history.exposure",
    "evidence",
    "now",
];

/// An enumeration of declared names, so that a misspelt one does not load. `None` when there are
/// too many for one; then they are plain text.
fn names_type(
    title: &str,
    names: &[&str],
    more: &[&str],
) -> Result<Option<Arc<EnumType>>, SchemaError> {
    let mut all: Vec<&str> = names.to_vec();
    all.extend(more);
    let mut seen = BTreeSet::new();
    all.retain(|name| seen.insert(*name));
    if all.is_empty() || all.len() > crate::expr::MAX_VARIANTS {
        return Ok(None);
    }
    EnumType::new(title, &all).map(Some)
}

fn name_value<'v>(of: Option<&Arc<EnumType>>, name: &'v str) -> Option<Value<'v>> {
    match of {
        Some(of) => of.index_of(name).map(Value::Enum),
        None => Some(Value::Str(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_of_the_schema_is_filled() {
        let schema = FactSchema::new(&DeclaredNames::default()).unwrap();
        let mut leaves: Vec<String> =
            schema.rules.leaves().into_iter().map(|(path, ..)| path).collect();
        leaves.retain(|path| !path.starts_with("risk."));
        assert_eq!(leaves, PATHS);
        assert_eq!(schema.slots.len(), PATHS.len());
        let asks = schema.guarantees.leaves().into_iter().map(|(path, ..)| path);
        assert_eq!(asks.filter(|path| path.starts_with("asks.")).collect::<Vec<_>>(), ASKS);
        // Rules and factors share a row.
        for path in PATHS {
            assert_eq!(schema.rules.slot(path), schema.factors.slot(path), "{path}");
        }
    }
}
