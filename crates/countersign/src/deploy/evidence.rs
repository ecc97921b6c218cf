//! Evidence files: what machines say about an artifact, as JSON.

use std::path::Path;

use anyhow::{Context as _, Result};
use api_types::material::EvidenceRequest;

use crate::exit::Failure;

/// Reads a file that holds one piece of evidence, or a list of them.
pub fn read(path: &Path) -> Result<Vec<EvidenceRequest>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("failed to read {}", path.display()))?;
    let one = serde_json::from_str::<EvidenceRequest>(&text).map(|one| vec![one]);
    one.or_else(|_| serde_json::from_str(&text)).map_err(|e| {
        Failure::usage(format!("{} is not evidence: {e}", path.display()))
            .next(r#"write {"kind":"tests","subject":"sha256:…","issued_at":"…","passed":true}"#)
            .into()
    })
}
