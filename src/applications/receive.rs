//! 申請を受け付ける: for one person and one programme, with what came on paper.

use std::sync::Arc;

use ::programmes::{Catalogue, Holder, Programme};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;

use super::record::{self, Application};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::clients::see;
use crate::clients::who::{Who, who};
use crate::store::{FromRow, Read, Tx};
use crate::visible;
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page, refused,
};

type All = Extension<Arc<Catalogue>>;

pub async fn get(
    State(app): State<App>,
    Extension(all): All,
    actor: Actor,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let entry = first(&app, &actor, &asked).await?;
    let none = Problems::default();
    let view = view(&app, &all, &actor, (&number, &asked), (&entry, &none)).await?;
    let id = &view.who.summary.id;
    app.viewed(&actor, Event::new("view", "application", id).about(id)).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    Extension(all): All,
    actor: Actor,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let at = (number.as_str(), &asked);
    match save(&app, &all, &actor, at, &entry).await {
        Ok(id) => Ok(Redirect::to(&format!("/applications/{id}")).into_response()),
        Err(e) => refused(view(&app, &all, &actor, at, (&entry, &e.problems()?)).await?),
    }
}

/// 申請する事業, as the address names it.
#[derive(Deserialize)]
pub struct Asked {
    programme: Option<String>,
    /// The decision that is to be renewed.
    renews: Option<String>,
}

/// 更新する決定.
#[derive(FromRow)]
struct Renewed {
    programme: String,
    client_id: String,
    applied_by: String,
    valid_until: Option<String>,
}

async fn renewed(read: &mut Read, id: &str) -> Result<Renewed> {
    let row = read
        .see_maybe(
            concat!(
                "select d.programme, d.client_id, p.applied_by, d.valid_until
                 from decisions d join applications p on p.id = d.application_id
                 where d.id = $6 and d.controller_id = $2 and d.kind = 'award' and ",
                visible!("d.client_id", "plan")
            ),
            args![id],
        )
        .await?;
    row.ok_or(Error::NotFound)
}

/// What the form starts with: today, the programme asked for, or the award that ends.
async fn first(app: &App, actor: &Actor, asked: &Asked) -> Result<Entry> {
    let mut entry = Entry::default();
    entry.set("programme", asked.programme.clone().unwrap_or_default());
    entry.set("applied_on", actor.today().to_string());
    if let Some(id) = &asked.renews {
        let before = renewed(&mut app.read(actor).await?, id).await?;
        let next = before.valid_until.unwrap_or_default();
        entry.set("programme", before.programme);
        entry.set("applied_by", before.applied_by);
        entry.set("starts_on", next);
    }
    Ok(entry)
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("programme", "事業", Kind::Record).required(),
        Field::new("applied_by", "申請した人", Kind::Text(80))
            .required()
            .help("本人、保護者など。続柄も書いてください。"),
        Field::new("applied_on", "申請の日", Kind::Date).required(),
        Field::new("starts_on", "いつから使いたいか", Kind::Date)
            .help("空けておくと申請の日からになります。"),
        Field::new("papers", "添えられた書類", Kind::Text(200)),
        Field::new("note", "申請のときに聞いたこと", Kind::Long(1000)),
    ];
    Form::new("application", "申請を受け付ける", fields)
}

/// 申請の相手. The programme, and the decision that is renewed.
pub struct Asking<'a> {
    pub programme: &'a Programme,
    pub kind: &'a str,
    pub renews: Option<&'a str>,
}

/// A row; refused outside the windows, and while another application is open.
pub async fn receive(
    tx: &mut Tx,
    client_id: &str,
    asking: &Asking<'_>,
    v: &Values,
) -> Result<String> {
    let programme = asking.programme;
    let applied = v.date("applied_on").ok_or(Error::NotFound)?;
    if applied > tx.actor.today() {
        return Err(Error::refused("applied_on", "先の日付は入れられません"));
    }
    let starts = v.date("starts_on").unwrap_or(applied);
    let Some(version) = programme.version_on(starts.max(applied)) else {
        return Err(Error::refused("programme", "この日にはまだ（もう）この事業はありません"));
    };
    if !version.open_on(applied) {
        let next = version.opens_next(applied).map(civil::format_era).unwrap_or_default();
        let text = format!("受付の期間ではありません。次は{next}からです");
        return Err(Error::refused("applied_on", text));
    }
    let open: Vec<(String,)> = tx
        .all(
            "select p.id from applications p left join decisions d on d.application_id = p.id
             where p.client_id = $1 and p.programme = $2 and p.withdrawn_at is null
               and d.id is null",
            args![client_id, programme.id.as_str()],
        )
        .await?;
    if !open.is_empty() {
        let text = "この事業の申請が、まだ決まらずに残っています。申請の一覧から開いてください";
        return Err(Error::refused("programme", text));
    }
    let (id, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    let controller = tx.actor.controller_id.clone();
    tx.exec(
        "insert into applications (id, client_id, controller_id, programme, kind, applied_by,
           applied_on, starts_on, papers, note, renews_id, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        args![
            id,
            client_id,
            controller,
            programme.id.as_str(),
            asking.kind,
            v.text("applied_by"),
            applied,
            starts,
            v.text("papers"),
            v.text("note"),
            asking.renews,
            at,
            by
        ],
    )
    .await?;
    let event = Event::new("apply", "application", &id).about(client_id);
    tx.record(event.fields(&programme.id)).await?;
    Ok(id)
}

/// A programme one person applies for.
pub fn for_people<'a>(all: &'a Catalogue, id: &str) -> Result<&'a Programme> {
    let found = all.find(id).filter(|p| p.holder == Holder::Client && !p.statutory);
    found.ok_or_else(|| Error::refused("programme", "事業を、画面にあるものから選び直してください"))
}

async fn save(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    (number, asked): (&str, &Asked),
    entry: &Entry,
) -> Result<String> {
    let mut read = app.read(actor).await?;
    let client = see(&mut read, number).await?;
    let values = form().read(entry, &app.codes)?;
    let programme = for_people(all, values.text("programme"))?;
    let renews = asked.renews.as_deref();
    if let Some(id) = renews {
        let before = renewed(&mut read, id).await?;
        if before.client_id != client.id || before.programme != programme.id {
            return Err(Error::refused("programme", "更新する決定と、事業または人が違います"));
        }
    }
    drop(read);
    let mut tx = app.write(actor).await?;
    let kind = if renews.is_some() { "renewal" } else { "new" };
    let asking = Asking { programme, kind, renews };
    let id = receive(&mut tx, &client.id, &asking, &values).await?;
    tx.leads_to(format!("/applications/{id}"));
    tx.commit().await?;
    Ok(id)
}

async fn view(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    (number, asked): (&str, &Asked),
    (entry, bad): (&Entry, &Problems),
) -> Result<ReceivePage> {
    let mut read = app.read(actor).await?;
    let who = who(app, &mut read, number, "/clients/{number}/programmes").await?;
    let rows = record::of(&mut read, &who.summary.id).await?;
    let people = all.programmes.iter().filter(|p| p.holder == Holder::Client && !p.statutory);
    let choices = people.map(|p| (p.id.clone(), p.name.clone())).collect();
    let form = form().view(entry, bad, &app.codes, &Options::from([("programme", choices)]));
    let names = all.programmes.iter().map(|p| (p.id.clone(), p.short.clone())).collect();
    let title = if bad.is_empty() { "申請" } else { "エラー：申請" };
    Ok(ReceivePage {
        page: app.page(actor, format!("{title}：{number}"), "/clients"),
        income: income(all, entry),
        renews: asked.renews.clone().unwrap_or_default(),
        who,
        rows,
        form,
        names,
    })
}

fn income(all: &Catalogue, entry: &Entry) -> Option<String> {
    let programme = all.find(entry.get("programme"))?;
    let starts = civil::parse_date(entry.get("starts_on")).ok()?;
    programme.version_on(starts)?.income_on(starts).map(civil::format_era)
}

#[derive(Template)]
#[template(path = "applications/receive.html")]
struct ReceivePage {
    page: Page,
    who: Who,
    rows: Vec<Application>,
    form: FormView,
    renews: String,
    /// The day on which income counts, where the programme states one.
    income: Option<String>,
    names: std::collections::BTreeMap<String, String>,
}

impl ReceivePage {
    fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.names.get(id).map_or(id, String::as_str)
    }
}
