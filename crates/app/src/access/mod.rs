//! Who somebody is: signing in, sessions, tokens, and the first admin.

mod authenticate;
mod feeds;
mod passkey;
mod password;
mod provider;
mod provider_sign_in;
mod setup;
mod sign_in;
mod tokens;

pub use authenticate::Session;
pub use feeds::{FeedDraft, FeedReader};
pub use passkey::PasskeyAnswer;
pub use provider::{
    Flow, Identity, IdentityProvider, ProviderError, ProviderLogout, ProviderSettings, Purpose,
};
pub use provider_sign_in::Callback;
pub use setup::NewAdmin;
pub use tokens::{IssuedToken, TokenDraft};
