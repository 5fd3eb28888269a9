//! 家族のアカウント: the ward invites a parent whose identity it has checked; the link is dated and
//! ended with a reason. Somebody without custody is refused.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::who::{Who, who};
use super::{custody, see};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::codes::Codes;
use crate::staff::{account_new, invitations, organisations};
use crate::store::{FromRow, Read, Tx};
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page, refused,
};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
) -> Result<Response> {
    let view = view(&app, &actor, &number, ("", &Entry::default(), &Problems::default())).await?;
    let id = &view.who.summary.id;
    app.viewed(&actor, Event::new("view", "family_link", id).about(id)).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    headers: HeaderMap,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match invite(&app, &actor, &number, &entry).await {
        Ok(new) => invited(&app, &actor, (&number, &headers), new).await,
        Err(e) => refused(view(&app, &actor, &number, (INVITE, &entry, &e.problems()?)).await?),
    }
}

/// `POST .../{link}/end`: the account no longer sees the record.
pub async fn end(
    State(app): State<App>,
    actor: Actor,
    Path((number, link)): Path<(String, String)>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match stop(&app, &actor, (&number, &link), &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/clients/{number}/family")).into_response()),
        Err(Error::Refused(bad)) => {
            refused(view(&app, &actor, &number, (&link, &entry, &bad)).await?)
        }
        Err(e) => Err(e),
    }
}

const INVITE: &str = "family-invite";

pub fn form() -> Form {
    let fields = vec![
        Field::new("carer", "だれを", Kind::Record)
            .required()
            .help("台帳の「保護者・介護者」に登録した人から選びます。"),
        Field::new("login", "ログイン名", Kind::Text(40))
            .required()
            .help("半角の英数字と . _ - だけ、3文字から。きょうだいのためにもう持っているときは、同じものを入れます。"),
        Field::new("checked", "本人確認の方法", Kind::Code("identity_check")).required(),
        Field::new("checked_note", "本人確認の覚え", Kind::Text(100))
            .help("証明書の番号は書かないでください。"),
    ];
    Form::new("family-invite", "家族のアカウントをつなぐ", fields)
}

pub fn end_form() -> Form {
    let why = Field::new("why", "終える理由", Kind::Text(200)).required();
    Form::new("family-end", "つながりを終える", vec![why])
}

/// Links an account to a carer of the person; refused for whoever may not be told anything.
pub async fn link(
    tx: &mut Tx,
    client_id: &str,
    (account_id, carer_id): (&str, &str),
    (checked, note): (&str, &str),
) -> Result<String> {
    let relative = allowed(tx, client_id, carer_id).await?;
    let today = tx.actor.today();
    let (already,): (i64,) = tx
        .one(
            "select count(*) from family_links where client_id = $1 and account_id = $2
               and voided_at is null and (valid_until is null or valid_until > $3)",
            args![client_id, account_id, today],
        )
        .await?;
    if already > 0 {
        return Err(Error::refused("login", "このアカウントは、もうつながっています"));
    }
    let id = Uuid::now_v7().to_string();
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "insert into family_links (id, account_id, client_id, relation, carer_id, checked,
           checked_note, valid_from, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![id, account_id, client_id, relative.relation, carer_id, checked, note, today, at, by],
    )
    .await?;
    tx.record(Event::new("link", "family_link", &id).about(client_id)).await?;
    Ok(id)
}

/// The carer, unless this row or another of the same name says that nothing is told to them.
async fn allowed(tx: &mut Tx, client_id: &str, carer_id: &str) -> Result<custody::Relative> {
    let all = custody::relatives(tx, client_id).await?;
    let Some(one) = all.iter().find(|r| r.id == carer_id) else {
        return Err(Error::refused("carer", "画面にある人から選び直してください"));
    };
    if all.iter().any(|r| r.barred == 1 && custody::same_name(&r.name, &one.name)) {
        let why =
            "親権がない、または情報を伝えないと記録されている人には、アカウントをつなげません";
        return Err(Error::refused("carer", why));
    }
    Ok(one.clone())
}

/// A new account and the token of its link; nothing when the account was there already.
type New = Option<(String, String)>;

async fn invite(app: &App, actor: &Actor, number: &str, entry: &Entry) -> Result<New> {
    let client = see(&mut app.read(actor).await?, number).await?;
    let v = form().read(entry, &app.codes)?;
    if client.closed_on.is_some() {
        return Err(Error::refused("", "終結した人のアカウントはつなげません"));
    }
    let mut tx = app.write(actor).await?;
    let name = allowed(&mut tx, &client.id, v.text("carer")).await?.name;
    let (account, token) = match existing(&mut tx, v.text("login"), &name).await? {
        Some(account) => (account, None),
        None => {
            let account = create(&mut tx, app, &v, &name).await?;
            let token = invitations::invite(&mut tx, Some(&account)).await?;
            (account, Some(token))
        }
    };
    let how = (v.text("checked"), v.text("checked_note"));
    link(&mut tx, &client.id, (&account, v.text("carer")), how).await?;
    tx.commit().await?;
    Ok(token.map(|token| (account, token)))
}

/// An account of the same name that is nothing but a family's, of this controller.
async fn existing(tx: &mut Tx, login: &str, name: &str) -> Result<Option<String>> {
    let controller = tx.actor.controller_id.clone();
    let row: Option<(String, String, i64)> = tx
        .maybe(
            "select a.id, a.name, (select count(*) from posts p
                join organisations o on o.id = p.organisation_id where p.account_id = a.id
                  and p.voided_at is null and (p.role <> 'family' or o.controller_id <> $2))
             from accounts a where a.login = $1 and a.disabled_at is null",
            args![login, controller],
        )
        .await?;
    match row {
        Some((id, own, 0)) if custody::same_name(&own, name) => Ok(Some(id)),
        Some(_) => {
            let why = "このログイン名は、もうほかの人が使っています。別のものにしてください";
            Err(Error::refused("login", why))
        }
        None => Ok(None),
    }
}

async fn create(tx: &mut Tx, app: &App, v: &Values, name: &str) -> Result<String> {
    let mut entry = Entry::default();
    entry.set("name", name);
    entry.set("login", v.text("login"));
    entry.set("organisation", families(tx, app).await?);
    entry.set("role", "family");
    entry.set("valid_from", tx.actor.today().to_string());
    account_new::create(tx, &account_new::form().read(&entry, &app.codes)?).await
}

/// The body that stands for the families of the controller.
async fn families(tx: &mut Tx, app: &App) -> Result<String> {
    let controller = tx.actor.controller_id.clone();
    let row: Option<(String,)> = tx
        .maybe(
            "select id from organisations where controller_id = $1 and kind = 'family'
               and closed_on is null order by id limit 1",
            args![controller],
        )
        .await?;
    if let Some((id,)) = row {
        return Ok(id);
    }
    let mut entry = Entry::default();
    entry.set("name", "家族");
    entry.set("kind", "family");
    organisations::create(tx, &organisations::form().read(&entry, &app.codes)?).await
}

async fn stop(app: &App, actor: &Actor, (number, link): (&str, &str), entry: &Entry) -> Result<()> {
    let client = see(&mut app.read(actor).await?, number).await?;
    let v = end_form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    if !custody::end(&mut tx, &client.id, link, v.text("why")).await? {
        return Err(Error::NotFound);
    }
    Ok(tx.commit().await?)
}

/// The invitation is shown once: only its digest is kept.
async fn invited(
    app: &App,
    actor: &Actor,
    (number, headers): (&str, &HeaderMap),
    new: New,
) -> Result<Response> {
    let mut view = view(app, actor, number, ("", &Entry::default(), &Problems::default())).await?;
    view.linked = true;
    if let Some((account, token)) = new {
        let sheet = invitations::sheet(app, actor, headers, (&account, &token)).await?;
        view.sheet = Some(sheet);
    }
    page(view)
}

/// つながりの一件.
#[derive(Debug, FromRow)]
struct Row {
    id: String,
    name: String,
    login: String,
    relation: String,
    checked: String,
    checked_note: String,
    valid_from: String,
    valid_until: Option<String>,
    recorder: String,
    end_reason: Option<String>,
    voided_at: Option<String>,
    used: i64,
}

impl Row {
    fn since(&self) -> String {
        self.valid_from.parse().map_or_else(|_| String::new(), civil::format_both)
    }

    fn ended(&self, today: &civil::Date) -> bool {
        let until: Option<civil::Date> = self.valid_until.as_deref().and_then(|d| d.parse().ok());
        self.voided_at.is_some() || until.is_some_and(|u| u <= *today)
    }
}

async fn rows(read: &mut Read, client_id: &str) -> Result<Vec<Row>> {
    Ok(read
        .all(
            "select l.id, a.name, a.login, l.relation, l.checked, l.checked_note, l.valid_from,
               l.valid_until, coalesce(w.name, '') as recorder, l.end_reason, l.voided_at,
               cast(case when a.password_hash is null then 0 else 1 end as bigint) as used
             from family_links l join accounts a on a.id = l.account_id
             left join accounts w on w.id = l.recorded_by
             where l.client_id = $1 order by l.recorded_at desc, l.id desc",
            args![client_id],
        )
        .await?)
}

async fn view(
    app: &App,
    actor: &Actor,
    number: &str,
    (what, entry, bad): (&str, &Entry, &Problems),
) -> Result<FamilyPage> {
    let mut read = app.read(actor).await?;
    let who = who(app, &mut read, number, "/clients/{number}/family").await?;
    let rows = rows(&mut read, &who.summary.id).await?;
    let relatives = custody::relatives(&mut read, &who.summary.id).await?;
    let (barred, open): (Vec<_>, Vec<_>) = relatives.into_iter().partition(|r| r.barred == 1);
    let relation = |r: &custody::Relative| app.codes.label("relation", &r.relation).to_owned();
    let pairs = open.iter().map(|r| (r.id.clone(), format!("{}（{}）", r.name, relation(r))));
    let offers = Options::from([("carer", pairs.collect())]);
    let none = (Entry::default(), Problems::default());
    let draw = |form: Form, mine: bool| {
        let (entry, bad) = if mine { (entry, bad) } else { (&none.0, &none.1) };
        form.view(entry, bad, &app.codes, &offers)
    };
    let title = if bad.is_empty() {
        "家族のアカウント"
    } else {
        "エラー：家族のアカウント"
    };
    Ok(FamilyPage {
        page: app.page(actor, format!("{title}：{number}"), "/clients"),
        barred: barred.iter().map(|r| format!("{}（{}）", r.name, relation(r))).collect(),
        form: draw(form(), what == INVITE),
        end: draw(end_form(), what != INVITE),
        ending: what.to_owned(),
        none: open.is_empty(),
        today: actor.today(),
        codes: app.codes.clone(),
        sheet: None,
        linked: false,
        who,
        rows,
    })
}

#[derive(Template)]
#[template(path = "clients/family_page.html")]
struct FamilyPage {
    page: Page,
    who: Who,
    rows: Vec<Row>,
    /// Those to whom nothing is told, and no account linked.
    barred: Vec<String>,
    form: FormView,
    end: FormView,
    /// The link whose ending was refused.
    ending: String,
    /// Nobody can be chosen.
    none: bool,
    today: civil::Date,
    codes: std::sync::Arc<Codes>,
    sheet: Option<invitations::Sheet>,
    linked: bool,
}
