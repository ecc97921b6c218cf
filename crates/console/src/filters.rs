//! Template filters. They may mark output as HTML; templates themselves must never use `safe`.

use std::convert::Infallible;
use std::fmt::Display;

use askama::Template;
use askama::filters::Safe;

use crate::text;
use crate::view::Icon;

/// Renders a typed part (badge, time, tree node, …) into the page.
#[askama::filter_fn]
pub(crate) fn html<T: Template>(part: T, _: &dyn askama::Values) -> askama::Result<Safe<String>> {
    Ok(Safe(part.render()?))
}

/// A symbol of the sprite; the words beside it carry the meaning.
#[askama::filter_fn]
pub(crate) fn svg<I: std::borrow::Borrow<Icon>>(
    icon: I,
    _: &dyn askama::Values,
) -> Result<Safe<String>, Infallible> {
    Ok(Safe(format!(
        "<svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-{}\"></use></svg>",
        icon.borrow().id()
    )))
}

/// Text written by a person or an outside system: escaped, with a badge if it has unusual characters.
#[askama::filter_fn]
pub(crate) fn shown<T: Display>(
    value: T,
    _: &dyn askama::Values,
) -> Result<Safe<text::Shown>, Infallible> {
    Ok(Safe(text::plain(&value.to_string())))
}

/// Like `shown`, but lines stay lines and links stay plain text.
#[askama::filter_fn]
pub(crate) fn prose<T: Display>(
    value: T,
    _: &dyn askama::Values,
) -> Result<Safe<String>, Infallible> {
    let shown = text::plain(&value.to_string()).to_string();
    Ok(Safe(format!("<div class=\"prose\">{shown}</div>")))
}

/// The content of a form field: escaped as HTML and otherwise left exactly as it was typed.
#[askama::filter_fn]
pub(crate) fn field<T: Display>(
    value: T,
    _: &dyn askama::Values,
) -> Result<Safe<String>, Infallible> {
    Ok(Safe(text::escape_html(&value.to_string())))
}

/// A link target: only `https:`, `http:` and paths on this site survive; anything else becomes `#`.
#[askama::filter_fn]
pub(crate) fn href<T: Display>(
    value: T,
    _: &dyn askama::Values,
) -> Result<Safe<String>, Infallible> {
    let target = value.to_string();
    Ok(Safe(if text::is_safe_target(&target) {
        text::escape_html(&target)
    } else {
        "#".to_owned()
    }))
}
