//! 機関: whose installation this is, and the bodies it works with.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;

use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::codes::Codes;
use crate::store::{self, Db, FromRow, Read, Tx};
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Page, Result, Submitted, Values, page, refused};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let closed = asked.state == "all";
    let list = list(&mut app.read(&actor).await?, &app.codes, closed).await?;
    page(Organisations { page: app.page(&actor, "機関", "/accounts"), list, closed })
}

/// 絞り込み. `all` shows those that were closed, too.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub state: String,
}

pub async fn new(State(app): State<App>, actor: Actor) -> Result<Response> {
    page(view(&app, &actor, &Entry::default(), &Problems::default()))
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &entry).await {
        Ok(_) => Ok(Redirect::to("/organisations").into_response()),
        Err(Error::Refused(bad)) => refused(view(&app, &actor, &entry, &bad)),
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("name", "名前", Kind::Text(80)).required(),
        Field::new("kana", "ふりがな", Kind::Kana(120)),
        Field::new("kind", "種類", Kind::Select("organisation_kind")).required(),
        Field::new("phone", "電話番号", Kind::Phone)
            .help("ご家族のページにも、担当の連絡先として出ます。"),
        Field::new("area", "地区", Kind::Select("area")),
        Field::new("region", "統計の地域", Kind::Code("region"))
            .help("この機関が受けた相談を、統計でどの地域に数えるかです。"),
    ];
    Form::new("organisation", "機関を登録する", fields)
}

async fn save(app: &App, actor: &Actor, entry: &Entry) -> Result<String> {
    let v = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    let id = create(&mut tx, &v).await?;
    tx.commit().await?;
    Ok(id)
}

/// A body of the actor's controller. Two of the same name would be mistaken for each other.
pub async fn create(tx: &mut Tx, v: &Values) -> Result<String> {
    let (id, controller) = (Uuid::now_v7().to_string(), tx.actor.controller_id.clone());
    let (same,): (i64,) = tx
        .one(
            "select count(*) from organisations
             where controller_id = $1 and name = $2 and closed_on is null",
            args![controller, v.text("name")],
        )
        .await?;
    if same > 0 {
        return Err(Error::refused("name", "同じ名前の機関がもうあります。一覧を確かめてください"));
    }
    tx.exec(
        "insert into organisations (id, controller_id, kind, name, kana, phone, area, region)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            id,
            controller,
            v.text("kind"),
            v.text("name"),
            v.text("kana"),
            v.text("phone"),
            v.opt("area"),
            v.opt("region")
        ],
    )
    .await?;
    tx.record(Event::new("create", "organisation", &id)).await?;
    Ok(id)
}

/// 機関の一行.
#[derive(FromRow)]
struct Row {
    id: String,
    parent: Option<String>,
    name: String,
    kana: String,
    kind: String,
    phone: String,
    area: Option<String>,
    people: i64,
}

/// `closed`: those that were closed, too.
async fn list(read: &mut Read, codes: &Codes, closed: bool) -> Result<Vec<Row>> {
    let (controller, today) = (read.actor.controller_id.clone(), read.actor.today());
    let mut rows: Vec<Row> = read
        .all(
            "select o.id, b.name as parent, o.name, o.kana, o.kind, o.phone, o.area,
               (select count(distinct p.account_id) from posts p
                join accounts a on a.id = p.account_id and a.machine = 0
                where p.organisation_id = o.id and p.voided_at is null and p.valid_from <= $2
                  and (p.valid_until is null or p.valid_until > $2)) as people
             from organisations o left join organisations b on b.id = o.parent_id
             where o.controller_id = $1 and (o.closed_on is null or $3 = 1)
             order by o.kind, o.kana, o.name",
            args![controller, today, closed],
        )
        .await?;
    for row in &mut rows {
        row.kind = codes.label("organisation_kind", &row.kind).to_owned();
        row.area = row.area.as_deref().map(|a| codes.label("area", a).to_owned());
    }
    Ok(rows)
}

/// (id, name) of the controller's bodies, for choices.
pub async fn offered(read: &mut Read) -> Result<Vec<(String, String)>> {
    let controller = read.actor.controller_id.clone();
    let rows = read
        .all(
            "select id, name from organisations
             where controller_id = $1 and closed_on is null order by kana, name",
            args![controller],
        )
        .await?;
    Ok(rows)
}

/// The name of the first controller, "" before the first administrator has given it.
pub async fn place(db: &Db, actor: &Actor) -> store::Result<String> {
    let row: Option<(String,)> = db
        .read(actor)
        .await?
        .maybe("select name from controllers order by id limit 1", args![])
        .await?;
    Ok(row.map(|r| r.0).unwrap_or_default())
}

fn view(app: &App, actor: &Actor, entry: &Entry, bad: &Problems) -> NewOrganisation {
    let form = form().view(entry, bad, &app.codes, &Options::new());
    NewOrganisation { page: app.page(actor, "機関を登録する", "/accounts"), form }
}

#[derive(Template)]
#[template(path = "staff/organisations.html")]
struct Organisations {
    page: Page,
    list: Vec<Row>,
    closed: bool,
}

#[derive(Template)]
#[template(path = "staff/organisation_new.html")]
struct NewOrganisation {
    page: Page,
    form: FormView,
}
