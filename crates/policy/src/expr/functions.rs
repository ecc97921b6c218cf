//! The table of functions an expression may call, beside operators and list macros.
//!
//! To add one: write its body, add a row to [`TABLE`], and add a test. Bodies are pure; time zones
//! come from the database compiled into the program, never from the machine, so a verdict replays
//! to the same bytes anywhere.

use std::borrow::Cow;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::error::EvalErrorKind;
use super::semver;
use super::types::IntRange;

const MS_PER_SECOND: i64 = 1_000;
const MS_PER_MINUTE: i64 = 60 * MS_PER_SECOND;
const MS_PER_HOUR: i64 = 60 * MS_PER_MINUTE;

/// The zones expressions may name, the same on every machine.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// Looks up an IANA time zone.
pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    ZONES.get(name).ok()
}

/// The zone names, for suggestions.
pub(crate) fn zone_names() -> Vec<String> {
    ZONES.available().map(|name| name.as_str().to_owned()).collect()
}

/// An evaluated argument or result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Argument<'a> {
    Bool(bool),
    /// Also milliseconds of a time or duration, and the index of a variant.
    Int(i64),
    Str(Cow<'a, str>),
}

/// What a parameter accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Param {
    String,
    Timestamp,
    Duration,
    /// A literal zone name; may be left out, which means UTC.
    Zone,
}

/// What a function yields.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Returns {
    Bool,
    Int(IntRange),
    /// A variant of a named enumeration.
    Enum(&'static str, &'static [&'static str]),
}

type Body = fn(&Invocation<'_, '_>) -> Result<Argument<'static>, EvalErrorKind>;

/// One row of the table.
pub(crate) struct Function {
    /// As written; `namespace.name` is called without a receiver.
    pub(crate) name: &'static str,
    /// Whether the first parameter stands before the dot.
    pub(crate) is_method: bool,
    pub(crate) params: &'static [Param],
    pub(crate) returns: Returns,
    body: Body,
}

/// What a body sees.
struct Invocation<'c, 'a> {
    args: &'c [Argument<'a>; 3],
    zone: &'c TimeZone,
}

/// A function bound to its load-time arguments.
#[derive(Clone)]
pub(crate) struct Native {
    function: &'static Function,
    zone: TimeZone,
}

impl std::fmt::Debug for Native {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.function.name)
    }
}

impl Native {
    pub(crate) const fn new(function: &'static Function, zone: TimeZone) -> Self {
        Self { function, zone }
    }

    pub(crate) fn call(
        &self,
        args: &[Argument<'_>; 3],
    ) -> Result<Argument<'static>, EvalErrorKind> {
        (self.function.body)(&Invocation { args, zone: &self.zone })
    }
}

impl Invocation<'_, '_> {
    fn int(&self) -> Result<i64, EvalErrorKind> {
        match self.args {
            [Argument::Int(value), ..] => Ok(*value),
            _ => Err(EvalErrorKind::WrongValue),
        }
    }

    fn text(&self, index: usize) -> Result<&str, EvalErrorKind> {
        match self.args.get(index) {
            Some(Argument::Str(text)) => Ok(text),
            _ => Err(EvalErrorKind::WrongValue),
        }
    }

    fn civil(&self) -> Result<DateTime, EvalErrorKind> {
        let at = Timestamp::from_millisecond(self.int()?).map_err(|_| EvalErrorKind::Overflow)?;
        Ok(self.zone.to_datetime(at))
    }
}

fn number(value: impl Into<i64>) -> Result<Argument<'static>, EvalErrorKind> {
    Ok(Argument::Int(value.into()))
}

const fn time_part(name: &'static str, min: i64, max: i64, body: Body) -> Function {
    let returns = Returns::Int(IntRange::new(min, max));
    Function { name, is_method: true, params: &[Param::Timestamp, Param::Zone], returns, body }
}

const fn duration_part(name: &'static str, body: Body) -> Function {
    let returns = Returns::Int(IntRange::FULL);
    Function { name, is_method: true, params: &[Param::Duration], returns, body }
}

const fn semver_function(
    name: &'static str,
    params: &'static [Param],
    returns: Returns,
    body: Body,
) -> Function {
    Function { name, is_method: false, params, returns, body }
}

/// Every function. Numbering of months, days and weekdays is CEL's: all from 0 except `getDate`.
pub(crate) static TABLE: [Function; 16] = [
    time_part("getFullYear", -9999, 9999, |call| number(call.civil()?.year())),
    time_part("getMonth", 0, 11, |call| number(call.civil()?.month() - 1)),
    time_part("getDate", 1, 31, |call| number(call.civil()?.day())),
    time_part("getDayOfMonth", 0, 30, |call| number(call.civil()?.day() - 1)),
    time_part("getDayOfYear", 0, 365, |call| number(call.civil()?.day_of_year() - 1)),
    time_part("getDayOfWeek", 0, 6, |call| number(call.civil()?.weekday().to_sunday_zero_offset())),
    time_part("getHours", 0, 23, |call| number(call.civil()?.hour())),
    time_part("getMinutes", 0, 59, |call| number(call.civil()?.minute())),
    time_part("getSeconds", 0, 59, |call| number(call.civil()?.second())),
    duration_part("getHours", |call| number(call.int()? / MS_PER_HOUR)),
    duration_part("getMinutes", |call| number(call.int()? / MS_PER_MINUTE)),
    duration_part("getSeconds", |call| number(call.int()? / MS_PER_SECOND)),
    semver_function(
        "semver.step",
        &[Param::String, Param::String],
        Returns::Enum("semver_step", &semver::STEPS),
        |call| number(semver::step(call.text(0)?, call.text(1)?)),
    ),
    semver_function(
        "semver.compare",
        &[Param::String, Param::String],
        Returns::Int(IntRange::new(-1, 1)),
        |call| match semver::compare(call.text(0)?, call.text(1)?) {
            Some(ordering) => number(ordering as i8),
            None => Err(EvalErrorKind::WrongValue),
        },
    ),
    semver_function("semver.isValid", &[Param::String], Returns::Bool, |call| {
        Ok(Argument::Bool(semver::Version::parse(call.text(0)?).is_some()))
    }),
    semver_function("semver.isStable", &[Param::String], Returns::Bool, |call| {
        let version = semver::Version::parse(call.text(0)?);
        Ok(Argument::Bool(version.is_some_and(|version| version.is_stable())))
    }),
];

/// Operators, macros and functions as Markdown; the rows of [`TABLE`] come from the table itself.
#[must_use]
pub fn functions_reference() -> String {
    let mut text = String::from(
        "| written | meaning |\n|---|---|\n\
         | `! && \\|\\| ?:` | logic; runs left to right and stops when the answer is known; an error in what ran is the answer |\n\
         | `== != < <= > >=` | comparison of one type; enumerations only with their own values |\n\
         | `x in [a, b]`, `x in list`, `key in map` | membership |\n\
         | `+ - * / %` | whole numbers, checked; `+` joins text; times and durations add and subtract |\n\
         | `has(path)` | whether an optional is there |\n\
         | `path.orValue(default)` | the optional, or the default |\n\
         | `getOr(map, key, default)` | the value of a key, or the default |\n\
         | `size(x)` | characters, items or keys |\n\
         | `text.startsWith(t)`, `endsWith`, `contains` | parts of text |\n\
         | `text.matches(\"pattern\")` | a regular expression, found anywhere; a literal |\n\
         | `text.lowerAscii()` | A to Z in lower case |\n\
         | `list.all(x, …)`, `exists`, `exists_one` | conditions on items |\n\
         | `list.filter(x, …)`, `map(x, …)` | lists made from lists |\n\
         | `timestamp(\"2026-11-22T10:00:00Z\")`, `duration(\"1h30m\")` | literals of time; units ms s m h d w |\n",
    );
    for function in &TABLE {
        let returns = match function.returns {
            Returns::Bool => "true or false".to_owned(),
            Returns::Int(range) if range == IntRange::FULL => "whole number".to_owned(),
            Returns::Int(range) => format!("{} to {}", range.min, range.max),
            Returns::Enum(_, variants) => variants.join(", "),
        };
        text.push_str(&format!("| `{}` | {returns} |\n", signature(function)));
    }
    text
}

/// How a function is called.
pub(crate) fn signature(function: &Function) -> String {
    let mut params = function.params.iter().map(|param| match param {
        Param::String => "text",
        Param::Timestamp => "timestamp",
        Param::Duration => "duration",
        Param::Zone => "\"Area/City\"",
    });
    let receiver = if function.is_method { params.next() } else { None };
    let receiver = receiver.map(|receiver| format!("{receiver}.")).unwrap_or_default();
    format!("{receiver}{}({})", function.name, params.collect::<Vec<_>>().join(", "))
}
