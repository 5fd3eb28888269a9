//! 担当の状況 as JSON: who carries how much, and the cases of one coordinator as far as they may be
//! seen.

use axum::extract::State;

use super::call::{Call, Outcome};
use super::operation::{Operation, example, schema};
use super::paging::{self, Listed, Order};
use super::shape::Day;
use crate::audit::Event;
use crate::coordinators::cases_of::{self, Held};
use crate::coordinators::people;
use crate::coordinators::propose::{Person, on_leave};
use crate::shape;
use crate::web::App;

pub const CASELOAD: Operation = Operation {
    form: |_, _| paging::form(vec![]),
    ..Operation::reads(
        "/api/v1/coordinators",
        "listCoordinators",
        "コーディネーターと、担当の件数・重み・目安",
        "read:assignments",
    )
    .answers(schema::<Listed<Carrier>>, example::<Listed<Carrier>>)
};

pub const CASES: Operation = Operation {
    form: |_, _| paging::form(vec![]),
    ..Operation::reads(
        "/api/v1/coordinators/{account}/cases",
        "listCases",
        "一人のコーディネーターが担当している人（見えるかぎり）",
        "read:assignments",
    )
    .answers(schema::<Listed<Case>>, example::<Listed<Case>>)
};

pub async fn get(State(app): State<App>, call: Call) -> Outcome {
    let people = people::on_duty(&mut app.read(&call.actor).await?).await?;
    app.viewed(&call.actor, Event::new("view", "caseload", "")).await?;
    let today = call.actor.today();
    let key = |p: &Person| format!("{}~{}", p.kana, p.account_id);
    let make = |p: Person| Carrier { on_leave: on_leave(&p, today), ..Carrier::from(p) };
    call.page(&paging::of_all(&call, people, Order::Up, key, make))
}

pub async fn get_cases(State(app): State<App>, call: Call) -> Outcome {
    let account = call.at("account");
    let mut read = app.read(&call.actor).await?;
    let held = cases_of::of_account(&mut read, account, &app.codes).await?;
    drop(read);
    app.viewed(&call.actor, Event::new("view", "assignments", account)).await?;
    let key = |h: &Held| format!("{}~{}", h.kept.2, h.number);
    call.page(&paging::of_all(&call, held, Order::Up, key, Case::from))
}

shape! {
    /// 担当の状況.
    pub struct Carrier {
        account: String = "職員の番号", "0199f0c2-0000-7000-8000-000000000003";
        name: String = "氏名", "高橋 由美";
        organisation: String = "機関", "医療的ケア児支援センター";
        cases: i64 = "担当の件数", 2;
        load: i64 = "担当の重み（100で1件分）", 250;
        limit: i64 = "目安（100で1件分）", 300;
        areas: Vec<String> = "担当地区（コード表 area）", ["east"];
        skills: Vec<String> = "得意分野（コード表 skill）", ["ventilator"];
        on_leave: bool = "きょうは休み", false;
    }
}

shape! {
    /// 担当している人.
    pub struct Case {
        assignment: String = "担当の番号", "0199f0c2-0000-7000-8000-000000000009";
        client: String = "利用者番号", "M-01275";
        name: String = "氏名", "水野 はると";
        kind: String = "担当の種類（コード表 assignment_kind）", "main";
        weight: i64 = "重み（100で1件分）", 100;
        since: Day = "いつから", "2026-04-01";
        href: String = "担当の住所", "/api/v1/assignments/0199f0c2-0000-7000-8000-000000000009";
    }
}

impl From<Person> for Carrier {
    fn from(p: Person) -> Self {
        Self {
            account: p.account_id,
            name: p.name,
            organisation: p.organisation,
            cases: p.cases,
            load: p.load,
            limit: p.limit,
            areas: p.areas,
            skills: p.skills,
            on_leave: false,
        }
    }
}

impl From<Held> for Case {
    fn from(h: Held) -> Self {
        let (kind, weight, since) = h.kept;
        Self {
            href: format!("/api/v1/assignments/{}", h.id),
            assignment: h.id,
            client: h.number.to_string(),
            name: h.name,
            kind,
            weight,
            since: Day(since),
        }
    }
}
