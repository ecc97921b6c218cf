//! What a change would do, as arguments of `create` and `revise`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use api_types::changes::ChangeRequest;
use api_types::material::{Artifact, ChangeKind, Contribution, Contributor, Level, Plan, Window};
use clap::ValueEnum;

use crate::deploy::artifact::{self, ArtifactArg};
use crate::deploy::declared::Declared;
use crate::deploy::question::{map, pair};
use crate::deploy::{evidence, git};
use crate::exit::Failure;

/// What it would do. What is left out stays as it is, or takes its default.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Material {
    /// A change request as JSON to start from; see `change schema`
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// One line
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// What it does
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Why it is needed
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// What changes for people, in plain words, for those who decide and don't work in IT
    #[arg(long, value_name = "TEXT")]
    plain_summary: Option<String>,
    /// Standard, normal or emergency
    #[arg(long, value_enum)]
    kind: Option<KindArg>,
    /// The template of a standard change
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// The service
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// The environment
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// What would be deployed: a file, NAME=FILE, or NAME@sha256:… (repeat for several)
    #[arg(long = "artifact", value_name = "ARTIFACT")]
    artifacts: Vec<ArtifactArg>,
    /// A parameter that steers the deployment (repeat for several)
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    parameters: Vec<(String, String)>,
    /// Digest of the plan that would be applied
    #[arg(long, value_name = "DIGEST")]
    plan: Option<String>,
    /// Serial of the state the plan was made against
    #[arg(long, value_name = "TEXT", requires = "plan")]
    state_serial: Option<String>,
    /// A JSON file with evidence (repeat for several)
    #[arg(long, value_name = "FILE")]
    evidence: Vec<PathBuf>,
    /// Not before (RFC 3339)
    #[arg(long, value_name = "TIME", requires = "until")]
    from: Option<String>,
    /// Not at or after (RFC 3339)
    #[arg(long, value_name = "TIME", requires = "from")]
    until: Option<String>,
    /// Somebody who had a hand in it, by e-mail or user name; can't approve it (repeat)
    #[arg(long = "author", value_name = "WHO")]
    authors: Vec<String>,
    /// Take authors, committers and the source from these commits, such as v1.2..HEAD
    #[arg(long, value_name = "RANGE")]
    authors_from_git: Option<String>,
    /// How many would notice a failure
    #[arg(long, value_enum)]
    impact: Option<LevelArg>,
    /// How soon it is needed
    #[arg(long, value_enum)]
    urgency: Option<LevelArg>,
    /// How hard it is to do and to undo
    #[arg(long, value_enum)]
    complexity: Option<LevelArg>,
    /// The incident an emergency answers
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
    /// A further attribute for policy (repeat for several)
    #[arg(long = "attribute", value_name = "NAME=VALUE", value_parser = pair)]
    attributes: Vec<(String, String)>,
    #[command(flatten)]
    declared: Declared,
}

/// See [`ChangeKind`].
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum KindArg {
    Standard,
    Normal,
    Emergency,
}

/// See [`Level`].
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum LevelArg {
    Low,
    Medium,
    High,
}

impl From<KindArg> for ChangeKind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Standard => Self::Standard,
            KindArg::Normal => Self::Normal,
            KindArg::Emergency => Self::Emergency,
        }
    }
}

impl From<LevelArg> for Level {
    fn from(level: LevelArg) -> Self {
        match level {
            LevelArg::Low => Self::Low,
            LevelArg::Medium => Self::Medium,
            LevelArg::High => Self::High,
        }
    }
}

fn set<T: Clone>(field: &mut T, given: Option<&T>) {
    if let Some(value) = given {
        field.clone_from(value);
    }
}

fn put<T>(field: &mut Option<T>, given: Option<T>) {
    if given.is_some() {
        *field = given;
    }
}

impl Material {
    /// The request to start from when there is no change yet.
    pub fn base(&self) -> Result<ChangeRequest> {
        if let Some(path) = &self.file {
            return read(path);
        }
        let need = |given: &Option<String>, flag: &str| {
            given.clone().ok_or_else(|| {
                Failure::usage(format!("{flag} is needed"))
                    .next("see the examples: countersign change create --help")
            })
        };
        let title = need(&self.title, "--title")?;
        let service = need(&self.service, "--service")?;
        let environment = need(&self.environment, "--environment")?;
        Ok(ChangeRequest::new(&title, &service, &environment))
    }

    /// The request with everything that was given put in.
    pub fn over(&self, mut request: ChangeRequest) -> Result<ChangeRequest> {
        set(&mut request.title, self.title.as_ref());
        set(&mut request.description, self.description.as_ref());
        set(&mut request.reason, self.reason.as_ref());
        if self.plain_summary.is_some() {
            request.plain_summary.clone_from(&self.plain_summary);
        }
        set(&mut request.service, self.service.as_ref());
        set(&mut request.environment, self.environment.as_ref());
        set(&mut request.kind, self.kind.map(ChangeKind::from).as_ref());
        put(&mut request.template, self.template.clone());
        put(&mut request.impact, self.impact.map(Level::from));
        put(&mut request.urgency, self.urgency.map(Level::from));
        put(&mut request.complexity, self.complexity.map(Level::from));
        put(&mut request.incident, self.incident.clone());
        let plan = self
            .plan
            .as_ref()
            .map(|hash| Plan { hash: hash.clone(), state_serial: self.state_serial.clone() });
        put(&mut request.plan, plan);
        let window = self.from.as_deref().zip(self.until.as_deref());
        let window = window.map(|(from, until)| Window { from: from.into(), until: until.into() });
        put(&mut request.window, window);
        request.parameters.extend(map(&self.parameters)?);
        request.attributes.extend(map(&self.attributes)?);
        if !self.artifacts.is_empty() {
            request.artifacts = artifacts(&self.artifacts)?;
        }
        for path in &self.evidence {
            request.evidence.extend(evidence::read(path)?);
        }
        self.declared.put(&mut request)?;
        self.contributors(&mut request)?;
        Ok(request)
    }

    fn contributors(&self, request: &mut ChangeRequest) -> Result<()> {
        for identity in &self.authors {
            let identity = identity.clone();
            request.contributors.push(Contributor { contribution: Contribution::Author, identity });
        }
        if let Some(range) = &self.authors_from_git {
            request.contributors.extend(git::contributors(range)?);
            request.source = Some(git::source(range)?);
        }
        request.contributors.sort();
        request.contributors.dedup();
        Ok(())
    }
}

/// A change request in a file.
pub fn read(path: &Path) -> Result<ChangeRequest> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("failed to read {}", path.display()))?;
    serde_json::from_str(&text).map_err(|e| {
        Failure::usage(format!("{} is not a change request: {e}", path.display()))
            .next("its form: countersign change schema (under $defs/ChangeRequest)")
            .into()
    })
}

/// Artifacts of the command line, hashed, in the form of a request.
pub fn artifacts(args: &[ArtifactArg]) -> Result<Vec<Artifact>> {
    let resolved = artifact::resolve(args)?;
    Ok(resolved
        .into_iter()
        .map(|a| Artifact { name: a.name, digest: a.digest, reference: None })
        .collect())
}
