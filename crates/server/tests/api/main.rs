//! The API as its callers see it: whole servers on both stores, through every layer.
//!
//! Each test that touches stored state runs on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that gets something else must stop")]

/// Makes a test of each `async fn name(server: TestServer)`, on both stores, and verifies the
/// ledger afterwards. The function gives the server back.
macro_rules! on_both_stores {
    ($($name:ident),+ $(,)?) => {
        $(mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(testkit::TestServer::sqlite().await).await.finish().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name(testkit::TestServer::postgres().await).await.finish().await;
            }
        })+
    };
}

mod absence_feeds;
mod absences;
mod access_matrix;
mod alignments;
mod asking;
mod automation;
mod automation_audit;
mod briefings;
mod bulk_approvals;
mod calendar_feeds;
mod change_sets;
mod changes;
mod document;
mod drills;
mod facts;
mod findings;
mod freezes;
mod gate;
mod group_mapping;
mod hostile;
mod idempotency;
mod identity;
mod lazy;
mod logs;
mod no_way_in;
mod notifications;
mod organisation;
mod outside_copy;
mod overrides;
mod policy;
mod policy_life;
mod precedents;
mod problems;
mod races;
mod sandbox;
mod scheduling;
mod scim;
mod sessions;
mod shadow;
mod signing;
mod streams;
mod stricter;
mod telling;
mod witnesses;
