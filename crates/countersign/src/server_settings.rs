//! Settings of the server: flags before environment before file before defaults.
//!
//! One table ([`REFERENCE`]) says what there is; the reference page is made from it.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use serde::Deserialize;

use crate::identity_settings::OidcText;
use crate::outlet_settings::{self, MailFile, OutletArgs, OutletSettings};
use crate::witness_settings::{self, WitnessArgs, WitnessFile, WitnessSettings, WitnessText};

/// Flags of `serve` and `demo`. Each can be given in the environment or the file as well.
#[derive(Debug, Clone, Default, Args)]
pub struct ServerArgs {
    /// Folder for the database, the ledger key and the outside copies of checkpoints
    #[arg(long, value_name = "DIR", env = "COUNTERSIGN_DATA")]
    pub data: Option<PathBuf>,
    /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:8460]
    #[arg(long, value_name = "ADDR:PORT", env = "COUNTERSIGN_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// PostgreSQL instead of the embedded database: postgres://user:password@host/name
    #[arg(long, value_name = "URL", env = "COUNTERSIGN_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// Settings file (TOML) [default: countersign.toml in the data folder, if there]
    #[arg(long, value_name = "FILE", env = "COUNTERSIGN_CONFIG")]
    pub config: Option<PathBuf>,
    /// Where browsers reach the console, when a proxy stands in front: https://host
    #[arg(long, value_name = "URL", env = "COUNTERSIGN_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// What to log: error, warn, info, debug, or a tracing filter [default: info]
    #[arg(long, value_name = "FILTER", env = "COUNTERSIGN_LOG")]
    pub log: Option<String>,
    /// How to log: text or json [default: text]
    #[arg(long, value_name = "FORMAT", env = "COUNTERSIGN_LOG_FORMAT")]
    pub log_format: Option<LogFormat>,
    /// So many changes a person may ask for in an hour, and ten times as many a machine; 0 is no limit.
    /// Emergencies never wait [default: 120]
    #[arg(long, value_name = "N", env = "COUNTERSIGN_REQUESTS_PER_HOUR")]
    pub requests_per_hour: Option<u32>,
    /// Hours between two runs of the drills of policy with the people there are [default: 24]
    #[arg(long, value_name = "HOURS", env = "COUNTERSIGN_DRILLS_EVERY_HOURS")]
    pub drills_every_hours: Option<u32>,
    #[command(flatten)]
    pub outlets: OutletArgs,
    #[command(flatten)]
    pub witnesses: WitnessArgs,
}

/// Nobody asks for a change every half minute for an hour by hand.
const REQUESTS_PER_HOUR: u32 = 120;

/// How log lines look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines: one JSON object a line.
    Json,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    data: Option<PathBuf>,
    listen: Option<SocketAddr>,
    database: Option<String>,
    public_url: Option<String>,
    log: Option<String>,
    log_format: Option<LogFormat>,
    requests_per_hour: Option<u32>,
    drills_every_hours: Option<u32>,
    #[serde(default)]
    oidc: Vec<OidcText>,
    mail: Option<MailFile>,
    webhook_hosts: Option<Vec<String>>,
    #[serde(default)]
    witness: Vec<WitnessText>,
    witness_quorum: Option<usize>,
    witness_every_seconds: Option<u32>,
    witness_max_lag_minutes: Option<u32>,
}

/// What the server runs with.
#[derive(Clone)]
pub struct ServerSettings {
    /// Folder for everything that is not in PostgreSQL.
    pub folder: PathBuf,
    /// Address and port.
    pub listen: SocketAddr,
    /// PostgreSQL URL, if any. Holds a password: never printed.
    pub database: Option<String>,
    /// Where browsers reach the console.
    pub public_url: Option<String>,
    /// Log filter.
    pub log: String,
    /// Log format.
    pub log_format: LogFormat,
    /// So many changes a person may ask for in an hour; 0 is no limit.
    pub requests_per_hour: u32,
    /// Hours between two runs of the drills of policy.
    pub drills_every_hours: u32,
    /// Identity providers. Hold secrets: never printed.
    pub oidc: Vec<OidcText>,
    /// What leaves the server beside its pages.
    pub outlets: OutletSettings,
    /// Who witnesses the log.
    pub witnesses: WitnessSettings,
}

/// Name, environment variable, default, meaning.
pub const REFERENCE: [(&str, &str, &str, &str); 9] = [
    (
        "data",
        "COUNTERSIGN_DATA",
        "`countersign-data` (`countersign-demo` for the demo)",
        "Folder for the embedded database, `ledger.key` and the outside copies of checkpoints",
    ),
    (
        "listen",
        "COUNTERSIGN_LISTEN",
        "`127.0.0.1:8460`",
        "Address and port; port 0 takes a free one",
    ),
    ("database", "COUNTERSIGN_DATABASE", "none: the embedded database", "PostgreSQL URL"),
    (
        "config",
        "COUNTERSIGN_CONFIG",
        "`countersign.toml` in the data folder, if there",
        "Settings file; flag and environment only",
    ),
    (
        "public_url",
        "COUNTERSIGN_PUBLIC_URL",
        "none",
        "Where browsers reach the console behind a proxy; an `https` one makes cookies secure",
    ),
    ("log", "COUNTERSIGN_LOG", "`info`", "`error`, `warn`, `info`, `debug`, or a tracing filter"),
    ("log_format", "COUNTERSIGN_LOG_FORMAT", "`text`", "`text` or `json`"),
    (
        "requests_per_hour",
        "COUNTERSIGN_REQUESTS_PER_HOUR",
        "`120`",
        "So many changes a person may ask for in an hour, and ten times as many a machine; `0` is no limit. \
         Emergencies never wait",
    ),
    (
        "drills_every_hours",
        "COUNTERSIGN_DRILLS_EVERY_HOURS",
        "`24`",
        "Hours between two runs of the drills of policy with the people there are, 1 to 8760",
    ),
];

impl ServerSettings {
    /// Whether browsers come through HTTPS, so that cookies can be kept to it.
    #[must_use]
    pub fn is_behind_https(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// Settles what the server runs with.
    ///
    /// # Errors
    /// The file can't be read or has a key or value that is not known.
    pub fn settle(args: &ServerArgs, default_data: &str) -> anyhow::Result<Self> {
        let file = read_file(args, default_data)?;
        let folder = args.data.clone().or(file.data).unwrap_or_else(|| default_data.into());
        let database = args.database.clone().or(file.database);
        if let Some(url) = &database
            && !(url.starts_with("postgres://") || url.starts_with("postgresql://"))
        {
            bail!(
                "database: use a URL that starts with `postgres://`, or leave it out for the embedded database"
            );
        }
        let witnesses = WitnessFile {
            witnesses: file.witness,
            quorum: file.witness_quorum,
            every_seconds: file.witness_every_seconds,
            max_lag_minutes: file.witness_max_lag_minutes,
        };
        let drills_every_hours = args.drills_every_hours.or(file.drills_every_hours).unwrap_or(24);
        if !(1..=8_760).contains(&drills_every_hours) {
            bail!("drills_every_hours: choose 1 to 8760 hours");
        }
        let default_listen = SocketAddr::from(([127, 0, 0, 1], 8460));
        Ok(Self {
            folder,
            listen: args.listen.or(file.listen).unwrap_or(default_listen),
            database,
            public_url: args.public_url.clone().or(file.public_url),
            log: args.log.clone().or(file.log).unwrap_or_else(|| "info".to_owned()),
            log_format: args.log_format.or(file.log_format).unwrap_or_default(),
            requests_per_hour: args
                .requests_per_hour
                .or(file.requests_per_hour)
                .unwrap_or(REQUESTS_PER_HOUR),
            drills_every_hours,
            oidc: file.oidc,
            outlets: OutletSettings::settle(&args.outlets, file.mail, file.webhook_hosts)?,
            witnesses: WitnessSettings::settle(&args.witnesses, witnesses)?,
        })
    }
}

fn read_file(args: &ServerArgs, default_data: &str) -> anyhow::Result<File> {
    let beside = args.data.clone().unwrap_or_else(|| default_data.into()).join("countersign.toml");
    let path: &Path = match &args.config {
        Some(path) => path,
        None if beside.exists() => &beside,
        None => return Ok(File::default()),
    };
    let text =
        fs::read_to_string(path).with_context(|| format!("failed to read `{}`", path.display()))?;
    read_text(&text).with_context(|| format!("`{}` has an error", path.display()))
}

/// Reads the file's text. The parser's own message would quote the line, and with it a secret.
fn read_text(text: &str) -> anyhow::Result<File> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        anyhow::anyhow!("line {line}: {}", error.message())
    })
}

/// The settings as a Markdown page.
#[must_use]
pub fn reference() -> String {
    let mut page = String::from(
        "# Settings\n\nA flag goes before the environment, the environment before the file, the file \
         before the default. In the file the names are keys of TOML; as flags they are written with \
         dashes (`--public-url`).\n\n| name | environment | default | meaning |\n| --- | --- | --- | --- |\n",
    );
    for (name, variable, default, meaning) in
        REFERENCE.into_iter().chain(outlet_settings::REFERENCE).chain(witness_settings::REFERENCE)
    {
        let name = if name.is_empty() { String::new() } else { format!("`{name}`") };
        page.push_str(&format!("| {name} | `{variable}` | {default} | {meaning} |\n"));
    }
    page.push_str(
        "\n## Identity providers\n\nEach `[[oidc]]` table of the file is an OpenID Connect provider. \
         Register `PUBLIC_URL/sign-in/with/NAME/callback` there as redirect URI and \
         `PUBLIC_URL/sign-in/with/NAME/logout` for back-channel logout. The secret is better given as \
         `COUNTERSIGN_OIDC_NAME_CLIENT_SECRET`.\n\n| key | default | meaning |\n| --- | --- | --- |\n",
    );
    for (key, default, meaning) in crate::identity_settings::REFERENCE {
        page.push_str(&format!("| `{key}` | {default} | {meaning} |\n"));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_go_before_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("c.toml");
        fs::write(&config, "listen = \"127.0.0.1:1\"\nlog = \"debug\"\n").unwrap();
        let listen = Some(SocketAddr::from(([127, 0, 0, 1], 2)));
        let args = ServerArgs { config: Some(config), listen, ..ServerArgs::default() };
        let settings = ServerSettings::settle(&args, "data").unwrap();
        assert_eq!((settings.listen.port(), settings.log.as_str()), (2, "debug"));
    }

    #[test]
    fn m3_5_drills_run_once_a_day_or_as_often_as_settings_say() {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("c.toml");
        let settled = |text: &str, flag: Option<u32>| {
            fs::write(&config, text).unwrap();
            let config = Some(config.clone());
            let args = ServerArgs { config, drills_every_hours: flag, ..ServerArgs::default() };
            ServerSettings::settle(&args, "data").map(|settings| settings.drills_every_hours)
        };
        assert_eq!(settled("", None).unwrap(), 24);
        assert_eq!(settled("drills_every_hours = 6\n", None).unwrap(), 6);
        assert_eq!(settled("drills_every_hours = 6\n", Some(2)).unwrap(), 2, "a flag goes first");
        for wrong in ["drills_every_hours = 0\n", "drills_every_hours = 8761\n"] {
            let error = format!("{:#}", settled(wrong, None).err().unwrap());
            assert!(error.contains("drills_every_hours: choose 1 to 8760 hours"), "{error}");
        }
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("c.toml");
        fs::write(&config, "listn = \"127.0.0.1:1\"\n").unwrap();
        let args = ServerArgs { config: Some(config), ..ServerArgs::default() };
        let error = format!("{:#}", ServerSettings::settle(&args, "data").err().unwrap());
        assert!(error.contains("listn") && error.contains("line 1"), "{error}");
    }

    #[test]
    fn d13_an_error_in_the_file_quotes_no_secret() {
        let text = "log = \"info\"\n[[oidc]]\nclient_secret = hunter2-without-quotes\n";
        let error = format!("{:#}", read_text(text).err().unwrap());
        assert!(error.contains("line 3") && !error.contains("hunter2"), "{error}");
    }
}
