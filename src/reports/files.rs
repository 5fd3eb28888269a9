//! The same table as a file: CSV in two encodings, XLSX, JSON. Taking one is recorded.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format as Look, Workbook, Worksheet, XlsxError,
};
use serde_json::json;
use sheets::Encoding;

use super::show;
use super::{Catalogue, Figures};
use crate::access::Actor;
use crate::audit::Event;
use crate::web::{App, Error, Result};

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path((id, format)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let report = all.find(&id, actor.role).ok_or(Error::NotFound)?;
    let entry = show::asked(query.as_deref());
    match take(&app, &actor, &report, &entry, &format).await {
        Ok(file) => Ok(file.into_response()),
        Err(Error::Refused(bad)) => show::refused(&app, &actor, &report, &entry, bad).await,
        Err(e) => Err(e),
    }
}

/// 受け取るファイル.
pub struct File {
    pub name: String,
    pub kind: &'static str,
    pub bytes: Vec<u8>,
}

async fn take(
    app: &App,
    actor: &Actor,
    report: &super::Report,
    entry: &crate::web::Entry,
    format: &str,
) -> Result<File> {
    let ask = show::ask(actor, report, entry, app)?;
    let figures = super::draw(&mut app.read(actor).await?, report, ask, &app.codes).await?;
    let file = export(&figures, format)?;
    given(app, actor, &report.id, format, &file).await?;
    Ok(file)
}

/// Records who took which figures away, before they leave.
pub async fn given(app: &App, actor: &Actor, id: &str, format: &str, file: &File) -> Result<()> {
    let event = Event::new("export", "report", id).fields(format).content(&file.bytes);
    app.viewed(actor, event).await
}

/// Figures in a format: csv, csv-cp932, xlsx, json.
pub fn export(f: &Figures, format: &str) -> Result<File> {
    let (kind, ending, bytes) = match format {
        "csv" => ("text/csv; charset=utf-8", "csv", csv(f, Encoding::Utf8Bom)?),
        "csv-cp932" => ("text/csv; charset=Shift_JIS", "csv", csv(f, Encoding::Cp932)?),
        "xlsx" => {
            let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            (kind, "xlsx", xlsx(f).map_err(|_| unwritten())?)
        }
        "json" => ("application/json", "json", json_of(f)?),
        _ => return Err(Error::NotFound),
    };
    let name = format!("{}-{}-{}.{ending}", f.report, f.ask.from, f.ask.last_day());
    Ok(File { name, kind, bytes })
}

impl IntoResponse for File {
    fn into_response(self) -> Response {
        let disposition = format!("attachment; filename=\"{}\"", self.name);
        ([(CONTENT_TYPE, self.kind.to_owned()), (CONTENT_DISPOSITION, disposition)], self.bytes)
            .into_response()
    }
}

fn unwritten() -> Error {
    Error::refused("", "ファイルを作れませんでした。期間を短くして、もう一度お試しください。")
}

fn csv(f: &Figures, encoding: Encoding) -> Result<Vec<u8>> {
    sheets::write_csv(f.table.texts(), encoding).map_err(|lost| {
        let mut problems = crate::web::Problems::default();
        for one in lost.iter().take(10) {
            problems.add("", one.to_string());
        }
        Error::Refused(problems)
    })
}

/// What was asked and what the figures mean, beside the table.
fn about(f: &Figures) -> Vec<(&'static str, String)> {
    let mut out = vec![
        ("統計", f.title.clone()),
        ("内容", f.description.clone()),
        ("期間", f.period.clone()),
        ("記録の時点", known(f)),
        ("単位", f.counted.clone()),
        ("数えた範囲", f.sight.clone()),
    ];
    out.extend(f.notes.iter().map(|n| ("注記", n.clone())));
    if !f.source.is_empty() {
        out.push(("出典", f.source.clone()));
    }
    out
}

/// 2023年12月20日 23:59 までに登録された記録.
pub fn known(f: &Figures) -> String {
    let (day, time) = (f.ask.known_at.civil_date(), f.ask.known_at.civil_time());
    let day = civil::format_both(day);
    format!("{day} {}:{:02}までに登録された記録", time.hour(), time.minute())
}

fn xlsx(f: &Figures) -> Result<Vec<u8>, XlsxError> {
    let (bold, mut book) = (Look::new().set_bold(), Workbook::new());
    book.set_properties(&made(f)?);
    let sheet = book.add_worksheet().set_name("表")?;
    sheet.set_freeze_panes(1, f.table.row_names.len() as u16)?;
    for (r, line) in f.table.texts().iter().enumerate() {
        for (c, text) in line.iter().enumerate() {
            let (row, column) = (r as u32, c as u16);
            match text.parse::<f64>() {
                Ok(number) if r > 0 && c >= f.table.row_names.len() => {
                    sheet.write_number(row, column, number)?;
                }
                _ if r == 0 => {
                    sheet.write_string_with_format(row, column, sheets::neutralise(text), &bold)?;
                }
                _ => put(sheet, row, column, text)?,
            }
        }
    }
    sheet.set_column_width(0, 28)?;
    let notes = book.add_worksheet().set_name("条件と注記")?;
    notes.set_column_width(0, 14)?.set_column_width(1, 90)?;
    for (n, (name, text)) in about(f).iter().enumerate() {
        notes.write_string_with_format(n as u32, 0, *name, &bold)?;
        put(notes, n as u32, 1, text)?;
    }
    book.save_to_buffer()
}

/// The file says when its figures were known; left alone, the library would ask the machine's
/// clock.
fn made(f: &Figures) -> Result<DocProperties, XlsxError> {
    let at = f.ask.known_at.civil();
    let day = ExcelDateTime::from_ymd(at.year() as u16, at.month() as u8, at.day() as u8)?;
    let made = day.and_hms(at.hour() as u16, at.minute() as u8, f64::from(at.second()))?;
    Ok(DocProperties::new().set_creation_datetime(&made))
}

fn put(sheet: &mut Worksheet, row: u32, column: u16, text: &str) -> Result<(), XlsxError> {
    if !text.is_empty() {
        sheet.write_string(row, column, sheets::neutralise(text))?;
    }
    Ok(())
}

fn json_of(f: &Figures) -> Result<Vec<u8>> {
    serde_json::to_vec_pretty(&value_of(f)).map_err(|_| unwritten())
}

/// The table with all that has to be said about it, as JSON.
pub fn value_of(f: &Figures) -> serde_json::Value {
    let cells = |row: &super::table::Row| -> Vec<serde_json::Value> {
        let cell = |c: &super::table::Cell| {
            json!({
                "value": number(&c.value.to_string()),
                "hidden": c.value == super::table::Value::Hidden,
                "percent": c.percent.as_deref().map(number),
            })
        };
        row.cells.iter().map(cell).collect()
    };
    let columns = f.table.columns.iter().map(|c| {
        json!({ "labels": c.labels, "keys": keyed(&f.table.column_ids, &c.keys), "unit": c.unit,
                "total": c.total, "period": c.period })
    });
    let rows = f.table.rows.iter().map(|r| {
        json!({ "labels": r.labels, "keys": keyed(&f.table.row_ids, &r.keys), "total": r.total,
                "cells": cells(r) })
    });
    json!({
        "report": f.report,
        "title": f.title,
        "description": f.description,
        "unit": f.counted,
        "period": { "from": f.ask.from.to_string(), "until": f.ask.last_day().to_string(),
                    "words": f.period },
        "known_at": f.ask.known_at.to_string(),
        "sight": f.sight,
        "columns": columns.collect::<Vec<_>>(),
        "rows": rows.collect::<Vec<_>>(),
        "notes": f.notes,
        "source": f.source,
    })
}

/// A number to the digit it is printed with; null for what is hidden or absent.
fn number(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn keyed(ids: &[String], keys: &[String]) -> serde_json::Map<String, serde_json::Value> {
    ids.iter().zip(keys).map(|(id, key)| (id.clone(), key.clone().into())).collect()
}
