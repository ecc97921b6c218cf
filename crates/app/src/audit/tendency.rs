//! What past deployments say of risk, for people who write policy (M3.4). Nothing is recorded.

use domain::change::ChangeType;
use domain::detect::{BASELINE, PERIOD, Record};
use domain::organisation::Directory;
use domain::risk_history::{Group, RiskHistory, risk_history};

use crate::{App, AppError};

/// So many days back deployments count.
pub const RISK_HISTORY_DAYS: i64 = (PERIOD.as_hours() + BASELINE.as_hours()) / 24;

impl App {
    /// How often deployments failed in the last [`RISK_HISTORY_DAYS`], by group, and what is proposed.
    ///
    /// # Errors
    /// The journal can't be read.
    pub async fn risk_history(&self) -> Result<RiskHistory, AppError> {
        let followed = self.followed().await?;
        let live = self.live();
        let look = move || {
            let of_change = |record: &Record| {
                let groups = groups(record, &live.directory);
                let ended = record.ended.iter();
                ended.map(|ended| (groups.clone(), ended.failed)).collect::<Vec<_>>()
            };
            risk_history(followed.records.iter().flat_map(|(_, record)| of_change(record)))
        };
        tokio::task::spawn_blocking(look).await.map_err(AppError::damaged)
    }
}

fn groups(record: &Record, directory: &Directory) -> Vec<Group> {
    let domain = directory.service(&record.service).and_then(|s| s.domain.clone());
    let template = record.template.clone().filter(|_| record.kind == ChangeType::Standard);
    let always = [Group::Service(record.service.clone()), Group::Kind(record.kind.into())];
    let some = domain.map(Group::Domain).into_iter().chain(template.map(Group::Template));
    always.into_iter().chain(some).collect()
}
