//! Reads the files of a folder as the program reads those of a municipality: over the shipped ones.

use std::fs;
use std::path::{Path, PathBuf};

use programmes::Catalogue;

pub fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Id and text of every programme of a folder.
pub fn files(folder: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "toml") {
            let id = path.file_stem().unwrap().to_str().unwrap().to_owned();
            files.push((id, fs::read_to_string(&path).unwrap()));
        }
    }
    files
}

pub fn read(files: &[(String, String)]) -> Catalogue {
    let facts = fs::read_to_string(at("../../src/programmes/facts.toml")).unwrap();
    match Catalogue::read(&facts, files, "") {
        Ok(catalogue) => catalogue,
        Err(problems) => {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            panic!("{}", lines.join("\n"));
        }
    }
}
