//! 判定を記録する: the 19 rows of the table as a form; the result is shown with its reasons before
//! anything is saved.

use std::sync::OnceLock;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use care_score::{Answer, Answers, Day, Judge, Judgement, Refusal, Row, Score, Table};
use civil::Date;
use serde::Deserialize;
use uuid::Uuid;

use super::care_score::{Judged, judged_on, one, watch_code, watch_of};
use super::see;
use super::who::{Who, who};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::staff::drafts;
use crate::store::Tx;
use crate::web::form::{Field, FieldView, Form, FormView, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Page, Result, Submitted, Values, page, refused};

/// 訂正する判定.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    correct: String,
}

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let entry = start(&app, &actor, &number, &asked.correct).await?;
    page(view(&app, &actor, &number, &entry, &Problems::default(), None).await?)
}

/// `_do=calculate` shows what would come out; `_do=save` keeps it.
pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match answer(&app, &actor, &number, &entry).await {
        Ok(None) => Ok(Redirect::to(&format!("/clients/{number}/care-score")).into_response()),
        Ok(shown) => page(view(&app, &actor, &number, &entry, &Problems::default(), shown).await?),
        Err(Error::Refused(bad)) => refused(view(&app, &actor, &number, &entry, &bad, None).await?),
        Err(e) => Err(e),
    }
}

/// `care_CODE` and `watch_CODE` for every row of the table, then who judged and when.
pub fn form() -> Form {
    let mut fields = vec![];
    for name in names() {
        fields.push(Field::new(&name.care, &name.label, Kind::Yes));
        // A record, not a code: whatever is sent is told by the table what its row allows.
        fields.push(Field::new(&name.watch, &name.watch_label, Kind::Record));
    }
    fields.extend([
        Field::new("base_by", "基本スコアの判定者", Kind::Code("judge")).required(),
        Field::new("base_name", "基本スコアを判定した人の氏名", Kind::Text(80)).required(),
        Field::new("base_on", "基本スコアの判定日", Kind::Date).required(),
        Field::new("watch_name", "見守りスコアを判定した医師の氏名", Kind::Text(80))
            .help("見守りスコアは医師だけが判定できます。未判定のときは空けておきます。"),
        Field::new("watch_on", "見守りスコアの判定日", Kind::Date),
        Field::new("valid_from", "いつから使うか", Kind::Date)
            .help("空けておくと、基本スコアの判定日からになります。"),
        Field::new("reason", "訂正の理由", Kind::Text(100)),
    ]);
    Form::new("care_score", "医療的ケア判定スコア", fields)
}

/// Names of fields live as long as the program, as the table does.
struct Names {
    code: &'static str,
    care: String,
    watch: String,
    label: String,
    watch_label: String,
}

fn names() -> &'static [Names] {
    static NAMES: OnceLock<Vec<Names>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let name = |row: &'static Row| Names {
            code: &row.code,
            care: format!("care_{}", row.code),
            watch: format!("watch_{}", row.code),
            label: format!("{} {}", row.number(), row.label),
            watch_label: format!("{}の見守り", row.number()),
        };
        rows().iter().map(name).collect()
    })
}

fn rows() -> &'static [Row] {
    Table::official().map_or(&[], |t| &t.rows)
}

async fn answer(app: &App, actor: &Actor, number: &str, entry: &Entry) -> Result<Option<Score>> {
    let v = form().read(entry, &app.codes)?;
    if entry.get("_do") != "save" {
        see(&mut app.read(actor).await?, number).await?;
        return Ok(Some(calculate(&v)?.1));
    }
    let mut tx = app.write(actor).await?;
    let client = see(&mut tx, number).await?.id;
    unchanged(&mut tx, &client, entry.get("_current")).await?;
    judge(&mut tx, &client, &v, Some(entry.get("_correct")).filter(|c| !c.is_empty())).await?;
    drafts::drop(&mut tx, "care_score", &client).await?;
    tx.commit().await?;
    Ok(None)
}

/// Somebody else's judgement since this page was opened must be seen first.
async fn unchanged(tx: &mut Tx, client_id: &str, seen: &str) -> Result<()> {
    let now = current(tx, client_id).await?;
    if seen == now {
        return Ok(());
    }
    Err(Error::Conflict(
        "この画面を開いている間に、ほかの人が判定を記録しました。入力した内容は下書きに残っています。\
         医療的ケアとスコアの画面で新しい判定を確かめてから、もう一度開いてください。"
            .into(),
    ))
}

async fn current(read: &mut crate::store::Read, client_id: &str) -> Result<String> {
    let today = read.actor.today();
    Ok(judged_on(read, client_id, today).await?.map(|j| j.row.id).unwrap_or_default())
}

/// Keeps a judgement: it ends the one before it, or, with `correct`, takes a wrong one's place.
pub async fn judge(
    tx: &mut Tx,
    client_id: &str,
    v: &Values,
    correct: Option<&str>,
) -> Result<String> {
    let (answers, score) = calculate(v)?;
    let today = tx.actor.today();
    let from = v.date("valid_from").or(v.date("base_on")).unwrap_or(today);
    if v.date("base_on").is_some_and(|on| on > today) {
        return Err(Error::refused("base_on", "判定日が先の日付です。確かめてください"));
    }
    if v.date("watch_on").is_some_and(|on| on > today) {
        return Err(Error::refused("watch_on", "判定日が先の日付です。確かめてください"));
    }
    let until = match correct {
        Some(old) => void(tx, client_id, old, v.text("reason")).await?,
        None => None,
    };
    make_room(tx, client_id, from, until.as_deref()).await?;
    let id = insert(tx, client_id, &answers, &score, (from, until), correct).await?;
    let verb = if correct.is_some() { "correct" } else { "judge" };
    tx.record(Event::new(verb, "care_score", &id).about(client_id)).await?;
    Ok(id)
}

/// Takes a wrong judgement back; the answer is when it had ended.
async fn void(tx: &mut Tx, client_id: &str, id: &str, reason: &str) -> Result<Option<String>> {
    if reason.is_empty() {
        return Err(Error::refused("reason", "訂正の理由を入力してください"));
    }
    let Some(old) = one(tx, client_id, id).await? else { return Err(Error::NotFound) };
    let actor = tx.actor.clone();
    tx.exec(
        "update care_scores set voided_at = $2, voided_by = $3, void_reason = $4 where id = $1",
        args![id, actor.at, actor.account_id, reason],
    )
    .await?;
    Ok(old.row.valid_until)
}

/// One at a time: the judgement that still counts ends where the new one begins.
async fn make_room(tx: &mut Tx, client_id: &str, from: Date, until: Option<&str>) -> Result<()> {
    let (later,): (i64,) = tx
        .one(
            "select count(*) from care_scores where client_id = $1 and voided_at is null
               and valid_from >= $2 and (cast($3 as text) is null or valid_from < $3)",
            args![client_id, from, until.map(str::to_owned)],
        )
        .await?;
    if later > 0 {
        return Err(Error::refused(
            "valid_from",
            "この日か、それより後に始まる判定がもうあります。その判定を訂正してください",
        ));
    }
    if until.is_some_and(|until| until <= from.to_string().as_str()) {
        return Err(Error::refused("valid_from", "次の判定が始まる日より前にしてください"));
    }
    tx.exec(
        "update care_scores set valid_until = $2 where client_id = $1 and voided_at is null
           and valid_from < $2 and (valid_until is null or valid_until > $2)",
        args![client_id, from],
    )
    .await?;
    Ok(())
}

async fn insert(
    tx: &mut Tx,
    client_id: &str,
    answers: &Answers,
    score: &Score,
    (from, until): (Date, Option<String>),
    replaces: Option<&str>,
) -> Result<String> {
    let (id, actor) = (Uuid::now_v7().to_string(), tx.actor.clone());
    let since = Table::official().map(|t| t.since.to_string()).unwrap_or_default();
    let by = match answers.base.judged_by {
        Judge::Physician => "physician",
        Judge::Facility => "facility",
    };
    let watch = answers.watch.as_ref();
    tx.exec(
        "insert into care_scores (id, client_id, base_judged_by, base_judged_on, base_judge,
           watch_judged_by, watch_judged_on, watch_judge, base_points, watch_points, band,
           table_since, valid_from, valid_until, recorded_at, recorded_by, replaces_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        args![
            id,
            client_id,
            by,
            answers.base.judged_on.to_string(),
            answers.base.name,
            watch.map(|_| "physician"),
            watch.map(|w| w.judged_on.to_string()),
            watch.map(|w| w.name.clone()),
            i64::from(score.base),
            i64::from(score.watch),
            score.band.as_ref().map(|b| i64::from(b.band)),
            since,
            from,
            until,
            actor.at,
            actor.account_id,
            replaces.map(str::to_owned)
        ],
    )
    .await?;
    for (code, answer) in answers.rows.iter().filter(|(_, a)| a.present) {
        tx.exec(
            "insert into care_score_rows (care_score_id, code, watch) values ($1, $2, $3)",
            args![id, code, answer.watch.map(watch_code)],
        )
        .await?;
    }
    Ok(id)
}

/// What the form says, scored by the table; a refusal stands at the row it is about.
fn calculate(v: &Values) -> Result<(Answers, Score)> {
    let answers = answers(v)?;
    let table = Table::official().map_err(|_| Error::refused("", "判定の表を読めません"))?;
    match care_score::score(table, &answers) {
        Ok(score) => Ok((answers, score)),
        Err(refusal) => {
            let field = place(table, &answers, &refusal);
            Err(Error::refused(field, refusal.to_string()))
        }
    }
}

fn answers(v: &Values) -> Result<Answers, Problems> {
    let mut bad = Problems::default();
    let by = if v.text("base_by") == "physician" { Judge::Physician } else { Judge::Facility };
    let (watch_name, watch_on) = (v.text("watch_name"), v.date("watch_on"));
    if watch_on.is_some() && watch_name.is_empty() {
        bad.add("watch_name", "見守りスコアを判定した医師の氏名を入力してください");
    }
    if watch_on.is_none() && !watch_name.is_empty() {
        bad.add("watch_on", "見守りスコアの判定日を入力してください");
    }
    let mut rows = std::collections::BTreeMap::new();
    for name in names() {
        let (present, typed) = (v.yes(&name.care), v.text(&name.watch));
        let watch = watch_of(typed);
        if watch.is_none() && !typed.is_empty() {
            bad.add(&name.watch, "見守りは、画面にあるものから選び直してください");
        }
        if present || watch.is_some() {
            rows.insert(name.code.to_owned(), Answer { present, watch });
        }
    }
    let base = judgement(by, v.date("base_on"), v.text("base_name"));
    let watch = judgement(Judge::Physician, watch_on, watch_name);
    match base {
        Some(base) if bad.is_empty() => Ok(Answers { rows, base, watch }),
        Some(_) => Err(bad),
        None => Err(Problems::one("base_on", "判定日を確かめてください")),
    }
}

fn judgement(judged_by: Judge, on: Option<Date>, name: &str) -> Option<Judgement> {
    let on = on?;
    let judged_on = Day::new(on.year(), on.month(), on.day())?;
    Some(Judgement { judged_by, judged_on, name: name.to_owned() })
}

/// The field a refusal is about: a row refuses alone what it refuses among the others.
fn place(table: &Table, answers: &Answers, refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::WatchNeedsPhysician => "watch_name",
        Refusal::BeforeTable { on, .. } if *on == answers.base.judged_on => "base_on",
        Refusal::BeforeTable { .. } => "watch_on",
        Refusal::NoName => "base_name",
        _ => {
            let alone = |code: &str| {
                let mut one = Answers::new(answers.base.clone(), answers.watch.clone());
                one.rows.extend(answers.rows.get_key_value(code).map(|(k, a)| (k.clone(), *a)));
                care_score::score(table, &one).is_err()
            };
            names().iter().find(|n| alone(n.code)).map_or("", |n| &n.watch)
        }
    }
}

/// What the page begins with: a draft, the judgement to be corrected, or nothing.
async fn start(app: &App, actor: &Actor, number: &str, correct: &str) -> Result<Entry> {
    let mut read = app.read(actor).await?;
    let client = see(&mut read, number).await?.id;
    let current = current(&mut read, &client).await?;
    let mut entry = match correct {
        "" => drafts::load(&mut read, "care_score", &client).await?.map(|d| d.0),
        id => one(&mut read, &client, id).await?.map(|j| typed(&j)),
    }
    .unwrap_or_default();
    entry.set("_current", current);
    entry.set("_correct", correct);
    Ok(entry)
}

/// A stored judgement as somebody would have typed it.
fn typed(judged: &Judged) -> Entry {
    let mut entry = Entry::default();
    for (code, watch) in &judged.chosen {
        entry.set(&format!("care_{code}"), "1");
        entry.set(&format!("watch_{code}"), watch.clone().unwrap_or_default());
    }
    let row = &judged.row;
    for (name, value) in [
        ("base_by", Some(&row.base_judged_by)),
        ("base_name", Some(&row.base_judge)),
        ("base_on", Some(&row.base_judged_on)),
        ("watch_name", row.watch_judge.as_ref()),
        ("watch_on", row.watch_judged_on.as_ref()),
        ("valid_from", Some(&row.valid_from)),
    ] {
        entry.set(name, value.cloned().unwrap_or_default());
    }
    entry
}

async fn view(
    app: &App,
    actor: &Actor,
    number: &str,
    entry: &Entry,
    bad: &Problems,
    score: Option<Score>,
) -> Result<NewCareScore> {
    let mut read = app.read(actor).await?;
    let who = who(app, &mut read, number, "/clients/{number}/care-score").await?;
    let form = form().view(entry, bad, &app.codes, &Options::new());
    let rows = rows().iter().zip(names()).filter_map(|(row, name)| RowView::of(row, name, &form));
    Ok(NewCareScore {
        page: app.page(actor, format!("判定を記録する {}", who.number), "/clients"),
        rows: rows.collect(),
        current: entry.get("_current").to_owned(),
        correct: entry.get("_correct").to_owned(),
        form,
        score,
        who,
    })
}

/// One row of the table as the page draws it.
struct RowView {
    row: &'static Row,
    care: FieldView,
    watch: FieldView,
    /// (value, words, chosen)
    levels: Vec<(&'static str, String, bool)>,
}

impl RowView {
    fn of(row: &'static Row, name: &Names, form: &FormView) -> Option<Self> {
        let (care, watch) = (form.field(&name.care)?.clone(), form.field(&name.watch)?.clone());
        let mut levels = vec![];
        if !row.watch.is_empty() {
            levels.push(("", "未判定".to_owned(), watch.value.is_empty()));
        }
        for choice in &row.watch {
            let code = watch_code(choice.level);
            let words = format!("{} {}", choice.level.label(), choice.points);
            levels.push((code, words, watch.value == code));
        }
        Some(Self { row, care, watch, levels })
    }
}

#[derive(Template)]
#[template(path = "clients/care_score_new.html")]
struct NewCareScore {
    page: Page,
    who: Who,
    form: FormView,
    rows: Vec<RowView>,
    current: String,
    correct: String,
    score: Option<Score>,
}
