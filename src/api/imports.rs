//! 取り込み as JSON: a file is sent, its dry run is read with the errors by sheet, row and column,
//! and it is saved, undone or thrown away.

use axum::extract::State;

use super::call::{Call, Outcome, Stop, stop};
use super::operation::{Operation, example, schema};
use super::paging::{self, COUNTED, Listed, Order};
use super::shape::Moment;
use crate::audit::Event;
use crate::imports::batches::{self, Batch};
use crate::imports::cells::{Problem, Row, Summary};
use crate::imports::{Layout, discard, dry_run, find, layouts, save, undo};
use crate::shape;
use crate::store::Read;
use crate::web::{App, Error, Field, Form, Kind};

const ALL: &str = "/api/v1/imports";
const SCOPE: &str = "write:imports";

pub const LAYOUTS: Operation = Operation {
    form: |_, _| paging::form(vec![]),
    ..Operation::reads(
        "/api/v1/import-layouts",
        "listImportLayouts",
        "取り込めるファイルの種類",
        SCOPE,
    )
    .answers(schema::<Listed<Kept>>, example::<Listed<Kept>>)
};

pub const LIST: Operation = Operation {
    form: |_, _| paging::form(vec![]),
    ..Operation::reads(ALL, "listImports", "送ったファイルと、その状態", SCOPE)
        .answers(schema::<Listed<Line>>, example::<Listed<Line>>)
};

pub const UPLOAD: Operation = Operation {
    form: |_, _| upload_form(),
    file: true,
    ..Operation::makes(ALL, "uploadImport", "ファイルを送り、点検する（まだ登録しない）", SCOPE)
};

pub const SHOW: Operation = Operation {
    form: |_, _| paging::form(vec![]),
    ..Operation::reads(
        "/api/v1/imports/{id}",
        "showImport",
        "点検の結果（シート・行・列ごとの問題）",
        SCOPE,
    )
    .answers(schema::<Shown>, example::<Shown>)
};

pub const SAVE: Operation = Operation {
    form: |_, _| save_form(),
    request: r#"{"except": true}"#,
    ..Operation::changes(
        "/api/v1/imports/{id}/save",
        "saveImport",
        "点検したファイルを登録する",
        SCOPE,
    )
};

pub const UNDO: Operation = Operation::changes(
    "/api/v1/imports/{id}/undo",
    "undoImport",
    "登録したファイルを取り消す",
    SCOPE,
);

pub const DISCARD: Operation =
    Operation::changes("/api/v1/imports/{id}/discard", "discardImport", "登録せずに捨てる", SCOPE);

pub async fn get_layouts(State(app): State<App>, call: Call) -> Outcome {
    let open = layouts(&app)?.into_iter().filter(|l| l.target.is_open_to(&call.actor)).collect();
    call.page(&paging::of_all(&call, open, Order::Up, |l: &Layout| l.id.clone(), Kept::from))
}

pub async fn get_list(State(app): State<App>, call: Call) -> Outcome {
    let (mut read, after) = (app.read(&call.actor).await?, paging::key(&call)?);
    let rows = batches::page_of(&mut read, after, paging::limit(&call) + 1).await?;
    let total = batches::count_to(&mut read, COUNTED + 1).await?;
    let key = |b: &Batch| format!("{}~{}", b.created_at, b.id);
    call.page(&paging::of_page(&call, rows, total, key, Line::from))
}

pub async fn post(State(app): State<App>, call: Call) -> Outcome {
    let name = file_name(&call)?;
    let layout = find(&app, call.values.text("layout")).ok();
    let layout = layout.filter(|l| l.target.is_open_to(&call.actor)).ok_or_else(unknown)?;
    let work = async {
        let id = dry_run::start(&app, &call.actor, layout, name, &call.bytes).await?;
        now(&app, &call, id).await
    };
    call.apart(&app, work).await
}

pub async fn get(State(app): State<App>, call: Call) -> Outcome {
    let mut read = app.read(&call.actor).await?;
    let batch = batches::see(&mut read, call.at("id")).await?;
    let busy = app.jobs.progress(&batch.id).is_some();
    let rows = if busy { vec![] } else { bad_rows(&mut read, &call, &batch).await? };
    drop(read);
    // Recording it would have to wait for the very work it shows, and that shows nobody.
    if !busy {
        app.viewed(&call.actor, Event::new("view", "import", &batch.id)).await?;
    }
    let total = Summary::read(&batch.summary).bad as i64;
    let key = |(at, _): &(i64, Row)| at.to_string();
    let bad = paging::of_page(&call, rows, total, key, |(_, row)| BadRow::from(row));
    call.answer(&version(&batch), &Shown::of(batch, busy, bad))
}

async fn bad_rows(read: &mut Read, call: &Call, batch: &Batch) -> Result<Vec<(i64, Row)>, Error> {
    let after = call.values.opt("after").map_or(Ok(0), |a| a.parse());
    let after = after.map_err(|_| paging::unknown())?;
    match batch.state.as_str() {
        "checked" => batches::rows(read, &batch.id, after, true).await,
        _ => Ok(vec![]),
    }
}

pub async fn post_save(State(app): State<App>, call: Call) -> Outcome {
    unchanged(&app, &call).await?;
    let work = async {
        save::start(&app, &call.actor, call.at("id"), call.values.yes("except")).await?;
        now(&app, &call, call.at("id").to_owned()).await
    };
    call.apart(&app, work).await
}

pub async fn post_undo(State(app): State<App>, call: Call) -> Outcome {
    unchanged(&app, &call).await?;
    let id = call.at("id");
    let target = undo::target(&app, &mut app.read(&call.actor).await?, id).await?;
    let mut tx = call.begin(&app).await?;
    undo::undo(&mut tx, id, target).await?;
    call.made(tx, id, href(id), &format!("{id}-undone")).await
}

pub async fn post_discard(State(app): State<App>, call: Call) -> Outcome {
    unchanged(&app, &call).await?;
    let id = call.at("id");
    discard::idle(&app, id)?;
    let mut tx = call.begin(&app).await?;
    discard::discard(&mut tx, id).await?;
    call.made(tx, id, href(id), &format!("{id}-discarded")).await
}

fn upload_form() -> Form {
    let layout = Field::new("layout", "ファイルの種類", Kind::Record).required();
    Form::new(
        "api-upload",
        "ファイルを送る",
        vec![layout.help("GET /api/v1/import-layouts の id。")],
    )
}

fn save_form() -> Form {
    let except = Field::new("except", "問題のある行を除いて登録する", Kind::Yes);
    Form::new("api-save", "登録する", vec![except])
}

fn unknown() -> Error {
    Error::refused("layout", "ファイルの種類を、一覧にあるものから選んでください")
}

/// What may be sent, and what the program calls it: the sender's name of a file may name a person.
pub const KINDS: &[(&str, &str)] = &[
    ("text/csv", "sent.csv"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "sent.xlsx"),
];

fn file_name(call: &Call) -> Result<&'static str, Stop> {
    let kind = call.headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let known = KINDS.iter().find(|(k, _)| kind.eq_ignore_ascii_case(k));
    let detail =
        "Content-Type を text/csv か Excel（xlsx）の種類にして、ファイルをそのまま送ってください。";
    known.map(|(_, name)| *name).ok_or_else(|| stop(415, "受け取れない形式です", detail))
}

/// A receipt of the batch as it is now: (id, address, version).
async fn now(app: &App, call: &Call, id: String) -> Result<(String, String, String), Stop> {
    let batch = batches::see(&mut app.read(&call.actor).await?, &id).await?;
    Ok((id, href(&batch.id), version(&batch)))
}

/// What was answered before is answered again: only a first request looks at the version.
async fn unchanged(app: &App, call: &Call) -> Result<(), Stop> {
    let batch = batches::see(&mut app.read(&call.actor).await?, call.at("id")).await?;
    match call.was_answered(app).await? {
        true => Ok(()),
        false => call.matches(&version(&batch)),
    }
}

fn href(id: &str) -> String {
    format!("/api/v1/imports/{id}")
}

fn version(b: &Batch) -> String {
    format!("{}-{}", b.id, b.state)
}

shape! {
    /// 様式.
    pub struct Kept {
        id: String = "ファイルの種類", "consultations";
        title: String = "題", "相談の記録";
        about: String = "どんなファイルか", "相談を一行に一件ずつ書いた表";
        headers: Vec<String> = "見出し", ["受付日", "相談内容"];
    }
}

shape! {
    /// 取り込みの見出し.
    pub struct Line {
        id: String = "取り込みの番号", "0199f0c2-0000-7000-8000-000000000011";
        layout: String = "ファイルの種類", "consultations";
        state: String = "状態（checking・checked・saved・undone・discarded・failed）", "checked";
        created_at: Moment = "送った時点";
        rows: i64 = "行の数", 120;
        bad: i64 = "問題のある行の数", 2;
        saved: i64 = "登録した数", 0;
        href: String = "住所", "/api/v1/imports/0199f0c2-0000-7000-8000-000000000011";
    }
}

shape! {
    /// 問題.
    pub struct Finding {
        column: String = "列", "C";
        key: String = "項目", "occurred_on";
        text: String = "書いてあること", "令和8年13月1日";
        message: String = "直し方", "月は12までです";
        proposal: Option<String> = "案", serde_json::Value::Null;
    }
}

shape! {
    /// 問題のある行.
    pub struct BadRow {
        sheet: String = "シート", "相談";
        row: i64 = "行", 3;
        problems: Vec<Finding> = "問題";
    }
}

shape! {
    /// 点検の結果.
    pub struct Shown {
        import: Line = "取り込み";
        busy: bool = "処理している", false;
        warnings: Vec<String> = "知らせ", ["同じ内容のファイルを登録しています"];
        skipped: Vec<String> = "読まなかったところ", ["相談 1行目：題の行"];
        bad_rows: Listed<BadRow> = "問題のある行";
    }
}

impl From<Layout> for Kept {
    fn from(l: Layout) -> Self {
        let headers = l.columns.iter().map(|c| c.label().to_owned()).collect();
        Self { id: l.id, title: l.title, about: l.about, headers }
    }
}

impl From<Batch> for Line {
    fn from(b: Batch) -> Self {
        let s = Summary::read(&b.summary);
        let [rows, bad, saved] = [s.rows, s.bad, s.saved].map(|n| n as i64);
        Self {
            href: href(&b.id),
            id: b.id,
            layout: b.layout,
            state: b.state,
            created_at: Moment(b.created_at),
            rows,
            bad,
            saved,
        }
    }
}

impl From<Row> for BadRow {
    fn from(row: Row) -> Self {
        let one = |p: &Problem| Finding {
            column: p.column.clone(),
            text: row.text(&p.key).chars().take(60).collect(),
            key: p.key.clone(),
            message: p.message.clone(),
            proposal: p.proposal.clone(),
        };
        let problems = row.problems.iter().map(one).collect();
        Self { sheet: row.sheet, row: row.number, problems }
    }
}

impl Shown {
    fn of(b: Batch, busy: bool, bad_rows: Listed<BadRow>) -> Self {
        let s = Summary::read(&b.summary);
        let over = s.passed_over.iter().map(|(sheet, why)| format!("シート「{sheet}」：{why}"));
        let rows = s.skipped.iter().map(|(sheet, n, why)| format!("{sheet} {n}行目：{why}"));
        let columns = s.ignored.iter().map(|(sheet, c, text)| format!("{sheet} {c}列「{text}」"));
        let more = [(s.more_skipped, "行"), (s.more_ignored, "列")];
        let more = more.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("ほか{n}{what}"));
        let skipped = over.chain(rows).chain(columns).chain(more).collect();
        Self { import: Line::from(b), busy, warnings: s.warnings, skipped, bad_rows }
    }
}
