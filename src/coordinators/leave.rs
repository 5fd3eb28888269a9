//! 休み: no new case while it lasts.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;
use uuid::Uuid;

use super::form::{Around, answer};
use super::profile::{may_describe, name_of};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::{Read, Tx};
use crate::web::form::{Field, Form, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Result, Submitted, Values};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(account): Path<String>,
) -> Result<Response> {
    show(&app, &actor, &account, (&Entry::default(), &Problems::default())).await
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(account): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &account, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/assignments/of/{account}")).into_response()),
        Err(Error::Refused(bad)) => show(&app, &actor, &account, (&entry, &bad)).await,
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    Form::new(
        "coordinator-leave",
        "休みを登録する",
        vec![
            Field::new("starts_on", "休みに入る日", Kind::Date).required(),
            Field::new("back_on", "戻る日", Kind::Date)
                .help("この日から候補に戻ります。決まっていなければ空けておきます。"),
            Field::new("reason", "理由", Kind::Text(100))
                .help("ほかの人には、休みであることだけが見えます。"),
        ],
    )
}

/// A leave from a day on; until it ends the person is proposed for nothing.
pub async fn leave(tx: &mut Tx, account_id: &str, v: &Values) -> Result<()> {
    let starts = v.date("starts_on").unwrap_or_else(|| tx.actor.today());
    let back = v.date("back_on");
    if back.is_some_and(|back| back <= starts) {
        let why = "戻る日が、休みに入る日より後ではありません。年と月を確かめてください";
        return Err(Error::refused("back_on", why));
    }
    if overlaps(tx, account_id, starts, back).await? {
        let why = "ほかの休みと重なっています。登録済みの休みを確かめてください";
        return Err(Error::refused("starts_on", why));
    }
    let (id, actor) = (Uuid::now_v7().to_string(), tx.actor.clone());
    tx.exec(
        "insert into coordinator_leaves (id, account_id, valid_from, valid_until, reason,
           recorded_at, recorded_by) values ($1, $2, $3, $4, $5, $6, $7)",
        args![id, account_id, starts, back, v.text("reason"), actor.at, actor.account_id],
    )
    .await?;
    let event = Event::new("leave", "coordinator", &id).fields("starts_on,back_on,reason");
    Ok(tx.record(event).await?)
}

async fn overlaps(tx: &mut Tx, account_id: &str, starts: Date, back: Option<Date>) -> Result<bool> {
    let (n,): (i64,) = tx
        .one(
            "select count(*) from coordinator_leaves where account_id = $1 and voided_at is null
             and (valid_until is null or valid_until > $2)
             and (cast($3 as text) is null or valid_from < $3)",
            args![account_id, starts, back],
        )
        .await?;
    Ok(n > 0)
}

/// The leaves of a person that are on or to come, in words.
pub(super) async fn coming(read: &mut Read, account_id: &str) -> Result<Vec<String>> {
    let today = read.actor.today();
    let rows: Vec<(String, Option<String>)> = read
        .all(
            "select valid_from, valid_until from coordinator_leaves where account_id = $1
             and voided_at is null and (valid_until is null or valid_until > $2)
             order by valid_from",
            args![account_id, today],
        )
        .await?;
    let era = |d: &str| d.parse().map(civil::format_era).unwrap_or_default();
    let words = |(from, until): (String, Option<String>)| match until {
        Some(until) => format!("{}から（{}に戻る）", era(&from), era(&until)),
        None => format!("{}から（戻る日は決まっていない）", era(&from)),
    };
    Ok(rows.into_iter().map(words).collect())
}

async fn save(app: &App, actor: &Actor, account: &str, entry: &Entry) -> Result<()> {
    may_describe(&mut app.read(actor).await?, account).await?;
    let v = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    leave(&mut tx, account, &v).await?;
    Ok(tx.commit().await?)
}

async fn show(
    app: &App,
    actor: &Actor,
    account: &str,
    (entry, bad): (&Entry, &Problems),
) -> Result<Response> {
    let mut read = app.read(actor).await?;
    may_describe(&mut read, account).await?;
    let name = name_of(&mut read, account).await?;
    let mut lines = vec!["休みの間は、新しいケースの候補になりません。".to_owned()];
    let known = coming(&mut read, account).await?;
    lines.extend(known.into_iter().map(|l| format!("登録済みの休み：{l}")));
    let form = form().view(entry, bad, &app.codes, &Options::new());
    let around = Around {
        crumbs: vec![
            ("/assignments".into(), "担当".into()),
            (format!("/assignments/of/{account}"), name),
        ],
        lines,
        action: format!("/coordinators/{account}/leaves"),
        button: "休みを登録する",
        ..Around::default()
    };
    answer(app, actor, form, around)
}
