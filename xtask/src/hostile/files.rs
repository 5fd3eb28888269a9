//! Malformed files through the upload of the imports: answered in time, in little memory, in words,
//! and nothing of them stays.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use malformed::{File, Model};

use super::desk::Desk;
use super::{Campaign, Told};
use crate::http::Answer;
use crate::moving::base::Base;

const FILES: u64 = 500;
const LONGEST: Duration = Duration::from_secs(10);
const MIB: f64 = 256.0;

/// What an upload that was taken or refused may change: what is kept of it until it is thrown away,
/// and who did it.
const ITS_OWN: &[&str] =
    &["import_batches", "import_rows", "audit_events", "audit_heads", "sessions", "submissions"];

/// What came of all of them.
#[derive(Default)]
struct Seen {
    taken: u64,
    refused: u64,
    slowest: (Duration, &'static str),
    busiest: (f64, &'static str),
    largest: (f64, &'static str),
    words: BTreeMap<String, u64>,
}

pub fn run(c: Campaign) -> Result<Told, String> {
    let c = &c;
    let officer = Desk::sign_in(&c.server.address, "officer")?;
    let (models, before) = (models()?, kept(c)?);
    let (mut told, mut seen) = (Told::default(), Seen::default());
    let files = c.cases.unwrap_or(FILES);
    for n in 0..files as usize {
        let (layout, model) = &models[n % models.len()];
        let file = malformed::file(model, c.seed, n);
        c.server.forget_peak();
        let (began, busy) = (Instant::now(), c.server.cpu_seconds());
        let outcome = sent(&officer, layout, &file);
        let (took, mib) = (began.elapsed(), c.server.peak_mib());
        let busy = c.server.cpu_seconds() - busy;
        let what =
            format!("{n} ({}, {})", file.family, file.name.chars().take(30).collect::<String>());
        match outcome {
            Ok(words) if words.is_empty() => seen.taken += 1,
            Ok(words) => {
                seen.refused += 1;
                *seen.words.entry(words).or_default() += 1;
            }
            Err(why) => told.bad.push(format!("{what}: {why}")),
        }
        if took > LONGEST || mib > MIB {
            told.bad.push(format!(
                "{what}: {:.1} s, of them {busy:.1} s of work, {mib:.0} MiB",
                took.as_secs_f64()
            ));
        }
        seen.slowest = seen.slowest.max((took, file.family));
        if busy > seen.busiest.0 {
            seen.busiest = (busy, file.family);
        }
        if mib > seen.largest.0 {
            seen.largest = (mib, file.family);
        }
    }
    say(files, &seen);
    if kept(c)? != before {
        told.bad.push("something outside the imports has changed".into());
    }
    told.bad.extend(left(c)?);
    Ok(told)
}

fn say(files: u64, seen: &Seen) {
    println!(
        "{files} files: {} taken for the dry run and thrown away, {} refused in {} different \
         words; slowest {:.1} s ({}), most work {:.1} s ({}), at most {:.0} MiB ({})",
        seen.taken,
        seen.refused,
        seen.words.len(),
        seen.slowest.0.as_secs_f64(),
        seen.slowest.1,
        seen.busiest.0,
        seen.busiest.1,
        seen.largest.0,
        seen.largest.1
    );
    for (words, n) in &seen.words {
        println!("  {n:>4}  {words}");
    }
}

/// "" for a file that was checked, shown and thrown away; the words of the refusal otherwise.
fn sent(desk: &Desk, layout: &str, file: &File) -> Result<String, String> {
    let name = file.name.replace('"', "%22");
    let answer = desk.upload("/imports", ("layout", layout), (&name, file.kind), &file.bytes)?;
    match answer.status {
        303 => checked(desk, &answer.location).map(|()| String::new()),
        413 | 422 => refusal(&answer),
        status => Err(format!("answers {status}")),
    }
}

fn checked(desk: &Desk, path: &str) -> Result<(), String> {
    let began = Instant::now();
    loop {
        let page = desk.get(path)?;
        if page.status != 200 {
            return Err(format!("{path} answers {}", page.status));
        }
        if !page.text.contains("data-reload") {
            break;
        }
        if began.elapsed() > LONGEST {
            return Err("is never checked".into());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    match desk.form(&format!("{path}/discard"), &[])?.status {
        303 => Ok(()),
        status => Err(format!("throwing away answers {status}")),
    }
}

/// What the page says about the file.
fn refusal(answer: &Answer) -> Result<String, String> {
    let of = |mark: &str| {
        let after = answer.text.split(mark).nth(1)?.split_once('>')?.1;
        Some(after.split('<').next()?.trim().to_owned())
    };
    let below = || {
        let page = answer.text.split_once("</h1>")?.1.split_once("<p")?.1.split_once('>')?.1;
        Some(page.split('<').next()?.trim().to_owned())
    };
    let words = of("id=\"file-error\"").or_else(|| of("class=\"err\"")).or_else(below);
    match words {
        Some(words) if words.chars().count() > 10 => Ok(words),
        other => Err(format!("{} without words: {other:?}", answer.status)),
    }
}

/// Every row of every table that an upload has no business with.
fn kept(c: &Campaign) -> Result<String, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime
        .map_err(|e| e.to_string())?
        .block_on(async { Base::open(&c.database()).await?.fingerprint(ITS_OWN).await })
}

const ROWS: &str = "select cast(count(*) as text) from import_rows
                    where cells <> '' or problems <> ''";

/// What should have been thrown away.
fn left(c: &Campaign) -> Result<Vec<String>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| e.to_string())?.block_on(async {
        let mut base = Base::open(&c.database()).await?;
        let rows = base.texts::<1>(ROWS.into()).await?;
        let sql = "select id || ' ' || state from import_batches where state <> 'discarded'";
        let mut bad: Vec<String> = base.texts::<1>(sql.into()).await?.concat();
        if rows.concat() != ["0"] {
            bad.push(format!("rows left: {}", rows.concat().concat()));
        }
        Ok(bad)
    })
}

/// Headers and a good row of every layout, from its file.
fn models() -> Result<Vec<(String, Model)>, String> {
    let mut out = vec![];
    for layout in ["clients", "consultations", "residents"] {
        let file = crate::bench::root().join(format!("imports/{layout}.toml"));
        let text = std::fs::read_to_string(file).map_err(|e| e.to_string())?;
        let mut model = Model { headers: vec![], row: vec![] };
        for column in text.split("[[column]]").skip(1) {
            let value = |key: &str| {
                let line = column.lines().find_map(|l| l.strip_prefix(key))?;
                Some(line.split('"').nth(1)?.to_owned())
            };
            model.headers.extend(value("headers = "));
            model.row.push(value("sample = ").unwrap_or_default());
        }
        out.push((layout.to_owned(), model));
    }
    Ok(out)
}
