//! What people, machines and time do: an action is plain data, chosen by chance and performed through
//! the use cases.

mod away;
mod choose;
mod freeze;
mod organise;
mod overriding;

pub use away::Away;
pub use choose::{Scene, choose, overtaking, question_about};
pub use freeze::Freezing;
pub use organise::Organise;
pub use overriding::Overriding;

use app::change::{Asked, DeploymentReport, NewChange, NewChangeSet, QuestionDraft};
use app::principal::Principal;
use app::{App, AppError, Recorded};
use domain::change::{DeploymentOutcome, Material, VoteDecision};
use domain::ids::{ChangeId, DeploymentId, GrantId, HoldId, PersonId};

use crate::check::i2_durable::Acknowledged;

/// Something that is done.
#[derive(Debug, Clone)]
pub enum Action {
    /// Asks for a change.
    Create { who: Principal, material: Box<Material>, submit: bool, supersedes: Option<ChangeId> },
    /// Asks for several that belong together.
    CreateSet { who: Principal, items: Vec<Material>, submit: bool },
    /// Submits a draft.
    Submit { who: Principal, change: ChangeId, revision: u32 },
    /// Makes a new revision.
    Revise { who: Principal, change: ChangeId, revision: u32, material: Box<Material> },
    /// Votes, in their own right or for somebody else.
    Vote {
        who: Principal,
        change: ChangeId,
        revision: u32,
        says: VoteDecision,
        on_behalf_of: Option<PersonId>,
    },
    /// Votes on the most urgent thing in the inbox.
    VoteFromInbox { who: Principal },
    /// Holds.
    Hold { who: Principal, change: ChangeId },
    /// Lifts a hold.
    Release { who: Principal, change: ChangeId, hold: HoldId },
    /// Takes it back.
    Withdraw { who: Principal, change: ChangeId },
    /// Closes after the review.
    Close { who: Principal, change: ChangeId },
    /// Asks the gate.
    Ask { who: Principal, question: Box<QuestionDraft> },
    /// Uses a grant.
    Redeem { who: Principal, grant: GrantId },
    /// Reports how a deployment ended.
    Report { who: Principal, change: ChangeId, deployment: DeploymentId, how: DeploymentOutcome },
    /// Changes people, roles or policy.
    Organise(Organise),
    /// Goes away, or lets somebody answer.
    Away(Away),
    /// Freezes, or makes an exception.
    Freeze(Freezing),
    /// Overrides, or reviews that.
    Override(Overriding),
    /// What happens by itself when time has passed.
    Tick,
}

impl Action {
    /// The change it is about, as far as it is known before.
    #[must_use]
    pub fn change(&self) -> Option<&ChangeId> {
        match self {
            Self::Submit { change, .. }
            | Self::Revise { change, .. }
            | Self::Vote { change, .. }
            | Self::Hold { change, .. }
            | Self::Release { change, .. }
            | Self::Withdraw { change, .. }
            | Self::Close { change, .. }
            | Self::Report { change, .. }
            | Self::Freeze(Freezing::Except { change, .. })
            | Self::Override(Overriding::Open { change, .. } | Overriding::Review { change, .. }) => {
                Some(change)
            }
            Self::Ask { question, .. } => question.change.as_ref(),
            _ => None,
        }
    }

    /// A word for the tally.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::CreateSet { .. } => "create a set",
            Self::Submit { .. } => "submit",
            Self::Revise { .. } => "revise",
            Self::Vote { on_behalf_of: None, .. } => "vote",
            Self::Vote { .. } => "vote for somebody else",
            Self::VoteFromInbox { .. } => "vote from the inbox",
            Self::Hold { .. } => "hold",
            Self::Release { .. } => "release",
            Self::Withdraw { .. } => "withdraw",
            Self::Close { .. } => "close",
            Self::Ask { .. } => "ask the gate",
            Self::Redeem { .. } => "redeem",
            Self::Report { .. } => "report",
            Self::Organise(_) => "organise",
            Self::Away(Away::Leave { .. } | Away::Return { .. }) => "be away",
            Self::Away(_) => "delegate",
            Self::Freeze(Freezing::Except { .. }) => "ask for an exception",
            Self::Freeze(_) => "freeze",
            Self::Override(Overriding::Open { .. }) => "override",
            Self::Override(_) => "review an override",
            Self::Tick => "tick",
        }
    }
}

/// What came of an action.
#[derive(Debug, Default)]
pub struct Done {
    /// Entries that the caller was told of.
    pub acknowledged: Vec<Acknowledged>,
    /// The answer of the gate.
    pub asked: Option<Box<Asked>>,
}

impl<T> From<Recorded<T>> for Done {
    fn from(recorded: Recorded<T>) -> Self {
        let first = recorded.commit.map_or(0, |commit| commit.first_index);
        let acknowledged = (first..)
            .zip(recorded.leaves)
            .map(|(index, leaf)| Acknowledged { index, leaf })
            .collect();
        Self { acknowledged, asked: None }
    }
}

/// Does it.
///
/// # Errors
/// What the use case says.
pub async fn perform(app: &App, action: &Action) -> Result<Done, AppError> {
    const WHY: &str = "as it happens in a simulation";
    Ok(match action {
        Action::Create { who, material, submit, supersedes } => {
            let new = NewChange {
                material: (**material).clone(),
                submit: *submit,
                supersedes: supersedes.clone(),
            };
            app.create_change(who, new).await?.into()
        }
        Action::CreateSet { who, items, submit } => {
            let (title, reason) = ("Together".to_owned(), WHY.to_owned());
            let new = NewChangeSet { title, reason, items: items.clone(), submit: *submit };
            app.create_change_set(who, new).await?.into()
        }
        Action::Submit { who, change, revision } => {
            app.submit_change(who, change, *revision).await?.into()
        }
        Action::Revise { who, change, revision, material } => {
            app.revise_change(who, change, *revision, (**material).clone(), true).await?.into()
        }
        Action::Vote { who, change, revision, says, on_behalf_of } => {
            let draft = vote(*revision, *says, on_behalf_of.clone(), WHY);
            app.record_vote(who, change, &draft).await?.into()
        }
        Action::VoteFromInbox { who } => from_inbox(app, who, WHY).await?,
        Action::Hold { who, change } => app.hold_change(who, change, WHY).await?.into(),
        Action::Release { who, change, hold } => {
            app.release_hold(who, change, hold, WHY).await?.into()
        }
        Action::Withdraw { who, change } => app.withdraw_change(who, change, WHY).await?.into(),
        Action::Close { who, change } => app.close_change(who, change, WHY).await?.into(),
        Action::Ask { who, question } => {
            let recorded = app.ask_gate(who, question).await?;
            let asked = Some(Box::new(recorded.value.clone()));
            Done { asked, ..Done::from(recorded) }
        }
        Action::Redeem { who, grant } => app.redeem_grant(who, grant).await?.into(),
        Action::Report { who, change, deployment, how } => {
            let report = DeploymentReport { outcome: *how, exit_code: None, note: None };
            app.finish_deployment(who, change, deployment, report).await?.into()
        }
        Action::Organise(organise) => organise.perform(app).await?,
        Action::Away(away) => away.perform(app).await?,
        Action::Freeze(freezing) => freezing.perform(app).await?,
        Action::Override(overriding) => overriding.perform(app).await?,
        Action::Tick => {
            app.advance_due().await?;
            app.reroute().await?;
            Done::default()
        }
    })
}

async fn from_inbox(app: &App, who: &Principal, why: &str) -> Result<Done, AppError> {
    let inbox = app.inbox(who).await?;
    let Some(first) = inbox.waiting_for_you.first() else { return Ok(Done::default()) };
    let revision = first.facts.change.revision().number;
    let id = first.facts.change.id.clone();
    let other = first.capacity.on_behalf_of.as_ref().map(|other| other.person.clone());
    let draft = vote(revision, VoteDecision::Approve, other, why);
    Ok(app.record_vote(who, &id, &draft).await?.into())
}

fn vote(
    expected_revision: u32,
    decision: VoteDecision,
    on_behalf_of: Option<PersonId>,
    why: &str,
) -> app::change::VoteDraft {
    let justification = why.to_owned();
    app::change::VoteDraft {
        expected_revision,
        decision,
        justification,
        on_behalf_of,
        signature: None,
    }
}
