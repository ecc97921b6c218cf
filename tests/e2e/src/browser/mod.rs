//! A real Chromium, driven as a person would drive it.

mod authenticator;
mod axe;
mod driver;
mod profile;

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use futures::FutureExt;
use thirtyfour::prelude::*;

pub use authenticator::VirtualAuthenticator;
pub use axe::Violation;
use driver::Driver;
pub use profile::{Scheme, Setup, Viewport};

/// One browser window with a fresh profile.
#[derive(Debug)]
pub struct Browser {
    /// The window, for everything this type has no word for.
    pub page: WebDriver,
    driver: Driver,
    // Removed last: Chromium writes to it until it has ended.
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Runs `test` in a fresh browser. When the test fails or panics, what the window shows at
    /// that moment is kept as `target/e2e-shots/NAME.png`. The browser is gone afterwards.
    pub async fn run<T>(name: &str, setup: Setup, test: T) -> Result<()>
    where
        T: AsyncFnOnce(&Self) -> Result<()>,
    {
        let browser = Self::open(setup).await?;
        let outcome = AssertUnwindSafe(test(&browser)).catch_unwind().await;
        let failed = !matches!(outcome, Ok(Ok(())));
        if failed {
            match browser.shoot(name).await {
                Ok(file) => eprintln!("the page at that moment: {}", file.display()),
                Err(error) => eprintln!("no screenshot: {error:#}"),
            }
        }
        browser.close().await?;
        outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    async fn open(setup: Setup) -> Result<Self> {
        let profile = tempfile::tempdir().context("make a browser profile")?;
        let driver = Driver::start().await?;
        let capabilities = setup.capabilities(profile.path())?;
        let page = WebDriver::new(driver.url(), capabilities)
            .await
            .with_context(|| format!("open a browser window\n{}", driver.log()))?;
        Ok(Self { page, driver, _profile: profile })
    }

    /// Loads an address and waits until the page has loaded.
    pub async fn open_page(&self, url: &str) -> Result<()> {
        self.page.goto(url).await.with_context(|| format!("open {url}"))
    }

    /// The one element that a CSS selector names; waits until it is there.
    pub async fn find(&self, css: &str) -> Result<WebElement> {
        let query = self.page.query(By::Css(css)).desc(css);
        query.single().await.with_context(|| format!("find `{css}` in the page"))
    }

    /// Text of the one element that a CSS selector names, as a person sees it.
    pub async fn text(&self, css: &str) -> Result<String> {
        self.find(css).await?.text().await.with_context(|| format!("read `{css}`"))
    }

    /// What an accessibility checker (axe) finds wrong by WCAG 2.2 A and AA.
    pub async fn axe(&self) -> Result<Vec<Violation>> {
        axe::check(&self.page).await
    }

    /// Fails, listing every violation, unless the page is free of them.
    pub async fn expect_accessible(&self) -> Result<()> {
        let violations = self.axe().await?;
        if violations.is_empty() {
            return Ok(());
        }
        let url = self.page.current_url().await.context("read the address")?;
        let list: Vec<String> = violations.iter().map(ToString::to_string).collect();
        Err(anyhow!("{url} is not accessible:\n{}", list.join("\n")))
    }

    /// Whether the page is wider than the window, so that a person must scroll sideways.
    pub async fn overflows(&self) -> Result<bool> {
        // Not the window's own width: a phone zooms out until a page that is too wide fits.
        const WIDER: &str = "const page = document.documentElement; \
                             return page.scrollWidth > page.clientWidth;";
        let answer = self.page.execute(WIDER, Vec::new()).await.context("measure the page")?;
        answer.convert().context("read the measure")
    }

    /// Writes a picture of the window to `target/e2e-shots/NAME.png`.
    pub async fn shoot(&self, name: &str) -> Result<PathBuf> {
        let folder = crate::target()?.join("e2e-shots");
        std::fs::create_dir_all(&folder).context("make the folder for screenshots")?;
        let file = folder.join(format!("{name}.png"));
        self.page.screenshot(Path::new(&file)).await.context("take a screenshot")?;
        Ok(file)
    }

    async fn close(self) -> Result<()> {
        let closed = self.page.quit().await.context("close the browser window");
        self.driver.stop().await?;
        closed
    }
}
