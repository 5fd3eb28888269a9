//! 鍵を作る: for an organisation in a role, for stated uses, until a stated day; shown once.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::ToSpan;
use uuid::Uuid;

use super::{accounts, organisations, sessions};
use crate::access::{Actor, Role};
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Page, Result, Submitted, Values, page, refused};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    let mut entry = Entry::default();
    entry.set("expires_on", actor.today().saturating_add(1.year()).to_string());
    page(view(&app, &actor, &entry, &Problems::default()).await?)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &entry).await {
        Ok(token) => {
            let page_ = app.page(&actor, "新しい鍵", "/accounts");
            page(Made { page: page_, name: entry.get("name").to_owned(), token })
        }
        Err(Error::Refused(bad)) => refused(view(&app, &actor, &entry, &bad).await?),
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("name", "連携する仕組みの名前", Kind::Text(60)).required(),
        Field::new("organisation", "どの機関として", Kind::Record).required(),
        Field::new("role", "どの役割として", Kind::Record)
            .required()
            .help("この役割の人に見える範囲だけが見えます。"),
        Field::new("scopes", "できること", Kind::Codes("api_scope"))
            .required()
            .help("連携に要るものだけを選びます。"),
        Field::new("expires_on", "使えなくなる日", Kind::Date)
            .required()
            .help("長くて13か月です。続けるときは、新しい鍵に替えます。"),
    ];
    Form::new("token", "鍵を作る", fields)
}

/// Makes the token and the account it acts as; the answer is the token, which is not kept.
pub async fn make(tx: &mut Tx, v: &Values) -> Result<String> {
    let token = format!("kkh_{}", sessions::secret());
    keep(tx, v, &token).await?;
    Ok(token)
}

/// As [`make`], with a token that is known already: the sample's.
pub async fn keep(tx: &mut Tx, v: &Values, token: &str) -> Result<()> {
    check(tx, v).await?;
    let [id, account, post] = [(); 3].map(|()| Uuid::now_v7().to_string());
    let actor = tx.actor.clone();
    tx.exec(
        "insert into accounts (id, login, name, created_at, machine) values ($1, $2, $3, $4, 1)",
        args![account, format!("api-{id}"), v.text("name"), actor.at],
    )
    .await?;
    tx.exec(
        "insert into posts (id, account_id, organisation_id, role, title, valid_from, recorded_at,
           recorded_by) values ($1, $2, $3, $4, '連携', $5, $6, $7)",
        args![
            post,
            account,
            v.text("organisation"),
            v.text("role"),
            actor.today(),
            actor.at,
            actor.account_id
        ],
    )
    .await?;
    let (scopes, until) = (v.many("scopes").join(","), v.date("expires_on"));
    tx.exec(
        "insert into api_tokens (id, token_hash, name, account_id, post_id, scopes, expires_on,
           made_at, made_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            id,
            sessions::digest(token),
            v.text("name"),
            account,
            post,
            scopes,
            until,
            actor.at,
            actor.account_id
        ],
    )
    .await?;
    Ok(tx.record(Event::new("create", "api_token", &id).fields(scopes)).await?)
}

/// Programs act for desks and bodies; a family, the auditor and the administrator are persons.
fn offered_role(code: &str) -> bool {
    let person = [Role::Family, Role::Auditor, Role::Administrator];
    Role::from_code(code).is_some_and(|r| !person.contains(&r))
}

async fn check(tx: &mut Tx, v: &Values) -> Result<(), Error> {
    let mut bad = Problems::default();
    let offered = organisations::offered(tx).await?;
    if !offered.iter().any(|(id, _)| id == v.text("organisation")) {
        bad.add("organisation", "機関は、画面にあるものから選び直してください");
    }
    if !offered_role(v.text("role")) {
        bad.add("role", "役割は、画面にあるものから選び直してください");
    }
    let today = tx.actor.today();
    let last = today.saturating_add(13.months());
    if v.date("expires_on").is_none_or(|d| d <= today || d > last) {
        bad.add("expires_on", "使えなくなる日は、あすから13か月先までの日にしてください");
    }
    if bad.is_empty() { Ok(()) } else { Err(Error::Refused(bad)) }
}

async fn save(app: &App, actor: &Actor, entry: &Entry) -> Result<String> {
    let v = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    let token = make(&mut tx, &v).await?;
    tx.commit().await?;
    Ok(token)
}

async fn view(app: &App, actor: &Actor, entry: &Entry, bad: &Problems) -> Result<NewToken> {
    let organisations = organisations::offered(&mut app.read(actor).await?).await?;
    let roles = accounts::roles().into_iter().filter(|(code, _)| offered_role(code)).collect();
    let offers = Options::from([("organisation", organisations), ("role", roles)]);
    let form = form().view(entry, bad, &app.codes, &offers);
    Ok(NewToken { page: app.page(actor, "鍵を作る", "/accounts"), form })
}

#[derive(Template)]
#[template(path = "staff/token_new.html")]
struct NewToken {
    page: Page,
    form: FormView,
}

#[derive(Template)]
#[template(path = "staff/token_made.html")]
struct Made {
    page: Page,
    name: String,
    token: String,
}
