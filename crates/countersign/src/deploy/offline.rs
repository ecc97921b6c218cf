//! Checking a saved grant without the server: proof, key, times, and that it is for exactly this
//! (F02, J01).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result};
use api_types::gate::GateQuestion;
use api_types::grants::GrantWithReceipt;
use base64::Engine as _;
use domain::change::Grant;
use domain::event::{Envelope, GateEvent};
use domain::gate::Answer;
use jiff::{SignedDuration, Timestamp};
use ledger::{Receipt, VerifierKey};

use crate::exit::{Exit, Failure};

/// How far this machine's clock may be off (F02). Said whenever a grant is checked offline.
pub const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// A grant that the log proves and that is in time.
#[derive(Debug)]
pub struct Proven {
    /// The grant, from the leaf.
    pub grant: Grant,
    /// Index of its entry.
    pub index: u64,
    /// Name of the log.
    pub origin: String,
    /// Entries that the checkpoint speaks for.
    pub size: u64,
    /// Whether it is only in time because of the tolerance for clocks.
    pub within_skew: bool,
}

/// Reads a saved grant.
pub fn read(path: &Path) -> Result<GrantWithReceipt> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("failed to read {}", path.display()))?;
    serde_json::from_str(&text).map_err(|e| {
        Failure::usage(format!("{} is not a saved grant: {e}", path.display()))
            .next("save one with: countersign gate … --save-grant FILE")
            .into()
    })
}

/// Reads a pinned key.
pub fn key(text: &str) -> Result<VerifierKey> {
    VerifierKey::parse(text.trim()).map_err(|e| {
        Failure::usage(format!("failed to {e}"))
            .next("the key of a server's log: countersign ledger key")
            .into()
    })
}

pub(super) fn denied(message: impl Into<String>) -> anyhow::Error {
    Failure::new(Exit::Denied, message).into()
}

/// Proves that the grant is an entry of the log with this key; says nothing about time.
pub fn prove(saved: &GrantWithReceipt, key: &VerifierKey) -> Result<Proven> {
    let leaf = base64::engine::general_purpose::STANDARD
        .decode(&saved.leaf_base64)
        .map_err(|_| denied("the grant's leaf is not base64"))?;
    let receipt = serde_json::to_value(&saved.receipt)
        .and_then(serde_json::from_value::<Receipt>)
        .map_err(|e| denied(format!("the grant's receipt can't be read: {e}")))?;
    let checkpoint = receipt.verify(&leaf, key).map_err(|e| {
        refuse_sandbox(&receipt).unwrap_or_else(|| {
            denied(format!("the log does not prove this grant: failed to {}", chain(&e)))
        })
    })?;
    if let Some(refused) = refuse_sandbox(&receipt) {
        return Err(refused);
    }
    let envelope: Envelope<GateEvent> = serde_json::from_slice(&leaf)
        .map_err(|e| denied(format!("the proven entry is not a verdict of the gate: {e}")))?;
    let GateEvent::GateAnswered { answer, grant, .. } = envelope.event;
    let grant = grant
        .filter(|_| answer == Answer::Allow)
        .ok_or_else(|| denied("the proven entry grants nothing"))?;
    Ok(Proven {
        grant: *grant,
        index: receipt.index,
        origin: checkpoint.origin,
        size: checkpoint.size,
        within_skew: false,
    })
}

/// Why a grant of a sandbox is refused, whichever key is pinned: nothing it lets through is real.
pub(super) fn refuse_sandbox(receipt: &Receipt) -> Option<anyhow::Error> {
    let origin = receipt.checkpoint.lines().next().unwrap_or_default();
    app::sandbox::is_sandbox(origin).then(|| {
        let what = format!("this is of the sandbox {origin}, and opens nothing real");
        Failure::new(Exit::Denied, what)
            .next("ask the gate of the real server: countersign gate … --server URL")
            .into()
    })
}

impl Proven {
    /// Checks that the grant holds now, give or take the tolerance for clocks.
    pub fn check_time(mut self, now: Timestamp) -> Result<Self> {
        let grant = &self.grant;
        let mut until = grant.expires_at;
        let mut from = grant.issued_at;
        if let Some(window) = &grant.window {
            until = until.min(window.until);
            from = from.max(window.from);
        }
        if now.duration_since(until) >= SKEW {
            let message = format!("the grant ended at {until:.0}; it is {now:.0} here");
            return Err(Failure::new(Exit::Expired, message)
                .next("ask the gate again: countersign gate …")
                .into());
        }
        if from.duration_since(now) > SKEW {
            return Err(
                Failure::new(Exit::Pending, format!("the grant begins at {from:.0}")).into()
            );
        }
        self.within_skew = now >= until || now < from;
        Ok(self)
    }

    /// Checks that the grant is for exactly what is asked.
    pub fn check_matches(&self, question: &GateQuestion) -> Result<()> {
        let grant = &self.grant;
        let mismatch = |what: &str, granted: String, asked: String| {
            Err(denied(format!(
                "the grant is for another {what}: granted {granted}; asked {asked}"
            )))
        };
        if grant.service.as_str() != question.service
            || grant.environment.as_str() != question.environment
        {
            return mismatch(
                "target",
                format!("{} in {}", grant.service, grant.environment),
                format!("{} in {}", question.service, question.environment),
            );
        }
        let granted: BTreeSet<&str> = grant.artifacts.iter().map(|a| a.digest.as_str()).collect();
        let asked: BTreeSet<&str> = question.artifacts.iter().map(|a| a.digest.as_str()).collect();
        if granted != asked {
            return mismatch("artifact (digest_mismatch)", join(&granted), join(&asked));
        }
        if grant.parameters != question.parameters {
            return mismatch(
                "set of parameters",
                names(&grant.parameters),
                names(&question.parameters),
            );
        }
        let plan = grant.plan.as_ref().map(|p| (p.hash.as_str(), p.state_serial.as_deref()));
        let asked_plan = question.plan.as_deref().map(|p| (p, question.state_serial.as_deref()));
        if plan != asked_plan {
            return mismatch("plan", format!("{plan:?}"), format!("{asked_plan:?}"));
        }
        Ok(())
    }
}

fn join(digests: &BTreeSet<&str>) -> String {
    if digests.is_empty() {
        "none".to_owned()
    } else {
        digests.iter().copied().collect::<Vec<_>>().join(", ")
    }
}

fn names(parameters: &BTreeMap<String, String>) -> String {
    let pairs: Vec<_> = parameters.iter().map(|(n, v)| format!("{n}={v}")).collect();
    if pairs.is_empty() { "none".to_owned() } else { pairs.join(", ") }
}

pub(super) fn chain(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", chain(source)),
        None => error.to_string(),
    }
}

#[cfg(test)]
#[path = "offline_tests.rs"]
mod tests;
