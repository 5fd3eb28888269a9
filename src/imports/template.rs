//! The empty table to fill in: a CSV file with the headers of a layout.

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::layout::find;
use crate::access::Actor;
use crate::web::{App, Error, Result};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let layout = find(&app, &id)?;
    if !layout.target.is_open_to(&actor) {
        return Err(Error::NotFound);
    }
    let bytes = sheets::write_csv([layout.template()], sheets::Encoding::Utf8Bom)
        .map_err(|_| Error::NotFound)?;
    let name = format!("attachment; filename=\"{}.csv\"", layout.id);
    let kind = (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned());
    Ok(([kind, (CONTENT_DISPOSITION, name)], bytes).into_response())
}
