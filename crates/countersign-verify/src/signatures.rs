//! Signed votes in files, so that other tools can check them too.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context as _;
use ledger::export_dir::SignedVote;
use ledger::signing::{NAMESPACE, Proof};

/// Writes each vote's statement and signature, and who may sign with which SSH key.
///
/// ```text
/// 17.json            what was signed, byte for byte (entry 17)
/// 17.sig             its SSH signature; or
/// 17.passkey.json    its WebAuthn assertion, with the public key
/// allowed_signers    for `ssh-keygen -Y verify`
/// ```
pub fn write(out: &Path, votes: &[SignedVote]) -> anyhow::Result<()> {
    std::fs::create_dir(out).with_context(|| format!("make the new folder `{}`", out.display()))?;
    let mut signers = BTreeSet::new();
    for vote in votes {
        let index = vote.index;
        file(out, &format!("{index}.json"), &vote.statement.bytes()?)?;
        match &vote.proof {
            Proof::Ssh { signature } => {
                file(out, &format!("{index}.sig"), signature.as_bytes())?;
                let (person, key) = (&vote.statement.person, &vote.public_key);
                signers.insert(format!("{person} namespaces=\"{NAMESPACE}\" {key}\n"));
            }
            Proof::Passkey(proof) => {
                let whole = serde_json::json!({ "public_key": vote.public_key, "proof": proof });
                file(out, &format!("{index}.passkey.json"), format!("{whole:#}\n").as_bytes())?;
            }
        }
    }
    let signers: String = signers.into_iter().collect();
    file(out, "allowed_signers", signers.as_bytes())
}

fn file(out: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let path = out.join(name);
    std::fs::write(&path, bytes).with_context(|| format!("write `{}`", path.display()))
}
