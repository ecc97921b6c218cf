//! Whether the people there are can meet what policy asks for. Read-only: nothing is recorded.

use std::sync::Arc;

use policy::Bundle;
use policy::feasibility::{Feasibility, Horizon, feasibility};

use crate::{App, AppError};

/// How far ahead is looked unless somebody says otherwise.
pub const WEEKS: u16 = 3;

impl App {
    /// How the live policy can be met over the coming weeks.
    ///
    /// # Errors
    /// There is no policy, or the look did not come to an end.
    pub async fn policy_feasibility(&self, weeks: u16) -> Result<Feasibility, AppError> {
        let live = self.live();
        let bundle = live.policy.live_bundle().ok_or(AppError::NoPolicy)?;
        self.feasibility_of(Arc::clone(&bundle.bundle), weeks).await
    }

    /// How another bundle could be met by the people there are now.
    ///
    /// # Errors
    /// The look did not come to an end.
    pub async fn feasibility_of(
        &self,
        bundle: Arc<Bundle>,
        weeks: u16,
    ) -> Result<Feasibility, AppError> {
        let live = self.live();
        let horizon = Horizon { from: self.ports.now(), hours: weeks.saturating_mul(7 * 24) };
        let look = move || feasibility(&bundle, &live.directory, horizon);
        tokio::task::spawn_blocking(look)
            .await
            .map_err(|error| AppError::damaged(format_args!("looking at feasibility: {error}")))
    }
}
