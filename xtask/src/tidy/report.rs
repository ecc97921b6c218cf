//! The sizes that may only fall, and how much of rings 0 to 2 is explained.

use serde_json::{Value, json};

use super::functions;
use super::sources::Source;

const DOCUMENTED: [&str; 5] = ["domain", "ledger", "policy", "store", "app"];

/// Sizes of the product's Rust, tests in the same file included.
pub struct Report {
    files: Vec<usize>,
    functions: Vec<usize>,
    packages: Vec<Package>,
}

/// One crate's share.
struct Package {
    name: String,
    files: usize,
    comments: Comments,
}

/// Kinds of lines; blank ones are none of them.
#[derive(Default)]
struct Comments {
    code: usize,
    doc: usize,
    inline: usize,
}

impl Report {
    pub fn of(sources: &[Source]) -> Self {
        let shipped: Vec<&Source> =
            sources.iter().filter(|source| source.shipped_in().is_some()).collect();
        let mut files: Vec<usize> = shipped.iter().map(|source| source.lines()).collect();
        let mut functions: Vec<usize> =
            shipped.iter().flat_map(|source| functions::lengths(&source.text)).collect();
        files.sort_unstable();
        functions.sort_unstable();
        Self { files, functions, packages: packages(&shipped) }
    }

    pub fn print(&self) {
        println!(
            "shipped Rust: {} files, {} lines",
            self.files.len(),
            self.files.iter().sum::<usize>()
        );
        print_sizes("file lines", &self.files, "150 and 450");
        print_sizes("function lines", &self.functions, "10 and 45");
        println!(
            "\n{:20} {:>5} {:>7} {:>9} {:>12}",
            "crate", "files", "code", "doc/100", "inline/100"
        );
        for package in &self.packages {
            let Comments { code, doc, inline } = &package.comments;
            let wanted = if DOCUMENTED.contains(&package.name.as_str()) {
                "  aim 10-15 and 4-8"
            } else {
                ""
            };
            println!(
                "{:20} {:>5} {code:>7} {:>9.1} {:>12.1}{wanted}",
                package.name,
                package.files,
                per_hundred(*doc, *code),
                per_hundred(*inline, *code),
            );
        }
    }

    pub fn json(&self) -> Value {
        let packages: Vec<Value> = self.packages.iter().map(Package::json).collect();
        json!({
            "files": sizes(&self.files),
            "functions": sizes(&self.functions),
            "packages": packages,
        })
    }
}

impl Package {
    fn json(&self) -> Value {
        let Comments { code, doc, inline } = &self.comments;
        json!({
            "name": self.name,
            "files": self.files,
            "code_lines": code,
            "doc_lines_per_100": per_hundred(*doc, *code),
            "inline_comment_lines_per_100": per_hundred(*inline, *code),
        })
    }
}

fn packages(shipped: &[&Source]) -> Vec<Package> {
    let mut packages: Vec<Package> = Vec::new();
    for source in shipped {
        let name = source.shipped_in().unwrap_or_default();
        if packages.last().is_none_or(|package| package.name != name) {
            let comments = Comments::default();
            packages.push(Package { name: name.to_owned(), files: 0, comments });
        }
        if let Some(package) = packages.last_mut() {
            package.files += 1;
            package.comments.add(&source.text);
        }
    }
    packages
}

impl Comments {
    fn add(&mut self, text: &str) {
        for line in text.lines().map(str::trim_start) {
            if line.starts_with("///") || line.starts_with("//!") {
                self.doc += 1;
            } else if line.starts_with("//") {
                self.inline += 1;
            } else if !line.is_empty() {
                self.code += 1;
            }
        }
    }
}

fn print_sizes(what: &str, sorted: &[usize], aim: &str) {
    let largest = sorted.last().copied().unwrap_or(0);
    let (median, p95) = (percentile(sorted, 50), percentile(sorted, 95));
    println!("{what}: median {median}, p95 {p95}, largest {largest} (aim: {aim})");
}

fn sizes(sorted: &[usize]) -> Value {
    json!({
        "count": sorted.len(),
        "median": percentile(sorted, 50),
        "p95": percentile(sorted, 95),
        "largest": sorted.last(),
    })
}

/// Nearest rank; 0 of nothing.
fn percentile(sorted: &[usize], percent: usize) -> usize {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

fn per_hundred(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    (part as f64 * 1000.0 / whole as f64).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_take_the_nearest_rank() {
        let sizes: Vec<usize> = (1..=100).collect();
        assert_eq!(percentile(&sizes, 50), 50);
        assert_eq!(percentile(&sizes, 95), 95);
        assert_eq!(percentile(&[7], 95), 7);
        assert_eq!(percentile(&[], 50), 0);
    }

    #[test]
    fn comment_lines_are_told_from_code() {
        let mut comments = Comments::default();
        comments.add("//! a\n\n/// b\nfn c() {\n    // d\n}\n");
        assert_eq!((comments.code, comments.doc, comments.inline), (2, 2, 1));
    }
}
