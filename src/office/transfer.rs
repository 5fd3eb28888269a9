//! 人事異動を入れる: from a day to come a post ends, another begins, or somebody leaves. Nothing has
//! to be done on that day: posts are read with their dates at every request.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;
use uuid::Uuid;

use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::staff::account;
use crate::staff::account_new::{add_post, offers};
use crate::staff::accounts::Account;
use crate::store::Tx;
use crate::web::form::{Field, Form, FormView, Kind, Problems};
use crate::web::{App, Entry, Error, Page, Result, Submitted, Values, page, refused};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    page(view(&app, &actor, &id, &Entry::default(), &Problems::default()).await?)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to("/transfers").into_response()),
        Err(Error::Refused(bad)) => refused(view(&app, &actor, &id, &entry, &bad).await?),
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    Form::new(
        "transfer",
        "人事異動を入れる",
        vec![
            Field::new("kind", "異動の種類", Kind::Code("transfer_kind")).required(),
            Field::new("valid_from", "発令日", Kind::Date)
                .required()
                .help("この日の0時から変わります。3月31日までの職なら4月1日です。"),
            Field::new("post", "終わる職", Kind::Record).help("異動と、兼務を解くときに選びます。"),
            Field::new("organisation", "新しい所属", Kind::Record)
                .help("異動と、兼務のときに選びます。"),
            Field::new("role", "新しい役割", Kind::Record),
            Field::new("title", "新しい職名", Kind::Text(60)),
            Field::new("note", "覚え書き", Kind::Text(200)).help("辞令の番号など。"),
        ],
    )
}

async fn save(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let v = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    transfer(&mut tx, id, &v).await?;
    Ok(tx.commit().await?)
}

/// Writes the rows of `posts` with their dates; the answer is the id of the transfer.
pub async fn transfer(tx: &mut Tx, account_id: &str, v: &Values) -> Result<String> {
    let account = account::find(tx, account_id).await?;
    let on = to_come(tx, v)?;
    let kind = v.text("kind");
    let ended = match kind {
        "move" | "end" => vec![v.text("post").to_owned()],
        "leave" => open_posts(&account, on),
        _ => vec![],
    };
    for post in &ended {
        end(tx, account_id, post, on).await?;
    }
    let begun = match kind {
        "move" | "add" => Some(begin(tx, &account, on, v).await?),
        _ => None,
    };
    if kind == "leave" {
        let sql = "update accounts set leaves_on = $2 where id = $1";
        tx.exec(sql, args![account_id, on]).await?;
    }
    somebody_administers(tx, on).await?;
    let (id, actor) = (Uuid::now_v7().to_string(), tx.actor.clone());
    tx.exec(
        "insert into transfers (id, account_id, kind, starts_on, ended, begun, note, recorded_at,
           recorded_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            id,
            account_id,
            kind,
            on,
            ended.join(","),
            begun,
            v.text("note"),
            actor.at,
            actor.account_id
        ],
    )
    .await?;
    tx.record(Event::new("enter", "transfer", &id).fields("kind,starts_on,ended,begun")).await?;
    Ok(id)
}

fn to_come(tx: &Tx, v: &Values) -> Result<Date> {
    let on = v.date("valid_from").unwrap_or_else(|| tx.actor.today());
    if on <= tx.actor.today() {
        let why = "発令日は、あしたより後の日にしてください。きょうからの変更は、アカウントの画面でできます";
        return Err(Error::refused("valid_from", why));
    }
    Ok(on)
}

fn open_posts(account: &Account, on: Date) -> Vec<String> {
    let on = on.to_string();
    let open = account.posts.iter().filter(|p| p.valid_until.is_none() && p.valid_from < on);
    open.map(|p| p.id.clone()).collect()
}

/// The last day of the post is the day before.
async fn end(tx: &mut Tx, account_id: &str, post_id: &str, on: Date) -> Result<()> {
    let ended = tx
        .exec(
            "update posts set valid_until = $3 where id = $1 and account_id = $2
               and voided_at is null and valid_from < $3 and valid_until is null",
            args![post_id, account_id, on],
        )
        .await?;
    if ended != 1 {
        let why = "終わる職を選び直してください。終わりの日がもう決まっている職は選べません";
        return Err(Error::refused("post", why));
    }
    Ok(())
}

/// The same post twice would be one too many to end.
async fn begin(tx: &mut Tx, account: &Account, on: Date, v: &Values) -> Result<String> {
    let (same,): (i64,) = tx
        .one(
            "select count(*) from posts where account_id = $1 and organisation_id = $2
               and role = $3 and voided_at is null
               and (valid_until is null or valid_until > $4)",
            args![account.id, v.text("organisation"), v.text("role"), on],
        )
        .await?;
    if same > 0 {
        let why = "その日に、同じ所属と役割の職がもうあります。職の一覧を確かめてください";
        return Err(Error::refused("organisation", why));
    }
    add_post(tx, &account.id, v).await
}

/// Without an administrator nobody could ever give a right again.
async fn somebody_administers(tx: &mut Tx, on: Date) -> Result<()> {
    let controller = tx.actor.controller_id.clone();
    let (left,): (i64,) = tx
        .one(
            "select count(*) from posts p
             join accounts a on a.id = p.account_id and a.disabled_at is null
             join organisations o on o.id = p.organisation_id
             where o.controller_id = $1 and p.role = 'administrator' and p.voided_at is null
               and p.valid_from <= $2 and (p.valid_until is null or p.valid_until > $2)",
            args![controller, on],
        )
        .await?;
    if left > 0 {
        return Ok(());
    }
    let why =
        "この日から、システム管理者がひとりもいなくなります。先に次の管理者の職を加えてください";
    Err(Error::refused("post", why))
}

async fn view(
    app: &App,
    actor: &Actor,
    id: &str,
    entry: &Entry,
    bad: &Problems,
) -> Result<TransferPage> {
    let account = account::find(&mut app.read(actor).await?, id).await?;
    let mut options = offers(app, actor).await?;
    let open = account.posts.iter().filter(|p| p.valid_until.is_none());
    let words = |p: &crate::staff::accounts::Post| format!("{}（{}）", p.organisation, p.role());
    options.insert("post", open.map(|p| (p.id.clone(), words(p))).collect());
    let form = form().view(entry, bad, &app.codes, &options);
    Ok(TransferPage {
        page: app.page(actor, "人事異動を入れる", "/accounts"), account, form
    })
}

#[derive(Template)]
#[template(path = "office/transfer.html")]
struct TransferPage {
    page: Page,
    account: Account,
    form: FormView,
}
