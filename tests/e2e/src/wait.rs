//! Waiting for a condition instead of for a time.

use std::time::Duration;

use anyhow::{Result, bail};

/// Longest wait for anything; far above what a loaded machine needs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Asks `condition` again and again until it yields a value; fails after a minute, naming `what`.
pub async fn until<T, C>(what: &str, mut condition: C) -> Result<T>
where
    C: AsyncFnMut() -> Option<T>,
{
    let asking = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        loop {
            ticks.tick().await;
            if let Some(value) = condition().await {
                return value;
            }
        }
    };
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(value) => Ok(value),
        Err(_) => bail!("waited {} s in vain until {what}", PATIENCE.as_secs()),
    }
}
