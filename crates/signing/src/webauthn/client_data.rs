//! What the browser says of the ceremony (section 5.8.1).

use serde::Deserialize;

use crate::encoding::read_base64url;
use crate::proof::SignatureError;

/// Far more than browsers write.
pub(super) const SIZE_MAX: usize = 4_096;

/// Members that matter. Browsers may add others, and do (section 5.8.1.1), so others are let be.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

/// Checks type, challenge and origin, and that no other site framed the page.
pub(super) fn check(
    bytes: &[u8],
    kind: &str,
    challenge: &[u8],
    origin: &str,
) -> Result<(), SignatureError> {
    if bytes.len() > SIZE_MAX {
        return Err(SignatureError::Form);
    }
    let data: ClientData = serde_json::from_slice(bytes).map_err(|_| SignatureError::Form)?;
    if data.r#type != kind {
        return Err(SignatureError::Type);
    }
    if read_base64url(&data.challenge).is_none_or(|found| found != challenge) {
        return Err(SignatureError::Challenge);
    }
    if data.origin != origin || data.cross_origin {
        return Err(SignatureError::Origin);
    }
    Ok(())
}
