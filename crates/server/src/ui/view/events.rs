//! Every kind of event in words, once, for timelines, the ledger and a person's page.

use console::view::{Icon, Tone};
use domain::drill::DrillFailure;
use domain::event::{
    AccessEvent, Event, ExposureEvent, GateEvent, LedgerEvent, NotificationEvent, PolicyEvent,
};
use domain::gate::Answer;
use domain::organisation::{OrganisationEvent, RoleBinding, Status, TokenOwner};
use domain::private::Private;
use domain::weak_link::{FoundLink, WeakLink};

use super::change_events;
use super::reader::{Reader, counted, scope};

/// An event in words: after the name of who did it.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// What happened, e.g. "approved revision 3".
    pub(crate) what: String,
    /// More about it.
    pub(crate) detail: String,
    /// Its symbol.
    pub(crate) icon: Icon,
    /// Its tone.
    pub(crate) tone: Tone,
}

pub(super) fn said(icon: Icon, tone: Tone, what: impl Into<String>) -> Said {
    Said { what: what.into(), detail: String::new(), icon, tone }
}

impl Said {
    pub(super) fn because(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }
}

fn short(digest: &str) -> String {
    let start = digest.find(':').map_or(0, |colon| colon + 1);
    let end = digest.len().min(start + 12);
    digest.get(..end).map_or_else(|| digest.to_owned(), |cut| format!("{cut}…"))
}

impl Reader<'_> {
    /// An event in words.
    pub(crate) fn say(&self, event: &Event) -> Said {
        match event {
            Event::Change(event) => change_events::say(self, event),
            Event::Gate(event) => say_gate(event),
            Event::Exposure(event) => say_exposure(event),
            Event::Organisation(event) => self.say_organisation(event),
            Event::Policy(event) => say_policy(event),
            Event::Access(event) => say_access(event),
            Event::Ledger(event) => say_ledger(event),
            Event::Notification(event) => say_notification(event),
        }
    }

    #[expect(clippy::too_many_lines, reason = "one exhaustive match over all that can happen")]
    fn say_organisation(&self, event: &OrganisationEvent) -> Said {
        use OrganisationEvent as E;
        let what = match event {
            E::OrganisationNamed { name, .. } => format!("named the organisation {name}"),
            E::PersonPut(person) => format!("recorded {}", person.name.text()),
            E::PersonStatusSet { person, status: to } => {
                format!("made {} {}", self.directory.person_name(person), status_word(*to))
            }
            E::AccountAdded(account) => format!(
                "gave {} the account {}",
                self.directory.person_name(&account.person),
                account.subject
            ),
            E::AccountStatusSet { account, status: to } => {
                format!("made the account {} {}", self.account(account), status_word(*to))
            }
            E::PasswordSet { account, .. } => {
                format!("set the password of {}", self.account(account))
            }
            E::GroupPut(group) => format!(
                "set group {} to {}",
                group.name,
                counted(group.members.len(), "member", "members")
            ),
            E::GroupRemoved { group } => format!("removed group {}", self.group(group)),
            E::RoleBound(binding) => format!("gave {}", self.bound(binding, "to")),
            E::RoleUnbound(binding) => format!("took {}", self.bound(binding, "from")),
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
            | E::SigningKeyRemoved { .. } => self.say_of_people(event),
            E::DomainPut { name, title } => format!("recorded domain {name} ({title})"),
            E::ServicePut(service) => format!("recorded service {}", service.name),
            E::ServiceAccountPut(account) => format!("recorded service account {}", account.name),
            E::ServiceAccountStatusSet { service_account, status: to } => {
                let name = self.machine(service_account).name;
                format!("made service account {name} {}", status_word(*to))
            }
            E::TokenIssued { owner, token } => self.token_issued(owner, token),
            E::PersonProvisioned(r) => kept(r.removed, &self.directory.person_name(&r.person)),
            E::GroupProvisioned(r) => kept(r.removed, &format!("group {}", self.group(&r.group))),
            E::TokenRevoked { token } => {
                format!("revoked the token {}", self.token_label(token))
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
            | E::RiskAcceptanceReminded { .. } => {
                crate::wire::deviations::words(event, self.directory)
            }
            E::AlignmentOpened(_)
            | E::ConcernRaised(_)
            | E::ConcernAnswered(_)
            | E::AlignmentConcluded(_)
            | E::AlignmentClosed(_)
            | E::AlignmentMoved(_)
            | E::AlignmentCancelled(_)
            | E::AlignmentReminded { .. } => crate::wire::alignments::words(event, self.directory),
        };
        said(Icon::Info, Tone::Quiet, what)
    }

    /// A role, where it is held, and by whom.
    fn bound(&self, binding: &RoleBinding, word: &str) -> String {
        let RoleBinding { role, scope: held, member } = binding;
        format!("role {role} of {} {word} {}", scope(held), self.member(member))
    }

    fn token_label(&self, token: &domain::ids::TokenId) -> String {
        let known = self.directory.token(token);
        known.map_or_else(|| token.to_string(), |(_, t)| t.label.clone())
    }

    fn token_issued(&self, owner: &TokenOwner, token: &domain::organisation::Token) -> String {
        let whose = match owner {
            TokenOwner::ServiceAccount(id) => self.machine(id).name,
            TokenOwner::Account(id) => self.account(id),
        };
        match &token.feed {
            Some(about) => format!("made the calendar feed {} of {about} for {whose}", token.label),
            None => format!("issued the token {} for {whose}", token.label),
        }
    }

    fn account(&self, id: &domain::ids::AccountId) -> String {
        let known = self.directory.account(id);
        known.map_or_else(|| id.to_string(), |a| a.subject.clone())
    }

    /// A person or a group by name.
    pub(crate) fn member(&self, member: &domain::organisation::Member) -> String {
        match member {
            domain::organisation::Member::Person(id) => self.directory.person_name(id),
            domain::organisation::Member::Group(id) => format!("group {}", self.group(id)),
        }
    }
}

/// What a directory said of somebody or something that it keeps.
fn kept(removed: bool, what: &str) -> String {
    let word = if removed { "removed" } else { "took over" };
    format!("{word} the directory's record of {what}")
}

fn say_gate(event: &GateEvent) -> Said {
    let GateEvent::GateAnswered { answer, code, reasons, enforced, grant, .. } = event;
    let (icon, tone) = match answer {
        Answer::Allow => (Icon::Key, Tone::Good),
        Answer::Pending => (Icon::Clock, Tone::Warn),
        Answer::Deny => (Icon::Stop, Tone::Bad),
        Answer::Unknown => (Icon::Question, Tone::Warn),
    };
    let mode = if *enforced { "" } else { " (the gate only observes here)" };
    let what = format!("asked the gate: {}{mode}", answer.as_str());
    let detail = match grant {
        Some(grant) => format!("grant {}", grant.id),
        None if reasons.is_empty() => code.replace('_', " "),
        None => {
            let mut codes: Vec<&str> = reasons.iter().map(|r| r.code.as_str()).collect();
            codes.dedup();
            codes.join(", ").replace('_', " ")
        }
    };
    said(icon, tone, what).because(detail)
}

fn say_exposure(event: &ExposureEvent) -> Said {
    let ExposureEvent::RiskTaken { deployment, points, .. } = event;
    let points = points.map_or_else(|| "unknown".to_owned(), |points| points.to_string());
    said(Icon::Key, Tone::Info, format!("let a deployment through, with a risk of {points}"))
        .because(deployment.to_string())
}

fn say_policy(event: &PolicyEvent) -> Said {
    match event {
        PolicyEvent::BundleProposed { digest, reason, .. } => {
            said(Icon::Pencil, Tone::Info, format!("proposed policy {}", short(digest)))
                .because(reason.text())
        }
        PolicyEvent::BundleActivated { digest, reason } => {
            said(Icon::Check, Tone::Good, format!("made policy {} live", short(digest)))
                .because(reason.text())
        }
        PolicyEvent::BundleDelayed { digest, reason, live_at, weaker } => {
            let ways = weaker.get().map(|ways| ways.join("; ")).unwrap_or_default();
            let words = format!("made policy {} live; it waits until {live_at:.0}", short(digest));
            said(Icon::Clock, Tone::Warn, format!("{words}, because it may ask for less: {ways}"))
                .because(reason.text())
        }
        PolicyEvent::BundleDeclined { digest, reason } => {
            said(Icon::Cross, Tone::Bad, format!("declined policy {}", short(digest)))
                .because(reason.text())
        }
        PolicyEvent::ShadowStarted { digest } => {
            said(Icon::Play, Tone::Quiet, format!("started a shadow of policy {}", short(digest)))
        }
        PolicyEvent::ShadowStopped { digest } => {
            said(Icon::Stop, Tone::Quiet, format!("stopped the shadow of policy {}", short(digest)))
        }
        PolicyEvent::DrillFailuresMoved { begun, ended, .. } => say_drills(begun, ended),
        PolicyEvent::BoardTold(digest) => said(
            Icon::Info,
            Tone::Quiet,
            format!(
                "told the board of its meeting: {} to talk over, {} to tell of",
                digest.agenda, digest.told
            ),
        ),
        PolicyEvent::WeakLinksMoved { begun, ended, .. } => say_weak_links(begun, ended),
    }
}

fn say_weak_links(begun: &Private<Vec<FoundLink>>, ended: &Private<Vec<WeakLink>>) -> Said {
    let begun: Vec<&str> =
        begun.get().into_iter().flatten().map(|found| found.message.as_str()).collect();
    if begun.is_empty() {
        let ended: Vec<&str> =
            ended.get().into_iter().flatten().map(|link| link.need.as_str()).collect();
        let what = "looked whether policy can be met: mended is what was a weak link before";
        return said(Icon::Check, Tone::Good, what).because(ended.join("; "));
    }
    let what = "looked whether policy can be met: some needs are new weak links";
    said(Icon::Alert, Tone::Warn, what).because(begun.join("; "))
}

fn say_drills(begun: &Private<Vec<DrillFailure>>, ended: &Private<Vec<DrillFailure>>) -> Said {
    let words = |all: &Private<Vec<DrillFailure>>| {
        let all = all.get().into_iter().flatten();
        all.map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    let (begun, ended) = (words(begun), words(ended));
    if begun.is_empty() {
        let what = "ran the drills of policy: mended is what failed before";
        return said(Icon::Check, Tone::Good, what).because(ended);
    }
    said(Icon::Alert, Tone::Warn, "ran the drills of policy: some newly fail").because(begun)
}

fn say_access(event: &AccessEvent) -> Said {
    match event {
        AccessEvent::SignedIn { .. } => said(Icon::Key, Tone::Quiet, "signed in"),
        AccessEvent::SignedOutByProvider { issuer, .. } => {
            said(Icon::Key, Tone::Quiet, format!("ended sessions, as {issuer} asked"))
        }
        AccessEvent::SignedOut { .. } => said(Icon::Key, Tone::Quiet, "signed out"),
        AccessEvent::SignInRefused { subject, code } => {
            let what = format!("refused a sign-in as {}", subject.text());
            said(Icon::Alert, Tone::Warn, what).because(code.replace('_', " "))
        }
    }
}

fn say_ledger(event: &LedgerEvent) -> Said {
    match event {
        LedgerEvent::LedgerBegun { origin, .. } => {
            said(Icon::Info, Tone::Info, format!("began the ledger {origin}"))
        }
        LedgerEvent::LedgerKeyRotated { .. } => {
            said(Icon::Key, Tone::Warn, "replaced the ledger's signing key")
        }
    }
}

fn say_notification(event: &NotificationEvent) -> Said {
    match event {
        NotificationEvent::PreferencesSet { .. } => {
            said(Icon::Pencil, Tone::Quiet, "chose what reaches them by mail")
        }
        NotificationEvent::WebhookPut(webhook) => {
            let active = webhook.status == Status::Active;
            let what = if active { "set the webhook" } else { "stopped the webhook" };
            let wanted: Vec<&str> = webhook.events.iter().map(String::as_str).collect();
            said(Icon::Forward, Tone::Quiet, format!("{what} {}", webhook.label)).because(format!(
                "{} at {}",
                wanted.join(", "),
                webhook.host
            ))
        }
        NotificationEvent::WebhookRemoved { webhook } => {
            said(Icon::Cross, Tone::Warn, format!("removed the webhook {webhook}"))
        }
    }
}

const fn status_word(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Inactive => "inactive",
    }
}
