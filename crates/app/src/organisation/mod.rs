//! Changing the organisation: people, accounts, groups, roles, services, machine identities.

mod absence_feeds;
mod absences;
mod acceptances;
mod alignments;
mod automation;
mod delegations;
mod deputies;
mod findings;
mod freezes;
mod groups;
mod impact;
mod import_absences;
mod people;
mod provisioning;
mod roles;
mod rotas;
mod service_accounts;
mod services;

pub use absence_feeds::FeedFailures;
pub use absences::AbsenceDraft;
pub use acceptances::AcceptanceDraft;
pub use alignments::{AlignmentDraft, AlignmentTime, ConcernDraft};
pub use automation::LATELY;
pub use delegations::DelegationDraft;
pub use deputies::DeputyDraft;
pub use freezes::FreezeDraft;
pub use impact::Impact;
pub use import_absences::{CalendarDraft, CalendarImport};
pub use people::PersonDraft;
pub use provisioning::{DirectoryGroup, DirectoryPerson, provisioner};
pub use rotas::{CoverDraft, RotaDraft};

use domain::organisation::{OrganisationEvent, access};
use jiff::Timestamp;
use store::{Stream, Write};

use crate::journal::OrganisationPlan;
use crate::principal::Principal;
use crate::{App, AppError, Live};

impl App {
    /// Records what an admin decides about the organisation.
    pub(crate) async fn admin_action<T>(
        &self,
        principal: &Principal,
        action: &'static str,
        decide: impl Fn(&Live) -> Result<(Vec<OrganisationEvent>, Vec<Write>, T), AppError>
        + Send
        + Sync,
    ) -> Result<T, AppError> {
        let recorded = self
            .organisation_action(&principal.actor, |live, _| {
                principal.with_role(access::ADMIN, action, &live.directory)?;
                let (events, writes, value) = decide(live)?;
                let events =
                    events.into_iter().map(|e| (Stream::organisation(), e.into())).collect();
                Ok(OrganisationPlan { events, writes, value })
            })
            .await?;
        Ok(recorded.value)
    }

    /// Records what a person decides about the organisation in their own name.
    pub(crate) async fn person_action(
        &self,
        principal: &Principal,
        decide: impl Fn(&Live, Timestamp) -> Result<OrganisationEvent, AppError> + Send + Sync,
    ) -> Result<(), AppError> {
        self.organisation_action(&principal.actor, |live, now| {
            let events = vec![(Stream::organisation(), decide(live, now)?.into())];
            Ok(OrganisationPlan { events, writes: Vec::new(), value: () })
        })
        .await
        .map(|_| ())
    }

    /// Records events of the organisation without asking who: for imports at first start.
    ///
    /// # Errors
    /// People are there already, or the store does not answer.
    pub async fn import_organisation(
        &self,
        events: Vec<OrganisationEvent>,
    ) -> Result<(), AppError> {
        self.organisation_action(&domain::actor::Actor::System, |live, _| {
            if live.directory.people().next().is_some() {
                return Err(domain::refusal::Refusal::Exists {
                    entity: "organisation",
                    id: live.directory.name().to_owned(),
                }
                .into());
            }
            let events =
                events.iter().map(|e| (Stream::organisation(), e.clone().into())).collect();
            Ok(OrganisationPlan { events, writes: Vec::new(), value: () })
        })
        .await
        .map(|_| ())
    }
}
