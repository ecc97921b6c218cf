//! Raising bursts of approvals that nobody can have read (C18).

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::actor::Actor;
use domain::change::Change;
use domain::detect::{RapidBurst, rapid_bursts};
use domain::ids::{ChangeId, ChangeNumber, FindingId};
use domain::organisation::{FINDING_DUE, Finding, FindingKind, OrganisationEvent};
use jiff::{SignedDuration, Timestamp};
use store::Stream;

use super::raise::{fact, listed};
use crate::journal::OrganisationPlan;
use crate::{App, AppError, Live};

/// So far back bursts are looked for: a node that was down for a week misses none.
const LOOKED_BACK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// So many changes are named.
const NAMED: usize = 20;

impl App {
    /// Raises each burst of rapid approvals that is not raised yet, and tells who answers for it. Returns
    /// how many. Nothing is taken back by it: the approvals count.
    ///
    /// # Errors
    /// The store does not answer; the same is found again next time.
    pub async fn raise_rapid_approvals(&self) -> Result<usize, AppError> {
        let since = self.ports.now().checked_sub(LOOKED_BACK).unwrap_or(Timestamp::MIN);
        let followed = self.followed().await?;
        let look = move || rapid_bursts(followed.records(), since);
        let bursts = tokio::task::spawn_blocking(look).await.map_err(AppError::damaged)?;
        let mut changes = BTreeMap::new();
        for (id, _) in bursts.iter().filter_map(|burst| burst.changes.last()) {
            changes.insert(id.clone(), self.recent_change(id).await?.0);
        }
        let plan = |live: &Live, now| Ok(self.plan_rapid(&bursts, &changes, (live, now)));
        Ok(self.organisation_action(&Actor::System, plan).await?.value)
    }

    fn plan_rapid(
        &self,
        bursts: &[RapidBurst],
        changes: &BTreeMap<ChangeId, Arc<Change>>,
        (live, now): (&Live, Timestamp),
    ) -> OrganisationPlan<usize> {
        let (kind, directory) = (FindingKind::RapidApprovals, &live.directory);
        let is_new = |burst: &&RapidBurst| {
            !directory.has_finding_since(kind, &burst.person.to_string(), burst.from)
        };
        let found = bursts.iter().filter(is_new).filter_map(|burst| {
            let id = FindingId::new(now, self.ports.random());
            finding(burst, id, live, now)
        });
        // Of one person one at a time: the first, whose follow-up looks at the others as well.
        let mut findings: BTreeMap<String, Finding> = BTreeMap::new();
        for finding in found {
            findings.entry(finding.about.clone()).or_insert(finding);
        }
        let told = findings.values().filter_map(|f| Some((f, changes.get(&f.change.0)?)));
        let told = told.flat_map(|(f, change)| self.tell_of_finding(f, change, &Actor::System));
        let (writes, value) = (told.collect(), findings.len());
        let raised = findings.into_values();
        let raised = raised.map(|f| OrganisationEvent::FindingRaised(Box::new(f)));
        let events = raised.map(|event| (Stream::organisation(), event.into())).collect();
        OrganisationPlan { events, writes, value }
    }
}

fn finding(burst: &RapidBurst, id: FindingId, live: &Live, now: Timestamp) -> Option<Finding> {
    let kind = FindingKind::RapidApprovals;
    let count = burst.changes.len();
    let took = burst.until.duration_since(burst.from).as_secs();
    let named: Vec<ChangeNumber> = burst.changes.iter().take(NAMED).map(|(_, n)| *n).collect();
    let at = |time: Timestamp| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    Some(Finding {
        id,
        kind,
        about: burst.person.to_string(),
        service: burst.service.clone(),
        environment: burst.environment.clone(),
        change: burst.changes.last()?.clone(),
        code: kind.as_str().to_owned(),
        evidence: vec![
            fact("observed", &format!("{count} changes were approved within {took} seconds")),
            fact("expected", "at least 20 seconds to read each"),
            fact("from", &at(burst.from)),
            fact("until", &at(burst.until)),
            fact("changes", &listed(&named)),
        ],
        subject: Some(burst.person.clone()),
        owner: live.directory.finding_owner_but(&burst.service, Some(&burst.person)),
        raised_at: now,
        due_at: now.checked_add(FINDING_DUE).unwrap_or(now),
    })
}
