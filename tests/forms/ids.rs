//! The forms of the program, as its source names them.

use std::collections::BTreeSet;
use std::path::Path;

/// The ids of the forms in the source: the first text after `Form::new(`, or of `const DRAFT`.
pub fn ids(folder: &Path, out: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("web") {
                ids(&path, out);
            }
            continue;
        }
        if path.extension().is_none_or(|e| e != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        for mark in ["Form::new(", "const DRAFT: &str = "] {
            for after in text.split(mark).skip(1) {
                if let Some(rest) = after.trim_start().strip_prefix('"') {
                    let id = rest.split('"').next().filter(|id| !id.is_empty());
                    out.extend(id.map(str::to_owned));
                }
            }
        }
    }
}
