//! Calls: macros, string functions, literals of time, and the function table.

use jiff::tz::TimeZone;
use regex_lite::RegexBuilder;

use super::macros::MACROS;
use super::{Check, Checked, Checker, Node};
use crate::diagnostic::{Finding, Span};
use crate::expr::ast::{Expr, ExprKind};
use crate::expr::functions::{
    Function, Native, Param, Returns, TABLE, signature, zone, zone_names,
};
use crate::expr::ir::{BoolExpr, Call, IntExpr, Scalar, StrExpr, StrTest};
use crate::expr::literal;
use crate::expr::suggest::closest;
use crate::expr::types::{EnumType, IntRange};

/// Largest compiled pattern, in bytes.
const MAX_PATTERN_BYTES: usize = 64 * 1024;
/// Functions that are not in the table because they are programs of their own.
const BUILT_IN: [&str; 11] = [
    "has",
    "size",
    "startsWith",
    "endsWith",
    "contains",
    "matches",
    "lowerAscii",
    "getOr",
    "orValue",
    "timestamp",
    "duration",
];

/// A call, taken apart.
struct Site<'e> {
    receiver: Option<&'e Expr>,
    name: &'e str,
    name_span: Span,
    args: &'e [Expr],
    span: Span,
}

impl Checker<'_> {
    pub(super) fn check_call(&mut self, expr: &Expr) -> Check<Checked> {
        let ExprKind::Call { receiver, name, name_span, args } = &expr.kind else {
            return Err(super::Reported);
        };
        let receiver = receiver.as_deref();
        let site = Site { receiver, name, name_span: *name_span, args, span: expr.span };
        match (receiver, name.as_str()) {
            (None, "has") => self.check_has(args, expr.span),
            (None, "timestamp" | "duration") => self.check_time_literal(&site),
            (Some(list), name) if MACROS.contains(&name) => {
                self.check_macro(name, list, args, expr.span)
            }
            (Some(path), "orValue") => self.check_or_value(path, args, expr.span),
            (Some(text), "matches") => self.check_matches(text, &site),
            (Some(text), "startsWith") => self.check_str_test(StrTest::StartsWith, text, &site),
            (Some(text), "endsWith") => self.check_str_test(StrTest::EndsWith, text, &site),
            (Some(text), "contains") => self.check_str_test(StrTest::Contains, text, &site),
            (Some(text), "lowerAscii") => {
                self.expect_arguments(&site, 0)?;
                let text = self.check_str(text)?;
                Ok(Checked::new(Node::Str(StrExpr::Lower(Box::new(text), expr.span)), expr.span))
            }
            (_, "size") => self.check_size(&site),
            (_, "getOr") => self.check_get_or(&site),
            _ => self.check_table_call(&site),
        }
    }

    fn expect_arguments(&mut self, site: &Site<'_>, count: usize) -> Check<()> {
        if site.args.len() == count {
            return Ok(());
        }
        let (name, found) = (site.name, site.args.len());
        let message = format!("`{name}` takes {count} argument(s), not {found}");
        self.report(Finding::error("arguments", site.span, message))
    }

    fn check_str_test(&mut self, test: StrTest, text: &Expr, site: &Site<'_>) -> Check<Checked> {
        self.expect_arguments(site, 1)?;
        let subject = self.check(text)?;
        let shown = subject.shown().into_iter().collect();
        let Node::Str(subject) = subject.node else {
            let (found, name) = (subject.node.type_name(), site.name);
            let finding = Finding::error(
                "type_mismatch",
                text.span,
                format!("`{name}` asks about a string; this is {found}"),
            );
            let finding = match (subject.node, test) {
                (Node::List(..), StrTest::Contains) => {
                    let (list, item) = (
                        self.text(text.span),
                        site.args.first().map_or("x", |arg| self.text(arg.span)),
                    );
                    finding.help(format!("write `{item} in {list}`"))
                }
                (Node::List(..), _) => finding.help(format!("write `….exists(x, x.{name}(…))`")),
                (Node::Enum(..), _) => finding.help("compare it with its values: `… in [\"…\"]`"),
                _ => finding,
            };
            return self.report(finding);
        };
        let Some(wanted) = site.args.first() else { return Err(super::Reported) };
        let wanted = self.check_str(wanted)?;
        let test = BoolExpr::TestStr { test, sides: Box::new((subject, wanted)) };
        Ok(Checked::test(test, site.span, shown))
    }

    fn check_matches(&mut self, text: &Expr, site: &Site<'_>) -> Check<Checked> {
        self.expect_arguments(site, 1)?;
        let subject = self.check(text)?;
        let shown = subject.shown().into_iter().collect();
        let Node::Str(subject) = subject.node else {
            let found = subject.node.type_name();
            return self.report(Finding::error(
                "type_mismatch",
                text.span,
                format!("`matches` asks about a string; this is {found}"),
            ));
        };
        let Some(Expr { kind: ExprKind::Str(pattern), span, .. }) = site.args.first() else {
            return self.report(
                Finding::error(
                    "literal_needed",
                    site.span,
                    "the pattern has to be a literal string",
                )
                .help("a pattern made from facts could not be checked before it is used"),
            );
        };
        match RegexBuilder::new(pattern).size_limit(MAX_PATTERN_BYTES).nest_limit(32).build() {
            Ok(pattern) => {
                let subject = Box::new(subject);
                let test =
                    BoolExpr::Matches { subject, pattern: Box::new(pattern), span: site.span };
                Ok(Checked::test(test, site.span, shown))
            }
            Err(error) => self.report(Finding::error(
                "bad_pattern",
                *span,
                format!("this pattern is not valid: {error}"),
            )),
        }
    }

    fn check_size(&mut self, site: &Site<'_>) -> Check<Checked> {
        let of = match (site.receiver, site.args) {
            (Some(of), []) | (None, [of]) => of,
            _ => {
                return self.report(Finding::error(
                    "arguments",
                    site.span,
                    "`size` takes one list, map or string",
                ));
            }
        };
        let size = match self.check(of)?.node {
            Node::Str(text) => IntExpr::SizeOfStr(Box::new(text)),
            Node::List(list, _) => IntExpr::SizeOfList(Box::new(list), site.span),
            Node::Map(map) => IntExpr::SizeOfMap(map),
            other => {
                let found = other.type_name();
                return self.report(Finding::error(
                    "type_mismatch",
                    of.span,
                    format!("{found} has no size"),
                ));
            }
        };
        Ok(Checked::new(Node::Int(size, IntRange::new(0, i64::MAX)), site.span))
    }

    /// `getOr(map, key, default)` or `map.getOr(key, default)`.
    fn check_get_or(&mut self, site: &Site<'_>) -> Check<Checked> {
        let (map, key, default) = match (site.receiver, site.args) {
            (Some(map), [key, default]) | (None, [map, key, default]) => (map, key, default),
            _ => {
                let finding = Finding::error(
                    "arguments",
                    site.span,
                    "`getOr` takes a map, a key and a default",
                );
                return self.report(finding);
            }
        };
        let source = match self.check(map)?.node {
            Node::Map(source) => source,
            other => {
                let found = other.type_name();
                return self.report(Finding::error(
                    "type_mismatch",
                    map.span,
                    format!("`getOr` reads a map; this is {found}"),
                ));
            }
        };
        let key = Box::new(self.check_str(key)?);
        let default = Some(Box::new(self.check_str(default)?));
        Ok(Checked::new(Node::Str(StrExpr::MapGet { map: source, key, default }), site.span))
    }

    fn check_time_literal(&mut self, site: &Site<'_>) -> Check<Checked> {
        let [Expr { kind: ExprKind::Str(text), span, .. }] = site.args else {
            let finding = Finding::error(
                "literal_needed",
                site.span,
                format!("`{}` takes one literal string", site.name),
            )
            .help("write timestamp(\"2026-11-22T10:00:00Z\") or duration(\"1h30m\")");
            return self.report(finding);
        };
        let node = if site.name == "timestamp" {
            literal::timestamp(text).map(|at| Node::Timestamp(IntExpr::Const(at)))
        } else {
            literal::duration(text).map(|span| Node::Duration(IntExpr::Const(span)))
        };
        match node {
            Some(node) => Ok(Checked::new(node, site.span)),
            None => self.report(
                Finding::error("bad_literal", *span, format!("`{text}` is not a {}", site.name))
                    .help("write timestamp(\"2026-11-22T10:00:00Z\") or duration(\"1h30m\") (units ms s m h d w)"),
            ),
        }
    }

    fn check_table_call(&mut self, site: &Site<'_>) -> Check<Checked> {
        let namespace = match site.receiver.map(|receiver| &receiver.kind) {
            Some(ExprKind::Name(namespace)) if self.is_namespace(namespace) => Some(namespace),
            _ => None,
        };
        let full_name = match namespace {
            Some(namespace) => format!("{namespace}.{}", site.name),
            None => site.name.to_owned(),
        };
        let receiver = if namespace.is_some() { None } else { site.receiver };
        let named: Vec<&'static Function> = TABLE
            .iter()
            .filter(|function| {
                function.name == full_name && function.is_method == receiver.is_some()
            })
            .collect();
        if named.is_empty() {
            return self.unknown_function(&full_name, site.name_span);
        }
        let mut nodes = Vec::new();
        for arg in receiver.into_iter().chain(site.args) {
            nodes.push((self.check(arg)?.node, arg.span));
        }
        let fitting = named.iter().copied().find(|function| accepts(function, &nodes));
        match fitting {
            Some(function) => self.bind(function, nodes, site.span),
            None => {
                let found: Vec<String> = nodes.iter().map(|(node, _)| node.type_name()).collect();
                let message = format!("`{full_name}` does not apply to ({})", found.join(", "));
                self.report(
                    Finding::error("arguments", site.span, message).help(signatures(&named)),
                )
            }
        }
    }

    fn is_namespace(&self, name: &str) -> bool {
        self.schema.root().get(name).is_none()
            && !self.locals.iter().any(|local| local.name == name)
            && TABLE.iter().any(|function| {
                function.name.split('.').next() == Some(name) && function.name.contains('.')
            })
    }

    fn unknown_function<T>(&mut self, name: &str, span: Span) -> Check<T> {
        let finding =
            Finding::error("unknown_function", span, format!("there is no function `{name}`"))
                .label("unknown function");
        let names = TABLE.iter().map(|function| function.name).chain(BUILT_IN).chain(MACROS);
        let help = match closest(name, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "the functions are listed in the policy reference".to_owned(),
        };
        self.report(finding.help(help))
    }

    fn bind(
        &mut self,
        function: &'static Function,
        nodes: Vec<(Node, Span)>,
        span: Span,
    ) -> Check<Checked> {
        let mut args = Vec::new();
        let mut bound_zone = TimeZone::UTC;
        for ((node, arg_span), param) in nodes.into_iter().zip(function.params) {
            match (param, node) {
                (Param::Zone, node) => bound_zone = self.zone_literal(&node, arg_span)?,
                (_, node) => args.extend::<Option<Scalar>>(node.into_scalar()),
            }
        }
        let native = Native::new(function, bound_zone);
        let call = Box::new(Call { native, args: args.into(), span });
        Ok(match function.returns {
            Returns::Bool => Checked::test(BoolExpr::Call(call), span, Vec::new()),
            Returns::Int(range) => Checked::new(Node::Int(IntExpr::Call(call), range), span),
            Returns::Enum(name, variants) => {
                let Ok(of) = EnumType::ordered(name, variants) else {
                    return self.report(Finding::error(
                        "unsupported",
                        span,
                        "this function has no result",
                    ));
                };
                Checked::new(Node::Enum(IntExpr::Call(call), of), span)
            }
        })
    }

    fn zone_literal(&mut self, node: &Node, span: Span) -> Check<TimeZone> {
        let Node::Str(StrExpr::Const(name)) = node else {
            return self.report(Finding::error(
                "literal_needed",
                span,
                "the time zone has to be a literal string",
            ));
        };
        if let Some(zone) = zone(name) {
            return Ok(zone);
        }
        let finding =
            Finding::error("unknown_zone", span, format!("there is no time zone `{name}`"));
        let known = zone_names();
        let help = match closest(name, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "use an IANA name such as \"Europe/Berlin\"".to_owned(),
        };
        self.report(finding.help(help))
    }
}

/// Whether a function takes these arguments; a zone may be left out.
fn accepts(function: &Function, nodes: &[(Node, Span)]) -> bool {
    let required = function.params.iter().filter(|param| **param != Param::Zone).count();
    let fits = |(node, param): (&Node, &Param)| {
        matches!(
            (param, node),
            (Param::String | Param::Zone, Node::Str(_))
                | (Param::Timestamp, Node::Timestamp(_))
                | (Param::Duration, Node::Duration(_))
        )
    };
    (required..=function.params.len()).contains(&nodes.len())
        && nodes.iter().map(|(node, _)| node).zip(function.params).all(fits)
}

/// How to call functions of one name.
fn signatures(functions: &[&'static Function]) -> String {
    format!(
        "write {}",
        functions.iter().map(|function| signature(function)).collect::<Vec<_>>().join(" or ")
    )
}
