//! `bench stats [--instance FILE]`: consultations counted by who asked, what about and month, with
//! the sum of their minutes: from coded columns, from what was counted before, and anew in SQLite.
//! All three must say the same. FILE is a CSV with the columns requester, kind, at, minutes;
//! without it, a million consultations are drawn from a fixed seed.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

use crosstab::{Cell, Column, count};
use sqlx::{Connection, SqliteConnection};

use super::table::median;
use super::{Done, Options};

const RUNS: usize = 15;
/// (who asked, what about, month), the number, the minutes.
type Line = ([String; 3], i64, i64);

/// 相談. What is counted.
struct Consultation {
    words: [String; 3],
    minutes: u32,
}

pub fn run(options: &Options) -> Done {
    let all = match &options.instance {
        Some(file) => read(file)?,
        None => drawn(if options.quick { 100_000 } else { 1_000_000 }),
    };
    let mut columns = [Column::default(), Column::default(), Column::default()];
    let mut minutes = vec![];
    for one in &all {
        for (column, word) in columns.iter_mut().zip(&one.words) {
            column.push(word).map_err(|_| "more than 256 words in a column")?;
        }
        minutes.push(one.minutes);
    }
    let by: Vec<&Column> = columns.iter().collect();
    let counted = || count(&by, all.len(), &minutes, |_| true).ok_or("too many cells");
    let coded = time(|| counted().map(|cells| lines(&by, &cells)))?;
    let kept = HashMap::from([("question", counted()?)]);
    let again = time(|| Ok(kept.get("question").map(|cells| lines(&by, cells))))?;
    let (anew, mut recount) = super::answer_of(recount(&all))?;
    let mut found = lines(&by, &counted()?);
    found.sort();
    recount.sort();
    if found != recount {
        return Err("the coded columns and the recount do not agree".into());
    }
    let rows = [("coded", coded), ("kept", again), ("sqlite", anew)];
    if options.json {
        let row = |(name, ms): (&str, f64)| format!("{{\"name\":\"{name}\",\"ms\":{ms:.3}}}");
        println!("{{\"rows\":[{}]}}", rows.map(row).join(","));
        return Ok(());
    }
    println!("{} consultations, {} cells, all three agree", all.len(), found.len());
    rows.iter().for_each(|(name, ms)| println!("{name:<10}{ms:>10.3} ms"));
    Ok(())
}

/// Median of the runs, in milliseconds.
fn time<T>(work: impl Fn() -> Result<T, &'static str>) -> Result<f64, String> {
    let mut times = vec![];
    for _ in 0..RUNS {
        let began = Instant::now();
        black_box(work()?);
        times.push(began.elapsed().as_secs_f64() * 1e3);
    }
    Ok(median(&times))
}

fn lines(by: &[&Column], cells: &[Cell]) -> Vec<Line> {
    let words = |c: &Cell| [0, 1, 2].map(|n| by[n].word(c.codes[n]).to_owned());
    cells.iter().map(|c| (words(c), c.n, c.sum)).collect()
}

/// The same question to SQLite over the words, median of three, and its answer.
async fn recount(all: &[Consultation]) -> Result<(f64, Vec<Line>), sqlx::Error> {
    let mut conn = SqliteConnection::connect("sqlite::memory:").await?;
    sqlx::raw_sql("create table k (requester text, kind text, month text, minutes int); begin")
        .execute(&mut conn)
        .await?;
    for one in all {
        let [requester, kind, month] = &one.words;
        let put = sqlx::query("insert into k values ($1, $2, $3, $4)");
        let put = put.bind(requester).bind(kind).bind(month).bind(i64::from(one.minutes));
        put.execute(&mut conn).await?;
    }
    let sql = "select requester, kind, month, count(*), sum(minutes) from k group by 1, 2, 3";
    let (mut times, mut lines) = (vec![], vec![]);
    for _ in 0..3 {
        let began = Instant::now();
        let rows: Vec<(String, String, String, i64, i64)> =
            sqlx::query_as(sql).fetch_all(&mut conn).await?;
        times.push(began.elapsed().as_secs_f64() * 1e3);
        lines = rows.into_iter().map(|(a, b, c, n, sum)| ([a, b, c], n, sum)).collect();
    }
    Ok((median(&times), lines))
}

/// Three years, twelve kinds of people who ask by how often they do, twelve subjects.
fn drawn(many: usize) -> Vec<Consultation> {
    const WEIGHTS: [usize; 12] = [1, 6, 2, 1, 2, 2, 3, 3, 2, 2, 1, 1];
    let often: Vec<usize> =
        (0..12).flat_map(|who| std::iter::repeat_n(who, WEIGHTS[who])).collect();
    let mut seed = 7_u64;
    let mut draw = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let one = |_| {
        let (who, kind, month) = (often[draw(often.len())], draw(12), draw(36));
        let month = format!("{}-{:02}", 2022 + (month + 3) / 12, (month + 3) % 12 + 1);
        let words = [format!("requester {who}"), format!("kind {kind}"), month];
        Consultation { words, minutes: 5 + draw(115) as u32 }
    };
    (0..many).map(one).collect()
}

fn read(file: &str) -> Result<Vec<Consultation>, String> {
    let text = std::fs::read_to_string(file).map_err(super::said(file))?;
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let at = |name: &str| {
        head.iter().position(|h| *h == name).ok_or(format!("{file}: no column {name}"))
    };
    let places = [at("requester")?, at("kind")?, at("at")?, at("minutes")?];
    let one = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let [requester, kind, on, minutes] =
            places.map(|n| cells.get(n).copied().unwrap_or_default().to_owned());
        let month = on.get(..7).unwrap_or_default().to_owned();
        let minutes = minutes.parse().map_err(|_| format!("{file}: {line}"))?;
        Ok(Consultation { words: [requester, kind, month], minutes })
    };
    lines.map(one).collect()
}
