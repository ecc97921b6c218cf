//! The harness itself, on pages of a few lines: what it reports must be true before a test of the
//! product may rely on it.

use std::io::{Read, Write};
use std::net::TcpListener;

use anyhow::{Context, Result, ensure};
use e2e::browser::{Browser, Scheme, Setup, Viewport};

const GOOD: &str = "<!doctype html><html lang=en><title>Good</title>\
    <meta name=viewport content='width=device-width'>\
    <main><h1>Hello</h1><p id=scheme></p><script>\
    document.getElementById('scheme').textContent = \
    matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';</script></main></html>";

const BAD: &str = "<!doctype html><html lang=en><title>Bad</title>\
    <meta name=viewport content='width=device-width'>\
    <main><h1>Hello</h1><img src='x.png'><div style='width:1000px'>wide</div></main></html>";

/// Serves one page at every path, on a thread that ends with the test's process.
fn serve(page: &'static str) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").context("bind a port")?;
    let address = listener.local_addr().context("read the port")?;
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\
                 Content-Length: {}\r\nConnection: close\r\n\r\n{page}",
                page.len()
            );
        }
    });
    Ok(format!("http://{address}/"))
}

#[tokio::test]
async fn browser_axe_passes_a_good_page_and_names_what_is_wrong_with_a_bad_one() -> Result<()> {
    let (good, bad) = (serve(GOOD)?, serve(BAD)?);
    Browser::run("harness_axe", Setup::sized(Viewport::Phone), async |browser| {
        browser.open_page(&good).await?;
        browser.expect_accessible().await?;
        ensure!(!browser.overflows().await?, "the narrow page overflows");

        browser.open_page(&bad).await?;
        let violations = browser.axe().await?;
        let rules: Vec<&str> = violations.iter().map(|found| found.rule.as_str()).collect();
        ensure!(rules == ["image-alt"], "{violations:?}");
        ensure!(browser.overflows().await?, "a page of 1000 pixels fits a phone");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn browser_window_has_the_size_colours_and_scripts_it_was_set_up_with() -> Result<()> {
    let page = serve(GOOD)?;
    let dark = Setup { viewport: Viewport::Wide, scheme: Scheme::Dark, scripts: true };
    Browser::run("harness_dark", dark, async |browser| {
        browser.open_page(&page).await?;
        ensure!(browser.text("#scheme").await? == "dark");
        let width = browser.page.execute("return window.innerWidth;", Vec::new()).await?;
        ensure!(width.json().as_u64() == Some(2560), "{:?}", width.json());
        Ok(())
    })
    .await?;
    Browser::run("harness_no_scripts", Setup::without_scripts(), async |browser| {
        browser.open_page(&page).await?;
        ensure!(browser.text("h1").await? == "Hello");
        ensure!(browser.text("#scheme").await?.is_empty(), "a forbidden script ran");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn browser_failure_leaves_a_picture_of_the_page() -> Result<()> {
    let page = serve(GOOD)?;
    let file = e2e::target()?.join("e2e-shots/harness_failure.png");
    let _ = std::fs::remove_file(&file);
    let outcome = Browser::run("harness_failure", Setup::default(), async |browser| {
        browser.open_page(&page).await?;
        anyhow::bail!("on purpose")
    })
    .await;
    ensure!(outcome.is_err_and(|error| error.to_string() == "on purpose"));
    ensure!(file.metadata().context("read the picture")?.len() > 1000);
    Ok(())
}
