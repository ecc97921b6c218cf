//! How many changes one requester may ask for in an hour (G10): whoever decides is not to be tired out.

use domain::change::{ChangeType, Material};
use jiff::{SignedDuration, Timestamp};
use store::ChangeFilter;

use crate::principal::Principal;
use crate::{App, AppError};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// A machine asks for so many times as much as a person may.
const MACHINE_TIMES: usize = 10;
const PAGE: usize = 200;

impl App {
    /// Limits how many changes a person may ask for in an hour, and ten times as many a machine. Set once;
    /// without it, and with zero, there is no limit.
    pub fn set_request_limit(&self, per_hour: u32) {
        let _ = self.request_limit.set(per_hour);
    }

    /// Whether somebody may ask for these changes now. An emergency never waits, and is not counted.
    ///
    /// # Errors
    /// They asked for too many within the last hour, or the store does not answer.
    pub(super) async fn check_request_rate<'a>(
        &self,
        principal: &Principal,
        asked: impl IntoIterator<Item = &'a Material>,
    ) -> Result<(), AppError> {
        let emergency = |kind: &ChangeType| matches!(kind, ChangeType::Emergency);
        let new = asked.into_iter().filter(|m| !emergency(&m.kind)).count();
        let per_hour = self.request_limit.get().copied().unwrap_or(0) as usize;
        let times = if principal.actor.person().is_some() { 1 } else { MACHINE_TIMES };
        let limit = per_hour.saturating_mul(times);
        if limit == 0 || new == 0 {
            return Ok(());
        }
        let recent = self.asked_within_an_hour(principal, limit).await?;
        // The last of these has to be an hour old before so many more fit. A set of more than an hour's
        // worth is taken when nothing else was asked for: it could never be handed in otherwise.
        let must_pass = (recent.len() + new).checked_sub(limit + 1);
        let Some(oldest) = must_pass.and_then(|n| recent.iter().rev().nth(n).or(recent.first()))
        else {
            return Ok(());
        };
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let retry_at = oldest.checked_add(HOUR).unwrap_or(Timestamp::MAX);
        let left = retry_at.duration_since(self.ports.now()).as_secs();
        let retry_after = u64::try_from(left).unwrap_or(0) + 1;
        Err(AppError::TooManyRequests { limit, retry_at, retry_after })
    }

    /// When they asked for changes within the last hour, the latest first, up to so many.
    async fn asked_within_an_hour(
        &self,
        principal: &Principal,
        most: usize,
    ) -> Result<Vec<Timestamp>, AppError> {
        let since = self.ports.now().checked_sub(HOUR).unwrap_or(Timestamp::MIN);
        let mut filter = ChangeFilter {
            requester: Some(principal.actor.principal().to_owned()),
            limit: most.min(PAGE),
            ..ChangeFilter::default()
        };
        let mut found = Vec::new();
        loop {
            let page = self.store.changes(&filter).await?;
            filter.before_number = page.items.last().map(|row| row.number.0);
            let old = page.items.last().is_none_or(|row| row.created_at <= since);
            let counted =
                page.items.iter().filter(|r| r.created_at > since && r.kind != "emergency");
            found.extend(counted.map(|row| row.created_at));
            if old || !page.more || found.len() >= most {
                return Ok(found);
            }
        }
    }
}
