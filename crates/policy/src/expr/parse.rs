//! From tokens to an expression tree, within fixed limits.
//!
//! Recursive descent over CEL's precedence: `?:`, `||`, `&&`, relations, `+ -`, `* / %`, unary,
//! members. Chains of `&&` and `||` become one node, and every node knows its depth, so no input
//! can exhaust the stack of a later pass. Must not know names or types.

use super::ast::{ArithmeticOp, CompareOp, Expr, ExprKind};
use super::token::{Token, TokenKind, tokenize};
use crate::diagnostic::{Finding, Span};

/// Longest expression, in bytes.
pub const MAX_SOURCE_BYTES: usize = 8 * 1024;
/// Deepest nesting of an expression.
pub const MAX_DEPTH: u16 = 48;

/// Words of CEL's grammar and of its reserved list that cannot be names.
const RESERVED: [&str; 18] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
    "null",
];

/// Parses a whole expression.
pub(crate) fn parse(source: &str) -> Result<Expr, Finding> {
    if source.len() > MAX_SOURCE_BYTES {
        let span = Span::new(0, source.len());
        return Err(Finding::error(
            "too_long",
            span,
            format!(
                "this expression has {} bytes, more than the {MAX_SOURCE_BYTES} allowed",
                source.len()
            ),
        )
        .help("split it into several rules"));
    }
    let tokens = tokenize(source)?;
    let mut parser = Parser { tokens, at: 0, depth: 0 };
    let expr = parser.expression()?;
    match parser.peek_kind() {
        TokenKind::End => Ok(expr),
        _ => Err(parser.unexpected("the end of the expression")),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: u16,
}

impl Parser {
    fn peek_kind(&self) -> &TokenKind {
        self.tokens.get(self.at).map_or(&TokenKind::End, |token| &token.kind)
    }

    fn span(&self) -> Span {
        self.tokens.get(self.at).or(self.tokens.last()).map(|token| token.span).unwrap_or_default()
    }

    fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.peek_kind(), TokenKind::Symbol(found) if *found == symbol)
    }

    fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        if found {
            self.at += 1;
        }
        found
    }

    fn take_any(&mut self, symbols: &[&'static str]) -> Option<&'static str> {
        symbols.iter().copied().find(|symbol| self.take_symbol(symbol))
    }

    fn expect(&mut self, symbol: &str) -> Result<Span, Finding> {
        let span = self.span();
        if self.take_symbol(symbol) {
            return Ok(span);
        }
        Err(self.unexpected(&format!("`{symbol}`")))
    }

    fn unexpected(&self, wanted: &str) -> Finding {
        let found = match self.peek_kind() {
            TokenKind::End => "the expression ends".to_owned(),
            TokenKind::Symbol(symbol) => format!("found `{symbol}`"),
            TokenKind::Ident(word) => format!("found `{word}`"),
            TokenKind::Int(_) => "found a number".to_owned(),
            TokenKind::Str(_) => "found a string".to_owned(),
        };
        let finding =
            Finding::error("syntax", self.span(), format!("{found} where {wanted} should stand"));
        match self.peek_kind() {
            TokenKind::Ident(word) => match word.as_str() {
                "and" => finding.help("write `&&`"),
                "or" => finding.help("write `||`"),
                _ => finding,
            },
            _ => finding,
        }
    }

    fn node(&self, kind: ExprKind, span: Span, children: &[u16]) -> Result<Expr, Finding> {
        let depth = children.iter().copied().max().unwrap_or(0).saturating_add(1);
        if depth > MAX_DEPTH {
            return Err(too_deep(span));
        }
        Ok(Expr { kind, span, depth })
    }

    fn nested<T>(&mut self, parse: fn(&mut Self) -> Result<T, Finding>) -> Result<T, Finding> {
        if self.depth >= MAX_DEPTH {
            return Err(too_deep(self.span()));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn expression(&mut self) -> Result<Expr, Finding> {
        self.nested(Self::ternary)
    }

    fn ternary(&mut self) -> Result<Expr, Finding> {
        let condition = self.or()?;
        if !self.take_symbol("?") {
            return Ok(condition);
        }
        let then = self.nested(Self::or)?;
        self.expect(":")?;
        let otherwise = self.expression()?;
        let span = condition.span.to(otherwise.span);
        let depths = [condition.depth, then.depth, otherwise.depth];
        let kind = ExprKind::If {
            condition: Box::new(condition),
            then: Box::new(then),
            otherwise: Box::new(otherwise),
        };
        self.node(kind, span, &depths)
    }

    fn or(&mut self) -> Result<Expr, Finding> {
        self.chain("||", Self::and, ExprKind::Or)
    }

    fn and(&mut self) -> Result<Expr, Finding> {
        self.chain("&&", Self::relation, ExprKind::And)
    }

    fn chain(
        &mut self,
        symbol: &'static str,
        operand: fn(&mut Self) -> Result<Expr, Finding>,
        build: fn(Vec<Expr>) -> ExprKind,
    ) -> Result<Expr, Finding> {
        let first = operand(self)?;
        if !self.is_symbol(symbol) {
            return Ok(first);
        }
        let mut span = first.span;
        let mut operands = vec![first];
        while self.take_symbol(symbol) {
            let next = operand(self)?;
            span = span.to(next.span);
            operands.push(next);
        }
        let depths: Vec<u16> = operands.iter().map(|operand| operand.depth).collect();
        self.node(build(operands), span, &depths)
    }

    fn relation(&mut self) -> Result<Expr, Finding> {
        let mut left = self.additive()?;
        loop {
            let op = match self.take_any(&["==", "!=", "<=", ">=", "<", ">"]) {
                Some("==") => Some(CompareOp::Equal),
                Some("!=") => Some(CompareOp::NotEqual),
                Some("<=") => Some(CompareOp::LessEqual),
                Some(">=") => Some(CompareOp::GreaterEqual),
                Some("<") => Some(CompareOp::Less),
                Some(_) => Some(CompareOp::Greater),
                None => None,
            };
            let is_in =
                op.is_none() && matches!(self.peek_kind(), TokenKind::Ident(word) if word == "in");
            if op.is_none() && !is_in {
                return Ok(left);
            }
            if is_in {
                self.at += 1;
            }
            let right = self.additive()?;
            let span = left.span.to(right.span);
            let depths = [left.depth, right.depth];
            let (left_box, right_box) = (Box::new(left), Box::new(right));
            let kind = match op {
                Some(op) => ExprKind::Compare { op, left: left_box, right: right_box },
                None => ExprKind::In { item: left_box, container: right_box },
            };
            left = self.node(kind, span, &depths)?;
        }
    }

    fn additive(&mut self) -> Result<Expr, Finding> {
        self.arithmetic(&["+", "-"], Self::multiplicative)
    }

    fn multiplicative(&mut self) -> Result<Expr, Finding> {
        self.arithmetic(&["*", "/", "%"], Self::unary)
    }

    fn arithmetic(
        &mut self,
        symbols: &[&'static str],
        operand: fn(&mut Self) -> Result<Expr, Finding>,
    ) -> Result<Expr, Finding> {
        let mut left = operand(self)?;
        while let Some(symbol) = self.take_any(symbols) {
            let op = match symbol {
                "+" => ArithmeticOp::Add,
                "-" => ArithmeticOp::Subtract,
                "*" => ArithmeticOp::Multiply,
                "/" => ArithmeticOp::Divide,
                _ => ArithmeticOp::Remainder,
            };
            let right = operand(self)?;
            let span = left.span.to(right.span);
            let depths = [left.depth, right.depth];
            let kind = ExprKind::Arithmetic { op, left: Box::new(left), right: Box::new(right) };
            left = self.node(kind, span, &depths)?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expr, Finding> {
        let start = self.span();
        if self.take_symbol("!") {
            let operand = self.nested(Self::unary)?;
            let (span, depth) = (start.to(operand.span), operand.depth);
            return self.node(ExprKind::Not(Box::new(operand)), span, &[depth]);
        }
        if !self.take_symbol("-") {
            return self.member();
        }
        if let TokenKind::Int(magnitude) = *self.peek_kind() {
            let span = start.to(self.span());
            self.at += 1;
            let value = 0i64.checked_sub_unsigned(magnitude).unwrap_or(i64::MIN);
            let number = self.node(ExprKind::Int(value), span, &[])?;
            return self.members(number);
        }
        let operand = self.nested(Self::unary)?;
        let (span, depth) = (start.to(operand.span), operand.depth);
        self.node(ExprKind::Negate(Box::new(operand)), span, &[depth])
    }

    fn member(&mut self) -> Result<Expr, Finding> {
        let primary = self.primary()?;
        self.members(primary)
    }

    fn members(&mut self, mut base: Expr) -> Result<Expr, Finding> {
        loop {
            if self.take_symbol(".") {
                let name_span = self.span();
                let name = self.name("a field or function name")?;
                let depth = base.depth;
                if self.is_symbol("(") {
                    let (args, end) = self.arguments()?;
                    let span = base.span.to(end);
                    let depths: Vec<u16> =
                        args.iter().map(|arg| arg.depth).chain([depth]).collect();
                    let receiver = Some(Box::new(base));
                    let kind = ExprKind::Call { receiver, name, name_span, args };
                    base = self.node(kind, span, &depths)?;
                } else {
                    let span = base.span.to(name_span);
                    let kind = ExprKind::Select {
                        base: Box::new(base),
                        field: name,
                        field_span: name_span,
                    };
                    base = self.node(kind, span, &[depth])?;
                }
            } else if self.take_symbol("[") {
                let index = self.expression()?;
                let span = base.span.to(self.expect("]")?);
                let depths = [base.depth, index.depth];
                let kind = ExprKind::Index { base: Box::new(base), index: Box::new(index) };
                base = self.node(kind, span, &depths)?;
            } else {
                return Ok(base);
            }
        }
    }

    fn name(&mut self, wanted: &str) -> Result<String, Finding> {
        match self.peek_kind() {
            TokenKind::Ident(word) => {
                let word = word.clone();
                self.at += 1;
                Ok(word)
            }
            _ => Err(self.unexpected(wanted)),
        }
    }

    /// Arguments in parentheses, and the span of the closing one.
    fn arguments(&mut self) -> Result<(Vec<Expr>, Span), Finding> {
        self.expect("(")?;
        self.items(")")
    }

    fn items(&mut self, close: &'static str) -> Result<(Vec<Expr>, Span), Finding> {
        let mut items = Vec::new();
        loop {
            let span = self.span();
            if self.take_symbol(close) {
                return Ok((items, span));
            }
            if !items.is_empty() {
                self.expect(",")?;
                // A trailing comma is fine in a list, as in CEL.
                let span = self.span();
                if close == "]" && self.take_symbol(close) {
                    return Ok((items, span));
                }
            }
            items.push(self.expression()?);
        }
    }

    fn primary(&mut self) -> Result<Expr, Finding> {
        let span = self.span();
        match self.peek_kind().clone() {
            TokenKind::Int(magnitude) => {
                self.at += 1;
                let value = i64::try_from(magnitude).map_err(|_| {
                    Finding::error("number_range", span, "this number does not fit 64 bits")
                })?;
                self.node(ExprKind::Int(value), span, &[])
            }
            TokenKind::Str(text) => {
                self.at += 1;
                self.node(ExprKind::Str(text), span, &[])
            }
            TokenKind::Symbol("(") => {
                self.at += 1;
                let mut inner = self.expression()?;
                inner.span = span.to(self.expect(")")?);
                Ok(inner)
            }
            TokenKind::Symbol("[") => {
                self.at += 1;
                let (items, end) = self.items("]")?;
                let depths: Vec<u16> = items.iter().map(|item| item.depth).collect();
                self.node(ExprKind::List(items), span.to(end), &depths)
            }
            TokenKind::Symbol("{") => {
                Err(Finding::error("unsupported", span, "maps and messages cannot be written here"))
            }
            TokenKind::Ident(word) => self.word(word, span),
            TokenKind::Symbol(_) | TokenKind::End => Err(self.unexpected("a value")),
        }
    }

    fn word(&mut self, word: String, span: Span) -> Result<Expr, Finding> {
        match word.as_str() {
            "true" | "false" => {
                self.at += 1;
                return self.node(ExprKind::Bool(word == "true"), span, &[]);
            }
            "not" => {
                return Err(Finding::error("syntax", span, "`not` is not an operator here")
                    .help("write `!`"));
            }
            "in" => return Err(self.unexpected("a value")),
            "null" => {
                return Err(Finding::error("unsupported", span, "there is no `null` here")
                    .help("ask with `has(…)` whether a value is present"));
            }
            reserved if RESERVED.contains(&reserved) => {
                return Err(Finding::error("syntax", span, format!("`{word}` is a reserved word")));
            }
            _ => {}
        }
        self.at += 1;
        if !self.is_symbol("(") {
            return self.node(ExprKind::Name(word), span, &[]);
        }
        let (args, end) = self.arguments()?;
        let depths: Vec<u16> = args.iter().map(|arg| arg.depth).collect();
        let kind = ExprKind::Call { receiver: None, name: word, name_span: span, args };
        self.node(kind, span.to(end), &depths)
    }
}

fn too_deep(span: Span) -> Finding {
    Finding::error("too_deep", span, format!("this is nested more than {MAX_DEPTH} levels deep"))
        .help("split it into several rules")
}
