//! One note. Somebody other than the writer reads it, and shares it or gives it back.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::list::{Note, one};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::questions::personal::Personal;
use crate::store::Tx;
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page, refused,
};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    page(view(&app, &actor, &id, &Entry::default(), &Problems::default()).await?)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to("/knowledge").into_response()),
        Err(Error::Refused(bad)) => refused(view(&app, &actor, &id, &entry, &bad).await?),
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("result", "読んだ結果", Kind::Code("knowledge_result")).required(),
        Field::new("why", "書き直しを頼む理由", Kind::Text(200)).help(
            "「書き直しを頼む」のときだけ入れてください。本人とわかることは書かないでください。",
        ),
    ];
    Form::new("knowledge-read", "確かめる", fields)
}

/// The second look: by another person, and against the folder as it is today.
pub async fn read_again(tx: &mut Tx, note: &Note, v: &Values) -> Result<()> {
    let a = tx.actor.clone();
    if note.recorded_by == a.account_id {
        return Err(Error::refused("", "自分が書いたメモは、ほかの人が確かめます"));
    }
    if !note.is_open() {
        return Err(Error::refused("", "すでに確かめてあります"));
    }
    let shares = v.text("result") == "share";
    if !shares && v.text("why").is_empty() {
        return Err(Error::refused("why", "書き直しを頼む理由を入力してください"));
    }
    if shares {
        let sql = "select q.client_id from knowledge_notes n \
                   join questions q on q.id = n.question_id where n.id = $1";
        let (client,): (String,) = tx.one(sql, args![note.id]).await?;
        let tags = note.tags().join(" ");
        let texts = [("result", note.title.as_str()), ("result", &note.text), ("result", &tags)];
        Personal::of(tx, &client).await?.refuse(&texts)?;
    }
    if shares {
        let sql = "update knowledge_notes set shared_at = $2, shared_by = $3 where id = $1";
        tx.exec(sql, args![note.id, a.at, a.account_id]).await?;
    } else {
        let sql = "update knowledge_notes set refused_at = $2, refused_by = $3, \
                   refuse_reason = $4 where id = $1";
        tx.exec(sql, args![note.id, a.at, a.account_id, v.text("why")]).await?;
    }
    let verb = if shares { "publish" } else { "refuse" };
    Ok(tx.record(Event::new(verb, "knowledge", &note.id)).await?)
}

async fn save(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let note = one(&mut app.read(actor).await?, &app.codes, id).await?.ok_or(Error::NotFound)?;
    let v = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    read_again(&mut tx, &note, &v).await?;
    Ok(tx.commit().await?)
}

async fn view(
    app: &App,
    actor: &Actor,
    id: &str,
    entry: &Entry,
    bad: &Problems,
) -> Result<NotePage> {
    let n = one(&mut app.read(actor).await?, &app.codes, id).await?.ok_or(Error::NotFound)?;
    // What was given back is the writer's alone.
    if n.refused_at.is_some() && n.recorded_by != actor.account_id {
        return Err(Error::NotFound);
    }
    let form = form().view(entry, bad, &app.codes, &Options::new());
    let error = if bad.is_empty() { "" } else { "エラー：" };
    let page = app.page(actor, format!("{error}知識メモ：{}", n.title), "/questions");
    Ok(NotePage { page, own: n.recorded_by == actor.account_id, n, form })
}

#[derive(Template)]
#[template(path = "knowledge/note.html")]
struct NotePage {
    page: Page,
    n: Note,
    form: FormView,
    own: bool,
}
