//! Where calls may go: never into this machine or its network, unless a host was opened by name.
//!
//! Names are resolved here, and the address that is connected to is the one that was checked: a name
//! that resolves elsewhere the second time (DNS rebinding) gains nothing.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Hosts that may be in a private network and spoken to without TLS.
#[derive(Debug, Clone, Default)]
pub struct Targets {
    opened: BTreeSet<String>,
}

impl Targets {
    /// Opens hosts by name or address.
    #[must_use]
    pub fn opening(hosts: impl IntoIterator<Item = String>) -> Self {
        Self { opened: hosts.into_iter().map(|host| host.to_lowercase()).collect() }
    }

    fn is_open(&self, host: &str) -> bool {
        self.opened.contains(&host.trim_matches(['[', ']']).to_lowercase())
    }

    /// The URL, if calls may go there.
    ///
    /// # Errors
    /// They may not; the reason says what would be.
    pub fn check(&self, url: &str) -> Result<Url, String> {
        let url = Url::parse(url).map_err(|_| "write a URL like `https://host/path`".to_owned())?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let open = self.is_open(&host);
        if !url.username().is_empty() || url.password().is_some() {
            return Err("leave user and password out of the URL".to_owned());
        }
        match url.scheme() {
            "https" => {}
            "http" if open => {}
            _ => {
                return Err(format!(
                    "use https; plain http needs `{host}` to be opened in the settings (`webhook_hosts`)"
                ));
            }
        }
        let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        if address.is_some_and(|address| !is_public(address)) && !open {
            return Err(closed(&host));
        }
        Ok(url)
    }
}

fn closed(host: &str) -> String {
    format!(
        "`{host}` is in a private network; an operator opens it in the settings (`webhook_hosts`)"
    )
}

/// Resolves names to addresses that calls may go to.
pub(super) struct Guarded(pub(super) Arc<Targets>);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let targets = Arc::clone(&self.0);
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let open = targets.is_open(&host);
            let allowed: Vec<SocketAddr> =
                found.into_iter().filter(|address| open || is_public(address.ip())).collect();
            if allowed.is_empty() {
                return Err(closed(&host).into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

/// Whether an address is one of the public Internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = a == 0
        || a == 10
        || a == 127
        || a >= 224
        || (a == 100 && (64..128).contains(&b))
        || (a == 169 && b == 254)
        || (a == 172 && (16..32).contains(&b))
        || (a == 192 && b == 168)
        || (a == 192 && b == 0 && (c == 0 || c == 2))
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19))
        || (a == 198 && b == 51 && c == 100)
        || (a == 203 && b == 0 && c == 113);
    !special
}

/// Only global unicast, and none of its parts that lead to an IPv4 address or to nobody.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let global = (0x2000..0x4000).contains(&a);
    let special = (a == 0x2001 && (b < 0x0200 || b == 0x0db8)) || a == 0x2002 || a == 0x3fff;
    global && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_in_every_spelling_are_refused() {
        let targets = Targets::default();
        for bad in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://10.1.2.3/",
            "https://172.16.0.1/",
            "https://192.168.1.1/",
            "https://0.0.0.0/",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[fd00::1]/",
            "https://[fe80::1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://224.0.0.1/",
            "http://example.com/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "https://u:p@example.com/",
            "gopher://example.com/",
            "nonsense",
        ] {
            assert!(targets.check(bad).is_err(), "{bad}");
        }
        for good in
            ["https://example.com/hook", "https://93.184.216.34:8443/", "https://[2606:2800::1]/"]
        {
            assert!(targets.check(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_host_is_opened_by_name() {
        let targets = Targets::opening(["Hooks.Internal".to_owned(), "127.0.0.1".to_owned()]);
        for good in ["http://hooks.internal:9000/x", "http://127.0.0.1:1/", "https://127.0.0.1/"] {
            assert!(targets.check(good).is_ok(), "{good}");
        }
        assert!(targets.check("http://127.0.0.2/").is_err());
        assert!(targets.check("http://hooks.internal.evil.example/").is_err());
    }

    #[tokio::test]
    async fn a_name_that_resolves_into_the_network_is_refused() {
        let guarded = |targets| Guarded(Arc::new(targets));
        let name = || "localhost".parse::<Name>().unwrap();
        let refused = guarded(Targets::default()).resolve(name()).await.err().unwrap();
        assert!(refused.to_string().contains("private network"));
        let opened = guarded(Targets::opening(["localhost".to_owned()])).resolve(name()).await;
        assert!(opened.is_ok());
    }
}
