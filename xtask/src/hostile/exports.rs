//! Formulas in every text that is kept, and every file taken out: no cell begins one.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{Cursor, Read};

use malformed::FORMULAS;

use super::desk::Desk;
use super::spoil::spoil;
use super::{Campaign, Told};
use crate::faults::server::Server;

const ROLES: &[&str] = &["coordinator", "officer", "nurse", "prefecture"];
const FORMATS: &[&str] = &["csv", "csv-cp932", "xlsx"];
const YEARS: &[&str] = &["2025", "2026"];

#[derive(Default)]
struct Seen {
    files: u64,
    refused: u64,
    cells: u64,
    /// Cells in which a formula stands behind what makes it harmless.
    harmless: u64,
}

pub fn run(c: Campaign) -> Result<Told, String> {
    c.server.stop();
    let url = format!("sqlite:{}", c.folder.join("kakehashi.db").display());
    let (columns, rows) = spoil(&url, FORMULAS)?;
    println!("formulas in {columns} columns, {rows} texts");
    let server = Server::demo(&c.program, &c.folder, "")?;
    let (mut told, mut seen) = (Told::default(), Seen::default());
    let mut desks = BTreeMap::new();
    for (role, path) in paths()? {
        let desk = match desks.entry(role.clone()) {
            // Once each: so many sign-ins in a minute are refused.
            Entry::Vacant(place) => place.insert(Desk::sign_in(&server.address, &role)?),
            Entry::Occupied(there) => there.into_mut(),
        };
        if path.contains("/editions/") {
            let note = [("note", "=1+1"), ("checked", "1")];
            desk.form("/reports/consultations_by_office/publish", &note)?;
        }
        let answer = desk.get(&path)?;
        match answer.status {
            200 => take(&path, &answer.bytes, &mut seen, &mut told)?,
            // Not this role's report, or a sign that CP932 does not have.
            404 | 422 => seen.refused += 1,
            status => told.bad.push(format!("{role} {path}: {status}")),
        }
    }
    println!(
        "{} files, {} refused; {} cells, {} with a formula made harmless, {} that would run",
        seen.files,
        seen.refused,
        seen.cells,
        seen.harmless,
        told.bad.len()
    );
    if seen.harmless == 0 {
        told.bad.push("control: no formula ever came into a file".into());
    }
    if !FORMULAS.iter().all(|f| runs(f.as_bytes())) || runs(b"-5") || runs(b"'=1+1") {
        told.bad.push("control: a formula would not be noticed".into());
    }
    Ok(told)
}

/// Every file there is to take out, for every role that may.
fn paths() -> Result<Vec<(String, String)>, String> {
    let mut out = vec![("auditor".to_owned(), "/audit/file".to_owned())];
    for layout in ["clients", "consultations", "residents"] {
        out.push(("officer".into(), format!("/imports/template/{layout}")));
    }
    let folder = std::fs::read_dir(crate::bench::root().join("reports"));
    for file in folder.map_err(|e| e.to_string())?.flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        let Some(id) = name.strip_suffix(".sql") else { continue };
        for role in ROLES {
            for format in FORMATS {
                let files = YEARS.iter().map(|y| format!("/reports/{id}/files/{format}?fy={y}"));
                out.extend(files.map(|path| ((*role).to_owned(), path)));
            }
        }
    }
    for format in FORMATS {
        let path = format!("/reports/consultations_by_office/editions/1/files/{format}");
        out.push(("officer".into(), path));
    }
    Ok(out)
}

fn take(path: &str, bytes: &[u8], seen: &mut Seen, told: &mut Told) -> Result<(), String> {
    let cells = if path.contains("xlsx") { of_xlsx(bytes)? } else { of_csv(bytes) };
    seen.files += 1;
    for cell in cells {
        seen.cells += 1;
        if runs(&cell) {
            told.bad.push(format!("{path}: {}", String::from_utf8_lossy(&cell)));
        }
        seen.harmless += u64::from(cell.first() == Some(&b'\'') && runs(&cell[1..]));
    }
    Ok(())
}

/// Whether a spreadsheet would take it for a formula. A number is none.
fn runs(cell: &[u8]) -> bool {
    let text = String::from_utf8_lossy(cell);
    // ＝＋－＠ in CP932.
    let wide = [[0x81, 0x81], [0x81, 0x7B], [0x81, 0x7C], [0x81, 0x97]];
    let begins = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
        || wide.iter().any(|w| cell.starts_with(w));
    begins && text.chars().count() > 1 && text.replace(',', "").parse::<f64>().is_err()
}

/// Bytes, for the marks of a CSV are the same in both encodings.
fn of_csv(bytes: &[u8]) -> Vec<Vec<u8>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let (mut out, mut field, mut quoted, mut at) = (vec![], vec![], false, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' if quoted && bytes.get(at + 1) == Some(&b'"') => {
                field.push(b'"');
                at += 1;
            }
            b'"' if quoted || field.is_empty() => quoted = !quoted,
            b',' | b'\n' if !quoted => out.push(std::mem::take(&mut field)),
            b'\r' if !quoted => {}
            other => field.push(*other),
        }
        at += 1;
    }
    out.push(field);
    out
}

/// The shared strings; a formula of its own is a cell that runs.
fn of_xlsx(bytes: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| e.to_string())?;
    let mut out = vec![];
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(|e| e.to_string())?;
        let mut xml = String::new();
        if part.read_to_string(&mut xml).is_err() {
            continue;
        }
        let plain = |t: &str| t.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let texts = xml.split("<t").skip(1).filter_map(|t| {
            let text = t.split_once('>')?.1.split("</t>").next()?;
            Some(plain(text).into_bytes())
        });
        out.extend(texts);
        out.extend(xml.split("<f>").skip(1).map(|_| b"=a formula".to_vec()));
    }
    Ok(out)
}
