//! Approval metadata for the deployment's own log and for the command (M2.5).

use api_types::deployments::Redemption;
use api_types::grants::{Approval, Grant};
use serde::Serialize;

/// What the line in the log begins with. Reconciliation looks for it.
pub const MARK: &str = "countersign-approval";

/// The line in the deployment's log: one line of JSON after [`MARK`].
#[derive(Debug, Serialize)]
pub struct Record<'a> {
    /// Number of the change.
    pub change: &'a str,
    /// Its revision.
    pub revision: u32,
    /// The service.
    pub service: &'a str,
    /// The environment.
    pub environment: &'a str,
    /// Digests of the artifacts.
    pub artifacts: Vec<&'a str>,
    /// The grant.
    pub grant: &'a str,
    /// The deployment; null when the grant was checked offline.
    pub deployment: Option<&'a str>,
    /// Index of the log entry that proves it.
    pub entry: u64,
    /// The policy bundle.
    pub policy: &'a str,
    /// Who approved, when and why.
    pub approvals: &'a [Approval],
    /// False when an override let it through: then whoever is named above did not suffice.
    pub approved: bool,
    /// That override.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub override_id: Option<&'a str>,
}

impl<'a> Record<'a> {
    /// Of a redeemed grant.
    pub fn of(grant: &'a Grant, redemption: &'a Redemption) -> Self {
        Self {
            change: &redemption.deployment.change_number,
            revision: grant.revision,
            service: &grant.service,
            environment: &grant.environment,
            artifacts: grant.artifacts.iter().map(|a| a.digest.as_str()).collect(),
            grant: &grant.id,
            deployment: Some(&redemption.deployment.id),
            entry: redemption.receipt.index,
            policy: &grant.policy,
            approvals: &redemption.approvals,
            approved: grant.override_id.is_none(),
            override_id: grant.override_id.as_deref(),
        }
    }

    /// The line. JSON escapes control characters, so that nothing can break out of it.
    pub fn line(&self) -> String {
        let json = serde_json::to_string(self).unwrap_or_default();
        format!("{MARK} {json}")
    }

    /// Variables for the command.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        // Under an override nobody's vote let it through.
        let counted = self.approvals.iter().filter(|_| self.approved);
        let approvers: Vec<_> =
            counted.map(|a| format!("{} ({})", a.person.name, a.role)).collect();
        vec![
            ("COUNTERSIGN_CHANGE", self.change.to_owned()),
            ("COUNTERSIGN_REVISION", self.revision.to_string()),
            ("COUNTERSIGN_SERVICE", self.service.to_owned()),
            ("COUNTERSIGN_ENVIRONMENT", self.environment.to_owned()),
            ("COUNTERSIGN_GRANT", self.grant.to_owned()),
            ("COUNTERSIGN_DEPLOYMENT", self.deployment.unwrap_or_default().to_owned()),
            ("COUNTERSIGN_APPROVERS", approvers.join(", ")),
            ("COUNTERSIGN_OVERRIDE", self.override_id.unwrap_or_default().to_owned()),
            ("COUNTERSIGN_APPROVAL", serde_json::to_string(self).unwrap_or_default()),
        ]
        .into_iter()
        .map(|(name, value)| (name, value.replace('\0', "")))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use api_types::PersonRef;

    use super::*;

    #[test]
    fn m2_5_approver_time_and_justification_are_in_the_line_and_the_environment() {
        let approvals = [Approval {
            vote: "vot_1".into(),
            person: PersonRef { id: "prs_1".into(), name: "Ada".into() },
            role: "service-owner".into(),
            at: "2026-11-22T10:00:00.000Z".into(),
            justification: Some("looks good\n\u{1b}[2J".into()),
        }];
        let record = Record {
            change: "CHG-1042",
            revision: 1,
            service: "checkout",
            environment: "production",
            artifacts: vec!["sha256:00"],
            grant: "gnt_1",
            deployment: Some("dep_1"),
            entry: 7,
            policy: "sha256:11",
            approvals: &approvals,
            approved: true,
            override_id: None,
        };
        let line = record.line();
        assert!(line.starts_with("countersign-approval {"));
        assert!(line.chars().all(|c| !c.is_control()), "{line:?}");
        for part in ["Ada", "service-owner", "2026-11-22T10:00:00.000Z", "looks good"] {
            assert!(line.contains(part), "{part}");
        }
        let variables = record.variables();
        assert!(variables.contains(&("COUNTERSIGN_APPROVERS", "Ada (service-owner)".to_owned())));
        assert!(variables.contains(&("COUNTERSIGN_GRANT", "gnt_1".to_owned())));
    }
}
