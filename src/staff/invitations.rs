//! 一度だけ使える案内: a link with which somebody sets their password, once, within a week.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use civil::Minutes;
use uuid::Uuid;

use super::{passwords, sessions};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Result, Submitted, Values, page};

const DAYS: i64 = 7;

pub async fn get(State(app): State<App>, Path(token): Path<String>) -> Result<Response> {
    let first = open_invitation(&app, &token).await?.is_none();
    page(view(&app, first, &Entry::default(), &Problems::default()))
}

pub async fn post(
    State(app): State<App>,
    Path(token): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let account = open_invitation(&app, &token).await?;
    match accept(&app, &token, account.clone(), &entry).await {
        Ok(()) => Ok(Redirect::to("/login").into_response()),
        Err(Error::Refused(bad)) => {
            let body = view(&app, account.is_none(), &entry, &bad).render()?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(body)).into_response())
        }
        Err(e) => Err(e),
    }
}

pub fn form(first: bool) -> Form {
    let mut fields = vec![];
    if first {
        fields.push(Field::new("place", "自治体・センターの名前", Kind::Text(60)).required());
        fields.push(Field::new("name", "あなたの氏名", Kind::Text(60)).required());
        fields.push(Field::new("login", "ログイン名", Kind::Text(40)).required());
    }
    fields.push(
        Field::new("password", "新しいパスワード", Kind::Password)
            .required()
            .help("12文字以上。短い文をつなぐと覚えやすくなります。"),
    );
    fields.push(Field::new("again", "もう一度", Kind::Password).required());
    Form::new("invitation", "パスワードを決める", fields)
}

/// A link for the first administrator while nobody can sign in.
pub async fn first(app: &App) -> Result<Option<String>> {
    let mut tx = app.write(&Actor::system(app.clock.now(), "")).await?;
    let (able,): (i64,) =
        tx.one("select count(*) from accounts where password_hash is not null", args![]).await?;
    if able > 0 {
        return Ok(None);
    }
    let token = invite(&mut tx, None).await?;
    tx.commit().await?;
    Ok(Some(token))
}

/// A new invitation; `None` makes the first administrator. The answer is the token of the link.
pub async fn invite(tx: &mut Tx, account_id: Option<&str>) -> Result<String> {
    let token = sessions::secret();
    let at = tx.actor.at;
    let until = at.plus(Minutes(DAYS * 24 * 60));
    if let Some(id) = account_id {
        tx.exec(
            "update invitations set expires_at = $2 where account_id = $1 and used_at is null",
            args![id, at],
        )
        .await?;
    }
    tx.exec(
        "insert into invitations (token_hash, account_id, created_at, expires_at)
         values ($1, $2, $3, $4)",
        args![sessions::digest(&token), account_id.map(str::to_owned), at, until],
    )
    .await?;
    tx.record(Event::new("invite", "account", account_id.unwrap_or("first"))).await?;
    Ok(token)
}

/// The account an unused link is for; used, expired and unknown links are the same to the visitor.
async fn open_invitation(app: &App, token: &str) -> Result<Option<String>> {
    let now = app.clock.now();
    let row: Option<(Option<String>,)> = app
        .read(&Actor::system(now, ""))
        .await?
        .maybe(
            "select account_id from invitations
             where token_hash = $1 and used_at is null and expires_at > $2
               and (account_id is not null or not exists
                 (select 1 from accounts where password_hash is not null))",
            args![sessions::digest(token), now],
        )
        .await?;
    row.map(|r| r.0).ok_or(Error::NotFound)
}

async fn accept(app: &App, token: &str, account: Option<String>, entry: &Entry) -> Result<()> {
    let v = form(account.is_none()).read(entry, &app.codes)?;
    if let Some(why) = passwords::weakness(v.text("password"), v.text("login")) {
        return Err(Error::refused("password", why));
    }
    if v.text("password") != v.text("again") {
        return Err(Error::refused(
            "again",
            "2回の入力が同じではありません。もう一度入力してください",
        ));
    }
    let hash = passwords::hash(v.text("password").to_owned()).await?;
    let mut tx = app.write(&Actor::system(app.clock.now(), "")).await?;
    let at = tx.actor.at;
    let used = tx
        .exec(
            "update invitations set used_at = $2 where token_hash = $1 and used_at is null",
            args![sessions::digest(token), at],
        )
        .await?;
    if used != 1 {
        return Err(Error::NotFound);
    }
    let id = match account {
        Some(id) => id,
        None => first_administrator(&mut tx, &v).await?,
    };
    tx.exec(
        "update accounts set password_hash = $2, password_set_at = $3, failures = 0,
           locked_until = null where id = $1",
        args![id, hash, at],
    )
    .await?;
    tx.record(Event::new("set_password", "account", &id)).await?;
    sessions::end_all(&mut tx, &id).await?;
    Ok(tx.commit().await?)
}

/// The installation's controller, its office and the person who sets everything else up.
async fn first_administrator(tx: &mut Tx, v: &Values) -> Result<String> {
    let [controller, office, account, post] = [(); 4].map(|()| Uuid::now_v7().to_string());
    let (at, today) = (tx.actor.at, tx.actor.today());
    tx.exec(
        "insert into controllers (id, name, kind) values ($1, $2, 'municipality')",
        args![controller, v.text("place")],
    )
    .await?;
    tx.exec(
        "insert into organisations (id, controller_id, kind, name) values ($1, $2, 'ward', $3)",
        args![office, controller, v.text("place")],
    )
    .await?;
    tx.exec(
        "insert into accounts (id, login, name, created_at) values ($1, $2, $3, $4)",
        args![account, v.text("login"), v.text("name"), at],
    )
    .await?;
    tx.exec(
        "insert into posts (id, account_id, organisation_id, role, valid_from, recorded_at)
         values ($1, $2, $3, 'administrator', $4, $5)",
        args![post, account, office, today, at],
    )
    .await?;
    tx.record(Event::new("create", "account", &account)).await?;
    Ok(account)
}

fn view(app: &App, first: bool, entry: &Entry, bad: &Problems) -> Invitation {
    let form = form(first).view(entry, bad, &app.codes, &Options::new());
    Invitation { form, place: app.config.place.clone() }
}

#[derive(Template)]
#[template(path = "staff/invitation.html")]
struct Invitation {
    form: FormView,
    place: String,
}
