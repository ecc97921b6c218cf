//! A PostgreSQL database of a test's own, and the means to damage it.

use std::sync::{Arc, Mutex, Weak};

use async_trait::async_trait;

use store::contract::{Subject, TestClock};
use store::{Fault, Signer, Store, StoreError};
use store_postgres::PostgresStore;
use test_postgres::TestDatabase;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls};

pub struct Database {
    database: TestDatabase,
    clock: TestClock,
    opened: Mutex<Option<Weak<PostgresStore>>>,
}

pub async fn subject() -> Database {
    let database = tokio::task::spawn_blocking(TestDatabase::create).await.unwrap();
    let database = database.unwrap_or_else(|error| panic!("failed to {error}"));
    Database { database, clock: TestClock::default(), opened: Mutex::new(None) }
}

impl Database {
    pub fn url(&self) -> &str {
        &self.database.url
    }

    pub async fn client(&self) -> Client {
        let (client, connection) = tokio_postgres::connect(self.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }
}

#[async_trait]
impl Subject for Database {
    async fn open_with(&self, signer: Signer) -> Result<Arc<dyn Store>, StoreError> {
        let store = PostgresStore::connect(self.url(), signer, self.clock.now()).await?;
        let store = Arc::new(store);
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
        let client = self.client().await;
        let find = format!("SELECT {column} FROM {table} WHERE {row}");
        let found = client.query_one(&find, &[]).await.unwrap();
        let flipped: Box<dyn ToSql + Sync + Send> = match *found.columns()[0].type_() {
            Type::INT2 => Box::new(found.get::<_, i16>(0) ^ 1),
            Type::INT4 => Box::new(found.get::<_, i32>(0) ^ 1),
            Type::INT8 => Box::new(found.get::<_, i64>(0) ^ 1),
            Type::BOOL => Box::new(!found.get::<_, bool>(0)),
            Type::BYTEA => Box::new(flip(found.get(0))),
            Type::TEXT => {
                Box::new(String::from_utf8(flip(found.get::<_, String>(0).into_bytes())).unwrap())
            }
            ref other => panic!("{table}.{column} holds {other}"),
        };
        let update = format!("UPDATE {table} SET {column} = $1 WHERE {row}");
        assert_eq!(client.execute(&update, &[&*flipped]).await.unwrap(), 1);
    }

    async fn tamper(&self, sql: &str) {
        self.client().await.batch_execute(sql).await.unwrap();
    }
}

fn flip(mut bytes: Vec<u8>) -> Vec<u8> {
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    bytes
}
