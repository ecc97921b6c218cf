//! Finding out who can vote now, from the explanation alone, so that any policy can be played.

use anyhow::Result;
use app::App;
use app::change::Explained;
use domain::change::{Change, State};
use domain::ids::{ChangeId, RoleName};
use domain::requirement::Requirement;

use super::cast::{Cast, Character};
use super::chance::Chance;

/// What can happen next to a change that waits.
pub enum Next<'a> {
    /// It needs nobody's vote any more.
    Decided,
    /// This person can vote, in this role.
    Voter(&'a Character, RoleName),
    /// Nobody can bring it further.
    Stuck,
}

/// How a change stands now.
///
/// # Errors
/// It can't be read.
pub async fn look(app: &App, cast: &Cast, id: &ChangeId) -> Result<Explained> {
    let anybody = cast.user(super::organisation::PIPELINE_OWNER)?.principal();
    Ok(app.explain_change(&anybody, id).await?)
}

/// Chooses who votes next. `except` are roles that keep silent.
pub fn next<'a>(
    cast: &'a Cast,
    seen: &Explained,
    except: &[&str],
    chance: &mut Chance,
) -> Next<'a> {
    let change = &seen.facts.change;
    if !matches!(change.state, State::AwaitingApproval { .. }) {
        return Next::Decided;
    }
    let open = open_requirements(seen);
    let silent = |r: &&Requirement| r.roles.iter().all(|role| except.contains(&role.as_str()));
    for requirement in open.iter().filter(|r| !silent(r)) {
        let mut voters = voters(cast, seen, requirement, except);
        // Those whom nothing else waits for go first, so that nobody is used up too early.
        let others =
            |c: &Character| open.iter().filter(|r| role_of(seen, c, r, except).is_some()).count();
        let fewest = voters.iter().map(|(c, _)| others(c)).min();
        voters.retain(|(c, _)| Some(others(c)) == fewest);
        if let Some((character, role)) = chance.pick(&voters) {
            return Next::Voter(character, role.clone());
        }
    }
    Next::Stuck
}

/// Whether somebody is still asked: what policy wants can move with the past of a service, and with time.
pub fn is_asked(seen: &Explained, character: &Character) -> bool {
    seen.facts.votable().iter().any(|r| role_of(seen, character, r, &[]).is_some())
}

/// Requirements that miss somebody, of all decisions that must agree.
fn open_requirements(seen: &Explained) -> Vec<Requirement> {
    let unmet: Vec<&str> =
        seen.decisions().iter().flat_map(|d| &d.unmet).map(String::as_str).collect();
    seen.facts.votable().into_iter().filter(|r| unmet.contains(&r.key.as_str())).collect()
}

fn voters<'a>(
    cast: &'a Cast,
    seen: &Explained,
    requirement: &Requirement,
    except: &[&str],
) -> Vec<(&'a Character, RoleName)> {
    let may = |c: &'a Character| role_of(seen, c, requirement, except).map(|role| (c, role));
    cast.people().iter().filter(|c| !voted(&seen.facts.change, c)).filter_map(may).collect()
}

/// The role in which somebody could answer a requirement.
fn role_of(
    seen: &Explained,
    character: &Character,
    requirement: &Requirement,
    except: &[&str],
) -> Option<RoleName> {
    let directory = &seen.facts.live.directory;
    let only = std::slice::from_ref(requirement);
    let (change, now) = (&seen.facts.change, seen.facts.now);
    let capacities = change.may_vote(&character.person, only, directory, now).ok()?;
    capacities.into_iter().flat_map(|c| c.roles).find(|role| !except.contains(&role.as_str()))
}

fn voted(change: &Change, character: &Character) -> bool {
    change.current_votes().any(|v| v.person == character.person)
}
