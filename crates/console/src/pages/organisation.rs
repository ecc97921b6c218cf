//! People, roles, groups, domains, services and environments, with what an admin can change from there. The
//! forms are in [`super::organisation_forms`], service accounts in [`super::service_accounts`].

use askama::Template;

use crate::filters;
use crate::view::{Badge, FormErrors, Layout, Link, Moment, Paging, StatusChange, Who};

/// A role somebody holds, with the scope it is bound to.
#[derive(Debug, Clone, Default)]
pub struct RoleBinding {
    /// The role.
    pub role: String,
    /// Its scope: "organisation", "domain payments", "service checkout".
    pub scope: String,
    /// How they come to it, e.g. "through group payments-leads"; empty if directly.
    pub via: String,
    /// Leads to taking it away, for those who may.
    pub take_href: Option<String>,
}

/// All people, at `/organisation/people` with the query `q`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/people.html")]
pub struct PeoplePage {
    /// The frame.
    pub layout: Layout,
    /// Words to look for.
    pub query: String,
    /// The people of this page.
    pub people: Vec<PersonRow>,
    /// Neighbouring pages.
    pub paging: Paging,
    /// Whether to offer adding a person.
    pub can_change: bool,
}

/// A person in the list.
#[derive(Debug, Clone, Default)]
pub struct PersonRow {
    /// Name and page.
    pub who: Who,
    /// Names of their accounts.
    pub accounts: Vec<String>,
    /// Their roles.
    pub roles: Vec<RoleBinding>,
    /// Their groups.
    pub groups: Vec<String>,
    /// IANA time zone.
    pub time_zone: String,
    /// E.g. "Active", "Away", "Left".
    pub status: Badge,
}

/// One person, at `/organisation/people/{id}`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/person.html")]
pub struct PersonPage {
    /// The frame.
    pub layout: Layout,
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// IANA time zone.
    pub time_zone: String,
    /// E.g. "Active".
    pub status: Badge,
    /// Their accounts.
    pub accounts: Vec<AccountRow>,
    /// Their roles.
    pub roles: Vec<RoleBinding>,
    /// Their groups.
    pub groups: Vec<String>,
    /// Services they own.
    pub services: Vec<Link>,
    /// What they decided lately.
    pub recent: Vec<Activity>,
    /// How their status can be changed, for admins.
    pub change: Option<StatusChange>,
    /// The form for another account, for admins.
    pub add_account: Option<AccountForm>,
}

/// The form for another account. Posts to the person's path and `/accounts`.
#[derive(Debug, Clone, Default)]
pub struct AccountForm {
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
    /// Field `user_name`.
    pub user_name: String,
    /// Fields `user_name`, `password`.
    pub errors: FormErrors,
}

/// One account of a person.
#[derive(Debug, Clone, Default)]
pub struct AccountRow {
    /// Its id.
    pub id: String,
    /// The user name.
    pub user_name: String,
    /// Where it comes from: "local", an identity provider.
    pub provider: String,
    /// When it last signed in.
    pub last_seen: Option<Moment>,
    /// E.g. "Active", "Disabled".
    pub status: Badge,
    /// How its status can be changed, for admins.
    pub change: Option<StatusChange>,
    /// Leads to setting its password, for admins and whoever it belongs to.
    pub password_href: Option<String>,
}

/// Something a person did.
#[derive(Debug, Clone, Default)]
pub struct Activity {
    /// When.
    pub at: Moment,
    /// What.
    pub what: String,
    /// Where.
    pub link: Option<Link>,
}

/// All roles with their members as resolved now, at `/organisation/roles`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/roles.html")]
pub struct RolesPage {
    /// The frame.
    pub layout: Layout,
    /// The roles.
    pub roles: Vec<RoleRow>,
    /// Whether to offer giving a role.
    pub can_change: bool,
    /// Who is on call in them.
    pub rotas: Vec<RotaRow>,
}

/// Who is on call in a role, by turns.
#[derive(Debug, Clone, Default)]
pub struct RotaRow {
    /// What it is called.
    pub name: String,
    /// The role.
    pub role: String,
    /// Its scope.
    pub scope: String,
    /// Who is on call now.
    pub on_call: Option<Who>,
    /// When the turn changes, in words.
    pub handover: String,
    /// Everybody, in the order of their turns.
    pub turns: Vec<Who>,
}

/// A role in a scope.
#[derive(Debug, Clone, Default)]
pub struct RoleRow {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its scope.
    pub scope: String,
    /// Who holds it now, their `note` saying how.
    pub members: Vec<Who>,
    /// Set when nobody holds it or too few do.
    pub warning: Option<String>,
    /// "Take from …": each binding, for those who may take it.
    pub take: Vec<Link>,
}

/// All groups, at `/organisation/groups`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/groups.html")]
pub struct GroupsPage {
    /// The frame.
    pub layout: Layout,
    /// The groups.
    pub groups: Vec<GroupRow>,
    /// Whether to offer making and changing groups.
    pub can_change: bool,
}

/// A group.
#[derive(Debug, Clone, Default)]
pub struct GroupRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its members.
    pub members: Vec<Who>,
    /// Who answers for members who are away.
    pub deputies: Vec<Who>,
    /// Roles it carries.
    pub roles: Vec<RoleBinding>,
}

/// All services, at `/organisation/services`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/services.html")]
pub struct ServicesPage {
    /// The frame.
    pub layout: Layout,
    /// The services.
    pub services: Vec<ServiceRow>,
    /// Services that are no longer deployed.
    pub retired: Vec<RetiredRow>,
    /// Whether to offer registering and changing services.
    pub can_change: bool,
}

/// A service that is no longer deployed.
#[derive(Debug, Clone, Default)]
pub struct RetiredRow {
    /// Its name.
    pub name: String,
    /// What people called it.
    pub title: String,
    /// For the form that brings it back, for admins.
    pub idempotency_key: Option<String>,
}

/// All domains, at `/organisation/domains`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/domains.html")]
pub struct DomainsPage {
    /// The frame.
    pub layout: Layout,
    /// The domains.
    pub domains: Vec<DomainRow>,
    /// Whether to offer adding and changing domains.
    pub can_change: bool,
}

/// A domain.
#[derive(Debug, Clone, Default)]
pub struct DomainRow {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Names of its services.
    pub services: Vec<String>,
}

/// A service; its anchor is `service-<name>`.
#[derive(Debug, Clone, Default)]
pub struct ServiceRow {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// Who owns it.
    pub owners: Vec<Who>,
    /// E.g. "critical"; the badge's tone follows.
    pub criticality: Badge,
    /// Its domain.
    pub domain: String,
    /// Labels such as `pci`, `pii`.
    pub labels: Vec<String>,
    /// Environments it runs in.
    pub environments: Vec<String>,
    /// Its changes, `/changes?service=…`.
    pub changes_href: String,
}

/// All environments with their tiers, at `/organisation/environments`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/environments.html")]
pub struct EnvironmentsPage {
    /// The frame.
    pub layout: Layout,
    /// The environments.
    pub environments: Vec<EnvironmentRow>,
}

/// An environment.
#[derive(Debug, Clone, Default)]
pub struct EnvironmentRow {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// `T3`.
    pub tier: String,
    /// The tier's title.
    pub tier_title: String,
    /// Enforce or observe.
    pub gate_mode: Badge,
    /// How many services run in it.
    pub services: u32,
}
