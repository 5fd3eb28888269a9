//! 廃棄証明: what went, when, by whom; no name of anybody it was about.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::record::{self, Disposal};
use super::retention::Retention;
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::records::tables;
use crate::store::{FromRow, Read};
use crate::web::{App, Error, Page, Result, page};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let d = record::see(&mut read, &id).await?;
    let certificate = d.certificate.ok_or(Error::NotFound)?;
    let stones = stones(&mut read, &id).await?;
    drop(read);
    app.viewed(&actor, Event::new("print", "disposal", &id)).await?;
    let (page_, retention) = (app.page(&actor, "廃棄証明", "/clients"), Retention::of(&app)?);
    let (rows, years) = (rows(&stones), years(&stones));
    page(Certificate { page: page_, d, certificate, stones, rows, years, retention })
}

/// 墓標. What is left of a record.
#[derive(Debug, FromRow)]
struct Stone {
    number: i64,
    enrolled_on: String,
    closed_on: String,
    due_on: String,
    counts: String,
}

/// 消えた行の数.
#[derive(Debug, Default, Deserialize)]
struct Counts {
    rows: Vec<(String, i64)>,
    consultations: Vec<(String, i64)>,
}

impl Stone {
    fn number(&self) -> String {
        kana::ClientNumber::from_row(self.number).to_string()
    }

    fn counts(&self) -> Counts {
        serde_json::from_str(&self.counts).unwrap_or_default()
    }

    fn total(&self) -> i64 {
        self.counts().rows.iter().map(|r| r.1).sum()
    }

    fn day(on: &str) -> String {
        on.parse().map_or_else(|_| on.to_owned(), civil::format_both)
    }
}

async fn stones(read: &mut Read, id: &str) -> Result<Vec<Stone>> {
    let controller = read.actor.controller_id.clone();
    Ok(read
        .all(
            "select t.number, t.enrolled_on, t.closed_on, t.due_on, t.counts from tombstones t
             where t.disposal_id = $1 and t.controller_id = $2 order by t.number",
            args![id, controller],
        )
        .await?)
}

/// (what the table holds, rows) of all together.
fn rows(stones: &[Stone]) -> Vec<(String, i64)> {
    let mut out = BTreeMap::<String, i64>::new();
    for (table, n) in stones.iter().flat_map(|s| s.counts().rows) {
        let title = tables::find(&table).map_or(table.clone(), |t| t.title.clone());
        *out.entry(title).or_default() += n;
    }
    out.into_iter().collect()
}

/// (fiscal year, consultations) of all together.
fn years(stones: &[Stone]) -> Vec<(String, i64)> {
    let mut out = BTreeMap::<String, i64>::new();
    for (year, n) in stones.iter().flat_map(|s| s.counts().consultations) {
        *out.entry(year).or_default() += n;
    }
    out.into_iter().collect()
}

#[derive(Template)]
#[template(path = "disposals/certificate.html")]
struct Certificate {
    page: Page,
    d: Disposal,
    certificate: i64,
    stones: Vec<Stone>,
    rows: Vec<(String, i64)>,
    years: Vec<(String, i64)>,
    retention: Retention,
}
