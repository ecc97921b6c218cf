//! What is told of alignment sessions, to whom, and in which words.

use std::collections::BTreeSet;

use domain::actor::Actor;
use domain::ids::PersonId;
use domain::organisation::{AlignmentMove, KnownAlignment, KnownConcern, OrganisationEvent};
use domain::private::Private;
use jiff::Timestamp;
use store::Write;

use super::plain::one_line;
use super::queue::Place;
use super::telling::{Telling, What};
use super::words::Sayer;
use crate::App;

const TITLE_MAX: usize = 120;

/// Who is told what, and a word that is the event's own within its session.
fn told(
    event: &OrganisationEvent,
    known: &KnownAlignment,
) -> Option<(BTreeSet<PersonId>, What, String)> {
    let alignment = known.opened.id.clone();
    let everybody = || {
        let chair = std::iter::once(&known.opened.chair);
        chair.chain(&known.opened.participants).cloned()
    };
    let with_requesters = || {
        let asked = known.opened.agenda.iter().filter_map(|item| item.requester.clone());
        everybody().chain(asked).collect()
    };
    let moves = known.moves.len();
    Some(match event {
        OrganisationEvent::AlignmentOpened(_) => {
            (everybody().collect(), What::AlignmentOpened { alignment }, "opened".to_owned())
        }
        OrganisationEvent::AlignmentReminded { .. } => {
            // Once for each time that it has had.
            let word = match moves {
                0 => "reminded".to_owned(),
                moves => format!("reminded/{moves}"),
            };
            (everybody().collect(), What::AlignmentNear { alignment }, word)
        }
        OrganisationEvent::AlignmentMoved(_) => {
            let number = u32::try_from(moves).unwrap_or(u32::MAX);
            let what = What::AlignmentMoved { alignment, number };
            (everybody().collect(), what, format!("moved/{moves}"))
        }
        OrganisationEvent::AlignmentCancelled(_) => {
            (with_requesters(), What::AlignmentCancelled { alignment }, "cancelled".to_owned())
        }
        OrganisationEvent::ConcernRaised(concern) => {
            let number = concern.number;
            let what = What::ConcernRaised { alignment, concern: number };
            ([concern.owner.clone()].into(), what, format!("concern/{number}"))
        }
        OrganisationEvent::ConcernAnswered(answer) => {
            let number = answer.number;
            let raised = known.concerns.iter().find(|k| k.concern.number == number)?;
            let what = What::ConcernAnswered { alignment, concern: number };
            ([raised.concern.by.clone()].into(), what, format!("answer/{number}"))
        }
        OrganisationEvent::AlignmentClosed(_) => {
            (with_requesters(), What::AlignmentClosed { alignment }, "closed".to_owned())
        }
        // It can be said anew until the session is closed, and is told then.
        _ => return None,
    })
}

impl App {
    /// The rows that tell of an event of a session. Nobody is told of their own act.
    pub(crate) fn tell_of_alignment(
        &self,
        event: &OrganisationEvent,
        known: &KnownAlignment,
        actor: &Actor,
        at: Timestamp,
    ) -> Vec<Write> {
        let Some((people, what, word)) = told(event, known) else { return Vec::new() };
        let (settings, outlets, live) = (self.notification_settings(), self.outlets(), self.live());
        let stream = format!("alignment/{}/{word}", known.opened.id);
        let place = Place { stream: &stream, version: 0, at };
        let by = actor.principal().to_owned();
        let telling = Telling { what, urgent: false, change: None, by };
        let others = people.iter().filter(|person| actor.person() != Some(*person));
        let here = others.filter(|person| live.directory.is_active(person));
        let rows = here.flat_map(|person| settings.rows_for(&outlets, &place, person, &telling));
        rows.map(|row| Write::Outbox(Box::new(row))).collect()
    }
}

impl Sayer<'_> {
    fn session(&self) -> Option<&KnownAlignment> {
        self.directory.alignment(self.telling.what.alignment()?)
    }

    fn moved(&self, number: u32) -> Option<&AlignmentMove> {
        let before = usize::try_from(number).ok()?.checked_sub(1)?;
        self.session()?.moves.get(before)
    }

    fn concern(&self, number: u32) -> Option<&KnownConcern> {
        self.session()?.concerns.iter().find(|known| known.concern.number == number)
    }

    fn number_of(&self, concern: u32) -> String {
        let about = self.concern(concern).and_then(|known| {
            let item = self.session()?.item(&known.concern.change)?;
            Some(item.number.to_string())
        });
        about.unwrap_or_else(|| "a change".to_owned())
    }

    /// One sentence about a session.
    pub(super) fn of_alignment(&self, by: &str) -> String {
        match &self.telling.what {
            What::ConcernRaised { concern, .. } => {
                format!("{by} raised a concern about {}: you answer it", self.number_of(*concern))
            }
            What::ConcernAnswered { concern, .. } => {
                format!("{by} answered your concern about {}", self.number_of(*concern))
            }
            What::AlignmentClosed { .. } => format!("{by} closed an alignment session"),
            What::AlignmentMoved { number, .. } => {
                let time = self.moved(*number).map(|moved| {
                    let (from, until) = (self.minute(moved.from), self.minute(moved.until));
                    format!(" to {from}, until {until}")
                });
                format!("{by} moved an alignment session{}", time.unwrap_or_default())
            }
            What::AlignmentCancelled { .. } => {
                let from = self.session().map(|known| self.minute(known.opened.from));
                let when = from.map(|from| format!(" of {from}")).unwrap_or_default();
                format!("{by} cancelled the alignment session{when}")
            }
            What::AlignmentNear { .. } => {
                let from = self.session().map(|known| self.minute(known.opened.from));
                format!("An alignment session begins at {}", from.unwrap_or_default())
            }
            _ => {
                let from = self.session().map(|known| self.minute(known.opened.from));
                let when = from.map(|from| format!(" at {from}")).unwrap_or_default();
                format!("{by} invites you to an alignment session{when}")
            }
        }
    }

    fn with_title(&self, reason: &Private<String>) -> Option<String> {
        let title = one_line(self.session()?.opened.title.text(), TITLE_MAX);
        Some(format!("“{title}”: {}", reason.text()))
    }

    /// What people wrote, or what came out.
    pub(super) fn alignment_detail(&self) -> Option<String> {
        let known = self.session()?;
        Some(match &self.telling.what {
            What::ConcernRaised { concern, .. } => {
                self.concern(*concern)?.concern.text.text().to_owned()
            }
            What::ConcernAnswered { concern, .. } => {
                self.concern(*concern)?.answer.as_ref()?.answer.text().to_owned()
            }
            What::AlignmentMoved { number, .. } => self.with_title(&self.moved(*number)?.reason)?,
            What::AlignmentCancelled { .. } => {
                self.with_title(&known.cancelled.as_ref()?.reason)?
            }
            What::AlignmentClosed { .. } => {
                let outcome = |item: &domain::organisation::AgendaItem| {
                    let said = known.conclusions.get(&item.change)?;
                    Some(format!("{}: {}", item.number, said.outcome.title()))
                };
                let all: Vec<String> = known.opened.agenda.iter().filter_map(outcome).collect();
                all.join(", ")
            }
            _ => one_line(known.opened.title.text(), TITLE_MAX),
        })
    }
}
