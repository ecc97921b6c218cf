//! The first administrator, made through the one-time link printed at first start. Posts to `/setup/{token}`.

use askama::Template;

use crate::filters;
use crate::view::{FormErrors, Layout};

/// The setup page.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/setup.html")]
pub struct Page {
    /// The frame; its `user` is `None`.
    pub layout: Layout,
    /// The one-time token of the link.
    pub token: String,
    /// What was typed before.
    pub organisation: String,
    /// What was typed before.
    pub name: String,
    /// What was typed before.
    pub user_name: String,
    /// The least length of a password.
    pub password_min: u32,
    /// Fields: `organisation`, `name`, `user_name`, `password`.
    pub errors: FormErrors,
}
