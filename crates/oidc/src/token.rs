//! What makes an ID token (OIDC Core 3.1.3.7) or a logout token (Back-Channel Logout 2.6) hold.
//!
//! Pure: token, keys and time in, claims or a typed no out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jsonwebtoken::{Validation, decode, decode_header};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::keys::KeySet;

/// Clocks may differ by this many seconds.
const SKEW: i64 = 60;
/// A logout token is of no use after this many seconds.
const LOGOUT_AGE: i64 = 300;
const TOKEN_MAX: usize = 64 * 1024;
/// OIDC Core 2: a subject has at most 255 characters.
const SUBJECT_MAX: usize = 255;
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Why a token does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is no signed token with the claims it must have.
    #[error("the token can't be read: {0}")]
    Malformed(String),
    /// Its algorithm is none that we take: `none`, or one with a shared secret.
    #[error("the token's algorithm `{0}` is not allowed")]
    Algorithm(String),
    /// It is a token for something else.
    #[error("the token is of type `{0}`")]
    Type(String),
    /// No key of the provider can have signed it.
    #[error("no key of the provider can have signed the token")]
    UnknownKey,
    /// The signature is wrong.
    #[error("the token's signature is wrong")]
    Signature,
    /// Somebody else issued it.
    #[error("the token is issued by somebody else")]
    Issuer,
    /// It was made for somebody else.
    #[error("the token is meant for somebody else")]
    Audience,
    /// It is over, or its times make no sense.
    #[error("the token is not valid at this time")]
    Time,
    /// It answers another request.
    #[error("the token answers another request")]
    Nonce,
    /// It names nobody.
    #[error("the token names nobody")]
    Subject,
    /// It says nothing of a logout.
    #[error("the token says nothing of a logout")]
    Event,
}

/// Who must have issued a token, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The issuer, exactly.
    pub issuer: &'a str,
    /// Our client id.
    pub client: &'a str,
    /// When it is checked.
    pub now: Timestamp,
}

/// The claims of an ID token that we use.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct IdClaims {
    /// The subject.
    pub sub: String,
    /// When they last signed in, seconds.
    #[serde(default)]
    pub auth_time: Option<i64>,
    /// Context class.
    #[serde(default)]
    pub acr: Option<String>,
    /// Methods.
    #[serde(default)]
    pub amr: Vec<String>,
    /// The provider's session.
    #[serde(default)]
    pub sid: Option<String>,
    /// What to call them.
    #[serde(default)]
    pub name: Option<String>,
    /// What they call themselves there.
    #[serde(default)]
    pub preferred_username: Option<String>,
    #[serde(default)]
    nonce: Option<String>,
    exp: i64,
    iat: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    events: Option<serde_json::Value>,
    #[serde(flatten)]
    addressed: Addressed,
}

/// The claims of a logout token.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LogoutClaims {
    /// Everything of this subject.
    #[serde(default)]
    pub sub: Option<String>,
    /// Or this session.
    #[serde(default)]
    pub sid: Option<String>,
    iat: i64,
    #[serde(default)]
    exp: Option<i64>,
    #[serde(default)]
    nonce: Option<serde_json::Value>,
    #[serde(default)]
    events: BTreeMap<String, serde_json::Value>,
    #[serde(flatten)]
    addressed: Addressed,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Addressed {
    iss: String,
    aud: Audience,
    #[serde(default)]
    azp: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Reads an ID token that answers the request with this nonce.
///
/// # Errors
/// It does not hold.
pub fn id_token(
    token: &str,
    keys: &KeySet,
    expected: Expected<'_>,
    nonce: &str,
) -> Result<IdClaims, TokenError> {
    let claims: IdClaims = verified(token, keys, &["JWT"])?;
    check_addressed(&claims.addressed, expected)?;
    if claims.events.is_some() {
        return Err(TokenError::Type("logout".to_owned()));
    }
    let now = expected.now.as_second();
    let begun = claims.iat <= now + SKEW && claims.nbf.is_none_or(|nbf| nbf <= now + SKEW);
    if !begun || claims.exp + SKEW <= now || claims.exp <= claims.iat - SKEW {
        return Err(TokenError::Time);
    }
    if claims.nonce.as_deref() != Some(nonce) {
        return Err(TokenError::Nonce);
    }
    if claims.sub.is_empty() || claims.sub.len() > SUBJECT_MAX {
        return Err(TokenError::Subject);
    }
    Ok(claims)
}

/// Reads a logout token.
///
/// # Errors
/// It does not hold.
pub fn logout_token(
    token: &str,
    keys: &KeySet,
    expected: Expected<'_>,
) -> Result<LogoutClaims, TokenError> {
    // Older providers send `JWT`; the event, and no nonce, tell it from an ID token all the same.
    let claims: LogoutClaims = verified(token, keys, &["logout+jwt", "JWT"])?;
    check_addressed(&claims.addressed, expected)?;
    if !claims.events.get(LOGOUT_EVENT).is_some_and(serde_json::Value::is_object) {
        return Err(TokenError::Event);
    }
    if claims.nonce.is_some() {
        return Err(TokenError::Nonce);
    }
    let now = expected.now.as_second();
    let fresh = claims.iat <= now + SKEW && now <= claims.iat + LOGOUT_AGE;
    if !fresh || claims.exp.is_some_and(|exp| exp + SKEW <= now) {
        return Err(TokenError::Time);
    }
    let named = |text: &Option<String>| text.as_ref().is_some_and(|t| !t.is_empty());
    if !named(&claims.sub) && !named(&claims.sid) {
        return Err(TokenError::Subject);
    }
    Ok(claims)
}

fn check_addressed(claims: &Addressed, expected: Expected<'_>) -> Result<(), TokenError> {
    if claims.iss != expected.issuer {
        return Err(TokenError::Issuer);
    }
    let party = claims.azp.as_deref();
    let ours = match &claims.aud {
        Audience::One(one) => one == expected.client,
        // Several audiences are a token for us only when we are named as who asked for it.
        Audience::Many(many) => {
            many.iter().any(|a| a == expected.client) && (many.len() == 1 || party.is_some())
        }
    };
    if !ours || party.is_some_and(|azp| azp != expected.client) {
        return Err(TokenError::Audience);
    }
    Ok(())
}

/// The claims of a token whose signature, algorithm and type hold. Claims are the caller's to check.
fn verified<T: DeserializeOwned>(
    token: &str,
    keys: &KeySet,
    types: &[&str],
) -> Result<T, TokenError> {
    if token.len() > TOKEN_MAX {
        return Err(TokenError::Malformed("it is too long".to_owned()));
    }
    let header = decode_header(token).map_err(|_| unreadable_header(token))?;
    if header.crit.is_some() || header.zip.is_some() || header.enc.is_some() {
        return Err(TokenError::Malformed("it asks for what we don't know".to_owned()));
    }
    let kind = header.typ.as_deref().map(|t| t.strip_prefix("application/").unwrap_or(t));
    if let Some(kind) = kind.filter(|kind| !types.iter().any(|t| t.eq_ignore_ascii_case(kind))) {
        return Err(TokenError::Type(kind.chars().take(60).collect()));
    }
    let key = keys.find(&header)?;
    let mut validation = Validation::new(header.alg);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    match decode::<T>(token, &key, &validation) {
        Ok(data) => Ok(data.claims),
        Err(error) => Err(match error.kind() {
            jsonwebtoken::errors::ErrorKind::Json(error) => {
                TokenError::Malformed(error.to_string())
            }
            _ => TokenError::Signature,
        }),
    }
}

/// `none` and unknown algorithms don't parse; they are named as what they are.
fn unreadable_header(token: &str) -> TokenError {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let header = token.split('.').next().unwrap_or_default();
    let header: Option<serde_json::Value> =
        URL_SAFE_NO_PAD.decode(header).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let algorithm = header.as_ref().and_then(|h| h["alg"].as_str());
    match algorithm {
        Some(algorithm) => TokenError::Algorithm(algorithm.chars().take(20).collect()),
        None => TokenError::Malformed("it has no header".to_owned()),
    }
}
