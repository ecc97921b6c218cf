//! What leaves the server beside its own pages: the mail relay, and hosts opened for webhooks.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use app::notify::Channels;
use clap::Args;
use connectors::calendar::HttpCalendars;
use connectors::mail::{Protection, SmtpMailer, SmtpSettings};
use connectors::webhook::{HttpPoster, Targets};
use domain::private::Secret;
use serde::Deserialize;

/// Flags about mail and webhooks. In the file, those of mail stand in the table `[mail]`.
#[derive(Debug, Clone, Default, Args)]
pub struct OutletArgs {
    /// Relay that mail is sent through; no mail without it
    #[arg(long, value_name = "HOST", env = "COUNTERSIGN_MAIL_HOST")]
    pub mail_host: Option<String>,
    /// Port of the relay [default: 587, 465 with implicit TLS, 25 without TLS]
    #[arg(long, value_name = "PORT", env = "COUNTERSIGN_MAIL_PORT")]
    pub mail_port: Option<u16>,
    /// TLS to the relay: starttls, implicit, or none (on this machine only) [default: starttls]
    #[arg(long, value_name = "HOW", env = "COUNTERSIGN_MAIL_TLS")]
    pub mail_tls: Option<MailTls>,
    /// User name at the relay
    #[arg(long, value_name = "NAME", env = "COUNTERSIGN_MAIL_USER")]
    pub mail_user: Option<String>,
    /// File with the password at the relay; or COUNTERSIGN_MAIL_PASSWORD holds it
    #[arg(long, value_name = "FILE", env = "COUNTERSIGN_MAIL_PASSWORD_FILE")]
    pub mail_password_file: Option<PathBuf>,
    /// Who mails are from: "Countersign <countersign@example.com>"
    #[arg(long, value_name = "ADDRESS", env = "COUNTERSIGN_MAIL_FROM")]
    pub mail_from: Option<String>,
    /// Certificate (PEM) to trust at the relay, beside those of the system
    #[arg(long, value_name = "FILE", env = "COUNTERSIGN_MAIL_CERTIFICATE_FILE")]
    pub mail_certificate_file: Option<PathBuf>,
    /// Hosts of webhooks that may be in a private network and without TLS, comma-separated
    #[arg(long, value_name = "HOST", env = "COUNTERSIGN_WEBHOOK_HOSTS", value_delimiter = ',')]
    pub webhook_hosts: Option<Vec<String>>,
}

/// TLS to the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum MailTls {
    /// After a greeting in plain text.
    #[value(name = "starttls")]
    #[serde(rename = "starttls")]
    StartTls,
    /// From the first byte.
    Implicit,
    /// None; to a relay on this machine.
    None,
}

/// The table `[mail]` of the settings file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailFile {
    host: Option<String>,
    port: Option<u16>,
    tls: Option<MailTls>,
    user: Option<String>,
    password_file: Option<PathBuf>,
    from: Option<String>,
    certificate_file: Option<PathBuf>,
}

/// What is settled.
#[derive(Debug, Clone, Default)]
pub struct OutletSettings {
    /// The relay, if mail is to be sent.
    pub mail: Option<SmtpSettings>,
    /// Hosts that are opened for webhooks.
    pub webhook_hosts: Vec<String>,
}

/// Name, environment variable, default, meaning: as in `server_settings`.
pub const REFERENCE: [(&str, &str, &str, &str); 9] = [
    (
        "mail.host",
        "COUNTERSIGN_MAIL_HOST",
        "none: no mail",
        "Relay (SMTP) that mail is sent through",
    ),
    ("mail.port", "COUNTERSIGN_MAIL_PORT", "587; 465 with `implicit`; 25 with `none`", "Its port"),
    (
        "mail.tls",
        "COUNTERSIGN_MAIL_TLS",
        "`starttls`",
        "`starttls`, `implicit`, or `none`: for a relay on this machine only",
    ),
    ("mail.user", "COUNTERSIGN_MAIL_USER", "none", "User name at the relay"),
    (
        "mail.password_file",
        "COUNTERSIGN_MAIL_PASSWORD_FILE",
        "none",
        "File with the password at the relay",
    ),
    ("", "COUNTERSIGN_MAIL_PASSWORD", "none", "The password itself; environment only"),
    ("mail.from", "COUNTERSIGN_MAIL_FROM", "needed for mail", "Who mails are from"),
    (
        "mail.certificate_file",
        "COUNTERSIGN_MAIL_CERTIFICATE_FILE",
        "none",
        "Certificate (PEM) to trust at the relay, beside those of the system",
    ),
    (
        "webhook_hosts",
        "COUNTERSIGN_WEBHOOK_HOSTS",
        "none",
        "Hosts of webhooks that may be in a private network and without TLS",
    ),
];

impl OutletSettings {
    /// Settles what leaves the server.
    ///
    /// # Errors
    /// A file can't be read, or mail is half set up.
    pub fn settle(
        args: &OutletArgs,
        file: Option<MailFile>,
        hosts: Option<Vec<String>>,
    ) -> anyhow::Result<Self> {
        let file = file.unwrap_or_default();
        let webhook_hosts = args.webhook_hosts.clone().or(hosts).unwrap_or_default();
        let Some(host) = args.mail_host.clone().or(file.host) else {
            return Ok(Self { mail: None, webhook_hosts });
        };
        let Some(from) = args.mail_from.clone().or(file.from) else {
            bail!("mail from: say who mails are from, with `--mail-from` or `from` in `[mail]`");
        };
        let password = match args.mail_password_file.clone().or(file.password_file) {
            Some(path) => Some(read(&path, "mail password file")?),
            None => std::env::var("COUNTERSIGN_MAIL_PASSWORD").ok(),
        };
        let certificate = match args.mail_certificate_file.clone().or(file.certificate_file) {
            Some(path) => Some(read(&path, "mail certificate file")?.into_bytes()),
            None => None,
        };
        let protection = match args.mail_tls.or(file.tls).unwrap_or(MailTls::StartTls) {
            MailTls::StartTls => Protection::StartTls,
            MailTls::Implicit => Protection::Implicit,
            MailTls::None => Protection::None,
        };
        let mail = SmtpSettings {
            host,
            port: args.mail_port.or(file.port),
            protection,
            user: args.mail_user.clone().or(file.user),
            password: password.map(|text| Secret::new(text.trim_end().to_owned())),
            from,
            certificate,
        };
        Ok(Self { mail: Some(mail), webhook_hosts })
    }

    /// The channels, ready to be used. Nothing is sent by this.
    ///
    /// # Errors
    /// A setting can't work.
    pub fn channels(&self) -> anyhow::Result<Channels> {
        let mut channels = Channels::default();
        if let Some(mail) = &self.mail {
            channels.mail = Some(Arc::new(SmtpMailer::new(mail)?));
        }
        // Admins name webhooks, and anybody a calendar of theirs: what is opened for those is not for these.
        let calendars = HttpCalendars::new(Targets::default());
        let calendars = calendars.map_err(|reason| anyhow!("calendars: {reason}"))?;
        channels.calendars = Some(Arc::new(calendars));
        let targets = Targets::opening(self.webhook_hosts.iter().cloned());
        let poster = HttpPoster::new(targets).map_err(|reason| anyhow!("webhooks: {reason}"))?;
        channels.webhooks = Some(Arc::new(poster));
        Ok(channels)
    }
}

fn read(path: &std::path::Path, what: &str) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("{what}: failed to read `{}`", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settle(text: &str) -> anyhow::Result<OutletSettings> {
        let file: MailFile = toml::from_str(text)?;
        OutletSettings::settle(&OutletArgs::default(), Some(file), None)
    }

    #[test]
    fn mail_is_off_until_a_relay_is_named() {
        assert!(settle("").unwrap().mail.is_none());
        assert!(settle("host = 'relay.example'").unwrap_err().to_string().contains("mail from"));
        let mail = settle("host = 'relay.example'\nfrom = 'c@example.com'").unwrap().mail.unwrap();
        assert_eq!((mail.host.as_str(), mail.protection), ("relay.example", Protection::StartTls));
    }

    #[test]
    fn d12_d13_a_password_is_read_from_its_file_and_not_shown() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("password");
        fs::write(&path, "correct horse\n").unwrap();
        let text = |path: &str| {
            format!(
                "host = 'relay.example'\nfrom = 'c@example.com'\nuser = 'c'\npassword_file = '{path}'"
            )
        };
        let settings = settle(&text(&path.display().to_string())).unwrap();
        assert!(!format!("{settings:?}").contains("horse"));
        assert!(settings.channels().is_ok());
        fs::write(&path, "\n").unwrap();
        let empty = settle(&text(&path.display().to_string())).unwrap();
        assert!(empty.channels().is_err(), "an empty password is refused at the start");
        assert!(settle(&text("/nowhere/at/all")).is_err());
    }
}
