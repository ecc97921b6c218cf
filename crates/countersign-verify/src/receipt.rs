//! The check of a single receipt.

use std::fs;

use anyhow::Context as _;
use ledger::Receipt;

use crate::args::{ReceiptArgs, read_key};
use crate::human::Style;
use crate::{PROBLEM, VERIFIED, say};

pub fn run(args: &ReceiptArgs) -> anyhow::Result<u8> {
    let key = read_key(&args.key)?;
    let text = fs::read_to_string(&args.receipt)
        .with_context(|| format!("read the receipt `{}`", args.receipt.display()))?;
    let leaf = fs::read(&args.leaf)
        .with_context(|| format!("read the entry `{}`", args.leaf.display()))?;
    let receipt =
        parse(&text).with_context(|| format!("read the receipt `{}`", args.receipt.display()))?;
    let verdict = receipt.verify(&leaf, &key).map_err(anyhow::Error::new);
    let (verified, what) = match &verdict {
        Ok(checkpoint) => (
            true,
            format!(
                "the entry is number {} of the log {}, in the tree of {} entries that {key} signed",
                receipt.index, checkpoint.origin, checkpoint.size
            ),
        ),
        Err(error) => (false, format!("the receipt does not prove this entry: {error:#}")),
    };
    if args.json {
        let result = serde_json::json!({
            "verified": verified, "index": receipt.index, "text": what,
            "size": verdict.as_ref().ok().map(|checkpoint| checkpoint.size),
        });
        say(&format!("{result}\n"));
    } else {
        say(&Style::of_terminal().line(verified, &what));
    }
    Ok(if verified { VERIFIED } else { PROBLEM })
}

/// JSON, or the C2SP text form.
fn parse(text: &str) -> anyhow::Result<Receipt> {
    if text.starts_with("c2sp.org/") {
        return Ok(Receipt::from_tlog_proof(text)?);
    }
    Ok(serde_json::from_str(text)?)
}
