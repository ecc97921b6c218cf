//! What somebody wants deployed, and the material fields that follow from it.

use std::collections::BTreeMap;

use anyhow::Result;
use domain::change::{
    Artifact, ChangeType, Contribution, Contributor, Digest, Evidence, Level, Material, Source,
    TemplateRef, Window,
};
use domain::private::Private;
use jiff::Timestamp;

use super::organisation::ServiceRow;

/// A wish, before it is a change.
#[derive(Clone)]
pub struct Wish {
    /// The service.
    pub service: &'static ServiceRow,
    /// The environment.
    pub environment: String,
    /// One line.
    pub title: String,
    /// What it does.
    pub description: String,
    /// Why it is needed.
    pub reason: String,
    /// Standard, normal or emergency.
    pub kind: ChangeType,
    /// The template of a standard change.
    pub template: Option<TemplateRef>,
    /// What is deployed: its name, what it is, and the reference it was resolved from.
    pub artifact: Artifact,
    /// Values of the deployment.
    pub parameters: BTreeMap<String, String>,
    /// Impact, urgency and complexity.
    pub levels: [Level; 3],
    /// Addresses of those who wrote and merged it.
    pub authors: Vec<String>,
    /// What it touches, for policy.
    pub touches: Option<&'static str>,
    /// The incident an emergency answers.
    pub incident: Option<String>,
    /// When it may begin.
    pub window: Option<Window>,
    /// Kinds of evidence to hand in, and when they were made.
    pub evidence: Vec<(String, Timestamp)>,
}

impl Wish {
    /// The version that the artifact was tagged with; other tags are none.
    fn version(&self) -> Option<String> {
        let reference = self.artifact.reference.as_ref()?;
        let (_, tag) = reference.rsplit_once(':')?;
        tag.starts_with(|c: char| c.is_ascii_digit()).then(|| tag.to_owned())
    }

    /// The material fields.
    ///
    /// # Errors
    /// A name is malformed.
    pub fn material(&self) -> Result<Material> {
        let [impact, urgency, complexity] = self.levels;
        let touches = self.touches.map(|t| ("touches".to_owned(), t.to_owned()));
        Ok(Material {
            title: Private::new(self.title.clone()),
            description: Private::new(self.description.clone()),
            reason: Private::new(self.reason.clone()),
            plain_summary: Some(Private::new(self.plainly())),
            kind: self.kind,
            template: self.template.clone(),
            service: self.service.name.parse()?,
            environment: self.environment.parse()?,
            artifacts: vec![self.artifact.clone()],
            parameters: self.parameters.clone(),
            plan: None,
            evidence: self.evidence.iter().map(|(kind, at)| self.evidence(kind, *at)).collect(),
            window: self.window.clone(),
            contributors: self.contributors(),
            source: Some(Source {
                repository: format!("https://git.meridian-payments.example/{}", self.service.name),
                commit: commit(&self.artifact.digest),
            }),
            impact,
            urgency,
            complexity,
            incident: self.incident.clone(),
            attributes: touches.into_iter().collect(),
            version: self.version(),
            paths: std::collections::BTreeSet::new(),
        })
    }

    /// What changes for people outside IT.
    fn plainly(&self) -> String {
        let (service, environment) = (self.service.title, &self.environment);
        format!(
            "{service} is updated in {environment}. Nothing has to be done by those who use it."
        )
    }

    fn evidence(&self, kind: &str, issued_at: Timestamp) -> Evidence {
        let run = commit(&self.artifact.digest);
        let run = run.get(..10).unwrap_or(&run);
        Evidence {
            kind: kind.to_owned(),
            // Replaced by the name of whoever hands it in.
            issuer: String::new(),
            subject: self.artifact.digest.clone(),
            issued_at,
            passed: true,
            digest: Some(Digest::of(format!("{kind} of {}", self.artifact.digest).as_bytes())),
            url: Some(format!("https://ci.meridian-payments.example/runs/{run}/{kind}")),
        }
    }

    fn contributors(&self) -> Vec<Contributor> {
        let hands = [Contribution::Author, Contribution::Merger];
        let contribution = |n: usize| hands.get(n).copied().unwrap_or(Contribution::Committer);
        let named = self.authors.iter().enumerate().map(|(n, identity)| Contributor {
            contribution: contribution(n),
            identity: Private::new(identity.clone()),
        });
        named.collect()
    }
}

/// The artifact of a version of a service.
#[must_use]
pub fn image(service: &str, version: &str) -> Artifact {
    Artifact {
        name: service.to_owned(),
        digest: Digest::of(format!("{service}:{version} of the demo").as_bytes()),
        reference: Some(format!("registry.meridian-payments.example/{service}:{version}")),
    }
}

/// A commit id that looks like one: 40 hex digits that follow from the artifact.
fn commit(digest: &Digest) -> String {
    let other = Digest::of(digest.as_str().as_bytes());
    other.as_str().trim_start_matches("sha256:").chars().take(40).collect()
}
