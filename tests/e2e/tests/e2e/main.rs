//! All end-to-end tests, in one program so that they are linked once.

mod harness;
mod newcomer;
