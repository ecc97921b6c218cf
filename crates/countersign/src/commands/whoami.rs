//! `whoami`: who you are and what you may do.

use anyhow::Result;

use crate::clock;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::Line;
use crate::output::time::moment;

/// Shows who is asking.
pub fn run(context: &Context) -> Result<Exit> {
    let me = context.signed_in()?.me()?;
    if context.out.json {
        context.out.json(&me)?;
        return Ok(Exit::Ok);
    }
    let at = match (me.sandbox, me.demo) {
        (true, _) => format!("{} (a sandbox)", me.organisation),
        (_, true) => format!("{} (invented data)", me.organisation),
        _ => me.organisation,
    };
    context.out.line(
        &Line::new()
            .bold(&me.principal.name)
            .dim(format!("  {}", me.principal.id))
            .plain(format!("  at {at}, {}", context.settings.server)),
    );
    for held in &me.roles {
        context.out.line(&Line::indented(2).plain(&held.role).dim(format!("  {}", held.scope)));
    }
    if let Some(token) = &me.token {
        let until = moment(&token.expires_at, clock::now());
        let verbs: Vec<_> = token.verbs.iter().map(|v| v.as_str()).collect();
        context.out.line(
            &Line::new()
                .dim("token ")
                .plain(&token.label)
                .dim(format!(" for {}, until {until}", verbs.join(", "))),
        );
    }
    Ok(Exit::Ok)
}
