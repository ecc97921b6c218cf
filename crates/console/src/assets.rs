//! Static assets inside the binary, each served at a URL with the hash of its content.
//!
//! The server answers `GET /assets/{name}` with [`find`]; answers may be cached for ever (`immutable`).

use std::borrow::Cow;
use std::sync::LazyLock;

use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// An asset as it is to be served.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Its name in the source tree, e.g. `console.css`.
    pub name: String,
    /// The last part of its URL, e.g. `console.1f2e3d4c5b6a7988.css`.
    pub hashed_name: String,
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes.
    pub bytes: Cow<'static, [u8]>,
}

static ALL: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let load = |name: Cow<'static, str>| {
        let bytes = Files::get(&name)?.data;
        Some(Asset {
            hashed_name: hashed_name(&name, &bytes),
            content_type: content_type(&name),
            name: name.into_owned(),
            bytes,
        })
    };
    Files::iter().filter_map(load).collect()
});

/// All assets.
#[must_use]
pub fn all() -> &'static [Asset] {
    &ALL
}

/// The asset behind `/assets/{hashed_name}`.
#[must_use]
pub fn find(hashed_name: &str) -> Option<&'static Asset> {
    ALL.iter().find(|asset| asset.hashed_name == hashed_name)
}

/// The URL of an asset by its name in the source tree; a name that doesn't exist leads to a 404.
#[must_use]
pub fn url(name: &str) -> String {
    let asset = ALL.iter().find(|asset| asset.name == name);
    format!("/assets/{}", asset.map_or(name, |asset| &asset.hashed_name))
}

fn hashed_name(name: &str, bytes: &[u8]) -> String {
    let hash: String = Sha256::digest(bytes).iter().take(8).map(|b| format!("{b:02x}")).collect();
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
        None => format!("{name}.{hash}"),
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_is_found_by_its_hashed_url() {
        assert!(all().len() >= 4, "the assets are in the binary in debug builds too");
        for asset in all() {
            let url = url(&asset.name);
            let name = url.strip_prefix("/assets/").unwrap();
            assert_eq!(find(name).unwrap().bytes, asset.bytes);
            assert_ne!(asset.content_type, "application/octet-stream", "{}", asset.name);
        }
    }

    #[test]
    fn an_unhashed_name_is_not_served() {
        assert!(find("console.css").is_none());
    }
}
