//! How text is cut into words, for storing and for asking, alike in both databases.
//!
//! The databases' own parsers differ (PostgreSQL keeps `app.bin` whole, SQLite cuts it), so neither
//! is used: both get the words made here.

/// The words of a text: runs of letters and digits, in lower case, in order of appearance.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Whether a text has all of `asked`, each as the start of one of its words.
#[must_use]
pub fn has_words(text: &str, asked: &[String]) -> bool {
    let found = words(text);
    asked.iter().all(|asked| found.iter().any(|word| word.starts_with(asked)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_separates_words() {
        assert_eq!(words("CHG-1042 Deploy  app.bin!"), ["chg", "1042", "deploy", "app", "bin"]);
        assert!(words(" -- ").is_empty());
    }
}
