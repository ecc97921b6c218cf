//! Rotas: who is on call in the coming weeks, and the form that changes one.

use askama::Template;

use crate::filters;
use crate::view::{Choice, FormErrors, Layout, Moment, Who};

/// All rotas, at `/organisation/rotas`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/rotas.html")]
pub struct RotasPage {
    /// The frame.
    pub layout: Layout,
    /// The rotas.
    pub rotas: Vec<RotaCard>,
    /// Whether to offer making and changing rotas.
    pub can_change: bool,
}

/// A rota and its coming turns.
#[derive(Debug, Clone, Default)]
pub struct RotaCard {
    /// What it is called.
    pub name: String,
    /// The role.
    pub role: String,
    /// Its scope, in words.
    pub scope: String,
    /// When the turn changes, in words.
    pub handover: String,
    /// The hours in which somebody is on call, in words; empty is always.
    pub hours: String,
    /// Turns that somebody takes over, now or to come.
    pub covers: Vec<CoverRow>,
    /// Leads to taking a turn over.
    pub cover_href: String,
    /// The turn that lasts, and the next ones.
    pub turns: Vec<TurnRow>,
    /// Leads to changing it.
    pub edit_href: String,
}

/// A turn.
#[derive(Debug, Clone, Default)]
pub struct TurnRow {
    /// Whose.
    pub who: Who,
    /// When it begins.
    pub from: Moment,
    /// When it ends.
    pub until: Moment,
    /// Whether it lasts.
    pub now: bool,
    /// Whether they are away when it begins.
    pub away: bool,
}

/// Turns that somebody takes over.
#[derive(Debug, Clone, Default)]
pub struct CoverRow {
    /// The cover.
    pub id: String,
    /// Who takes them over.
    pub by: Who,
    /// Whose they are.
    pub person: Who,
    /// From when.
    pub from: Moment,
    /// Until when.
    pub until: Moment,
    /// Whether the reader may give them back.
    pub can_end: bool,
}

/// Turns to take over.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "forms/cover.html")]
pub struct CoverForm {
    /// The frame.
    pub layout: Layout,
    /// Where it is sent: the rota's path and `/cover`.
    pub action: String,
    /// The rota's name.
    pub rota: String,
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
    /// Field `person`.
    pub people: Vec<Choice>,
    /// Field `by`: an e-mail address; admins only.
    pub by: String,
    /// Whether to offer it.
    pub for_others: bool,
    /// The zone of the times typed, in words.
    pub zone: String,
    /// Field `from`: `2026-01-05T09:00` in the zone.
    pub from: String,
    /// Field `until`.
    pub until: String,
    /// By field name.
    pub errors: FormErrors,
}

/// A rota to make or change.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "forms/rota.html")]
pub struct RotaForm {
    /// The frame.
    pub layout: Layout,
    /// Where it is sent: `/organisation/rotas` or the rota's path and `/edit`.
    pub action: String,
    /// What the page is called.
    pub title: String,
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
    /// Field `name`.
    pub name: String,
    /// Field `role`.
    pub roles: Vec<Choice>,
    /// Field `scope`.
    pub scopes: Vec<Choice>,
    /// Field `time_zone`.
    pub time_zone: String,
    /// Field `first`: `2026-01-05T09:00`.
    pub first: String,
    /// Field `days`; empty where a rule says when turns change.
    pub days: String,
    /// Field `handover`: `FREQ=WEEKLY;BYDAY=MO`; empty where turns take days.
    pub handover: String,
    /// Field `weekdays`: `mon-fri`; empty is every day.
    pub weekdays: String,
    /// Field `hours`: `09:00-17:00`; empty is all day.
    pub hours: String,
    /// Field `people`: e-mail addresses, one a line.
    pub people: String,
    /// Leads to removing it, once it is there.
    pub remove_href: Option<String>,
    /// By field name.
    pub errors: FormErrors,
}
