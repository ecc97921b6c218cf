//! What a change would do: the material fields that its digest covers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use canonical::{CanonicalError, to_canonical_bytes};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::actor::Actor;
use crate::ids::{EnvironmentName, IdError, ServiceName, TemplateName};
use crate::private::Private;

const PARAMETERS_MAX: usize = 200;
const ARTIFACTS_MAX: usize = 100;
const TEXT_MAX: usize = 10_000;
const PLAIN_MAX: usize = 20_000;
const PLAIN_SUMMARY_MAX: usize = 4_000;

/// The digest of an artifact: `sha256:` or `sha512:` and lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

/// A text that is not a digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a digest: write `sha256:` and 64 hex digits, or `sha512:` and 128")]
pub struct DigestError(String);

impl Digest {
    /// The digest of bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(format!("sha256:{}", hex(&Sha256::digest(bytes))))
    }

    /// The digest as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Lower-case hex.
fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl FromStr for Digest {
    type Err = DigestError;
    fn from_str(text: &str) -> Result<Self, DigestError> {
        let lower = text.to_ascii_lowercase();
        let good = |body: &str, length| {
            body.len() == length && body.bytes().all(|b| b.is_ascii_hexdigit())
        };
        let known = lower.strip_prefix("sha256:").is_some_and(|b| good(b, 64))
            || lower.strip_prefix("sha512:").is_some_and(|b| good(b, 128));
        if known { Ok(Self(lower)) } else { Err(DigestError(text.to_owned())) }
    }
}

impl TryFrom<String> for Digest {
    type Error = DigestError;
    fn try_from(text: String) -> Result<Self, DigestError> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One thing that would be deployed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// Its name: a file name or an image without tag.
    pub name: String,
    /// What it is, exactly.
    pub digest: Digest,
    /// The mutable reference it was resolved from, for people to read (A02).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// Standard, normal or emergency (ITIL 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeType {
    /// Pre-authorised by a template.
    Standard,
    /// Assessed and approved by itself.
    Normal,
    /// Needed at once because of an incident.
    Emergency,
}

impl ChangeType {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Normal => "normal",
            Self::Emergency => "emergency",
        }
    }
}

/// Low, medium or high: for impact, urgency and complexity.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Little.
    Low,
    /// Some.
    #[default]
    Medium,
    /// Much.
    High,
}

impl Level {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A template and the version that was in force (M1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateRef {
    /// Its name.
    pub name: TemplateName,
    /// Its version.
    pub version: u32,
}

/// A plan that an infrastructure tool would apply (A10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Digest of the plan.
    pub hash: Digest,
    /// Serial of the state it was made against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_serial: Option<String>,
}

/// A machine's statement about an artifact: a test run, a scan, a build's provenance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What it is about: `tests`, `scan`, `provenance`, `staging-deployment`.
    pub kind: String,
    /// Who says so.
    pub issuer: String,
    /// The artifact it is about. For another artifact it is no evidence (A14).
    pub subject: Digest,
    /// When it was made.
    #[serde(with = "crate::time::ms")]
    pub issued_at: Timestamp,
    /// Whether it speaks for the artifact.
    pub passed: bool,
    /// Digest of the evidence document itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// Where it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// When the deployment may begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Not before.
    #[serde(with = "crate::time::ms")]
    pub from: Timestamp,
    /// Not at or after.
    #[serde(with = "crate::time::ms")]
    pub until: Timestamp,
}

/// How somebody had a hand in a change (I4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contribution {
    /// Wrote it.
    Author,
    /// Committed or pushed it.
    Committer,
    /// Merged it.
    Merger,
    /// Built the artifact.
    Builder,
    /// Will carry it out.
    Implementer,
    /// Somebody on whose behalf a machine asked (G01).
    OnBehalfOf,
}

impl Contribution {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Committer => "committer",
            Self::Merger => "merger",
            Self::Builder => "builder",
            Self::Implementer => "implementer",
            Self::OnBehalfOf => "on behalf of",
        }
    }
}

/// Somebody named by the tools as having had a hand in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contributor {
    /// How.
    pub contribution: Contribution,
    /// An e-mail address, a user name or a person id; resolved when a decision is made.
    pub identity: Private<String>,
}

/// Where the artifact was built from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Repository URL or path.
    pub repository: String,
    /// Full commit id.
    pub commit: String,
}

/// All material fields of a revision. The digest covers every one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// One line.
    pub title: Private<String>,
    /// What it does.
    pub description: Private<String>,
    /// Why it is needed.
    pub reason: Private<String>,
    /// What changes for people, in plain words; for those who decide and don't work in IT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plain_summary: Option<Private<String>>,
    /// Standard, normal or emergency.
    pub kind: ChangeType,
    /// The template of a standard change.
    pub template: Option<TemplateRef>,
    /// The service.
    pub service: ServiceName,
    /// The environment.
    pub environment: EnvironmentName,
    /// What would be deployed.
    pub artifacts: Vec<Artifact>,
    /// Parameters, feature flags, values: all that steers the deployment (A11).
    pub parameters: BTreeMap<String, String>,
    /// The plan that would be applied.
    pub plan: Option<Plan>,
    /// What machines say about the artifacts.
    pub evidence: Vec<Evidence>,
    /// When it may begin; `None` is any time.
    pub window: Option<Window>,
    /// Who had a hand in it.
    pub contributors: Vec<Contributor>,
    /// Where it was built from.
    pub source: Option<Source>,
    /// How many would notice a failure.
    pub impact: Level,
    /// How soon it is needed.
    pub urgency: Level,
    /// How hard it is to do and to undo.
    pub complexity: Level,
    /// The incident an emergency answers.
    pub incident: Option<String>,
    /// Further attributes for policy (`touches: schema`).
    pub attributes: BTreeMap<String, String>,
    /// The version that would be in place, as whoever asks declares it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Paths in the source that the change touches, as whoever asks declares them. Empty is not
    /// known, never none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub paths: BTreeSet<String>,
}

/// A field of a change that can't be accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct MaterialError {
    /// The field, as in the API (`artifacts[0].digest`).
    pub field: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl From<IdError> for MaterialError {
    fn from(error: IdError) -> Self {
        Self { field: String::new(), message: error.to_string() }
    }
}

impl Material {
    /// Checks what no policy needs to be asked for.
    ///
    /// # Errors
    /// All fields that can't be accepted, each with its fix.
    pub fn check(&self) -> Result<(), Vec<MaterialError>> {
        let mut errors = Vec::new();
        let mut refuse = |field: &str, message: &str| {
            errors.push(MaterialError { field: field.to_owned(), message: message.to_owned() });
        };
        let title = self.title.text().trim();
        if title.is_empty() || title.len() > 200 || title.contains(['\n', '\r']) {
            refuse("title", "give a title of one line, 1 to 200 bytes long");
        }
        for (field, text) in [("description", &self.description), ("reason", &self.reason)] {
            if text.text().len() > TEXT_MAX {
                refuse(field, "shorten it to 10,000 bytes and link to the rest");
            }
        }
        if self.plain_summary.as_ref().is_some_and(|text| text.text().len() > PLAIN_SUMMARY_MAX) {
            refuse("plain_summary", "shorten it to 4,000 bytes: it is for people in a hurry");
        }
        if self.artifacts.is_empty() && self.plan.is_none() {
            refuse(
                "artifacts",
                "name at least one artifact with its digest, or a plan with its hash",
            );
        }
        if self.artifacts.len() > ARTIFACTS_MAX {
            refuse(
                "artifacts",
                "a change can hold 100 artifacts; split it or name an index digest",
            );
        }
        let names: BTreeSet<_> = self.artifacts.iter().map(|a| &a.name).collect();
        if names.len() < self.artifacts.len() || names.iter().any(|n| n.trim().is_empty()) {
            refuse("artifacts", "give every artifact a name of its own");
        }
        if self.parameters.len() > PARAMETERS_MAX {
            refuse("parameters", "a change can hold 200 parameters");
        }
        if self.maps().any(|(key, _)| key.starts_with('$')) {
            refuse("parameters", "names of parameters and attributes can't begin with `$`");
        }
        if self.plain_bytes() > PLAIN_MAX {
            refuse("parameters", "parameters, attributes and names can have 20,000 bytes together");
        }
        if self.window.as_ref().is_some_and(|w| w.from >= w.until) {
            refuse("window", "the window must end after it begins");
        }
        match self.kind {
            ChangeType::Standard if self.template.is_none() => {
                refuse("template", "a standard change names the template that pre-authorises it");
            }
            ChangeType::Emergency
                if self.incident.as_deref().is_none_or(|i| i.trim().is_empty()) =>
            {
                refuse("incident", "an emergency change names the incident it answers");
            }
            ChangeType::Standard | ChangeType::Normal | ChangeType::Emergency => {}
        }
        errors.extend(self.undeclarable());
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn maps(&self) -> impl Iterator<Item = (&String, &String)> {
        self.parameters.iter().chain(&self.attributes)
    }

    /// Bytes of text that stand in the leaf as they are; a leaf has room for 64 KiB.
    fn plain_bytes(&self) -> usize {
        let maps: usize = self.maps().map(|(key, value)| key.len() + value.len()).sum();
        let artifacts = self.artifacts.iter();
        let names = artifacts.map(|a| a.name.len() + a.reference.as_ref().map_or(0, String::len));
        let evidence = self.evidence.iter();
        let said =
            evidence.map(|e| e.kind.len() + e.issuer.len() + e.url.as_ref().map_or(0, String::len));
        let source = self.source.as_ref().map_or(0, |s| s.repository.len() + s.commit.len());
        maps + names.sum::<usize>() + said.sum::<usize>() + source
    }

    /// The digests that would be deployed.
    #[must_use]
    pub fn digests(&self) -> BTreeSet<&Digest> {
        self.artifacts.iter().map(|a| &a.digest).collect()
    }
}

/// One immutable version of what a change would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// 1-based.
    pub number: u32,
    /// SHA-256 over the canonical JSON of the blinding and all material fields.
    pub digest: Digest,
    /// 128 random bits, hex: keeps the digest from confirming guesses of erased texts (K04).
    pub blinding: Private<String>,
    /// What it would do.
    pub material: Material,
    /// Who made it: the last editor.
    pub by: Actor,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

/// A material field that differs between two revisions, in words for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The field.
    pub field: String,
    /// What it was, as compact JSON or text.
    pub from: String,
    /// What it is.
    pub to: String,
}

impl Revision {
    /// A revision with its digest.
    ///
    /// # Errors
    /// The material can't be written as canonical JSON.
    pub fn new(
        number: u32,
        material: Material,
        blinding: [u8; 16],
        by: Actor,
        at: Timestamp,
    ) -> Result<Self, CanonicalError> {
        let blinding = Private::new(hex(&blinding));
        let digest = Self::digest_of(&material, &blinding)?;
        Ok(Self { number, digest, blinding, material, by, at })
    }

    fn digest_of(
        material: &Material,
        blinding: &Private<String>,
    ) -> Result<Digest, CanonicalError> {
        let covered = to_canonical_bytes(&(blinding, material))?;
        Ok(Digest::of(&covered))
    }

    /// The digest that the material has now. Another than [`Self::digest`], or none, when either was
    /// altered, or erased.
    #[must_use]
    pub fn found_digest(&self) -> Option<Digest> {
        Self::digest_of(&self.material, &self.blinding).ok()
    }

    /// What moved from `earlier` to this one.
    #[must_use]
    pub fn moved_since(&self, earlier: &Self) -> Vec<Moved> {
        let fields = |m: &Material| match serde_json::to_value(m) {
            Ok(serde_json::Value::Object(fields)) => fields,
            _ => serde_json::Map::new(),
        };
        let (old, new) = (fields(&earlier.material), fields(&self.material));
        let differs = |key: &&String| old.get(*key) != new.get(*key);
        // A field that may be left out is in one of them only.
        let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        keys.into_iter()
            .filter(differs)
            .map(|key| Moved {
                field: key.clone(),
                from: shown(old.get(key)),
                to: shown(new.get(key)),
            })
            .collect()
    }
}

fn shown(value: Option<&serde_json::Value>) -> String {
    match value {
        None | Some(serde_json::Value::Null) => "none".to_owned(),
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(value) => match value.get("$private") {
            Some(serde_json::Value::String(text)) => text.clone(),
            _ => value.to_string(),
        },
    }
}
