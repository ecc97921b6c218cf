//! Deciding as somebody of the demo would: informed first, where policy wants it.

use anyhow::Result;
use app::App;
use app::change::VoteDraft;
use app::principal::Principal;
use domain::change::VoteDecision;
use domain::ids::ChangeId;

/// Opens the briefing and confirms it before an approval, then votes on the newest revision.
///
/// # Errors
/// They are not asked, or the store does not answer.
pub async fn cast(
    app: &App,
    principal: &Principal,
    id: &ChangeId,
    decision: VoteDecision,
    words: &str,
) -> Result<()> {
    if decision == VoteDecision::Approve {
        let briefing = app.briefing(principal, id).await?.briefing;
        let sentences = briefing.asks.iter().filter(|ask| ask.acknowledgement.is_some());
        let roles: Vec<_> = sentences.map(|ask| ask.role.clone()).collect();
        if !roles.is_empty() {
            let shown = app.open_briefing(principal, id).await?.value.shown;
            app.acknowledge_briefing(principal, id, &shown, &roles).await?;
        }
    }
    let revision = app.load_change(id).await?.0.revision().number;
    let draft = VoteDraft {
        expected_revision: revision,
        decision,
        justification: words.to_owned(),
        on_behalf_of: None,
        signature: None,
    };
    app.record_vote(principal, id, &draft).await?;
    Ok(())
}
