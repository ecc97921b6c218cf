//! People, roles, groups, services and environments. Reading only; service accounts have their own module.

use askama::Template;

use crate::filters;
use crate::view::{Badge, Layout, Link, Moment, Paging, Who};

/// A role somebody holds, with the scope it is bound to.
#[derive(Debug, Clone, Default)]
pub struct RoleBinding {
    /// The role.
    pub role: String,
    /// Its scope: "organisation", "domain payments", "service checkout".
    pub scope: String,
    /// How they come to it, e.g. "through group payments-leads"; empty if directly.
    pub via: String,
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
}

/// One account of a person.
#[derive(Debug, Clone, Default)]
pub struct AccountRow {
    /// The user name.
    pub user_name: String,
    /// Where it comes from: "local", an identity provider.
    pub provider: String,
    /// When it last signed in.
    pub last_seen: Option<Moment>,
    /// E.g. "Active", "Disabled".
    pub status: Badge,
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
}

/// All groups, at `/organisation/groups`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/groups.html")]
pub struct GroupsPage {
    /// The frame.
    pub layout: Layout,
    /// The groups.
    pub groups: Vec<GroupRow>,
}

/// A group.
#[derive(Debug, Clone, Default)]
pub struct GroupRow {
    /// Its name.
    pub name: String,
    /// Its members.
    pub members: Vec<Who>,
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
