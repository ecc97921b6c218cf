//! Votes that their voters signed: each signature is checked against the statement that its entry
//! says, by a key that was registered for the voter before and not removed.
//!
//! Entries are read once more in log order, and only of a log in which anybody signs. That an entry is
//! as it was signed for is the business of [`super::scan`].

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use signing::{Proof, PublicKey, VoteStatement};

use super::files::Buffer;
use super::glance::{describe, glance};
use super::problem::{EntryRange, Fault, Problem};
use crate::tile::{Entries, TILE_WIDTH, TileId};

const KEY_ADDED: &[u8] = b"signing_key_added";
const KEY_REMOVED: &[u8] = b"signing_key_removed";
const ASSESSED: &[u8] = b"change_assessed";
const VOTED: &[u8] = b"vote_recorded";

/// The mark of a signature, and of the wish for one. Its quotes can't stand inside a string.
const MARK: &[u8] = br#""signature":"#;

/// Finds out whether anybody signs in a log.
pub(super) struct SignatureMark(memchr::memmem::Finder<'static>);

impl SignatureMark {
    pub(super) fn new() -> Self {
        Self(memchr::memmem::Finder::new(MARK))
    }

    #[inline]
    pub(super) fn is_in(&self, kind: &[u8], leaf: &[u8]) -> bool {
        kind == KEY_ADDED || (kind == VOTED || kind == ASSESSED) && self.0.find(leaf).is_some()
    }
}

/// A vote with its signature, as an entry holds them.
#[derive(Debug, Clone)]
pub struct SignedVote {
    /// The entry.
    pub index: u64,
    /// What was signed.
    pub statement: VoteStatement,
    /// The key, as registered.
    pub public_key: PublicKey,
    /// The signature.
    pub proof: Proof,
}

/// What the signatures of a log came to.
#[derive(Debug, Default)]
pub(super) struct SignedFindings {
    pub votes: Vec<SignedVote>,
    pub problems: Vec<Problem>,
}

struct Key {
    person: String,
    public_key: PublicKey,
    removed: bool,
}

/// The members of a vote that its statement repeats.
#[derive(Deserialize)]
struct Vote {
    person: String,
    revision: u32,
    revision_digest: String,
    decision: String,
    #[serde(default)]
    meaning: Option<String>,
    #[serde(default)]
    on_behalf_of: Option<OnBehalfOf>,
    #[serde(default)]
    informed: Option<Informed>,
    #[serde(default)]
    signature: Option<Signature>,
}

#[derive(Deserialize)]
struct OnBehalfOf {
    person: String,
}

#[derive(Deserialize)]
struct Informed {
    shown: String,
}

#[derive(Deserialize)]
struct Signature {
    key: String,
    public_key: PublicKey,
    nonce: String,
    issued_at: String,
    proof: Proof,
}

/// Reads the entries of an export in order.
pub(super) fn check(dir: &Path, size: u64) -> SignedFindings {
    let mut reading = Reading::default();
    let mut buffer = Buffer::default();
    for index in 0..size.div_ceil(TILE_WIDTH) {
        let Some(tile) = TileId::in_tree(0, index, size) else { break };
        // What can't be read is a problem of the scan already.
        let Ok(bundle) = buffer.bundle(dir, tile) else { continue };
        let entries = Entries::new(bundle).map_while(Result::ok).take(usize::from(tile.width));
        for (index, leaf) in (tile.first_hash()..).zip(entries) {
            if let Err(why) = reading.entry(index, leaf) {
                let fault = Fault::Signature(why);
                let one = EntryRange::one(index);
                let problem = Problem::at(one, tile.entries_path(), fault);
                reading.found.problems.push(problem.describe(describe(leaf)));
            }
        }
    }
    reading.found
}

#[derive(Default)]
struct Reading {
    keys: HashMap<String, Key>,
    /// Streams of changes whose approvals have to be signed, as last assessed.
    wanted: HashMap<Vec<u8>, bool>,
    found: SignedFindings,
}

impl Reading {
    fn entry(&mut self, index: u64, leaf: &[u8]) -> Result<(), String> {
        let Some(seen) = glance(leaf) else { return Ok(()) };
        match seen.kind {
            KEY_ADDED => self.key_added(leaf),
            KEY_REMOVED => self.key_removed(leaf),
            ASSESSED => {
                let wants = data(leaf)?.pointer("/step_up/signature") == Some(&Value::Bool(true));
                if wants || self.wanted.contains_key(seen.stream) {
                    self.wanted.insert(seen.stream.to_vec(), wants);
                }
                Ok(())
            }
            VOTED => self.vote(index, seen.stream, leaf),
            _ => Ok(()),
        }
    }

    fn key_added(&mut self, leaf: &[u8]) -> Result<(), String> {
        let data = data(leaf)?;
        let text = |name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
        let (Some(id), Some(person)) = (text("id"), text("person")) else {
            return Err("the key can't be read".to_owned());
        };
        let public_key = text("public_key").and_then(|key| key.parse().ok());
        let public_key = public_key.ok_or("the key can't be read")?;
        self.keys.insert(id, Key { person, public_key, removed: false });
        Ok(())
    }

    fn key_removed(&mut self, leaf: &[u8]) -> Result<(), String> {
        let data = data(leaf)?;
        if let Some(key) = data.get("key").and_then(Value::as_str)
            && let Some(known) = self.keys.get_mut(key)
        {
            known.removed = true;
        }
        Ok(())
    }

    fn vote(&mut self, index: u64, stream: &[u8], leaf: &[u8]) -> Result<(), String> {
        let wanted = self.wanted.get(stream).copied().unwrap_or_default();
        if !wanted && memchr::memmem::find(leaf, MARK).is_none() {
            return Ok(());
        }
        let vote: Vote = serde_json::from_value(data(leaf)?)
            .map_err(|error| format!("the vote can't be read: {error}"))?;
        let Some(signature) = vote.signature else {
            if wanted && vote.decision == "approve" {
                let why = "policy asked for the voter's signature, and the approval has none";
                return Err(why.to_owned());
            }
            return Ok(());
        };
        let known = self.keys.get(&signature.key).filter(|k| k.person == vote.person);
        let known = known.filter(|k| k.public_key == signature.public_key);
        match known {
            None => return Err("its key was not registered for the voter".to_owned()),
            Some(key) if key.removed => return Err("its key had been removed".to_owned()),
            Some(_) => {}
        }
        let change = stream.strip_prefix(b"change/").unwrap_or(stream);
        let statement = VoteStatement {
            change: String::from_utf8_lossy(change).into_owned(),
            revision: vote.revision,
            revision_digest: vote.revision_digest,
            decision: vote.decision,
            meaning: vote.meaning,
            person: vote.person,
            on_behalf_of: vote.on_behalf_of.map(|o| o.person),
            shown: vote.informed.map(|i| i.shown),
            nonce: signature.nonce,
            issued_at: signature.issued_at,
        };
        let bytes = statement.bytes().map_err(|error| error.to_string())?;
        let checked = signature.proof.check(&bytes, &signature.public_key);
        checked.map_err(|error| format!("failed to {error}"))?;
        let (public_key, proof) = (signature.public_key, signature.proof);
        self.found.votes.push(SignedVote { index, statement, public_key, proof });
        Ok(())
    }
}

fn data(leaf: &[u8]) -> Result<Value, String> {
    let mut leaf: Value = serde_json::from_slice(leaf).map_err(|error| error.to_string())?;
    leaf.get_mut("data").map(Value::take).ok_or_else(|| "it has no data".to_owned())
}
