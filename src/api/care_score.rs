//! 医療的ケア判定スコア as JSON: the judgement of a day line by line, the judgements before it, a
//! new one, a correction.

use axum::extract::State;

use super::call::{Call, Outcome};
use super::operation::{Operation, example, schema};
use super::paging::{self, Listed, Order};
use super::shape::{Day, Moment};
use crate::audit::Event;
use crate::clients::care_score::{self as noun, Judged, Stored};
use crate::clients::{self, Summary, care_score_new};
use crate::shape;
use crate::store::Tx;
use crate::web::{App, Error, Field, Form, Kind};

const SCORE: &str = "/api/v1/clients/{number}/care-score";

pub const SHOW: Operation = Operation {
    form: |_, _| day_form(),
    ..Operation::reads(SCORE, "showCareScore", "ある日の判定スコアと内訳", "read:clients")
        .answers(schema::<Shown>, example::<Shown>)
};

pub const HISTORY: Operation = Operation {
    form: |_, _| paging::form(vec![]),
    ..Operation::reads(
        "/api/v1/clients/{number}/care-scores",
        "listCareScores",
        "これまでの判定スコア（訂正前も）",
        "read:clients",
    )
    .answers(schema::<Listed<Line>>, example::<Listed<Line>>)
};

pub const JUDGE: Operation = Operation {
    form: |_, _| care_score_new::form(),
    request: r#"{"care_ventilator": true, "watch_ventilator": "high", "base_by": "physician",
        "base_name": "山川", "base_on": "2026-11-18", "watch_name": "山川", "watch_on":
        "2026-11-18"}"#,
    ..Operation::makes(SCORE, "judgeCareScore", "判定スコアを記録する", "write:clients")
};

pub const CORRECT: Operation = Operation {
    form: |_, _| care_score_new::form(),
    request: r#"{"care_ventilator": true, "base_by": "physician", "base_name": "山川",
        "base_on": "2026-11-18", "reason": "見守りは未判定だった"}"#,
    ..Operation::changes(
        "/api/v1/clients/{number}/care-score/{row}/correct",
        "correctCareScore",
        "判定スコアを訂正する（前の判定も残る）",
        "write:clients",
    )
};

pub async fn get(State(app): State<App>, call: Call) -> Outcome {
    let mut read = app.read(&call.actor).await?;
    let client = clients::see(&mut read, call.at("number")).await?;
    let on = call.values.date("on").unwrap_or(call.actor.today());
    let judged = noun::judged_on(&mut read, &client.id, on).await?;
    drop(read);
    let event = Event::new("view", "care_score", &client.id).about(&client.id);
    app.viewed(&call.actor, event).await?;
    let judged = judged.ok_or(Error::NotFound)?;
    call.answer(&judged.row.id.clone(), &Shown::from(judged))
}

pub async fn get_history(State(app): State<App>, call: Call) -> Outcome {
    let mut read = app.read(&call.actor).await?;
    let client = clients::see(&mut read, call.at("number")).await?;
    let mut all = noun::history(&mut read, &client.id).await?;
    drop(read);
    let event = Event::new("view", "care_score", &client.id).about(&client.id);
    app.viewed(&call.actor, event).await?;
    let key = |s: &Stored| format!("{}~{}", s.valid_from, s.id);
    all.sort_by_key(|s| std::cmp::Reverse(key(s)));
    call.page(&paging::of_all(&call, all, Order::Down, key, Line::from))
}

pub async fn post(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let client = open(&mut tx, &call).await?;
    let id = care_score_new::judge(&mut tx, &client.id, &call.values, None).await?;
    call.made(tx, &id, href(&client), &id).await
}

pub async fn post_correct(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let client = open(&mut tx, &call).await?;
    let row = call.at("row");
    let old = noun::one(&mut tx, &client.id, row).await?.ok_or(Error::NotFound)?;
    call.matches(&old.row.id)?;
    let id = care_score_new::judge(&mut tx, &client.id, &call.values, Some(row)).await?;
    call.made(tx, &id, href(&client), &id).await
}

fn day_form() -> Form {
    let on = Field::new("on", "いつの判定", Kind::Date).help("空のときは、きょう。");
    Form::new("api-day", "基準日", vec![on])
}

async fn open(tx: &mut Tx, call: &Call) -> Result<Summary, Error> {
    let client = clients::see(tx, call.at("number")).await?;
    match client.closed_on {
        None => Ok(client),
        Some(_) => Err(Error::refused("", "終結した記録は変えられません")),
    }
}

fn href(client: &Summary) -> String {
    format!("/api/v1/clients/{}/care-score", client.number)
}

shape! {
    /// 判定の見出し.
    pub struct Line {
        id: String = "判定の番号", "0199f0c2-0000-7000-8000-000000000010";
        base: i64 = "基本スコア", 10;
        watch: i64 = "見守りスコア", 2;
        band: Option<i64> = "医療的ケア区分", 1;
        judged_by: String = "基本スコアの判定者（コード表 judge）", "physician";
        judge: String = "判定した人の氏名", "山川";
        judged_on: Day = "判定日", "2026-11-18";
        watch_judge: Option<String> = "見守りスコアを判定した医師", "山川";
        watch_judged_on: Option<Day> = "見守りスコアの判定日", "2026-11-18";
        valid_from: Day = "いつから", "2026-11-18";
        valid_until: Option<Day> = "いつの前日まで", serde_json::Value::Null;
        recorded_at: Moment = "登録した時点";
        voided_at: Option<Moment> = "訂正の時点", serde_json::Value::Null;
        void_reason: Option<String> = "訂正の理由", serde_json::Value::Null;
    }
}

shape! {
    /// 内訳.
    pub struct Row {
        code: String = "項目", "ventilator";
        label: String = "項目のことば", "人工呼吸器の管理";
        base: i64 = "基本", 10;
        watch: i64 = "見守り", 2;
        why: String = "理由", "見守り「高」";
    }
}

shape! {
    /// 判定スコア.
    pub struct Shown {
        judgement: Line = "判定";
        rows: Vec<Row> = "内訳";
        complete: bool = "見守りがすべて判定されている", true;
    }
}

impl From<Stored> for Line {
    fn from(s: Stored) -> Self {
        Self {
            id: s.id,
            base: s.base_points,
            watch: s.watch_points,
            band: s.band,
            judged_by: s.base_judged_by,
            judge: s.base_judge,
            judged_on: Day(s.base_judged_on),
            watch_judge: s.watch_judge,
            watch_judged_on: s.watch_judged_on.map(Day),
            valid_from: Day(s.valid_from),
            valid_until: s.valid_until.map(Day),
            recorded_at: Moment(s.recorded_at),
            voided_at: s.voided_at.map(Moment),
            void_reason: s.void_reason,
        }
    }
}

impl From<Judged> for Shown {
    fn from(j: Judged) -> Self {
        let (mut rows, mut complete) = (vec![], false);
        if let Some(score) = j.score {
            complete = score.complete;
            rows.extend(score.lines.into_iter().map(|l| Row {
                why: l.why.to_string(),
                code: l.code,
                label: l.label,
                base: i64::from(l.base),
                watch: i64::from(l.watch),
            }));
        }
        Self { judgement: Line::from(j.row), rows, complete }
    }
}
