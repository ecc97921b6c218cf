//! All end-to-end tests, in one program so that they are linked once.

mod attacks_binding;
mod attacks_people;
mod crash;
mod harness;
mod newcomer;
mod tamper;
