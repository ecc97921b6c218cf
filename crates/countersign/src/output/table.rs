//! Tables of plain cells.

use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, ContentArrangement, Table};

use super::{Line, Out, text};
use crate::system;

/// Writes a table, or a sentence when it has no rows.
pub fn show(out: &Out, headings: &[&str], rows: Vec<Vec<String>>, when_empty: &str) {
    if rows.is_empty() {
        out.line(&Line::new().dim(when_empty));
        return;
    }
    out.lines(&lines(headings, rows, system::width()));
}

fn lines(headings: &[&str], rows: Vec<Vec<String>>, width: u16) -> Vec<Line> {
    let mut table = Table::new();
    table
        .load_style(NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width)
        .set_header(headings.iter().map(|h| h.to_uppercase()));
    for row in rows {
        table.add_row(row.iter().map(|cell| text::line(cell)));
    }
    for (n, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        // What stands first is what people copy: it stays in one piece.
        if n == 0 {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    let heading = |n: usize| n == 0;
    table
        .lines()
        .enumerate()
        .map(|(n, line)| {
            let line = line.trim_end();
            if heading(n) { Line::new().dim(line) } else { Line::of(line) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_never_broken() {
        let id = "prs_01jd3k9q7h2v5n8m4c6b0tzxrw";
        let rows = vec![vec![id.to_owned(), "words ".repeat(30)]];
        let lines = lines(&["id", "text"], rows, 50);
        assert!(lines.iter().any(|line| line.render(false).contains(id)));
    }

    #[test]
    fn a17_cells_are_harmless_and_columns_line_up() {
        let rows = vec![
            vec!["CHG-1001".to_owned(), "Release\u{1b}[2J".to_owned()],
            vec!["CHG-2".to_owned(), "x".to_owned()],
        ];
        let text: Vec<String> =
            lines(&["change", "title"], rows, 80).iter().map(|l| l.render(false)).collect();
        assert_eq!(text, ["CHANGE    TITLE", "CHG-1001  Release\\u{1b}[2J", "CHG-2     x"]);
    }
}
