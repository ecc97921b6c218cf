//! Everything that conditions may name: the reference of names and types, each with the sentence it is
//! documented with.

use std::sync::Arc;

use domain::service_history::EXPOSURE_MAX;

use super::declared::STEPS;
use crate::expr::{EnumType, IntRange, RecordType, SchemaError, Type};

pub(super) fn name_type(of: Option<&Arc<EnumType>>) -> Type {
    of.map_or(Type::String, |of| Type::Enum(of.clone()))
}

fn optional(of: Type) -> Type {
    Type::Optional(Box::new(of))
}

pub(super) fn list(of: Type) -> Type {
    Type::List(Box::new(of))
}

/// Everything conditions may name, with its documentation.
pub(super) fn root(
    environments: Option<&Arc<EnumType>>,
    templates: Option<&Arc<EnumType>>,
    roles: Option<&Arc<EnumType>>,
) -> Result<RecordType, SchemaError> {
    let count = || Type::Int(IntRange::new(0, i64::MAX));
    let criticality = EnumType::ordered("criticality", &["low", "medium", "high", "critical"])?;
    let service = RecordType::new()
        .field("name", Type::String, "Name of the service.")?
        .field("domain", optional(Type::String), "The domain whose authority it is under, if any.")?
        .field(
            "criticality",
            Type::Enum(criticality),
            "How much hangs on it, from `low` to `critical`.",
        )?
        .field("labels", Type::Map, "Labels of the service, such as `data: personal`.")?;
    let environment = RecordType::new()
        .field(
            "name",
            name_type(environments),
            "Name of the environment; `unclassified` when the bundle does not list it.",
        )?
        .field("tier", Type::Int(IntRange::new(0, 4)), "Its tier, 0 to 4.")?;
    let requester = RecordType::new()
        .field("machine", Type::Bool, "Whether a service account asks, not a person.")?
        .field("roles", list(name_type(roles)), "Roles the requester holds anywhere.")?;
    let contributors = RecordType::new()
        .field(
            "count",
            count(),
            "Distinct people and identities with a hand in the change, as the tools name them.",
        )?
        .field("unknown", count(), "How many of them are nobody we know.")?;
    let history = history_record()?;
    let evidence = RecordType::new()
        .field("kind", Type::String, "Kind, such as `tests` or `scan`.")?
        .field("issuer", Type::String, "Who says so.")?
        .field("passed", Type::Bool, "Whether it speaks for the artifact.")?
        .field("issued_at", Type::Timestamp, "When it was made.")?;
    let record = |fields: RecordType| Type::Record(fields.into());
    RecordType::new()
        .field("change", record(change_record(templates)?), "The change and its current revision.")?
        .field("service", record(service), "The service it is about.")?
        .field("environment", record(environment), "Where it would be deployed.")?
        .field("requester", record(requester), "Who asks for it.")?
        .field("contributors", record(contributors), "Who had a hand in it.")?
        .field(
            "history",
            optional(record(history)),
            "The service's past in this environment, from our own record of its deployments; absent when \
             none ended here.",
        )?
        .field(
            "evidence",
            list(record(evidence)),
            "Evidence about the artifacts of this change; evidence about others is left out.",
        )?
        .field("now", Type::Timestamp, "The time of the assessment.")
}

fn change_record(templates: Option<&Arc<EnumType>>) -> Result<RecordType, SchemaError> {
    let kind = EnumType::new("change_type", &["standard", "normal", "emergency"])?;
    let grade = EnumType::ordered("grade", &["low", "medium", "high"])?;
    let window = RecordType::new().field("from", Type::Timestamp, "Not before.")?.field(
        "until",
        Type::Timestamp,
        "Not at or after.",
    )?;
    RecordType::new()
        .field("kind", Type::Enum(kind), "`standard`, `normal` or `emergency`.")?
        .field(
            "impact",
            Type::Enum(grade.clone()),
            "How many would notice a failure: `low`, `medium` or `high`.",
        )?
        .field("urgency", Type::Enum(grade.clone()), "How soon it is needed.")?
        .field("complexity", Type::Enum(grade), "How hard it is to do and to undo.")?
        .field("template", optional(name_type(templates)), "The template of a standard change.")?
        .field(
            "artifact_count",
            Type::Int(IntRange::new(0, i64::MAX)),
            "How many artifacts it deploys.",
        )?
        .field("has_plan", Type::Bool, "Whether it applies an infrastructure plan.")?
        .field("parameters", Type::Map, "Parameters of the deployment.")?
        .field("attributes", Type::Map, "Further attributes, such as `touches: schema`.")?
        .field("incident", optional(Type::String), "The incident an emergency answers.")?
        .field("repository", optional(Type::String), "Where it was built from.")?
        .field(
            "window",
            optional(Type::Record(window.into())),
            "When it may begin; absent is any time.",
        )?
        .field(
            "version",
            optional(Type::String),
            "The version that would be in place, as whoever asks declares it.",
        )?
        .field(
            "version_step",
            optional(Type::Enum(EnumType::new("version_step", &STEPS)?)),
            "How that differs from the version last deployed here by our own record (SemVer); absent \
             when either is not known or no semantic version.",
        )?
        .field(
            "paths",
            optional(list(Type::String)),
            "Paths in the source that it touches, as whoever asks declares them; absent when none are \
             named, which is not to touch none.",
        )
}

fn history_record() -> Result<RecordType, SchemaError> {
    let count = |max| Type::Int(IntRange::new(0, max));
    RecordType::new()
        .field("deployments", count(i64::MAX), "Deployments that ended in the last 30 days.")?
        .field("failures", count(i64::MAX), "How many of them failed or were rolled back.")?
        .field(
            "failure_rate",
            optional(count(100)),
            "How many of a hundred of them failed, rounded up (DORA's change failure rate); absent \
             without any.",
        )?
        .field(
            "last_failure",
            optional(Type::Timestamp),
            "When the last one that failed ended, however long ago; absent when none did.",
        )?
        .field(
            "days_without_failure",
            count(i64::from(u32::MAX)),
            "Whole days since the last failure, else since the first deployment.",
        )?
        .field(
            "version",
            optional(Type::String),
            "The version that the last deployment in place declared; absent when it declared none.",
        )?
        .field(
            "exposure",
            optional(count(EXPOSURE_MAX)),
            "Points of risk of all deployments that were let through in the last 7 days; absent while \
             the record of them is younger than that.",
        )
}
