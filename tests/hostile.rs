//! What nobody should send, in small: malformed files through the upload, and formulas in every
//! file that is taken out. `cargo xtask hostile` does the same at full size.

use kakehashi::access::Role;
use kakehashi::imports::{self, Layout};
use kakehashi::routes::ROUTES;
use malformed::{FORMULAS, Model};

use crate::access::people;
use crate::imports::steps;
use crate::support::{Browser, World};

/// A file of every family takes too long here: each database gets every fourth of them.
const STEP: usize = 4;

fn model(layout: &Layout) -> Model {
    let row = layout.columns.iter().map(|c| c.sample.clone()).collect();
    Model { headers: layout.template().into_iter().map(str::to_owned).collect(), row }
}

both! {
    async fn a_malformed_file_is_checked_or_refused_in_words_and_changes_nothing(w: World) {
        let (b, layouts) = (w.as_(Role::Officer).await, imports::layouts(&w.app).unwrap());
        let (mut taken, mut refused) = (0, 0);
        let first = if w.app.db.is_postgres() { 0 } else { STEP / 2 };
        for n in (first..malformed::count() * 2).step_by(STEP) {
            let layout = &layouts[n % layouts.len()];
            let file = malformed::file(&model(layout), 20_240_401, n);
            let (what, before) = (file.family, counted(&w).await);
            let name = file.name.replace('"', "%22");
            let fields = [("layout", layout.id.as_str())];
            let answer = b.upload("/imports", &fields, &name, &file.bytes).await;
            match answer.status {
                303 => {
                    steps::settled(&b, answer.location()).await;
                    let discard = format!("{}/discard", answer.location());
                    b.post(&discard, &[]).await.expect(303);
                    taken += 1;
                }
                413 | 422 => {
                    assert!(answer.text.contains("ください"), "{what}: {}", answer.text);
                    refused += 1;
                }
                status => panic!("{what}: {status}"),
            }
            assert_eq!(counted(&w).await, before, "{what}");
        }
        assert!(taken > 2 && refused > 10, "{taken} taken, {refused} refused");
        let kept = "select count(*) from import_rows where cells <> '' or problems <> ''";
        assert_eq!(w.count(kept, &[]).await, 0, "what the files said");
    }

    async fn no_cell_of_a_file_taken_out_begins_a_formula(w: World) {
        people::settle(&w, |_, _| true).await;
        let officer = w.as_(Role::Officer).await;
        let mut cells = 0;
        for formula in FORMULAS {
            renamed(&w, formula).await;
            for (role, path) in taken_out(&officer, formula).await {
                let b = w.as_(role).await;
                let answer = b.get(&path).await.expect(200);
                for cell in cells_of(&path, &answer.bytes) {
                    assert!(!runs(&cell), "{path}: {cell:?}");
                    cells += usize::from(cell.contains(formula.trim()));
                }
            }
        }
        assert!(cells > FORMULAS.len(), "the formulas were in the files: {cells}");
        assert!(runs("=1+1") && runs("\t=1") && !runs("-5") && !runs("'=1+1"), "control");
    }
}

/// People and records.
async fn counted(w: &World) -> (i64, i64) {
    (steps::people(w).await, steps::kept(w).await)
}

/// Every office and every colleague is called so.
async fn renamed(w: &World, formula: &str) {
    for table in ["organisations", "accounts", "controllers"] {
        let sql = format!("update {table} set name = $1 where name is not null");
        w.exec(&sql, kakehashi::args![formula]).await;
    }
}

/// Every file the program gives, with who may take it. A route of a new one must be added.
async fn taken_out(officer: &Browser, formula: &str) -> Vec<(Role, String)> {
    let mut out = vec![
        (Role::Auditor, "/audit/file".to_owned()),
        (Role::Officer, "/imports/template/clients".to_owned()),
    ];
    let note = [("note", formula), ("checked", "1")];
    officer.post("/reports/consultations_by_office/publish", &note).await;
    for format in ["csv", "xlsx"] {
        for report in ["consultations_by_office", "cases_in_charge", "centre_consultations"] {
            let path = format!("/reports/{report}/files/{format}");
            out.push((Role::Officer, path.clone()));
            out.push((Role::Coordinator, path));
        }
        let edition = format!("/reports/consultations_by_office/editions/1/files/{format}");
        out.push((Role::Officer, edition));
    }
    for (_, path) in ROUTES.iter().filter(|(m, p)| *m == "GET" && is_file(p)) {
        let known = |p: &(Role, String)| fits(path, &p.1);
        assert!(out.iter().any(known), "{path} gives a file: take it out here too");
    }
    out
}

fn is_file(pattern: &str) -> bool {
    ["file", "files", "template", "export", "download"]
        .iter()
        .any(|w| pattern.split('/').any(|p| p == *w))
}

fn fits(pattern: &str, path: &str) -> bool {
    let (a, b): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.starts_with('{') || *a == b)
}

/// Whether a spreadsheet would run the cell.
fn runs(cell: &str) -> bool {
    let begins = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    begins && cell.chars().count() > 1 && cell.replace(',', "").parse::<f64>().is_err()
}

fn cells_of(path: &str, bytes: &[u8]) -> Vec<String> {
    if !path.ends_with("xlsx") {
        return csv(&String::from_utf8_lossy(bytes));
    }
    use calamine::Reader;
    let mut book = calamine::Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let mut out = vec![];
    for name in book.sheet_names() {
        assert!(book.worksheet_formula(&name).unwrap().is_empty(), "{path}: a formula");
        let range = book.worksheet_range(&name).unwrap();
        out.extend(range.cells().map(|(_, _, cell)| cell.to_string()));
    }
    out
}

/// The fields as a spreadsheet parts them.
fn csv(text: &str) -> Vec<String> {
    let text = text.trim_start_matches('\u{FEFF}');
    let (mut out, mut field, mut quoted) = (vec![], String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => field.push('"'),
            '"' if quoted || field.is_empty() => quoted = !quoted,
            ',' if !quoted => out.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                out.push(std::mem::take(&mut field).trim_end_matches('\r').to_owned())
            }
            c => field.push(c),
        }
    }
    out.push(field);
    out
}
