//! Signatures of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, `v1,` and base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::private::Secret;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// One signature under a secret in the form `whsec_…`.
///
/// # Errors
/// The secret is not one.
pub fn signature(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> Result<String, String> {
    let not_one = || "the secret is no `whsec_…`".to_owned();
    let encoded = secret.strip_prefix("whsec_").ok_or_else(not_one)?;
    let key = STANDARD.decode(encoded).map_err(|_| not_one())?;
    if key.is_empty() {
        return Err(not_one());
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| not_one())?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

/// The signatures under every secret, as they stand in one header: while a secret is rotated there
/// are two, and a receiver accepts either.
pub(super) fn signatures(
    secrets: &[Secret],
    id: &str,
    timestamp: i64,
    body: &[u8],
) -> Result<String, String> {
    let known = secrets.iter().filter_map(Secret::reveal);
    let all: Vec<String> =
        known.map(|secret| signature(secret, id, timestamp, body)).collect::<Result<_, _>>()?;
    if all.is_empty() {
        return Err("there is no secret to sign with".to_owned());
    }
    Ok(all.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the specification and its libraries are tested with.
    #[test]
    fn the_signature_is_the_one_of_the_specification() {
        let signed = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            b"{\"test\": 2432232314}",
        );
        assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn d12_nothing_is_signed_with_an_empty_secret() {
        for bad in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!"] {
            assert!(signature(bad, "msg_1", 1, b"").is_err(), "{bad}");
        }
        assert!(signatures(&[], "msg_1", 1, b"").is_err());
    }
}
