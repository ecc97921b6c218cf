//! What the calendar can be narrowed to.

use console::view::Choice;
use domain::organisation::{Directory, Status};

/// Domains, then services that are in use.
pub(super) fn choices(directory: &Directory) -> Vec<Choice> {
    let domains = directory
        .domains()
        .map(|(name, title)| Choice::new(format!("domain:{name}"), format!("Domain: {title}")));
    let services = directory
        .services()
        .filter(|service| service.status == Status::Active)
        .map(|s| Choice::new(format!("service:{}", s.name), format!("Service: {}", s.title)));
    domains.chain(services).collect()
}
