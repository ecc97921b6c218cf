//! Signing the statement of a vote with an SSH key, by `ssh-keygen`: it asks for a passphrase, an
//! agent or a security key by itself, and no private key ever comes near us.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use api_types::signing::{SignatureRequest, VoteStatement, VoteStatementQuery};
use client::Client;

use crate::exit::{Exit, Failure};

/// Namespace of a vote's signature: we sign nothing else, whatever a server says.
const NAMESPACE: &str = "countersign-vote@v1";

/// Asks for the statement of a vote, and signs it.
pub fn sign(
    client: &Client,
    change: &str,
    asked: &VoteStatementQuery,
    key: &Path,
) -> Result<SignatureRequest> {
    let public = public_key(key)?;
    let unsigned = client.vote_statement(change, asked)?;
    check(&unsigned, asked)?;
    let registered = unsigned.keys.iter().find(|k| is_same(&k.public_key, &public));
    let Some(registered) = registered else {
        return Err(Failure::new(Exit::Error, "this key is not registered for you")
            .next(format!("countersign key add {}.pub --name NAME", key.display()))
            .into());
    };
    let ssh = run(
        Command::new("ssh-keygen").args(["-Y", "sign", "-q", "-n", NAMESPACE, "-f"]).arg(key),
        unsigned.statement.as_bytes(),
    )?;
    Ok(SignatureRequest { key: registered.id.clone(), issued_at: unsigned.issued_at, ssh })
}

/// What is signed must be what was asked for, whoever made the statement.
fn check(unsigned: &VoteStatement, asked: &VoteStatementQuery) -> Result<()> {
    let said: serde_json::Value =
        serde_json::from_str(&unsigned.statement).context("failed to read the statement")?;
    let fits = said["type"] == NAMESPACE
        && said["decision"] == asked.decision.as_str()
        && said["revision"] == asked.expected_revision;
    if fits {
        return Ok(());
    }
    let words = "the server asks for a signature on something else than this vote";
    Err(Failure::new(Exit::Error, words).next("don't sign it; tell an admin").into())
}

/// The public half, from the file beside the key where there is one.
fn public_key(key: &Path) -> Result<String> {
    let is_public = key.extension().is_some_and(|e| e == "pub");
    let beside = if is_public { key.into() } else { with_pub(key) };
    if beside.exists() {
        let read = std::fs::read_to_string(&beside);
        return read.with_context(|| format!("failed to read {}", beside.display()));
    }
    run(Command::new("ssh-keygen").args(["-y", "-f"]).arg(key), b"")
}

fn with_pub(key: &Path) -> std::path::PathBuf {
    let mut name = key.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

/// Whether two written keys are the same but for their comments.
fn is_same(one: &str, other: &str) -> bool {
    one.split_ascii_whitespace().take(2).eq(other.split_ascii_whitespace().take(2))
}

fn run(command: &mut Command, input: &[u8]) -> Result<String> {
    let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = started.map_err(|error| {
        Failure::new(Exit::Error, format!("failed to run ssh-keygen: {error}"))
            .next("install OpenSSH, or approve in the console with a passkey")
    })?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(input).context("failed to hand the statement to ssh-keygen")?;
    }
    let output = child.wait_with_output().context("failed to run ssh-keygen")?;
    if !output.status.success() {
        // It said why on standard error, which is the user's.
        return Err(Failure::new(Exit::Error, "ssh-keygen did not sign").into());
    }
    String::from_utf8(output.stdout).context("failed to read the signature")
}

#[cfg(test)]
mod tests {
    use api_types::votes::Decision;

    use super::*;

    fn statement(text: &str) -> VoteStatement {
        VoteStatement {
            statement: text.to_owned(),
            namespace: NAMESPACE.to_owned(),
            issued_at: "2026-11-22T10:00:00.000Z".to_owned().into(),
            keys: Vec::new(),
            required: true,
        }
    }

    #[test]
    fn e08_nothing_is_signed_but_the_vote_that_was_asked_for() {
        let asked = VoteStatementQuery {
            expected_revision: 2,
            decision: Decision::Reject,
            on_behalf_of: None,
        };
        let good = r#"{"type":"countersign-vote@v1","decision":"reject","revision":2}"#;
        assert!(check(&statement(good), &asked).is_ok());
        for bad in [
            r#"{"type":"countersign-vote@v1","decision":"approve","revision":2}"#,
            r#"{"type":"countersign-vote@v1","decision":"reject","revision":3}"#,
            r#"{"type":"git","decision":"reject","revision":2}"#,
            "tree 9c2…",
        ] {
            assert!(check(&statement(bad), &asked).is_err(), "{bad}");
        }
    }

    #[test]
    fn keys_are_compared_without_their_comments() {
        assert!(is_same("ssh-ed25519 AAAA ada@laptop", "ssh-ed25519 AAAA"));
        assert!(!is_same("ssh-ed25519 AAAA", "ssh-ed25519 AAAB"));
    }
}
