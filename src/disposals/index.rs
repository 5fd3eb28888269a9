//! 保存期間と廃棄の一覧: the periods, who is due, what was disposed of; and the proposal.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::record::{self, Disposal};
use super::retention::Retention;
use super::{Due, due};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    page, refused,
};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    let view = view(&app, &actor, &Entry::default(), &Problems::default()).await?;
    app.viewed(&actor, Event::new("view", "disposals", "")).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &entry).await {
        Ok(id) => Ok(Redirect::to(&format!("/disposals/{id}")).into_response()),
        Err(e) => refused(view(&app, &actor, &entry, &e.problems()?).await?),
    }
}

pub fn form() -> Form {
    let note = Field::new("note", "申し送り", Kind::Text(200));
    Form::new("disposal", "廃棄を提案する", vec![note])
}

/// Nothing goes yet: somebody else has to confirm.
pub async fn propose(
    tx: &mut Tx,
    retention: &Retention,
    ids: &[String],
    note: &str,
) -> Result<String> {
    if ids.is_empty() {
        return Err(Error::refused("who", "廃棄する記録を選んでください"));
    }
    let (id, actor) = (Uuid::now_v7().to_string(), tx.actor.clone());
    tx.exec(
        "insert into disposals (id, controller_id, reason, note, proposed_at, proposed_by)
         values ($1, $2, 'retention', $3, $4, $5)",
        args![id, actor.controller_id, note, actor.at, actor.account_id],
    )
    .await?;
    for client in ids {
        let found = due(tx, retention, client).await?.into_iter().find(|d| !d.proposed);
        let Some(one) = found else {
            let why = "選んだ記録に、もう廃棄できないものか、提案済みのものがあります。開き直してください";
            return Err(Error::refused("who", why));
        };
        tx.exec(
            "insert into disposal_items (disposal_id, client_id, due_on) values ($1, $2, $3)",
            args![id, one.id, one.due_on],
        )
        .await?;
        tx.record(Event::new("propose_disposal", "client", &one.id).about(&one.id)).await?;
    }
    Ok(id)
}

async fn save(app: &App, actor: &Actor, entry: &Entry) -> Result<String> {
    let values = form().read(entry, &app.codes)?;
    let retention = Retention::of(app)?;
    let mut ids = entry.many("who");
    ids.sort();
    ids.dedup();
    let mut tx = app.write(actor).await?;
    let id = propose(&mut tx, &retention, &ids, values.text("note")).await?;
    tx.leads_to(format!("/disposals/{id}"));
    tx.commit().await?;
    Ok(id)
}

async fn view(app: &App, actor: &Actor, entry: &Entry, bad: &Problems) -> Result<DisposalsPage> {
    let retention = Retention::of(app)?;
    let mut read = app.read(actor).await?;
    let title =
        if bad.is_empty() { "保存期間と廃棄" } else { "エラー：保存期間と廃棄" };
    Ok(DisposalsPage {
        page: app.page(actor, title, "/clients"),
        due: due(&mut read, &retention, "").await?,
        past: record::all(&mut read).await?,
        chosen: entry.many("who"),
        form: form().view(entry, bad, &app.codes, &Options::new()),
        who_error: bad.of("who").unwrap_or_default().to_owned(),
        retention,
    })
}

#[derive(Template)]
#[template(path = "disposals/index.html")]
struct DisposalsPage {
    page: Page,
    retention: Retention,
    due: Vec<Due>,
    past: Vec<Disposal>,
    chosen: Vec<String>,
    form: FormView,
    who_error: String,
}
