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
    /// Field `days`.
    pub days: String,
    /// Field `people`: e-mail addresses, one a line.
    pub people: String,
    /// Leads to removing it, once it is there.
    pub remove_href: Option<String>,
    /// By field name.
    pub errors: FormErrors,
}
