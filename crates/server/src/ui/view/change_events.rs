//! What happened to a change, in words after the name of who did it.

use console::view::{Icon, Tone};
use domain::change::{
    Acknowledged, Assessment, AutomaticApproval, ChangeEvent, DeploymentOutcome, Digest, Expired,
    Vote, VoteDecision,
};
use domain::private::Private;

use super::events::{Said, said};
use super::reader::{Reader, counted, roles};

/// An event of a change in words.
pub(super) fn say(reader: &Reader<'_>, event: &ChangeEvent) -> Said {
    match event {
        ChangeEvent::ChangeCreated { number, revision, .. } => {
            let title = revision.material.title.text();
            said(Icon::Forward, Tone::Quiet, format!("asked for {number}")).because(title)
        }
        ChangeEvent::RevisionMade { revision, moved } => {
            let what = format!("made revision {}", revision.number);
            said(Icon::Pencil, Tone::Info, what)
                .because(format!("moved: {}; earlier votes don't count", moved.join(", ")))
        }
        ChangeEvent::ChangeSubmitted { revision, reason } => {
            said(Icon::Question, Tone::Warn, format!("submitted revision {revision}"))
                .because(format!("policy could not say what it needs: {reason}"))
        }
        ChangeEvent::ChangeAssessed(assessment) => assessed(assessment),
        ChangeEvent::VoteRecorded(vote) => voted(vote),
        ChangeEvent::RequirementsAdded(added) => asks_for_more(added),
        ChangeEvent::ChangeApproved { revision, .. } => {
            let what = format!("completed the approval of revision {revision}");
            said(Icon::Check, Tone::Good, what).because("every requirement is met")
        }
        ChangeEvent::ApprovalLapsed { revision, reasons, .. } => {
            let what = format!("saw the approval of revision {revision} lapse");
            said(Icon::Alert, Tone::Warn, what).because(reasons.join(", ").replace('_', " "))
        }
        ChangeEvent::PlanFlagged { trouble, .. } => plan(trouble.as_ref()),
        ChangeEvent::ChangeRejected { .. } => {
            said(Icon::Cross, Tone::Bad, "ended the change by rejecting it")
        }
        ChangeEvent::HoldPlaced(hold) => {
            said(Icon::Pause, Tone::Bad, "held it").because(hold.reason.text())
        }
        ChangeEvent::HoldReleased { reason, .. } => {
            said(Icon::Play, Tone::Good, "released a hold").because(reason.text())
        }
        ChangeEvent::ChangeWithdrawn { reason } => {
            said(Icon::Stop, Tone::Quiet, "withdrew it").because(reason.text())
        }
        ChangeEvent::ApproversAsked { .. }
        | ChangeEvent::ApproversReminded { .. }
        | ChangeEvent::RequirementEscalated { .. }
        | ChangeEvent::AnswererMissing { .. } => reader.say_asking(event),
        ChangeEvent::ChangeExpired { was } => said(Icon::Clock, Tone::Quiet, expired(*was)),
        ChangeEvent::ChangeSuperseded { by } => {
            said(Icon::Forward, Tone::Quiet, format!("replaced it by {by}"))
        }
        ChangeEvent::GrantRedeemed { grant, .. } => {
            said(Icon::Play, Tone::Busy, "began the deployment").because(format!("with {grant}"))
        }
        ChangeEvent::DeploymentFinished { outcome, exit_code, note, .. } => {
            let note = note.as_ref().map(|n| n.text().to_owned());
            finished(*outcome, *exit_code, note)
        }
        ChangeEvent::OverrideOpened(_)
        | ChangeEvent::OverrideReviewed { .. }
        | ChangeEvent::OverrideReviewEscalated { .. }
        | ChangeEvent::FreezeExceptionAsked(_) => deviated(event),
        ChangeEvent::AutomaticallyApproved(approval) => automatic(approval),
        ChangeEvent::LazyReview(_)
        | ChangeEvent::LazilyApproved(_)
        | ChangeEvent::LazyObjected(_) => reviewed(event),
        ChangeEvent::BriefingOpened { revision, shown, .. } => opened(*revision, shown),
        ChangeEvent::BriefingAcknowledged { texts, .. } => acknowledged(texts),
        ChangeEvent::ChangeClosed { review } => {
            said(Icon::Archive, Tone::Quiet, "reviewed and closed it").because(review.text())
        }
    }
}

fn asks_for_more(added: &Assessment) -> Said {
    let asked: Vec<&str> = added.requirements.iter().map(|r| r.key.as_str()).collect();
    said(Icon::Alert, Tone::Warn, "saw policy ask for more than before")
        .because(format!("by now it takes {}", asked.join(", ")))
}

/// Whether its plan can be met.
fn plan(trouble: Option<&Private<String>>) -> Said {
    match trouble {
        Some(why) => {
            said(Icon::Alert, Tone::Warn, "saw that its plan can't be met").because(why.text())
        }
        None => said(Icon::Check, Tone::Quiet, "saw that its plan can be met again"),
    }
}

/// Off the standard path.
fn deviated(event: &ChangeEvent) -> Said {
    match event {
        ChangeEvent::OverrideOpened(o) => {
            let what = format!("overrode its approvals for {} as {}", o.incident, o.role);
            said(Icon::Alert, Tone::Bad, what).because(o.reason.text())
        }
        ChangeEvent::OverrideReviewed { review, .. } => {
            let outcome = review.outcome.as_str().replace('_', " ");
            let what = format!("reviewed the override: {outcome}");
            said(Icon::Archive, Tone::Info, what).because(review.findings.text())
        }
        ChangeEvent::FreezeExceptionAsked(e) => {
            let what = format!("asked for an exception from the freeze {}", e.freeze);
            said(Icon::Question, Tone::Warn, what).because(e.reason.text())
        }
        _ => said(Icon::Alert, Tone::Bad, "says that the review of the override is overdue"),
    }
}

fn finished(outcome: DeploymentOutcome, exit_code: Option<i32>, note: Option<String>) -> Said {
    let code = exit_code.map(|code| format!("exit code {code}"));
    let detail = [code, note].into_iter().flatten().collect::<Vec<_>>().join(", ");
    ended(outcome).because(detail)
}

/// The rule's word: the one whose act led to it approved nothing.
fn automatic(approval: &AutomaticApproval) -> Said {
    let what = format!(
        "led to an automatic approval of revision {} by the rule {}, by nobody in person",
        approval.revision, approval.by.rule.id
    );
    said(Icon::Gauge, Tone::Info, what).because(approval.by.in_words())
}

/// Reviews by stakeholders, and what ends them.
fn reviewed(event: &ChangeEvent) -> Said {
    match event {
        ChangeEvent::LazilyApproved(approval) => {
            let what = format!(
                "saw revision {} approved by the rule {} after its review, by nobody in person",
                approval.revision, approval.by.rule.id
            );
            said(Icon::Gauge, Tone::Info, what).because(approval.by.in_words())
        }
        ChangeEvent::LazyObjected(objection) => {
            let what = format!("objected: people decide on revision {}", objection.revision);
            let why = objection.reason.as_ref().map(|r| r.text().to_owned());
            said(Icon::Stop, Tone::Bad, what).because(why.unwrap_or_default())
        }
        ChangeEvent::LazyReview(step) => {
            let icon = if step.told().is_empty() { Icon::Clock } else { Icon::Info };
            said(icon, Tone::Quiet, "saw the review move on").because(step.in_words())
        }
        _ => said(Icon::Info, Tone::Quiet, "saw it move on"),
    }
}

fn opened(revision: u32, shown: &Digest) -> Said {
    said(Icon::Info, Tone::Quiet, format!("opened the briefing of revision {revision}"))
        .because(format!("what was shown has the digest {shown}"))
}

fn acknowledged(texts: &[Acknowledged]) -> Said {
    let texts: Vec<&str> = texts.iter().map(|a| a.text.as_str()).collect();
    said(Icon::Check, Tone::Quiet, "confirmed the briefing").because(texts.join(" "))
}

fn assessed(from: &Assessment) -> Said {
    let what = format!("submitted revision {} for approval", from.revision);
    let needs = counted(from.requirements.len(), "requirement", "requirements");
    let detail = format!("risk {}, level {}, {needs}", from.risk.score, from.level);
    said(Icon::Gauge, Tone::Info, what).because(detail)
}

fn voted(vote: &Vote) -> Said {
    let (icon, tone, word) = match vote.decision {
        VoteDecision::Approve => (Icon::Check, Tone::Good, "approved"),
        VoteDecision::Reject => (Icon::Cross, Tone::Bad, "rejected"),
        VoteDecision::RequestChanges => (Icon::Pencil, Tone::Warn, "asked for changes to"),
        VoteDecision::Abstain => (Icon::Dash, Tone::Quiet, "abstained on"),
    };
    let together = vote.bulk.as_ref().map_or_else(String::new, |bulk| match bulk.changes {
        0 | 1 => ", in bulk".to_owned(),
        n => format!(", in bulk with {}", counted(n as usize - 1, "other", "others")),
    });
    let what = format!("{word} revision {} as {}{together}", vote.revision, roles(&vote.roles));
    let pace = match &vote.informed {
        Some(informed) if informed.rapid => {
            format!(
                "rapid: {} after opening it. ",
                counted(informed.seconds as usize, "second", "seconds")
            )
        }
        _ => String::new(),
    };
    said(icon, tone, what).because(format!("{pace}{}", vote.justification.text()))
}

const fn expired(was: Expired) -> &'static str {
    match was {
        Expired::Pending => "let it expire: nobody decided in time",
        Expired::Approved => "let it expire: nobody deployed it in time",
    }
}

fn ended(outcome: DeploymentOutcome) -> Said {
    let (icon, tone, word) = match outcome {
        DeploymentOutcome::Successful => (Icon::Check, Tone::Good, "well"),
        DeploymentOutcome::WithIssues => (Icon::Alert, Tone::Warn, "with issues"),
        DeploymentOutcome::Failed => (Icon::Cross, Tone::Bad, "in failure"),
        DeploymentOutcome::RolledBack => (Icon::Undo, Tone::Bad, "by being rolled back"),
    };
    said(icon, tone, format!("reported that the deployment ended {word}"))
}
