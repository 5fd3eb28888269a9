//! The lines of the audit as a file: ids, numbers and words, no names of clients. That somebody
//! took them away is a line itself, before they leave.

use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use sheets::Encoding;

use super::Event;
use super::list::{Asked, FILE_LINES, events};
use crate::access::Actor;
use crate::web::{App, Error, Result};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let bytes = take(&app, &actor, &asked).await?;
    let name = format!("attachment; filename=\"audit-{}.csv\"", actor.today());
    let head = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((head, bytes).into_response())
}

const HEADERS: [&str; 10] = [
    "日時",
    "機関",
    "役割",
    "だれ",
    "したこと",
    "利用者番号",
    "記録の番号",
    "項目",
    "根拠",
    "鎖と順番",
];

async fn take(app: &App, actor: &Actor, asked: &Asked) -> Result<Vec<u8>> {
    let lines = events(&mut app.read(actor).await?, asked, FILE_LINES + 1).await?;
    if lines.len() as i64 > FILE_LINES {
        return Err(Error::refused(
            "",
            format!(
                "{FILE_LINES}件を超えるので、ファイルに出していません。期間を短くしてください。"
            ),
        ));
    }
    let mut rows = vec![HEADERS.map(str::to_owned).to_vec()];
    rows.extend(lines.iter().map(super::list::Line::cells));
    let bytes = sheets::write_csv(rows, Encoding::Utf8Bom).map_err(|_| {
        Error::refused("", "ファイルを作れませんでした。期間を短くして、もう一度お試しください。")
    })?;
    app.viewed(actor, Event::new("export", "audit", "").content(&bytes)).await?;
    Ok(bytes)
}
