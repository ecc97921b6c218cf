//! Files that a browser sends along, put where they belong in a bundle.

use domain::event::PolicyFile;

use super::super::form::{Form, Upload};
use crate::error::ApiError;

/// The bundle with the files that came along: a folder takes the place of everything, a single file
/// that of the file of its name.
pub(super) fn merge(typed: Vec<PolicyFile>, form: &Form) -> Result<Vec<PolicyFile>, ApiError> {
    let folder: Vec<&Upload> = form.files("folder").filter(|file| is_policy(&file.name)).collect();
    let mut files = if folder.is_empty() { typed } else { Vec::new() };
    for upload in folder {
        files.push(PolicyFile { path: below_folder(&upload.name).to_owned(), text: text(upload)? });
    }
    for upload in form.files("file") {
        let path = place(&upload.name, &files);
        let text = text(upload)?;
        match files.iter_mut().find(|file| file.path == path) {
            Some(known) => known.text = text,
            None => files.push(PolicyFile { path, text }),
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn is_policy(name: &str) -> bool {
    [".yaml", ".yml", ".ics"].iter().any(|end| name.ends_with(end))
}

/// The path below the folder that was chosen.
fn below_folder(name: &str) -> &str {
    name.split_once('/').map_or(name, |(_, rest)| rest)
}

/// Where a single file goes: in the place of the one file of its name, else where its name says; a
/// calendar without a folder holds holidays.
fn place(name: &str, files: &[PolicyFile]) -> String {
    let base = name.rsplit('/').next().unwrap_or(name);
    let mut same = files.iter().filter(|file| file.path.rsplit('/').next() == Some(base));
    match (same.next(), same.next()) {
        (Some(only), None) => only.path.clone(),
        _ if name == base && name.ends_with(".ics") => format!("holidays/{name}"),
        _ => name.to_owned(),
    }
}

fn text(upload: &Upload) -> Result<String, ApiError> {
    let text = std::str::from_utf8(&upload.bytes)
        .map_err(|_| ApiError::field("file", &format!("`{}` is no text in UTF-8", upload.name)))?;
    Ok(text.trim_start_matches('\u{feff}').replace("\r\n", "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> PolicyFile {
        PolicyFile { path: path.to_owned(), text: String::new() }
    }

    #[test]
    fn a_single_file_goes_where_its_name_is_known() {
        let files = [file("bundle.yaml"), file("rules/base.yaml"), file("cases/base.yaml")];
        assert_eq!(place("bundle.yaml", &files), "bundle.yaml");
        assert_eq!(place("base.yaml", &files), "base.yaml", "two have that name");
        assert_eq!(place("base.yaml", files.get(..2).unwrap()), "rules/base.yaml");
        assert_eq!(place("new.yaml", &files), "new.yaml");
        assert_eq!(place("nz.ics", &files), "holidays/nz.ics");
        assert_eq!(place("nz.ics", &[file("holidays/nz.ics")]), "holidays/nz.ics");
    }

    #[test]
    fn a_folder_keeps_its_paths_without_its_own_name() {
        assert_eq!(below_folder("our-policy/rules/base.yaml"), "rules/base.yaml");
        assert_eq!(below_folder("base.yaml"), "base.yaml");
    }
}
