//! `has(…)`, `orValue(…)` and the list macros.

use super::flow::{Fact, Facts};
use super::membership::scalar_type;
use super::{Check, Checked, Checker, Local, MAX_MACROS, Node, Reported, weight};
use crate::diagnostic::{Finding, Span};
use crate::expr::ast::{Expr, ExprKind};
use crate::expr::ir::{BoolExpr, IntExpr, ListExpr, Quantified, Quantifier, Source, StrExpr};
use crate::expr::types::{IntRange, Type};

/// The list macros.
pub(super) const MACROS: [&str; 5] = ["all", "exists", "exists_one", "filter", "map"];

impl Checker<'_> {
    /// `has(path)`: whether an optional is there. True only if everything on the way is there too.
    pub(super) fn check_has(&mut self, args: &[Expr], span: Span) -> Check<Checked> {
        let [path] = args else {
            return self.report(Finding::error("arguments", span, "`has` takes one field"));
        };
        let resolved = self.resolve(path)?;
        self.note_field(&resolved);
        let mut facts = Facts::new();
        for spot in &resolved.through {
            facts.add(Fact::Present(*spot));
        }
        let source = Source { place: self.place(resolved.spot), span };
        let test = match &resolved.found {
            Type::Optional(_) => {
                facts.add(Fact::Present(resolved.spot));
                BoolExpr::Present(source)
            }
            _ if resolved.through.is_empty() => {
                let message = format!("`{}` is always there", resolved.path);
                self.findings.push(Finding::warning("always_true", span, message));
                BoolExpr::Const(true)
            }
            // A plain field of an optional record is there when the record is.
            Type::Record(_) => {
                let outer = resolved.through.last().copied().unwrap_or(resolved.spot);
                BoolExpr::Present(Source { place: self.place(outer), span })
            }
            _ => BoolExpr::Present(source),
        };
        Ok(Checked { when_true: facts, ..Checked::test(test, span, Vec::new()) })
    }

    /// `path.orValue(default)`: the optional, or the default when it is absent.
    pub(super) fn check_or_value(
        &mut self,
        path: &Expr,
        args: &[Expr],
        span: Span,
    ) -> Check<Checked> {
        let [default] = args else {
            return self.report(Finding::error("arguments", span, "`orValue` takes one default"));
        };
        let resolved = self.resolve(path)?;
        let Type::Optional(found) = &resolved.found else {
            let message = format!("`{}` is always there and needs no default", resolved.path);
            return self.report(Finding::error("type_mismatch", span, message));
        };
        self.note_field(&resolved);
        let read = self.read(&resolved, found, path.span);
        let default = self.check(default)?;
        let Some(read) = read else {
            return self.report(Finding::error(
                "unsupported",
                span,
                "`orValue` gives single values, not records",
            ));
        };
        let mut left = Checked::new(read, path.span);
        let mut right = default;
        self.adopt_enum(&mut left, &mut right)?;
        let or_else = |read, default| match read {
            IntExpr::Read(field) => IntExpr::ReadOr(Box::new((field, default))),
            other => other,
        };
        let node = match (left.node, right.node) {
            (Node::Bool(BoolExpr::Read(source)), Node::Bool(default)) => {
                let present = BoolExpr::Present(source);
                Node::Bool(BoolExpr::If(Box::new((present, BoolExpr::Read(source), default))))
            }
            (Node::Int(read, a), Node::Int(default, b)) => {
                let range = IntRange::new(a.min.min(b.min), a.max.max(b.max));
                Node::Int(or_else(read, default), range)
            }
            (Node::Timestamp(read), Node::Timestamp(default)) => {
                Node::Timestamp(or_else(read, default))
            }
            (Node::Duration(read), Node::Duration(default)) => {
                Node::Duration(or_else(read, default))
            }
            (Node::Enum(read, of), Node::Enum(default, other)) if of == other => {
                Node::Enum(or_else(read, default), of)
            }
            (Node::Str(StrExpr::Read(source)), Node::Str(default)) => {
                Node::Str(StrExpr::ReadOr(Box::new((source, default))))
            }
            (a, b) => {
                let (a, b) = (a.type_name(), b.type_name());
                return self.report(Finding::error(
                    "type_mismatch",
                    span,
                    format!("the field is {a}, its default is {b}"),
                ));
            }
        };
        Ok(Checked::new(node, span))
    }

    /// `list.all(x, …)` and its kin.
    pub(super) fn check_macro(
        &mut self,
        name: &str,
        receiver: &Expr,
        args: &[Expr],
        span: Span,
    ) -> Check<Checked> {
        let [variable, body] = args else {
            let message = format!("`{name}` takes a variable and an expression");
            return self.report(
                Finding::error("arguments", span, message)
                    .help(format!("write `….{name}(x, x …)`")),
            );
        };
        let list = self.check(receiver)?;
        let Node::List(list_expr, item) = list.node else {
            let found = list.node.type_name();
            return self.report(Finding::error(
                "type_mismatch",
                receiver.span,
                format!("`{name}` asks about the items of a list; this is {found}"),
            ));
        };
        self.open_local(variable, item.clone())?;
        let known = self.facts.len();
        let result = self.macro_body(name, list_expr, item, body, span);
        // The variable ends here, and so does everything known about it.
        self.locals.pop();
        self.facts.truncate(known);
        result
    }

    fn open_local(&mut self, variable: &Expr, item: Type) -> Check<()> {
        let ExprKind::Name(name) = &variable.kind else {
            return self.report(Finding::error(
                "syntax",
                variable.span,
                "a variable name should stand here",
            ));
        };
        let taken = self.schema.root().get(name).is_some()
            || self.locals.iter().any(|local| local.name == *name);
        if taken {
            let message = format!("`{name}` means something else already");
            return self.report(
                Finding::error("shadowed_name", variable.span, message)
                    .help("choose another variable name"),
            );
        }
        if self.locals.len() >= MAX_MACROS {
            return self.report(Finding::error(
                "too_deep",
                variable.span,
                format!("list macros are nested more than {MAX_MACROS} deep"),
            ));
        }
        self.locals.push(Local { name: name.clone(), item });
        Ok(())
    }

    fn macro_body(
        &mut self,
        name: &str,
        list: ListExpr,
        item: Type,
        body: &Expr,
        span: Span,
    ) -> Check<Checked> {
        let cost = weight(body);
        if name == "map" {
            let mapped = self.check(body)?;
            let Some(found) = scalar_type(&mapped.node) else {
                let found = mapped.node.type_name();
                return self.report(Finding::error(
                    "unsupported",
                    body.span,
                    format!("`map` yields single values, not {found}"),
                ));
            };
            let Some(scalar) = mapped.node.into_scalar() else { return Err(Reported) };
            let list = ListExpr::Map(Box::new((list, scalar)), cost, span);
            return Ok(Checked::new(Node::List(list, found), span));
        }
        let (test, _) = self.check_bool(body)?;
        let quantifier = match name {
            "all" => Quantifier::All,
            "exists" => Quantifier::Exists,
            "exists_one" => Quantifier::ExistsOne,
            _ => {
                let list = ListExpr::Filter(Box::new((list, test)), cost, span);
                return Ok(Checked::new(Node::List(list, item), span));
            }
        };
        let quantified = Quantified { quantifier, list, body: test, cost, span };
        let test = BoolExpr::Quantified(Box::new(quantified));
        let mut checked = Checked::test(test, span, Vec::new());
        if let Some(trace) = &mut checked.trace {
            trace.item = Some(item);
        }
        Ok(checked)
    }
}
