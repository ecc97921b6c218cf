//! The difference between two bundles, line by line.

use console::pages::policy::FileDiff;
use domain::event::PolicyFile;

/// The difference of two sets of files, file by file.
pub(crate) fn diffs(before: &[PolicyFile], after: &[PolicyFile]) -> Vec<FileDiff> {
    let find = |files: &[PolicyFile], path: &str| {
        files.iter().find(|f| f.path == path).map(|f| f.text.clone()).unwrap_or_default()
    };
    let mut paths: Vec<&str> = before.iter().chain(after).map(|f| f.path.as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
        .into_iter()
        .filter_map(|path| {
            let (old, new) = (find(before, path), find(after, path));
            (old != new).then(|| FileDiff::unified(path, &unified(&old, &new)))
        })
        .collect()
}

const CONTEXT: usize = 3;
const CELLS_MAX: usize = 4_000_000;

/// A unified difference: longest common subsequence between what the two have at both ends.
fn unified(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old
        .iter()
        .skip(head)
        .rev()
        .zip(new.iter().skip(head).rev())
        .take_while(|(a, b)| a == b)
        .count();
    let middle = |all: &[&'_ str]| all.len() - head - tail;
    let a: Vec<&str> = old.iter().copied().skip(head).take(middle(&old)).collect();
    let b: Vec<&str> = new.iter().copied().skip(head).take(middle(&new)).collect();
    let start = head.saturating_sub(CONTEXT);
    let mut text = format!("@@ line {} @@\n", start + 1);
    let mut push = |sign: char, line: &str| {
        text.push(sign);
        text.push_str(line);
        text.push('\n');
    };
    for line in old.iter().take(head).skip(start) {
        push(' ', line);
    }
    for (sign, line) in edits(&a, &b) {
        push(sign, line);
    }
    for line in old.iter().skip(old.len() - tail).take(CONTEXT) {
        push(' ', line);
    }
    text
}

fn edits<'a>(a: &[&'a str], b: &[&'a str]) -> Vec<(char, &'a str)> {
    if a.len() * b.len() > CELLS_MAX {
        let gone = a.iter().map(|line| ('-', *line));
        return gone.chain(b.iter().map(|line| ('+', *line))).collect();
    }
    // lengths[i][j]: the longest common subsequence of a[i..] and b[j..].
    let width = b.len() + 1;
    let mut lengths = vec![0_u32; (a.len() + 1) * width];
    let at = |lengths: &[u32], i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or(0);
    for (i, left) in a.iter().enumerate().rev() {
        for (j, right) in b.iter().enumerate().rev() {
            let value = if left == right {
                at(&lengths, i + 1, j + 1) + 1
            } else {
                at(&lengths, i + 1, j).max(at(&lengths, i, j + 1))
            };
            if let Some(cell) = lengths.get_mut(i * width + j) {
                *cell = value;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::new();
    loop {
        match (a.get(i), b.get(j)) {
            (Some(left), Some(right)) if left == right => {
                out.push((' ', *left));
                (i, j) = (i + 1, j + 1);
            }
            (Some(left), right)
                if right.is_none() || at(&lengths, i + 1, j) >= at(&lengths, i, j + 1) =>
            {
                out.push(('-', *left));
                i += 1;
            }
            (_, Some(right)) => {
                out.push(('+', *right));
                j += 1;
            }
            (_, None) => return out,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_shows_what_moved_with_lines_around_it() {
        let old = "a\nb\nc\nd\ne\nf";
        let new = "a\nb\nc\nx\ne\nf";
        assert_eq!(unified(old, new), "@@ line 1 @@\n a\n b\n c\n-d\n+x\n e\n f\n");
    }

    #[test]
    fn a_new_file_is_all_additions() {
        assert_eq!(unified("", "a\nb"), "@@ line 1 @@\n+a\n+b\n");
    }

    #[test]
    fn lines_kept_between_two_edits_stay() {
        let edits: String = edits(&["a", "b", "c"], &["x", "b", "y"]).iter().map(|e| e.0).collect();
        assert_eq!(edits, "-+ -+");
    }
}
