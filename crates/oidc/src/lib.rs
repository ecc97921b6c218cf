//! OpenID Connect: the adapter behind [`app::access::IdentityProvider`].
//!
//! Ring 3. Code flow with PKCE (RFC 7636), discovery, rotating keys, ID tokens and back-channel logout
//! tokens. It verifies what a provider says and decides nothing about people: whose account a subject
//! is, and whether they may come in, is the use case's. Token rules are pure and in [`token`]; nothing
//! a token names as a place of keys is ever fetched.
#![deny(missing_docs)]

mod http;
pub mod keys;
mod metadata;
mod provider;
pub mod token;

pub use provider::{ClientSettings, Provider};
