//! What is told, in words: the same on pages, in mail and in the command line.

use std::collections::BTreeSet;

use domain::asking::EscalationTarget;
use domain::change::{Change, DeploymentOutcome, Expired, VoteDecision};
use domain::drill::DrillFailure;
use domain::ids::{
    ChangeNumber, DelegationId, HoldId, OverrideId, PersonId, RiskAcceptanceId, SealedOverrideId,
    VoteId,
};
use domain::organisation::{Delegation, Directory, FindingKind, RiskAcceptance};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::board;
use super::plain::one_line;
use super::telling::{Telling, What};
use super::weak_links;

const TITLE_MAX: usize = 120;
const REASON_MAX: usize = 300;
const NAME_MAX: usize = 60;

/// One thing in words. Everything people wrote is in it as one line of plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// One sentence.
    pub headline: String,
    /// More about it, if there is more.
    pub detail: Option<String>,
    /// Further lines of a mail; in the product the page has them.
    pub more: Vec<String>,
    /// Where it can be seen and answered, within the console.
    pub path: String,
}

impl Telling {
    /// Says it, with what people wrote as far as it was not erased. `change` is the one it is about,
    /// as it stands now; times are those of the reader's zone, which is an IANA name.
    #[must_use]
    pub fn words(&self, change: Option<&Change>, directory: &Directory, zone: &str) -> Words {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let say = Sayer { telling: self, change, directory, zone };
        let path = match (&self.change, &self.what) {
            (_, what) if what.alignment().is_some() => {
                let id = what.alignment().map(ToString::to_string).unwrap_or_default();
                format!("/alignments/{id}")
            }
            (_, What::FindingRaised { finding, .. }) => format!("/findings#{finding}"),
            (Some(subject), What::ApprovalAsked { requirements, .. })
                if say.briefs(requirements) =>
            {
                format!("/changes/{}/briefing", subject.number)
            }
            (Some(subject), _) => format!("/changes/{}", subject.number),
            (None, What::SigningKeyAdded { .. }) => "/signing-keys".to_owned(),
            (None, What::SealedOverrideIssued { .. } | What::SealedOverrideRevoked { .. }) => {
                "/overrides".to_owned()
            }
            (None, What::AcceptanceEnds { .. }) => "/risks".to_owned(),
            (
                None,
                What::DelegationMade { .. }
                | What::DelegationEnded { .. }
                | What::AbsenceFeedFails { .. },
            ) => "/absence".to_owned(),
            (None, What::DeputyNamed { .. } | What::DeputyRemoved { .. }) => {
                "/organisation/groups".to_owned()
            }
            (None, What::DeputyAnswers { .. }) => "/inbox".to_owned(),
            (None, What::FreezeDeclared { .. }) => "/calendar".to_owned(),
            (None, What::DrillsFail { .. }) => "/policy/drills".to_owned(),
            (None, What::BoardMeets { .. }) => "/cab".to_owned(),
            (None, What::WeakLinksMoved { .. }) => "/policy/feasibility".to_owned(),
            (None, What::Test) => "/notifications".to_owned(),
            (None, _) => "/policy".to_owned(),
        };
        let more = match &self.what {
            What::BoardMeets { digest } => board::lines(digest),
            _ => Vec::new(),
        };
        Words { headline: say.headline(), detail: say.detail(), more, path }
    }
}

pub(super) struct Sayer<'a> {
    pub(super) telling: &'a Telling,
    change: Option<&'a Change>,
    pub(super) directory: &'a Directory,
    zone: TimeZone,
}

impl Sayer<'_> {
    #[expect(clippy::too_many_lines, reason = "one exhaustive match over all that can happen")]
    fn headline(&self) -> String {
        let (by, it) = (self.name(&self.telling.by), self.it());
        match &self.telling.what {
            What::ApprovalAsked { reminder: true, .. } => {
                format!("Your decision on {it} is still awaited")
            }
            What::ApprovalAsked { .. } => {
                let subject = self.telling.change.as_ref();
                let who = subject.map(|s| self.name(&s.requester)).unwrap_or_default();
                format!("{who} asks for your decision on {it}")
            }
            What::Escalated { .. } => format!("No answer came in time for {it}: it escalated"),
            What::Stuck { .. } => format!("{it} waits, and nobody is left who could answer"),
            What::VoteRecorded { vote } => format!("{by} {} {it}", self.voted(vote)),
            What::Approved => format!("{it} is approved"),
            What::Rejected { .. } => format!("{by} rejected {it}"),
            What::Lapsed => format!("{it} is not approved any more"),
            What::RevisionMade { revision, .. } => {
                format!("{by} made revision {revision} of {it}: your vote does not count any more")
            }
            What::HoldPlaced { .. } => format!("{by} put {it} on hold"),
            What::HoldReleased { .. } => format!("{by} lifted a hold on {it}"),
            What::ExpiresSoon { at } => format!("{it} expires at {}", self.minute(*at)),
            What::Expired { was: Expired::Pending } => format!("{it} expired undecided"),
            What::Expired { was: Expired::Approved } => {
                format!("{it} expired before it was deployed")
            }
            What::Withdrawn => format!("{by} withdrew {it}"),
            What::Superseded => format!("{it} was replaced by another change"),
            What::DeploymentFinished { outcome } => {
                let how = match outcome {
                    DeploymentOutcome::Successful => "was deployed",
                    DeploymentOutcome::WithIssues => "was deployed with issues",
                    DeploymentOutcome::Failed => "failed to deploy",
                    DeploymentOutcome::RolledBack => "was rolled back",
                };
                format!("{it} {how}")
            }
            What::Overridden { id } if self.overriding(id).is_some_and(|o| o.sealed.is_some()) => {
                format!("A sealed override let {it} through without its approvals")
            }
            What::Overridden { .. } => format!("{by} overrode the approvals of {it}"),
            What::OverrideReviewAsked { overdue: true, .. } => {
                format!("The review of an override of {it} is overdue and waits for you")
            }
            What::OverrideReviewAsked { .. } => {
                format!("An override of {it} waits for your review")
            }
            What::OverrideReviewed { .. } => format!("{by} reviewed your override of {it}"),
            What::ReviewBegun { rule } => {
                format!("The rule {rule} approves {it} after a review, unless somebody objects")
            }
            What::ReviewEnds { rule, at } => {
                let at = self.minute(*at);
                format!("The rule {rule} approves {it} at {at} unless somebody objects")
            }
            What::ReviewOver { rule } => {
                format!("Nobody objected: the rule {rule} approved {it}")
            }
            What::FindingRaised { kind, .. } => finding_raised(*kind, &it),
            What::AlignmentOpened { .. }
            | What::AlignmentNear { .. }
            | What::AlignmentMoved { .. }
            | What::AlignmentCancelled { .. }
            | What::ConcernRaised { .. }
            | What::ConcernAnswered { .. }
            | What::AlignmentClosed { .. } => self.of_alignment(&by),
            What::PlanFlagged => format!("The plan of {it} can't be met any more"),
            What::FreezeDeclared { changes, .. } => freeze_declared(&by, changes),
            What::Objected => format!("{by} objected to {it}: people decide on it"),
            What::AcceptanceEnds { acceptance } => self.acceptance_ends(acceptance),
            What::DelegationMade { delegation } => {
                format!("{by} lets you answer for them{}", self.delegated(delegation))
            }
            What::DelegationEnded { delegation } => {
                format!("{by} ended a delegation{}", self.delegated(delegation))
            }
            What::AbsenceFeedFails { host } => {
                format!(
                    "Your absences are not kept up to date: the calendar at {host} can't be read"
                )
            }
            What::DeputyNamed { deputy } => format!("{by} named you {}", self.deputy(deputy)),
            What::DeputyRemoved { deputy } => {
                format!("You are not the {} any more: {by} removed you", self.deputy(deputy))
            }
            What::DeputyAnswers { deputy, person, until } => {
                let (away, until) = (self.directory.person_name(person), self.minute(*until));
                let of = self.deputy(deputy);
                format!("{away} is away: you answer for them until {until}, as {of}")
            }
            What::SigningKeyAdded { key } => {
                let kind = self.directory.signing_key(key).map_or("key", |k| k.key.holder.title());
                format!("A new {kind} signs in your name from now on")
            }
            What::SealedOverrideIssued { sealed } => {
                format!("{by} issued a sealed override of {}", self.sealed_place(sealed))
            }
            What::SealedOverrideRevoked { sealed } => {
                format!("{by} revoked the sealed override of {}", self.sealed_place(sealed))
            }
            What::PolicyProposed { .. }
            | What::PolicyDelayed { .. }
            | What::PolicyActivated { .. }
            | What::PolicyDeclined { .. } => self.of_policy(&by),
            What::DrillsFail { count, .. } => drills_fail(*count),
            What::BoardMeets { digest } => board::headline(digest, &self.minute(digest.meeting)),
            What::WeakLinksMoved { count, mended, .. } => weak_links::headline(*count, *mended),
            What::Test => format!("{by} sent this to see whether it arrives"),
        }
    }

    fn sealed_place(&self, id: &SealedOverrideId) -> String {
        let known = self.directory.sealed_override(id).map(|known| &known.issued);
        known.map_or_else(|| id.to_string(), |s| format!("{} in {}", s.service, s.environment))
    }

    /// In which role and where, from when and until when, as it was agreed.
    fn delegated(&self, id: &DelegationId) -> String {
        let Some(known) = self.directory.delegation(id) else { return String::new() };
        let Delegation { role, scope, from, until, .. } = &known.given;
        let (from, until) = (self.minute(*from), self.minute(*until));
        format!(" as {role} of {scope}, from {from} until {until}")
    }

    /// Of which group and in which role.
    fn deputy(&self, id: &DelegationId) -> String {
        let Some(known) = self.directory.deputy(id) else { return "deputy of a group".to_owned() };
        let group = self.directory.group(&known.named.group).map(|group| group.name.as_str());
        format!("deputy of {} as {}", group.unwrap_or("a removed group"), known.named.role)
    }

    fn acceptance_ends(&self, id: &RiskAcceptanceId) -> String {
        let Some(known) = self.directory.acceptance(id) else {
            return "An accepted risk is to be looked at again, or comes to its end".to_owned();
        };
        let RiskAcceptance { service, environment, expires_at, review_at, .. } = &known.accepted;
        let of = format!("the accepted risk of {service} in {environment}");
        if known.reviews.is_empty() && review_at < expires_at {
            return format!("Somebody else has to review {of} by {}", self.minute(*review_at));
        }
        format!("From {} on {of} does not count any more", self.minute(*expires_at))
    }

    fn of_policy(&self, by: &str) -> String {
        match &self.telling.what {
            What::PolicyDelayed { at, .. } => {
                let at = self.minute(*at);
                format!("{by} made policy live that may ask for less: it waits until {at}")
            }
            What::PolicyActivated { .. } if self.telling.by == "system" => {
                "The policy that you proposed or made live is live, after its delay".to_owned()
            }
            What::PolicyActivated { .. } => format!("{by} made the policy you proposed live"),
            What::PolicyDeclined { .. } => {
                format!("{by} turned down the policy that you proposed or made live")
            }
            _ => format!("{by} proposes a change of policy"),
        }
    }

    fn detail(&self) -> Option<String> {
        let text = match &self.telling.what {
            What::ApprovalAsked { requirements, instead_of, since, .. } => {
                let waited = self.instead_of(instead_of, *since);
                let mut said: Vec<String> = self.stakes(requirements).into_iter().collect();
                said.extend(waited.into_iter().chain(self.whys(requirements)?));
                said.join(" ")
            }
            What::Escalated { requirements } => {
                let turned = self.turned_to(requirements);
                turned.into_iter().chain(self.whys(requirements)?).collect::<Vec<_>>().join(" ")
            }
            What::Stuck { requirements } => {
                let why = self.whys(requirements)?.join(" ");
                format!("An admin can give somebody the role that is asked for. {why}")
            }
            What::VoteRecorded { vote } | What::Rejected { vote } => {
                self.vote(vote)?.justification.text().to_owned()
            }
            What::RevisionMade { moved, .. } if !moved.is_empty() => {
                format!("What moved: {}.", moved.join(", "))
            }
            What::SigningKeyAdded { key } => {
                let name = self.directory.signing_key(key)?.key.name.text();
                format!("It is called “{name}”. If it was not you, remove it and tell your admins.")
            }
            What::PlanFlagged => self.change?.plan_trouble.as_ref()?.text().to_owned(),
            What::FreezeDeclared { freeze, .. } => {
                let known = self.directory.declared_freezes().find(|known| known.id == *freeze)?;
                let (from, until) = (self.minute(known.from), self.minute(known.until));
                let (title, why) = (known.title.text(), known.reason.text());
                format!(
                    "“{title}” from {from} to {until}: {why}. Plan for another time, or ask for an exception."
                )
            }
            What::Objected => self.change?.objections.last()?.reason.as_ref()?.text().to_owned(),
            what if what.alignment().is_some() => self.alignment_detail()?,
            What::HoldPlaced { hold } => self.hold_reason(hold)?,
            What::Overridden { id } | What::OverrideReviewAsked { id, .. } => {
                self.overriding(id)?.reason.text().to_owned()
            }
            What::AcceptanceEnds { acceptance } => {
                let accepted = &self.directory.acceptance(acceptance)?.accepted;
                format!("It deviates from {}: {}", accepted.rule, accepted.reason.text())
            }
            What::DelegationMade { delegation } => {
                self.directory.delegation(delegation)?.given.reason.text().to_owned()
            }
            What::DeputyAnswers { .. } => {
                "What waits for them in this role waits for you too. Both names go on every vote."
                    .to_owned()
            }
            What::AbsenceFeedFails { .. } => {
                "What it said last stands. Subscribe again, or enter your absences by hand."
                    .to_owned()
            }
            What::DeputyNamed { deputy } => {
                self.directory.deputy(deputy)?.named.reason.text().to_owned()
            }
            What::DrillsFail { count, some } => drills(*count, some),
            What::BoardMeets { digest } => board::detail(digest),
            What::WeakLinksMoved { count, some, mended, over } => {
                weak_links::detail((*count, some), (*mended, over), self.directory)
            }
            What::PolicyDelayed { .. } => {
                "Decline it if you disagree: whoever governs policy can, until then.".to_owned()
            }
            _ => return None,
        };
        let text = one_line(&text, REASON_MAX);
        (!text.is_empty()).then_some(text)
    }

    /// A time on the reader's clock, with the zone: `2026-11-28 11:05 CET (Europe/Berlin)`.
    pub(super) fn minute(&self, at: Timestamp) -> String {
        let at = at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string();
        match self.zone.iana_name() {
            Some(name) if self.zone != TimeZone::UTC => format!("{at} ({name})"),
            _ => at,
        }
    }

    /// Whether one of the roles that are asked works from the briefing.
    fn briefs(&self, keys: &[String]) -> bool {
        let recorded = self.change.map(Change::requirements).unwrap_or_default();
        let mut asked = recorded.iter().filter(|r| keys.contains(&r.key));
        asked.any(|r| r.briefings.iter().any(|briefing| briefing.stakeholder))
    }

    /// When an answer is due, and what is at stake.
    fn stakes(&self, keys: &[String]) -> Option<String> {
        let change = self.change?;
        let recorded = change.requirements();
        let asked = recorded.iter().filter(|r| keys.contains(&r.key));
        let due = asked.filter_map(|r| crate::projection::answer_due(change, r)).min();
        let due = due.map(|at| format!("Due {}; ", self.minute(at))).unwrap_or_default();
        let assessment = change.assessment.as_ref()?;
        Some(format!("{due}risk {}, tier T{}.", assessment.risk.level, assessment.tier))
    }

    /// Why requirements ask, a sentence each.
    fn whys(&self, keys: &[String]) -> Option<Vec<String>> {
        let change = self.change?;
        let recorded = change.requirements();
        let all = change.with_exceptions(&recorded);
        let asked = all.iter().filter(|r| keys.contains(&r.key));
        Some(asked.map(|r| r.why.clone()).collect())
    }

    /// In whose place somebody is asked, or who was waited for.
    fn instead_of(&self, people: &[PersonId], since: Option<Timestamp>) -> Option<String> {
        let names: Vec<String> = people.iter().map(|p| self.name(p.as_str())).collect();
        let names = (!names.is_empty()).then(|| names.join(", "))?;
        Some(match since {
            Some(since) => format!("No answer from {names}, asked {}.", self.minute(since)),
            None => format!("You are asked in place of {names}."),
        })
    }

    /// Whom the last steps of requirements turned to.
    fn turned_to(&self, keys: &[String]) -> Option<String> {
        let change = self.change?;
        let last = keys.iter().filter_map(|key| change.asking_of(key)?.taken.last());
        let to: BTreeSet<String> = last.map(EscalationTarget::words).collect();
        let to: Vec<String> = to.into_iter().collect();
        (!to.is_empty()).then(|| format!("It turned to {}.", to.join(", ")))
    }

    /// The change with number, title and place.
    fn it(&self) -> String {
        let Some(subject) = &self.telling.change else { return String::new() };
        let title = self.change.map(|c| one_line(c.revision().material.title.text(), TITLE_MAX));
        let title = title.map(|title| format!(" “{title}”")).unwrap_or_default();
        format!("{}{title} ({} to {})", subject.number, subject.service, subject.environment)
    }

    fn name(&self, id: &str) -> String {
        if id == "system" {
            return "Countersign".to_owned();
        }
        let person = id.parse().ok().map(|person| self.directory.person_name(&person));
        let machine = || {
            let account = id.parse().ok().and_then(|id| self.directory.service_account(&id));
            account.map(|account| account.name.clone())
        };
        one_line(&person.or_else(machine).unwrap_or_else(|| id.to_owned()), NAME_MAX)
    }

    fn overriding(&self, id: &OverrideId) -> Option<&domain::change::Override> {
        self.change?.overrides.iter().find(|o| o.id == *id)
    }

    fn vote(&self, id: &VoteId) -> Option<&domain::change::Vote> {
        self.change?.votes.iter().find(|vote| vote.id == *id)
    }

    fn voted(&self, id: &VoteId) -> &'static str {
        match self.vote(id).map(|vote| vote.decision) {
            Some(VoteDecision::Approve) => "approved",
            Some(VoteDecision::Reject) => "rejected",
            Some(VoteDecision::RequestChanges) => "asks for changes of",
            Some(VoteDecision::Abstain) => "abstained on",
            None => "voted on",
        }
    }

    fn hold_reason(&self, id: &HoldId) -> Option<String> {
        let hold = self.change?.holds.iter().find(|hold| hold.id == *id)?;
        Some(hold.reason.text().to_owned())
    }
}

fn freeze_declared(by: &str, changes: &[ChangeNumber]) -> String {
    let numbers: Vec<String> = changes.iter().map(ToString::to_string).collect();
    format!("{by} declared a freeze in which you planned {}", numbers.join(", "))
}

fn drills_fail(count: u32) -> String {
    match count {
        1 => "An escalation path of policy newly fails with the people there are".to_owned(),
        _ => format!("{count} escalation paths of policy newly fail with the people there are"),
    }
}

/// What fails in drills, as far as there is room.
fn drills(count: u32, some: &[DrillFailure]) -> String {
    let mut said: Vec<String> = some.iter().map(ToString::to_string).collect();
    match count.saturating_sub(u32::try_from(some.len()).unwrap_or(u32::MAX)) {
        0 => {}
        more => said.push(format!("and {more} more")),
    }
    said.join("; ")
}

fn finding_raised(kind: FindingKind, it: &str) -> String {
    match kind {
        FindingKind::LetThrough => {
            format!("A gate that only records let {it} through: you answer for the follow-up")
        }
        FindingKind::AutomationFailing => {
            format!("What let {it} through is suspended, because too much of it fails")
        }
        FindingKind::RapidApprovals => {
            format!("Somebody approved {it} and more in a row, faster than anybody reads")
        }
        FindingKind::SealedOverride => {
            format!("A sealed override let {it} through while the server was down")
        }
        kind => format!("The audit of automatic approval has {it} among {}", kind.title()),
    }
}
