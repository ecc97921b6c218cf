//! From files to a bundle: every check, every error at once.
//!
//! Files are read first, each on its own; then they are checked against each other. Conditions
//! compile last, because what they may name is what the other files declare.

mod automation;
mod board;
mod calendars;
mod coverage;
mod drills;
mod environments;
mod freezes;
mod groups;
mod guarantees;
mod holidays;
mod overrides;
mod people;
mod response;
mod risk;
mod roles;
mod rules;
mod templates;
mod times;
mod weaker;
mod windows;

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use domain::detect::DEFAULT_SUCCESS_PERCENT;
use domain::event::PolicyFile;
use domain::requirement::RuleRef;

pub(super) use self::freezes::Freezes;
use self::holidays::HolidayFiles;
use super::cases::{Case, read_cases};
use super::digest::digest;
use super::files::{
    AutomationFile, BoardFile, BundleFile, CalendarsFile, ControlsFile, DrillText, DrillsFile,
    EnvironmentsFile, FreezesFile, GroupRoleText, GuaranteeText, GuaranteesFile, OverrideFile,
    RiskFile, RoleText, RolesFile, RuleText, RulesFile, TemplateText, TemplatesFile, WindowsFile,
};
use super::response::ResponseFile;
use super::yaml::{At, Text};
use super::{Bundle, Control, Level, Loaded, Role, Template};
use crate::assess::facts::{DeclaredNames, FactSchema};
use crate::diagnostic::{Diagnostic, Finding, Span};
use crate::expr::{Condition, Schema, closest, compile_condition, parse_duration};

/// Most files of a bundle, and most bytes of all together.
const MAX_FILES: usize = 500;
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Files with a fixed name.
const FIXED: [&str; 13] = [
    "bundle.yaml",
    "environments.yaml",
    "roles.yaml",
    "risk.yaml",
    "controls.yaml",
    "calendars.yaml",
    "guarantees.yaml",
    "freezes.yaml",
    "override.yaml",
    "response.yaml",
    "automation.yaml",
    "windows.yaml",
    "board.yaml",
];
/// Folders of files.
const FOLDERS: [&str; 4] = ["rules/", "templates/", "tests/", "drills/"];
/// Folder of iCalendar files.
const HOLIDAYS: &str = "holidays/";

/// Whether a file of a bundle holds public holidays; a note beside them does not.
pub(super) fn is_holiday_file(path: &str) -> bool {
    path.starts_with(HOLIDAYS) && path.ends_with(".ics")
}

/// What was read, before it is checked.
#[derive(Default)]
struct Files<'t> {
    bundle: Option<(Text<'t>, BundleFile)>,
    environments: Option<(Text<'t>, EnvironmentsFile)>,
    roles: Vec<(Text<'t>, RoleText)>,
    groups: Vec<(Text<'t>, GroupRoleText)>,
    risk: Option<(Text<'t>, RiskFile)>,
    response: Option<(Text<'t>, ResponseFile)>,
    controls: Vec<Control>,
    calendars: Option<(Text<'t>, CalendarsFile)>,
    holidays: HolidayFiles<'t>,
    guarantees: Vec<(Text<'t>, GuaranteeText)>,
    freezes: Option<(Text<'t>, FreezesFile)>,
    windows: Option<(Text<'t>, WindowsFile)>,
    board: Option<(Text<'t>, BoardFile)>,
    overrides: Option<(Text<'t>, OverrideFile)>,
    automation: Option<(Text<'t>, AutomationFile)>,
    rules: Vec<(Text<'t>, RuleText)>,
    templates: Vec<(Text<'t>, TemplateText)>,
    cases: Vec<Case>,
    drills: Vec<(Text<'t>, DrillText)>,
}

/// Collects what is wrong.
#[derive(Default)]
pub(super) struct Complaints {
    found: Vec<Diagnostic>,
}

impl Complaints {
    pub(super) fn add(&mut self, text: Text<'_>, finding: Finding) {
        self.found.push(text.place(finding));
    }

    pub(super) fn error(&mut self, text: Text<'_>, code: &'static str, span: Span, message: &str) {
        self.add(text, Finding::error(code, span, message));
    }

    /// The value, or a complaint about why there is none.
    fn keep<T>(&mut self, result: Result<T, Box<Diagnostic>>) -> Option<T> {
        result.map_err(|found| self.found.push(*found)).ok()
    }

    /// Parses a slug such as the name of a role.
    pub(super) fn slug<T: std::str::FromStr<Err: std::fmt::Display>>(
        &mut self,
        text: Text<'_>,
        value: &str,
        span: Span,
    ) -> Option<T> {
        match value.parse() {
            Ok(slug) => Some(slug),
            Err(error) => {
                self.add(text, Finding::error("bad_name", span, error.to_string()));
                None
            }
        }
    }

    /// The share of deployments that has to succeed, in percent.
    pub(super) fn success(&mut self, text: Text<'_>, value: Option<&At<u32>>) -> u8 {
        let Some(value) = value else { return DEFAULT_SUCCESS_PERCENT };
        match u8::try_from(value.value) {
            Ok(percent) if (50..=99).contains(&percent) => percent,
            _ => {
                let message =
                    format!("{} of 100 is no bound that can be kept and failed", value.value);
                let finding = Finding::error("out_of_range", value.span, message);
                self.add(text, finding.help("write 50 to 99, such as `success_percent: 95`"));
                DEFAULT_SUCCESS_PERCENT
            }
        }
    }

    /// Parses a duration of at least a minute into minutes.
    pub(super) fn minutes(&mut self, text: Text<'_>, value: &At<String>) -> Option<u32> {
        let minutes = parse_duration(value).map(|ms| ms / 60_000);
        match minutes.and_then(|minutes| u32::try_from(minutes).ok()).filter(|minutes| *minutes > 0)
        {
            Some(minutes) => Some(minutes),
            None => {
                let message =
                    format!("`{}` is not a span of time of at least a minute", value.value);
                let finding = Finding::error("bad_duration", value.span, message)
                    .help("write whole numbers with units, such as `30m`, `4h`, `5d` or `2w`");
                self.add(text, finding);
                None
            }
        }
    }

    /// Parses `T0` to `T4`.
    pub(super) fn tier(&mut self, text: Text<'_>, value: &str, span: Span) -> Option<u8> {
        let number = value.strip_prefix('T').and_then(|number| number.parse::<u8>().ok());
        match number.filter(|number| *number <= 4) {
            Some(number) => Some(number),
            None => {
                let message = format!("`{value}` is not a tier");
                self.add(
                    text,
                    Finding::error("unknown_tier", span, message).help("the tiers are T0 to T4"),
                );
                None
            }
        }
    }

    /// Compiles a condition. One that can never hold is an error here: a rule nobody can meet is
    /// a slip.
    pub(super) fn condition(
        &mut self,
        text: Text<'_>,
        source: &At<String>,
        schema: &Schema,
    ) -> Option<Condition> {
        let compiled = compile_condition(source, schema);
        self.found.extend(text.place_all(&compiled.findings, source, source.span));
        let condition = compiled.program?;
        if condition.constant() == Some(false) {
            let finding = Finding::error(
                "unreachable",
                source.span,
                "this condition can never hold, so nothing would ever come of it",
            )
            .help("correct it, or remove what it stands for");
            self.add(text, finding);
        }
        Some(condition)
    }

    fn has_errors(&self) -> bool {
        self.found.iter().any(Diagnostic::is_error)
    }
}

/// A place people can open.
pub(super) fn rule_ref(text: Text<'_>, id: &str, span: Span) -> RuleRef {
    let (line, _) = crate::diagnostic::line_and_column(text.text, span.start as usize);
    RuleRef { id: id.to_owned(), file: text.path.to_owned(), line }
}

/// A complaint about a name that nothing declares.
pub(super) fn unknown<'n>(
    what: &str,
    name: &At<String>,
    known: impl Iterator<Item = &'n str> + Clone,
) -> Finding {
    let message = format!("there is no {what} `{}`", name.value);
    let finding = Finding::error("unknown_reference", name.span, message);
    let list = known.clone().take(12).collect::<Vec<_>>().join(", ");
    match closest(name, known) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None if list.is_empty() => finding.help(format!("no {what} is declared")),
        None => finding.help(format!("declared are {list}")),
    }
}

pub(super) fn load(files: &[PolicyFile]) -> Result<Loaded, Vec<Diagnostic>> {
    let mut complaints = Complaints::default();
    let mut sorted: Vec<PolicyFile> = files.to_vec();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    check_set(&sorted, &mut complaints);
    let read = if complaints.has_errors() { None } else { Some(read(&sorted, &mut complaints)) };
    let unread = complaints.has_errors();
    let bundle = read.and_then(|read| build(read, &sorted, &mut complaints));
    if let Some(bundle) = &bundle {
        coverage::check(bundle, &mut complaints);
    }
    let Complaints { mut found } = complaints;
    if unread {
        // What a file that can't be read declares is not known; complaints about it would mislead.
        found.retain(|d| !matches!(d.code, "unknown_reference" | "unknown_variant"));
    }
    found.sort_by(|a, b| {
        (&a.file, a.line, a.column, a.code).cmp(&(&b.file, b.line, b.column, b.code))
    });
    found.dedup();
    match bundle {
        Some(bundle) if !found.iter().any(Diagnostic::is_error) => {
            Ok(Loaded { bundle, warnings: found })
        }
        _ => Err(found),
    }
}

/// Checks the set of files itself.
fn check_set(files: &[PolicyFile], complaints: &mut Complaints) {
    let bytes: usize = files.iter().map(|file| file.text.len()).sum();
    let whole = |path: &'static str| Text { path, text: "" };
    if files.is_empty() {
        let message = "the bundle is empty; an empty policy allows nothing and decides nothing";
        complaints.error(whole("bundle.yaml"), "empty_bundle", Span::default(), message);
        return;
    }
    if files.len() > MAX_FILES || bytes > MAX_BYTES {
        let message = "a bundle can hold 500 files and 4 MiB";
        complaints.error(whole("bundle.yaml"), "bundle_too_large", Span::default(), message);
        return;
    }
    let mut paths = BTreeSet::new();
    for file in files {
        let text = Text { path: &file.path, text: &file.text };
        if !paths.insert(file.path.as_str()) {
            complaints.error(text, "duplicate_file", Span::default(), "this file is there twice");
        }
        if !is_known_path(&file.path) {
            let finding = Finding::error(
                "unknown_file",
                Span::default(),
                "no file of a bundle has this name",
            );
            let folder = FOLDERS
                .iter()
                .find(|folder| file.path.ends_with(".yml") && file.path.starts_with(**folder));
            complaints.add(
                text,
                finding.help(match (folder, closest(&file.path, FIXED)) {
                    (Some(_), _) => "end it with `.yaml`".to_owned(),
                    (None, Some(near)) => format!("did you mean `{near}`?"),
                    (None, None) => format!(
                        "the files are {}, *.yaml in rules/, templates/, tests/ and drills/, and *.ics in holidays/",
                        FIXED.join(", ")
                    ),
                }),
            );
        }
        people::check(text, complaints);
    }
    for needed in ["bundle.yaml", "environments.yaml", "roles.yaml", "risk.yaml"] {
        if !paths.contains(needed) {
            let message = format!("the bundle has no `{needed}`");
            complaints.error(whole(needed), "missing_file", Span::default(), &message);
        }
    }
    if !paths.iter().any(|path| path.starts_with("rules/")) {
        let message = "the bundle has no rules, so nothing could ever be approved";
        complaints.error(whole("rules/"), "missing_file", Span::default(), message);
    }
}

fn is_known_path(path: &str) -> bool {
    let in_folder = |folder: &str, end: &str| {
        let name = path.strip_prefix(folder).and_then(|name| name.strip_suffix(end));
        name.is_some_and(|name| !name.contains('/') && !name.is_empty())
    };
    FIXED.contains(&path)
        || FOLDERS.iter().any(|folder| in_folder(folder, ".yaml"))
        || in_folder(HOLIDAYS, ".ics")
        || (path.ends_with(".md") && !path.contains(".."))
}

/// Reads every file on its own.
fn read<'t>(files: &'t [PolicyFile], complaints: &mut Complaints) -> Files<'t> {
    let mut all = Files::default();
    for file in files {
        let text = Text { path: &file.path, text: &file.text };
        match file.path.as_str() {
            "bundle.yaml" => all.bundle = complaints.keep(text.read()).map(|read| (text, read)),
            "environments.yaml" => {
                all.environments = complaints.keep(text.read()).map(|read| (text, read));
            }
            "roles.yaml" => {
                if let Some(read) = complaints.keep(text.read::<RolesFile>()) {
                    all.roles.extend(read.roles.into_iter().map(|role| (text, role)));
                    all.groups.extend(read.groups.into_iter().map(|group| (text, group)));
                }
            }
            "risk.yaml" => all.risk = complaints.keep(text.read()).map(|read| (text, read)),
            "calendars.yaml" => {
                all.calendars = complaints.keep(text.read()).map(|read| (text, read));
            }
            "freezes.yaml" => {
                all.freezes = complaints.keep(text.read()).map(|read| (text, read));
            }
            "windows.yaml" => {
                all.windows = complaints.keep(text.read()).map(|read| (text, read));
            }
            "board.yaml" => all.board = complaints.keep(text.read()).map(|read| (text, read)),
            "override.yaml" => {
                all.overrides = complaints.keep(text.read()).map(|read| (text, read));
            }
            "response.yaml" => {
                all.response = complaints.keep(text.read()).map(|read| (text, read));
            }
            "automation.yaml" => {
                all.automation = complaints.keep(text.read()).map(|read| (text, read));
            }
            "controls.yaml" => all.controls = read_controls(text, complaints),
            "guarantees.yaml" => {
                let read: Option<GuaranteesFile> = complaints.keep(text.read());
                let guarantees = read.into_iter().flat_map(|read| read.guarantees);
                all.guarantees.extend(guarantees.map(|guarantee| (text, guarantee)));
            }
            path if path.starts_with("rules/") => {
                let read: Option<RulesFile> = complaints.keep(text.read());
                all.rules
                    .extend(read.into_iter().flat_map(|read| read.rules).map(|rule| (text, rule)));
            }
            path if path.starts_with("templates/") => {
                let read: Option<TemplatesFile> = complaints.keep(text.read());
                let templates = read.into_iter().flat_map(|read| read.templates);
                all.templates.extend(templates.map(|template| (text, template)));
            }
            path if path.starts_with("tests/") => {
                if let Some(read) = complaints.keep(text.read()) {
                    all.cases.extend(read_cases(text, read));
                }
            }
            path if path.starts_with("drills/") => {
                let read: Option<DrillsFile> = complaints.keep(text.read());
                let drills = read.into_iter().flat_map(|read| read.drills);
                all.drills.extend(drills.map(|drill| (text, drill)));
            }
            path if is_holiday_file(path) => all.holidays.read(text, complaints),
            _ => {}
        }
    }
    all
}

fn read_controls(text: Text<'_>, complaints: &mut Complaints) -> Vec<Control> {
    let read: Option<ControlsFile> = complaints.keep(text.read());
    let mut controls: Vec<Control> = Vec::new();
    for control in read.into_iter().flat_map(|read| read.controls) {
        if controls.iter().any(|known| known.id == *control.id) {
            let message = format!("control `{}` is declared twice", control.id.value);
            complaints.error(text, "duplicate_id", control.id.span, &message);
        }
        controls.push(Control { id: control.id.value, title: control.title });
    }
    controls
}

/// The format is one this version reads, and the bundle has a name.
fn check_bundle<'t>(
    (bundle_text, bundle): (Text<'t>, BundleFile),
    complaints: &mut Complaints,
) -> (Text<'t>, BundleFile) {
    if *bundle.format != 1 {
        let message =
            format!("format {} is not known; this version reads format 1", bundle.format.value);
        complaints.error(bundle_text, "unknown_format", bundle.format.span, &message);
    }
    if bundle.name.trim().is_empty() {
        complaints.error(bundle_text, "bad_name", bundle.name.span, "the bundle needs a name");
    }
    (bundle_text, bundle)
}

/// The names that conditions may compare with.
fn declared_names<'a>(
    environments: Option<&'a environments::Environments>,
    templates: &'a [Template],
    roles: &'a [Role],
    levels: &'a [Level],
) -> DeclaredNames<'a> {
    let environments = environments.into_iter().flat_map(|known| &known.list);
    DeclaredNames {
        environments: environments.map(|known| known.name.as_str()).collect(),
        templates: templates.iter().map(|template| template.name.as_str()).collect(),
        roles: roles.iter().map(|role| role.name.as_str()).collect(),
        levels: levels.iter().map(|level| level.name.as_str()).collect(),
    }
}

/// Checks the files against each other and compiles what they say.
fn build(files: Files<'_>, sources: &[PolicyFile], complaints: &mut Complaints) -> Option<Bundle> {
    let (bundle_text, bundle) = check_bundle(files.bundle?, complaints);
    let weaker_after_minutes =
        weaker::minutes(bundle_text, bundle.weaker_after.as_ref(), complaints);
    let (text, environments) = files.environments?;
    let environments = environments::build(text, &environments, complaints);
    let roles = roles::build(files.roles, complaints);
    let mapping = groups::build(&files.groups, &roles, complaints);
    let calendars = calendars::build(files.calendars, &files.holidays, complaints);
    let overrides = overrides::build(files.overrides.as_ref(), &roles, complaints);
    let freezes = freezes::build(files.freezes.as_ref(), &roles, complaints);
    let maintenance = windows::build(files.windows.as_ref(), complaints);
    let board = board::build(files.board.as_ref(), &roles, complaints);
    let (risk_text, risk) = files.risk?;
    let levels = risk::levels(risk_text, &risk.levels, complaints);
    let templates = templates::build(&files.templates, environments.as_ref(), &roles, complaints);
    let names = declared_names(environments.as_ref(), &templates, &roles, &levels);
    let schema = FactSchema::new(&names).map_err(|error| {
        complaints.error(bundle_text, "internal", Span::default(), &error.to_string());
    });
    let schema = schema.ok()?;
    let factors = risk::factors(risk_text, &risk.factors, &schema.factors, complaints);
    let context = rules::Context {
        schema: &schema.rules,
        roles: &roles,
        controls: &files.controls,
        environments: environments.as_ref(),
    };
    let rules = rules::build(files.rules, &context, complaints);
    let guarantees = guarantees::build(files.guarantees, &schema.guarantees, complaints);
    let plans = response::build(files.response.as_ref(), &roles, &schema.rules, complaints);
    let both = (rules.as_slice(), templates.as_slice());
    let automations = automation::build(files.automation.as_ref(), both, &context, complaints);
    templates::check_replaced(&files.templates, &rules, complaints);
    let known = drills::Known { roles: &roles, calendars: calendars.as_ref() };
    let drills = drills::build(files.drills, &known, complaints);
    let (environments, calendars) = (environments?, calendars?);
    if complaints.has_errors() {
        return None;
    }
    Some(Bundle {
        name: bundle.name.value,
        description: bundle.description,
        digest: digest(sources).ok()?,
        files: sources.to_vec(),
        tiers: environments.tiers,
        environments: environments.list,
        unclassified: environments.unclassified,
        enforced: environments.enforced,
        roles,
        mapping,
        matrix: risk::matrix(&risk.matrix),
        factors,
        levels,
        rules,
        plans,
        templates,
        controls: files.controls,
        calendars,
        guarantees,
        overrides,
        automations,
        freezes,
        maintenance,
        board,
        cases: files.cases,
        drills,
        weaker_after_minutes,
        schema: Arc::new(schema),
        reads: OnceLock::new(),
    })
}
