//! For whom a page is made: names of the organisation, and times by the reader's own clock.

use console::view::{Link, Moment, Who};
use domain::actor::Actor;
use domain::ids::{GroupId, PersonId, RoleName, ServiceAccountId};
use domain::organisation::Directory;
use domain::requirement::{RuleRef, Scope};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// A reader's clock.
#[derive(Debug, Clone)]
pub(crate) struct Zone {
    zone: TimeZone,
    name: String,
}

impl Zone {
    /// The zone of a person's record; UTC when it is not known here.
    pub(crate) fn of(directory: &Directory, person: &PersonId) -> Self {
        let name = directory.person(person).map(|p| p.time_zone.clone());
        let zone = name.as_deref().and_then(|name| TimeZone::get(name).ok());
        match (zone, name) {
            (Some(zone), Some(name)) => Self { zone, name },
            _ => Self::utc(),
        }
    }

    #[cfg(test)]
    pub(crate) fn named(name: &str) -> Self {
        Self { zone: TimeZone::get(name).unwrap(), name: name.to_owned() }
    }

    /// UTC, for readers who are not signed in.
    pub(crate) fn utc() -> Self {
        Self { zone: TimeZone::UTC, name: "UTC".to_owned() }
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The day of a time.
    pub(crate) fn date(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// When a day begins.
    pub(crate) fn midnight(&self, day: Date) -> Option<Timestamp> {
        day.to_zoned(self.zone.clone()).ok().map(|zoned| zoned.timestamp())
    }

    /// `18:00`.
    pub(crate) fn clock(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%H:%M").to_string()
    }

    /// A time as a browser's field sends it: `2026-11-27T18:00`.
    pub(crate) fn at(&self, text: &str) -> Option<Timestamp> {
        let local: DateTime = text.parse().ok()?;
        local.to_zoned(self.zone.clone()).ok().map(|zoned| zoned.timestamp())
    }

    /// A time as a browser's field holds it, without seconds: what [`Self::at`] reads.
    pub(crate) fn field(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// A moment with its zone in words.
    pub(crate) fn moment(&self, at: Timestamp) -> Moment {
        Moment { iso: format!("{at:.3}"), text: self.words(at) }
    }

    /// `22 Nov 2026, 10:00 CET`.
    pub(crate) fn words(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%-d %b %Y, %H:%M %Z").to_string()
    }

    /// The same with the name of the zone, for the foot of a page.
    pub(crate) fn words_with_name(&self, at: Timestamp) -> String {
        match self.name.as_str() {
            "UTC" => self.words(at),
            name => format!("{} ({name})", self.words(at)),
        }
    }

    /// Whether two moments are on one day of the reader's calendar.
    pub(crate) fn same_day(&self, a: Timestamp, b: Timestamp) -> bool {
        a.to_zoned(self.zone.clone()).date() == b.to_zoned(self.zone.clone()).date()
    }
}

/// The reader of a page: what mapping a domain value to words needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    /// The organisation.
    pub(crate) directory: &'a Directory,
    /// The reader's clock.
    pub(crate) zone: &'a Zone,
    /// When the page is made.
    pub(crate) now: Timestamp,
}

impl Reader<'_> {
    /// A moment by the reader's clock.
    pub(crate) fn moment(&self, at: Timestamp) -> Moment {
        self.zone.moment(at)
    }

    /// Who did something.
    pub(crate) fn who(&self, actor: &Actor) -> Who {
        match actor {
            Actor::Person { person, .. } => self.person(person),
            Actor::ServiceAccount { service_account } => self.machine(service_account),
            Actor::System => Who::new("Countersign"),
        }
    }

    /// A person with a link to their page.
    pub(crate) fn person(&self, id: &PersonId) -> Who {
        Who::linked(self.directory.person_name(id), format!("/organisation/people/{id}"))
    }

    /// A machine with a link to its page.
    pub(crate) fn machine(&self, id: &ServiceAccountId) -> Who {
        let known = self.directory.service_account(id);
        let name = known.map_or_else(|| id.to_string(), |a| a.name.clone());
        let href = format!("/organisation/service-accounts/{id}");
        Who { note: "service account".to_owned(), ..Who::linked(name, href) }
    }

    /// Whoever a list names by id alone.
    pub(crate) fn principal(&self, id: &str) -> Who {
        if let Ok(person) = id.parse() {
            return self.person(&person);
        }
        id.parse().map_or_else(|_| Who::new("Countersign"), |machine| self.machine(&machine))
    }

    /// A text with people called by their names where it has their ids.
    pub(crate) fn named(&self, text: &str) -> String {
        const ID: usize = "prs_".len() + 26;
        let mut pieces = text.split("prs_");
        let mut out = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let whole = format!("prs_{piece}");
            let id = whole.get(..ID).and_then(|id| id.parse::<PersonId>().ok());
            match id.filter(|id| self.directory.person(id).is_some()) {
                Some(id) => {
                    out.push_str(&self.directory.person_name(&id));
                    out.push_str(whole.get(ID..).unwrap_or_default());
                }
                None => out.push_str(&whole),
            }
        }
        out
    }

    /// Whoever attested something: a service account by name, or `person:` and an id.
    pub(crate) fn issuer(&self, issuer: &str) -> Who {
        let id = issuer.strip_prefix("person:").unwrap_or(issuer);
        if let Ok(person) = id.parse() {
            return self.person(&person);
        }
        let known = self.directory.service_accounts().find(|a| a.name == issuer);
        known.map_or_else(|| Who::new(issuer), |account| self.machine(&account.id))
    }

    /// What a group is called.
    pub(crate) fn group(&self, id: &GroupId) -> String {
        self.directory.group(id).map_or_else(|| id.to_string(), |g| g.name.clone())
    }

    /// Where a contributor's identity leads, when it is somebody we know.
    pub(crate) fn identity(&self, identity: &str) -> Who {
        let inside = identity.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
        let bare = inside.map_or(identity, |(address, _)| address).trim();
        let known = self
            .directory
            .person_by_email(bare)
            .map(|p| p.id.clone())
            .or_else(|| self.directory.account_by_subject("local", bare).map(|a| a.person.clone()))
            .or_else(|| bare.parse().ok().filter(|id| self.directory.person(id).is_some()));
        match known {
            Some(person) => self.person(&person),
            None => Who { note: "nobody we know".to_owned(), ..Who::new(identity) },
        }
    }
}

/// Where a role is held, in words.
pub(crate) fn scope(scope: &Scope) -> String {
    match scope {
        Scope::Organisation => "organisation".to_owned(),
        Scope::Domain(name) => format!("domain {name}"),
        Scope::Service(name) => format!("service {name}"),
    }
}

/// `service-owner or security`.
pub(crate) fn roles(roles: &[RoleName]) -> String {
    roles.iter().map(RoleName::as_str).collect::<Vec<_>>().join(" or ")
}

/// A link to the line of a rule.
pub(crate) fn rule(rule: &RuleRef) -> Link {
    let label = format!("{}:{}", rule.file, rule.line);
    Link::new(label, format!("/policy/source/{}#L{}", rule.file, rule.line))
}

/// A link to an entry of the ledger.
pub(crate) fn entry(index: u64) -> Link {
    Link::new(format!("ledger entry {index}"), format!("/ledger/entries/{index}"))
}

/// A fragment as a sentence's beginning: the first letter is a capital, unless it begins with code
/// such as `service.criticality == "high"`.
pub(crate) fn sentence(fragment: &str) -> String {
    let first = fragment.split_whitespace().next().unwrap_or_default();
    let plain = |c: char| c.is_alphabetic() || matches!(c, '-' | '\'' | ',' | ':' | ';');
    let mut chars = fragment.chars();
    match chars.next() {
        Some(letter) if first.chars().all(plain) => letter.to_uppercase().chain(chars).collect(),
        _ => fragment.to_owned(),
    }
}

/// `1 vote`, `2 votes`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// `requester, editor and author`.
pub(crate) fn joined(words: &[&str]) -> String {
    match words {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        few => few.concat(),
    }
}

/// Minutes as people say them: `45 minutes`, `8 hours`, `3 days`.
pub(crate) fn minutes(minutes: u32) -> String {
    let said = |count: u32, one: &str, many: &str| counted(count as usize, one, many);
    if minutes == 0 {
        "no time".to_owned()
    } else if minutes.is_multiple_of(24 * 60) {
        said(minutes / (24 * 60), "day", "days")
    } else if minutes.is_multiple_of(60) {
        said(minutes / 60, "hour", "hours")
    } else {
        said(minutes, "minute", "minutes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_names_the_readers_zone() {
        let at: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        assert_eq!(Zone::utc().words(at), "22 Nov 2026, 10:00 UTC");
        assert_eq!(Zone::utc().moment(at).iso, "2026-11-22T10:00:00.000Z");
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let berlin = Zone { zone, name: "Europe/Berlin".to_owned() };
        assert_eq!(berlin.words_with_name(at), "22 Nov 2026, 11:00 CET (Europe/Berlin)");
    }

    #[test]
    fn code_keeps_its_first_letter() {
        assert_eq!(sentence("peers agree"), "Peers agree");
        assert_eq!(sentence("has(history) ✗"), "has(history) ✗");
        assert_eq!(sentence("change.has_plan"), "change.has_plan");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn minutes_are_said_in_the_largest_whole_unit() {
        assert_eq!(minutes(45), "45 minutes");
        assert_eq!(minutes(60), "1 hour");
        assert_eq!(minutes(3 * 24 * 60), "3 days");
    }
}
