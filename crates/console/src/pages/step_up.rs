//! Proving again who one is. Posts to `/step-up`, and with a passkey to
//! `/step-up/passkey`.

use askama::Template;

use super::signing_keys::Ceremony;
use crate::filters;
use crate::view::{Layout, Link};

/// The page that asks for proof.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/step_up.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// Whether their account has a password here.
    pub has_password: bool,
    /// What their passkeys answer, when they have one here.
    pub passkey: Option<Ceremony>,
    /// Identity providers they have an account at.
    pub providers: Vec<Link>,
    /// Where to go afterwards; a path on this site.
    pub next: String,
    /// Why it did not work.
    pub error: Option<String>,
}
