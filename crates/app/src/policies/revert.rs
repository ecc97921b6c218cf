//! Going back in one step: a bundle that was live before is proposed again, and governed as any other.

use domain::organisation::access;
use domain::refusal::Refusal;

use super::{DecidedProposal, PolicyState};
use crate::principal::Principal;
use crate::{App, AppError, Recorded};

impl PolicyState {
    /// The bundle that was live before the live one.
    #[must_use]
    pub fn previous(&self) -> Option<&DecidedProposal> {
        self.once_live().next()
    }

    /// Bundles that were live before the live one, the newest first.
    fn once_live(&self) -> impl Iterator<Item = &DecidedProposal> {
        let live = self.live().map(policy::Bundle::digest);
        let newest = self.decided.iter().rev().filter(|decided| decided.activated);
        newest.map(|decided| &**decided).filter(move |d| Some(d.proposal.digest.as_str()) != live)
    }
}

impl App {
    /// Proposes a bundle again that was live before: the last one, or the one with this digest. It needs
    /// a second person as any proposal does, and waits if it may ask for less than the live one.
    ///
    /// # Errors
    /// No such bundle was live, or it can't be proposed ([`App::propose_policy`]).
    pub async fn revert_policy(
        &self,
        principal: &Principal,
        digest: Option<&str>,
        reason: &str,
    ) -> Result<Recorded<String>, AppError> {
        self.refresh().await?;
        let live = self.live();
        principal.with_role(access::POLICY_AUTHOR, "propose policy", &live.directory)?;
        let wanted = |d: &&DecidedProposal| digest.is_none_or(|digest| d.proposal.digest == digest);
        let Some(found) = live.policy.once_live().find(wanted) else {
            let code = "no_earlier_bundle".to_owned();
            let reason = match digest {
                Some(digest) => format!(
                    "no bundle {digest} was live before the live one; list those that were with \
                     `countersign policy proposals --decided`"
                ),
                None => "no other bundle was live before this one; propose one instead".to_owned(),
            };
            return Err(Refusal::Policy { code, reason }.into());
        };
        self.propose_policy(principal, found.proposal.files.clone(), reason).await
    }
}
