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
    }
}
