//! 転出の申し出: to a ward in this system, or outside of it as a sheet of paper.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;
use jiff::ToSpan;
use uuid::Uuid;

use super::leave;
use super::record::{self, Move};
use super::sheet;
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::clients::who::{Who, who};
use crate::clients::{Summary, see};
use crate::codes::Codes;
use crate::store::{Read, Tx};
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page, refused,
};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
) -> Result<Response> {
    let view = view(&app, &actor, &number, ("", &Entry::default(), &Problems::default())).await?;
    let id = &view.who.summary.id;
    app.viewed(&actor, Event::new("view", "move", id).about(id)).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &number, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/clients/{number}/move")).into_response()),
        Err(e) => refused(view(&app, &actor, &number, (FORM, &entry, &e.problems()?)).await?),
    }
}

const FORM: &str = "move";
/// The choice for whoever has no part in this system.
pub(super) const OUTSIDE: &str = "outside";

pub fn form() -> Form {
    let fields = vec![
        Field::new("to", "転出先", Kind::Record).required(),
        Field::new("to_name", "転出先の名前", Kind::Text(80))
            .help("この仕組みの外の自治体のとき。引継ぎ票を印刷してわたします。"),
        Field::new("moves_on", "転出の日", Kind::Date).required(),
        Field::new("given_by", "同意した人", Kind::Text(80)).required(),
        Field::new("given_on", "同意した日", Kind::Date).required(),
        Field::new("method", "同意の受け方", Kind::Code("consent_method")).required(),
        Field::new(
            "categories",
            "氏名・生年月日・連絡先のほかに引き継ぐもの",
            Kind::Codes("move_category"),
        )
        .help("同意のあったものだけ。相談と支援の経過は写しません。要点を下に書いてください。"),
        Field::new("note", "引き継ぐこと", Kind::Long(2000)).required(),
    ];
    Form::new("move", "転出の引継ぎを申し出る", fields)
}

/// Keeps the consent and what would cross; nothing has crossed yet.
pub async fn propose(tx: &mut Tx, codes: &Codes, client: &Summary, v: &Values) -> Result<String> {
    check(client, v, tx.actor.today())?;
    let (to, to_name) = destination(tx, v).await?;
    let (id, consent) = (Uuid::now_v7().to_string(), Uuid::now_v7().to_string());
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let open = record::of(tx, &client.id).await?;
    if open.iter().any(|m| m.is_open()) {
        return Err(Error::refused("", "すでに申し出ています。先に取りやめてください"));
    }
    let sheet = sheet::draw(tx, codes, client, v.many("categories")).await?.json();
    let categories = v.many("categories").join(",");
    tx.exec(
        "insert into move_consents (id, client_id, given_by, given_on, method, categories,
           recorded_at, recorded_by) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            consent,
            client.id,
            v.text("given_by"),
            v.date("given_on"),
            v.text("method"),
            categories,
            at,
            by
        ],
    )
    .await?;
    let (from, on) = (tx.actor.controller_id.clone(), v.date("moves_on"));
    tx.exec(
        "insert into moves (id, client_id, consent_id, from_controller_id, to_controller_id,
           to_name, moves_on, note, sheet, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![id, client.id, consent, from, to, to_name, on, v.text("note"), sheet, at, by],
    )
    .await?;
    let event = Event::new("propose_move", "move", &id).about(&client.id);
    tx.record(event.fields(categories)).await?;
    Ok(id)
}

fn check(client: &Summary, v: &Values, today: Date) -> Result<()> {
    if client.closed_on.is_some() {
        return Err(Error::refused(
            "",
            "終結しています。引き継ぐときは、先に終結を取りやめてください",
        ));
    }
    if v.date("given_on").is_some_and(|d| d > today) {
        return Err(Error::refused("given_on", "同意した日が、きょうより先です"));
    }
    let far = |d: Date| d > today.saturating_add(1.year()) || d < today.saturating_sub(1.year());
    if v.date("moves_on").is_some_and(far) {
        return Err(Error::refused("moves_on", "転出の日は、前後1年までの日付にしてください"));
    }
    Ok(())
}

async fn destination(read: &mut Read, v: &Values) -> Result<(Option<String>, String)> {
    let to = v.text("to");
    if to == OUTSIDE {
        let name = v.opt("to_name");
        let why = "この仕組みの外のときは、転出先の名前を入力してください";
        return Ok((None, name.ok_or_else(|| Error::refused("to_name", why))?));
    }
    let others = others(read).await?;
    let found = others.into_iter().find(|(id, _)| id == to);
    let why = "転出先は、画面にあるものから選び直してください";
    let (id, name) = found.ok_or_else(|| Error::refused("to", why))?;
    Ok((Some(id), name))
}

/// The other wards of this system.
async fn others(read: &mut Read) -> Result<Vec<(String, String)>> {
    let controller = read.actor.controller_id.clone();
    Ok(read
        .all(
            "select id, name from controllers where id <> $1 and kind = 'municipality'
             order by name, id",
            args![controller],
        )
        .await?)
}

async fn save(app: &App, actor: &Actor, number: &str, entry: &Entry) -> Result<()> {
    let client = see(&mut app.read(actor).await?, number).await?;
    let values = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    propose(&mut tx, &app.codes, &client, &values).await?;
    Ok(tx.commit().await?)
}

pub(super) async fn view(
    app: &App,
    actor: &Actor,
    number: &str,
    (what, entry, bad): (&str, &Entry, &Problems),
) -> Result<Proposal> {
    let mut read = app.read(actor).await?;
    let who = who(app, &mut read, number, "/clients/{number}/move").await?;
    let all = record::of(&mut read, &who.summary.id).await?;
    let (open, past): (Vec<_>, Vec<_>) = all.into_iter().partition(Move::is_open);
    let mut to = others(&mut read).await?;
    to.push((OUTSIDE.to_owned(), "この仕組みの外の自治体".to_owned()));
    let offers = Options::from([("to", to)]);
    let none = (Entry::default(), Problems::default());
    let draw = |form: Form| {
        let mine = form.id == what;
        let (entry, bad) = if mine { (entry, bad) } else { (&none.0, &none.1) };
        form.view(entry, bad, &app.codes, &offers)
    };
    let title =
        if bad.is_empty() { "転出の引継ぎ" } else { "エラー：転出の引継ぎ" };
    Ok(Proposal {
        page: app.page(actor, format!("{title}：{number}"), "/clients"),
        form: draw(form()),
        withdraw: draw(leave::withdraw_form()),
        done: draw(leave::done_form()),
        open: open.into_iter().next(),
        past,
        who,
    })
}

#[derive(Template)]
#[template(path = "moves/propose.html")]
pub(super) struct Proposal {
    page: Page,
    pub who: Who,
    open: Option<Move>,
    past: Vec<Move>,
    form: FormView,
    withdraw: FormView,
    done: FormView,
}
