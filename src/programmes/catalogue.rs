//! All programmes of this place: those of the program, and on top those of the municipality.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use ::programmes::{Catalogue, run_examples};
use sha2::{Digest, Sha256};

use crate::web::Config;

/// The file of a directory that is no programme: the numbers the office has entered.
const SETTINGS: &str = "settings";

include!(concat!(env!("OUT_DIR"), "/programmes.rs"));

/// What conditions may ask.
const FACTS: &str = include_str!("facts.toml");

static OFFICIAL: LazyLock<Result<Arc<Catalogue>, String>> = LazyLock::new(|| read(None, ""));
static SAMPLE: LazyLock<Result<Arc<Catalogue>, String>> =
    LazyLock::new(|| read(None, include_str!("../../sample/city/programmes/settings.toml")));

/// The programmes, or every mistake in the files.
pub fn load(config: &Config) -> Result<Arc<Catalogue>, String> {
    match (&config.city, config.demo) {
        (None, false) => OFFICIAL.clone(),
        (None, true) => SAMPLE.clone(),
        (Some(city), _) => {
            let dir = city.join("programmes");
            let settings = std::fs::read_to_string(dir.join("settings.toml"));
            read(Some(&dir), &settings.unwrap_or_default())
        }
    }
}

/// What is wrong with a municipality's directory: files that do not load, examples that do not come
/// out. Empty when it can be used.
pub fn problems(dir: &Path) -> Vec<String> {
    let settings = std::fs::read_to_string(dir.join("settings.toml")).unwrap_or_default();
    match read(Some(dir), &settings) {
        Err(problems) => problems.lines().map(str::to_owned).collect(),
        Ok(catalogue) => {
            let failed = |programme| run_examples(&catalogue, programme);
            catalogue.programmes.iter().flat_map(failed).map(|f| f.to_string()).collect()
        }
    }
}

/// What a decision keeps of the file it was made by.
pub fn digest(text: &str) -> String {
    use std::fmt::Write as _;
    let bytes = Sha256::digest(text.as_bytes());
    bytes.iter().fold(String::new(), |mut hex, b| {
        let _ = write!(hex, "{b:02x}");
        hex
    })
}

fn read(dir: Option<&Path>, settings: &str) -> Result<Arc<Catalogue>, String> {
    let mut files: Vec<(String, String)> = Vec::new();
    for (id, text) in FILES {
        files.push(((*id).to_owned(), (*text).to_owned()));
    }
    files.extend(dir.map(own).transpose()?.unwrap_or_default());
    match Catalogue::read(FACTS, &files, settings) {
        Ok(catalogue) => Ok(Arc::new(catalogue)),
        Err(problems) => {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Err(lines.join("\n"))
        }
    }
}

/// The programmes of a directory, in the order of their names. One that is not there has none.
fn own(dir: &Path) -> Result<Vec<(String, String)>, String> {
    let Ok(found) = std::fs::read_dir(dir) else { return Ok(Vec::new()) };
    let mut paths: Vec<_> = found.flatten().map(|f| f.path()).collect();
    paths.sort();
    let mut files = Vec::new();
    for path in paths.iter().filter(|p| p.extension().is_some_and(|e| e == "toml")) {
        let Some(id) = path.file_stem().and_then(|s| s.to_str()) else { continue };
        if id == SETTINGS {
            continue;
        }
        let text = std::fs::read_to_string(path);
        files.push((id.to_owned(), text.map_err(|e| format!("{}: {e}", path.display()))?));
    }
    Ok(files)
}
