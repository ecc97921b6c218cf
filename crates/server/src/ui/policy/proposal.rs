//! One proposal: what it would change, and who may decide.

use app::policies::{Delayed, Proposal};
use axum::extract::Path;
use axum::response::Response;
use console::pages::policy::{Approval, Check, DeclineForm, ProposalBallot, ProposalPage};
use console::pages::policy_delay::Delay;
use console::view::{Badge, Digest, Icon, Section, Tone};
use domain::organisation::access;

use super::super::view::reader::counted;
use super::super::view::{diff, policy as view};
use super::super::visit::Visit;
use crate::error::ApiError;
use crate::wire::Names;

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
    let weaker = visit.state.app.weaker_than_live(&visit.live, proposal).await?;
    let minutes = visit.state.app.policy_delay(&visit.live).await?;
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
        delay: delay(visit, proposal, (&weaker, minutes)),
        checks: checks(visit, proposal, weaker.is_empty()),
        diagnostics: None,
        diffs: diff::diffs(&before, &proposal.files),
        approvals: approvals(visit, proposal),
        missing: row.missing,
        ballot: ballot(visit, proposal),
        decline: (is_own(visit, proposal) || governs(visit))
            .then(|| DeclineForm { own: is_own(visit, proposal), ..DeclineForm::default() }),
        shadow: super::shadow::part(visit, &proposal.digest),
    })
}

/// Why it waits, or would.
fn delay(visit: &Visit, proposal: &Proposal, (weaker, minutes): (&[String], u32)) -> Option<Delay> {
    let reader = visit.reader();
    let lapsed = proposal.lapsed_at.map_or_else(String::new, |at| {
        let at = reader.moment(at).text;
        format!("It was approved and waited, until another bundle went live at {at}. ")
    });
    if let Some(delayed) = &proposal.delayed {
        let at = reader.moment(delayed.live_at).text;
        let says = format!("It is approved, and goes live at {at} unless somebody turns it down.");
        return Some(Delay { says, weaker: delayed.weaker.clone() });
    }
    let says = match minutes {
        0 => "There is no delay now: once it is approved, it is live.".to_owned(),
        minutes => {
            let span = super::super::view::reader::minutes(minutes);
            format!(
                "{lapsed}Once it is approved, it goes live after {span}, unless somebody turns it down \
                 first."
            )
        }
    };
    (!weaker.is_empty()).then(|| Delay { says, weaker: weaker.to_vec() })
}

/// The word of whoever made it live, while it waits.
fn approvals(visit: &Visit, proposal: &Proposal) -> Vec<Approval> {
    let reader = visit.reader();
    let approval = |delayed: &Delayed| Approval {
        who: reader.who(&delayed.by),
        at: reader.moment(delayed.at),
        justification: delayed.reason.clone(),
    };
    proposal.delayed.iter().map(approval).collect()
}

/// The bundle's checks and its own test cases, run again now; and the comparison with the live bundle.
fn checks(visit: &Visit, proposal: &Proposal, no_less: bool) -> Vec<Check> {
    let checked = app::policies::check_bundle(&proposal.files);
    let names = Names::new(&visit.live.directory);
    let unknown = checked.as_ref().map(|loaded| names.unknown_groups(&loaded.bundle));
    let unknown = unknown.unwrap_or_default();
    let mut all = vec![own_check(checked)];
    all.extend(unknown.into_iter().map(|group| Check {
        name: "Gives roles to groups that are there".to_owned(),
        state: Badge::new(Tone::Warn, Icon::Alert, "Not there"),
        detail: group.words,
    }));
    all.push(Check {
        name: "Asks for no less than the live policy".to_owned(),
        state: match no_less {
            true => Badge::new(Tone::Good, Icon::Check, "Shown"),
            false => Badge::new(Tone::Warn, Icon::Alert, "Not shown"),
        },
        detail: match no_less {
            true => "once approved it is live at once",
            false => "the ways in which it may ask for less are named above",
        }
        .to_owned(),
    });
    all
}

fn own_check(checked: Result<policy::Loaded, app::AppError>) -> Check {
    match checked {
        Ok(loaded) => {
            let rules = loaded.bundle.rules().len();
            let warnings = loaded.warnings.len();
            Check {
                name: "Parses, type-checks and passes its own test cases".to_owned(),
                state: Badge::new(Tone::Good, Icon::Check, "Passed"),
                detail: format!(
                    "{}, {}",
                    counted(rules, "rule", "rules"),
                    counted(warnings, "warning", "warnings")
                ),
            }
        }
        Err(error) => Check {
            name: "Parses, type-checks and passes its own test cases".to_owned(),
            state: Badge::new(Tone::Bad, Icon::Cross, "Failed"),
            detail: error.to_string(),
        },
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
    if let Some(delayed) = &proposal.delayed {
        let at = visit.reader().moment(delayed.live_at).text;
        return closed(&format!("It is approved and goes live at {at}. Turn it down to stop it."));
    }
    ProposalBallot::Open { idempotency_key: visit.new_key() }
}
