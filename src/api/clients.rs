//! 利用者 as JSON: found by a search in the body, shown, enrolled, closed and opened again.

use axum::extract::State;

use super::call::{Call, Outcome, Receipt};
use super::operation::{Effect, Operation, nothing};
use super::shape::{Day, Shape};
use crate::audit::Event;
use crate::clients::{self, Summary, close, enrol, parts, search};
use crate::shape;
use crate::store::Read;
use crate::web::{App, Field, Form, Kind, Result};

pub const SEARCH: Operation = Operation {
    method: "POST",
    path: "/api/v1/clients/search",
    id: "searchClients",
    title: "利用者をさがす（名前は URL に残さない）",
    scope: "read:clients",
    form: |_| search_form(),
    answer: |_, _| Found::schema(),
    example: |_, _| Found::example(),
    request: r#"{"q": "みずの", "limit": 20}"#,
    effect: Effect::Reads,
};

pub const SHOW: Operation = Operation {
    method: "GET",
    path: "/api/v1/clients/{number}",
    id: "showClient",
    title: "利用者の見出しと、読める項目",
    scope: "read:clients",
    form: nothing,
    answer: |_, _| Shown::schema(),
    example: |_, _| Shown::example(),
    request: "",
    effect: Effect::Reads,
};

pub const ENROL: Operation = Operation {
    method: "POST",
    path: "/api/v1/clients",
    id: "enrolClient",
    title: "利用者を登録する",
    scope: "write:clients",
    form: |_| enrol::form(),
    answer: |_, _| Receipt::schema(),
    example: |_, _| Receipt::example(),
    request: r#"{"family": "川上", "given": "ひなた", "family_kana": "かわかみ",
        "given_kana": "ひなた", "born_on": "2025-06-03", "sex": "female", "area": "east",
        "carer_name": "川上 のぞみ", "relation": "mother", "phone": "03-0000-0123",
        "cares": ["suction"]}"#,
    effect: Effect::Makes,
};

pub const CLOSE: Operation = Operation {
    method: "POST",
    path: "/api/v1/clients/{number}/close",
    id: "closeClient",
    title: "終結にする（待っている依頼・約束・担当も終わる）",
    scope: "write:clients",
    form: |_| close::form(false),
    answer: |_, _| Receipt::schema(),
    example: |_, _| Receipt::example(),
    request: r#"{"kind": "moved_out", "on": "2026-11-19", "reason": "転出"}"#,
    effect: Effect::Makes,
};

pub async fn post_search(State(app): State<App>, call: Call) -> Outcome {
    let found = found(&mut app.read(&call.actor).await?, &call).await?;
    app.viewed(&call.actor, Event::new("search", "clients", "")).await?;
    call.answer("", &found)
}

pub async fn get(State(app): State<App>, call: Call) -> Outcome {
    let (id, shown) = shown(&mut app.read(&call.actor).await?, call.at("number")).await?;
    app.viewed(&call.actor, Event::new("view", "client", &id).about(&id)).await?;
    call.answer("", &shown)
}

pub async fn post(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let number = enrol::enrol_once(&mut tx, &call.values).await?.number.to_string();
    call.made(tx, &number, href(&number), "").await
}

pub async fn post_close(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let client = clients::see(&mut tx, call.at("number")).await?;
    close::close(&mut tx, &client.id, &call.values).await?;
    let number = client.number.to_string();
    call.made(tx, &number, href(&number), "").await
}

fn href(number: &str) -> String {
    format!("/api/v1/clients/{number}")
}

pub fn search_form() -> Form {
    let fields = vec![
        Field::new("q", "さがすことば", Kind::Text(80))
            .required()
            .help("読み、漢字、生年月日、電話番号、利用者番号のどれか。"),
        Field::new("closed", "終結した人をさがす", Kind::Yes),
        Field::new("limit", "何人まで", Kind::Number { min: 1, max: 100, unit: "人" }),
    ];
    Form::new("api-clients-search", "利用者をさがす", fields)
}

shape! {
    /// 利用者の見出し.
    pub struct Client {
        number: String = "利用者番号", "M-01275";
        name: String = "氏名", "水野 はると";
        kana: String = "ふりがな", "みずの はると";
        born_on: Option<Day> = "生年月日", "2020-06-03";
        expected_on: Option<Day> = "出産予定日", serde_json::Value::Null;
        sex: String = "性別（コード表 sex）", "male";
        area: String = "担当地区（コード表 area）", "east";
        coordinator: String = "主担当の氏名", "高橋 由美";
        closed_on: Option<Day> = "終結の日", serde_json::Value::Null;
    }
}

shape! {
    /// さがした結果.
    pub struct Found {
        clients: Vec<Client> = "見つかった人（読みの順）";
        more: bool = "ほかにもいる", false;
    }
}

shape! {
    /// 項目の版.
    pub struct PartVersion {
        part: String = "項目", "residence";
        title: String = "項目の名前", "住まい";
        version: i64 = "版（If-Match に使う ETag）", 3;
        href: String = "項目の住所", "/api/v1/clients/M-01275/parts/residence";
    }
}

shape! {
    /// 利用者と、読める項目.
    pub struct Shown {
        client: Client = "利用者";
        parts: Vec<PartVersion> = "この鍵で読める項目";
    }
}

impl From<Summary> for Client {
    fn from(s: Summary) -> Self {
        Self {
            number: s.number.to_string(),
            name: s.name,
            kana: s.kana,
            born_on: s.born_on.map(|d| Day(d.to_string())),
            expected_on: s.expected_on.map(|d| Day(d.to_string())),
            sex: s.sex,
            area: s.area,
            coordinator: s.coordinator,
            closed_on: s.closed_on.map(Day),
        }
    }
}

async fn found(read: &mut Read, call: &Call) -> Result<Found> {
    let (q, limit) = (call.values.text("q"), call.values.int("limit").unwrap_or(50));
    let mut people = match call.values.yes("closed") {
        true => search::closed(read, q, limit + 1).await?,
        false => search::find(read, q, limit + 1).await?,
    };
    let more = people.len() as i64 > limit;
    people.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(Found { clients: people.into_iter().map(Client::from).collect(), more })
}

/// (the person's id, what is answered)
async fn shown(read: &mut Read, number: &str) -> Result<(String, Shown)> {
    let client = clients::see(read, number).await?;
    let (id, number) = (client.id.clone(), client.number.to_string());
    let mut of = vec![];
    for part in parts::all() {
        if parts::within_consent(read, &id, part).await? {
            of.push(PartVersion {
                part: part.id.to_owned(),
                title: part.title.to_owned(),
                version: parts::version(read, &id, part.id).await?,
                href: format!("{}/parts/{}", href(&number), part.id),
            });
        }
    }
    Ok((id, Shown { client: client.into(), parts: of }))
}
