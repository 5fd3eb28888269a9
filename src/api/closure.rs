//! 終結と再開 as JSON.

use axum::extract::State;

use super::call::{Call, Outcome};
use super::clients::href;
use super::operation::Operation;
use crate::clients::{self, close};
use crate::web::App;

pub const CLOSE: Operation = Operation {
    form: |_, _| close::form(false),
    request: r#"{"kind": "moved_out", "on": "2026-11-19", "reason": "転出"}"#,
    ..Operation::makes(
        "/api/v1/clients/{number}/close",
        "closeClient",
        "終結にする（待っている依頼・約束・担当も終わる）",
        "write:clients",
    )
};

pub const REOPEN: Operation = Operation {
    form: |_, _| close::form(true),
    request: r#"{"why": "転出を取りやめた"}"#,
    ..Operation::makes(
        "/api/v1/clients/{number}/reopen",
        "reopenClient",
        "終結を取りやめる（止めたものは止めたまま）",
        "write:clients",
    )
};

pub async fn post(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let client = clients::see(&mut tx, call.at("number")).await?;
    close::close(&mut tx, &client.id, &call.values).await?;
    let number = client.number.to_string();
    call.made(tx, &number, href(&number), "").await
}

pub async fn post_reopen(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let client = clients::see(&mut tx, call.at("number")).await?;
    close::reopen(&mut tx, &client.id, &call.values).await?;
    let number = client.number.to_string();
    call.made(tx, &number, href(&number), "").await
}
