//! Reads typed values out of rows; a value that can't be what its column holds is named with its
//! table and row. Every query selects the row's key first.

use std::fmt::Display;
use std::str::FromStr;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use ledger::hash::Hash;
use store::StoreError;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, ToSql};

use crate::error::{damaged, unavailable};

/// Parameters of a statement.
pub(crate) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// One row of a table.
pub(crate) struct Cells<'r> {
    table: &'static str,
    row: &'r Row,
}

impl Cells<'_> {
    fn bad(&self, column: usize, why: &dyn Display) -> StoreError {
        let number = self.row.try_get::<_, i64>(0).map(|key| key.to_string());
        let key = number.or_else(|_| self.row.try_get::<_, String>(0)).unwrap_or("?".to_owned());
        let column = self.row.columns().get(column).map_or("?", |column| column.name());
        damaged(format!("table {}, row {key}, column {column}: {why}", self.table))
    }

    fn get<'c, T: FromSql<'c>>(&'c self, column: usize) -> Result<T, StoreError> {
        self.row.try_get(column).map_err(|error| self.bad(column, &error))
    }

    pub(crate) fn text(&self, column: usize) -> Result<String, StoreError> {
        self.get(column)
    }

    pub(crate) fn optional_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        self.get(column)
    }

    pub(crate) fn bytes(&self, column: usize) -> Result<Vec<u8>, StoreError> {
        self.get(column)
    }

    pub(crate) fn signed(&self, column: usize) -> Result<i64, StoreError> {
        self.get(column)
    }

    pub(crate) fn optional_signed(&self, column: usize) -> Result<Option<i64>, StoreError> {
        self.get(column)
    }

    /// A BIGINT of any unsigned type.
    pub(crate) fn number<T: TryFrom<i64>>(&self, column: usize) -> Result<T, StoreError> {
        self.narrowed(column, self.get::<i64>(column)?)
    }

    /// An INTEGER of any unsigned type.
    pub(crate) fn medium_number<T: TryFrom<i64>>(&self, column: usize) -> Result<T, StoreError> {
        self.narrowed(column, self.get::<i32>(column)?.into())
    }

    /// A SMALLINT of any unsigned type.
    pub(crate) fn small_number<T: TryFrom<i64>>(&self, column: usize) -> Result<T, StoreError> {
        self.narrowed(column, self.get::<i16>(column)?.into())
    }

    fn narrowed<T: TryFrom<i64>>(&self, column: usize, value: i64) -> Result<T, StoreError> {
        T::try_from(value).map_err(|_| self.bad(column, &format!("{value} is out of range")))
    }

    pub(crate) fn flag(&self, column: usize) -> Result<bool, StoreError> {
        self.get(column)
    }

    pub(crate) fn time(&self, column: usize) -> Result<Timestamp, StoreError> {
        Timestamp::from_millisecond(self.get(column)?).map_err(|error| self.bad(column, &error))
    }

    pub(crate) fn optional_time(&self, column: usize) -> Result<Option<Timestamp>, StoreError> {
        let ms: Option<i64> = self.get(column)?;
        ms.map(|ms| Timestamp::from_millisecond(ms).map_err(|error| self.bad(column, &error)))
            .transpose()
    }

    pub(crate) fn hash(&self, column: usize) -> Result<Hash, StoreError> {
        let bytes: &[u8] = self.get(column)?;
        Hash::from_slice(bytes).ok_or_else(|| self.bad(column, &"it is not 32 bytes"))
    }

    /// A text that has a type of its own.
    pub(crate) fn parsed<T: FromStr<Err: Display>>(&self, column: usize) -> Result<T, StoreError> {
        self.get::<&str>(column)?.parse().map_err(|error| self.bad(column, &error))
    }

    /// The same; `None` for NULL.
    pub(crate) fn optional_parsed<T: FromStr<Err: Display>>(
        &self,
        column: usize,
    ) -> Result<Option<T>, StoreError> {
        let text = self.optional_text(column)?;
        text.map(|text| text.parse().map_err(|error| self.bad(column, &error))).transpose()
    }

    /// A text that is JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(
        &self,
        column: usize,
    ) -> Result<T, StoreError> {
        serde_json::from_str(self.get(column)?).map_err(|error| self.bad(column, &error))
    }

    /// A column whose value was read but makes no sense.
    pub(crate) fn refuse(&self, column: usize, why: &str) -> StoreError {
        self.bad(column, &why)
    }
}

/// Reads rows of `table` that were fetched.
pub(crate) fn read<T>(
    table: &'static str,
    rows: &[Row],
    read: impl Fn(&Cells<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    rows.iter().map(|row| read(&Cells { table, row })).collect()
}

/// All rows of a query on `table`.
pub(crate) async fn list<T>(
    client: &impl GenericClient,
    table: &'static str,
    sql: &str,
    params: Params<'_>,
    read_row: impl Fn(&Cells<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let statement = client.prepare_cached(sql).await.map_err(unavailable)?;
    let rows = client.query(&statement, params).await.map_err(unavailable)?;
    read(table, &rows, read_row)
}

/// The first row of a query on `table`.
pub(crate) async fn first<T>(
    client: &impl GenericClient,
    table: &'static str,
    sql: &str,
    params: Params<'_>,
    read_row: impl Fn(&Cells<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    Ok(list(client, table, sql, params, read_row).await?.into_iter().next())
}

/// An unsigned number as PostgreSQL keeps it.
pub(crate) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A row limit as PostgreSQL keeps it.
pub(crate) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
