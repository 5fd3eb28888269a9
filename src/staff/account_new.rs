//! アカウントを作る: a person, their first post, and the link with which they set their password.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use uuid::Uuid;

use super::{accounts, invitations, organisations};
use crate::access::{Actor, Role};
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Page, Result, Submitted, Values, page, refused};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    let mut entry = Entry::default();
    entry.set("valid_from", actor.today().to_string());
    page(view(&app, &actor, &entry, &Problems::default()).await?)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    headers: HeaderMap,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &entry).await {
        Ok((id, token)) => invited(&app, &actor, &headers, (&id, &token)).await,
        Err(Error::Refused(bad)) => refused(view(&app, &actor, &entry, &bad).await?),
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    let mut fields = vec![
        Field::new("name", "氏名", Kind::Text(60)).required(),
        Field::new("kana", "ふりがな", Kind::Kana(120)),
        Field::new("login", "ログイン名", Kind::Text(40))
            .required()
            .help("半角の英数字と . _ - だけ、3文字から。あとで変えられません。"),
    ];
    fields.extend(post_fields());
    Form::new("account", "アカウントを作る", fields)
}

/// The questions about a post, also asked when one more is added.
pub fn post_fields() -> Vec<Field> {
    vec![
        Field::new("organisation", "所属", Kind::Record).required(),
        Field::new("role", "役割", Kind::Record)
            .required()
            .help("役割で、見える範囲とできることが決まります。"),
        Field::new("title", "職名", Kind::Text(60)),
        Field::new("valid_from", "いつから", Kind::Date).required(),
    ]
}

async fn save(app: &App, actor: &Actor, entry: &Entry) -> Result<(String, String)> {
    let v = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    let id = create(&mut tx, &v).await?;
    let token = invitations::invite(&mut tx, Some(&id)).await?;
    tx.commit().await?;
    Ok((id, token))
}

/// The new account's id. It cannot be used before its link was.
pub async fn create(tx: &mut Tx, v: &Values) -> Result<String> {
    let login = v.text("login");
    if login.len() < 3 || !login.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) {
        return Err(Error::refused(
            "login",
            "ログイン名は、半角の英数字と . _ - だけで3文字以上にしてください",
        ));
    }
    let (taken,): (i64,) =
        tx.one("select count(*) from accounts where login = $1", args![login]).await?;
    if taken > 0 {
        return Err(Error::refused(
            "login",
            "このログイン名はもう使われています。別のものにしてください",
        ));
    }
    let id = Uuid::now_v7().to_string();
    let at = tx.actor.at;
    tx.exec(
        "insert into accounts (id, login, name, kana, created_at) values ($1, $2, $3, $4, $5)",
        args![id, login, v.text("name"), v.text("kana"), at],
    )
    .await?;
    tx.record(Event::new("create", "account", &id)).await?;
    add_post(tx, &id, v).await?;
    Ok(id)
}

/// One more post for an account, in a body of the actor's controller.
pub async fn add_post(tx: &mut Tx, account_id: &str, v: &Values) -> Result<String> {
    let offered = organisations::offered(tx).await?;
    if !offered.iter().any(|(id, _)| id == v.text("organisation")) {
        return Err(Error::refused("organisation", "所属は、画面にあるものから選び直してください"));
    }
    let Some(role) = Role::from_code(v.text("role")) else {
        return Err(Error::refused("role", "役割は、画面にあるものから選び直してください"));
    };
    let (id, actor) = (Uuid::now_v7().to_string(), tx.actor.clone());
    tx.exec(
        "insert into posts (id, account_id, organisation_id, role, title, valid_from, recorded_at,
           recorded_by) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            id,
            account_id,
            v.text("organisation"),
            role.code(),
            v.text("title"),
            v.date("valid_from"),
            actor.at,
            actor.account_id
        ],
    )
    .await?;
    tx.record(Event::new("add", "post", &id)).await?;
    Ok(id)
}

/// The choices of the two fields that name records.
pub async fn offers(app: &App, actor: &Actor) -> Result<Options> {
    let mut read = app.read(actor).await?;
    let organisations = organisations::offered(&mut read).await?;
    Ok(Options::from([("organisation", organisations), ("role", accounts::roles())]))
}

/// Shows the invitation, once: only its digest is kept.
pub(super) async fn invited(
    app: &App,
    actor: &Actor,
    headers: &HeaderMap,
    (id, token): (&str, &str),
) -> Result<Response> {
    let sheet = invitations::sheet(app, actor, headers, (id, token)).await?;
    let page_ = app.page(actor, "一度だけ使える案内", "/accounts");
    page(Invited { page: page_, sheet, id: id.to_owned() })
}

async fn view(app: &App, actor: &Actor, entry: &Entry, bad: &Problems) -> Result<NewAccount> {
    let form = form().view(entry, bad, &app.codes, &offers(app, actor).await?);
    Ok(NewAccount { page: app.page(actor, "アカウントを作る", "/accounts"), form })
}

#[derive(Template)]
#[template(path = "staff/account_new.html")]
struct NewAccount {
    page: Page,
    form: FormView,
}

#[derive(Template)]
#[template(path = "staff/account_invited.html")]
struct Invited {
    page: Page,
    sheet: invitations::Sheet,
    id: String,
}
