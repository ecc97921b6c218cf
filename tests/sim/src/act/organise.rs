//! People leave and come back, roles and groups move, policy gets stricter and weaker again.

use std::collections::BTreeSet;

use app::organisation::RotaDraft;
use app::principal::Principal;
use app::{App, AppError};
use domain::ids::{AccountId, GroupId, PersonId, RotaId};
use domain::organisation::{Handover, RoleBinding, Status};

use super::{Done, Scene};
use crate::cast::{Someone, ZONES};
use crate::chance::Chance;
use crate::rules::{Strictness, files};

/// A change of the organisation or of policy.
#[derive(Debug, Clone)]
pub enum Organise {
    /// Somebody leaves or comes back.
    Person { who: Principal, person: PersonId, status: Status },
    /// An account is disabled or enabled.
    Account { who: Principal, account: AccountId, status: Status },
    /// A role is given.
    Bind { who: Principal, binding: RoleBinding },
    /// A role is taken.
    Unbind { who: Principal, binding: RoleBinding },
    /// A group gets other members.
    Group { who: Principal, group: GroupId, members: BTreeSet<PersonId> },
    /// Who is on call is put on record.
    Rota { who: Principal, draft: Box<RotaDraft> },
    /// A rota is removed.
    RemoveRota { who: Principal, rota: RotaId },
    /// A bundle is proposed.
    Propose { who: Principal, strictness: Strictness },
    /// A proposal becomes live.
    Activate { who: Principal, digest: String },
}

impl Organise {
    /// Does it.
    ///
    /// # Errors
    /// What the use case says.
    pub async fn perform(&self, app: &App) -> Result<Done, AppError> {
        const WHY: &str = "as it happens in a simulation";
        match self {
            Self::Person { who, person, status } => {
                app.set_person_status(who, person, *status).await?;
            }
            Self::Account { who, account, status } => {
                app.set_account_status(who, account, *status).await?;
            }
            Self::Bind { who, binding } => app.bind_role(who, binding.clone()).await?,
            Self::Unbind { who, binding } => app.unbind_role(who, binding.clone()).await?,
            Self::Group { who, group, members } => {
                app.put_group(who, Some(group.clone()), "Security", members.clone()).await?;
            }
            Self::Rota { who, draft } => {
                app.put_rota(who, (**draft).clone()).await?;
            }
            Self::RemoveRota { who, rota } => app.remove_rota(who, rota).await?,
            Self::Propose { who, strictness } => {
                return Ok(app.propose_policy(who, files(*strictness), WHY).await?.into());
            }
            Self::Activate { who, digest } => {
                return Ok(app.activate_policy(who, digest, WHY).await?.into());
            }
        }
        Ok(Done::default())
    }
}

/// Who holds a role takes turns in it, somewhere; now and then a rota goes.
#[must_use]
pub fn on_call(scene: &Scene<'_>, chance: &mut Chance) -> Option<Organise> {
    let who = scene.cast.admin.principal.clone();
    let organisation = &scene.model.organisation;
    let known: Vec<&String> = organisation.rotas.keys().collect();
    let rota = chance.one_of(&known).and_then(|id| id.parse().ok());
    if chance.once_in(3) {
        return Some(Organise::RemoveRota { who, rota: rota? });
    }
    let (role, scope) = *chance.one_of(&[
        ("service-owner", "organisation"),
        ("service-owner", "domain:shop"),
        ("release-manager", "domain:finance"),
        ("release-manager", "organisation"),
        ("security", "organisation"),
        ("operations", "organisation"),
    ])?;
    let holds =
        |p: &&Someone| organisation.bindings_of(p.person.as_str()).iter().any(|b| b.0 == role);
    let holders: Vec<&Someone> = scene.cast.people.iter().filter(holds).collect();
    let people = (0..3).filter_map(|_| chance.one_of(&holders).map(|p| p.person.clone())).collect();
    let zone = *chance.one_of(&ZONES)?;
    let first = scene.now.in_tz(zone).ok()?.date().at(9, 0, 0, 0);
    let draft = RotaDraft {
        // Now and then it takes the place of another.
        id: rota.filter(|_| chance.once_in(4)),
        name: format!("{role} on call"),
        role: role.parse().ok()?,
        scope: scope.parse().ok()?,
        time_zone: zone.to_owned(),
        first: if chance.once_in(4) {
            first
        } else {
            first.checked_sub(jiff::Span::new().days(3)).ok()?
        },
        handover: Handover::Days(if chance.once_in(3) { 7 } else { 1 }),
        people,
        hours: None,
    };
    Some(Organise::Rota { who, draft: Box::new(draft) })
}
