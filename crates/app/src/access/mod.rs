//! Who somebody is: signing in, sessions, tokens, and the first admin.

mod authenticate;
mod password;
mod setup;
mod sign_in;
mod tokens;

pub use authenticate::Session;
pub use setup::NewAdmin;
pub use tokens::{IssuedToken, TokenDraft};
