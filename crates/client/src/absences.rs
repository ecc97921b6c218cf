//! Absences, and who answers for whom meanwhile.

use api_types::Page;
use api_types::absences::{
    Absence, AbsenceFeed, AbsenceFeedRequest, AbsenceImport, AbsenceImportRequest, AbsenceRequest,
    Delegation, DelegationRequest,
};
use api_types::rotas::{Cover, CoverRequest, Rota, RotaRequest};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::{Client, ClientError};

impl Client {
    /// All items of a list that concern a person, or everybody.
    fn all_of<T: DeserializeOwned>(
        &self,
        path: &[&str],
        person: Option<&str>,
    ) -> Result<Vec<T>, ClientError> {
        let mut items = Vec::new();
        let mut cursor = None;
        loop {
            let query = [
                ("limit", Some("200".to_owned())),
                ("person", person.map(str::to_owned)),
                ("cursor", cursor.take()),
            ];
            let page: Page<T> = self.json(&self.get(path, &query))?;
            items.extend(page.items);
            match page.next_cursor {
                Some(next) => cursor = Some(next),
                None => return Ok(items),
            }
        }
    }

    /// Absences under way and to come, of one person or of everybody.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_absences(&self, person: Option<&str>) -> Result<Vec<Absence>, ClientError> {
        self.all_of(&["v1", "absences"], person)
    }

    /// Enters an absence of a person.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn enter_absence(
        &self,
        person: &str,
        request: &AbsenceRequest,
    ) -> Result<Absence, ClientError> {
        self.json(&self.post(&["v1", "people", person, "absences"], request)?)
    }

    /// Takes an absence back.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn cancel_absence(&self, absence: &str) -> Result<(), ClientError> {
        let path = ["v1", "absences", absence, "cancellation"];
        self.send(&self.post(&path, &json!({}))?).map(|_| ())
    }

    /// Calendars that absences follow: one's own, of admins all.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_absence_feeds(&self) -> Result<Vec<AbsenceFeed>, ClientError> {
        self.all(&["v1", "absence-feeds"])
    }

    /// Lets somebody's absences follow a calendar.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn subscribe_absences(
        &self,
        person: &str,
        request: &AbsenceFeedRequest,
    ) -> Result<AbsenceImport, ClientError> {
        self.json(&self.post(&["v1", "people", person, "absence-feed"], request)?)
    }

    /// Ends it.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn unsubscribe_absences(&self, person: &str) -> Result<(), ClientError> {
        let path = ["v1", "people", person, "absence-feed", "removal"];
        self.send(&self.post(&path, &serde_json::json!({}))?).map(|_| ())
    }

    /// Says what a calendar changes in somebody's absences, and records it when asked to.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn import_absences(
        &self,
        person: &str,
        request: &AbsenceImportRequest,
    ) -> Result<AbsenceImport, ClientError> {
        self.json(&self.post(&["v1", "people", person, "absences", "import"], request)?)
    }

    /// Delegations, newest first, of one person on either side or of everybody.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_delegations(&self, person: Option<&str>) -> Result<Vec<Delegation>, ClientError> {
        self.all_of(&["v1", "delegations"], person)
    }

    /// Lets somebody answer for the caller.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn delegate(&self, request: &DelegationRequest) -> Result<Delegation, ClientError> {
        self.json(&self.post(&["v1", "delegations"], request)?)
    }

    /// Ends a delegation before its time.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn end_delegation(&self, delegation: &str) -> Result<(), ClientError> {
        let path = ["v1", "delegations", delegation, "end"];
        self.send(&self.post(&path, &json!({}))?).map(|_| ())
    }

    /// All rotas, with who is on call now.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_rotas(&self) -> Result<Vec<Rota>, ClientError> {
        self.all(&["v1", "rotas"])
    }

    /// Makes a rota, or changes one.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn put_rota(&self, request: &RotaRequest) -> Result<Rota, ClientError> {
        self.json(&self.post(&["v1", "rotas"], request)?)
    }

    /// Takes over turns on call of somebody else.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn cover_shift(&self, rota: &str, request: &CoverRequest) -> Result<Cover, ClientError> {
        self.json(&self.post(&["v1", "rotas", rota, "covers"], request)?)
    }

    /// Gives turns on call back.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn end_cover(&self, cover: &str) -> Result<(), ClientError> {
        self.send(&self.post(&["v1", "covers", cover, "end"], &json!({}))?).map(|_| ())
    }

    /// Removes a rota.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn remove_rota(&self, rota: &str) -> Result<(), ClientError> {
        self.send(&self.post(&["v1", "rotas", rota, "removal"], &json!({}))?).map(|_| ())
    }
}
