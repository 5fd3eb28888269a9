//! 自分の設定: one's name and posts, the keys, and the ways to the password and the second factor.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::feeds::{self, Feed};
use super::login::with_cookie;
use super::{proof, sessions, stage};
use crate::access::{Actor, Role};
use crate::args;
use crate::audit::Event;
use crate::store::{FromRow, Read, Tx};
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Page, Result, Submitted, Values, page};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    page(view(&app, &actor).await?)
}

/// `POST /me`: how the keyboard answers.
pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let v = keys_form().read(&entry, &app.codes)?;
    let mut tx = app.write(&actor).await?;
    set_keys(&mut tx, &v).await?;
    tx.commit().await?;
    Ok(Redirect::to("/me").into_response())
}

/// `POST /me/post`: 兼務. The session goes on in another post, and with that post's rights only.
pub async fn choose(
    State(app): State<App>,
    actor: Actor,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    let token = take_post(&mut tx, entry.get("post")).await?;
    tx.commit().await?;
    Ok(with_cookie(&app, &token, Redirect::to("/").into_response()))
}

pub fn keys_form() -> Form {
    let keys = Field::new("single_keys", "1文字のキー操作を使う", Kind::Yes).help(
        "j・k・/ などの1文字のキーです。読み上げソフトや音声入力と重なるときは外してください。",
    );
    Form::new("keys", "キー操作", vec![keys])
}

pub async fn set_keys(tx: &mut Tx, v: &Values) -> Result<()> {
    let account = tx.actor.account_id.clone();
    let on = i64::from(v.yes("single_keys"));
    tx.exec("update accounts set single_keys = $2 where id = $1", args![account, on]).await?;
    Ok(tx.record(Event::new("set", "account", &account).fields("single_keys")).await?)
}

/// Only a post of one's own that is valid today.
async fn take_post(tx: &mut Tx, post: &str) -> Result<String> {
    let posts = posts(tx).await?;
    let Some(post) = posts.into_iter().find(|p| p.id == post) else {
        return Err(Error::NotFound);
    };
    let (account, typed) = (tx.actor.account_id.clone(), sessions::confirmed_at(tx).await?);
    let role = Role::from_code(&post.role).ok_or(Error::NotFound)?;
    let stage = stage::next(tx, &account, role, true).await?;
    sessions::leave(tx).await?;
    // The password is as old as it was: changing the post is not typing it.
    sessions::open_at(tx, (&account, &post.id), stage, &typed).await
}

/// 自分の職.
#[derive(FromRow)]
struct Post {
    id: String,
    organisation: String,
    role: String,
    title: String,
    valid_from: String,
}

impl Post {
    fn role(&self) -> &str {
        Role::from_code(&self.role).map_or("", Role::label)
    }

    fn since(&self) -> String {
        self.valid_from.parse().map_or_else(|_| self.valid_from.clone(), civil::format_era)
    }
}

async fn posts(read: &mut Read) -> Result<Vec<Post>> {
    let (account, today) = (read.actor.account_id.clone(), read.actor.today());
    let rows = read
        .all(
            "select p.id, o.name as organisation, p.role, p.title, p.valid_from from posts p
             join organisations o on o.id = p.organisation_id
             where p.account_id = $1 and p.voided_at is null and p.valid_from <= $2
               and (p.valid_until is null or p.valid_until > $2)
             order by p.valid_from, p.id",
            args![account, today],
        )
        .await?;
    Ok(rows)
}

async fn view(app: &App, actor: &Actor) -> Result<Me> {
    let mut read = app.read(actor).await?;
    let posts = posts(&mut read).await?;
    let (login,): (String,) =
        read.one("select login from accounts where id = $1", args![actor.account_id]).await?;
    let calendars = app.access.allows(actor.role, "POST", "/me/calendar");
    let feed = if calendars { feeds::own(&mut read).await? } else { None };
    let mut keys = Entry::default();
    keys.set("single_keys", if actor.single_keys { "1" } else { "" });
    Ok(Me {
        page: app.page(actor, "設定", ""),
        login,
        calendars,
        feed,
        post: actor.post_id.clone(),
        posts,
        keys: keys_form().view(&keys, &Problems::default(), &app.codes, &Options::new()),
        reviews: app.access.allows(actor.role, "GET", "/reviews"),
        factor: proof::factor(&mut read, &actor.account_id).await?.is_some(),
    })
}

#[derive(Template)]
#[template(path = "staff/me.html")]
struct Me {
    page: Page,
    login: String,
    /// Whether the post may have a calendar of its own, and the one it has.
    calendars: bool,
    feed: Option<Feed>,
    post: String,
    posts: Vec<Post>,
    keys: FormView,
    factor: bool,
    /// May look at everybody's rights once a year.
    reviews: bool,
}
