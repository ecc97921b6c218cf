//! Rotas: who is on call by turns now and in the coming weeks, and the forms that change them.

use std::sync::Arc;

use app::organisation::RotaDraft;
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use console::pages::rotas::{CoverRow, RotaCard, RotaForm, RotasPage, TurnRow};
use console::view::{Choice, FormErrors, Link, Section};
use domain::ids::{PersonId, RotaId};
use domain::organisation::{Cover, Handover, Rota, RotaHours, Status};
use domain::requirement::Scope;

use super::super::answer::recorded;
use super::super::form::{Form, Posted};
use super::super::once::{Done, Turns};
use super::super::view::organisation::handover;
use super::super::view::reader::scope;
use super::super::visit::Visit;
use super::forms::{admins_only, id, lines, step, submit};
use super::status::{Asked, ask};
use crate::error::ApiError;
use crate::wire::request;

pub(super) const ROTAS: &str = "/organisation/rotas";
const ACTION: &str = "change rotas";
/// So many turns are shown, and days ahead.
const TURNS: usize = 8;

/// `GET /organisation/rotas`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    let reader = visit.reader();
    let card = |rota: &Rota| RotaCard {
        name: rota.name.clone(),
        role: rota.role.to_string(),
        scope: scope(&rota.scope),
        handover: handover(rota),
        turns: rota
            .turns(visit.now, TURNS)
            .into_iter()
            .map(|turn| TurnRow {
                who: reader.person(turn.person),
                from: reader.moment(turn.from),
                until: reader.moment(turn.until),
                now: turn.from <= visit.now,
                away: visit
                    .live
                    .directory
                    .away_until(turn.person, turn.from.max(visit.now))
                    .is_some(),
            })
            .collect(),
        hours: rota.hours.as_ref().map_or_else(String::new, hours),
        covers: to_come(&visit, rota).map(|c| cover(&visit, c)).collect(),
        cover_href: format!("{ROTAS}/{}/cover", rota.id),
        edit_href: format!("{ROTAS}/{}/edit", rota.id),
    };
    let page = RotasPage {
        rotas: visit.live.directory.rotas().map(card).collect(),
        can_change: visit.is_admin(),
        layout: visit.layout("Rotas", Section::Organisation).await,
    };
    visit.ok(&page)
}

fn hours(hours: &RotaHours) -> String {
    format!("{} {}", hours.weekdays, hours.shifts)
}

fn to_come<'a>(visit: &'a Visit, rota: &Rota) -> impl Iterator<Item = &'a Cover> {
    visit.live.directory.covers_of(&rota.id).filter(|cover| visit.now < cover.until)
}

fn cover(visit: &Visit, cover: &Cover) -> CoverRow {
    let reader = visit.reader();
    CoverRow {
        id: cover.id.to_string(),
        by: reader.person(&cover.by),
        person: reader.person(&cover.person),
        from: reader.moment(cover.from),
        until: reader.moment(cover.until),
        can_end: visit.is_admin() || [&cover.by, &cover.person].contains(&&visit.person),
    }
}

/// `GET /organisation/rotas/new`
pub(in crate::ui) async fn new(visit: Visit) -> Response {
    let typed = Typed {
        scope: Scope::Organisation.to_string(),
        time_zone: visit.reader().zone.name().to_owned(),
        days: "7".to_owned(),
        ..Typed::default()
    };
    let made = match admins_only(&visit, ACTION) {
        Ok(()) => Ok(page(&visit, None, typed).await),
        Err(error) => Err(error),
    };
    visit.answer(made.map(|page| visit.ok(&page))).await
}

/// `POST /organisation/rotas`
pub(in crate::ui) async fn make(
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let act = async || {
        put(&visit, None, &form).await?;
        Ok(Done::new(ROTAS, recorded("The rota is made. It gives nobody the role.", None)))
    };
    let again = async |errors| Ok(page(&visit, None, Typed::sent(&form, errors)).await);
    submit(&visit, &turns, (ROTAS, &form), act, again).await
}

/// `GET /organisation/rotas/{id}/edit`
pub(in crate::ui) async fn edit(visit: Visit, Path(rota): Path<String>) -> Response {
    let made = async {
        admins_only(&visit, ACTION)?;
        let known = find(&visit, &rota)?;
        Ok(page(&visit, Some(known), Typed::known(&visit, known)).await)
    };
    visit.answer(made.await.map(|page| visit.ok(&page))).await
}

/// `POST /organisation/rotas/{id}/edit`
pub(in crate::ui) async fn change(
    Path(rota): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let path = format!("{ROTAS}/{rota}/edit");
    let act = async || {
        put(&visit, Some(find(&visit, &rota)?.id.clone()), &form).await?;
        Ok(Done::new(ROTAS, recorded("The rota is changed.", None)))
    };
    let again = async |errors| {
        Ok(page(&visit, Some(find(&visit, &rota)?), Typed::sent(&form, errors)).await)
    };
    submit(&visit, &turns, (&path, &form), act, again).await
}

/// `GET /organisation/rotas/{id}/remove`
pub(in crate::ui) async fn ask_removal(visit: Visit, Path(rota): Path<String>) -> Response {
    let asked = async {
        admins_only(&visit, ACTION)?;
        let known = find(&visit, &rota)?;
        Ok(Asked {
            back: Link::new("Rotas", ROTAS),
            title: format!("Remove {}?", known.name),
            effects: vec![format!(
                "Response plans that turn to {} on call ask every holder of the role instead.",
                known.role
            )],
            undo: "The same rota can be made again.",
            action: format!("{ROTAS}/{}/removal", known.id),
            fields: Vec::new(),
            button: format!("Remove {}", known.name),
        })
    };
    let asked = asked.await;
    ask(&visit, asked).await
}

/// `POST /organisation/rotas/{id}/removal`
pub(in crate::ui) async fn remove(
    Path(rota): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let path = format!("{ROTAS}/{rota}/removal");
    let act = async || {
        let known = id::<RotaId>("rota", &rota)?;
        visit.state.app.remove_rota(&visit.signed_in.principal, &known).await?;
        Ok(Done::new(ROTAS, recorded("The rota is removed.", None)))
    };
    step(&visit, &turns, (&path, &form), act).await
}

pub(super) fn find<'a>(visit: &'a Visit, rota: &str) -> Result<&'a Rota, ApiError> {
    let known = visit.live.directory.rota(&id("rota", rota)?);
    known.ok_or_else(|| ApiError::not_found("rota", rota))
}

async fn put(visit: &Visit, rota: Option<RotaId>, form: &Form) -> Result<RotaId, ApiError> {
    let name = form.trimmed("name");
    request::readable("name", name)?;
    let mut people: Vec<PersonId> = Vec::new();
    for line in lines(form.get("people")) {
        let found = domain::duties::resolve(&line, &visit.live.directory);
        people.push(found.ok_or_else(|| {
            ApiError::field(
                "people",
                &format!("nobody is known by `{line}`; write an e-mail address"),
            )
        })?);
    }
    let rule = Some(form.trimmed("handover").to_owned()).filter(|rule| !rule.is_empty());
    let days =
        match form.trimmed("days") {
            "" if rule.is_some() => None,
            days => Some(days.parse().map_err(|_| {
                ApiError::field("days", "write 1 to 60 days, or a rule of handover")
            })?),
        };
    let draft = RotaDraft {
        id: rota,
        name: name.to_owned(),
        role: request::read("role", form.trimmed("role"))?,
        scope: request::read("scope", form.trimmed("scope"))?,
        time_zone: form.trimmed("time_zone").to_owned(),
        first: request::read("first", form.trimmed("first"))?,
        handover: Handover::asked(days, rule)?,
        people,
        hours: match (form.trimmed("weekdays"), form.trimmed("hours")) {
            ("", "") => None,
            ("", shifts) => Some(RotaHours { weekdays: "mon-sun".into(), shifts: shifts.into() }),
            (days, shifts) => Some(RotaHours { weekdays: days.into(), shifts: shifts.into() }),
        },
    };
    Ok(visit.state.app.put_rota(&visit.signed_in.principal, draft).await?)
}

/// What stands in the form.
#[derive(Default)]
struct Typed {
    name: String,
    role: String,
    scope: String,
    time_zone: String,
    first: String,
    days: String,
    handover: String,
    weekdays: String,
    hours: String,
    people: String,
    errors: FormErrors,
}

impl Typed {
    fn sent(form: &Form, errors: FormErrors) -> Self {
        let field = |name| form.get(name).to_owned();
        Self {
            name: field("name"),
            role: field("role"),
            scope: field("scope"),
            time_zone: field("time_zone"),
            first: field("first"),
            days: field("days"),
            handover: field("handover"),
            weekdays: field("weekdays"),
            hours: field("hours"),
            people: field("people"),
            errors,
        }
    }

    fn known(visit: &Visit, rota: &Rota) -> Self {
        let address = |id: &PersonId| {
            let person = visit.live.directory.person(id);
            let email = person.and_then(|p| p.emails.first()).map(|e| e.text().to_owned());
            email.unwrap_or_else(|| id.to_string())
        };
        Self {
            name: rota.name.clone(),
            role: rota.role.to_string(),
            scope: rota.scope.to_string(),
            time_zone: rota.time_zone.clone(),
            first: rota.first.strftime("%Y-%m-%dT%H:%M").to_string(),
            days: rota.handover.days().map(|days| days.to_string()).unwrap_or_default(),
            handover: rota.handover.rule().unwrap_or_default().to_owned(),
            weekdays: rota.hours.as_ref().map(|h| h.weekdays.clone()).unwrap_or_default(),
            hours: rota.hours.as_ref().map(|h| h.shifts.clone()).unwrap_or_default(),
            people: rota.people.iter().map(address).collect::<Vec<_>>().join("\n"),
            errors: FormErrors::default(),
        }
    }
}

async fn page(visit: &Visit, rota: Option<&Rota>, typed: Typed) -> RotaForm {
    let directory = &visit.live.directory;
    let title = rota.map_or_else(|| "Make a rota".to_owned(), |r| format!("Change {}", r.name));
    let choose = |value: String, label: String, chosen: &str| Choice {
        selected: value == chosen,
        ..Choice::new(value, label)
    };
    let mut roles: Vec<String> = visit
        .bundle()
        .into_iter()
        .flat_map(policy::Bundle::roles)
        .map(|role| role.name.to_string())
        .collect();
    // One that policy no longer names can still be kept.
    if !typed.role.is_empty() && !roles.contains(&typed.role) {
        roles.push(typed.role.clone());
    }
    let mut scopes = vec![(Scope::Organisation.to_string(), "The whole organisation".to_owned())];
    let domains = directory.domains();
    scopes
        .extend(domains.map(|(name, title)| (format!("domain:{name}"), format!("Domain {title}"))));
    let services = directory.services().filter(|s| s.status == Status::Active);
    scopes.extend(services.map(|s| (format!("service:{}", s.name), format!("Service {}", s.name))));
    let path = rota.map(|r| format!("{ROTAS}/{}", r.id));
    RotaForm {
        layout: visit.layout(&title, Section::Organisation).await,
        action: path.as_ref().map_or_else(|| ROTAS.to_owned(), |path| format!("{path}/edit")),
        title,
        idempotency_key: visit.new_key(),
        name: typed.name,
        roles: roles.into_iter().map(|r| choose(r.clone(), r, &typed.role)).collect(),
        scopes: scopes
            .into_iter()
            .map(|(value, label)| choose(value, label, &typed.scope))
            .collect(),
        time_zone: typed.time_zone,
        first: typed.first,
        days: typed.days,
        handover: typed.handover,
        weekdays: typed.weekdays,
        hours: typed.hours,
        people: typed.people,
        remove_href: path.map(|path| format!("{path}/remove")),
        errors: typed.errors,
    }
}
