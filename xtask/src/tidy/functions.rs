//! How long functions are.

use super::lexer;

/// Lines between the braces of every function body in a file, nested ones included.
pub fn lengths(text: &str) -> Vec<usize> {
    let code = lexer::code(text);
    let starts = code.match_indices("fn ").filter(|(at, _)| is_word_start(&code, *at));
    starts.filter_map(|(at, _)| code.get(at..).and_then(body_lines)).collect()
}

fn is_word_start(code: &str, at: usize) -> bool {
    let before = code.get(..at).and_then(|before| before.chars().next_back());
    !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
}

/// Lines of the body that follows a signature; a declaration without one has none, and neither
/// has the type `fn(…)`, which has no name.
fn body_lines(signature: &str) -> Option<usize> {
    let mut parentheses = 0_i32;
    for (at, c) in signature.char_indices() {
        match c {
            '(' | '[' => parentheses += 1,
            ')' | ']' => parentheses -= 1,
            ';' if parentheses == 0 => return None,
            '{' if parentheses == 0 => return signature.get(at..).and_then(lines_to_closing),
            _ => {}
        }
    }
    None
}

fn lines_to_closing(body: &str) -> Option<usize> {
    let mut depth = 0_i32;
    for (at, c) in body.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let breaks = body.get(..at)?.matches('\n').count();
            return Some(breaks.saturating_sub(1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::lengths;

    #[test]
    fn only_the_lines_of_a_body_count() {
        assert_eq!(lengths("fn a() {\n    b();\n    c();\n}\n"), [2]);
        assert_eq!(lengths("fn a(\n    b: u8,\n) -> u8 {\n    b\n}\n"), [1]);
        assert_eq!(lengths("trait A { fn a(&self); }"), Vec::<usize>::new());
        assert_eq!(lengths("fn a() { \"}\"; }"), [0]);
    }
}
