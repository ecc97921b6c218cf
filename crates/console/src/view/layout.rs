//! What every page shares: navigation, the signed-in user, the CSRF token, messages.

use super::{Link, Tone};

/// The part of the console a page belongs to, for the navigation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Section {
    /// None of them (sign-in, errors).
    #[default]
    None,
    /// What waits for the user.
    Inbox,
    /// The list of changes and each change.
    Changes,
    /// The form for a new change.
    NewChange,
    /// The live bundle and its proposals.
    Policy,
    /// The log and its entries.
    Ledger,
    /// People, roles, groups, services, environments, service accounts.
    Organisation,
}

/// Who is signed in.
#[derive(Debug, Clone, Default)]
pub struct User {
    /// The person's name.
    pub name: String,
    /// The account they signed in with.
    pub user_name: String,
    /// Their own page, e.g. `/organisation/people/prs_…`.
    pub href: String,
    /// One line about their roles, e.g. "Service owner, CAB member".
    pub roles: String,
}

/// A message about what just happened, shown once at the top of the page.
#[derive(Debug, Clone, Default)]
pub struct Flash {
    /// How it is meant.
    pub tone: Tone,
    /// One or two sentences.
    pub text: String,
    /// Where to look next.
    pub link: Option<Link>,
}

impl Flash {
    /// Something worked.
    pub fn good(text: impl Into<String>) -> Self {
        Self { tone: Tone::Good, text: text.into(), link: None }
    }

    /// Something did not work.
    pub fn bad(text: impl Into<String>) -> Self {
        Self { tone: Tone::Bad, text: text.into(), link: None }
    }
}

/// The frame of a page. `title` is the page's own title; the product name is added.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// Title of the page, e.g. "CHG-1042 Raise the pool size".
    pub title: String,
    /// Which navigation entry is current.
    pub section: Section,
    /// `None` shows the page without navigation.
    pub user: Option<User>,
    /// The session's token, put into every form as the hidden field `csrf`.
    pub csrf: String,
    /// Messages about what just happened.
    pub flash: Vec<Flash>,
    /// Name of the organisation, shown beside the product name.
    pub organisation: String,
    /// A line above everything, e.g. "Demo organisation: nothing here is real".
    pub banner: Option<String>,
    /// Where that line leads.
    pub banner_link: Option<Link>,
    /// How many decisions wait for the user; shown at the inbox link when not zero.
    pub inbox_count: u32,
    /// How many notifications the user has not read; shown in their menu when not zero.
    pub unread: u32,
    /// A server-sent event stream (`/v1/…`). An event that is unnamed or named `change` or `journal` makes the
    /// page fetch itself again and show what differs; the data of the event does not matter.
    pub live: Option<String>,
    /// When the page was made, e.g. "22 Nov 2026, 10:00 UTC"; shown in the footer.
    pub made_at: String,
    /// Product version for the footer.
    pub version: String,
    /// How many entries the ledger has, for the footer; links to it.
    pub log_size: Option<u64>,
}

/// One entry of the main navigation.
#[derive(Debug, Clone)]
pub struct NavLink {
    /// Where it leads.
    pub href: &'static str,
    /// What it says.
    pub label: &'static str,
    /// The symbol beside it.
    pub icon: &'static str,
    /// Whether the page belongs to it.
    pub current: bool,
    /// How many things wait behind it.
    pub count: u32,
}

impl NavLink {
    /// One word for narrow screens.
    #[must_use]
    pub fn short(&self) -> &'static str {
        match self.label {
            "New change" => "New",
            "Organisation" => "People",
            label => label,
        }
    }
}

impl User {
    /// Up to two initials.
    #[must_use]
    pub fn initials(&self) -> String {
        let mut initials = self.name.split_whitespace().filter_map(|word| word.chars().next());
        let first = initials.next();
        first.into_iter().chain(initials.next_back()).flat_map(char::to_uppercase).collect()
    }
}

impl Flash {
    /// Whether it should interrupt a screen reader.
    #[must_use]
    pub fn is_alert(&self) -> bool {
        matches!(self.tone, Tone::Bad | Tone::Warn)
    }
}

impl Layout {
    /// A frame with a title in a section; fill the rest with `..` or by assignment.
    pub fn new(title: impl Into<String>, section: Section) -> Self {
        Self { title: title.into(), section, ..Self::default() }
    }

    /// The main navigation of a signed-in user.
    #[must_use]
    pub fn nav(&self) -> [NavLink; 6] {
        let link = |section, href, label, icon| NavLink {
            href,
            label,
            icon,
            current: self.section == section,
            count: if section == Section::Inbox { self.inbox_count } else { 0 },
        };
        [
            link(Section::Inbox, "/inbox", "Inbox", "inbox"),
            link(Section::Changes, "/changes", "Changes", "list"),
            link(Section::NewChange, "/changes/new", "New change", "plus"),
            link(Section::Policy, "/policy", "Policy", "scale"),
            link(Section::Ledger, "/ledger", "Ledger", "link"),
            link(Section::Organisation, "/organisation/people", "Organisation", "people"),
        ]
    }

    /// URL of the style sheet.
    #[must_use]
    pub fn css(&self) -> String {
        crate::assets::url("console.css")
    }

    /// URL of the script.
    #[must_use]
    pub fn js(&self) -> String {
        crate::assets::url("console.js")
    }

    /// URL of the script that asks passkeys, on the pages that do.
    #[must_use]
    pub fn passkeys_js(&self) -> String {
        crate::assets::url("passkeys.js")
    }

    /// URL of the small script that applies the chosen colours before the first paint.
    #[must_use]
    pub fn theme_js(&self) -> String {
        crate::assets::url("theme.js")
    }

    /// URL of the site icon.
    #[must_use]
    pub fn favicon(&self) -> String {
        crate::assets::url("favicon.svg")
    }
}
