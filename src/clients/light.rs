//! 一つの事業だけが知っている人: who somebody is, and which programme of this office knows them. No
//! folder is demanded, nobody else sees it, no list or number of the registry counts it; promoted,
//! it becomes everybody's record with nothing typed again.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kana::ClientNumber;
use uuid::Uuid;

use super::summary::Row;
use super::{Summary, alike, enrol, parts, see, team};
use crate::access::Actor;
use crate::audit::Event;
use crate::codes::Codes;
use crate::store::{Read, Tx};
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page, refused,
};
use crate::{args, full_record, summary_columns, summary_tables, visible_row};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    let view = view(&app, &actor, &Entry::default(), &Problems::default()).await?;
    app.viewed(&actor, Event::new("view", "light_records", "")).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &entry).await {
        Ok(number) => Ok(Redirect::to(&format!("/clients/{number}")).into_response()),
        Err(e) => refused(view(&app, &actor, &entry, &e.problems()?).await?),
    }
}

/// `POST /clients/{number}/promote`.
pub async fn promote_post(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    Submitted(_): Submitted,
) -> Result<Response> {
    let client = see(&mut app.read(&actor).await?, &number).await?;
    let mut tx = app.write(&actor).await?;
    promote(&mut tx, &client.id).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/clients/{number}")).into_response())
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("programme", "知っている事業", Kind::Code("light_programme")).required(),
        Field::new("family", "姓", Kind::Text(40)).required(),
        Field::new("given", "名", Kind::Text(40)),
        Field::new("family_kana", "姓のふりがな", Kind::Kana(60)).required(),
        Field::new("given_kana", "名のふりがな", Kind::Kana(60)),
        Field::new("born_on", "生年月日", Kind::Date).required(),
        Field::new("sex", "性別", Kind::Code("sex")).required(),
        Field::new("sure", "似た記録とは別の人として登録する", Kind::Yes),
    ];
    Form::new("light-record", "この事業だけの記録を作る", fields)
}

/// Name and birth, held by the actor's office.
pub async fn enter(tx: &mut Tx, v: &Values) -> Result<ClientNumber> {
    let (actor, today) = (tx.actor.clone(), tx.actor.today());
    let born = v.date("born_on").ok_or(Error::NotFound)?;
    if born > today {
        return Err(Error::refused("born_on", "生年月日が先の日付です。年と月を確かめてください"));
    }
    if !v.yes("sure")
        && let Some(said) = alike::similar(tx, v).await?.words()
    {
        return Err(Error::refused("sure", said));
    }
    let (id, number) = (Uuid::now_v7().to_string(), enrol::next_number(tx).await?);
    tx.exec(
        "insert into clients (id, number, controller_id, enrolled_on, enrolled_at, enrolled_by,
           held_by, programme) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            id,
            i64::from(number.running()),
            actor.controller_id,
            today,
            actor.at,
            actor.account_id,
            actor.organisation_id,
            v.text("programme")
        ],
    )
    .await?;
    for (part, fields) in [
        ("name", &["family", "given", "family_kana", "given_kana"][..]),
        ("birth", &["born_on", "sex"][..]),
    ] {
        let part = parts::find(part).ok_or(Error::NotFound)?;
        parts::add(tx, &id, part, &v.only(fields), Some(born)).await?;
    }
    team::join(tx, &id, &actor.organisation_id, None, "intake", today).await?;
    tx.record(Event::new("enrol", "light_record", &id).about(&id)).await?;
    Ok(number)
}

/// Everybody of the controller sees it from now on, as any record.
pub async fn promote(tx: &mut Tx, client_id: &str) -> Result<()> {
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let done = tx
        .exec(
            "update clients set full_at = $2, full_by = $3
             where id = $1 and held_by is not null and full_at is null",
            args![client_id, at, by],
        )
        .await?;
    if done != 1 {
        return Err(Error::refused("", "この記録は、もう台帳の記録です"));
    }
    tx.record(Event::new("promote", "client", client_id).about(client_id)).await?;
    Ok(())
}

/// The light records of the actor's office.
async fn all(read: &mut Read) -> Result<Vec<Summary>> {
    let today = read.actor.today();
    let rows: Vec<Row> = read
        .see_all(
            concat!(
                "select ",
                summary_columns!(),
                " from ",
                summary_tables!(),
                // Few are: they are looked for first, and lines only of them.
                " where c.id in (select x.id from clients x where not ",
                full_record!("x"),
                ") and ",
                visible_row!("c", "identity"),
                " order by l.family_kana, l.given_kana, c.number limit 500"
            ),
            args![],
        )
        .await?;
    Ok(rows.into_iter().map(|r| r.summary(today)).collect())
}

async fn save(app: &App, actor: &Actor, entry: &Entry) -> Result<ClientNumber> {
    let values = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    let number = enter(&mut tx, &values).await?;
    tx.leads_to(format!("/clients/{number}"));
    tx.commit().await?;
    Ok(number)
}

async fn view(app: &App, actor: &Actor, entry: &Entry, bad: &Problems) -> Result<LightPage> {
    let people = all(&mut app.read(actor).await?).await?;
    let mut form = form().view(entry, bad, &app.codes, &Options::new());
    // The check mark is asked only of somebody who was told who is similar.
    if bad.of("sure").is_none() && entry.get("sure").is_empty() {
        form.fields.retain(|f| f.name != "sure");
    }
    let title =
        if bad.is_empty() { "事業だけの記録" } else { "エラー：事業だけの記録" };
    let (page, codes) = (app.page(actor, title, "/clients"), app.codes.clone());
    Ok(LightPage { page, people, form, codes })
}

#[derive(Template)]
#[template(path = "clients/light.html")]
struct LightPage {
    page: Page,
    people: Vec<Summary>,
    form: FormView,
    codes: std::sync::Arc<Codes>,
}
