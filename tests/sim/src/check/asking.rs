//! Asking people: only those who may answer and are there, nobody twice, each step once, and nothing
//! that is due is left. It approves nothing: an empty role escalates.

use super::{Found, ensure};
use crate::model::asking::{Asking, number, people};
use crate::model::away::is_working;
use crate::model::change::{Change, State, Vote};
use crate::model::quorum::{self, Ballot};
use crate::model::{Entry, Model};
use crate::rules::{Need, response};

const MINUTE: i64 = 60_000;

/// Looks at who is asked, reminded and turned to.
///
/// # Errors
/// Somebody who should not be, or something that was done before.
pub fn entry(model: &Model, entry: &Entry) -> Found {
    let change = entry.stream.strip_prefix("change/").and_then(|id| model.changes.get(id));
    let Some(change) = change else { return Ok(()) };
    let check = match entry.kind.as_str() {
        "approvers_asked" => asked,
        "approvers_reminded" => reminded,
        "requirement_escalated" => escalated,
        _ => return Ok(()),
    };
    ensure(change.state == State::AwaitingApproval && entry.at < change.until, || {
        format!("somebody is asked, and it is {}", change.state.word())
    })?;
    let key = entry.text("/requirement");
    let need = needs(model, change).into_iter().find(|need| need.key == key);
    let Some(need) = need else { return Err(format!("nobody asks for {key}")) };
    let known = change.asking.of(key).cloned().unwrap_or_default();
    check(&Look { model, change, need: &need, known: &known, entry })
}

/// What is asked for on its record and by the live policy, without exceptions: those have no plan.
fn needs(model: &Model, change: &Change) -> Vec<Need> {
    let all = quorum::asked(model, change).into_iter().flatten().flatten();
    all.filter(|need| !need.key.starts_with("freeze/")).collect()
}

struct Look<'a> {
    model: &'a Model,
    change: &'a Change,
    need: &'a Need,
    known: &'a Asking,
    entry: &'a Entry,
}

impl Look<'_> {
    fn plan(&self) -> (bool, Option<[i64; 2]>) {
        let is_emergency = self.change.material("kind") == "emergency";
        response(self.change.material("environment"), is_emergency)
    }

    fn is_at_work(&self, person: &str) -> bool {
        let zone = self.model.organisation.zones.get(person);
        self.plan().0 || zone.is_some_and(|zone| is_working(zone, self.entry.at))
    }

    /// Whether a rota names somebody on call in a role that answers it.
    fn is_on_call(&self, person: &str) -> bool {
        let service = self.change.material("service");
        let opened = self.known.opened.iter().map(|(role, _)| role.as_str());
        let mut roles = std::iter::once(self.need.role.as_str()).chain(opened);
        roles.any(|role| self.model.organisation.is_on_call(person, role, service, self.entry.at))
    }

    /// Whoever is on call and could answer, and said nothing yet.
    fn duty(&self) -> Vec<&str> {
        let everybody = self.model.organisation.people.keys().map(String::as_str);
        let silent = |p: &&str| {
            self.change.standing().into_values().all(|v| v.stands_for().all(|v| v != *p))
        };
        let on_call = everybody.filter(|p| self.is_on_call(p) && self.could_answer(p));
        on_call.filter(silent).collect()
    }

    /// Whether somebody is here and could answer, for themself or for somebody else.
    fn could_answer(&self, person: &str) -> bool {
        let at = self.entry.at;
        let organisation = &self.model.organisation;
        let hands = self.change.hands(self.model).0;
        let by = organisation.delegations.to(person).filter(|d| d.is_open(at));
        let theirs = by.map(|d| Some((d.from_person.as_str(), d.id.as_str())));
        let mut ways = [None].into_iter().chain(theirs);
        organisation.is_here(person)
            && !organisation.is_away(person, at)
            && !self.change.has_hand(self.model, &hands, person, at)
            && ways.any(|on_behalf_of| {
                Ballot { person, on_behalf_of, at }.answers(self.model, self.change, self.need)
            })
    }

    /// Whether somebody has said something that counts, or somebody has for them.
    fn has_voted(&self, person: &str) -> bool {
        let asked = quorum::asked(self.model, self.change).into_iter().flatten().flatten();
        let asked: Vec<Need> = asked.collect();
        let counts = |b: &Ballot<'_>| asked.iter().any(|n| b.answers(self.model, self.change, n));
        let living = quorum::living(self.model, self.change);
        let approved = living.iter().filter(|b| counts(b));
        let others = self.change.standing().into_values().filter(|v| v.says != "approve");
        approved.flat_map(Ballot::stands_for).any(|p| p == person)
            || others.flat_map(Vote::stands_for).any(|p| p == person)
    }
}

fn asked(look: &Look<'_>) -> Found {
    ensure(number(&look.entry.data, "step") == look.known.step, || "at another step".to_owned())?;
    for person in people(&look.entry.data, "people") {
        let again = people(&look.entry.data, "instead_of").any(|lost| lost == person);
        ensure(again || !look.known.asked.contains(person), || format!("{person} is asked again"))?;
        ensure(look.could_answer(person), || format!("{person} is asked in vain"))?;
        ensure(!look.has_voted(person), || format!("{person} has voted"))?;
        ensure(look.is_at_work(person), || format!("{person} is not at work"))?;
    }
    on_call(look)
}

/// In an incident whoever is on call is asked before anybody else, and as on call nobody who is not.
fn on_call(look: &Look<'_>) -> Found {
    let is_emergency = look.change.material("kind") == "emergency";
    for person in people(&look.entry.data, "on_call") {
        ensure(is_emergency && look.is_on_call(person), || format!("{person} is not on call"))?;
    }
    let mut asked: Vec<&str> = people(&look.entry.data, "people").collect();
    if !is_emergency || asked.is_empty() || look.known.step > 0 {
        return Ok(());
    }
    asked.extend(look.known.asked.iter().map(String::as_str));
    let duty = look.duty();
    ensure(duty.is_empty() || duty.iter().any(|p| asked.contains(p)), || {
        format!("{duty:?} are on call, and {asked:?} are asked")
    })
}

fn reminded(look: &Look<'_>) -> Found {
    let reminder = number(&look.entry.data, "reminder");
    ensure(reminder >= look.known.reminded, || "a reminder of before".to_owned())?;
    for person in people(&look.entry.data, "people") {
        ensure(reminder > look.known.reminded, || format!("{person} is reminded twice"))?;
        ensure(look.known.asked.contains(person), || format!("{person} was never asked"))?;
        ensure(!look.has_voted(person), || format!("{person} has voted"))?;
        ensure(look.is_at_work(person), || format!("{person} is not at work"))?;
    }
    Ok(())
}

fn escalated(look: &Look<'_>) -> Found {
    let step = number(&look.entry.data, "step");
    ensure(step == look.known.step + 1, || format!("step {step} after {}", look.known.step))?;
    ensure(people(&look.entry.data, "people").next().is_none(), || {
        "somebody is asked before their vote counts".to_owned()
    })?;
    let open = |person: &String| look.could_answer(person) && !look.has_voted(person);
    let somebody = look.known.asked.iter().any(open);
    let (_, Some(minutes)) = look.plan() else { return Ok(()) };
    let after = usize::try_from(step).ok().and_then(|step| minutes.get(step.checked_sub(1)?));
    let Some(after) = after else { return Err("the plan has no such step".to_owned()) };
    let due = look.known.began.map_or(i64::MAX, |began| began + after * MINUTE);
    ensure(!somebody || look.entry.at >= due, || "somebody could still answer in time".to_owned())
}

/// After time went on and every timer was looked at: nothing that is due was left. Looked at where
/// no approval counts, since then everything is missing.
///
/// # Errors
/// Nobody was asked, or what was due was not done.
pub fn nothing_due<'a>(model: &Model, open: impl Iterator<Item = &'a Change>, at: i64) -> Found {
    for change in open.filter(|change| change.state == State::AwaitingApproval) {
        let votes = change.standing();
        let sent_back = votes.values().any(|vote| vote.says == "request_changes");
        // A clock that was set back has not come to where it began to wait.
        if at < change.since || sent_back || !quorum::living(model, change).is_empty() {
            continue;
        }
        ensure(at < change.until, || format!("asking: {} did not expire", change.id))?;
        let recorded = change.needs().into_iter().chain(change.added_needs()).flatten();
        let recorded: Vec<Need> = recorded.collect();
        for need in needs(model, change) {
            let as_much = |known: &Need| {
                (&known.role, &known.reach) == (&need.role, &need.reach)
                    && known.count >= need.count
            };
            ensure(recorded.iter().any(as_much), || {
                format!("asking: policy asks {} for {need:?}, and nobody is", change.id)
            })?;
        }
        for need in recorded {
            let Some(asking) = change.asking.of(&need.key) else {
                return Err(format!("asking: nobody was asked for {} of {}", need.key, change.id));
            };
            ensure(asking.next.is_none_or(|next| at < next), || {
                format!("asking: {} of {} was due: {asking:?}", need.key, change.id)
            })?;
            went_over(model, change, &need, at)?;
        }
    }
    Ok(())
}

/// Whoever was asked because they were on call, and is not any more, has been relieved by whoever is.
fn went_over(model: &Model, change: &Change, need: &Need, at: i64) -> Found {
    let Some(known) = change.asking.of(&need.key) else { return Ok(()) };
    // A clock that was set back over the end of a turn has not come to where they were relieved.
    if at < known.last {
        return Ok(());
    }
    let entry = Entry { at, ..Entry::default() };
    let look = Look { model, change, need, known, entry: &entry };
    // Whoever answered is not waited for, and has nobody to take their place.
    let waits = |p: &str| look.could_answer(p) && !look.has_voted(p);
    let over = known.on_call.iter().find(|p| !look.is_on_call(p) && waits(p));
    let duty = look.duty();
    let relief = duty.iter().find(|p| !known.asked.contains(**p) && !known.on_call.contains(**p));
    match (over, relief) {
        (Some(over), Some(relief)) => {
            Err(format!("asking: {relief} is on call for {}, and {over} is asked", change.id))
        }
        _ => Ok(()),
    }
}
