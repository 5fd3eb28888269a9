//! 連携の鍵: with which programs of other bodies ask over `/api/v1`. A token acts as a post, so it
//! sees what a person in that post would see; its scopes only narrow that.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::sessions::digest;
use super::settings::{self, API_PER_MINUTE};
use crate::access::{Actor, Role};
use crate::args;
use crate::audit::Event;
use crate::codes::Codes;
use crate::store::{FromRow, Read, Tx};
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Page, Result, Submitted, page, refused};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    page(view(&app, &actor, None).await?)
}

/// `POST /tokens/limit`: how many requests a minute each program may send.
pub async fn limit(
    State(app): State<App>,
    actor: Actor,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match set_limit(&app, &actor, &entry).await {
        Ok(()) => Ok(Redirect::to("/tokens").into_response()),
        Err(Error::Refused(bad)) => refused(view(&app, &actor, Some((&entry, &bad))).await?),
        Err(e) => Err(e),
    }
}

pub fn limit_form() -> Form {
    let many = Kind::Number { min: 10, max: 100_000, unit: "回" };
    let field = Field::new(API_PER_MINUTE.key, "一つの鍵が1分間に送れる回数", many)
        .required()
        .help("超えた依頼は受け取らず、待つ秒数を答えます。予定表の鍵にも同じ回数を使います。");
    Form::new("token-limit", "回数の上限", vec![field])
}

async fn set_limit(app: &App, actor: &Actor, entry: &Entry) -> Result<()> {
    let v = limit_form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    settings::set(&mut tx, API_PER_MINUTE, v.int(API_PER_MINUTE.key).unwrap_or_default()).await?;
    Ok(tx.commit().await?)
}

/// `POST /tokens/{id}/revoke`: from this moment the token opens nothing.
pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(_): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    revoke(&mut tx, &id).await?;
    tx.commit().await?;
    Ok(Redirect::to("/tokens").into_response())
}

/// What a token may be used for.
#[derive(Clone, Debug)]
pub struct Grant {
    pub token_id: String,
    pub scopes: Vec<String>,
    /// So many requests a minute.
    pub per_minute: i64,
}

#[derive(FromRow)]
struct Found {
    id: String,
    scopes: String,
    used_on: Option<String>,
    account_id: String,
    post_id: String,
    name: String,
    organisation_id: String,
    organisation: String,
    controller_id: String,
    role: String,
    per_minute: Option<String>,
}

/// The actor behind a token, unless it was revoked, has expired, or its post is over.
pub async fn resume(app: &App, token: &str) -> Result<Option<(Actor, Grant)>> {
    let system = Actor::system(app.clock.now(), "");
    let found: Option<Found> = app
        .read(&system)
        .await?
        .maybe(
            "select t.id, t.scopes, t.used_on, t.account_id, t.post_id, a.name,
               p.organisation_id, o.name as organisation, o.controller_id, p.role,
               (select s.value from settings s where s.key = $3
                order by s.recorded_at desc, s.id desc limit 1) as per_minute
             from api_tokens t
             join accounts a on a.id = t.account_id and a.disabled_at is null
             join posts p on p.id = t.post_id and p.voided_at is null
               and p.valid_from <= $2 and (p.valid_until is null or p.valid_until > $2)
             join organisations o on o.id = p.organisation_id
             where t.token_hash = $1 and t.revoked_at is null and t.expires_on > $2",
            args![digest(token), system.today(), API_PER_MINUTE.key],
        )
        .await?;
    let Some(t) = found else { return Ok(None) };
    let Some(role) = Role::from_code(&t.role) else { return Ok(None) };
    let actor = Actor {
        role,
        account_id: t.account_id,
        post_id: t.post_id,
        organisation_id: t.organisation_id,
        controller_id: t.controller_id,
        name: t.name,
        organisation: t.organisation,
        ..system
    };
    if t.used_on != Some(actor.today().to_string()) {
        used(app, &actor, &t.id).await?;
    }
    let scopes = t.scopes.split(',').map(str::to_owned).collect();
    let per_minute = t.per_minute.and_then(|n| n.parse().ok()).unwrap_or(API_PER_MINUTE.default);
    Ok(Some((actor, Grant { token_id: t.id, scopes, per_minute })))
}

/// Once a day is enough to find tokens that nobody uses any more.
async fn used(app: &App, actor: &Actor, id: &str) -> Result<()> {
    let mut tx = app.write(actor).await?;
    tx.exec("update api_tokens set used_on = $2 where id = $1", args![id, actor.today()]).await?;
    tx.record(Event::new("use", "api_token", id)).await?;
    Ok(tx.commit().await?)
}

pub async fn revoke(tx: &mut Tx, id: &str) -> Result<()> {
    let actor = tx.actor.clone();
    let done = tx
        .exec(
            "update api_tokens set revoked_at = $2, revoked_by = $3
             where id = $1 and revoked_at is null and exists
               (select 1 from posts p join organisations o on o.id = p.organisation_id
                where p.id = api_tokens.post_id and o.controller_id = $4)",
            args![id, actor.at, actor.account_id, actor.controller_id],
        )
        .await?;
    if done != 1 {
        return Err(Error::NotFound);
    }
    Ok(tx.record(Event::new("revoke", "api_token", id)).await?)
}

/// 鍵の一行.
#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    organisation: String,
    role: String,
    scopes: String,
    expires_on: String,
    used_on: Option<String>,
    made_by: String,
    revoked_at: Option<String>,
}

impl Row {
    fn role(&self) -> &str {
        Role::from_code(&self.role).map_or("", Role::label)
    }

    fn expires(&self) -> String {
        era(&self.expires_on)
    }

    fn used(&self) -> String {
        self.used_on.as_deref().map_or_else(|| "まだ使われていません".into(), era)
    }
}

fn era(day: &str) -> String {
    day.parse().map_or_else(|_| day.to_owned(), civil::format_era)
}

async fn list(read: &mut Read, codes: &Codes) -> Result<Vec<Row>> {
    let controller = read.actor.controller_id.clone();
    let mut rows: Vec<Row> = read
        .all(
            "select t.id, t.name, o.name as organisation, p.role, t.scopes, t.expires_on,
               t.used_on, coalesce(m.name, '') as made_by, t.revoked_at
             from api_tokens t join posts p on p.id = t.post_id
             join organisations o on o.id = p.organisation_id
             left join accounts m on m.id = t.made_by
             where o.controller_id = $1
             order by case when t.revoked_at is null then 0 else 1 end, t.made_at desc, t.id",
            args![controller],
        )
        .await?;
    for row in &mut rows {
        let labels = row.scopes.split(',').map(|s| codes.label("api_scope", s));
        row.scopes = labels.collect::<Vec<_>>().join("、");
    }
    Ok(rows)
}

async fn view(app: &App, actor: &Actor, sent: Option<(&Entry, &Problems)>) -> Result<Tokens> {
    let mut read = app.read(actor).await?;
    let list = list(&mut read, &app.codes).await?;
    let mut now = Entry::default();
    now.set(API_PER_MINUTE.key, settings::number(&mut read, API_PER_MINUTE).await?.to_string());
    let fine = Problems::default();
    let (entry, bad) = sent.unwrap_or((&now, &fine));
    let limit = limit_form().view(entry, bad, &app.codes, &Options::new());
    let title = if bad.is_empty() { "連携の鍵" } else { "エラー：連携の鍵" };
    Ok(Tokens { page: app.page(actor, title, "/accounts"), list, limit })
}

#[derive(Template)]
#[template(path = "staff/tokens.html")]
struct Tokens {
    page: Page,
    list: Vec<Row>,
    limit: FormView,
}
