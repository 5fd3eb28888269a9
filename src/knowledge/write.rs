//! A note is written from an answered question.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use crate::access::Actor;
use crate::audit::Event;
use crate::questions::personal::Personal;
use crate::store::{Read, Tx};
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page, refused,
};
use crate::{args, visible_question};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let from = source(&mut app.read(&actor).await?, &id).await?;
    app.viewed(&actor, Event::new("view", "question", &id).about(&from.client_id)).await?;
    let mut entry = Entry::default();
    entry.set("title", from.title.clone());
    entry.set("text", from.answers.clone().unwrap_or_default());
    page(view(&app, &actor, &id, &entry, &Problems::default()))
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &id, &entry).await {
        Ok(note) => Ok(Redirect::to(&format!("/knowledge/{note}")).into_response()),
        Err(Error::Refused(bad)) => refused(view(&app, &actor, &id, &entry, &bad)),
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("title", "見出し", Kind::Text(80)).required(),
        Field::new("text", "分かったこと", Kind::Long(3000)).required().help(
            "ほかの方にも当てはまる形に直してください。本人・家族・園や学校とわかることは書けません。",
        ),
        Field::new("tags", "さがすときの言葉", Kind::Text(120))
            .help("読点か空白で区切ります。例：胃ろう、入浴、園での注入"),
    ];
    Form::new("knowledge", "知識メモを書く", fields)
}

/// もとの質問.
#[derive(Debug, crate::store::FromRow)]
struct Source {
    client_id: String,
    controller_id: String,
    field: String,
    title: String,
    answers: Option<String>,
}

async fn source(read: &mut Read, question: &str) -> Result<Source> {
    let row: Option<Source> = read
        .see_maybe(
            concat!(
                "select q.client_id, q.controller_id, q.field, q.title,
                   (select r.text from question_replies r where r.question_id = q.id
                    and r.kind = 'answer' order by r.recorded_at desc, r.id desc limit 1) as answers
                 from questions q where q.id = $6 and q.answered_at is not null and ",
                visible_question!()
            ),
            args![question],
        )
        .await?;
    row.ok_or(Error::NotFound)
}

/// Not shared yet: a second person reads it first.
pub async fn write(tx: &mut Tx, question: &str, v: &Values) -> Result<String> {
    let from = source(tx, question).await?;
    let personal = Personal::of(tx, &from.client_id).await?;
    let texts = ["title", "text", "tags"].map(|name| (name, v.text(name)));
    personal.refuse(&texts)?;
    let (id, a) = (Uuid::now_v7().to_string(), tx.actor.clone());
    tx.exec(
        "insert into knowledge_notes (id, controller_id, question_id, field, title, text, tags,
           recorded_at, recorded_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            id,
            from.controller_id,
            question,
            from.field,
            v.text("title"),
            v.text("text"),
            tags(v.text("tags")).join(" "),
            a.at,
            a.account_id
        ],
    )
    .await?;
    tx.record(Event::new("write", "knowledge", &id)).await?;
    Ok(id)
}

/// Each word once, in the order in which they were typed.
pub(super) fn tags(typed: &str) -> Vec<String> {
    let mut out: Vec<String> = vec![];
    for word in typed.split(|c: char| c.is_whitespace() || "、,，・/／".contains(c)) {
        if !word.is_empty() && !out.iter().any(|w| w == word) {
            out.push(word.to_owned());
        }
    }
    out
}

async fn save(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<String> {
    source(&mut app.read(actor).await?, id).await?;
    let v = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    let note = write(&mut tx, id, &v).await?;
    tx.commit().await?;
    Ok(note)
}

fn view(app: &App, actor: &Actor, id: &str, entry: &Entry, bad: &Problems) -> Writing {
    let form = form().view(entry, bad, &app.codes, &Options::new());
    let title =
        if bad.is_empty() { "知識メモを書く" } else { "エラー：知識メモを書く" };
    Writing { page: app.page(actor, title, "/questions"), id: id.to_owned(), form }
}

#[derive(Template)]
#[template(path = "knowledge/write.html")]
struct Writing {
    page: Page,
    id: String,
    form: FormView,
}

#[cfg(test)]
mod tests {
    use super::tags;

    #[test]
    fn words_are_parted_by_whatever_people_type() {
        assert_eq!(tags("胃ろう、入浴　胃ろう,園/学校"), ["胃ろう", "入浴", "園", "学校"]);
        assert!(tags(" 、").is_empty());
    }
}
