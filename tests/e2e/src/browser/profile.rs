//! How a browser window is set up.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities};

/// Flags for every window: no window on a screen, no sandbox (tests may run as root), and none of
/// the connections to its maker's hosts that Chromium otherwise opens.
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // A click does not wait for a page that scrolls smoothly.
    "--force-prefers-reduced-motion",
];

/// Size of the page area, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewport {
    /// 360 × 740, touch.
    Phone,
    /// 820 × 1180, touch.
    Tablet,
    /// 1280 × 800.
    Laptop,
    /// 2560 × 1440.
    Wide,
}

/// The colours the person's system asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Dark text on light.
    Light,
    /// Light text on dark.
    Dark,
}

/// Everything a test chooses about its window.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    /// Size of the page area.
    pub viewport: Viewport,
    /// Preferred colours.
    pub scheme: Scheme,
    /// Whether pages may run scripts.
    pub scripts: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self { viewport: Viewport::Laptop, scheme: Scheme::Light, scripts: true }
    }
}

impl Viewport {
    /// All of them, from the smallest.
    pub const ALL: [Self; 4] = [Self::Phone, Self::Tablet, Self::Laptop, Self::Wide];

    fn metrics(self) -> Value {
        let (width, height, touch) = match self {
            Self::Phone => (360, 740, true),
            Self::Tablet => (820, 1180, true),
            Self::Laptop => (1280, 800, false),
            Self::Wide => (2560, 1440, false),
        };
        json!({ "width": width, "height": height, "pixelRatio": 1.0, "touch": touch, "mobile": touch })
    }
}

impl Setup {
    /// A window of this size, otherwise as usual.
    #[must_use]
    pub fn sized(viewport: Viewport) -> Self {
        Self { viewport, ..Self::default() }
    }

    /// A window whose pages can't run scripts, otherwise as usual.
    #[must_use]
    pub fn without_scripts() -> Self {
        Self { scripts: false, ..Self::default() }
    }

    pub(super) fn capabilities(self, profile: &Path) -> Result<ChromeCapabilities> {
        let mut capabilities = ChromeCapabilities::new();
        let profile = format!("--user-data-dir={}", profile.display());
        let scheme = match self.scheme {
            Scheme::Light => "--blink-settings=preferredColorScheme=1",
            Scheme::Dark => "--blink-settings=preferredColorScheme=0",
        };
        for flag in FLAGS.into_iter().chain([profile.as_str(), scheme]) {
            capabilities.add_arg(flag).with_context(|| format!("set {flag}"))?;
        }
        let emulation = json!({ "deviceMetrics": self.viewport.metrics() });
        capabilities
            .add_experimental_option("mobileEmulation", emulation)
            .context("set the window's size")?;
        if !self.scripts {
            let blocked = json!({ "profile.managed_default_content_settings.javascript": 2 });
            capabilities.add_experimental_option("prefs", blocked).context("forbid scripts")?;
        }
        Ok(capabilities)
    }
}
