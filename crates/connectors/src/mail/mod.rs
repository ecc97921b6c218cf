//! Mail through an SMTP relay.
//!
//! TLS is the rule: from the start or by STARTTLS, never optional. Without it only a relay on this
//! machine is spoken to, and only if that was asked for. Signing (DKIM) is the relay's business.

mod compose;

use std::time::Duration;

use app::notify::{DeliveryError, Mail, Mailer};
use async_trait::async_trait;
use domain::private::Secret;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

/// For each step with the relay.
const STEP: Duration = Duration::from_secs(15);
/// For a whole mail; less than a delivery may take.
const WHOLE: Duration = Duration::from_secs(50);

/// How the way to the relay is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// TLS after a greeting in plain text; refused if the relay does not offer it.
    StartTls,
    /// TLS from the first byte.
    Implicit,
    /// None; only to a relay on this machine.
    None,
}

/// A relay and how to speak to it.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Its host.
    pub host: String,
    /// Its port; the usual one if nothing is said.
    pub port: Option<u16>,
    /// How the way is protected.
    pub protection: Protection,
    /// User name, if it wants one.
    pub user: Option<String>,
    /// Password, if it wants one.
    pub password: Option<Secret>,
    /// Who mails are from: `Countersign <countersign@example.com>`.
    pub from: String,
    /// A certificate in PEM form to trust beside those of the system.
    pub certificate: Option<Vec<u8>>,
}

/// Settings that can't work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MailSettingsError(String);

/// Sends mail through one relay.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl SmtpMailer {
    /// A mailer for a relay. Nothing is sent yet, and the relay need not be there.
    ///
    /// # Errors
    /// The settings can't work, or would send what must not be read by others over an open way.
    pub fn new(settings: &SmtpSettings) -> Result<Self, MailSettingsError> {
        let bad = |what: &str| MailSettingsError(what.to_owned());
        let from: Mailbox = settings.from.parse().map_err(|_| {
            bad("mail from: write an address, like `Countersign <countersign@example.com>`")
        })?;
        if settings.host.trim().is_empty() {
            return Err(bad("mail host: name the relay"));
        }
        let tls = tls(settings)?;
        let port = settings.port.unwrap_or(match settings.protection {
            Protection::StartTls => 587,
            Protection::Implicit => 465,
            Protection::None => 25,
        });
        let hello = ClientId::Domain(from.email.domain().to_owned());
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.host.as_str())
                .port(port)
                .tls(tls)
                .hello_name(hello)
                .timeout(Some(STEP));
        match (&settings.user, settings.password.as_ref().and_then(Secret::reveal)) {
            (Some(user), Some(password)) if !password.is_empty() => {
                let credentials = Credentials::new(user.clone(), password.to_owned());
                builder = builder.credentials(credentials);
            }
            (None, None) => {}
            _ => return Err(bad("mail user and password: give both, or none")),
        }
        Ok(Self { transport: builder.build(), from })
    }
}

fn tls(settings: &SmtpSettings) -> Result<Tls, MailSettingsError> {
    let loopback = matches!(settings.host.as_str(), "localhost" | "127.0.0.1" | "::1");
    if settings.protection == Protection::None {
        let reason =
            "mail tls: `none` is for a relay on this machine; use `starttls` or `implicit`";
        return if loopback { Ok(Tls::None) } else { Err(MailSettingsError(reason.to_owned())) };
    }
    let refused = |e: lettre::transport::smtp::Error| MailSettingsError(format!("mail tls: {e}"));
    let mut parameters = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.certificate {
        let certificate = Certificate::from_pem(pem).map_err(refused)?;
        parameters = parameters.add_root_certificate(certificate);
    }
    let parameters = parameters.build().map_err(refused)?;
    Ok(match settings.protection {
        Protection::Implicit => Tls::Wrapper(parameters),
        Protection::StartTls | Protection::None => Tls::Required(parameters),
    })
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> Result<(), DeliveryError> {
        let message = compose::message(mail, &self.from)
            .map_err(|reason| DeliveryError::lasting(format!("not a mail: {reason}")))?;
        match tokio::time::timeout(WHOLE, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(failure(&error)),
            Err(_) => Err(DeliveryError::passing("the relay took too long")),
        }
    }
}

/// What a relay's no means. Only a receiver that does not exist won't exist later: a password that is
/// wrong, or a relay that is set up wrongly, is mended by an admin.
fn failure(error: &lettre::transport::smtp::Error) -> DeliveryError {
    let code = error.status().map(|code| code.to_string());
    let lasting = code.as_deref().is_some_and(|c| matches!(c, "550" | "551" | "553"));
    let mut reason = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        reason = format!("{reason}: {cause}");
        source = cause.source();
    }
    DeliveryError { reason, lasting }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(host: &str, protection: Protection) -> SmtpSettings {
        SmtpSettings {
            host: host.to_owned(),
            port: None,
            protection,
            user: None,
            password: None,
            from: "Countersign <countersign@example.com>".to_owned(),
            certificate: None,
        }
    }

    #[test]
    fn a_way_without_tls_is_for_this_machine_only() {
        assert!(SmtpMailer::new(&settings("localhost", Protection::None)).is_ok());
        let refused = SmtpMailer::new(&settings("mail.example.com", Protection::None));
        assert!(refused.err().unwrap().to_string().contains("starttls"));
        assert!(SmtpMailer::new(&settings("mail.example.com", Protection::StartTls)).is_ok());
    }

    #[test]
    fn d12_a_user_without_a_password_is_refused() {
        for password in [None, Some(Secret::new(String::new()))] {
            let user = Some("countersign".to_owned());
            let with = SmtpSettings { user, password, ..settings("localhost", Protection::None) };
            assert!(SmtpMailer::new(&with).is_err());
        }
    }

    #[test]
    fn d13_settings_do_not_show_the_password() {
        let password = Some(Secret::new("hunter2".to_owned()));
        let with = SmtpSettings { password, ..settings("localhost", Protection::None) };
        assert!(!format!("{with:?}").contains("hunter2"));
    }
}
