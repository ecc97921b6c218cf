//! Sign-in with a local account, or at an identity provider. Posts to `/sign-in`.

use askama::Template;

use crate::filters;
use crate::view::{Layout, Link};

/// The sign-in page.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/sign_in.html")]
pub struct Page {
    /// The frame; its `user` is `None`.
    pub layout: Layout,
    /// What was typed before.
    pub user_name: String,
    /// Why it did not work.
    pub error: Option<String>,
    /// Where to go after signing in; a path on this site.
    pub next: String,
    /// Identity providers, by what people call them.
    pub providers: Vec<Link>,
    /// Accounts to try, in a demo organisation only.
    pub demo_accounts: Vec<DemoAccount>,
}

/// An account of the demo organisation.
#[derive(Debug, Clone, Default)]
pub struct DemoAccount {
    /// Whose it is.
    pub person: String,
    /// What they are there to show, e.g. "owner of checkout".
    pub role: String,
    /// What to type.
    pub user_name: String,
    /// What to type.
    pub password: String,
}
