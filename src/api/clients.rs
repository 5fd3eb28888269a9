//! 利用者 as JSON: found by a search in the body, shown, enrolled.

use axum::extract::State;

use super::call::{Call, Outcome};
use super::operation::{Operation, example, schema};
use super::paging::{self, COUNTED, Listed};
use super::shape::Day;
use crate::audit::Event;
use crate::clients::{self, Summary, enrol, parts, search};
use crate::shape;
use crate::store::Read;
use crate::web::{App, Field, Form, Kind, Result};

pub const SEARCH: Operation = Operation {
    form: |_, _| search_form(),
    request: r#"{"q": "みずの", "limit": 20}"#,
    method: "POST",
    ..Operation::reads(
        "/api/v1/clients/search",
        "searchClients",
        "利用者をさがす（名前は URL に残さない）",
        "read:clients",
    )
    .answers(schema::<Listed<Client>>, example::<Listed<Client>>)
};

pub const SHOW: Operation = Operation::reads(
    "/api/v1/clients/{number}",
    "showClient",
    "利用者の見出しと、読める項目",
    "read:clients",
)
.answers(schema::<Shown>, example::<Shown>);

pub const ENROL: Operation = Operation {
    form: |_, _| enrol::form(),
    request: r#"{"family": "川上", "given": "ひなた", "family_kana": "かわかみ",
        "given_kana": "ひなた", "born_on": "2025-06-03", "sex": "female", "area": "east",
        "carer_name": "川上 のぞみ", "relation": "mother", "phone": "03-0000-0123",
        "cares": ["suction"]}"#,
    ..Operation::makes("/api/v1/clients", "enrolClient", "利用者を登録する", "write:clients")
};

pub async fn post_search(State(app): State<App>, call: Call) -> Outcome {
    let (q, most) = (call.values.text("q"), COUNTED + 1);
    let mut read = app.read(&call.actor).await?;
    let people = match call.values.yes("closed") {
        true => search::closed(&mut read, q, most).await?,
        false => search::find(&mut read, q, most).await?,
    };
    drop(read);
    app.viewed(&call.actor, Event::new("search", "clients", "")).await?;
    let total = i64::try_from(people.len()).unwrap_or(most);
    let rest = behind(people, call.values.opt("after"))?;
    let key = |s: &Summary| s.number.to_string();
    call.page(&paging::of_page(&call, rest, total, key, Client::from))
}

/// Those after the last person of the page before, by number: a reading would be said otherwise.
fn behind(people: Vec<Summary>, after: Option<String>) -> Result<Vec<Summary>> {
    let Some(after) = after else { return Ok(people) };
    let last = people.iter().position(|s| s.number.to_string() == after);
    let last = last.ok_or_else(paging::unknown)?;
    Ok(people.into_iter().skip(last + 1).collect())
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

pub(super) fn href(number: &str) -> String {
    format!("/api/v1/clients/{number}")
}

fn search_form() -> Form {
    paging::form(vec![
        Field::new("q", "さがすことば", Kind::Text(80))
            .required()
            .help("読み、漢字、生年月日、電話番号、利用者番号のどれか。"),
        Field::new("closed", "終結した人をさがす", Kind::Yes),
    ])
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
