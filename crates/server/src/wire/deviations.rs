//! What happened off the standard path, in words: overrides, freezes, accepted risks, findings,
//! stops over automatic approval.

use domain::organisation::{AcceptanceOutcome, Directory, OrganisationEvent};

/// What happened, without who did it; empty for events of another kind.
pub(crate) fn words(event: &OrganisationEvent, directory: &Directory) -> String {
    use OrganisationEvent as E;
    match event {
        E::OverrideRegistered(o) => {
            let who = directory.person_name(&o.by);
            format!("noted that {who} overrode {} for {}", o.number, o.incident)
        }
        E::OverrideSettled { id } => format!("noted that {id} was reviewed"),
        E::SealedOverrideIssued(s) => {
            let holders = s.holders.each_ref().map(|h| directory.person_name(&h.person));
            format!(
                "issued a sealed override of {} in {} until {:.0}, held by {}",
                s.service,
                s.environment,
                s.valid_until,
                holders.join(" and ")
            )
        }
        E::SealedOverrideRevoked(r) => {
            format!("revoked the sealed override {}: {}", r.sealed, r.reason.text())
        }
        E::FreezeDeclared(f) => {
            format!("froze {} until {:.0}: {}", f.scope, f.until, f.title.text())
        }
        E::FreezeEnded { freeze, reason, .. } => {
            format!("ended the freeze {freeze}: {}", reason.text())
        }
        E::AutomationStopped(s) => {
            let what = if s.by.is_some() { "stopped" } else { "suspended by itself" };
            format!("{what} {}: {}", s.scope.title(), s.reason.text())
        }
        E::AutomationResumed(r) => {
            format!("let automatic approval go on after {}: {}", r.stop, r.reason.text())
        }
        E::FindingRaised(f) => {
            let (_, number) = &f.change;
            format!("raised a finding about {number}: {} ({})", f.kind.title(), f.code)
        }
        E::FindingAcknowledged(a) => format!("deals with the finding {}", a.finding),
        E::FindingResolved(r) => format!("resolved the finding {}: {}", r.finding, r.reason.text()),
        E::RiskAccepted(a) => format!(
            "accepted the risk of going off {} for {} in {}: {}",
            a.rule,
            a.service,
            a.environment,
            a.reason.text()
        ),
        E::RiskAcceptanceReviewed(r) => {
            let what = if r.outcome == AcceptanceOutcome::Keep { "kept" } else { "ended" };
            format!("{what} the risk acceptance {}: {}", r.acceptance, r.findings.text())
        }
        E::RiskAcceptanceReminded { acceptance } => {
            format!("reminds that the risk acceptance {acceptance} comes to its end")
        }
        _ => String::new(),
    }
}
