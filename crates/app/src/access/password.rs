//! Password hashing: Argon2id, off the async threads, a few at a time.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use domain::private::Secret;
use domain::refusal::Refusal;

use crate::{App, AppError};

const LENGTH_MIN: usize = 12;
const LENGTH_MAX: usize = 512;

impl App {
    /// Hashes a new password.
    ///
    /// # Errors
    /// It is too short or too long.
    pub async fn hash_password(&self, password: &str) -> Result<Secret, AppError> {
        if !(LENGTH_MIN..=LENGTH_MAX).contains(&password.len()) {
            return Err(Refusal::field("password", "use 12 to 512 bytes").into());
        }
        let salt = self.ports.random::<16>();
        let password = password.to_owned();
        self.blocking(move || {
            let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
            hash.map(|h| Secret::new(h.to_string())).map_err(AppError::damaged)
        })
        .await?
    }

    /// Whether this is the password of an account; false for one that has none.
    ///
    /// # Errors
    /// Hashing was interrupted.
    pub async fn is_password_of(
        &self,
        account: &domain::ids::AccountId,
        password: &str,
    ) -> Result<bool, AppError> {
        let live = self.live();
        let hash = live.directory.account(account).and_then(|a| a.password.as_ref());
        self.password_matches(password, hash).await
    }

    /// Whether a password is the one behind a hash. Without a hash it takes as long and is false.
    pub(crate) async fn password_matches(
        &self,
        password: &str,
        hash: Option<&Secret>,
    ) -> Result<bool, AppError> {
        let known = hash.and_then(|h| h.reveal()).map(str::to_owned);
        let password: String = password.chars().take(LENGTH_MAX).collect();
        let salt = self.ports.random::<16>();
        self.blocking(move || match known {
            Some(hash) => PasswordHash::new(&hash)
                .is_ok_and(|h| Argon2::default().verify_password(password.as_bytes(), &h).is_ok()),
            None => {
                let _ = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
                false
            }
        })
        .await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, AppError> {
        let _slot = self.argon2_slots.acquire().await.map_err(AppError::damaged)?;
        tokio::task::spawn_blocking(work).await.map_err(AppError::damaged)
    }
}
