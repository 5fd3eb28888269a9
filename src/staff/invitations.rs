//! 一度だけ使える案内: a link with which somebody sets their password, once, within a week.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use civil::Minutes;
use uuid::Uuid;

use super::vault::random;
use super::{passwords, sessions};
use crate::access::{Actor, Role};
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Result, Submitted, Values, page, qr, said};

const DAYS: i64 = 7;
/// 80 bits: more than can be guessed in a week, and few enough digits to type from paper.
const BYTES: usize = 10;

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

/// `GET /invitations`: where the number of a printed invitation is typed.
pub async fn enter(State(app): State<App>) -> Result<Response> {
    page(number(&app, &Problems::default()))
}

/// `POST /invitations`: to the page of that number.
pub async fn find(State(app): State<App>, Submitted(entry): Submitted) -> Result<Response> {
    match token_of(&app, &entry).await {
        Ok(token) => Ok(Redirect::to(&format!("/invitations/{token}")).into_response()),
        Err(Error::Refused(bad)) => {
            let body = number(&app, &bad).render()?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(body)).into_response())
        }
        Err(e) => Err(e),
    }
}

/// However the number was typed: small or large, with or without spaces.
async fn token_of(app: &App, entry: &Entry) -> Result<String> {
    let v = number_form().read(entry, &app.codes)?;
    let typed = kana::search_key(v.text("number")).to_lowercase();
    let token: String = typed.chars().filter(char::is_ascii_hexdigit).collect();
    match open_invitation(app, &token).await {
        Ok(_) => Ok(token),
        Err(Error::NotFound) => Err(Error::refused("number", NO_SUCH)),
        Err(e) => Err(e),
    }
}

const NO_SUCH: &str = "この番号の案内はありません。番号を確かめてください。使い終わった案内と、7日を過ぎた案内は使えません。その\
     ときは、紙をわたした人に、新しい案内をたのんでください";

pub fn number_form() -> Form {
    let help = "紙に書いてある、20けたの番号です。大文字でも小文字でも、間をあけてもかまいません。";
    let number = Field::new("number", "案内の番号", Kind::Text(60)).required().help(help);
    Form::new("invitation-number", "案内の番号を入力する", vec![number])
}

fn number(app: &App, bad: &Problems) -> Number {
    let form = number_form().view(&Entry::default(), bad, &app.codes, &Options::new());
    Number { form, place: app.config.place.clone() }
}

/// 案内の紙. What is printed and handed over: shown once, for only the digest of its number is kept.
pub struct Sheet {
    pub name: String,
    pub login: String,
    pub link: String,
    /// Where the number is typed.
    pub start: String,
    pub number: String,
    pub until: String,
    pub picture: qr::Picture,
    pub family: bool,
}

pub async fn sheet(
    app: &App,
    actor: &Actor,
    headers: &HeaderMap,
    (account, token): (&str, &str),
) -> Result<Sheet> {
    let (name, login, staff): (String, String, i64) = app
        .read(actor)
        .await?
        .one(
            "select a.name, a.login, (select count(*) from posts p where p.account_id = a.id
               and p.voided_at is null and p.role <> $2) from accounts a where a.id = $1",
            args![account, Role::Family.code()],
        )
        .await?;
    let host = headers.get("host").and_then(|h| h.to_str().ok()).unwrap_or_default();
    let scheme = if app.config.secure { "https" } else { "http" };
    let start = format!("{scheme}:{}{host}/invitations", "//");
    let link = format!("{start}/{token}");
    let digits: Vec<char> = token.chars().collect();
    let groups: Vec<String> = digits.chunks(4).map(|g| g.iter().collect()).collect();
    let until = actor.at.plus(Minutes(DAYS * 24 * 60)).to_string();
    let (picture, number, until) = (qr::picture(&link), groups.join(" "), said::moment(&until));
    Ok(Sheet { name, login, link, start, number, until, picture, family: staff == 0 })
}

pub fn form(first: bool) -> Form {
    let mut fields = vec![];
    if first {
        fields.push(Field::new("place", "自治体・センターの名前", Kind::Text(60)).required());
        fields.push(Field::new("name", "あなたの氏名", Kind::Text(60)).required());
        fields.push(Field::new("login", "ログイン名", Kind::Text(40)).required());
    }
    fields.push(
        Field::new("password", "新しいパスワード", Kind::Password).required().help(passwords::HELP),
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
    let token = random::<BYTES>().map_or_else(String::new, |bytes| sessions::hex(&bytes));
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
    let whose = match &account {
        Some(id) => {
            let mut read = app.read(&Actor::system(app.clock.now(), "")).await?;
            passwords::whose(&mut read, id).await?
        }
        None => vec![v.text("login").to_owned(), v.text("name").to_owned()],
    };
    passwords::check(v.text("password"), &whose)?;
    passwords::same(v.text("password"), v.text("again"))?;
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
           locked_until = null, must_change = 0 where id = $1",
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

#[derive(Template)]
#[template(path = "staff/invitation_number.html")]
struct Number {
    form: FormView,
    place: String,
}
