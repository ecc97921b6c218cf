//! What happened, in words: one sentence for each event, for timelines and lists of entries.

use domain::change::{Assessment, Expired, Objection, Vote, VoteDecision};
use domain::drill::DrillFailure;
use domain::event::{
    AccessEvent, ChangeEvent, Event, ExposureEvent, GateEvent, LedgerEvent, NotificationEvent,
    OrganisationEvent, PolicyEvent,
};
use domain::organisation::{Group, Member, TokenOwner};
use domain::private::Private;
use serde_json::Value;

use super::{Names, deviations};

/// The kind of an event and its data. Private values stand in it plainly, secrets not at all.
#[must_use]
pub fn parts(event: &Event) -> (String, Value) {
    let mut value = serde_json::to_value(event).unwrap_or_default();
    reveal(&mut value);
    let kind = value.get("kind").and_then(Value::as_str).unwrap_or("unknown").to_owned();
    let data = value.get_mut("data").map(Value::take).unwrap_or_default();
    (kind, data)
}

/// The kind of an event.
#[must_use]
pub fn kind(event: &Event) -> String {
    parts(event).0
}

fn reveal(value: &mut Value) {
    match value {
        Value::Object(fields) if fields.len() == 1 && fields.contains_key("$private") => {
            let mut inner = fields.remove("$private").unwrap_or_default();
            reveal(&mut inner);
            *value = inner;
        }
        Value::Object(fields) => {
            fields.retain(|_, v| v.get("$secret").is_none());
            fields.values_mut().for_each(reveal);
        }
        Value::Array(items) => items.iter_mut().for_each(reveal),
        _ => {}
    }
}

/// What a directory said of somebody or something that it keeps.
fn kept(removed: bool, what: &str) -> String {
    let word = if removed { "removed" } else { "took over" };
    format!("{word} the directory's record of {what}")
}

fn group_put(group: &Group) -> String {
    let count = u32::try_from(group.members.len()).unwrap_or(u32::MAX);
    format!("set group {} to {}", group.name, plural(count, "member", "members"))
}

fn plural(count: u32, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

impl Names<'_> {
    /// What happened, in one sentence without who did it.
    #[must_use]
    pub fn summary(&self, event: &Event) -> String {
        match event {
            Event::Change(event) => self.asking(event).unwrap_or_else(|| change(event)),
            Event::Gate(event) => gate(event),
            Event::Exposure(event) => exposure(event),
            Event::Organisation(event) => self.organisation(event),
            Event::Policy(event) => policy(event),
            Event::Access(event) => self.access(event),
            Event::Ledger(event) => ledger(event),
            Event::Notification(event) => notification(event),
        }
    }

    fn member(&self, member: &Member) -> String {
        match member {
            Member::Person(id) => self.directory.person_name(id),
            Member::Group(id) => self
                .directory
                .group(id)
                .map_or_else(|| id.to_string(), |g| format!("group {}", g.name)),
        }
    }

    fn account(&self, id: &domain::ids::AccountId) -> String {
        self.directory.account(id).map_or_else(|| id.to_string(), |a| a.subject.clone())
    }

    fn machine_name(&self, id: &domain::ids::ServiceAccountId) -> String {
        self.directory.service_account(id).map_or_else(|| id.to_string(), |a| a.name.clone())
    }

    #[expect(clippy::too_many_lines, reason = "one exhaustive match over all that can happen")]
    fn organisation(&self, event: &OrganisationEvent) -> String {
        use OrganisationEvent as E;
        match event {
            E::OrganisationNamed { name, .. } => format!("named the organisation {name}"),
            E::PersonPut(person) => format!("put {} on record", person.name.text()),
            E::PersonStatusSet { person, status } => {
                format!("marked {} as {}", self.directory.person_name(person), status_word(*status))
            }
            E::AccountAdded(account) => format!(
                "gave {} the account {}",
                self.directory.person_name(&account.person),
                account.subject
            ),
            E::AccountStatusSet { account, status } => {
                format!("marked the account {} as {}", self.account(account), status_word(*status))
            }
            E::PasswordSet { account, .. } => {
                format!("set the password of the account {}", self.account(account))
            }
            E::GroupPut(group) => group_put(group),
            E::GroupRemoved { group } => format!("removed the group {group}"),
            E::RoleBound(b) => {
                format!("gave {} the role {} over {}", self.member(&b.member), b.role, b.scope)
            }
            E::RoleUnbound(b) => {
                format!("took the role {} over {} from {}", b.role, b.scope, self.member(&b.member))
            }
            E::AbsenceEntered(_)
            | E::AbsenceCancelled { .. }
            | E::AbsenceFeedSubscribed(_)
            | E::AbsenceFeedEnded { .. }
            | E::AbsenceFeedFailed { .. }
            | E::AbsenceFeedRecovered { .. }
            | E::DelegationMade(_)
            | E::DelegationEnded { .. }
            | E::DeputyNamed(_)
            | E::DeputyTold { .. }
            | E::DeputyRemoved { .. }
            | E::RotaPut(_)
            | E::RotaRemoved { .. }
            | E::ShiftCovered(_)
            | E::CoverEnded { .. }
            | E::SigningKeyAdded(_)
            | E::SigningKeyRemoved { .. } => self.of_people(event),
            E::DomainPut { name, title } => format!("called the domain {name} “{title}”"),
            E::ServicePut(service) => format!("registered the service {}", service.name),
            E::ServiceAccountPut(account) => {
                format!("put the service account {} on record", account.name)
            }
            E::ServiceAccountStatusSet { service_account, status } => format!(
                "marked the service account {} as {}",
                self.machine_name(service_account),
                status_word(*status)
            ),
            E::TokenIssued { owner, token } => self.token_issued(owner, token),
            E::PersonProvisioned(r) => kept(r.removed, &self.directory.person_name(&r.person)),
            E::GroupProvisioned(r) => kept(r.removed, &format!("group {}", r.group)),
            E::TokenRevoked { token } => {
                let label = self.directory.token(token).map(|(_, t)| t.label.clone());
                format!("revoked the token “{}”", label.unwrap_or_else(|| token.to_string()))
            }
            E::OverrideRegistered(_)
            | E::OverrideSettled { .. }
            | E::SealedOverrideIssued(_)
            | E::SealedOverrideRevoked(_)
            | E::AutomationStopped(_)
            | E::AutomationResumed(_)
            | E::FindingRaised(_)
            | E::FindingAcknowledged(_)
            | E::FindingResolved(_)
            | E::FreezeDeclared(_)
            | E::FreezeEnded { .. }
            | E::RiskAccepted(_)
            | E::RiskAcceptanceReviewed(_)
            | E::RiskAcceptanceReminded { .. } => deviations::words(event, self.directory),
            E::AlignmentOpened(_)
            | E::ConcernRaised(_)
            | E::ConcernAnswered(_)
            | E::AlignmentConcluded(_)
            | E::AlignmentClosed(_)
            | E::AlignmentMoved(_)
            | E::AlignmentCancelled(_)
            | E::AlignmentReminded { .. } => super::alignments::words(event, self.directory),
        }
    }

    fn token_issued(&self, owner: &TokenOwner, token: &domain::organisation::Token) -> String {
        let owner = match owner {
            TokenOwner::ServiceAccount(id) => self.machine_name(id),
            TokenOwner::Account(id) => self.account(id),
        };
        match &token.feed {
            Some(about) => {
                format!("made a calendar feed of `{about}`, “{}”, for {owner}", token.label)
            }
            None => format!("issued the token “{}” for {owner}", token.label),
        }
    }

    fn access(&self, event: &AccessEvent) -> String {
        match event {
            AccessEvent::SignedOutByProvider { issuer, account } => match account {
                Some(account) => format!("{issuer} ended sessions of {}", self.account(account)),
                None => format!("{issuer} ended a session"),
            },
            AccessEvent::SignedIn { account, .. } => {
                format!("signed in as {}", self.account(account))
            }
            AccessEvent::SignedOut { account } => {
                format!("signed out as {}", self.account(account))
            }
            AccessEvent::SignInRefused { subject, .. } => {
                format!("could not sign in as “{}”", subject.text())
            }
        }
    }
}

const fn status_word(status: domain::organisation::Status) -> &'static str {
    match status {
        domain::organisation::Status::Active => "active",
        domain::organisation::Status::Inactive => "inactive",
    }
}

fn change(event: &ChangeEvent) -> String {
    use ChangeEvent as E;
    match event {
        E::ChangeCreated { number, revision, .. } => {
            format!("asked for {number}: {}", revision.material.title.text())
        }
        E::RevisionMade { revision, moved } => {
            format!("made revision {}; moved: {}", revision.number, moved.join(", "))
        }
        E::ChangeSubmitted { reason, .. } => {
            format!("submitted; policy could not say yet: {reason}")
        }
        E::ChangeAssessed(a) => {
            let people = a.requirements.iter().map(|r| r.count).sum();
            format!(
                "submitted; risk {} ({}), {} needed",
                a.risk.level,
                a.risk.score,
                plural(people, "approval", "approvals")
            )
        }
        E::RequirementsAdded(added) => asks_for_more(added),
        E::VoteRecorded(vote) => voted(vote),
        // These name people.
        E::ApproversAsked { .. }
        | E::ApproversReminded { .. }
        | E::RequirementEscalated { .. }
        | E::AnswererMissing { .. } => String::new(),
        E::ChangeApproved { revision, .. } => {
            format!("revision {revision} has every approval it needs")
        }
        E::ApprovalLapsed { reasons, .. } => {
            format!("the approval does not stand any more: {}", reasons.join(", "))
        }
        E::PlanFlagged { trouble, .. } => planned(trouble.as_ref()),
        E::ChangeRejected { .. } => "the change is rejected".to_owned(),
        E::HoldPlaced(hold) => format!("put it on hold: {}", hold.reason.text()),
        E::HoldReleased { reason, .. } => format!("lifted a hold: {}", reason.text()),
        E::ChangeWithdrawn { reason } => format!("withdrew it: {}", reason.text()),
        E::ChangeExpired { was: Expired::Pending } => "expired undecided".to_owned(),
        E::ChangeExpired { was: Expired::Approved } => "expired undeployed".to_owned(),
        E::ChangeSuperseded { by } => format!("another change took its place: {by}"),
        E::GrantRedeemed { .. } => "redeemed the grant and began the deployment".to_owned(),
        E::DeploymentFinished { outcome, exit_code, .. } => {
            let code = exit_code.map_or_else(String::new, |c| format!(" (exit code {c})"));
            format!("reported the deployment: {}{code}", outcome.as_str().replace('_', " "))
        }
        E::OverrideOpened(_)
        | E::OverrideReviewed { .. }
        | E::OverrideReviewEscalated { .. }
        | E::FreezeExceptionAsked(_) => deviation(event),
        E::AutomaticallyApproved(a) => {
            format!(
                "the rule {} approved revision {} by itself: {}",
                a.by.rule.id,
                a.revision,
                a.by.in_words()
            )
        }
        E::LazyReview(step) => step.in_words(),
        E::LazilyApproved(a) => format!(
            "nobody objected: the rule {} approved revision {} after its review",
            a.by.rule.id, a.revision
        ),
        E::LazyObjected(o) => objected(o),
        E::BriefingOpened { revision, .. } => format!("opened the briefing of revision {revision}"),
        E::BriefingAcknowledged { texts, .. } => {
            let texts: Vec<String> = texts.iter().map(|a| format!("“{}”", a.text)).collect();
            format!("confirmed: {}", texts.join(" "))
        }
        E::ChangeClosed { review } => format!("closed it: {}", review.text()),
    }
}

fn planned(trouble: Option<&Private<String>>) -> String {
    let why = trouble.map(|why| format!("its plan can't be met: {}", why.text()));
    why.unwrap_or_else(|| "its plan can be met again".to_owned())
}

fn asks_for_more(added: &Assessment) -> String {
    let asked: Vec<&str> = added.requirements.iter().map(|r| r.key.as_str()).collect();
    format!("policy that went live asks for more by now: {}", asked.join(", "))
}

fn objected(objection: &Objection) -> String {
    let why = objection.reason.as_ref().map(|r| format!(": {}", r.text())).unwrap_or_default();
    format!("objected to what rules do with revision {}{why}", objection.revision)
}

fn voted(vote: &Vote) -> String {
    let words = match vote.decision {
        VoteDecision::Approve => "approved",
        VoteDecision::Reject => "rejected",
        VoteDecision::RequestChanges => "asked for changes to",
        VoteDecision::Abstain => "abstained on",
    };
    let why = vote.justification.text();
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    let together = if vote.bulk.is_some() { " in bulk" } else { "" };
    format!("{words} revision {}{together}{why}", vote.revision)
}

/// Off the standard path.
fn deviation(event: &ChangeEvent) -> String {
    use ChangeEvent as E;
    match event {
        E::OverrideOpened(o) if o.sealed.is_some() => format!(
            "told that a sealed override let it through while no server answered, for {}: {}",
            o.incident,
            o.reason.text()
        ),
        E::OverrideOpened(o) => {
            format!("overrode its approvals for {}: {}", o.incident, o.reason.text())
        }
        E::OverrideReviewed { review, .. } => {
            let outcome = review.outcome.as_str().replace('_', " ");
            format!("reviewed the override, {outcome}: {}", review.findings.text())
        }
        E::OverrideReviewEscalated { step, .. } => {
            format!("the review of its override is overdue (step {step})")
        }
        E::FreezeExceptionAsked(e) => {
            format!("asked for an exception from {}: {}", e.freeze, e.reason.text())
        }
        _ => String::new(),
    }
}

fn gate(event: &GateEvent) -> String {
    let GateEvent::GateAnswered { question, answer, code, grant, enforced, .. } = event;
    let granted = if grant.is_some() { ", with a grant" } else { "" };
    let observed = if *enforced { "" } else { " (recorded only)" };
    format!(
        "asked the gate for {} in {}: {} ({code}){granted}{observed}",
        question.service,
        question.environment,
        answer.as_str()
    )
}

fn exposure(event: &ExposureEvent) -> String {
    let ExposureEvent::RiskTaken { revision, deployment, points, .. } = event;
    let points = points.map_or_else(|| "unknown".to_owned(), |points| points.to_string());
    format!("let {deployment} of revision {revision} through, with a risk of {points}")
}

fn policy(event: &PolicyEvent) -> String {
    match event {
        PolicyEvent::BundleProposed { digest, reason, .. } => {
            format!("proposed the policy bundle {}: {}", short(digest), reason.text())
        }
        PolicyEvent::BundleActivated { digest, reason } => {
            format!("made the policy bundle {} live: {}", short(digest), reason.text())
        }
        PolicyEvent::BundleDelayed { digest, reason, live_at, .. } => format!(
            "made the policy bundle {} live after a delay, at {live_at:.0}: {}",
            short(digest),
            reason.text()
        ),
        PolicyEvent::BundleDeclined { digest, reason } => {
            format!("declined the policy bundle {}: {}", short(digest), reason.text())
        }
        PolicyEvent::ShadowStarted { digest } => {
            format!("started a shadow of the policy bundle {}", short(digest))
        }
        PolicyEvent::ShadowStopped { digest } => {
            format!("stopped the shadow of the policy bundle {}", short(digest))
        }
        PolicyEvent::DrillFailuresMoved { policy, begun, ended } => {
            let count = |all: &Private<Vec<DrillFailure>>| all.get().map_or(0, Vec::len);
            format!(
                "ran the drills of the policy bundle {}: {} new failures, {} mended",
                short(policy),
                count(begun),
                count(ended)
            )
        }
        PolicyEvent::BoardTold(digest) => format!(
            "told the {} of the meeting at {:.0}: {} changes to talk over, {} to tell of",
            digest.role, digest.meeting, digest.agenda, digest.told
        ),
        PolicyEvent::WeakLinksMoved { policy, begun, ended } => format!(
            "looked whether the policy bundle {} can be met: {} new weak links, {} no more",
            short(policy),
            begun.get().map_or(0, Vec::len),
            ended.get().map_or(0, Vec::len)
        ),
    }
}

fn ledger(event: &LedgerEvent) -> String {
    match event {
        LedgerEvent::LedgerBegun { origin, .. } => format!("began the log {origin}"),
        LedgerEvent::LedgerKeyRotated { new_key, .. } => {
            format!("handed the log over to the key {new_key}")
        }
    }
}

fn short(digest: &str) -> String {
    digest.chars().take(19).collect()
}

fn notification(event: &NotificationEvent) -> String {
    match event {
        NotificationEvent::PreferencesSet { .. } => "chose what reaches them by mail".to_owned(),
        NotificationEvent::WebhookPut(webhook) => {
            format!("set the webhook {} to {}", webhook.label, webhook.host)
        }
        NotificationEvent::WebhookRemoved { webhook } => format!("removed the webhook {webhook}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::organisation::{Account, Status};
    use domain::private::Secret;

    #[test]
    fn d13_parts_hold_no_secret() {
        let account = Account {
            id: domain::ids::AccountId::new(jiff::Timestamp::UNIX_EPOCH, [0; 10]),
            person: domain::ids::PersonId::new(jiff::Timestamp::UNIX_EPOCH, [0; 10]),
            issuer: "local".to_owned(),
            subject: "ada".to_owned(),
            password: Some(Secret::new("$argon2id$hash".to_owned())),
            status: Status::Active,
        };
        let (kind, data) = parts(&OrganisationEvent::AccountAdded(account).into());
        assert_eq!(kind, "account_added");
        assert!(!data.to_string().contains("argon2id"), "{data}");
    }
}
