//! The two databases a test runs on.

use std::path::Path;

use anyhow::{Context, Result};
use tempfile::TempDir;
use test_postgres::TestDatabase;

/// Which database the server stores in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, in the data folder.
    Sqlite,
    /// A server process.
    Postgres,
}

/// A data folder and, for PostgreSQL, an empty database; both go with this value.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
    database: Option<TestDatabase>,
}

impl Home {
    /// A fresh one.
    pub fn new(engine: Engine) -> Result<Self> {
        let folder = tempfile::tempdir().context("make a data folder")?;
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(TestDatabase::create().context("failed to make a database")?),
        };
        Ok(Self { folder, database })
    }

    /// The folder that holds everything of this test's server, and serves as its user's home.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Connection URL of the PostgreSQL database, if this is on one.
    #[must_use]
    pub fn database_url(&self) -> Option<&str> {
        self.database.as_ref().map(|database| database.url.as_str())
    }

    /// What to tell `serve` and `demo` about where to store.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        let data = self.folder().join("data").to_string_lossy().into_owned();
        let mut arguments = vec!["--data".to_owned(), data];
        if let Some(url) = self.database_url() {
            arguments.extend(["--database".to_owned(), url.to_owned()]);
        }
        arguments
    }
}

/// Declares, for each named `async fn(Engine) -> Result<()>`, one test on each database.
#[macro_export]
macro_rules! on_each_database {
    ($($(#[$attribute:meta])* $name:ident),+ $(,)?) => {
        mod on_sqlite {
            $($(#[$attribute])*
            #[tokio::test]
            async fn $name() -> anyhow::Result<()> {
                super::$name($crate::Engine::Sqlite).await
            })+
        }
        mod on_postgres {
            $($(#[$attribute])*
            #[tokio::test]
            async fn $name() -> anyhow::Result<()> {
                super::$name($crate::Engine::Postgres).await
            })+
        }
    };
}
