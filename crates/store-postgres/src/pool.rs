//! Connections: what a URL may ask for, and what every connection is told first.

use std::str::FromStr;
use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use store::StoreError;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};

/// How long anything may wait for a connection.
const WAIT: Duration = Duration::from_secs(10);

/// An operator may ask for more than `on` (`remote_apply`), never for less. A node that stalls while
/// it holds the head is cut off before others give up waiting for the lock.
const SETTINGS: &str = "
    SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit')
        WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false);
    SET lock_timeout = '10s';
    SET idle_in_transaction_session_timeout = '5s';
    SET application_name = 'countersign';";

/// Reads a URL, and refuses what can't be honoured.
pub(crate) fn config(url: &str) -> Result<Config, StoreError> {
    let mut config = Config::from_str(url).map_err(|error| StoreError::Invalid {
        reason: format!("the database URL can't be read: {error}"),
    })?;
    if config.get_ssl_mode() == SslMode::Require {
        let reason = "sslmode=require is not supported: connect through a TLS proxy on this host \
                      (like pgbouncer with server_tls_sslmode=verify-full), or use \
                      sslmode=disable on a network you trust";
        return Err(StoreError::Invalid { reason: reason.to_owned() });
    }
    config.connect_timeout(WAIT).keepalives(true).keepalives_idle(Duration::from_secs(15));
    Ok(config)
}

/// A pool of at most `size` connections.
pub(crate) fn pool(config: &Config, size: usize) -> Result<Pool, StoreError> {
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let settings = Hook::async_fn(|client, _| {
        Box::pin(async move { client.batch_execute(SETTINGS).await.map_err(HookError::Backend) })
    });
    Pool::builder(Manager::from_config(config.clone(), NoTls, recycling))
        .max_size(size)
        .post_create(settings)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(WAIT))
        .create_timeout(Some(WAIT))
        .build()
        .map_err(|error| StoreError::Invalid { reason: error.to_string() })
}
