//! Many things for one person become one mail: by change, without repetitions, the urgent first, and
//! with a flood of one requester cut short (G10).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::mem::discriminant;
use std::sync::Arc;

use domain::change::{Change, State};
use domain::ids::{ChangeId, PersonId};
use domain::notification::Topic;
use domain::organisation::Directory;
use jiff::Timestamp;

use super::plain::one_line;
use super::telling::{Telling, What};
use super::words::Words;

/// So many changes of one requester are listed; the others are counted.
const OF_ONE_REQUESTER: usize = 5;
const SUBJECT_MAX: usize = 150;

/// A mail to one person, before it has a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Follows from what is in it: the same mail sent again has the same.
    pub id: String,
    /// Id of the change that all of it is about: mails about one change are one thread.
    pub thread: Option<String>,
    /// What the receiver is called.
    pub to_name: String,
    /// Their address.
    pub to_address: String,
    /// One line.
    pub subject: String,
    /// What is told.
    pub sections: Vec<MailSection>,
    /// Where the console is: `https://host`.
    pub public_url: String,
    /// What the organisation is called.
    pub organisation: String,
    /// When it was put together.
    pub at: Timestamp,
}

/// What is told of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSection {
    /// Where it can be seen and answered.
    pub url: String,
    /// One line of plain text each.
    pub lines: Vec<MailLine>,
}

/// One thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailLine {
    /// One sentence.
    pub headline: String,
    /// More about it.
    pub detail: Option<String>,
}

/// The receiver and what is known of the changes.
pub(super) struct Reader<'a> {
    pub(super) person: &'a PersonId,
    pub(super) directory: &'a Directory,
    pub(super) changes: &'a HashMap<ChangeId, Arc<Change>>,
    pub(super) public_url: &'a str,
}

impl Reader<'_> {
    fn words(&self, telling: &Telling) -> Words {
        let zone = self.directory.person(self.person).map_or("UTC", |person| &person.time_zone);
        telling.words(self.change(telling), self.directory, zone)
    }

    fn change(&self, telling: &Telling) -> Option<&Change> {
        self.changes.get(&telling.change.as_ref()?.id).map(Arc::as_ref)
    }

    /// Whether it still matters: somebody who has answered meanwhile is not asked any more.
    fn matters(&self, telling: &Telling) -> bool {
        let Some(change) = self.change(telling) else { return true };
        let open = matches!(change.state, State::AwaitingApproval { .. });
        match telling.what {
            What::ApprovalAsked { .. } => {
                open && !change.current_votes().any(|vote| vote.person == *self.person)
            }
            What::ExpiresSoon { .. } => !change.state.is_final(),
            _ => true,
        }
    }

    /// Drops what does not matter any more, and all but the last of what repeats itself.
    fn condense<'t>(&self, tellings: &'t [Telling]) -> Vec<&'t Telling> {
        let mut kept: Vec<&Telling> = Vec::new();
        for telling in tellings.iter().filter(|telling| self.matters(telling)) {
            let repeated = |earlier: &&Telling| {
                let same = discriminant(&earlier.what) == discriminant(&telling.what);
                let each =
                    matches!(telling.what.topic(), Topic::Votes | Topic::Holds | Topic::Policy);
                same && !each && earlier.change == telling.change && earlier.change.is_some()
            };
            kept.retain(|earlier| !repeated(earlier));
            kept.push(telling);
        }
        kept
    }

    /// Puts a mail together; `None` when nothing of it matters any more.
    pub(super) fn mail(
        &self,
        tellings: &[Telling],
        to: (String, String),
        id: String,
        at: Timestamp,
    ) -> Option<Mail> {
        let kept = self.condense(tellings);
        let subject = self.subject(&kept)?;
        let threads: BTreeSet<Option<&ChangeId>> =
            kept.iter().map(|t| t.change.as_ref().map(|c| &c.id)).collect();
        let thread = (threads.len() == 1).then(|| threads.into_iter().next().flatten()).flatten();
        Some(Mail {
            id,
            thread: thread.map(ToString::to_string),
            to_name: to.0,
            to_address: to.1,
            subject: one_line(&subject, SUBJECT_MAX),
            sections: self.sections(&kept),
            public_url: self.public_url.to_owned(),
            organisation: one_line(self.directory.name(), 60),
            at,
        })
    }

    fn subject(&self, kept: &[&Telling]) -> Option<String> {
        let urgent = if kept.iter().any(|t| t.urgent) { "Urgent: " } else { "" };
        if let [only] = kept {
            return Some(format!("{urgent}{}", self.words(only).headline));
        }
        let asked: BTreeSet<_> = kept
            .iter()
            .filter(|t| t.what.topic() == Topic::Asked)
            .filter_map(|t| t.change.as_ref().map(|c| &c.id))
            .collect();
        let news = kept.iter().filter(|t| t.what.topic() != Topic::Asked || t.change.is_none());
        let news = news.count();
        let asked = match asked.len() {
            0 => None,
            1 => Some("1 change waits for you".to_owned()),
            many => Some(format!("{many} changes wait for you")),
        };
        let news = match news {
            0 => None,
            1 => Some("1 update".to_owned()),
            many => Some(format!("{many} updates")),
        };
        let parts: Vec<String> = asked.into_iter().chain(news).collect();
        (!parts.is_empty()).then(|| format!("{urgent}{}", parts.join(", ")))
    }

    fn sections(&self, kept: &[&Telling]) -> Vec<MailSection> {
        let mut order: Vec<Option<&ChangeId>> = Vec::new();
        let mut by_change: HashMap<Option<&ChangeId>, Vec<&Telling>> = HashMap::new();
        for telling in kept {
            let change = telling.change.as_ref().map(|c| &c.id);
            let of_it = by_change.entry(change).or_default();
            if of_it.is_empty() {
                order.push(change);
            }
            of_it.push(telling);
        }
        let rank = |change: &Option<&ChangeId>| {
            let of_it = by_change.get(change).map(Vec::as_slice).unwrap_or_default();
            let asked = of_it.iter().any(|t| t.what.topic() == Topic::Asked);
            (!of_it.iter().any(|t| t.urgent), !asked)
        };
        order.sort_by_key(rank);
        let mut listed: BTreeMap<&str, usize> = BTreeMap::new();
        let mut sections = Vec::new();
        for change in order {
            let of_it = by_change.get(&change).map(Vec::as_slice).unwrap_or_default();
            let subject = of_it.first().and_then(|t| t.change.as_ref());
            if let Some(subject) = subject {
                let count = listed.entry(&subject.requester).or_default();
                *count += 1;
                if *count > OF_ONE_REQUESTER {
                    continue;
                }
            }
            sections.push(self.section(of_it));
        }
        for (requester, count) in listed {
            if let Some(more) = count.checked_sub(OF_ONE_REQUESTER).filter(|more| *more > 0) {
                sections.push(self.more(requester, more));
            }
        }
        sections
    }

    fn section(&self, of_it: &[&Telling]) -> MailSection {
        let words: Vec<Words> = of_it.iter().map(|t| self.words(t)).collect();
        // The link leads to where they answer, if something of it asks them to.
        let asks = of_it.iter().position(|t| t.what.topic() == Topic::Asked).unwrap_or(0);
        let path = words.get(asks).map(|w| w.path.clone()).unwrap_or_default();
        let mut lines = Vec::new();
        for Words { headline, detail, more, .. } in words {
            lines.push(MailLine { headline, detail });
            lines.extend(more.into_iter().map(|line| MailLine { headline: line, detail: None }));
        }
        MailSection { url: format!("{}{path}", self.public_url), lines }
    }

    fn more(&self, requester: &str, count: usize) -> MailSection {
        let person = requester.parse().ok().map(|person| self.directory.person_name(&person));
        let name = one_line(&person.unwrap_or_else(|| "a machine".to_owned()), 60);
        let changes = if count == 1 { "change" } else { "changes" };
        let line = MailLine { headline: format!("{count} more {changes} of {name}"), detail: None };
        MailSection { url: format!("{}/notifications", self.public_url), lines: vec![line] }
    }
}
