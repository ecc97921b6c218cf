//! Making, changing and removing groups.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use console::pages::organisation_forms::GroupForm;
use console::view::{Choice, FormErrors, Link, Section};
use domain::ids::{GroupId, PersonId, RoleName};
use domain::organisation::{Group, Member, RoleBinding, Status};

use super::super::answer::recorded;
use super::super::form::{Form, Posted};
use super::super::once::{Done, Turns};
use super::super::view::reader::{counted, scope};
use super::super::visit::Visit;
use super::forms::{admins_only, id, step, submit};
use super::status::{Asked, ask};
use super::{deputies, effects};
use crate::error::ApiError;
use crate::wire::request;

pub(super) const GROUPS: &str = "/organisation/groups";
const ACTION: &str = "change groups";

/// `GET /organisation/groups/new`
pub(in crate::ui) async fn new(visit: Visit) -> Response {
    let made = match admins_only(&visit, ACTION) {
        Ok(()) => Ok(page(&visit, None, Typed::default()).await),
        Err(error) => Err(error),
    };
    visit.answer(made.map(|page| visit.ok(&page))).await
}

/// `POST /organisation/groups`
pub(in crate::ui) async fn make(
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let act = async || {
        put(&visit, None, &form).await?;
        Ok(Done::new(GROUPS, recorded("The group is made. Give it roles to use it.", None)))
    };
    let again = async |errors| Ok(page(&visit, None, Typed::sent(&form, errors)).await);
    submit(&visit, &turns, (GROUPS, &form), act, again).await
}

/// `GET /organisation/groups/{id}/edit`
pub(in crate::ui) async fn edit(visit: Visit, Path(group): Path<String>) -> Response {
    let made = async {
        admins_only(&visit, ACTION)?;
        let known = find(&visit, &group)?;
        Ok(page(&visit, Some(known), Typed::of(known)).await)
    };
    visit.answer(made.await.map(|page| visit.ok(&page))).await
}

/// `POST /organisation/groups/{id}/edit`
pub(in crate::ui) async fn change(
    Path(group): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let path = format!("{GROUPS}/{group}/edit");
    let act = async || {
        put(&visit, Some(find(&visit, &group)?.id.clone()), &form).await?;
        Ok(Done::new(GROUPS, recorded("The group is changed.", None)))
    };
    let again = async |errors| {
        Ok(page(&visit, Some(find(&visit, &group)?), Typed::sent(&form, errors)).await)
    };
    submit(&visit, &turns, (&path, &form), act, again).await
}

/// `GET /organisation/groups/{id}/remove`
pub(in crate::ui) async fn ask_removal(visit: Visit, Path(group): Path<String>) -> Response {
    let asked = async {
        admins_only(&visit, ACTION)?;
        let known = find(&visit, &group)?;
        Ok(Asked {
            back: Link::new("Groups", GROUPS),
            title: format!("Remove {}?", known.name),
            effects: effects::of_group(&visit, &known.id).await?,
            undo: "This can't be undone: a new group of the same name carries no role.",
            action: format!("{GROUPS}/{}/removal", known.id),
            fields: Vec::new(),
            button: format!("Remove {}", known.name),
        })
    };
    let asked = asked.await;
    ask(&visit, asked).await
}

/// `POST /organisation/groups/{id}/removal`
pub(in crate::ui) async fn remove(
    Path(group): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let path = format!("{GROUPS}/{group}/removal");
    let act = async || {
        let known = id::<GroupId>("group", &group)?;
        let fell = visit.state.app.remove_group(&visit.signed_in.principal, &known).await?;
        let said = match fell.len() {
            0 => "The group is removed.".to_owned(),
            many => {
                let deputies = counted(many, "deputy fell", "deputies fell");
                format!("The group is removed; {deputies} with it.")
            }
        };
        Ok(Done::new(GROUPS, recorded(&said, None)))
    };
    step(&visit, &turns, (&path, &form), act).await
}

pub(super) fn find<'a>(visit: &'a Visit, group: &str) -> Result<&'a Group, ApiError> {
    let known = visit.live.directory.group(&id("group", group)?);
    known.ok_or_else(|| ApiError::not_found("group", group))
}

async fn put(visit: &Visit, group: Option<GroupId>, form: &Form) -> Result<GroupId, ApiError> {
    let members: BTreeSet<PersonId> = request::read_all("member", &form.list("member"))?;
    let name = form.trimmed("name");
    request::readable("name", name)?;
    Ok(visit.state.app.put_group(&visit.signed_in.principal, group, name, members).await?)
}

/// What stands in the form.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) members: Vec<String>,
    pub(super) deputy: String,
    pub(super) role: String,
    pub(super) reason: String,
    pub(super) errors: FormErrors,
}

impl Typed {
    fn sent(form: &Form, errors: FormErrors) -> Self {
        let (name, members) = (form.get("name").to_owned(), form.list("member"));
        Self { name, members, errors, ..Self::default() }
    }

    pub(super) fn of(group: &Group) -> Self {
        let members = group.members.iter().map(ToString::to_string).collect();
        Self { name: group.name.clone(), members, ..Self::default() }
    }
}

pub(super) async fn page(visit: &Visit, group: Option<&Group>, typed: Typed) -> GroupForm {
    let directory = &visit.live.directory;
    let title = group.map_or_else(|| "Make a group".to_owned(), |g| format!("Change {}", g.name));
    let path = group.map(|g| format!("{GROUPS}/{}", g.id));
    let held = || {
        let of_group = |b: &&RoleBinding| {
            group.is_some_and(|g| matches!(&b.member, Member::Group(id) if *id == g.id))
        };
        directory.bindings().chain(directory.mapped()).filter(of_group)
    };
    let carries = held().map(|b| format!("{} of the {}", b.role, scope(&b.scope))).collect();
    let delegable = |role: &RoleName| {
        visit.bundle().and_then(|b| b.role(role)).is_some_and(|r| r.delegation_minutes.is_some())
    };
    let of_deputies = held().map(|b| &b.role).filter(|role| delegable(role));
    let roles: BTreeSet<String> = of_deputies.map(ToString::to_string).collect();
    let mut members: Vec<Choice> = directory
        .people()
        .map(|p| (p, typed.members.iter().any(|m| *m == p.id.as_str())))
        .filter(|(p, selected)| *selected || p.status == Status::Active)
        .map(|(p, selected)| Choice { selected, ..Choice::new(p.id.as_str(), p.name.text()) })
        .collect();
    members.sort_by_cached_key(|choice| choice.label.to_lowercase());
    let active = directory.people().filter(|p| p.status == Status::Active);
    let mut people: Vec<Choice> = active
        .map(|p| Choice::new(p.id.as_str(), p.name.text()))
        .map(|choice| Choice { selected: choice.value == typed.deputy, ..choice })
        .collect();
    people.sort_by_cached_key(|choice| choice.label.to_lowercase());
    let role =
        |role: String| Choice { selected: role == typed.role, ..Choice::new(role.clone(), role) };
    GroupForm {
        layout: visit.layout(&title, Section::Organisation).await,
        action: path.as_ref().map_or_else(|| GROUPS.to_owned(), |path| format!("{path}/edit")),
        title,
        idempotency_key: visit.new_key(),
        name: typed.name,
        members,
        carries,
        deputies: group.map(|g| deputies::rows(visit, g)).unwrap_or_default(),
        deputies_action: path.as_ref().map(|path| format!("{path}/deputies")),
        people,
        roles: roles.into_iter().map(role).collect(),
        reason: typed.reason,
        remove_href: path.map(|path| format!("{path}/remove")),
        errors: typed.errors,
    }
}
