//! A database of one test's own.

use crate::cluster::random_hex;
use crate::tools::run;
use crate::{ClusterError, Tools, admin_url};

/// An empty database with a name nobody else has; dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    tools: Tools,
    admin: String,
    name: String,
    /// Connection URL of this database, as its owner.
    pub url: String,
}

impl TestDatabase {
    /// Creates the database on the server of [`admin_url`]. Blocks for some ten milliseconds.
    pub fn create() -> Result<Self, ClusterError> {
        let tools = Tools::find()?;
        let admin = admin_url()?;
        let name = format!("test_{}", random_hex()?);
        execute(&tools, &admin, &format!("CREATE DATABASE {name}"))?;
        let (server, _) = admin.rsplit_once('/').unwrap_or((&admin, ""));
        let url = format!("{server}/{name}");
        Ok(Self { tools, admin, name, url })
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // Best effort: what stays behind goes with the cluster.
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _ = execute(&self.tools, &self.admin, &statement);
    }
}

fn execute(tools: &Tools, url: &str, statement: &str) -> Result<(), ClusterError> {
    let mut command = tools.client("psql");
    command.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]);
    command.args(["--command", statement, url]);
    run(command, "psql").map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_test_gets_an_empty_database_of_its_own_that_goes_with_it() {
        let first = TestDatabase::create().unwrap();
        let second = TestDatabase::create().unwrap();
        execute(&first.tools, &first.url, "CREATE TABLE only_here (id int)").unwrap();
        execute(&first.tools, &first.url, "INSERT INTO only_here VALUES (1)").unwrap();
        let refused = execute(&second.tools, &second.url, "INSERT INTO only_here VALUES (1)");
        assert!(matches!(refused, Err(ClusterError::Tool { .. })));

        let (tools, url) = (first.tools.clone(), first.url.clone());
        drop(first);
        assert!(execute(&tools, &url, "SELECT 1").is_err());
    }

    #[test]
    fn the_server_flushes_what_it_acknowledges() {
        let database = TestDatabase::create().unwrap();
        let check = "DO $$ BEGIN ASSERT current_setting('fsync') = 'on' AND \
                     current_setting('synchronous_commit') = 'on'; END $$";
        execute(&database.tools, &database.url, check).unwrap();
    }
}
