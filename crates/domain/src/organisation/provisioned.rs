//! What a customer's directory says of the people and groups that it keeps up to date here (SCIM 2.0,
//! RFC 7643).

use serde::{Deserialize, Serialize};

use crate::ids::{GroupId, PersonId, ServiceAccountId};
use crate::private::Private;

/// A person as their directory knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvisionedPerson {
    /// Who.
    pub person: PersonId,
    /// The machine identity that the directory comes as; no other may change the record.
    pub by: ServiceAccountId,
    /// `userName`, unique within that directory.
    pub user_name: Private<String>,
    /// `externalId`: the directory's own id for them, which never means somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<Private<String>>,
    /// Whether the directory says that they are here. Only when this changes does their status follow:
    /// what an admin decided here stands until then.
    pub active: bool,
    /// Whether the directory has removed the record.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}

/// A group as its directory knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvisionedGroup {
    /// The group.
    pub group: GroupId,
    /// The machine identity that the directory comes as.
    pub by: ServiceAccountId,
    /// `externalId`: the directory's own id for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Whether the directory has removed it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}
