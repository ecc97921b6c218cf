//! Overrides in words: on the page of their change, and in the list of all.

use app::change::Explained;
use console::pages::change_overrides::{
    Override, OverrideForm, OverrideRow, ReviewState, SealedRow,
};
use console::view::{Badge, Icon, Link, Tone};
use domain::change::{Change, ReviewOutcome};
use domain::ids::PersonId;
use domain::organisation::{KnownSealed, RegisteredOverride, SealedState};

use super::reader::{Reader, roles};

/// The overrides of a change, newest first.
pub(crate) fn of_change(
    reader: &Reader<'_>,
    change: &Change,
    person: Option<&PersonId>,
) -> Vec<Override> {
    let one = |from: &domain::change::Override| Override {
        id: from.id.to_string(),
        by: reader.person(&from.by),
        role: from.role.to_string(),
        incident: from.incident.clone(),
        revision: from.revision,
        opened: reader.moment(from.opened_at),
        until: reader.moment(from.valid_until),
        open: change.live_override(reader.now).is_some_and(|o| o.id == from.id),
        used_by: from.used_by.as_ref().map(ToString::to_string).unwrap_or_default(),
        reason: from.reason.text().to_owned(),
        review: match from.review.as_ref().map(|r| r.outcome) {
            Some(ReviewOutcome::Justified) => ReviewState::Justified,
            Some(ReviewOutcome::NotJustified) => ReviewState::NotJustified,
            None if from.is_overdue(reader.now) => ReviewState::Overdue,
            None => ReviewState::Due,
        },
        due: reader.moment(from.review_due_at),
        reviewers: roles(&from.review_roles),
        reviewed: from
            .review
            .as_ref()
            .map(|r| (reader.person(&r.by), reader.moment(r.at), r.findings.text().to_owned())),
        can_review: from.review.is_none()
            && person
                .is_some_and(|p| change.may_review(from, p, reader.directory, reader.now).is_ok()),
    };
    change.overrides.iter().rev().map(one).collect()
}

/// The form to override, for who may; handlers add its key.
pub(crate) fn form(explained: &Explained) -> Option<OverrideForm> {
    let minutes = *explained.you.may_override.as_ref().ok()?;
    let expected_revision = explained.facts.change.revision().number.to_string();
    Some(OverrideForm { minutes, expected_revision, ..OverrideForm::default() })
}

/// Why the reader can't override an emergency that waits, where it is not that their role can't.
pub(crate) fn barred(explained: &Explained) -> Option<String> {
    let why = crate::wire::overrides::why_not_override(explained)?;
    let of_role = matches!(why.code.as_str(), "no_role" | "override_not_allowed" | "people_only");
    (!of_role).then_some(why.detail)
}

/// An override in the list.
pub(crate) fn row(reader: &Reader<'_>, from: &RegisteredOverride) -> OverrideRow {
    OverrideRow {
        change: Link::new(from.number.to_string(), format!("/changes/{}", from.number)),
        target: format!("{} → {}", from.service, from.environment),
        incident: from.incident.clone(),
        by: reader.person(&from.by),
        opened: reader.moment(from.opened_at),
        due: reader.moment(from.review_due_at),
        review: if from.reviewed {
            ReviewState::Reviewed
        } else if from.is_overdue(reader.now) {
            ReviewState::Overdue
        } else {
            ReviewState::Due
        },
    }
}

/// A sealed override in the list.
pub(crate) fn sealed(reader: &Reader<'_>, from: &KnownSealed, person: &PersonId) -> SealedRow {
    let issued = &from.issued;
    let state = from.state(reader.now);
    let (tone, icon, word) = match state {
        SealedState::Issued => (Tone::Info, Icon::Key, "Issued"),
        SealedState::Used => (Tone::Warn, Icon::Alert, "Used"),
        SealedState::Revoked => (Tone::Quiet, Icon::Stop, "Revoked"),
        SealedState::Expired => (Tone::Quiet, Icon::Clock, "Expired"),
    };
    SealedRow {
        id: issued.id.to_string(),
        target: format!("{} → {}", issued.service, issued.environment),
        by: reader.person(&issued.by),
        holders: issued.holders.iter().map(|holder| reader.person(&holder.person)).collect(),
        until: reader.moment(issued.valid_until),
        state: Badge::new(tone, icon, word),
        can_revoke: state == SealedState::Issued
            && reader.directory.may_revoke_sealed(person, issued),
    }
}
