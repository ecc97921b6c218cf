//! Freezes, exceptions from them, and risk acceptances.

use api_types::Time;
use api_types::acceptances::{AcceptanceRequest, AcceptanceReviewRequest, RiskAcceptance};
use api_types::calendar::{Calendar, CalendarQuery};
use api_types::changes::Change;
use api_types::freezes::{ExceptionRequest, Freeze, FreezeRequest};

use crate::changes::because;
use crate::{Client, ClientError};

impl Client {
    /// Freezes and windows in a time.
    ///
    /// # Errors
    /// See [`ClientError`]; so for all operations.
    pub fn get_calendar(&self, query: &CalendarQuery) -> Result<Calendar, ClientError> {
        let text = |time: &Option<Time>| time.as_ref().map(|t| t.as_str().to_owned());
        let query = [
            ("from", text(&query.from)),
            ("until", text(&query.until)),
            ("scope", query.scope.clone()),
        ];
        self.json(&self.get(&["v1", "calendar"], &query))
    }

    /// Freezes in force and ahead.
    ///
    /// # Errors
    /// See [`ClientError`]; so for all operations.
    pub fn list_freezes(&self) -> Result<Vec<Freeze>, ClientError> {
        self.all(&["v1", "freezes"])
    }

    /// Declares a freeze.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn declare_freeze(&self, request: &FreezeRequest) -> Result<Freeze, ClientError> {
        self.json(&self.post(&["v1", "freezes"], request)?)
    }

    /// Ends a declared freeze before its time.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn end_freeze(&self, freeze: &str, reason: &str) -> Result<Freeze, ClientError> {
        self.json(&self.post(&["v1", "freezes", freeze, "end"], &because(reason))?)
    }

    /// Asks for an exception from a freeze.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn ask_exception(
        &self,
        change: &str,
        request: &ExceptionRequest,
    ) -> Result<Change, ClientError> {
        self.json(&self.post(&["v1", "changes", change, "exceptions"], request)?)
    }

    /// All risk acceptances, newest first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_acceptances(&self) -> Result<Vec<RiskAcceptance>, ClientError> {
        self.all(&["v1", "risk-acceptances"])
    }

    /// Accepts the risk of going off a rule.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn accept_risk(&self, request: &AcceptanceRequest) -> Result<RiskAcceptance, ClientError> {
        self.json(&self.post(&["v1", "risk-acceptances"], request)?)
    }

    /// Reviews a risk acceptance.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn review_acceptance(
        &self,
        acceptance: &str,
        request: &AcceptanceReviewRequest,
    ) -> Result<RiskAcceptance, ClientError> {
        self.json(&self.post(&["v1", "risk-acceptances", acceptance, "review"], request)?)
    }
}
