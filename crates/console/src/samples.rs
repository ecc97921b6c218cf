//! Samples of every page, for the tests and the gallery.
