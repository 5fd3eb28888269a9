//! `programmes/README.md` says what the format is: every key of it, and an example that works.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod folder;

use programmes::{mutants, run_examples};

fn readme() -> String {
    std::fs::read_to_string(folder::at("../../programmes/README.md")).unwrap()
}

#[test]
fn every_key_of_the_format_is_explained() {
    let raw = std::fs::read_to_string(folder::at("src/raw.rs")).unwrap();
    let page = readme();
    let fields = raw.lines().filter_map(|l| l.trim().strip_prefix("pub ")?.split_once(": "));
    let keys: Vec<&str> =
        fields.map(|(key, _)| if key == "holder" { "for" } else { key }).collect();
    assert!(keys.len() > 100, "raw.rs is read otherwise now: {}", keys.len());
    let missing: Vec<&&str> =
        keys.iter().filter(|key| !page.contains(&format!("`{key}"))).collect();
    assert!(missing.is_empty(), "README.md does not explain {missing:?}");
}

#[test]
fn the_worked_example_loads_and_notices_every_change() {
    let page = readme();
    let text = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let mut files = folder::files(&folder::at("../../programmes"));
    files.push(("outing".to_owned(), text.to_owned()));
    let catalogue = folder::read(&files);
    let failed = run_examples(&catalogue, catalogue.find("outing").unwrap());
    let failures: Vec<String> = failed.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    for mutant in mutants(text) {
        let draft = catalogue.draft("outing", &mutant.text);
        let noticed = draft.map_or(true, |draft| !run_examples(&catalogue, &draft).is_empty());
        assert!(noticed, "line {}: {} → {}", mutant.line, mutant.from, mutant.to);
    }
}
