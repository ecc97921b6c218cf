//! Handing changes in: what policy wants aligned is talked over in a session before.

use anyhow::{Context as _, Result};
use app::change::NewChange;
use app::organisation::AlignmentDraft;
use app::principal::Principal;
use domain::change::{Change, Material};
use domain::duties::Duties;
use domain::ids::ChangeId;
use domain::organisation::AlignmentOutcome;

use super::World;
use super::calendar::minutes;
use super::cast::Character;

/// People beside the chair.
const PARTICIPANTS: usize = 3;

/// Asks for a change and submits it, after a session where policy wants one.
pub async fn hand_in(
    world: &World<'_>,
    requester: &Principal,
    material: Material,
) -> Result<ChangeId> {
    let wanted = wants(world, requester, &material)?;
    let new = NewChange { material, submit: !wanted, supersedes: None };
    let made = world.app.create_change(requester, new).await?.value;
    if wanted {
        align(world, &made).await?;
        world.app.submit_change(requester, &made.id, made.revision().number).await?;
    }
    Ok(made.id.clone())
}

/// Makes a new revision and submits it, after a session of its own where policy wants one.
pub async fn hand_in_again(
    world: &World<'_>,
    requester: &Principal,
    (id, revision): (&ChangeId, u32),
    material: Material,
) -> Result<()> {
    let wanted = wants(world, requester, &material)?;
    let made = world.app.revise_change(requester, id, revision, material, !wanted).await?.value;
    if wanted {
        align(world, &made).await?;
        world.app.submit_change(requester, id, made.revision().number).await?;
    }
    Ok(())
}

fn wants(world: &World<'_>, requester: &Principal, material: &Material) -> Result<bool> {
    let said = world.app.explain_material(requester, material.clone())?;
    Ok(said.assessment().is_some_and(|a| !a.alignment.is_empty()))
}

/// A session with people who had no hand in it, at whose end it is aligned.
async fn align(world: &World<'_>, change: &Change) -> Result<()> {
    let (app, now) = (world.app, world.app.ports().now());
    let people = clean(world, change);
    let (chair, others) = people.split_first().context("nobody is left to lead a session")?;
    let draft = AlignmentDraft {
        title: format!("Alignment on {}", change.number),
        from: now,
        until: minutes(now, 45),
        time_zone: chair.row.zone.to_owned(),
        chair: None,
        participants: others.iter().take(PARTICIPANTS).map(|c| c.person.clone()).collect(),
        agenda: vec![change.id.clone()],
    };
    let chair = chair.principal();
    let session = app.open_alignment(&chair, &draft).await?.value.opened.id;
    let words = "Order of the steps, the way back and who watches are agreed.";
    let of = (&session, &change.id);
    app.conclude_alignment(&chair, of, AlignmentOutcome::Aligned, words).await?;
    app.close_alignment(&chair, &session).await?;
    Ok(())
}

fn clean<'w>(world: &'w World<'_>, change: &Change) -> Vec<&'w Character> {
    let live = world.app.live();
    let duties = Duties::of(change, &live.directory);
    let now = world.app.ports().now();
    let may = |c: &&Character| {
        live.directory.may_open_alignment(&c.person) && duties.hands_of(&c.person, now).is_empty()
    };
    world.cast.people().iter().filter(may).collect()
}
