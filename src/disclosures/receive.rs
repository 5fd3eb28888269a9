//! 請求を受け付ける: the page of a person's requests, and a new one.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;
use jiff::ToSpan;
use uuid::Uuid;

use super::record::{self, Request};
use super::stop::{self, Stop};
use super::terms::Terms;
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::clients::who::{Who, who};
use crate::clients::{parts, see};
use crate::codes::Codes;
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
    app.viewed(&actor, Event::new("view", "data_request", id).about(id)).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &number, &entry).await {
        Ok(id) => Ok(Redirect::to(&format!("/disclosures/{id}")).into_response()),
        Err(e) => refused(view(&app, &actor, &number, &entry, &e.problems()?).await?),
    }
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("kind", "請求の種類", Kind::Code("data_request_kind")).required(),
        Field::new("asked_by", "請求した人の氏名", Kind::Text(80)).required(),
        Field::new("asked_as", "請求した人の立場", Kind::Code("asked_as")).required(),
        Field::new("checked", "本人（代理人）かを確かめた方法", Kind::Code("identity_check"))
            .required(),
        Field::new("checked_note", "確かめたこと", Kind::Text(200))
            .help("証明書の種類、代理人なら委任状など。番号は書かないでください。"),
        Field::new("received_on", "受け付けた日", Kind::Date).required(),
        Field::new("what", "請求の内容", Kind::Long(1000)).required(),
        Field::new("part", "訂正を求める台帳の項目", Kind::Record)
            .help("訂正のとき。決定のあと、この項目を直すページへ進めます。"),
    ];
    Form::new("data-request", "請求を受け付ける", fields)
}

/// A row with the day by which it must be decided.
pub async fn receive(tx: &mut Tx, terms: &Terms, client_id: &str, v: &Values) -> Result<String> {
    let received = v.date("received_on").ok_or(Error::NotFound)?;
    if received > tx.actor.today() {
        return Err(Error::refused("received_on", "先の日付は入れられません"));
    }
    if v.is_given("part") && parts::find(v.text("part")).is_none() {
        return Err(Error::refused("part", "台帳の項目を、画面にあるものから選び直してください"));
    }
    let due = received.saturating_add(terms.find(v.text("kind"))?.days.days());
    let (id, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "insert into data_requests (id, client_id, kind, asked_by, asked_as, checked,
           checked_note, received_on, what, part, due_on, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        args![
            id,
            client_id,
            v.text("kind"),
            v.text("asked_by"),
            v.text("asked_as"),
            v.text("checked"),
            v.text("checked_note"),
            received,
            v.text("what"),
            v.opt("part"),
            due,
            at,
            by
        ],
    )
    .await?;
    let event = Event::new("request", "data_request", &id).about(client_id);
    tx.record(event.fields(v.text("kind"))).await?;
    Ok(id)
}

async fn save(app: &App, actor: &Actor, number: &str, entry: &Entry) -> Result<String> {
    let client = see(&mut app.read(actor).await?, number).await?;
    let (values, terms) = (form().read(entry, &app.codes)?, Terms::of(app)?);
    let mut tx = app.write(actor).await?;
    let id = receive(&mut tx, &terms, &client.id, &values).await?;
    tx.leads_to(format!("/disclosures/{id}"));
    tx.commit().await?;
    Ok(id)
}

async fn view(
    app: &App,
    actor: &Actor,
    number: &str,
    entry: &Entry,
    bad: &Problems,
) -> Result<ReceivePage> {
    let mut read = app.read(actor).await?;
    let who = who(app, &mut read, number, "/clients/{number}/disclosures").await?;
    let all = record::of(&mut read, &who.summary.id).await?;
    let stops = stop::of(&mut read, &who.summary.id).await?;
    let choices = parts::all().iter().map(|p| (p.id.to_owned(), p.title.to_owned())).collect();
    let form = form().view(entry, bad, &app.codes, &Options::from([("part", choices)]));
    let title =
        if bad.is_empty() { "開示等の請求" } else { "エラー：開示等の請求" };
    Ok(ReceivePage {
        page: app.page(actor, format!("{title}：{number}"), "/clients"),
        who,
        all,
        stops,
        form,
        asks: Terms::of(app)?.asks().into_iter().map(str::to_owned).collect(),
        codes: app.codes.clone(),
        today: actor.today(),
    })
}

#[derive(Template)]
#[template(path = "disclosures/receive.html")]
struct ReceivePage {
    page: Page,
    who: Who,
    all: Vec<Request>,
    stops: Vec<Stop>,
    form: FormView,
    asks: Vec<String>,
    codes: std::sync::Arc<Codes>,
    today: Date,
}
