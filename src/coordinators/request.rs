//! 依頼: a person waits for a coordinator, out of a consultation or because somebody asked.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;
use serde::Deserialize;
use uuid::Uuid;

use super::form::{Around, answer};
use super::team;
use crate::access::{Actor, Role, escape};
use crate::audit::Event;
use crate::clients::{self, Summary};
use crate::codes::Codes;
use crate::staff::drafts;
use crate::store::{Read, Tx};
use crate::web::form::{Field, Form, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Page, Result, Submitted, Values, page};
use crate::{args, visible, visible_consultation};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let client = clients::see(&mut read, &number).await?;
    let (entry, kept) = start(&mut read, &client, None).await?;
    let offers = desks(&mut read, &client.id).await?;
    drop(read);
    app.viewed(&actor, Event::new("view", "case_request", "").about(&client.id)).await?;
    ask(&app, &actor, (&client, None), (&entry, &Problems::default()), (&offers, kept))
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let client = clients::see(&mut app.read(&actor).await?, &number).await?;
    send(&app, &actor, (&client, None), &entry).await
}

/// 選んだ利用者: whom the case is about when the consultation names nobody.
#[derive(Deserialize)]
pub struct Chosen {
    #[serde(default)]
    client: String,
}

pub async fn get_case(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Result<Response> {
    case(&app, &actor, &id, &chosen.client).await
}

pub async fn post_case(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Query(chosen): Query<Chosen>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let origin = consultation(&mut read, &id, &app.codes).await?;
    let Some(client) = of_case(&mut read, &origin, &chosen.client).await? else {
        return who(&app, &actor, &id, &chosen.client);
    };
    drop(read);
    send(&app, &actor, (&client, Some(&id)), &entry).await
}

pub fn form() -> Form {
    Form::new(
        "case-request",
        "コーディネーターの担当を依頼する",
        vec![
            Field::new("received_on", "受け付けた日", Kind::Date).required(),
            Field::new("received_from", "だれから・どの方法で", Kind::Text(120))
                .required()
                .help("例：みどり小児医療センターの医療ソーシャルワーカーから電話"),
            Field::new("desk", "担当を決める窓口", Kind::Record).required(),
            Field::new("needs", "必要な得意分野", Kind::Codes("skill"))
                .help("候補を出すときに、得意な人を先にします。わからなければ空けておきます。"),
            Field::new("note", "決める人に伝えること", Kind::Long(1000)),
        ],
    )
}

/// Puts the person on the list of those who wait; the desk that decides may see them from now on.
pub async fn request(
    tx: &mut Tx,
    client_id: &str,
    consultation_id: Option<&str>,
    v: &Values,
) -> Result<String> {
    let client = clients::see_by_id(tx, client_id).await?.ok_or(Error::NotFound)?;
    may_wait(tx, &client, v).await?;
    let (id, actor) = (Uuid::now_v7().to_string(), tx.actor.clone());
    let needs = v.many("needs").join(",");
    tx.exec(
        "insert into case_requests (id, client_id, organisation_id, consultation_id, received_on,
           received_from, needs, note, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            id,
            client_id,
            v.text("desk"),
            consultation_id,
            v.date("received_on"),
            v.text("received_from"),
            needs,
            v.text("note"),
            actor.at,
            actor.account_id
        ],
    )
    .await?;
    team::join(tx, client_id, (v.text("desk"), None), "intake", actor.today()).await?;
    drafts::drop(tx, "case-request", client_id).await?;
    let fields = "received_on,received_from,desk,needs,note";
    tx.record(Event::new("request", "case_request", &id).about(client_id).fields(fields)).await?;
    Ok(id)
}

async fn may_wait(tx: &mut Tx, client: &Summary, v: &Values) -> Result<()> {
    if client.closed_on.is_some() {
        return Err(Error::refused("", "終結した人です。再開してから依頼してください"));
    }
    if !client.coordinator.is_empty() {
        let why = "すでに主担当がいます。替えるときは、担当のページから引継ぎをしてください";
        return Err(Error::refused("", why));
    }
    if v.date("received_on").is_some_and(|on| on > tx.actor.today()) {
        let why = "受け付けた日が、きょうより先です。年と月を確かめてください";
        return Err(Error::refused("received_on", why));
    }
    let (open,): (i64,) = tx
        .see_one(
            concat!(
                "select count(*) from case_requests q where q.client_id = $6",
                " and q.decided_at is null and q.withdrawn_at is null and ",
                visible!("q.client_id", "identity")
            ),
            args![client.id],
        )
        .await?;
    if open > 0 {
        let why =
            "この人の依頼は、すでに出ています。担当のページの「担当が決まっていない人」にあります";
        return Err(Error::refused("", why));
    }
    let desks = desks(tx, &client.id).await?;
    match desks.get("desk").is_some_and(|d| d.iter().any(|(id, _)| id == v.text("desk"))) {
        true => Ok(()),
        false => Err(Error::refused("desk", "窓口を、画面にあるものから選び直してください")),
    }
}

/// 相談. What a case made out of it takes over.
struct Origin {
    client_id: Option<String>,
    on: Option<Date>,
    from: String,
}

async fn consultation(read: &mut Read, id: &str, codes: &Codes) -> Result<Origin> {
    let row: Option<(Option<String>, String, String, String)> = read
        .see_maybe(
            concat!(
                "select k.client_id, k.occurred_on, k.inquirer_kind, k.inquirer_name",
                " from consultations k where k.id = $6 and k.voided_at is null and ",
                visible_consultation!()
            ),
            args![id],
        )
        .await?;
    let (client_id, on, kind, name) = row.ok_or(Error::NotFound)?;
    let from = format!("{} {name}", codes.label("inquirer_kind", &kind)).trim().to_owned();
    Ok(Origin { client_id, on: on.parse().ok(), from })
}

/// The person the consultation is about, or whom the actor has named instead.
async fn of_case(read: &mut Read, origin: &Origin, named: &str) -> Result<Option<Summary>> {
    if let Some(id) = &origin.client_id {
        return clients::see_by_id(read, id).await;
    }
    match clients::see(read, named).await {
        Ok(client) => Ok(Some(client)),
        Err(Error::NotFound) => Ok(None),
        Err(e) => Err(e),
    }
}

/// The organisations of the person's controller where somebody can decide, by name.
async fn desks(read: &mut Read, client_id: &str) -> Result<Options> {
    let found: Vec<(String, String)> = read
        .see_all(
            concat!(
                "select distinct o.id, o.name from organisations o",
                " join clients c on c.controller_id = o.controller_id",
                " join posts p on p.organisation_id = o.id and p.voided_at is null",
                " and p.role in ('coordinator', 'officer') and p.valid_from <= $5",
                " and (p.valid_until is null or p.valid_until > $5)",
                " where c.id = $6 and o.closed_on is null and ",
                visible!("c.id", "identity"),
                " order by 2, 1"
            ),
            args![client_id],
        )
        .await?;
    Ok([("desk", found)].into())
}

/// What was left unfinished, or what is known already.
async fn start(
    read: &mut Read,
    client: &Summary,
    origin: Option<&Origin>,
) -> Result<(Entry, String)> {
    if let Some((entry, _)) = drafts::load(read, "case-request", &client.id).await? {
        return Ok((entry, "前に書きかけた下書きを出しています".to_owned()));
    }
    let actor = &read.actor;
    let mut entry = Entry::default();
    let on = origin.and_then(|o| o.on).unwrap_or_else(|| actor.today());
    entry.set("received_on", on.to_string());
    if let Some(origin) = origin {
        entry.set("received_from", origin.from.clone());
    }
    if actor.role == Role::Coordinator || actor.role == Role::Officer {
        entry.set("desk", actor.organisation_id.clone());
    }
    Ok((entry, String::new()))
}

async fn case(app: &App, actor: &Actor, id: &str, named: &str) -> Result<Response> {
    let mut read = app.read(actor).await?;
    let origin = consultation(&mut read, id, &app.codes).await?;
    let Some(client) = of_case(&mut read, &origin, named).await? else {
        drop(read);
        return who(app, actor, id, named);
    };
    let (entry, kept) = start(&mut read, &client, Some(&origin)).await?;
    let offers = desks(&mut read, &client.id).await?;
    drop(read);
    app.viewed(actor, Event::new("view", "case_request", "").about(&client.id)).await?;
    ask(app, actor, (&client, Some(id)), (&entry, &Problems::default()), (&offers, kept))
}

async fn send(
    app: &App,
    actor: &Actor,
    (client, from): (&Summary, Option<&str>),
    entry: &Entry,
) -> Result<Response> {
    match save(app, actor, &client.id, from, entry).await {
        // Whoever decides goes on to the candidates; the others have done their part.
        Ok(id) if actor.role == Role::Officer || decides(actor, entry) => {
            Ok(Redirect::to(&format!("/requests/{id}")).into_response())
        }
        Ok(_) => Ok(Redirect::to(&format!("/clients/{}", client.number)).into_response()),
        Err(Error::Refused(bad)) => {
            let offers = desks(&mut app.read(actor).await?, &client.id).await?;
            ask(app, actor, (client, from), (entry, &bad), (&offers, String::new()))
        }
        Err(e) => Err(e),
    }
}

fn decides(actor: &Actor, entry: &Entry) -> bool {
    actor.role == Role::Coordinator && entry.get("desk") == actor.organisation_id
}

async fn save(
    app: &App,
    actor: &Actor,
    client_id: &str,
    from: Option<&str>,
    entry: &Entry,
) -> Result<String> {
    let v = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    let id = request(&mut tx, client_id, from, &v).await?;
    tx.commit().await?;
    Ok(id)
}

fn ask(
    app: &App,
    actor: &Actor,
    (client, from): (&Summary, Option<&str>),
    (entry, bad): (&Entry, &Problems),
    (offers, draft): (&Options, String),
) -> Result<Response> {
    let home = format!("/clients/{}", client.number);
    let action = match from {
        Some(id) => format!("/consultations/{id}/case?client={}", client.number),
        None => format!("{home}/request"),
    };
    let who =
        format!("{}　{}　{}", client.number, client.age, app.codes.label("area", &client.area));
    let form = form().view(entry, bad, &app.codes, offers);
    let around = Around {
        crumbs: vec![(home, client.number.to_string())],
        lines: vec![who],
        action,
        button: "依頼する",
        subject: client.id.clone(),
        draft,
    };
    answer(app, actor, form, around)
}

/// The consultation names nobody: choose somebody of the registry, or enrol first.
fn who(app: &App, actor: &Actor, id: &str, named: &str) -> Result<Response> {
    let back = escape(&format!("/consultations/{id}/case"));
    let page_ = app.page(actor, "だれの担当を依頼しますか", "/assignments");
    page(Who { page: page_, id: id.to_owned(), named: named.to_owned(), back })
}

#[derive(Template)]
#[template(path = "coordinators/who.html")]
struct Who {
    page: Page,
    id: String,
    named: String,
    back: String,
}
