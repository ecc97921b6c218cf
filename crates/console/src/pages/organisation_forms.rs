//! Forms that change people, groups, roles, services and domains. Each posts to its `action`.

use askama::Template;

use crate::filters;
use crate::view::{Choice, FormErrors, Layout, Link, Moment, Who};

/// A person to add or change.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "forms/person.html")]
pub struct PersonForm {
    /// The frame.
    pub layout: Layout,
    /// Where it is sent: `/organisation/people` or a person's path and `/edit`.
    pub action: String,
    /// Where cancelling leads.
    pub back: Link,
    /// What the page is called.
    pub title: String,
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
    /// Field `name`.
    pub name: String,
    /// Field `emails`: one a line.
    pub emails: String,
    /// Field `time_zone`.
    pub time_zone: String,
    /// By field name.
    pub errors: FormErrors,
}

/// A new password for an account.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "forms/password.html")]
pub struct PasswordForm {
    /// The frame.
    pub layout: Layout,
    /// Where it is sent: the account's path and `/password`.
    pub action: String,
    /// The person's page.
    pub back: Link,
    /// The account it is for.
    pub user_name: String,
    /// Whether it is the reader's own account.
    pub own: bool,
    /// Field `password`.
    pub errors: FormErrors,
}

/// A group to make or change.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "forms/group.html")]
pub struct GroupForm {
    /// The frame.
    pub layout: Layout,
    /// Where it is sent: `/organisation/groups` or the group's path and `/edit`.
    pub action: String,
    /// What the page is called.
    pub title: String,
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
    /// Field `name`.
    pub name: String,
    /// Field `member`, repeated: everybody active, and who is in it.
    pub members: Vec<Choice>,
    /// Roles it carries, which its members hold.
    pub carries: Vec<String>,
    /// Who answers for members who are away.
    pub deputies: Vec<DeputyRow>,
    /// Where a deputy to name is sent, once the group is there.
    pub deputies_action: Option<String>,
    /// Field `person`: whom to name.
    pub people: Vec<Choice>,
    /// Field `role`: those the group holds and policy lets be delegated.
    pub roles: Vec<Choice>,
    /// Field `reason`.
    pub reason: String,
    /// Leads to removing it, when there is something to remove.
    pub remove_href: Option<String>,
    /// By field name.
    pub errors: FormErrors,
}

/// A deputy of a group.
#[derive(Debug, Clone, Default)]
pub struct DeputyRow {
    /// Who.
    pub who: Who,
    /// In which role.
    pub role: String,
    /// How long within one absence, in words.
    pub longest: String,
    /// Since when.
    pub since: Moment,
    /// Where removing them is sent.
    pub remove: String,
}

/// A role to give. Posts to `/organisation/roles/bindings`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "forms/binding.html")]
pub struct BindingForm {
    /// The frame.
    pub layout: Layout,
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
    /// Field `role`.
    pub roles: Vec<Choice>,
    /// Field `scope`.
    pub scopes: Vec<Choice>,
    /// Field `member`: people and groups.
    pub members: Vec<Choice>,
    /// By field name.
    pub errors: FormErrors,
}

/// A service to register or change.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "forms/service.html")]
pub struct ServiceForm {
    /// The frame.
    pub layout: Layout,
    /// Where it is sent: `/organisation/services` or the service's path and `/edit`.
    pub action: String,
    /// What the page is called.
    pub title: String,
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
    /// Whether field `name` is asked for; a name stays for ever.
    pub is_new: bool,
    /// Field `name`.
    pub name: String,
    /// Field `title`.
    pub service_title: String,
    /// Field `domain`.
    pub domains: Vec<Choice>,
    /// Field `criticality`.
    pub criticalities: Vec<Choice>,
    /// Field `labels`: `name=value`, one a line.
    pub labels: String,
    /// Field `depends_on`: names of services, one a line.
    pub depends_on: String,
    /// Leads to retiring it, while it is not.
    pub retire_href: Option<String>,
    /// By field name.
    pub errors: FormErrors,
}

/// A domain to add, or its title to change.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "forms/domain.html")]
pub struct DomainForm {
    /// The frame.
    pub layout: Layout,
    /// Where it is sent: `/organisation/domains` or the domain's path and `/edit`.
    pub action: String,
    /// What the page is called.
    pub title: String,
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
    /// Whether field `name` is asked for.
    pub is_new: bool,
    /// Field `name`.
    pub name: String,
    /// Field `title`.
    pub domain_title: String,
    /// By field name.
    pub errors: FormErrors,
}
