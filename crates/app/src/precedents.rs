//! What people approved before and what went well since: the earlier changes that have to be looked at.

use std::collections::BTreeSet;

use domain::change::{Change, Evidence, Material};
use domain::ids::ChangeId;
use domain::precedent::{APPROVED_BEFORE, approved_before};
use policy::Assessed;

use crate::{App, AppError};

/// So many changes of an artifact are looked at. Where there are more, what the others say is not
/// known, so none is a precedent.
const LOOKED_AT: usize = 50;

/// Whether this evidence is asked for, by what is recorded or by what a bundle says.
pub(crate) fn wanted(change: &Change, assessed: Option<&Assessed>) -> bool {
    let all = change.assessments().chain(assessed.and_then(Assessed::assessment));
    all.flat_map(|a| a.evidence.iter().chain(a.automatic.iter().flat_map(|r| &r.evidence)))
        .any(|needed| needed.kind == APPROVED_BEFORE)
}

impl App {
    /// The evidence there is now.
    pub(crate) async fn approved_before(&self, change: &Change) -> Result<Vec<Evidence>, AppError> {
        let Some(ids) = self.of_same_artifacts(&change.revision().material).await? else {
            return Ok(Vec::new());
        };
        let mut seen = Vec::new();
        for id in ids {
            seen.push(self.load_change(&id).await?.0);
        }
        let seen: Vec<&Change> = seen.iter().map(AsRef::as_ref).collect();
        Ok(approved_before(change, &seen))
    }

    /// Every change that would put one of these artifacts into the same place; `None` if there are more
    /// than are looked at.
    pub(crate) async fn of_same_artifacts(
        &self,
        material: &Material,
    ) -> Result<Option<BTreeSet<ChangeId>>, AppError> {
        let (service, environment) = (material.service.as_str(), material.environment.as_str());
        let mut found = BTreeSet::new();
        for digest in material.digests() {
            let limit = LOOKED_AT + 1;
            let ids = self
                .store
                .changes_for_artifact(service, environment, digest.as_str(), limit)
                .await?;
            if ids.len() > LOOKED_AT {
                return Ok(None);
            }
            found.extend(ids);
        }
        Ok(Some(found))
    }
}
