//! Witnesses of the log in the settings: who they are, how many must agree, and how far they may be
//! behind.

use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, bail};
use app::ledger::{WitnessPort, Witnessing};
use clap::Args;
use connectors::witness::HttpWitness;
use ledger::WitnessKey;
use serde::Deserialize;

const EVERY_SECONDS: u32 = 60;
const MAX_LAG_MINUTES: u32 = 15;
const MOST: usize = 16;

/// Flags about witnesses. In the file, each witness is a table `[[witness]]`.
#[derive(Debug, Clone, Default, Args)]
pub struct WitnessArgs {
    /// Witness of the log, as its verifier key and URL: "name+id+key https://host"; repeatable
    #[arg(
        long = "witness",
        value_name = "KEY URL",
        env = "COUNTERSIGN_WITNESSES",
        value_delimiter = ','
    )]
    pub witnesses: Option<Vec<String>>,
    /// How many witnesses must have seen an entry [default: all]
    #[arg(long, value_name = "K", env = "COUNTERSIGN_WITNESS_QUORUM")]
    pub witness_quorum: Option<usize>,
    /// Seconds between two offers of the log to a witness [default: 60]
    #[arg(long, value_name = "SECONDS", env = "COUNTERSIGN_WITNESS_EVERY_SECONDS")]
    pub witness_every_seconds: Option<u32>,
    /// Minutes that witnesses may be behind before deployments into T4 wait [default: 15]
    #[arg(long, value_name = "MINUTES", env = "COUNTERSIGN_WITNESS_MAX_LAG_MINUTES")]
    pub witness_max_lag_minutes: Option<u32>,
}

/// One `[[witness]]` table of the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessText {
    key: String,
    url: String,
}

/// What the file says of witnesses.
#[derive(Debug, Default)]
pub struct WitnessFile {
    /// The tables.
    pub witnesses: Vec<WitnessText>,
    /// `witness_quorum`
    pub quorum: Option<usize>,
    /// `witness_every_seconds`
    pub every_seconds: Option<u32>,
    /// `witness_max_lag_minutes`
    pub max_lag_minutes: Option<u32>,
}

/// What is settled.
#[derive(Debug, Clone)]
pub struct WitnessSettings {
    witnesses: Vec<(WitnessKey, String)>,
    quorum: usize,
    every_seconds: u32,
    max_lag_minutes: u32,
}

/// Name, environment variable, default, meaning: as in `server_settings`.
pub const REFERENCE: [(&str, &str, &str, &str); 4] = [
    (
        "witness",
        "COUNTERSIGN_WITNESSES",
        "none",
        "Witnesses of the log, each a table `[[witness]]` with `key` and `url`; in flag and environment \
         `KEY URL`, comma-separated",
    ),
    (
        "witness_quorum",
        "COUNTERSIGN_WITNESS_QUORUM",
        "all of them",
        "How many of them must have seen an entry",
    ),
    (
        "witness_every_seconds",
        "COUNTERSIGN_WITNESS_EVERY_SECONDS",
        "60",
        "Seconds between two offers of the log to a witness",
    ),
    (
        "witness_max_lag_minutes",
        "COUNTERSIGN_WITNESS_MAX_LAG_MINUTES",
        "15",
        "Minutes that witnesses may be behind before deployments into T4 wait",
    ),
];

impl WitnessSettings {
    /// Settles which witnesses there are.
    ///
    /// # Errors
    /// A setting says something that can't be.
    pub fn settle(args: &WitnessArgs, file: WitnessFile) -> Result<Self> {
        let given = match &args.witnesses {
            Some(given) => given.iter().map(|text| split(text)).collect::<Result<_>>()?,
            None => file.witnesses,
        };
        let mut witnesses: Vec<(WitnessKey, String)> = Vec::new();
        for WitnessText { key, url } in given {
            let parsed = WitnessKey::parse(key.trim())
                .with_context(|| format!("witness key: failed to use `{key}`"))?;
            HttpWitness::new(&url).map_err(|why| anyhow!("witness url `{url}`: {why}"))?;
            if witnesses.iter().any(|(other, _)| other.name() == parsed.name()) {
                bail!("witness key: two witnesses have the name `{}`", parsed.name());
            }
            witnesses.push((parsed, url));
        }
        let known = witnesses.len();
        if known > MOST {
            bail!("witness: name at most {MOST}, not {known}");
        }
        let quorum = args.witness_quorum.or(file.quorum);
        if let Some(quorum) = quorum
            && !(1..=known).contains(&quorum)
        {
            bail!(
                "witness_quorum: {quorum} of {known} witnesses can't be; use 1 to {known}, or name more"
            );
        }
        let positive = |name: &str, value: Option<u32>, default| match value.unwrap_or(default) {
            0 => Err(anyhow!("{name}: use 1 or more")),
            value => Ok(value),
        };
        let every = args.witness_every_seconds.or(file.every_seconds);
        let lag = args.witness_max_lag_minutes.or(file.max_lag_minutes);
        Ok(Self {
            witnesses,
            quorum: quorum.unwrap_or(known),
            every_seconds: positive("witness_every_seconds", every, EVERY_SECONDS)?,
            max_lag_minutes: positive("witness_max_lag_minutes", lag, MAX_LAG_MINUTES)?,
        })
    }

    /// The witnesses, ready to be asked. Nothing is sent by this.
    ///
    /// # Errors
    /// A URL can't be called.
    pub fn witnessing(&self) -> Result<Witnessing> {
        let witness = |(key, url): &(WitnessKey, String)| {
            let port =
                HttpWitness::new(url).map_err(|why| anyhow!("witness url `{url}`: {why}"))?;
            Ok((key.clone(), Arc::new(port) as Arc<dyn WitnessPort>))
        };
        Ok(Witnessing {
            witnesses: self.witnesses.iter().map(witness).collect::<Result<_>>()?,
            quorum: self.quorum,
            max_lag_minutes: self.max_lag_minutes,
            every_seconds: self.every_seconds,
        })
    }
}

fn split(text: &str) -> Result<WitnessText> {
    let parts = text.trim().split_once(' ').map(|(key, url)| (key, url.trim()));
    let (key, url) = parts
        .with_context(|| format!("witness: write `{text}` as key and URL with a space between"))?;
    Ok(WitnessText { key: key.to_owned(), url: url.to_owned() })
}

#[cfg(test)]
mod tests {
    use ledger::cosignature::WitnessSigningKey;

    use super::*;

    fn key(n: u8) -> String {
        let key = WitnessSigningKey::from_seed(&format!("w{n}.example"), &[n; 32]).unwrap();
        key.verifier().to_string()
    }

    fn settle(witnesses: &[String], quorum: Option<usize>) -> Result<WitnessSettings> {
        let args = WitnessArgs {
            witnesses: Some(witnesses.to_vec()),
            witness_quorum: quorum,
            ..WitnessArgs::default()
        };
        WitnessSettings::settle(&args, WitnessFile::default())
    }

    #[test]
    fn f07_witnesses_are_named_by_key_and_url_and_all_must_agree_unless_said() {
        let two =
            [format!("{} https://w1.example", key(1)), format!("{} http://127.0.0.1:1", key(2))];
        let settled = settle(&two, None).unwrap();
        assert_eq!((settled.quorum, settled.every_seconds, settled.max_lag_minutes), (2, 60, 15));
        assert_eq!(settle(&two, Some(1)).unwrap().witnessing().unwrap().witnesses.len(), 2);
        assert!(settle(&[], None).unwrap().witnessing().unwrap().witnesses.is_empty());
    }

    #[test]
    fn what_can_not_be_is_refused_with_the_name_of_the_setting() {
        let one = format!("{} https://w1.example", key(1));
        for (witnesses, quorum, named) in [
            (vec![key(1)], None, "witness"),
            (vec![one.clone(), one.clone()], None, "witness key"),
            (vec![format!("{} nowhere", key(1))], None, "witness url"),
            (vec!["w+1+x https://w1.example".to_owned()], None, "witness key"),
            (vec![one.clone()], Some(2), "witness_quorum"),
            (vec![one.clone()], Some(0), "witness_quorum"),
            (vec![], Some(1), "witness_quorum"),
        ] {
            let error = format!("{:#}", settle(&witnesses, quorum).unwrap_err());
            assert!(error.starts_with(named), "{error}");
        }
        let file = WitnessFile { max_lag_minutes: Some(0), ..WitnessFile::default() };
        let error = WitnessSettings::settle(&WitnessArgs::default(), file).unwrap_err().to_string();
        assert!(error.starts_with("witness_max_lag_minutes"), "{error}");
    }
}
