//! A SQLite database in a folder of its own, and the means to damage it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use rusqlite::Connection;
use rusqlite::types::Value;
use store::contract::{Subject, TestClock};
use store::{Fault, Signer, Store, StoreError};
use store_sqlite::SqliteStore;
use tempfile::TempDir;

pub struct Folder {
    dir: TempDir,
    clock: TestClock,
    opened: Mutex<Option<std::sync::Weak<SqliteStore>>>,
}

pub async fn subject() -> Folder {
    Folder { dir: TempDir::new().unwrap(), clock: TestClock::default(), opened: Mutex::new(None) }
}

impl Folder {
    pub fn path(&self) -> PathBuf {
        self.dir.path().to_owned()
    }

    pub fn database(&self) -> Connection {
        Connection::open(self.dir.path().join("countersign.db")).unwrap()
    }
}

#[async_trait]
impl Subject for Folder {
    async fn open_with(&self, signer: Signer) -> Result<Arc<dyn Store>, StoreError> {
        let store = Arc::new(SqliteStore::open(self.dir.path(), signer, self.clock.now())?);
        *self.opened.lock().unwrap() = Some(Arc::downgrade(&store));
        Ok(store)
    }

    fn clock(&self) -> &TestClock {
        &self.clock
    }

    fn fail_next_commit(&self, fault: Fault) {
        let opened = self.opened.lock().unwrap();
        opened.as_ref().unwrap().upgrade().unwrap().fail_next_commit(fault);
    }

    async fn flip_byte(&self, table: &str, column: &str, row: &str) {
        let database = self.database();
        let find = format!("SELECT {column} FROM {table} WHERE {row}");
        let flipped = match database.query_row(&find, [], |row| row.get(0)).unwrap() {
            Value::Integer(number) => Value::Integer(number ^ 1),
            Value::Text(text) => Value::Text(String::from_utf8(flip(text.into_bytes())).unwrap()),
            Value::Blob(bytes) => Value::Blob(flip(bytes)),
            other => panic!("{table}.{column} holds {other:?}"),
        };
        let update = format!("UPDATE {table} SET {column} = ?1 WHERE {row}");
        assert_eq!(database.execute(&update, [flipped]).unwrap(), 1);
    }

    async fn tamper(&self, sql: &str) {
        self.database().execute(sql, []).unwrap();
    }
}

fn flip(mut bytes: Vec<u8>) -> Vec<u8> {
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    bytes
}
