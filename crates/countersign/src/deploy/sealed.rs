//! Checking a sealed document without the server, and the record that this machine keeps of its use (G03).

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use api_types::sealed::SealedDocument;
use base64::Engine as _;
use domain::change::Digest;
use domain::event::Envelope;
use domain::ids::SealedOverrideId;
use domain::organisation::{OrganisationEvent, SealedOverride};
use domain::sealed::{Entry, Line, SKEW, commitment, half, proof};
use jiff::Timestamp;
use ledger::{Receipt, VerifierKey};

use super::offline::{chain, denied, refuse_sandbox};
use crate::exit::{Exit, Failure};
use crate::system;

/// A sealed override that the log proves.
#[derive(Debug)]
pub struct Proven {
    /// The sealed override, from the leaf.
    pub sealed: SealedOverride,
    /// What its holders are called, for reading; nothing proves it.
    pub holders: [String; 2],
    /// Index of its entry.
    pub index: u64,
    /// Name of the log.
    pub origin: String,
}

/// Reads a sealed document.
pub fn read(path: &Path) -> Result<SealedDocument> {
    let text =
        fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?;
    serde_json::from_str(&text).map_err(|e| {
        Failure::usage(format!("{} is not a sealed document: {e}", path.display()))
            .next("it is written by: countersign sealed issue … --out FILE")
            .into()
    })
}

/// Proves that the document is an entry of the log with this key; says nothing about time.
pub fn prove(document: &SealedDocument, key: &VerifierKey) -> Result<Proven> {
    let leaf = base64::engine::general_purpose::STANDARD
        .decode(&document.leaf_base64)
        .map_err(|_| denied("the sealed document's leaf is not base64"))?;
    let receipt = serde_json::to_value(&document.receipt)
        .and_then(serde_json::from_value::<Receipt>)
        .map_err(|e| denied(format!("the sealed document's receipt can't be read: {e}")))?;
    if let Some(refused) = refuse_sandbox(&receipt) {
        return Err(refused);
    }
    let checkpoint = receipt.verify(&leaf, key).map_err(|e| {
        denied(format!("the log does not prove this sealed document: failed to {}", chain(&e)))
    })?;
    let envelope: Envelope<OrganisationEvent> = serde_json::from_slice(&leaf)
        .map_err(|e| denied(format!("the proven entry issues no sealed override: {e}")))?;
    let OrganisationEvent::SealedOverrideIssued(sealed) = envelope.event else {
        return Err(denied("the proven entry issues no sealed override"));
    };
    let named = &document.sealed_override.holders;
    let name = |n: usize| {
        let id = sealed.holders.get(n).map(|h| h.person.to_string()).unwrap_or_default();
        named.iter().find(|p| p.id == id).map_or(id, |p| p.name.clone())
    };
    let holders = [name(0), name(1)];
    let (index, origin) = (receipt.index, checkpoint.origin);
    Ok(Proven { sealed: *sealed, holders, index, origin })
}

impl Proven {
    /// Checks that it opens now, give or take the tolerance for clocks.
    pub fn check_time(&self, now: Timestamp) -> Result<()> {
        let until = self.sealed.valid_until;
        if now.duration_since(until) >= SKEW {
            let message = format!("the sealed override ended at {until:.0}; it is {now:.0} here");
            return Err(Failure::new(Exit::Expired, message)
                .next("while the server answers, issue another one: countersign sealed issue")
                .into());
        }
        if self.sealed.issued_at.duration_since(now) > SKEW {
            let at = self.sealed.issued_at;
            let message =
                format!("the sealed override was issued at {at:.0}, which lies ahead here");
            return Err(Failure::new(Exit::Denied, message)
                .next("set this machine's clock")
                .into());
        }
        Ok(())
    }

    /// Checks that it is for this service and environment.
    pub fn check_target(&self, service: &str, environment: &str) -> Result<()> {
        let SealedOverride { service: sealed, environment: place, .. } = &self.sealed;
        if sealed.as_str() == service && place.as_str() == environment {
            return Ok(());
        }
        Err(denied(format!(
            "the sealed override is for {sealed} in {place}; asked {service} in {environment}"
        )))
    }

    /// The proofs of both halves, as somebody typed them.
    pub fn check_halves(&self, typed: &[String; 2]) -> Result<[Digest; 2]> {
        let prove = |n: usize| {
            let (holder, name) = self.sealed.holders.get(n).zip(self.holders.get(n))?;
            let half = half(typed.get(n)?);
            let proof = half.map(|half| proof(&self.sealed.id, &holder.person, &half));
            let good = proof.filter(|proof| commitment(proof) == holder.commitment);
            Some(good.ok_or_else(|| denied(format!("this is not the half of {name} (wrong_code)"))))
        };
        match (prove(0), prove(1)) {
            (Some(first), Some(second)) => Ok([first?, second?]),
            _ => Err(denied("both halves are needed")),
        }
    }
}

/// What this machine remembers of sealed overrides: one line for each thing that happened, each naming
/// the one before it, and a mark for each seal that was spent.
#[derive(Debug, Clone)]
pub struct LocalRecord {
    folder: PathBuf,
}

impl LocalRecord {
    /// In a folder, or in this user's state folder.
    pub fn new(folder: Option<&Path>, state: &Path) -> Self {
        Self { folder: folder.map_or_else(|| state.join("sealed"), Path::to_owned) }
    }

    /// The file of lines.
    pub fn path(&self) -> PathBuf {
        self.folder.join("record.jsonl")
    }

    /// Marks a seal as spent, durably. False when it was before.
    pub fn spend(&self, id: &SealedOverrideId) -> Result<bool> {
        let spent = self.folder.join("spent");
        fs::create_dir_all(&spent)
            .with_context(|| format!("failed to make {}", spent.display()))?;
        let mark = match File::create_new(spent.join(id.as_str())) {
            Ok(mark) => mark,
            Err(e) if e.kind() == ErrorKind::AlreadyExists => return Ok(false),
            Err(e) => return Err(e).context("failed to mark the sealed override as used"),
        };
        mark.sync_all().context("failed to mark the sealed override as used")?;
        sync_folder(&spent)?;
        sync_folder(&self.folder)?;
        Ok(true)
    }

    /// Adds a line, durably; gives its digest.
    pub fn append(&self, at: Timestamp, entry: Entry) -> Result<Digest> {
        self.try_append(at, entry)
            .with_context(|| format!("failed to write the record at {}", self.path().display()))
    }

    fn try_append(&self, at: Timestamp, entry: Entry) -> Result<Digest> {
        fs::create_dir_all(&self.folder)?;
        let mut file = OpenOptions::new().append(true).create(true).open(self.path())?;
        file.lock()?;
        let previous = self.lines()?.last().map(|line| Digest::of(line.as_bytes()));
        let line = serde_json::to_string(&Line { previous, at, entry })?;
        file.write_all(format!("{line}\n").as_bytes())?;
        file.sync_all()?;
        sync_folder(&self.folder)?;
        Ok(Digest::of(line.as_bytes()))
    }

    /// All lines; none when there is no record.
    pub fn lines(&self) -> Result<Vec<String>> {
        match fs::read_to_string(self.path()) {
            Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(e) => Err(e).with_context(|| format!("failed to read {}", self.path().display())),
        }
    }

    /// Remembers that so many lines were told.
    pub fn told(&self, lines: usize) -> Result<()> {
        let path = self.folder.join("told");
        system::write_private(&path, &lines.to_string())
            .with_context(|| format!("failed to write {}", path.display()))
    }

    /// Whether there are lines that were not told. What can't be read was not.
    pub fn has_untold(&self) -> bool {
        let told = fs::read_to_string(self.folder.join("told")).unwrap_or_default();
        let told: usize = told.trim().parse().unwrap_or(0);
        self.lines().map_or(true, |lines| lines.len() > told)
    }
}

/// A new name in a folder is durable once the folder is.
fn sync_folder(folder: &Path) -> Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::sealed::{Ended, Record};

    use super::*;

    fn ended() -> Entry {
        Entry::Ended(Ended {
            of: Digest::of(b"a line"),
            outcome: domain::change::DeploymentOutcome::Failed,
            exit_code: None,
        })
    }

    #[test]
    fn g03_a_seal_is_spent_once_on_this_machine() {
        let folder = tempfile::tempdir().unwrap();
        let record = LocalRecord::new(Some(folder.path()), Path::new("/nonexistent"));
        let id = SealedOverrideId::new(Timestamp::UNIX_EPOCH, [1; 10]);
        assert!(record.spend(&id).unwrap());
        assert!(!record.spend(&id).unwrap());
        assert!(record.spend(&SealedOverrideId::new(Timestamp::UNIX_EPOCH, [2; 10])).unwrap());
    }

    #[test]
    fn g03_every_line_names_the_one_before_it_until_all_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let record = LocalRecord::new(Some(folder.path()), Path::new("/nonexistent"));
        assert!(!record.has_untold());
        let first = record.append(Timestamp::UNIX_EPOCH, ended()).unwrap();
        record.append(Timestamp::UNIX_EPOCH, ended()).unwrap();
        let lines = record.lines().unwrap();
        let second: Line = serde_json::from_str(&lines[1]).unwrap();
        assert_eq!(second.previous, Some(first));
        // They end what never began, which shows.
        assert!(!Record::read(lines.iter().map(String::as_str)).intact);
        assert!(record.has_untold());
        record.told(lines.len()).unwrap();
        assert!(!record.has_untold());
    }
}
