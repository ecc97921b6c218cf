//! Names, fields and indexing.

use super::flow::{Fact, Spot};
use super::{Check, Checked, Checker, Node, Reported};
use crate::diagnostic::{Finding, Span};
use crate::expr::ast::{Expr, ExprKind};
use crate::expr::ir::{BoolExpr, IntExpr, IntKind, IntSource, ListExpr, Source, StrExpr};
use crate::expr::suggest::closest;
use crate::expr::types::{IntRange, RecordType, Type};

/// A path that names something in the schema.
pub(super) struct Resolved {
    pub(super) spot: Spot,
    pub(super) found: Type,
    /// Optional records on the way that no guard covers, outermost first, as (path, spot).
    pub(super) unguarded: Option<(String, Spot)>,
    /// Presence of every optional record on the way.
    pub(super) through: Vec<Spot>,
    /// The dotted path.
    pub(super) path: String,
}

impl Checker<'_> {
    /// Finds what a path names, without asking whether it may be read.
    pub(super) fn resolve(&mut self, expr: &Expr) -> Check<Resolved> {
        match &expr.kind {
            ExprKind::Name(name) => self.resolve_name(name, expr.span),
            ExprKind::Select { base, field, field_span } => {
                let resolved = self.resolve(base)?;
                self.resolve_field(resolved, field, *field_span)
            }
            _ => self.report(
                Finding::error("type_mismatch", expr.span, "only records have fields")
                    .help("name a field of the schema, such as `change.title`"),
            ),
        }
    }

    fn resolve_name(&mut self, name: &str, span: Span) -> Check<Resolved> {
        let local = self.locals.iter().rposition(|local| local.name == name);
        let (level, slot, found) = match local {
            Some(at) => {
                let item = self.locals.get(at).map(|local| local.item.clone()).ok_or(Reported)?;
                (u8::try_from(at + 1).unwrap_or(u8::MAX), None, item)
            }
            None => match self.schema.root().get(name) {
                Some(field) => (0, Some(field.offset), field.field_type.clone()),
                None => return self.unknown_name(name, span),
            },
        };
        Ok(Resolved {
            spot: Spot { level, slot },
            found,
            unguarded: None,
            through: Vec::new(),
            path: name.to_owned(),
        })
    }

    fn unknown_name<T>(&mut self, name: &str, span: Span) -> Check<T> {
        let finding = Finding::error("unknown_name", span, format!("there is no `{name}`"))
            .label("unknown name");
        let leaves = self.schema.leaves();
        let root = self.schema.root();
        let names = root.fields().iter().map(|field| field.name.as_str());
        let locals = self.locals.iter().map(|local| local.name.as_str());
        let elsewhere = leaves
            .iter()
            .find(|(path, ..)| path.rsplit('.').next() == Some(name))
            .map(|(path, ..)| path.as_str());
        let help = if let Some(near) = closest(name, names.clone().chain(locals)) {
            format!("did you mean `{near}`?")
        } else if let Some(path) = elsewhere {
            format!("did you mean `{path}`?")
        } else {
            format!("known here: {}", names.collect::<Vec<_>>().join(", "))
        };
        self.report(finding.help(help))
    }

    fn resolve_field(&mut self, base: Resolved, name: &str, span: Span) -> Check<Resolved> {
        let Resolved { spot, found, mut unguarded, mut through, path } = base;
        let (record, first) = match &found {
            Type::Record(record) => (record.clone(), spot.slot.unwrap_or(0)),
            Type::Optional(inner) => match inner.as_ref() {
                Type::Record(record) => {
                    through.push(spot);
                    if !self.facts.contains(&Fact::Present(spot)) {
                        unguarded.get_or_insert_with(|| (path.clone(), spot));
                    }
                    (record.clone(), spot.slot.unwrap_or(0).saturating_add(1))
                }
                _ => return self.no_fields(&path, &found, span),
            },
            _ => return self.no_fields(&path, &found, span),
        };
        let Some(field) = record.get(name) else {
            return self.unknown_field(&record, &path, name, span);
        };
        Ok(Resolved {
            spot: Spot { level: spot.level, slot: Some(first.saturating_add(field.offset)) },
            found: field.field_type.clone(),
            unguarded,
            through,
            path: format!("{path}.{name}"),
        })
    }

    fn no_fields<T>(&mut self, path: &str, found: &Type, span: Span) -> Check<T> {
        let finding =
            Finding::error("unknown_field", span, format!("`{path}` is {found} and has no fields"));
        let finding = match found {
            Type::Map => {
                finding.help(format!("read a key with `getOr({path}, \"key\", \"default\")`"))
            }
            Type::List(_) => finding.help(format!("ask about its items: `{path}.exists(x, …)`")),
            _ => finding,
        };
        self.report(finding)
    }

    fn unknown_field<T>(
        &mut self,
        record: &RecordType,
        path: &str,
        name: &str,
        span: Span,
    ) -> Check<T> {
        let finding =
            Finding::error("unknown_field", span, format!("`{path}` has no field `{name}`"))
                .label("unknown field");
        let names = record.fields().iter().map(|field| field.name.as_str());
        let help = match closest(name, names.clone()) {
            Some(near) => format!("did you mean `{path}.{near}`?"),
            None => format!("its fields are {}", names.collect::<Vec<_>>().join(", ")),
        };
        self.report(finding.help(help))
    }

    /// Refuses a path that leads through an optional record nothing has asked for.
    pub(super) fn require_guards(&mut self, resolved: &Resolved, span: Span) -> Check<()> {
        match &resolved.unguarded {
            None => Ok(()),
            Some((path, _)) => {
                let finding = unguarded(path, span).help(format!("guard it: `has({path}) && …`"));
                self.report(finding)
            }
        }
    }

    /// Remembers that the expression depends on this field.
    pub(super) fn note_field(&mut self, resolved: &Resolved) {
        if let Spot { level: 0, slot: Some(slot) } = resolved.spot {
            self.fields.insert(resolved.path.clone(), slot);
        }
    }

    /// Checks a path that is read as a value.
    pub(super) fn check_path(&mut self, expr: &Expr) -> Check<Checked> {
        let resolved = self.resolve(expr)?;
        self.require_guards(&resolved, expr.span)?;
        let path = &resolved.path;
        let found = match &resolved.found {
            Type::Optional(inner) => {
                if !self.facts.contains(&Fact::Present(resolved.spot)) {
                    let finding = unguarded(path, expr.span).help(format!(
                        "guard it: `has({path}) && …`, or give a default: `{path}.orValue(…)`"
                    ));
                    return self.report(finding);
                }
                inner.as_ref()
            }
            other => other,
        };
        let Some(node) = self.read(&resolved, found, expr.span) else {
            let finding = Finding::error(
                "type_mismatch",
                expr.span,
                format!("`{path}` is a record, not a value"),
            )
            .help("name one of its fields");
            return self.report(finding);
        };
        self.note_field(&resolved);
        Ok(match node {
            Node::Bool(test) => Checked::test(test, expr.span, Vec::new()),
            node => Checked::new(node, expr.span),
        })
    }

    /// The program that reads a place of this type; `None` for records.
    pub(super) fn read(&self, resolved: &Resolved, found: &Type, span: Span) -> Option<Node> {
        let source = Source { place: self.place(resolved.spot), span };
        let int = |kind, range| IntExpr::Read(IntSource { source, kind, range });
        Some(match found {
            Type::Bool => Node::Bool(BoolExpr::Read(source)),
            Type::Int(range) => Node::Int(int(IntKind::Int, *range), *range),
            Type::String => Node::Str(StrExpr::Read(source)),
            Type::Enum(of) => Node::Enum(int(IntKind::Enum, IntRange::FULL), of.clone()),
            Type::List(item) => Node::List(ListExpr::Read(source), item.as_ref().clone()),
            Type::Map => Node::Map(source),
            Type::Timestamp => Node::Timestamp(int(IntKind::Timestamp, IntRange::FULL)),
            Type::Duration => Node::Duration(int(IntKind::Duration, IntRange::FULL)),
            Type::Record(_) | Type::Optional(_) => return None,
        })
    }

    /// `map[key]`, where a guard has asked for the key.
    pub(super) fn check_index(&mut self, base: &Expr, index: &Expr, span: Span) -> Check<Checked> {
        let map = self.check(base)?;
        let name = self.text(base.span);
        match map.node {
            Node::Map(source) => {
                let key = self.check_str(index)?;
                let known = match self.key_of(index) {
                    Some(key) => {
                        let spot = self.resolve(base)?.spot;
                        self.facts.contains(&Fact::HasKey(spot, key))
                    }
                    None => false,
                };
                if !known {
                    let key = self.text(index.span);
                    let finding = Finding::error("unguarded", span, format!("`{name}` may have no key `{key}`"))
                        .help(format!("write `{key} in {name} && …` before it, or `getOr({name}, {key}, \"default\")`"));
                    return self.report(finding);
                }
                let source = Source { place: source.place, span };
                let node = StrExpr::MapGet { map: source, key: Box::new(key), default: None };
                Ok(Checked::new(Node::Str(node), span))
            }
            Node::List(..) => {
                let finding =
                    Finding::error("unguarded", span, "an index may lie outside the list")
                        .help(format!("ask about its items: `{name}.exists(x, …)`"));
                self.report(finding)
            }
            other => {
                let found = other.type_name();
                self.report(Finding::error(
                    "type_mismatch",
                    base.span,
                    format!("{found} cannot be indexed"),
                ))
            }
        }
    }
}

fn unguarded(path: &str, span: Span) -> Finding {
    Finding::error("unguarded", span, format!("`{path}` may be absent")).label("may be absent")
}
