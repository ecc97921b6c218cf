//! Weak links of policy in words: which need, who is left, and what would help.

use domain::organisation::Directory;
use domain::weak_link::{FoundLink, WeakLink, WeakNeed};

/// What is new and what is over.
pub(super) fn headline(begun: u32, mended: u32) -> String {
    let new = match begun {
        0 => None,
        1 => Some("A need of policy has become a weak link".to_owned()),
        _ => Some(format!("{begun} needs of policy have become weak links")),
    };
    match (new, mended) {
        (Some(new), 0) => new,
        (Some(new), _) => format!("{new}; {mended} no more"),
        (None, 1) => "A weak link of policy is mended".to_owned(),
        (None, _) => format!("{mended} weak links of policy are mended"),
    }
}

/// The worst one in full, the others by name.
pub(super) fn detail(
    (begun, some): (u32, &[WeakNeed<FoundLink>]),
    (mended, over): (u32, &[WeakNeed<WeakLink>]),
    directory: &Directory,
) -> String {
    let mut said = Vec::new();
    if let Some((worst, others)) = some.split_first() {
        let FoundLink { link, message, help, who } = &worst.first;
        let names: Vec<String> = who.iter().map(|p| directory.person_name(p)).collect();
        let names = match names.as_slice() {
            [] => String::new(),
            names => format!(" ({})", names.join(", ")),
        };
        let more = match worst.more {
            0 => String::new(),
            1 => ", and so for 1 more service".to_owned(),
            more => format!(", and so for {more} more services"),
        };
        said.push(format!("{}: {message}{names}{more}; {help}.", link.need));
        if !others.is_empty() {
            let others = others.iter().map(|need| named(&need.first.link, need.more)).collect();
            said.push(format!("Also {}.", list(others, begun.saturating_sub(1))));
        }
    }
    if !over.is_empty() {
        let over = over.iter().map(|need| named(&need.first, need.more)).collect();
        said.push(format!("Mended: {}.", list(over, mended)));
    }
    said.join(" ")
}

fn named(link: &WeakLink, more: u32) -> String {
    let (need, kind) = (&link.need, link.kind.title());
    match (&link.service, more) {
        (None, _) => format!("{need} ({kind})"),
        (Some(service), 0) => format!("{need} ({kind}, for {service})"),
        (Some(service), more) => format!("{need} ({kind}, for {service} and {more} more)"),
    }
}

fn list(mut some: Vec<String>, all: u32) -> String {
    match all.saturating_sub(u32::try_from(some.len()).unwrap_or(u32::MAX)) {
        0 => {}
        more => some.push(format!("and {more} more")),
    }
    some.join(", ")
}
