//! An edition as it was published, and how far the records have moved since.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::table::{Column, Row, Table, Value};
use super::view::{self, FiguresView};
use super::{Ask, Catalogue, Figures, Report, draw, files};
use crate::access::{Actor, Reach};
use crate::args;
use crate::store::{FromRow, Read};
use crate::web::{App, Error, Page, Result, page};

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path((id, number)): Path<(String, i64)>,
) -> Result<Response> {
    let report = all.find(&id, actor.role).ok_or(Error::NotFound)?;
    page(edition(&app, &actor, &report, number).await?)
}

/// The published figures as a file, to the digit.
pub async fn file(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path((id, number, format)): Path<(String, i64, String)>,
) -> Result<Response> {
    let report = all.find(&id, actor.role).ok_or(Error::NotFound)?;
    let kept = kept(&mut app.read(&actor).await?, &report.id, number).await?;
    let file = files::export(&kept.figures()?, &format)?;
    files::given(&app, &actor, &kept.id, &format, &file).await?;
    Ok(file.into_response())
}

/// 確定した版. A kept edition.
#[derive(FromRow)]
pub struct Kept {
    pub id: String,
    body: String,
    pub note: String,
    pub published_at: String,
    /// Who published it.
    pub name: String,
}

impl Kept {
    pub fn figures(&self) -> Result<Figures> {
        serde_json::from_str(&self.body).map_err(|_| Error::NotFound)
    }
}

/// 版の一行.
pub struct EditionLine {
    pub number: i64,
    pub period: String,
    pub published: String,
    pub note: String,
}

/// Whose sight figures are drawn with: only the same or a wider one may read them again.
pub fn reach(actor: &Actor) -> String {
    match actor.role.reach() {
        reach @ (Reach::Controller | Reach::Statistics) => reach.code().to_owned(),
        reach => format!("{}:{}", reach.code(), actor.organisation_id),
    }
}

/// The edition, if it was drawn with the reader's sight or a narrower one.
pub async fn kept(read: &mut Read, report: &str, number: i64) -> Result<Kept> {
    let (controller, reach) = (read.actor.controller_id.clone(), reach(&read.actor));
    let kept: Option<Kept> = read
        .maybe(
            "select s.id, s.body, s.note, s.published_at, a.name from report_snapshots s
             join accounts a on a.id = s.published_by
             where s.controller_id = $1 and s.report = $2 and s.edition = $3
               and (s.reach = $4 or $4 = 'controller')",
            args![controller, report, number, reach],
        )
        .await?;
    kept.ok_or(Error::NotFound)
}

/// The editions of a report that the reader may open, the newest first.
pub async fn editions(read: &mut Read, report: &str) -> Result<Vec<EditionLine>> {
    let (controller, reach) = (read.actor.controller_id.clone(), reach(&read.actor));
    let rows: Vec<(i64, String, String, String)> = read
        .all(
            "select edition, body, published_at, note from report_snapshots
             where controller_id = $1 and report = $2 and (reach = $3 or $3 = 'controller')
             order by edition desc",
            args![controller, report, reach],
        )
        .await?;
    let line = |(number, body, at, note): (i64, String, String, String)| EditionLine {
        number,
        period: serde_json::from_str::<Figures>(&body).map(|f| f.period).unwrap_or_default(),
        published: published(&at),
        note,
    };
    Ok(rows.into_iter().map(line).collect())
}

fn published(at: &str) -> String {
    let day = at.parse::<civil::Instant>().map(civil::Instant::civil_date);
    day.map(civil::format_both).unwrap_or_default()
}

async fn edition(app: &App, actor: &Actor, report: &Report, number: i64) -> Result<Edition> {
    let mut read = app.read(actor).await?;
    let kept = kept(&mut read, &report.id, number).await?;
    let then = kept.figures()?;
    let ask = Ask { known_at: actor.at, ..then.ask };
    let now = draw(&mut read, report, ask, &app.codes).await?;
    Ok(Edition {
        page: app.page(actor, format!("{} 第{number}版", then.title), "/reports"),
        id: report.id.clone(),
        number,
        title: then.title.clone(),
        description: then.description.clone(),
        period: then.period.clone(),
        known: files::known(&then),
        published: published(&kept.published_at),
        by: kept.name,
        note: kept.note,
        moved: moved(&then.table, &now.table),
        figures: view::figures(&then, None),
    })
}

/// 公表後に動いた数.
pub struct Moved {
    pub place: String,
    pub then: String,
    pub now: String,
    pub by: String,
}

/// Every number that reads differently now, in the order of the table.
pub fn moved(then: &Table, now: &Table) -> Vec<Moved> {
    let mut out = vec![];
    for (table, other, known) in [(then, now, true), (now, then, false)] {
        for (row, column, value) in cells(table) {
            let found = cells(other).find(|(r, c, _)| same(r, row) && at(c, column));
            if !known && found.is_some() {
                continue; // compared already
            }
            let beside = found.map_or(Value::number(0), |(_, _, value)| value);
            let (a, b) = if known { (value, beside) } else { (beside, value) };
            if a != b {
                out.push(Moved {
                    place: [row.labels.join("・"), column.labels.join("・")].join("、"),
                    then: a.to_string(),
                    now: b.to_string(),
                    by: difference(a, b),
                });
            }
        }
    }
    out
}

fn cells(table: &Table) -> impl Iterator<Item = (&Row, &Column, Value)> {
    table.rows.iter().flat_map(|row| {
        table.columns.iter().zip(&row.cells).map(move |(c, cell)| (row, c, cell.value))
    })
}

fn same(a: &Row, b: &Row) -> bool {
    a.total == b.total && a.keys == b.keys
}

fn at(a: &Column, b: &Column) -> bool {
    (a.total, a.period, a.measure, &a.keys) == (b.total, b.period, b.measure, &b.keys)
}

fn difference(then: Value, now: Value) -> String {
    match (then, now) {
        (Value::Number { units: a, digits }, Value::Number { units: b, digits: d })
            if d == digits =>
        {
            let by = Value::Number { units: b - a, digits };
            if b > a { format!("+{by}") } else { by.to_string() }
        }
        _ => String::new(),
    }
}

#[derive(Template)]
#[template(path = "reports/edition.html")]
struct Edition {
    page: Page,
    id: String,
    number: i64,
    title: String,
    description: String,
    period: String,
    known: String,
    published: String,
    by: String,
    note: String,
    moved: Vec<Moved>,
    figures: FiguresView,
}
