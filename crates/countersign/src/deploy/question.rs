//! The arguments that say what would be deployed, and the question they make.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use api_types::gate::GateQuestion;
use clap::Args;

use super::artifact::{Artifact, ArtifactArg};
use crate::exit::Failure;

/// What would be deployed, and where.
#[derive(Debug, Clone, Args)]
pub struct TargetArgs {
    /// The service
    #[arg(long, value_name = "NAME")]
    pub service: String,
    /// The environment
    #[arg(long, value_name = "NAME")]
    pub environment: String,
    /// What would be deployed: a file, NAME=FILE, or NAME@sha256:… (repeat for several)
    #[arg(long = "artifact", value_name = "ARTIFACT")]
    pub artifacts: Vec<ArtifactArg>,
    /// A parameter that steers the deployment (repeat for several)
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    pub parameters: Vec<(String, String)>,
    /// Digest of the plan that would be applied
    #[arg(long, value_name = "DIGEST")]
    pub plan: Option<String>,
    /// Serial of the state the plan was made against
    #[arg(long, value_name = "TEXT", requires = "plan")]
    pub state_serial: Option<String>,
}

/// How the answer is got.
#[derive(Debug, Clone, Args)]
pub struct AskArgs {
    /// The change it leans on; found by target and artifacts when left out
    #[arg(long, value_name = "CHG")]
    pub change: Option<String>,
    /// Pinned key of the log, to verify the grant with [env: COUNTERSIGN_LEDGER_KEY]
    #[arg(long, value_name = "VKEY")]
    pub key: Option<String>,
    /// A saved grant to fall back on when the server can't be reached
    #[arg(long, value_name = "FILE")]
    pub grant: Option<PathBuf>,
    /// Where to save the grant with its proof
    #[arg(long, value_name = "FILE")]
    pub save_grant: Option<PathBuf>,
    /// Take the answer of a sandbox, in which nothing is real; refused without this
    #[arg(long)]
    pub sandbox: bool,
}

/// `NAME=VALUE`.
pub fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

/// `30m`, `1h30m`, `90s`; `0` is none.
pub fn duration(text: &str) -> Result<jiff::SignedDuration, String> {
    if text == "0" {
        return Ok(jiff::SignedDuration::ZERO);
    }
    match text.parse::<jiff::SignedDuration>() {
        Ok(length) if !length.is_negative() => Ok(length),
        _ => Err("write a time like 30m, 1h30m or 90s".to_owned()),
    }
}

/// Pairs as a map; a name given twice is refused.
pub fn map(pairs: &[(String, String)]) -> Result<BTreeMap<String, String>> {
    let mut map = BTreeMap::new();
    for (name, value) in pairs {
        if map.insert(name.clone(), value.clone()).is_some() {
            return Err(Failure::usage(format!("`{name}` is given twice")).into());
        }
    }
    Ok(map)
}

impl TargetArgs {
    /// The question to the gate.
    pub fn question(&self, artifacts: &[Artifact], change: Option<&str>) -> Result<GateQuestion> {
        if artifacts.is_empty() && self.plan.is_none() {
            return Err(Failure::usage("nothing to deploy is named")
                .next("name it: --artifact FILE, --artifact NAME@sha256:…, or --plan DIGEST")
                .into());
        }
        Ok(GateQuestion {
            change: change.map(str::to_owned),
            service: self.service.clone(),
            environment: self.environment.clone(),
            artifacts: artifacts.iter().map(Artifact::asked).collect(),
            parameters: map(&self.parameters)?,
            plan: self.plan.clone(),
            state_serial: self.state_serial.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_people_write_them() {
        for (text, seconds) in [("30m", 1800), ("1h30m", 5400), ("90s", 90), ("0", 0)] {
            assert_eq!(duration(text).map(|d| d.as_secs()), Ok(seconds), "{text}");
        }
        for text in ["", "soon", "-5m", "30"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_parameter_given_twice_is_refused() {
        assert_eq!(pair("a=b=c"), Ok(("a".into(), "b=c".into())));
        assert!(pair("a").is_err() && pair("=b").is_err());
        assert!(map(&[("a".into(), "1".into()), ("a".into(), "2".into())]).is_err());
    }
}
