//! 住所の非開示: an address that somebody must not find out. The ward sets it with a reason, says
//! who may see it nevertheless, looks again once a year, and ends it with a reason.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;
use jiff::ToSpan;
use uuid::Uuid;

use super::see;
use super::who::{Who, who};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::codes::Codes;
use crate::store::{FromRow, Read, Tx};
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page, refused, said,
};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
) -> Result<Response> {
    let view = view(&app, &actor, &number, ("", &Entry::default(), &Problems::default())).await?;
    let id = &view.who.summary.id;
    app.viewed(&actor, Event::new("view", "restriction", id).about(id)).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let done = save(&app, &actor, (&number, HIDE, ""), &entry).await;
    answer(&app, &actor, (&number, HIDE), &entry, done).await
}

/// `POST .../{restriction}/review`: it still has to stand.
pub async fn review(
    State(app): State<App>,
    actor: Actor,
    Path((number, id)): Path<(String, String)>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let done = save(&app, &actor, (&number, REVIEW, &id), &entry).await;
    answer(&app, &actor, (&number, REVIEW), &entry, done).await
}

/// `POST .../{restriction}/end`: the address may be shown again.
pub async fn end(
    State(app): State<App>,
    actor: Actor,
    Path((number, id)): Path<(String, String)>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let done = save(&app, &actor, (&number, END, &id), &entry).await;
    answer(&app, &actor, (&number, END), &entry, done).await
}

const HIDE: &str = "address-hide";
const REVIEW: &str = "address-review";
const END: &str = "address-end";

pub fn form() -> Form {
    let fields = vec![
        Field::new("basis", "もとになったもの", Kind::Code("restriction_basis")).required(),
        Field::new("reason", "理由", Kind::Text(200))
            .required()
            .help("だれから隠すのか、だれから聞いたのか。住所は書かないでください。"),
        Field::new("shown_to", "住所を見られる人", Kind::Code("address_shown_to")).required(),
        Field::new("from", "いつから", Kind::Date).help("空けておくときょうからになります。"),
        Field::new("review_on", "次に見直す日", Kind::Date)
            .help("空けておくと1年後になります。その日が近づくと「きょう」に出ます。"),
    ];
    Form::new("address-hide", "住所を非開示にする", fields)
}

pub fn review_form() -> Form {
    let fields = vec![
        Field::new("result", "確かめたこと", Kind::Text(200))
            .required()
            .help("例：支援措置の延長を住民記録係に確かめた"),
        Field::new("review_on", "次に見直す日", Kind::Date).help("空けておくと1年後になります。"),
    ];
    Form::new("address-review", "見直して、続ける", fields)
}

pub fn end_form() -> Form {
    let why = Field::new("why", "終える理由", Kind::Text(200)).required();
    let sure = Field::new("sure", "ほかの機関にも住所が見えるようになることを確かめた", Kind::Yes);
    Form::new("address-end", "非開示を終える", vec![why, sure.required()])
}

/// Hides address and telephones from everybody but those named, on every page, list and file.
pub async fn hide(tx: &mut Tx, client_id: &str, v: &Values) -> Result<String> {
    let today = tx.actor.today();
    let from = v.date("from").unwrap_or(today);
    if from > today {
        return Err(Error::refused("from", "先の日付は入れられません。すぐに非開示にしてください"));
    }
    let review_on = next_review(v, today)?;
    if open(tx, client_id).await?.is_some() {
        return Err(Error::refused("", "すでに非開示です。見直すか、終えてください"));
    }
    let id = Uuid::now_v7().to_string();
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let (basis, shown_to) = (v.text("basis"), v.text("shown_to"));
    tx.exec(
        "insert into restrictions (id, client_id, kind, basis, reason, shown_to, review_on,
           valid_from, recorded_at, recorded_by)
         values ($1, $2, 'address_hidden', $3, $4, $5, $6, $7, $8, $9)",
        args![id, client_id, basis, v.text("reason"), shown_to, review_on, from, at, by],
    )
    .await?;
    tx.record(Event::new("restrict", "restriction", &id).about(client_id)).await?;
    Ok(id)
}

/// A year from today unless it is said.
fn next_review(v: &Values, today: Date) -> Result<Date> {
    let on = v.date("review_on").unwrap_or_else(|| today.saturating_add(1.year()));
    if on <= today || on > today.saturating_add(1.year()) {
        let why = "次に見直す日は、あすから1年後までの日付にしてください";
        return Err(Error::refused("review_on", why));
    }
    Ok(on)
}

/// Somebody looked, and it stays.
pub async fn keep(tx: &mut Tx, client_id: &str, id: &str, v: &Values) -> Result<()> {
    let review_on = next_review(v, tx.actor.today())?;
    standing(tx, client_id, id).await?;
    let (new, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "insert into restriction_reviews (id, restriction_id, result, review_on, recorded_at,
           recorded_by) values ($1, $2, $3, $4, $5, $6)",
        args![new, id, v.text("result"), review_on, at, by],
    )
    .await?;
    let sql = "update restrictions set review_on = $2 where id = $1";
    tx.exec(sql, args![id, review_on]).await?;
    tx.record(Event::new("review", "restriction", id).about(client_id)).await?;
    Ok(())
}

/// The last day was yesterday; one that began today never held.
pub async fn lift(tx: &mut Tx, client_id: &str, id: &str, why: &str) -> Result<()> {
    standing(tx, client_id, id).await?;
    let (at, by, today) = (tx.actor.at, tx.actor.account_id.clone(), tx.actor.today());
    tx.exec(
        "update restrictions set ended_at = $2, ended_by = $3, end_reason = $4,
           valid_until = case when valid_from < $5 then $5 else null end,
           voided_at = case when valid_from < $5 then null else $2 end,
           voided_by = case when valid_from < $5 then null else $3 end,
           void_reason = case when valid_from < $5 then null else $4 end
         where id = $1",
        args![id, at, by, why, today],
    )
    .await?;
    tx.record(Event::new("end", "restriction", id).about(client_id)).await?;
    Ok(())
}

async fn open(read: &mut Read, client_id: &str) -> Result<Option<String>> {
    let today = read.actor.today();
    let row: Option<(String,)> = read
        .maybe(
            "select id from restrictions where client_id = $1 and kind = 'address_hidden'
               and voided_at is null and (valid_until is null or valid_until > $2)",
            args![client_id, today],
        )
        .await?;
    Ok(row.map(|r| r.0))
}

async fn standing(read: &mut Read, client_id: &str, id: &str) -> Result<()> {
    let found = open(read, client_id).await?;
    if found.as_deref() == Some(id) { Ok(()) } else { Err(Error::NotFound) }
}

async fn save(
    app: &App,
    actor: &Actor,
    (number, what, id): (&str, &str, &str),
    entry: &Entry,
) -> Result<()> {
    let client = see(&mut app.read(actor).await?, number).await?;
    let read = |form: Form| form.read(entry, &app.codes);
    let mut tx = app.write(actor).await?;
    match what {
        HIDE => hide(&mut tx, &client.id, &read(form())?).await.map(|_| ())?,
        REVIEW => keep(&mut tx, &client.id, id, &read(review_form())?).await?,
        _ => lift(&mut tx, &client.id, id, read(end_form())?.text("why")).await?,
    }
    Ok(tx.commit().await?)
}

async fn answer(
    app: &App,
    actor: &Actor,
    (number, what): (&str, &str),
    entry: &Entry,
    done: Result<()>,
) -> Result<Response> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/clients/{number}/address")).into_response()),
        Err(Error::Refused(bad)) => refused(view(app, actor, number, (what, entry, &bad)).await?),
        Err(e) => Err(e),
    }
}

/// 制限の一件.
#[derive(Debug, FromRow)]
struct Row {
    id: String,
    basis: String,
    reason: String,
    shown_to: String,
    review_on: Option<String>,
    valid_from: String,
    valid_until: Option<String>,
    recorder: String,
    end_reason: Option<String>,
    ender: Option<String>,
    voided_at: Option<String>,
}

impl Row {
    fn day(text: &str) -> String {
        text.parse().map_or_else(|_| text.to_owned(), civil::format_both)
    }

    fn stands(&self, today: Date) -> bool {
        let until: Option<Date> = self.valid_until.as_deref().and_then(|d| d.parse().ok());
        self.voided_at.is_none() && until.is_none_or(|u| u > today)
    }

    fn overdue(&self, today: Date) -> bool {
        let on = self.review_on.as_deref().unwrap_or(&self.valid_from);
        on.parse().is_ok_and(|d: Date| d <= today)
    }
}

/// (when, by whom, what was found out)
type Review = (String, String, String);

async fn rows(read: &mut Read, client_id: &str) -> Result<Vec<Row>> {
    Ok(read
        .all(
            "select r.id, r.basis, r.reason, r.shown_to, r.review_on, r.valid_from, r.valid_until,
               coalesce(w.name, '') as recorder, r.end_reason, e.name as ender, r.voided_at
             from restrictions r left join accounts w on w.id = r.recorded_by
             left join accounts e on e.id = r.ended_by
             where r.client_id = $1 order by r.recorded_at desc, r.id desc",
            args![client_id],
        )
        .await?)
}

async fn reviews(read: &mut Read, client_id: &str) -> Result<Vec<Review>> {
    let rows: Vec<Review> = read
        .all(
            "select v.recorded_at, coalesce(a.name, ''), v.result from restriction_reviews v
             join restrictions r on r.id = v.restriction_id
             left join accounts a on a.id = v.recorded_by
             where r.client_id = $1 order by v.recorded_at desc, v.id desc",
            args![client_id],
        )
        .await?;
    Ok(rows.into_iter().map(|(at, who, what)| (said::moment(&at), who, what)).collect())
}

async fn view(
    app: &App,
    actor: &Actor,
    number: &str,
    (what, entry, bad): (&str, &Entry, &Problems),
) -> Result<AddressPage> {
    let mut read = app.read(actor).await?;
    let who = who(app, &mut read, number, "/clients/{number}/address").await?;
    let all = rows(&mut read, &who.summary.id).await?;
    let today = actor.today();
    let (mut now, past): (Vec<_>, Vec<_>) = all.into_iter().partition(|r| r.stands(today));
    let reviews = reviews(&mut read, &who.summary.id).await?;
    let none = (Entry::default(), Problems::default());
    let draw = |form: Form| {
        let mine = form.id == what;
        let (entry, bad) = if mine { (entry, bad) } else { (&none.0, &none.1) };
        form.view(entry, bad, &app.codes, &Options::new())
    };
    let title =
        if bad.is_empty() { "住所の非開示" } else { "エラー：住所の非開示" };
    let page = app.page(actor, format!("{title}：{number}"), "/clients");
    let (hide, review, end) = (draw(form()), draw(review_form()), draw(end_form()));
    let codes = app.codes.clone();
    Ok(AddressPage { page, who, now: now.pop(), past, reviews, hide, review, end, codes, today })
}

#[derive(Template)]
#[template(path = "clients/address.html")]
struct AddressPage {
    page: Page,
    who: Who,
    now: Option<Row>,
    past: Vec<Row>,
    reviews: Vec<Review>,
    hide: FormView,
    review: FormView,
    end: FormView,
    codes: std::sync::Arc<Codes>,
    today: Date,
}
