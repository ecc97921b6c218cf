//! Writes every sample page and the assets into a folder, to be looked at in a browser.
//!
//! `cargo run -p console --example gallery -- FOLDER`

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: gallery FOLDER");
        return ExitCode::from(2);
    };
    match write(Path::new(&folder)) {
        Ok(count) => {
            println!("{count} pages in {folder}/index.html");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("failed to write the gallery to `{folder}`: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &Path) -> std::io::Result<usize> {
    std::fs::create_dir_all(folder.join("assets"))?;
    for asset in console::assets::all() {
        std::fs::write(folder.join("assets").join(&asset.hashed_name), &asset.bytes)?;
    }
    let samples = console::samples::all();
    let mut index =
        String::from("<!doctype html><html lang=\"en\"><title>Gallery</title><h1>Gallery</h1><ul>");
    for (name, html) in &samples {
        // Relative, so that the pages work from the file system too.
        let html = html.replace("\"/assets/", "\"assets/");
        std::fs::write(folder.join(format!("{name}.html")), html)?;
        index.push_str(&format!("<li><a href=\"{name}.html\">{name}</a>"));
    }
    std::fs::write(folder.join("index.html"), index + "</ul></html>")?;
    Ok(samples.len())
}
