//! `groups` of `roles.yaml`: roles that policy gives to groups.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::bundle::yaml::At;

/// A role for a group. Who is in the group is no part of policy.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupRoleText {
    /// The id of the group (`grp_…`), never its name: names change hands.
    pub(crate) group: At<String>,
    /// A role of this bundle, `requester` or `auditor`.
    pub(crate) role: At<String>,
    /// Where they hold it: `organisation`, `domain:NAME` or `service:NAME`.
    pub(crate) scope: At<String>,
}
