//! One proposal: what it would change, and who may decide.

use app::policies::Proposal;
use axum::extract::Path;
use axum::response::Response;
use console::pages::policy::{Check, DeclineForm, ProposalBallot, ProposalPage};
use console::view::{Badge, Digest, Icon, Section, Tone};
use domain::organisation::access;

use super::super::view::reader::counted;
use super::super::view::{diff, policy as view};
use super::super::visit::Visit;
use crate::error::ApiError;

/// `GET /policy/proposals/{digest}`
pub(in crate::ui) async fn show(visit: Visit, Path(digest): Path<String>) -> Response {
    let made = page(&visit, &digest).await;
    visit.answer(made.map(|page| visit.ok(&page))).await
}

/// The page of a proposal that waits.
pub(super) async fn page(visit: &Visit, digest: &str) -> Result<ProposalPage, ApiError> {
    let policy = &visit.live.policy;
    let proposal = policy.proposals().iter().find(|p| p.digest == digest);
    let proposal = proposal.ok_or_else(|| ApiError::not_found("proposal", digest))?;
    let live = visit.bundle();
    let before = live.map(|b| b.files().to_vec()).unwrap_or_default();
    let title = view::title_of(&proposal.reason);
    let row = view::proposal_row(&visit.reader(), proposal);
    Ok(ProposalPage {
        layout: visit.layout(&title, Section::Policy).await,
        id: proposal.digest.clone(),
        title,
        reason: proposal.reason.clone(),
        by: row.by,
        at: row.at,
        state: row.state,
        digest: Digest::new(&proposal.digest),
        base: Digest::new(live.map_or("none", |b| b.digest())),
        checks: checks(proposal),
        diagnostics: None,
        diffs: diff::diffs(&before, &proposal.files),
        approvals: Vec::new(),
        missing: row.missing,
        ballot: ballot(visit, proposal),
        decline: (is_own(visit, proposal) || governs(visit))
            .then(|| DeclineForm { own: is_own(visit, proposal), ..DeclineForm::default() }),
    })
}

/// The bundle's checks and its own test cases, run again now.
fn checks(proposal: &Proposal) -> Vec<Check> {
    match app::policies::check_bundle(&proposal.files) {
        Ok(loaded) => {
            let rules = loaded.bundle.rules().len();
            let warnings = loaded.warnings.len();
            vec![Check {
                name: "Parses, type-checks and passes its own test cases".to_owned(),
                state: Badge::new(Tone::Good, Icon::Check, "Passed"),
                detail: format!(
                    "{}, {}",
                    counted(rules, "rule", "rules"),
                    counted(warnings, "warning", "warnings")
                ),
            }]
        }
        Err(error) => vec![Check {
            name: "Parses, type-checks and passes its own test cases".to_owned(),
            state: Badge::new(Tone::Bad, Icon::Cross, "Failed"),
            detail: error.to_string(),
        }],
    }
}

fn is_own(visit: &Visit, proposal: &Proposal) -> bool {
    proposal.by.principal() == visit.signed_in.principal.id()
}

fn governs(visit: &Visit) -> bool {
    visit.holds(access::POLICY_AUTHOR) || visit.is_admin()
}

fn ballot(visit: &Visit, proposal: &Proposal) -> ProposalBallot {
    let closed = |reason: &str| ProposalBallot::Closed { reasons: vec![reason.to_owned()] };
    if is_own(visit, proposal) {
        return closed("You wrote this bundle; somebody else makes it live.");
    }
    if !governs(visit) {
        return closed("Policy authors and admins other than its author decide on it.");
    }
    ProposalBallot::Open { idempotency_key: visit.new_key() }
}
