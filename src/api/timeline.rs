//! 経過 as JSON: consultations and notes about one person in one order.

use axum::extract::State;

use super::call::{Call, Outcome};
use super::operation::{Operation, example, schema};
use super::paging::{self, Listed, Order};
use super::shape::Moment;
use crate::audit::Event;
use crate::case_notes::timeline;
use crate::clients;
use crate::shape;
use crate::web::App;

pub const SHOW: Operation = Operation {
    form: |_, _| paging::form(timeline::form().fields),
    ..Operation::reads(
        "/api/v1/clients/{number}/timeline",
        "showTimeline",
        "相談と支援の経過を新しい順に読む",
        "read:case_notes",
    )
    .answers(schema::<Listed<Entry>>, example::<Listed<Entry>>)
};

pub async fn get(State(app): State<App>, call: Call) -> Outcome {
    let mut read = app.read(&call.actor).await?;
    let client = clients::see(&mut read, call.at("number")).await?;
    let asked = call.values.clone();
    let all = timeline::of_client(&mut read, &app.codes, &client.id, asked).await?;
    drop(read);
    app.viewed(&call.actor, Event::new("view", "timeline", "").about(&client.id)).await?;
    call.page(&paging::of_all(&call, all, Order::Down, key, Entry::from))
}

fn key(m: &timeline::Moment) -> String {
    format!("{}~{}", m.at, m.id)
}

shape! {
    /// 経過の一件.
    pub struct Entry {
        id: String = "記録の番号", "0199f0c2-0000-7000-8000-000000000002";
        consultation: bool = "相談である（そうでなければ支援経過）", false;
        at: Moment = "時点";
        kind: String = "種類のことば", "電話";
        with: String = "相手", "母";
        text: String = "内容", "夜間の吸引の相談";
        outcome: String = "答えたこと・決まったこと", "訪問看護に伝える";
        by: String = "記録した人と機関", "高橋 由美（医療的ケア児支援センター）";
        minutes: i64 = "時間（分）", 30;
    }
}

impl From<timeline::Moment> for Entry {
    fn from(m: timeline::Moment) -> Self {
        Self {
            id: m.id,
            consultation: m.is_consultation,
            at: Moment(m.at),
            kind: m.kind,
            with: m.with,
            text: m.text,
            outcome: m.outcome,
            by: m.by,
            minutes: m.minutes,
        }
    }
}
