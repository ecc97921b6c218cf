//! Whether a standard change stays within the limits of its template (M1.3).

use std::collections::BTreeMap;

use domain::change::{ChangeType, MaterialError};

use super::facts::Facts;
use super::refusal;
use crate::bundle::{Bundle, Parameter, ParameterType, Template};
use crate::expr::closest;

impl Bundle {
    /// The template of a standard change, or every limit the change breaks.
    pub(crate) fn check_template<'b>(
        &'b self,
        asked: &AskedTemplate<'_>,
        tier: u8,
    ) -> Result<Option<&'b Template>, Vec<MaterialError>> {
        let Some(name) = asked.name else {
            if asked.kind == ChangeType::Standard {
                let message = "a standard change names the template that pre-authorises it";
                return Err(vec![refusal("template", message)]);
            }
            return Ok(None);
        };
        if asked.kind != ChangeType::Standard {
            let message = "only a standard change uses a template: set the kind to `standard`, or leave the template out";
            return Err(vec![refusal("template", message)]);
        }
        let found = self.templates().iter().find(|template| template.name.as_str() == name);
        let Some(template) = found else {
            let names = self.templates().iter().map(|template| template.name.as_str());
            let help = match closest(name, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "ask for a normal change instead".to_owned(),
            };
            return Err(vec![refusal(
                "template",
                format!("there is no template `{name}`; {help}"),
            )]);
        };
        let mut errors = limits(template, asked, tier);
        if asked.version.is_some_and(|version| version != template.version) {
            let current = template.version;
            errors.push(refusal(
                "template",
                format!("version {current} of template `{name}` is in force"),
            ));
        }
        errors.extend(parameters(template, asked));
        if errors.is_empty() { Ok(Some(template)) } else { Err(errors) }
    }
}

/// The template a change names, and what its limits look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AskedTemplate<'a> {
    pub(crate) kind: ChangeType,
    pub(crate) name: Option<&'a str>,
    pub(crate) version: Option<u32>,
    pub(crate) service: &'a str,
    pub(crate) labels: &'a BTreeMap<String, String>,
    pub(crate) environment: &'a str,
    pub(crate) parameters: &'a BTreeMap<String, String>,
}

impl<'a> AskedTemplate<'a> {
    pub(crate) const fn of(facts: &Facts<'a>, version: Option<u32>) -> Self {
        Self {
            kind: facts.kind,
            name: facts.template,
            version,
            service: facts.service,
            labels: facts.labels,
            environment: facts.environment,
            parameters: facts.parameters,
        }
    }
}

fn limits(template: &Template, asked: &AskedTemplate<'_>, tier: u8) -> Vec<MaterialError> {
    let name = &template.name;
    let mut errors = Vec::new();
    let listed = |services: &Vec<domain::ids::ServiceName>| {
        services.iter().any(|service| service.as_str() == asked.service)
    };
    if !template.services.as_ref().is_none_or(listed) {
        errors.push(refusal(
            "service",
            format!("template `{name}` is not for service `{}`", asked.service),
        ));
    }
    for (key, value) in &template.labels {
        if asked.labels.get(key) != Some(value) {
            errors.push(refusal(
                "service",
                format!("template `{name}` is only for services with the label `{key}: {value}`"),
            ));
        }
    }
    if !template.environments.iter().any(|known| known.as_str() == asked.environment) {
        errors.push(refusal(
            "environment",
            format!("template `{name}` is not for environment `{}`", asked.environment),
        ));
    }
    if tier > template.up_to {
        errors.push(refusal(
            "environment",
            format!(
                "template `{name}` can be used up to tier T{}; this is T{tier}",
                template.up_to
            ),
        ));
    }
    errors
}

fn parameters(template: &Template, asked: &AskedTemplate<'_>) -> Vec<MaterialError> {
    let name = &template.name;
    let mut errors = Vec::new();
    for (key, value) in asked.parameters {
        let field = format!("parameters.{key}");
        match template.parameters.get(key) {
            Some(parameter) => {
                if let Some(problem) = parameter.problem(value) {
                    errors.push(refusal(&field, format!("`{key}` {problem}")));
                }
            }
            None => {
                let known = template.parameters.keys().map(String::as_str);
                let help = closest(key, known).map(|near| format!("; did you mean `{near}`?"));
                let message = format!(
                    "template `{name}` has no parameter `{key}`{}",
                    help.unwrap_or_default()
                );
                errors.push(refusal(&field, message));
            }
        }
    }
    for (key, parameter) in &template.parameters {
        if !parameter.optional && !asked.parameters.contains_key(key) {
            errors.push(refusal(
                &format!("parameters.{key}"),
                format!("template `{name}` needs the parameter `{key}`"),
            ));
        }
    }
    errors
}

impl Parameter {
    /// A value within its limits, if one is easily found.
    pub(crate) fn sample(&self) -> Option<String> {
        let number = self.min.or(self.max).unwrap_or(1).to_string();
        let likely = ["true", "example", "example.com", "a", "1", "A1"].map(str::to_owned);
        let mut candidates = self.one_of.iter().cloned().chain([number]).chain(likely);
        candidates.find(|value| self.problem(value).is_none())
    }

    /// What is wrong with a value, as words that follow the parameter's name.
    #[must_use]
    pub fn problem(&self, value: &str) -> Option<String> {
        match self.kind {
            ParameterType::Integer => match value.parse::<i64>() {
                Err(_) => return Some("has to be a whole number".to_owned()),
                Ok(number) => {
                    if let Some(min) = self.min.filter(|min| number < *min) {
                        return Some(format!("has to be at least {min}"));
                    }
                    if let Some(max) = self.max.filter(|max| number > *max) {
                        return Some(format!("has to be at most {max}"));
                    }
                }
            },
            ParameterType::Boolean if value != "true" && value != "false" => {
                return Some("has to be `true` or `false`".to_owned());
            }
            ParameterType::Boolean | ParameterType::String => {}
        }
        if !self.one_of.is_empty() && !self.one_of.iter().any(|known| known == value) {
            return Some(format!("has to be one of {}", self.one_of.join(", ")));
        }
        match &self.matcher {
            Some(pattern) if !pattern.is_match(value) => {
                Some(format!("has to match `{}`", self.pattern.as_deref().unwrap_or_default()))
            }
            _ => None,
        }
    }
}
