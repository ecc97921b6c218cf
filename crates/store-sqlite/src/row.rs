//! Reads typed values out of rows; a value that can't be what its column holds is named with its
//! table and row. Every query selects the row's key first.

use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;
use ledger::hash::Hash;
use rusqlite::types::{FromSql, ValueRef};
use rusqlite::{Connection, OptionalExtension, Params, Row};
use store::StoreError;

use crate::error::{damaged, unavailable};

/// One row of a table.
pub(crate) struct Cells<'r> {
    table: &'static str,
    row: &'r Row<'r>,
}

impl Cells<'_> {
    fn bad(&self, column: usize, why: &dyn Display) -> StoreError {
        let key = match self.row.get_ref(0) {
            Ok(ValueRef::Integer(key)) => key.to_string(),
            Ok(ValueRef::Text(key)) => String::from_utf8_lossy(key).into_owned(),
            _ => "?".to_owned(),
        };
        let column = self.row.as_ref().column_name(column).unwrap_or("?");
        damaged(format!("table {}, row {key}, column {column}: {why}", self.table))
    }

    fn get<T: FromSql>(&self, column: usize) -> Result<T, StoreError> {
        self.row.get(column).map_err(|error| self.bad(column, &error))
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

    /// A number of any unsigned type.
    pub(crate) fn number<T: TryFrom<i64>>(&self, column: usize) -> Result<T, StoreError> {
        let value: i64 = self.get(column)?;
        T::try_from(value).map_err(|_| self.bad(column, &format!("{value} is out of range")))
    }

    pub(crate) fn flag(&self, column: usize) -> Result<bool, StoreError> {
        match self.get::<i64>(column)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(self.bad(column, &format!("{other} is neither 0 nor 1"))),
        }
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
        let bytes: Vec<u8> = self.get(column)?;
        Hash::from_slice(&bytes).ok_or_else(|| self.bad(column, &"it is not 32 bytes"))
    }

    /// A text that has a type of its own.
    pub(crate) fn parsed<T: FromStr<Err: Display>>(&self, column: usize) -> Result<T, StoreError> {
        self.text(column)?.parse().map_err(|error| self.bad(column, &error))
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
        serde_json::from_str(&self.text(column)?).map_err(|error| self.bad(column, &error))
    }

    /// A column whose value was read but makes no sense.
    pub(crate) fn refuse(&self, column: usize, why: &str) -> StoreError {
        self.bad(column, &why)
    }
}

/// All rows of a query on `table`.
pub(crate) fn list<T>(
    connection: &Connection,
    table: &'static str,
    sql: &str,
    params: impl Params,
    read: impl Fn(&Cells<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    each(connection, table, sql, params, |cells| {
        found.push(read(cells)?);
        Ok(())
    })?;
    Ok(found)
}

/// Shows every row of a query on `table` to `see`, without collecting them.
pub(crate) fn each(
    connection: &Connection,
    table: &'static str,
    sql: &str,
    params: impl Params,
    mut see: impl FnMut(&Cells<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(unavailable)?;
    let mut rows = statement.query(params).map_err(unavailable)?;
    while let Some(row) = rows.next().map_err(unavailable)? {
        see(&Cells { table, row })?;
    }
    Ok(())
}

/// The first row of a query on `table`.
pub(crate) fn first<T>(
    connection: &Connection,
    table: &'static str,
    sql: &str,
    params: impl Params,
    read: impl Fn(&Cells<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(unavailable)?;
    let row = statement.query_row(params, |row| Ok(read(&Cells { table, row })));
    row.optional().map_err(unavailable)?.transpose()
}

/// Runs a statement that returns nothing; gives the number of rows it changed.
pub(crate) fn run(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<usize, rusqlite::Error> {
    connection.prepare_cached(sql)?.execute(params)
}

/// An unsigned number as SQLite keeps it.
pub(crate) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A row limit as SQLite keeps it.
pub(crate) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
