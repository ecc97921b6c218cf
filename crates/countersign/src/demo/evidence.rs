//! Handing in the evidence that policy will ask for.

use anyhow::Result;
use app::principal::Principal;
use jiff::Timestamp;
use policy::Assessed;

use super::World;
use super::wish::Wish;

/// Puts evidence made at `made` into a wish, and says who must ask for the change so that it counts:
/// the machine whose word policy hears, or else `requester`.
///
/// # Errors
/// The wish is malformed.
pub fn supply(
    world: &World<'_>,
    wish: &mut Wish,
    requester: &Principal,
    made: Timestamp,
) -> Result<Principal> {
    let mut by = requester.clone();
    wish.evidence.clear();
    let assessed = world.app.explain_material(requester, wish.material()?, None)?;
    let Assessed::Assessed { assessment, .. } = assessed else { return Ok(by) };
    for wanted in assessment.evidence.iter().filter(|e| !e.kind.starts_with("deployment:")) {
        wish.evidence.push((wanted.kind.clone(), made));
        let heard = wanted.issuers.iter().find_map(|name| world.cast.machine(name).ok());
        if let Some(machine) = heard {
            by = machine.principal.clone();
        }
    }
    Ok(by)
}
