//! Automatic approval, and stops over it.

use api_types::automation::{Automation, AutomationRuleHistory, AutomationStop, StopRequest};
use api_types::automation_audit::AutomationAudit;

use crate::changes::because;
use crate::{Client, ClientError};

impl Client {
    /// Rules that approve by themselves, what they approved lately, and stops.
    ///
    /// # Errors
    /// See [`ClientError`]; so for all operations.
    pub fn get_automation(&self) -> Result<Automation, ClientError> {
        self.json(&self.get(&["v1", "automation"], &[]))
    }

    /// A rule, and what became of the changes it could answer for.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn get_automation_rule(&self, rule: &str) -> Result<AutomationRuleHistory, ClientError> {
        self.json(&self.get(&["v1", "automation", "rules", rule], &[]))
    }

    /// Looks for misuse of automatic approval.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn audit_automation(&self) -> Result<AutomationAudit, ClientError> {
        self.json(&self.get(&["v1", "automation", "audit"], &[]))
    }

    /// Stops automatic approval.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn stop_automation(&self, request: &StopRequest) -> Result<AutomationStop, ClientError> {
        self.json(&self.post(&["v1", "automation", "stops"], request)?)
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn resume_automation(
        &self,
        stop: &str,
        reason: &str,
    ) -> Result<AutomationStop, ClientError> {
        let path = ["v1", "automation", "stops", stop, "resumption"];
        self.json(&self.post(&path, &because(reason))?)
    }
}
