//! Naming and removing deputies of a group, on its page.

use std::sync::Arc;

use app::organisation::DeputyDraft;
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use console::pages::organisation_forms::DeputyRow;
use domain::ids::{DelegationId, GroupId};
use domain::organisation::Group;

use super::super::answer::recorded;
use super::super::form::Posted;
use super::super::once::{Done, Turns};
use super::super::visit::Visit;
use super::forms::{id, step, submit};
use super::group_form::{GROUPS, Typed, find, page};
use crate::wire::request;

/// `POST /organisation/groups/{id}/deputies`
pub(in crate::ui) async fn name(
    Path(group): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let path = format!("{GROUPS}/{group}/deputies");
    let act = async || {
        let reason = form.trimmed("reason");
        request::readable("reason", reason)?;
        let draft = DeputyDraft {
            group: find(&visit, &group)?.id.clone(),
            person: request::read("person", form.trimmed("person"))?,
            role: request::read("role", form.trimmed("role"))?,
            reason: reason.to_owned(),
        };
        visit.state.app.name_deputy(&visit.signed_in.principal, draft).await?;
        let said = "The deputy is named, and answers while a member is away.";
        Ok(Done::new(format!("{GROUPS}/{group}/edit"), recorded(said, None)))
    };
    let again = async |errors| {
        let known = find(&visit, &group)?;
        let typed = Typed {
            deputy: form.trimmed("person").to_owned(),
            role: form.trimmed("role").to_owned(),
            reason: form.get("reason").to_owned(),
            errors,
            ..Typed::of(known)
        };
        Ok(page(&visit, Some(known), typed).await)
    };
    submit(&visit, &turns, (&path, &form), act, again).await
}

/// `POST /organisation/groups/{id}/deputies/{deputy}/removal`
pub(in crate::ui) async fn remove(
    Path((group, deputy)): Path<(String, String)>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let path = format!("{GROUPS}/{group}/deputies/{deputy}/removal");
    let act = async || {
        let (of, known) = (id::<GroupId>("group", &group)?, id::<DelegationId>("deputy", &deputy)?);
        visit.state.app.remove_deputy(&visit.signed_in.principal, &of, &known).await?;
        let said = "The deputy is removed. Votes they gave as one and not used yet fall with it.";
        Ok(Done::new(format!("{GROUPS}/{group}/edit"), recorded(said, None)))
    };
    step(&visit, &turns, (&path, &form), act).await
}

/// The deputies of a group.
pub(super) fn rows(visit: &Visit, group: &Group) -> Vec<DeputyRow> {
    let reader = visit.reader();
    let row = |deputy: &domain::organisation::Deputy| DeputyRow {
        who: reader.person(&deputy.person),
        role: deputy.role.to_string(),
        longest: domain::time::minutes_in_words(deputy.longest_minutes),
        since: reader.moment(deputy.since),
        remove: format!("{GROUPS}/{}/deputies/{}/removal", group.id, deputy.id),
    };
    visit.live.directory.deputies_of(&group.id).map(row).collect()
}
