//! コーディネーターの登録: areas, skills, training, felt limit, and whether the name may be listed.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::form::{Around, answer};
use super::people::codes;
use crate::access::{Actor, Reach};
use crate::args;
use crate::audit::Event;
use crate::store::{FromRow, Read, Tx};
use crate::web::form::{Field, Form, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Result, Submitted, Values};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(account): Path<String>,
) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let entry = current(&mut read, &account).await?.map(Row::entry).unwrap_or_default();
    show(&app, &actor, read, &account, (&entry, &Problems::default())).await
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(account): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &account, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/assignments/of/{account}")).into_response()),
        Err(Error::Refused(bad)) => {
            show(&app, &actor, app.read(&actor).await?, &account, (&entry, &bad)).await
        }
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    let limit = Kind::Number { min: 0, max: 50, unit: "件" };
    Form::new(
        "coordinator-profile",
        "コーディネーターの登録",
        vec![
            Field::new("organisation", "所属", Kind::Record).required(),
            Field::new("areas", "担当する地区", Kind::Codes("area"))
                .help("選ばないと、地区は候補の理由に使いません。"),
            Field::new("skills", "得意なこと", Kind::Codes("skill")),
            Field::new("training", "研修", Kind::Code("training_state")).required(),
            Field::new("felt_limit", "担当できる件数の目安", limit).help(
                "空けておくと、地域の目安を使います。超えても担当できますが、候補の理由に出ます。",
            ),
            Field::new("listed", "名簿に載せることに同意している", Kind::Yes),
            Field::new("starts_on", "この内容になった日", Kind::Date).required(),
        ],
    )
}

/// What is true of a coordinator from a day on; the row before ends on that day.
pub async fn profile(tx: &mut Tx, account_id: &str, v: &Values) -> Result<()> {
    let posts = posts(tx, account_id).await?;
    if !posts.iter().any(|(id, _)| id == v.text("organisation")) {
        let why = "所属を、画面にあるものから選び直してください";
        return Err(Error::refused("organisation", why));
    }
    let starts = v.date("starts_on").unwrap_or_else(|| tx.actor.today());
    end_current(tx, account_id, starts).await?;
    let (id, actor) = (Uuid::now_v7().to_string(), tx.actor.clone());
    tx.exec(
        "insert into coordinators (id, account_id, organisation_id, areas, skills, training,
           felt_limit, listed, valid_from, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
            id,
            account_id,
            v.text("organisation"),
            v.many("areas").join(","),
            v.many("skills").join(","),
            v.text("training"),
            v.int("felt_limit"),
            v.yes("listed"),
            starts,
            actor.at,
            actor.account_id
        ],
    )
    .await?;
    let fields = "organisation,areas,skills,training,felt_limit,listed";
    Ok(tx.record(Event::new("change", "coordinator", &id).fields(fields)).await?)
}

/// A row that began the same day is voided, not ended: it was never true for a whole day.
async fn end_current(tx: &mut Tx, account_id: &str, starts: civil::Date) -> Result<()> {
    let Some(now) = current(tx, account_id).await? else { return Ok(()) };
    if starts.to_string() < now.valid_from {
        let why = "いまの登録より前の日です。いまの登録が始まった日か、それより後にしてください";
        return Err(Error::refused("starts_on", why));
    }
    let actor = tx.actor.clone();
    if starts.to_string() == now.valid_from {
        tx.exec(
            "update coordinators set voided_at = $2, voided_by = $3, void_reason = 'same_day'
             where id = $1",
            args![now.id, actor.at, actor.account_id],
        )
        .await?;
    } else {
        tx.exec("update coordinators set valid_until = $2 where id = $1", args![now.id, starts])
            .await?;
    }
    Ok(())
}

#[derive(FromRow)]
struct Row {
    id: String,
    organisation_id: String,
    areas: String,
    skills: String,
    training: String,
    felt_limit: Option<i64>,
    listed: i64,
    valid_from: String,
}

impl Row {
    fn entry(self) -> Entry {
        let mut entry = Entry::default();
        entry.set("organisation", self.organisation_id);
        entry.set("training", self.training);
        entry.set("felt_limit", self.felt_limit.map(|n| n.to_string()).unwrap_or_default());
        entry.set("listed", if self.listed > 0 { "1" } else { "" });
        entry.0.extend(codes(&self.areas).into_iter().map(|c| ("areas".to_owned(), c)));
        entry.0.extend(codes(&self.skills).into_iter().map(|c| ("skills".to_owned(), c)));
        entry
    }
}

/// The row that is open, whether it has begun or not.
async fn current(read: &mut Read, account_id: &str) -> Result<Option<Row>> {
    let row = read
        .maybe(
            "select id, organisation_id, areas, skills, training, felt_limit, listed, valid_from
             from coordinators where account_id = $1 and voided_at is null and valid_until is null
             order by valid_from desc limit 1",
            args![account_id],
        )
        .await?;
    Ok(row)
}

/// The offices of the actor's controller where the person works today. Empty: not one of ours.
pub(super) async fn posts(read: &mut Read, account_id: &str) -> Result<Vec<(String, String)>> {
    let actor = read.actor.clone();
    let rows = read
        .all(
            "select distinct o.id, o.name from posts p
             join organisations o on o.id = p.organisation_id and o.controller_id = $2
             where p.account_id = $1 and p.voided_at is null and p.valid_from <= $3
               and (p.valid_until is null or p.valid_until > $3) order by 2, 1",
            args![account_id, actor.controller_id, actor.today()],
        )
        .await?;
    Ok(rows)
}

/// Coordinators describe themselves; the ward's officers describe anybody of the ward.
pub(super) async fn may_describe(read: &mut Read, account_id: &str) -> Result<()> {
    let own = read.actor.account_id == account_id;
    let all = read.actor.role.reach() == Reach::Controller;
    let ours = !posts(read, account_id).await?.is_empty();
    if ours && (own || all) { Ok(()) } else { Err(Error::NotFound) }
}

pub(super) async fn name_of(read: &mut Read, account_id: &str) -> Result<String> {
    let row: Option<(String,)> =
        read.maybe("select name from accounts where id = $1", args![account_id]).await?;
    row.map(|r| r.0).ok_or(Error::NotFound)
}

async fn save(app: &App, actor: &Actor, account: &str, entry: &Entry) -> Result<()> {
    may_describe(&mut app.read(actor).await?, account).await?;
    let v = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    profile(&mut tx, account, &v).await?;
    Ok(tx.commit().await?)
}

async fn show(
    app: &App,
    actor: &Actor,
    mut read: Read,
    account: &str,
    (entry, bad): (&Entry, &Problems),
) -> Result<Response> {
    may_describe(&mut read, account).await?;
    let name = name_of(&mut read, account).await?;
    let offers: Options = [("organisation", posts(&mut read, account).await?)].into();
    let mut entry = entry.clone();
    if bad.is_empty() {
        entry.set("starts_on", actor.today().to_string());
    }
    let form = form().view(&entry, bad, &app.codes, &offers);
    let around = Around {
        crumbs: vec![
            ("/assignments".into(), "担当".into()),
            (format!("/assignments/of/{account}"), name),
        ],
        lines: vec!["新しいケースの候補を出すときに使います。".into()],
        action: format!("/coordinators/{account}/profile"),
        button: "登録する",
        ..Around::default()
    };
    answer(app, actor, form, around)
}
