//! The form of a change: from what was typed to material fields, and back without losing a letter.

use std::collections::{BTreeMap, BTreeSet};

use console::pages::new_change::{ArtifactRow, FormPage, Revises, TemplateCard};
use console::view::{Choice, FormErrors, Layout};
use domain::change::{
    Artifact, ChangeType, Contribution, Contributor, Level, Material, Plan, TemplateRef, Window,
};
use domain::ids::{EnvironmentName, ServiceName, TemplateName};
use domain::organisation::Status;
use domain::private::Private;
use jiff::Timestamp;
use policy::bundle::{Bundle, Template};

use super::super::form::Form;
use super::super::view::policy::limits;
use super::super::view::reader::{Reader, Zone};

/// What stands in the form.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) reason: String,
    pub(super) plain_summary: String,
    pub(super) service: String,
    pub(super) environment: String,
    pub(super) kind: String,
    pub(super) template: String,
    pub(super) incident: String,
    pub(super) impact: String,
    pub(super) urgency: String,
    pub(super) complexity: String,
    pub(super) artifacts: Vec<(String, String)>,
    pub(super) parameters: String,
    pub(super) plan_hash: String,
    pub(super) version: String,
    pub(super) paths: String,
    pub(super) window_start: String,
    pub(super) window_end: String,
    pub(super) authors: String,
    pub(super) supersedes: String,
}

/// What the form's page needs beside what was typed.
pub(super) struct Around<'a> {
    pub(super) layout: Layout,
    pub(super) revises: Option<Revises>,
    pub(super) idempotency_key: String,
    pub(super) errors: FormErrors,
    pub(super) reader: Reader<'a>,
    pub(super) bundle: Option<&'a Bundle>,
}

impl Typed {
    /// What was sent.
    pub(super) fn sent(form: &Form) -> Self {
        let text = |name: &str| form.get(name).to_owned();
        let names = form.all("artifact_name").map(|name| name.trim().to_owned());
        let digests = form.all("artifact_digest").map(|digest| digest.trim().to_owned());
        let rows =
            names.zip(digests).filter(|(name, digest)| !(name.is_empty() && digest.is_empty()));
        Self {
            title: form.trimmed("title").to_owned(),
            description: text("description"),
            reason: text("reason"),
            plain_summary: text("plain_summary"),
            service: text("service"),
            environment: text("environment"),
            kind: text("change_type"),
            template: text("template"),
            incident: form.trimmed("incident").to_owned(),
            impact: text("impact"),
            urgency: text("urgency"),
            complexity: text("complexity"),
            artifacts: rows.collect(),
            parameters: text("parameters"),
            plan_hash: form.trimmed("plan_hash").to_owned(),
            version: form.trimmed("version").to_owned(),
            paths: text("paths"),
            window_start: form.trimmed("window_start").to_owned(),
            window_end: form.trimmed("window_end").to_owned(),
            authors: text("authors"),
            supersedes: form.trimmed("supersedes").to_owned(),
        }
    }

    /// A revision to start the next one from.
    pub(super) fn from_material(from: &Material, zone: &Zone) -> Self {
        let lines = from.parameters.iter().map(|(name, value)| format!("{name}={value}\n"));
        let authors = from.contributors.iter().filter(|c| is_author(c));
        let authors: Vec<&str> = authors.map(|c| c.identity.text()).collect();
        let window = |at: fn(&Window) -> Timestamp| from.window.as_ref().map(|w| zone.field(at(w)));
        Self {
            title: from.title.text().to_owned(),
            description: from.description.text().to_owned(),
            reason: from.reason.text().to_owned(),
            plain_summary: plain(from.plain_summary.as_ref()),
            service: from.service.to_string(),
            environment: from.environment.to_string(),
            kind: from.kind.as_str().to_owned(),
            template: from.template.as_ref().map(|t| t.name.to_string()).unwrap_or_default(),
            incident: from.incident.clone().unwrap_or_default(),
            impact: from.impact.as_str().to_owned(),
            urgency: from.urgency.as_str().to_owned(),
            complexity: from.complexity.as_str().to_owned(),
            artifacts: from
                .artifacts
                .iter()
                .map(|a| (a.name.clone(), a.digest.to_string()))
                .collect(),
            parameters: lines.collect(),
            plan_hash: from.plan.as_ref().map(|p| p.hash.to_string()).unwrap_or_default(),
            version: from.version.clone().unwrap_or_default(),
            paths: from.paths.iter().map(|path| format!("{path}\n")).collect(),
            window_start: window(|w| w.from).unwrap_or_default(),
            window_end: window(|w| w.until).unwrap_or_default(),
            authors: authors.join("\n"),
            supersedes: String::new(),
        }
    }

    /// The start of a change from a template or a service.
    pub(super) fn start(template: Option<&Template>, service: &str) -> Self {
        let parameters = template.map(|t| t.parameters.keys().map(|name| format!("{name}=\n")));
        Self {
            title: template.map(|t| t.title.clone()).unwrap_or_default(),
            description: template.map(|t| t.description.clone()).unwrap_or_default(),
            service: service.to_owned(),
            kind: if template.is_some() { "standard" } else { "normal" }.to_owned(),
            template: template.map(|t| t.name.to_string()).unwrap_or_default(),
            impact: "medium".to_owned(),
            urgency: "medium".to_owned(),
            complexity: "medium".to_owned(),
            parameters: parameters.into_iter().flatten().collect(),
            ..Self::default()
        }
    }

    /// The material fields. What the form has no field for is kept from `base`.
    ///
    /// # Errors
    /// Everything that can't be read, by field.
    pub(super) fn material(
        &self,
        base: Option<&Material>,
        bundle: Option<&Bundle>,
        zone: &Zone,
    ) -> Result<Material, FormErrors> {
        let mut errors = FormErrors::default();
        let service = self.service.parse::<ServiceName>();
        if service.is_err() {
            errors.add("service", "Choose a service.");
        }
        let environment = self.environment.parse::<EnvironmentName>();
        if environment.is_err() {
            errors.add("environment", "Choose an environment.");
        }
        let template = self.read_template(bundle, &mut errors);
        let artifacts = self.read_artifacts(base, &mut errors);
        let parameters = self.read_parameters(&mut errors);
        let plan = self.read_plan(base, &mut errors);
        let window = self.read_window(zone, &mut errors);
        let (Ok(service), Ok(environment), true) = (service, environment, errors.list.is_empty())
        else {
            return Err(errors);
        };
        Ok(Material {
            title: Private::new(self.title.clone()),
            description: Private::new(lines(&self.description)),
            reason: Private::new(lines(&self.reason)),
            plain_summary: Some(lines(&self.plain_summary))
                .filter(|text| !text.is_empty())
                .map(Private::new),
            kind: kind(&self.kind),
            template,
            service,
            environment,
            artifacts,
            parameters,
            plan,
            evidence: base.map(|b| b.evidence.clone()).unwrap_or_default(),
            window,
            contributors: self.contributors(base),
            source: base.and_then(|b| b.source.clone()),
            impact: level(&self.impact),
            urgency: level(&self.urgency),
            complexity: level(&self.complexity),
            incident: (!self.incident.is_empty()).then(|| self.incident.clone()),
            attributes: base.map(|b| b.attributes.clone()).unwrap_or_default(),
            version: (!self.version.is_empty()).then(|| self.version.clone()),
            paths: self.touched(),
        })
    }

    fn read_template(
        &self,
        bundle: Option<&Bundle>,
        errors: &mut FormErrors,
    ) -> Option<TemplateRef> {
        if self.template.is_empty() || kind(&self.kind) != ChangeType::Standard {
            return None;
        }
        let name = self.template.parse::<TemplateName>().ok();
        let found = name.and_then(|name| bundle?.template(&name));
        if found.is_none() {
            errors.add("change_type", "The live policy has no such template any more.");
        }
        found.map(|t| TemplateRef { name: t.name.clone(), version: t.version })
    }

    fn read_artifacts(&self, base: Option<&Material>, errors: &mut FormErrors) -> Vec<Artifact> {
        let mut list = Vec::new();
        for (n, (name, digest)) in self.artifacts.iter().enumerate() {
            let field = format!("artifact_digest_{n}");
            match digest.parse() {
                Ok(digest) => {
                    let same = |a: &&Artifact| a.name == *name && a.digest == digest;
                    let known = base.and_then(|b| b.artifacts.iter().find(same));
                    let reference = known.and_then(|a| a.reference.clone());
                    list.push(Artifact { name: name.clone(), digest, reference });
                }
                Err(_) if digest.is_empty() => errors.add(field, "Give the artifact's digest."),
                Err(_) => errors.add(
                    field,
                    "This is no digest. Write sha256: and 64 hex digits; a tag can move.",
                ),
            }
        }
        list
    }

    fn read_parameters(&self, errors: &mut FormErrors) -> BTreeMap<String, String> {
        let mut read = BTreeMap::new();
        for line in self.parameters.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match line.split_once('=') {
                Some((name, value)) if !name.trim().is_empty() => {
                    let before = read.insert(name.trim().to_owned(), value.trim().to_owned());
                    if before.is_some() {
                        errors.add("parameters", format!("“{}” is there twice.", name.trim()));
                    }
                }
                _ => errors.add("parameters", format!("“{line}” is not of the form key=value.")),
            }
        }
        read
    }

    fn touched(&self) -> BTreeSet<String> {
        let lines = self.paths.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    }

    fn read_plan(&self, base: Option<&Material>, errors: &mut FormErrors) -> Option<Plan> {
        if self.plan_hash.is_empty() {
            return None;
        }
        match self.plan_hash.parse() {
            Ok(hash) => {
                let known = base.and_then(|b| b.plan.as_ref()).filter(|p| p.hash == hash);
                let state_serial = known.and_then(|p| p.state_serial.clone());
                Some(Plan { hash, state_serial })
            }
            Err(_) => {
                errors.add("plan_hash", "This is no digest. Write sha256: and 64 hex digits.");
                None
            }
        }
    }

    fn read_window(&self, zone: &Zone, errors: &mut FormErrors) -> Option<Window> {
        let mut read = |field: &str, text: &str, missing: &str| {
            if text.is_empty() {
                errors.add(field, missing);
                return None;
            }
            let at = zone.at(text);
            if at.is_none() {
                errors.add(field, "Write the time like 2026-11-23T08:00.");
            }
            at
        };
        if self.window_start.is_empty() && self.window_end.is_empty() {
            return None;
        }
        let from = read("window_start", &self.window_start, "Say when the window opens.");
        let until = read("window_end", &self.window_end, "Say when the window closes.");
        Some(Window { from: from?, until: until? })
    }

    fn contributors(&self, base: Option<&Material>) -> Vec<Contributor> {
        let authors = self.authors.lines().map(str::trim).filter(|line| !line.is_empty());
        let authors = authors.map(|identity| Contributor {
            contribution: Contribution::Author,
            identity: Private::from(identity),
        });
        let others = base.map(|b| b.contributors.as_slice()).unwrap_or_default();
        authors.chain(others.iter().filter(|c| !is_author(c)).cloned()).collect()
    }

    /// The form with all this in it.
    pub(super) fn page(&self, around: Around<'_>) -> FormPage {
        let Around { layout, revises, idempotency_key, errors, reader, bundle } = around;
        let services = reader.directory.services().filter(|s| s.status == Status::Active);
        let environments = bundle.map(Bundle::environments).unwrap_or_default();
        let template = self.template.parse().ok().and_then(|name| bundle?.template(&name));
        let levels = |chosen: &str| Choice::list(&["low", "medium", "high"], chosen);
        FormPage {
            layout,
            revises,
            schedule: None,
            idempotency_key,
            title: self.title.clone(),
            description: self.description.clone(),
            reason: self.reason.clone(),
            plain_summary: self.plain_summary.clone(),
            services: choose("Choose a service", &self.service, services.map(|s| s.name.as_str())),
            environments: choose(
                "Choose an environment",
                &self.environment,
                environments.iter().map(|e| e.name.as_str()),
            ),
            artifacts: self
                .artifacts
                .iter()
                .map(|(name, digest)| ArtifactRow { name: name.clone(), digest: digest.clone() })
                .collect(),
            parameters: self.parameters.clone(),
            plan_hash: self.plan_hash.clone(),
            version: self.version.clone(),
            paths: self.paths.clone(),
            change_types: Choice::list(
                if template.is_some() {
                    &["standard", "normal", "emergency"]
                } else {
                    &["normal", "emergency"]
                },
                &self.kind,
            ),
            incident: self.incident.clone(),
            impacts: levels(&self.impact),
            urgencies: levels(&self.urgency),
            complexities: levels(&self.complexity),
            template: template.map(card),
            window_start: self.window_start.clone(),
            window_end: self.window_end.clone(),
            authors: self.authors.clone(),
            zone: reader.zone.name().to_owned(),
            supersedes: self.supersedes.clone(),
            errors,
        }
    }
}

/// A template to start from.
pub(super) fn card(from: &Template) -> TemplateCard {
    TemplateCard {
        id: from.name.to_string(),
        title: from.title.clone(),
        description: from.description.clone(),
        version: from.version.to_string(),
        limits: limits(from),
        href: format!("/changes/new?template={}", from.name),
    }
}

/// The field of the form that a material field is typed into.
pub(super) fn form_field(field: &str) -> String {
    let place = |rest: &str| rest.split(']').next().unwrap_or_default().to_owned();
    match field {
        "kind" | "template" => "change_type".to_owned(),
        "artifacts" => "artifact_digest_0".to_owned(),
        "plan" | "plan.hash" => "plan_hash".to_owned(),
        "window" | "window.until" => "window_end".to_owned(),
        "window.from" => "window_start".to_owned(),
        "contributors" => "authors".to_owned(),
        _ => match field.split_once(['[', '.']) {
            Some(("artifacts", rest)) => format!("artifact_digest_{}", place(rest)),
            Some(("parameters", _)) => "parameters".to_owned(),
            Some(("contributors", _)) => "authors".to_owned(),
            _ => field.to_owned(),
        },
    }
}

fn choose<'a>(prompt: &str, chosen: &str, values: impl Iterator<Item = &'a str>) -> Vec<Choice> {
    let values: Vec<&str> = values.collect();
    let known = values.contains(&chosen);
    let mut list = vec![Choice { selected: !known, ..Choice::new("", prompt) }];
    list.extend(Choice::list(&values, chosen));
    list
}

fn plain(text: Option<&Private<String>>) -> String {
    text.map(|text| text.text().to_owned()).unwrap_or_default()
}

fn is_author(contributor: &Contributor) -> bool {
    contributor.contribution == Contribution::Author
}

/// Browsers send line ends as CR LF.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

fn kind(word: &str) -> ChangeType {
    match word {
        "standard" => ChangeType::Standard,
        "emergency" => ChangeType::Emergency,
        _ => ChangeType::Normal,
    }
}

fn level(word: &str) -> Level {
    match word {
        "low" => Level::Low,
        "high" => Level::High,
        _ => Level::Medium,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> Typed {
        Typed {
            title: "Checkout 4.12".to_owned(),
            service: "checkout".to_owned(),
            environment: "production".to_owned(),
            artifacts: vec![("checkout".to_owned(), format!("sha256:{}", "a".repeat(64)))],
            parameters: "A=1\r\nB=x=y".to_owned(),
            authors: "lena\ndev@example.com".to_owned(),
            window_start: "2026-11-23T08:00".to_owned(),
            window_end: "2026-11-23T12:00".to_owned(),
            ..Typed::start(None, "checkout")
        }
    }

    #[test]
    fn a_revision_typed_again_is_the_same_material() {
        let mut first = typed();
        first.parameters = "A=1\nB=x=y\n".to_owned();
        let zone = Zone::named("Australia/Perth");
        let material = first.material(None, None, &zone).unwrap();
        assert_eq!(material.parameters.get("B").unwrap(), "x=y");
        assert_eq!(material.contributors.len(), 2);
        let again = Typed::from_material(&material, &zone);
        let again = again.material(Some(&material), None, &zone).unwrap();
        let opens = material.window.as_ref().unwrap().from;
        assert_eq!(opens.to_string(), "2026-11-23T00:00:00Z", "by the clock of who typed it");
        assert_eq!(again, material);
    }

    #[test]
    fn a_tag_is_no_digest_and_the_error_leads_to_its_row() {
        let mut typed = typed();
        typed.artifacts.push(("migrations".to_owned(), "4.12.0".to_owned()));
        let errors = typed.material(None, None, &Zone::utc()).unwrap_err();
        assert!(errors.has("artifact_digest_1"), "{errors:?}");
    }

    #[test]
    fn refusals_of_the_domain_lead_to_fields_of_the_form() {
        assert_eq!(form_field("artifacts[2].digest"), "artifact_digest_2");
        assert_eq!(form_field("window"), "window_end");
        assert_eq!(form_field("title"), "title");
    }
}
