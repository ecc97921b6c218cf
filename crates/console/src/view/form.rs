//! Forms: choices, and errors that lead to their field.

use askama::Template;

/// One entry of a select, radio group or check list.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// Whether it is chosen.
    pub selected: bool,
}

impl Choice {
    /// A choice that isn't chosen.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), selected: false }
    }

    /// Values that are their own labels, with one of them chosen.
    #[must_use]
    pub fn list(values: &[&str], chosen: &str) -> Vec<Self> {
        let choice = |value: &&str| Self {
            value: (*value).to_owned(),
            label: (*value).to_owned(),
            selected: *value == chosen,
        };
        values.iter().map(choice).collect()
    }
}

/// How a reader can change the status of somebody or something.
#[derive(Debug, Clone)]
pub enum StatusChange {
    /// By the page that says what taking it away will do.
    Ask {
        /// That page.
        href: String,
    },
    /// At once, by a form here that sends `status=active`.
    Now {
        /// Sent as `idempotency_key`.
        idempotency_key: String,
    },
}

/// What is wrong with one field.
#[derive(Debug, Clone, Default)]
pub struct FieldError {
    /// The field's name, which is also its id; empty for the form as a whole.
    pub field: String,
    /// What is wrong and how to put it right.
    pub message: String,
}

/// Everything wrong with a form; renders as a summary whose links lead to the fields.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "parts/form_errors.html")]
pub struct FormErrors {
    /// In the order of the fields.
    pub list: Vec<FieldError>,
}

impl FormErrors {
    /// Adds an error of a field (empty name: of the whole form).
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.list.push(FieldError { field: field.into(), message: message.into() });
    }

    /// The first error of a field.
    #[must_use]
    pub fn of(&self, field: &str) -> Option<&str> {
        self.list.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }

    /// Whether the field has an error.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.of(field).is_some()
    }
}
