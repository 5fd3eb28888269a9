//! 利用と残り as JSON: a person's awards with what is used, booked and left of each cap today.

use std::sync::Arc;

use ::programmes::Catalogue;
use axum::Extension;
use axum::extract::State;

use super::call::{Call, Outcome};
use super::operation::{Operation, example, schema};
use super::paging::{self, Listed, Order};
use super::shape::Day;
use crate::audit::Event;
use crate::clients;
use crate::ledger::balance::Bar;
use crate::ledger::expire;
use crate::ledger::show::{Shown, all_of};
use crate::shape;
use crate::web::App;

pub const LIST: Operation = Operation {
    form: |_, _| paging::form(vec![]),
    ..Operation::reads(
        "/api/v1/clients/{number}/ledger",
        "listLedger",
        "決定ごとの利用と残りを読む",
        "read:clients",
    )
    .answers(schema::<Listed<Balance>>, example::<Listed<Balance>>)
};

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    call: Call,
) -> Outcome {
    let mut read = app.read(&call.actor).await?;
    let client = clients::see(&mut read, call.at("number")).await?;
    drop(read);
    expire::before_look(&app, &call.actor, &client.id).await?;
    let mut read = app.read(&call.actor).await?;
    let awards = all_of(&mut read, &all, &client.id).await?;
    drop(read);
    app.viewed(&call.actor, Event::new("view", "ledger", &client.id).about(&client.id)).await?;
    call.page(&paging::of_all(&call, awards, Order::Down, key, Balance::from))
}

fn key(shown: &Shown) -> String {
    format!("{}~{}", shown.award.from(), shown.award.id)
}

shape! {
    /// 決定の残り.
    pub struct Balance {
        id: String = "決定の番号（内部）", "0199f0c2-0000-7000-8000-000000000006";
        programme: String = "事業", "short_stay_example";
        number: String = "文書番号", "8障第12号";
        from: Day = "いつから", "2026-04-01";
        until: Option<Day> = "終わる日（この日は入らない）", "2027-04-01";
        caps: Vec<CapBalance> = "上限ごとの残り";
        entries: i64 = "見える予約と実績の件数", 3;
    }
}

shape! {
    /// 上限の残り.
    pub struct CapBalance {
        id: String = "上限", "year";
        title: String = "上限のことば", "年間288時間まで";
        of: Option<String> = "一人・一回ごとの上限なら、だれ・何の分か", "第1回";
        limit: Option<i64> = "上限（時間は分）。決まっていなければ null", 17280;
        used: i64 = "使った量", 9810;
        booked: i64 = "予約で押さえている量", 960;
        left: Option<i64> = "残り", 6510;
    }
}

impl From<Shown> for Balance {
    fn from(s: Shown) -> Self {
        Self {
            from: Day(s.award.from().to_string()),
            until: s.award.until().map(|day| Day(day.to_string())),
            caps: s.bars.into_iter().map(CapBalance::from).collect(),
            entries: i64::try_from(s.lines.len()).unwrap_or(i64::MAX),
            id: s.award.id,
            programme: s.award.programme,
            number: s.award.number,
        }
    }
}

impl From<Bar> for CapBalance {
    fn from(b: Bar) -> Self {
        let left = b.left();
        let (title, of) = (b.title, b.of);
        Self { id: b.cap, title, of, limit: b.limit, used: b.used, booked: b.booked, left }
    }
}
