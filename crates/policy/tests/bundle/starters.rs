//! The starter bundles are sound: they load without a warning and pass their own cases.

use policy::bundle::Bundle;
use policy::starter;

#[test]
fn every_starter_loads_without_a_finding_and_passes_its_own_cases() {
    for name in starter::names() {
        let files = starter::files(name).unwrap();
        let text = |path: &str| {
            files.iter().find(|file| file.path == path).map_or("", |file| file.text.as_str())
        };
        let loaded = Bundle::load(&files).unwrap_or_else(|found| {
            let all: Vec<_> = found.iter().map(|d| d.render(text(&d.file))).collect();
            panic!("{name} does not load:\n{}", all.join("\n\n"));
        });
        assert!(loaded.warnings.is_empty(), "{name}: {:?}", loaded.warnings);
        let report = loaded.bundle.test();
        assert!(report.cases.len() >= 8, "{name} shows too little");
        for case in report.failures() {
            println!("{name} {}:{} {}: {:#?}", case.file, case.line, case.name, case.problems);
        }
        assert!(report.passed(), "{name} fails its own cases");
        assert_eq!(loaded.bundle.name(), name);
        // What a starter asks for does not change overnight while people are answering.
        assert!(loaded.bundle.is_timeless(), "{name}");
    }
}

/// Every file under `policies/` is in the table, so what is shipped is what is reviewed.
#[test]
fn the_table_of_starters_is_complete() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    for entry in std::fs::read_dir(&root).unwrap().filter_map(Result::ok) {
        if !entry.path().is_dir() {
            continue;
        }
        let name = entry.file_name().into_string().unwrap();
        let known = starter::files(&name).unwrap_or_else(|| panic!("{name} is not in the table"));
        let mut found = Vec::new();
        collect(&entry.path(), "", &mut found);
        found.sort();
        let mut paths: Vec<String> = known.into_iter().map(|file| file.path).collect();
        paths.sort();
        assert_eq!(paths, found, "{name}");
    }
}

fn collect(folder: &std::path::Path, prefix: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().filter_map(Result::ok) {
        let name = format!("{prefix}{}", entry.file_name().into_string().unwrap());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), found);
        } else {
            found.push(name);
        }
    }
}
