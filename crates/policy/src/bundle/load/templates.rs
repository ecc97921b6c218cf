//! Templates of standard changes and their limits.

use domain::ids::{EnvironmentName, ServiceName, TemplateName};
use regex_lite::Regex;

use super::environments::Environments;
use super::rules::{Place, build_need, check_keys};
use super::{Complaints, rule_ref, unknown};
use crate::bundle::files::{ParameterKindText, ParameterText, TemplateText};
use crate::bundle::yaml::{At, Text};
use crate::bundle::{Parameter, ParameterType, Role, Rule, Template};
use crate::diagnostic::Finding;

/// The highest tier in which a template may ask for nobody.
const NOBODY_UP_TO: u8 = 3;

pub(super) fn build(
    templates: &[(Text<'_>, TemplateText)],
    environments: Option<&Environments>,
    roles: &[Role],
    complaints: &mut Complaints,
) -> Vec<Template> {
    let mut built: Vec<Template> = Vec::new();
    for (text, template) in templates {
        let Some(template) = build_template(*text, template, environments, roles, complaints)
        else {
            continue;
        };
        if let Some(first) = built.iter().find(|known| known.name == template.name) {
            let message = format!(
                "template `{}` stands in {}:{} already",
                first.name, first.source.file, first.source.line
            );
            let span =
                templates.iter().rev().find(|(_, other)| *other.name == *template.name.as_str());
            if let Some((text, other)) = span {
                complaints.error(*text, "duplicate_id", other.name.span, &message);
            }
        }
        built.push(template);
    }
    built
}

fn build_template(
    text: Text<'_>,
    template: &TemplateText,
    environments: Option<&Environments>,
    roles: &[Role],
    complaints: &mut Complaints,
) -> Option<Template> {
    let name = complaints.slug::<TemplateName>(text, &template.name, template.name.span);
    if *template.version == 0 {
        complaints.error(text, "bad_version", template.version.span, "versions begin at 1");
    }
    let up_to = complaints.tier(text, &template.up_to, template.up_to.span);
    let owner = format!("template:{}", template.name.value);
    let mut needs = Vec::new();
    for need in &template.needs {
        let place = Place { text, owner: &owner, authority: None };
        needs.extend(build_need(place, need, roles, complaints));
    }
    check_keys(text, &template.name, &needs, complaints);
    check_authority(text, template, up_to, complaints);
    let in_environments = build_environments(text, template, up_to, environments, complaints);
    let services = template.services.as_ref().map(|services| {
        let parse =
            |service: &At<String>| complaints.slug::<ServiceName>(text, service, service.span);
        services.iter().filter_map(parse).collect()
    });
    let mut parameters = std::collections::BTreeMap::new();
    for (key, parameter) in &template.parameters {
        parameters.insert(key.clone(), build_parameter(text, parameter, complaints));
    }
    Some(Template {
        name: name?,
        version: *template.version,
        title: template.title.clone(),
        description: template.description.clone(),
        services,
        labels: template.labels.clone(),
        environments: in_environments,
        up_to: up_to?,
        parameters,
        replaces: template.replaces.iter().map(|rule| rule.value.clone()).collect(),
        needs,
        nobody: template.nobody,
        bulk: template.bulk,
        success_percent: complaints.success(text, template.success_percent.as_ref()),
        source: rule_ref(text, &owner, template.name.span),
    })
}

/// Who answers for a change by this template has to be said one way.
fn check_authority(
    text: Text<'_>,
    template: &TemplateText,
    up_to: Option<u8>,
    complaints: &mut Complaints,
) {
    let span = template.name.span;
    if template.nobody && !template.needs.is_empty() {
        complaints.error(
            text,
            "exemption_with_needs",
            span,
            "a template either needs somebody or says `nobody`, not both",
        );
    }
    if template.nobody && up_to.is_some_and(|tier| tier > NOBODY_UP_TO) {
        let message = format!("`nobody: true` is possible up to tier T{NOBODY_UP_TO}");
        complaints.error(text, "exemption_in_strict_tier", template.up_to.span, &message);
    }
    if !template.replaces.is_empty() && !template.nobody && template.needs.is_empty() {
        let finding = Finding::error(
            "asks_nothing",
            span,
            "a template that takes the place of rules says who approves instead",
        )
        .help("say who it `needs`, or `nobody: true`");
        complaints.add(text, finding);
    }
}

fn build_environments(
    text: Text<'_>,
    template: &TemplateText,
    up_to: Option<u8>,
    environments: Option<&Environments>,
    complaints: &mut Complaints,
) -> Vec<EnvironmentName> {
    let mut built = Vec::new();
    for name in &template.environments {
        let tier = environments.and_then(|known| known.tier_of(name));
        match (environments, tier, up_to) {
            (Some(known), None, _) => {
                complaints.add(text, unknown("environment", name, known.names()));
            }
            (_, Some(tier), Some(up_to)) if tier > up_to => {
                let message = format!(
                    "`{}` is of tier T{tier}, and the template can be used up to T{up_to}",
                    name.value
                );
                complaints.error(text, "above_tier", name.span, &message);
            }
            _ => built.extend(complaints.slug::<EnvironmentName>(text, name, name.span)),
        }
    }
    if template.environments.is_empty() {
        let message = "name the environments the template can be used in";
        complaints.error(text, "no_environments", template.name.span, message);
    }
    built
}

fn build_parameter(
    text: Text<'_>,
    parameter: &ParameterText,
    complaints: &mut Complaints,
) -> Parameter {
    // The whole value has to match, not a part of it.
    let compiled = parameter
        .pattern
        .as_ref()
        .map(|pattern| (pattern.span, Regex::new(&format!("^(?:{})$", pattern.value))));
    let matcher = match compiled {
        Some((_, Ok(matcher))) => Some(matcher),
        Some((span, Err(error))) => {
            complaints.error(
                text,
                "bad_pattern",
                span,
                &format!("this pattern is not valid: {error}"),
            );
            None
        }
        None => None,
    };
    Parameter {
        kind: match parameter.kind {
            ParameterKindText::String => ParameterType::String,
            ParameterKindText::Integer => ParameterType::Integer,
            ParameterKindText::Boolean => ParameterType::Boolean,
        },
        title: parameter.title.clone(),
        optional: parameter.optional,
        one_of: parameter.one_of.clone(),
        pattern: parameter.pattern.as_ref().map(|pattern| pattern.value.clone()),
        matcher,
        min: parameter.min,
        max: parameter.max,
    }
}

/// A template can only take the place of rules there are.
pub(super) fn check_replaced(
    templates: &[(Text<'_>, TemplateText)],
    rules: &[Rule],
    complaints: &mut Complaints,
) {
    for (text, template) in templates {
        for replaced in &template.replaces {
            if !rules.iter().any(|rule| rule.id == replaced.value) {
                let known = rules.iter().map(|rule| rule.id.as_str());
                complaints.add(*text, unknown("rule", replaced, known));
            }
        }
    }
}
