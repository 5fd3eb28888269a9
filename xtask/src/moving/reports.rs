//! Every report of every year, written by the program as files and compared byte for byte.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use super::ward::Ward;

/// Of the generated population and of the sample ward.
const YEARS: &[&str] = &["2022", "2023", "2024", "2025", "2026"];

/// 書き出した統計. By (report, year, who), the file.
pub type Drawn = BTreeMap<(String, String, String), Vec<u8>>;

pub fn draw(program: &Path, ward: &Ward, url: &str) -> Result<Drawn, String> {
    let mut out = Drawn::new();
    for login in ward.logins {
        let listed = written(program, url, login, &[])?;
        let listed = String::from_utf8_lossy(&listed).into_owned();
        for id in listed.lines().filter_map(|l| l.split('\t').next()) {
            for year in YEARS {
                let last = format!("{}-03-31", year.parse::<u32>().unwrap_or(0) + 1);
                let asked = [id, "--fiscal-year", year, "--on", &last, "--format", "csv"];
                let file = written(program, url, login, &asked)?;
                out.insert((id.to_owned(), (*year).to_owned(), (*login).to_owned()), file);
            }
        }
    }
    Ok(out)
}

fn written(program: &Path, url: &str, login: &str, asked: &[&str]) -> Result<Vec<u8>, String> {
    let done = Command::new(program)
        .arg("report")
        .args(asked)
        .args(["--as", login, "--database", url])
        .output()
        .map_err(|e| e.to_string())?;
    match done.status.success() {
        true => Ok(done.stdout),
        false => Err(format!("report {asked:?}: {}", String::from_utf8_lossy(&done.stderr))),
    }
}

pub fn differences(a: &Drawn, b: &Drawn) -> Vec<String> {
    let keys: BTreeSet<_> = a.keys().chain(b.keys()).collect();
    let unlike = keys.into_iter().filter(|k| a.get(*k) != b.get(*k));
    unlike.map(|(id, year, login)| format!("{id} {year} {login}")).collect()
}

/// How many files of `reports/` were drawn.
pub fn files(drawn: &Drawn) -> usize {
    drawn.keys().map(|(id, _, _)| id).collect::<BTreeSet<_>>().len()
}

/// How many there are.
pub fn all() -> Result<usize, String> {
    let folder = std::fs::read_dir(super::root().join("reports")).map_err(|e| e.to_string())?;
    Ok(folder.flatten().filter(|f| f.path().extension().is_some_and(|e| e == "sql")).count())
}

/// Numbers above zero in all files: equal and empty would prove nothing.
pub fn figures(drawn: &Drawn) -> usize {
    let text = |file: &Vec<u8>| String::from_utf8_lossy(file).into_owned();
    let counted = |text: String| {
        let cells = text.split([',', '\n', '\r']).map(|c| c.trim_matches('"').to_owned());
        cells.filter(|c| c.parse::<u64>().is_ok_and(|n| n > 0)).count()
    };
    drawn.values().map(text).map(counted).sum()
}
