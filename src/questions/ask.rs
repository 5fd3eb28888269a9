//! A question is asked: the text is held against the folder, so that it does not say whose it is.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;
use jiff::ToSpan;
use uuid::Uuid;

use super::personal::Personal;
use super::{DAYS, SHOWN_DAYS};
use crate::access::{Actor, escape};
use crate::args;
use crate::audit::Event;
use crate::clients::see;
use crate::clients::who::{Who, who};
use crate::staff::{advisers, settings};
use crate::store::Tx;
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page, refused,
};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
) -> Result<Response> {
    let view = view(&app, &actor, &number, &Entry::default(), &Problems::default()).await?;
    let id = &view.who.summary.id;
    app.viewed(&actor, Event::new("view", "question", "").about(id)).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &number, &entry).await {
        Ok(id) => Ok(Redirect::to(&format!("/questions/{}", escape(&id))).into_response()),
        Err(Error::Refused(bad)) => refused(view(&app, &actor, &number, &entry, &bad).await?),
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    let consent = "同意を得たときだけ入れてください。";
    let fields = vec![
        Field::new("field", "たずねる分野", Kind::Code("adviser_field")).required(),
        Field::new("adviser", "たずねる人", Kind::Record)
            .help("空けておくと、その分野の助言者のだれかが答えます。台帳を見せるときは選んでください。"),
        Field::new("basis", "助言者に何を見せるか", Kind::Code("question_basis")).required(),
        Field::new("title", "たずねたいこと（一行で）", Kind::Text(80)).required(),
        Field::new("text", "くわしい事情", Kind::Long(3000)).required().help(
            "氏名・ふりがな・利用者番号・電話・住所・園や学校の名前は書けません。年齢は「6歳」のように書けます。",
        ),
        Field::new("due_on", "いつまでに答えがほしいか", Kind::Date)
            .help("空けておくと、助言者が決めている日数のあとになります。"),
        Field::new("categories", "見せる区分", Kind::Codes("shown_category")).help(consent),
        Field::new("given_by", "同意した人", Kind::Text(60)).help(consent),
        Field::new("given_on", "同意した日", Kind::Date).help(consent),
        Field::new("shown_until", "いつまで見せるか（この日の前日まで）", Kind::Date).help(consent),
    ];
    Form::new("question", "助言を求める", fields)
}

/// 同意して見せるもの.
struct Shown {
    given_by: String,
    given_on: Date,
    until: Date,
}

pub async fn ask(tx: &mut Tx, client_id: &str, v: &Values) -> Result<String> {
    let (field, adviser) = (v.text("field"), v.opt("adviser").filter(|a| !a.is_empty()));
    let days = days(tx, field, adviser.as_deref()).await?;
    let today = tx.actor.today();
    let due = v.date("due_on").unwrap_or_else(|| today.saturating_add(days.days()));
    if due < today {
        return Err(Error::refused("due_on", "過ぎた日は入れられません"));
    }
    let shown = match v.text("basis") {
        "consent" => Some(shown(tx, v, adviser.is_some()).await?),
        _ => None,
    };
    let personal = Personal::of(tx, client_id).await?;
    personal.refuse(&[("title", v.text("title")), ("text", v.text("text"))])?;
    let (id, a) = (Uuid::now_v7().to_string(), tx.actor.clone());
    tx.exec(
        "insert into questions (id, controller_id, client_id, organisation_id, asked_by, asked_at,
           asked_on, field, adviser_id, basis, title, text, due_on, given_by, given_on, shown_from,
           shown_until)
         select $1, c.controller_id, c.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
           $15, $16
         from clients c where c.id = $2",
        args![
            id,
            client_id,
            a.organisation_id,
            a.account_id,
            a.at,
            today,
            field,
            adviser,
            v.text("basis"),
            v.text("title"),
            v.text("text"),
            due,
            shown.as_ref().map(|s| s.given_by.clone()),
            shown.as_ref().map(|s| s.given_on),
            shown.as_ref().map(|_| today),
            shown.as_ref().map(|s| s.until)
        ],
    )
    .await?;
    let sql = "insert into question_categories (question_id, category) values ($1, $2)";
    for category in v.many("categories").iter().filter(|_| shown.is_some()) {
        tx.exec(sql, args![id, category]).await?;
    }
    let event = Event::new("ask", "question", &id).about(client_id);
    tx.record(event.fields(v.many("categories").join(","))).await?;
    Ok(id)
}

/// The days the one asked, or the quickest of the field, takes.
async fn days(tx: &mut Tx, field: &str, adviser: Option<&str>) -> Result<i64> {
    let all = advisers::current(tx).await?;
    let able = all.iter().filter(|a| a.field == field);
    let asked = able.filter(|a| adviser.is_none_or(|id| a.account_id == id));
    match asked.map(|a| a.days).min() {
        Some(days) => Ok(days),
        None if adviser.is_some() => {
            Err(Error::refused("adviser", "この分野の助言者の中から選び直してください"))
        }
        None if all.iter().any(|a| a.field == field) => settings::number(tx, DAYS).await,
        None => {
            let why =
                "この分野の助言者がまだいません。別の分野を選ぶか、管理者に登録を頼んでください";
            Err(Error::refused("field", why))
        }
    }
}

/// A folder is shown to somebody named, in parts named, until a day, by whoever agreed to it.
async fn shown(tx: &mut Tx, v: &Values, named: bool) -> Result<Shown> {
    let mut bad = Problems::default();
    if !named {
        bad.add("adviser", "台帳を見せるときは、たずねる人を選んでください");
    }
    if v.many("categories").is_empty() {
        bad.add("categories", "見せる区分を選んでください");
    }
    if v.text("given_by").is_empty() {
        bad.add("given_by", "同意した人を入力してください");
    }
    let today = tx.actor.today();
    let last = today.saturating_add(settings::number(tx, SHOWN_DAYS).await?.days());
    let given_on = v.date("given_on").filter(|d| *d <= today);
    if given_on.is_none() {
        bad.add("given_on", "同意した日を、きょうまでの日付で入力してください");
    }
    let until = v.date("shown_until").filter(|d| *d > today && *d <= last);
    if until.is_none() {
        let last = civil::format_both(last);
        bad.add("shown_until", format!("あすから{last}までの日付を入力してください"));
    }
    match (given_on, until, bad.is_empty()) {
        (Some(given_on), Some(until), true) => {
            Ok(Shown { given_by: v.text("given_by").to_owned(), given_on, until })
        }
        _ => Err(Error::Refused(bad)),
    }
}

async fn save(app: &App, actor: &Actor, number: &str, entry: &Entry) -> Result<String> {
    let client = see(&mut app.read(actor).await?, number).await?;
    let v = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    let id = ask(&mut tx, &client.id, &v).await?;
    tx.commit().await?;
    Ok(id)
}

async fn view(
    app: &App,
    actor: &Actor,
    number: &str,
    entry: &Entry,
    bad: &Problems,
) -> Result<Asking> {
    let mut read = app.read(actor).await?;
    let who = who(app, &mut read, number, "/clients/{number}/questions/new").await?;
    let all = advisers::current(&mut read).await?;
    let offered = all.iter().filter(|a| a.account_id != actor.account_id).map(|a| {
        let field = app.codes.label("adviser_field", &a.field);
        (a.account_id.clone(), format!("{}（{field}・{}日以内）{}", a.name, a.days, a.note))
    });
    let offers: Options = [("adviser", offered.collect())].into();
    let form = form().view(entry, bad, &app.codes, &offers);
    let title =
        if bad.is_empty() { "助言を求める" } else { "エラー：助言を求める" };
    let page = app.page(actor, format!("{title}：{number}"), "/clients");
    Ok(Asking { page, who, form, nobody: all.is_empty() })
}

#[derive(Template)]
#[template(path = "questions/ask.html")]
struct Asking {
    page: Page,
    who: Who,
    form: FormView,
    nobody: bool,
}
