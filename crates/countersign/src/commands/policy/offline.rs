//! A bundle evaluated here, over facts given on the command line.

use std::path::Path;

use anyhow::{Context as _, Result};
use api_types::changes::ChangeRequest;
use api_types::explanation::Explanation;
use domain::actor::Actor;
use domain::change::{Material, Revision};
use domain::organisation::{Directory, OrganisationEvent, Service};
use policy::{Assessed, AssessmentFacts, Bundle, History, Loaded};
use serde_json::{Value, json};

use super::{check, files};
use crate::clock;
use crate::context::Context;
use crate::exit::{Exit, Failure};

/// The bundle in a folder; its findings are shown when it can't be loaded.
pub fn load(folder: &Path, context: &Context) -> Result<Bundle> {
    let files = files::read(folder)?;
    match Bundle::load(&files) {
        Ok(Loaded { bundle, .. }) => Ok(bundle),
        Err(diagnostics) => {
            if !context.out.json {
                check::show(&context.out, folder, &files, &diagnostics);
            }
            Err(Failure::new(Exit::Error, format!("the bundle has {} findings", diagnostics.len()))
                .next(format!("countersign policy check {}", folder.display()))
                .into())
        }
    }
}

/// What a bundle says about a change to a service, with nothing else known.
pub fn assess(bundle: &Bundle, request: &ChangeRequest, service: Service) -> Result<Assessed> {
    let now = clock::now();
    let by = Actor::System;
    let material = material(bundle, request)?;
    let revision = Revision::new(1, material, [0; 16], by.clone(), now)
        .context("failed to make a revision")?;
    let mut directory = Directory::default();
    directory.apply(&OrganisationEvent::ServicePut(service));
    Ok(bundle.assess(&AssessmentFacts {
        revision: &revision,
        requester: &by,
        directory: &directory,
        now,
        history: History::default(),
    }))
}

/// The material of a request, by way of its JSON: the forms are alike but for private texts.
fn material(bundle: &Bundle, request: &ChangeRequest) -> Result<Material> {
    let mut fields = serde_json::to_value(request)?;
    let private = |value: &mut Value| *value = json!({ "$private": value.take() });
    let Some(object) = fields.as_object_mut() else {
        return Err(Failure::usage("the change is not an object").into());
    };
    object.remove("submit");
    object.remove("supersedes");
    for name in ["title", "description", "reason"] {
        object.get_mut(name).map(private).unwrap_or_default();
    }
    for contributor in array(object.get_mut("contributors")) {
        contributor.get_mut("identity").map(private).unwrap_or_default();
    }
    for evidence in array(object.get_mut("evidence")) {
        if let Some(evidence) = evidence.as_object_mut() {
            evidence.insert("issuer".to_owned(), json!("you"));
        }
    }
    for name in ["impact", "urgency", "complexity"] {
        object.entry(name).or_insert_with(|| json!("medium"));
    }
    for name in ["template", "plan", "window", "source", "incident"] {
        object.entry(name).or_insert(Value::Null);
    }
    if let Some(name) = &request.template {
        let version = name.parse().ok().and_then(|name| bundle.template(&name));
        let version = version.map_or(0, |template| template.version);
        object.insert("template".to_owned(), json!({ "name": name, "version": version }));
    }
    serde_json::from_value(fields)
        .map_err(|e| Failure::usage(format!("the change can't be used: {e}")).into())
}

fn array(value: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
    value.and_then(Value::as_array_mut).into_iter().flatten()
}

/// The tree in the form that is shown. People here are only known by their ids.
pub fn wire(tree: &domain::explanation::Explanation) -> Result<Explanation> {
    let mut value = serde_json::to_value(tree)?;
    name_people(&mut value);
    Ok(serde_json::from_value(value)?)
}

fn name_people(value: &mut Value) {
    let named = |id: &mut Value| {
        if id.is_string() {
            *id = json!({ "id": id, "name": id });
        }
    };
    match value {
        Value::Object(fields) => {
            fields.get_mut("person").map(named).unwrap_or_default();
            array(fields.get_mut("people")).for_each(named);
            fields.values_mut().for_each(name_people);
        }
        Value::Array(items) => items.iter_mut().for_each(name_people),
        _ => {}
    }
}
