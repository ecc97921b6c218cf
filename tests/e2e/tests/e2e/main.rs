//! All end-to-end tests, in one program so that they are linked once.

mod attacks_binding;
mod attacks_people;
mod bad_input;
mod calendar_feed;
mod console_briefing;
mod console_bulk_approval;
mod console_change_set;
mod console_decide;
mod console_forms;
mod console_organisation;
mod console_overrides;
mod console_pages;
mod console_policy_editor;
mod crash;
mod dogfood;
mod harness;
mod interop;
mod key_rotation;
mod mailed_link;
mod newcomer;
mod provisioning;
mod sealed_overrides;
mod signed_votes;
mod single_sign_on;
mod tamper;
mod witness;
