//! Drills that fail, in the form of every other complaint about a bundle.

use super::DrillReport;
use crate::bundle::Bundle;
use crate::bundle::yaml::Text;
use crate::diagnostic::{Diagnostic, Finding, Span};

impl Bundle {
    /// Runs every drill with the people it describes; each problem is an error where the drill stands.
    #[must_use]
    pub fn drill_diagnostics(&self) -> Vec<Diagnostic> {
        let reports = self.drills().iter().map(|drill| self.drill(drill));
        reports.flat_map(|report| self.place_problems(&report)).collect()
    }

    fn place_problems(&self, report: &DrillReport) -> Vec<Diagnostic> {
        let Some(file) = self.files().iter().find(|file| file.path == report.file) else {
            return Vec::new();
        };
        let text = Text { path: &file.path, text: &file.text };
        let line = (report.line as usize).saturating_sub(1);
        let start: usize = file.text.split_inclusive('\n').take(line).map(str::len).sum();
        let length = file.text.lines().nth(line).map_or(0, str::len);
        let span = Span::new(start, start + length);
        let place = |problem: &super::DrillProblem| {
            let message = format!("drill `{}` fails: {}", report.name, problem.message);
            text.place(Finding::error("drill_failed", span, message).help(problem.help.clone()))
        };
        report.problems.iter().map(place).collect()
    }
}
