//! What a feed holds, as events of a calendar.

use app::change::{FeedContents, InboxItem, OnCall};
use calendar::ical::{FeedEvent, When};
use domain::change::{Change, State};
use domain::conflict::Conflict;
use domain::freeze::Freeze;
use domain::maintenance::MaintenanceWindow;
use domain::organisation::{Absence, Directory, KnownAlignment};
use jiff::{SignedDuration, Timestamp};

/// How long before an answer is due its event begins.
const BEFORE_DUE: SignedDuration = SignedDuration::from_mins(30);

/// Puts entries into words, with links to this server.
pub(super) struct Writer<'a> {
    pub(super) directory: &'a Directory,
    pub(super) base: String,
    pub(super) now: Timestamp,
}

impl Writer<'_> {
    /// All of it: what is due first, then what is planned.
    pub(super) fn events(&self, contents: &FeedContents) -> Vec<FeedEvent> {
        let planned = &contents.planned;
        let conflicts =
            |c: &Change| planned.conflicts.get(&c.number).map_or(&[][..], Vec::as_slice);
        let answers = contents.answers.iter().filter_map(|item| self.answer(item));
        let freezes = planned.freezes.iter().map(|freeze| self.freeze(freeze));
        let maintenance = planned.maintenance.iter().filter_map(|window| self.opening(window));
        let changes = planned.changes.iter().filter_map(|c| self.change(c, conflicts(c)));
        let sessions = planned.sessions.iter().map(|known| self.session(known));
        let absences = contents.absences.iter().map(|absence| self.absence(absence));
        let on_call = contents.on_call.iter().map(|turn| self.on_call(turn));
        answers
            .chain(freezes)
            .chain(maintenance)
            .chain(changes)
            .chain(sessions)
            .chain(absences)
            .chain(on_call)
            .collect()
    }

    fn change(&self, change: &Change, conflicts: &[Conflict]) -> Option<FeedEvent> {
        let revision = change.revision();
        let material = &revision.material;
        let window = material.window.as_ref()?;
        let mut description =
            format!("{} → {}. {}.", material.service, material.environment, standing(change));
        if !conflicts.is_empty() {
            let mut numbers: Vec<String> = conflicts.iter().map(|c| c.number.to_string()).collect();
            numbers.dedup();
            description.push_str(&format!(" Conflicts with {}.", numbers.join(", ")));
        }
        Some(FeedEvent {
            uid: self.uid(change.id.as_str()),
            sequence: revision.number.saturating_sub(1),
            stamp: change.updated_at,
            when: When::Between(window.from, window.until),
            summary: format!("{} {} ({})", change.number, material.title.text(), standing(change)),
            description,
            url: Some(format!("{}/changes/{}", self.base, change.number)),
            busy: false,
            cancelled: false,
        })
    }

    fn answer(&self, item: &InboxItem) -> Option<FeedEvent> {
        let due = item.due_at?;
        let change = &item.facts.change;
        let title = change.revision().material.title.text();
        Some(FeedEvent {
            uid: self.uid(&format!("{}-answer-{}", change.id, item.requirement.key)),
            sequence: change.revision().number.saturating_sub(1),
            stamp: change.updated_at,
            when: When::Between(due.checked_sub(BEFORE_DUE).unwrap_or(due), due),
            summary: format!("Answer due: {} {title}", change.number),
            description: item.requirement.why.clone(),
            url: Some(format!("{}/changes/{}", self.base, change.number)),
            busy: false,
            cancelled: false,
        })
    }

    fn freeze(&self, freeze: &Freeze) -> FeedEvent {
        FeedEvent {
            uid: self.uid(&format!("freeze-{}", freeze.id)),
            stamp: freeze.from,
            when: When::Between(freeze.from, freeze.until),
            summary: format!("Freeze: {}", freeze.title.text()),
            description: format!("Nothing is deployed to {}.", self.scope(&freeze.scope)),
            url: Some(format!("{}/freezes", self.base)),
            ..self.blank()
        }
    }

    fn opening(&self, window: &MaintenanceWindow) -> Option<FeedEvent> {
        let opening = window.opening?;
        let at = opening.from.strftime("%Y%m%dT%H%M%SZ");
        Some(FeedEvent {
            uid: self.uid(&format!("maintenance-{}-{at}", window.name)),
            stamp: opening.from,
            when: When::Between(opening.from, opening.until),
            summary: format!("Maintenance window: {}", window.title),
            description: format!("Deployments to {} begin in it.", self.scope(&window.scope)),
            url: Some(format!("{}/calendar", self.base)),
            ..self.blank()
        })
    }

    fn session(&self, known: &KnownAlignment) -> FeedEvent {
        let opened = &known.opened;
        let chair = self.directory.person_name(&opened.chair);
        FeedEvent {
            uid: self.uid(opened.id.as_str()),
            sequence: known.sequence(),
            stamp: known.edited_at(),
            when: When::Between(opened.from, opened.until),
            summary: format!("Alignment: {}", opened.title.text()),
            description: format!("{} leads it, about {}.", chair, opened.numbers()),
            url: Some(format!("{}/alignments/{}", self.base, opened.id)),
            cancelled: known.cancelled.is_some(),
            ..self.blank()
        }
    }

    /// Never why: a link may be passed on, and the reason may be about health.
    fn absence(&self, absence: &Absence) -> FeedEvent {
        FeedEvent {
            uid: self.uid(absence.id.as_str()),
            stamp: absence.from,
            when: When::Between(absence.from, absence.until),
            summary: "Away: nobody is asked for my answer".to_owned(),
            url: Some(format!("{}/absence", self.base)),
            busy: true,
            ..self.blank()
        }
    }

    fn on_call(&self, turn: &OnCall) -> FeedEvent {
        let begins = turn.from.strftime("%Y%m%dT%H%M%SZ");
        FeedEvent {
            uid: self.uid(&format!("on-call-{}-{begins}", turn.rota.id)),
            stamp: turn.from,
            when: When::Between(turn.from, turn.until),
            summary: format!("On call: {}", turn.rota.name),
            description: format!(
                "{} for {}. A rota gives no right.",
                turn.rota.role,
                self.scope(&turn.rota.scope)
            ),
            url: Some(format!("{}/organisation/rotas", self.base)),
            ..self.blank()
        }
    }

    fn blank(&self) -> FeedEvent {
        FeedEvent {
            uid: String::new(),
            sequence: 0,
            stamp: self.now,
            when: When::Between(self.now, self.now),
            summary: String::new(),
            description: String::new(),
            url: None,
            busy: false,
            cancelled: false,
        }
    }

    fn scope(&self, scope: &domain::requirement::Scope) -> String {
        use domain::requirement::Scope;
        match scope {
            Scope::Organisation => "any service".to_owned(),
            Scope::Domain(name) => format!("services of {name}"),
            Scope::Service(name) => {
                let known = self.directory.service(name);
                known.map_or_else(|| name.to_string(), |service| service.title.clone())
            }
        }
    }

    /// The same for the same thing, and nobody else's.
    fn uid(&self, of: &str) -> String {
        let host = self.base.split_once("://").map_or(self.base.as_str(), |(_, host)| host);
        format!("{of}@{host}")
    }
}

fn standing(change: &Change) -> &'static str {
    match (&change.state, change.holds.is_empty()) {
        (State::AwaitingApproval { .. }, true) => "waits for approval",
        (State::AwaitingApproval { .. }, false) => "waits for approval, on hold",
        (State::Approved { .. }, true) => "approved",
        (State::Approved { .. }, false) => "approved, on hold",
        (State::Implementing { .. }, _) => "being deployed",
        (state, _) => state.name().as_str(),
    }
}
