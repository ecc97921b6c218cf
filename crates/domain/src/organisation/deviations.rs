//! What the organisation remembers of going off the standard path: overrides that owe a review,
//! freezes, accepted risks; and of stopping automatic approval.

use super::{Directory, OrganisationEvent};

impl Directory {
    /// Folds one of these events in; others change nothing here.
    pub(super) fn apply_deviation(&mut self, event: &OrganisationEvent) {
        use OrganisationEvent as E;
        match event {
            E::OverrideRegistered(opened) => {
                if let Some(told) = &opened.sealed {
                    self.put_sealed_use(&told.sealed, &opened.id);
                }
                self.overrides.insert(opened.id.clone(), opened.clone());
            }
            E::OverrideSettled { id } => {
                if let Some(found) = self.overrides.get_mut(id) {
                    found.reviewed = true;
                }
            }
            E::SealedOverrideIssued(issued) => self.put_sealed(issued),
            E::SealedOverrideRevoked(revocation) => self.put_sealed_revocation(revocation),
            E::FreezeDeclared(freeze) => {
                self.freezes.insert(freeze.id.clone(), (**freeze).clone());
            }
            E::FreezeEnded { freeze, at, .. } => {
                if let Some(found) = self.freezes.get_mut(freeze) {
                    found.until = *at;
                }
            }
            E::AutomationStopped(stop) => self.put_stop(stop),
            E::AutomationResumed(resumed) => self.put_resumption(resumed),
            E::FindingRaised(finding) => self.put_finding(finding),
            E::FindingAcknowledged(seen) => self.put_finding_acknowledgement(seen),
            E::FindingResolved(resolved) => self.put_finding_resolution(resolved),
            E::RiskAccepted(accepted) => self.put_acceptance(accepted),
            E::RiskAcceptanceReviewed(review) => self.put_acceptance_review(review),
            E::RiskAcceptanceReminded { acceptance } => self.put_reminded(acceptance),
            _ => {}
        }
    }
}
