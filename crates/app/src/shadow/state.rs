//! Which shadows there are and were, as the policy stream says.

use domain::actor::Actor;
use domain::event::{Envelope, PolicyEvent};
use jiff::Timestamp;

/// A proposal that runs, or ran, beside the live bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shadow {
    /// Digest of its bundle.
    pub digest: String,
    /// Who started it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// How it ended; `None` while it runs.
    pub ended: Option<ShadowEnd>,
}

/// The end of a shadow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShadowEnd {
    /// How.
    pub how: ShadowEnding,
    /// By whom.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// How a shadow ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShadowEnding {
    /// Somebody stopped it.
    Stopped,
    /// Its bundle went live.
    Activated,
    /// Its bundle was turned down.
    Declined,
}

impl ShadowEnding {
    /// The word as sent and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Activated => "activated",
            Self::Declined => "declined",
        }
    }
}

/// The digest of the shadow that an event ends, and how.
pub(super) fn ends(event: &PolicyEvent) -> Option<(&str, ShadowEnding)> {
    match event {
        PolicyEvent::ShadowStopped { digest } => Some((digest, ShadowEnding::Stopped)),
        PolicyEvent::BundleActivated { digest, .. } => Some((digest, ShadowEnding::Activated)),
        PolicyEvent::BundleDeclined { digest, .. } => Some((digest, ShadowEnding::Declined)),
        PolicyEvent::BundleProposed { .. }
        | PolicyEvent::BundleDelayed { .. }
        | PolicyEvent::ShadowStarted { .. }
        | PolicyEvent::DrillFailuresMoved { .. }
        | PolicyEvent::WeakLinksMoved { .. }
        | PolicyEvent::BoardTold(_) => None,
    }
}

/// Folds an event of policy into the shadows, oldest first.
pub(crate) fn apply(shadows: &mut Vec<Shadow>, envelope: &Envelope<PolicyEvent>) {
    let (by, at) = (envelope.actor.clone(), envelope.time);
    if let PolicyEvent::ShadowStarted { digest } = &envelope.event {
        shadows.push(Shadow { digest: digest.clone(), by, at, ended: None });
    } else if let Some((digest, how)) = ends(&envelope.event)
        && let Some(shadow) = shadows.last_mut()
        && shadow.digest == digest
        && shadow.ended.is_none()
    {
        shadow.ended = Some(ShadowEnd { how, by, at });
    }
}
