//! Changes that ask for the same: the same artifacts into the same environment of the same service (G10).

use std::collections::{BTreeMap, BTreeSet};

use domain::change::{Change, Digest};
use domain::ids::{ChangeId, ChangeNumber, EnvironmentName, ServiceName};

use crate::{App, AppError};

/// What two changes that ask for the same have in common.
type Target = (ServiceName, EnvironmentName, BTreeSet<Digest>);

/// The other changes that ask for the same, by change.
pub type Duplicates = BTreeMap<ChangeId, Vec<ChangeNumber>>;

impl App {
    /// Which of these changes that are not over ask for the same as others of them. Two reads, however
    /// many they are.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn duplicates_among(&self, ids: &[ChangeId]) -> Result<Duplicates, AppError> {
        let mut groups: BTreeMap<Target, Vec<(ChangeId, ChangeNumber)>> = BTreeMap::new();
        for (change, _) in self.load_changes(ids).await? {
            if let Some(target) = target(&change) {
                groups.entry(target).or_default().push((change.id.clone(), change.number));
            }
        }
        let mut found = Duplicates::new();
        for group in groups.into_values().filter(|group| group.len() > 1) {
            for (id, own) in &group {
                let others = group.iter().map(|(_, number)| *number).filter(|n| n != own);
                found.insert(id.clone(), others.collect());
            }
        }
        Ok(found)
    }
}

/// What an open change would put where; `None` for one that is over or names no artifact.
fn target(change: &Change) -> Option<Target> {
    let material = &change.revision().material;
    let artifacts: BTreeSet<Digest> = material.digests().into_iter().cloned().collect();
    let open = !change.state.is_final() && change.deployments.is_empty() && !artifacts.is_empty();
    open.then(|| (material.service.clone(), material.environment.clone(), artifacts))
}
