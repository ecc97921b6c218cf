//! Figures as a table while they are measured, and as JSON at the end.

use serde::Serialize;

/// One figure.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// Which part of the product.
    pub part: String,
    /// What was measured.
    pub name: String,
    /// The figure.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// Its ratio to another figure of this run.
    pub ratio: Option<Ratio>,
    /// The goal, if there is one.
    pub goal: Option<Goal>,
}

/// A ratio to another figure of the same run.
#[derive(Debug, Clone, Serialize)]
pub struct Ratio {
    /// Name of the other figure.
    pub of: String,
    /// This figure divided by the other.
    pub value: f64,
}

/// A goal and whether it was met.
#[derive(Debug, Clone, Serialize)]
pub struct Goal {
    /// In words.
    pub text: String,
    /// Whether it was met in this run.
    pub met: bool,
}

/// All figures of a run.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    figures: Vec<Figure>,
}

impl Report {
    /// Adds a figure and prints it.
    pub fn add(&mut self, part: &str, name: &str, value: f64, unit: &'static str) -> &mut Figure {
        let (part, name) = (part.to_owned(), name.to_owned());
        self.figures.push(Figure { part, name, value, unit, ratio: None, goal: None });
        let last = self.figures.len() - 1;
        &mut self.figures[last]
    }

    /// The figures as JSON.
    pub fn json(&self) -> anyhow::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

impl Figure {
    /// Sets it against another figure of the same run.
    pub fn against(&mut self, of: &str, other: f64) -> &mut Self {
        let value = if other > 0.0 { self.value / other } else { 0.0 };
        self.ratio = Some(Ratio { of: of.to_owned(), value });
        self
    }

    /// The ratio, or zero.
    pub fn ratio(&self) -> f64 {
        self.ratio.as_ref().map_or(0.0, |r| r.value)
    }

    /// Sets a goal.
    pub fn goal(&mut self, text: &str, met: bool) -> &mut Self {
        self.goal = Some(Goal { text: text.to_owned(), met });
        self
    }

    /// Prints the line.
    pub fn print(&self) {
        let value = if self.value >= 100.0 {
            format!("{:.0}", self.value)
        } else {
            format!("{:.3}", self.value)
        };
        let ratio =
            self.ratio.as_ref().map_or(String::new(), |r| format!("  {:.2} × {}", r.value, r.of));
        let goal = self
            .goal
            .as_ref()
            .map_or(String::new(), |g| format!("  [{} {}]", if g.met { "✓" } else { "✗" }, g.text));
        println!("{:<10} {:<52} {value:>12} {:<10}{ratio}{goal}", self.part, self.name, self.unit);
    }
}
