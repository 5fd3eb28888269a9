//! 台帳の項目 as JSON: read as of a day, added to, corrected, ended, taken back. The version of a
//! part is its ETag, so nobody's change is lost.

use axum::extract::State;
use serde_json::{Map, Value, json};

use super::call::{Call, Outcome, Stop};
use super::operation::Operation;
use super::shape::{self, Day, Moment, Shape};
use crate::audit::Event;
use crate::clients::parts::{self, Part, PartRow};
use crate::clients::{self, Summary, part_correct, part_end, part_new, part_show};
use crate::codes::Codes;
use crate::store::{Read, Tx};
use crate::web::{App, Error, Field, Kind, Result};

const PART: &str = "/api/v1/clients/{number}/parts/{part}";
const WRITE: &str = "write:clients";

pub const SHOW: Operation = Operation {
    form: |_, _| part_show::form(),
    ..Operation::reads(PART, "showPart", "を読む（ある日の時点でも）", "read:clients")
        .answers(rows_schema, rows_example)
};

pub const ADD: Operation = Operation {
    form: |part, _| part_new::form(part),
    ..Operation::makes(PART, "addPart", "に行を加える", WRITE)
};

pub const CORRECT: Operation = Operation {
    form: |part, _| part_correct::form(part),
    ..Operation::changes(
        "/api/v1/clients/{number}/parts/{part}/{row}/correct",
        "correctPart",
        "の行を訂正する",
        WRITE,
    )
};

pub const END: Operation = Operation {
    form: |_, _| part_end::form(),
    ..Operation::changes(
        "/api/v1/clients/{number}/parts/{part}/{row}/end",
        "endPart",
        "の行を終わりにする",
        WRITE,
    )
};

pub const VOID: Operation = Operation {
    form: |_, _| part_end::void_form(),
    ..Operation::changes(
        "/api/v1/clients/{number}/parts/{part}/{row}/void",
        "voidPart",
        "の行をまちがいとして取り消す",
        WRITE,
    )
};

pub async fn get(State(app): State<App>, call: Call) -> Outcome {
    let mut read = app.read(&call.actor).await?;
    let client = seen(&mut read, &call).await?;
    let rows = part_show::rows_as_of(&app, &mut read, &client.id, call.part, &call.values).await?;
    let version = parts::version(&mut read, &client.id, call.part.id).await?.to_string();
    drop(read);
    let event = Event::new("view", call.part.table, &client.id).about(&client.id);
    app.viewed(&call.actor, event).await?;
    let rows: Vec<_> = rows.iter().map(|r| row(call.part, r)).collect();
    call.answer(&version, &json!({ "part": call.part.id, "rows": rows }))
}

pub async fn post(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let (client, from) = (open(&mut tx, &call).await?, call.values.date("from"));
    if from.is_some_and(|d| d > call.actor.today()) {
        return Err(ahead("from").into());
    }
    let id = parts::add(&mut tx, &client.id, call.part, &call.values, from).await?;
    made(tx, &call, &client, &id).await
}

pub async fn post_correct(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let client = open(&mut tx, &call).await?;
    let (v, now) = (&call.values, unchanged(&mut tx, &call, &client).await?);
    let (row, why) = (call.at("row"), v.text("why"));
    let id = parts::correct(&mut tx, &client.id, call.part, row, v, why, now).await?;
    made(tx, &call, &client, &id).await
}

pub async fn post_end(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let client = open(&mut tx, &call).await?;
    let now = unchanged(&mut tx, &call, &client).await?;
    let on = call.values.date("until").ok_or(Error::NotFound)?;
    if on > call.actor.today() {
        return Err(ahead("until").into());
    }
    own_row(&mut tx, &app, &call, &client).await?;
    parts::end(&mut tx, &client.id, call.part, call.at("row"), on).await?;
    only(&mut tx, &call, &client, now).await?;
    made(tx, &call, &client, call.at("row")).await
}

pub async fn post_void(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let client = open(&mut tx, &call).await?;
    let now = unchanged(&mut tx, &call, &client).await?;
    let why = call.values.text("why");
    parts::void(&mut tx, &client.id, call.part, call.at("row"), why).await?;
    only(&mut tx, &call, &client, now).await?;
    made(tx, &call, &client, call.at("row")).await
}

fn ahead(field: &str) -> Error {
    Error::refused(field, "先の日付は入れられません。その日が来てから記録してください")
}

async fn seen(read: &mut Read, call: &Call) -> Result<Summary> {
    let client = clients::see(read, call.at("number")).await?;
    match parts::within_consent(read, &client.id, call.part).await? {
        true => Ok(client),
        false => Err(Error::NotFound),
    }
}

/// The person, if the actor may see them and their case is open.
async fn open(tx: &mut Tx, call: &Call) -> Result<Summary> {
    let client = seen(tx, call).await?;
    match client.closed_on {
        None => Ok(client),
        Some(_) => Err(Error::refused("", "終結した記録は変えられません")),
    }
}

async fn own_row(tx: &mut Tx, app: &App, call: &Call, client: &Summary) -> Result<()> {
    let all = parts::history(tx, &app.codes, &client.id, call.part).await?;
    let known = all.iter().any(|r| r.id == call.at("row") && r.voided_at.is_none());
    if known { Ok(()) } else { Err(Error::NotFound) }
}

/// The version, if it is the one the caller has read.
async fn unchanged(tx: &mut Tx, call: &Call, client: &Summary) -> Result<i64, Stop> {
    let now = parts::version(tx, &client.id, call.part.id).await?;
    call.matches(&now.to_string())?;
    Ok(now)
}

/// Somebody may have been first between looking and changing: then nothing is kept.
async fn only(tx: &mut Tx, call: &Call, client: &Summary, before: i64) -> Result<(), Stop> {
    let now = parts::version(tx, &client.id, call.part.id).await?;
    call.matches(&if now == before + 1 { before } else { now }.to_string())
}

async fn made(mut tx: Tx, call: &Call, client: &Summary, id: &str) -> Outcome {
    let version = parts::version(&mut tx, &client.id, call.part.id).await?.to_string();
    let href = format!("/api/v1/clients/{}/parts/{}", client.number, call.part.id);
    call.made(tx, id, href, &version).await
}

fn row(part: &Part, r: &PartRow) -> Value {
    let mut values = Map::new();
    for field in &part.form.fields {
        values.insert(field.name.to_owned(), value(field, r));
    }
    json!({
        "id": r.id,
        "valid_from": r.valid_from,
        "valid_until": r.valid_until,
        "recorded_at": r.recorded_at,
        "recorded_by": r.recorded_by,
        "values": values,
    })
}

fn value(field: &Field, row: &PartRow) -> Value {
    let raw = row.raw(field.name);
    match field.kind {
        Kind::Yes => (raw == "1").into(),
        Kind::Codes(_) => row.entry.many(field.name).into(),
        Kind::Number { .. } => raw.parse::<i64>().map_or(Value::Null, Value::from),
        _ if raw.is_empty() => Value::Null,
        _ => raw.into(),
    }
}

fn rows_schema(part: &'static Part, codes: &Codes) -> Value {
    let values = part.form.fields.iter().map(|f| {
        let mut of = Field { required: false, ..f.clone() };
        of.help = "";
        (f.name, shape::of_field(&of, codes))
    });
    let row = shape::object(vec![
        ("id", String::schema()),
        ("valid_from", Day::schema()),
        ("valid_until", Option::<Day>::schema()),
        ("recorded_at", Moment::schema()),
        ("recorded_by", String::schema()),
        ("values", shape::object(values.collect())),
    ]);
    shape::object(vec![
        ("part", json!({"type": "string", "enum": [part.id]})),
        ("rows", json!({"type": "array", "items": row})),
    ])
}

fn rows_example(part: &'static Part, codes: &Codes) -> Value {
    let values = part.form.fields.iter().map(|f| (f.name.to_owned(), shape::sample(f, codes)));
    let row = json!({
        "id": "0199f0c2-0000-7000-8000-000000000001",
        "valid_from": "2026-04-01",
        "valid_until": null,
        "recorded_at": Moment::example(),
        "recorded_by": "高橋 由美",
        "values": values.collect::<Map<_, _>>(),
    });
    json!({ "part": part.id, "rows": [row] })
}
