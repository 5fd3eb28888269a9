//! The consultations behind a number, page by page.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::filter::{self, Filter};
use super::record::Consultation;
use crate::access::Actor;
use crate::audit::Event;
use crate::staff::colleagues;
use crate::store::{Arg, Read};
use crate::web::by_time::{self, Key, end, newest, start};
use crate::web::form::{Form, FormView, Options, Problems, Values};
use crate::web::page::refused;
use crate::web::submitted::decode;
use crate::web::{App, Entry, Error, Page, Result, page, said};
use crate::{args, clients, consultation_rows, visible, visible_consultation};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let asked = Entry(decode(query.unwrap_or_default().as_bytes()));
    let mut read = app.read(&actor).await?;
    let (view, about) = view(&app, &mut read, &asked).await?;
    drop(read);
    app.viewed(&actor, Event::new("view", "consultations", "").client(about)).await?;
    if view.form.problems.is_empty() { page(view) } else { refused(view) }
}

const PER_PAGE: usize = 50;

/// Conditions shared by the list and its count.
macro_rules! asked {
    () => {
        concat!(
            plain!(),
            " and ((cast($20 as bigint) is null and cast($21 as bigint) is null) or (",
            visible!("k.client_id", "identity"),
            " and exists (select 1 from client_births b where b.client_id = k.client_id",
            " and b.voided_at is null and b.valid_from <= $5",
            " and (b.valid_until is null or b.valid_until > $5) and ",
            age!(),
            " >= coalesce(cast($20 as bigint), 0) and ",
            age!(),
            " < coalesce(cast($21 as bigint), 999))))"
        )
    };
}

/// Full years on the day of the consultation.
macro_rules! age {
    () => {
        "(cast(substr(k.occurred_on, 1, 4) as bigint) - cast(substr(b.born_on, 1, 4) as bigint) \
          - case when substr(k.occurred_on, 6) < substr(b.born_on, 6) then 1 else 0 end)"
    };
}

macro_rules! plain {
    () => {
        " and k.recorded_at <= $6 and (k.voided_at is null or k.voided_at > $6) \
         and k.occurred_at >= $7 and k.occurred_at <= $8 and (k.occurred_at < $8 or k.id < $9) \
         and (cast($10 as text) is null or k.inquirer_kind = $10) \
         and (cast($11 as text) is null or k.scope = $11) \
         and (cast($12 as text) is null or k.region = $12) \
         and (cast($13 as text) is null or k.organisation_id = $13) \
         and (cast($14 as text) is null or exists (select 1 from consultation_topics t \
          where t.consultation_id = k.id and t.topic = $14)) \
         and (cast($15 as text) is null or k.series = $15) \
         and (cast($16 as text) is null or k.channel = $16) \
         and (cast($17 as text) is null or k.handler_id = $17) \
         and (cast($18 as text) is null or k.client_id = $18) \
         and (cast($19 as text) is null or k.words like $19 escape '!')"
    };
}

fn values(f: &Filter, before: &Key, most: i64) -> Vec<Arg<'static>> {
    let text = |t: Option<String>| Arg::Text(t.map(Into::into));
    let (at, id) = end(f.until).min(before.clone());
    let mut all: Vec<_> =
        [f.known_at.to_string(), start(f.from), at, id].map(|t| text(Some(t))).into();
    all.extend(filter::PLAIN.iter().map(|name| text(f.get(name))));
    all.push(text(f.client_id.clone()));
    all.push(text(f.q.clone()));
    all.extend(["age_from", "age_until"].map(|name| Arg::Int(f.int(name))));
    all.push(Arg::Int(Some(most)));
    all
}

/// Those of one person are found by the person, all others by the time.
fn found_by(f: &Filter, [by_time, by_person]: [&'static str; 2]) -> &'static str {
    if f.client_id.is_some() { by_person } else { by_time }
}

/// The newest first.
async fn find(read: &mut Read, f: &Filter, before: &Key, limit: i64) -> Result<Vec<Consultation>> {
    macro_rules! found {
        ($how:literal) => {
            concat!(
                consultation_rows!(),
                asked!(),
                $how,
                " order by k.occurred_at desc, k.id desc limit cast($22 as bigint)"
            )
        };
    }
    let sql = found_by(f, [found!(""), found!(" and k.client_id = $18")]);
    Ok(read.see_all(sql, &values(f, before, limit)).await?)
}

/// How many there are, counted up to `most`.
async fn count(read: &mut Read, f: &Filter, most: i64) -> Result<i64> {
    macro_rules! counted {
        ($how:literal) => {
            concat!(
                "select count(*) from (select k.id from consultations k where ",
                visible_consultation!(),
                asked!(),
                $how,
                " limit cast($22 as bigint)) as found"
            )
        };
    }
    let sql = found_by(f, [counted!(""), counted!(" and k.client_id = $18")]);
    let (n,): (i64,) = read.see_one(sql, &values(f, &newest(), most)).await?;
    Ok(n)
}

/// 相談の一頁. What a list asks for, from a row on.
#[derive(Clone, Debug)]
pub struct Found {
    pub rows: Vec<Consultation>,
    pub total: i64,
    /// The person that was asked about.
    pub client_id: Option<String>,
}

/// The questions a list can be asked.
pub fn filter_form() -> Form {
    filter::form()
}

/// For programs: at most `limit` rows after the key, and how many there are, counted up to `most`.
pub async fn page_of(
    read: &mut Read,
    asked: Values,
    after: Option<Key>,
    (limit, most): (i64, i64),
) -> Result<Found> {
    let f = with_person(read, Filter::of(asked)?).await?;
    let rows = find(read, &f, &after.unwrap_or_else(newest), limit).await?;
    let total = count(read, &f, most).await?;
    Ok(Found { rows, total, client_id: f.client_id })
}

async fn view(app: &App, read: &mut Read, asked: &Entry) -> Result<(List, Option<String>)> {
    let offers = offers(read).await?;
    let names: Vec<_> = offers.values().flatten().cloned().collect();
    let actor = read.actor.clone();
    let mut bad = Problems::default();
    let mut list = List {
        page: app.page(&actor, "相談", "/consultations"),
        form: filter::form().view(asked, &bad, &app.codes, &offers),
        words: vec![],
        total: String::new(),
        rows: vec![],
        more: String::new(),
        labels: Labels(app.codes.clone()),
        logs: app.access.allows(actor.role, "GET", "/consultations/new"),
    };
    let mut about = None;
    match filtered(read, asked, app).await {
        Ok(f) => {
            let begin = by_time::asked(asked);
            list.rows = find(read, &f, &begin, PER_PAGE as i64 + 1).await?;
            list.total = said::counted(count(read, &f, said::COUNTED + 1).await?, "件");
            list.words = f.words(&app.codes, &names);
            about = f.client_id;
        }
        Err(Error::Refused(problems)) => bad = problems,
        Err(e) => return Err(e),
    }
    if list.rows.len() > PER_PAGE {
        list.rows.truncate(PER_PAGE);
        list.more = list.rows.last().map(|k| next_page(asked, k)).unwrap_or_default();
    }
    list.form = filter::form().view(asked, &bad, &app.codes, &offers);
    Ok((list, about))
}

/// The filter with its person looked up: one the actor may not see is one that does not exist.
async fn filtered(read: &mut Read, asked: &Entry, app: &App) -> Result<Filter> {
    with_person(read, Filter::read(asked, &app.codes)?).await
}

async fn with_person(read: &mut Read, mut f: Filter) -> Result<Filter> {
    if let Some(number) = f.get("client") {
        let unknown = || Error::refused("client", "この番号の利用者は見つかりません");
        f.client_id = match clients::see(read, &number).await {
            Ok(person) => Some(person.id),
            Err(Error::NotFound) => return Err(unknown()),
            Err(e) => return Err(e),
        };
    }
    Ok(f)
}

fn next_page(asked: &Entry, last: &Consultation) -> String {
    let kept = asked.0.iter().filter(|(n, v)| n != "before" && n != "id" && !v.is_empty());
    let mut pairs: Vec<(String, String)> = kept.cloned().collect();
    pairs.push(("before".into(), last.occurred_at.clone()));
    pairs.push(("id".into(), last.id.clone()));
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(n, v)| format!("{}={}", crate::access::escape(n), crate::access::escape(v)))
        .collect();
    format!("/consultations?{}", pairs.join("&"))
}

/// Offices and people that have taken a consultation the actor may see. Whose sight ends at the
/// controller need not wait for what all others have taken.
async fn offers(read: &mut Read) -> Result<Options> {
    let offices: Vec<(String, String)> = read
        .see_all(
            concat!(
                "select o.id, o.name from organisations o",
                " where ($1 not in ('controller', 'team') or o.controller_id = $2)",
                " and exists (select 1 from consultations k where k.organisation_id = o.id and ",
                visible_consultation!(),
                ") order by o.name"
            ),
            args![],
        )
        .await?;
    let mut handlers = colleagues::offered(read).await?;
    let others: Vec<(String, String)> = read
        .see_all(
            concat!(
                "select a.id, a.name from accounts a",
                " where ($1 not in ('controller', 'team') or exists (select 1 from posts p",
                " join organisations o on o.id = p.organisation_id",
                " where p.account_id = a.id and o.controller_id = $2))",
                " and exists (select 1 from consultations k where k.handler_id = a.id and ",
                visible_consultation!(),
                ") order by a.name"
            ),
            args![],
        )
        .await?;
    for one in others {
        if !handlers.contains(&one) {
            handlers.push(one);
        }
    }
    Ok([("organisation", offices), ("handler", handlers)].into())
}

/// The words for codes, in the template.
struct Labels(std::sync::Arc<crate::codes::Codes>);

impl Labels {
    fn of(&self, list: &str, code: &str) -> String {
        self.0.label(list, code).to_owned()
    }
}

#[derive(Template)]
#[template(path = "consultations/list.html")]
struct List {
    page: Page,
    form: FormView,
    words: Vec<String>,
    total: String,
    rows: Vec<Consultation>,
    more: String,
    labels: Labels,
    logs: bool,
}
