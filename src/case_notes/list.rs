//! The notes of everybody, page by page.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use std::sync::Arc;

use super::filter::{self, Filter};
use super::record::{self, CaseNote};
use crate::access::{Actor, escape};
use crate::audit::Event;
use crate::codes::Codes;
use crate::staff::colleagues;
use crate::store::{Arg, Read};
use crate::web::by_time::{self, Key, end, newest, start};
use crate::web::form::{Form, FormView, Options, Problems, Values};
use crate::web::page::refused;
use crate::web::said::{COUNTED, counted};
use crate::web::submitted::decode;
use crate::web::{App, Entry, Page, Result, page};
use crate::{args, case_note_rows, visible};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let asked = Entry(decode(query.unwrap_or_default().as_bytes()));
    let mut read = app.read(&actor).await?;
    let view = view(&app, &mut read, &asked).await?;
    drop(read);
    app.viewed(&actor, Event::new("view", "case_notes", "")).await?;
    if view.form.problems.is_empty() { page(view) } else { refused(view) }
}

const PER_PAGE: usize = 50;

/// Conditions shared by the list and what counts it.
macro_rules! asked {
    () => {
        " and e.voided_at is null and e.occurred_at >= $6 and e.occurred_at <= $7 \
         and (e.occurred_at < $7 or e.id < $8) \
         and (cast($9 as text) is null or e.kind = $9) \
         and (cast($10 as text) is null or e.author_id = $10)"
    };
}

fn values(f: &Filter, before: &Key, most: i64) -> Vec<Arg<'static>> {
    let (at, id) = end(f.until).min(before.clone());
    let text = |t: Option<String>| Arg::Text(t.map(Into::into));
    let mut all: Vec<_> = [start(f.from), at, id].map(|t| text(Some(t))).into();
    all.extend(["kind", "author"].map(|name| text(f.values.opt(name))));
    all.push(Arg::Int(Some(most)));
    all
}

/// The newest first.
async fn find(read: &mut Read, f: &Filter, before: &Key, limit: i64) -> Result<Vec<CaseNote>> {
    let rows = read
        .see_all(
            concat!(
                case_note_rows!(),
                asked!(),
                " order by e.occurred_at desc, e.id desc limit cast($11 as bigint)"
            ),
            &values(f, before, limit),
        )
        .await?;
    Ok(rows)
}

/// How many, counted up to `most`, and the minutes of these together.
async fn count(read: &mut Read, f: &Filter, most: i64) -> Result<(i64, i64)> {
    let row = read
        .see_one(
            concat!(
                "select count(*), cast(coalesce(sum((select sum(m.minutes)",
                " from case_note_minutes m where m.note_id = found.id)), 0) as bigint)",
                " from (select e.id from case_notes e where ",
                visible!("e.client_id", "consultation"),
                asked!(),
                " limit cast($11 as bigint)) as found"
            ),
            &values(f, &newest(), most),
        )
        .await?;
    Ok(row)
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
) -> Result<(Vec<CaseNote>, i64)> {
    let f = Filter::of(asked);
    let rows = find(read, &f, &after.unwrap_or_else(newest), limit).await?;
    Ok((rows, count(read, &f, most).await?.0))
}

/// For programs: the notes about one person in the period asked, the newest first.
pub async fn of_client(read: &mut Read, id: &str, asked: Values) -> Result<Vec<CaseNote>> {
    let f = Filter::of(asked);
    let all = record::about(read, id, (f.from, f.until), false).await?;
    let wanted = |e: &CaseNote| {
        let kind = f.values.opt("kind").is_none_or(|kind| kind == e.kind);
        kind && f.values.opt("author").is_none_or(|author| author == e.author_id)
    };
    Ok(all.into_iter().filter(wanted).collect())
}

/// Whoever has written a note the actor may see, and the colleagues who have not yet.
async fn authors(read: &mut Read) -> Result<Options> {
    let mut all = colleagues::offered(read).await?;
    let others: Vec<(String, String)> = read
        .see_all(
            concat!(
                "select a.id, a.name from accounts a where exists",
                " (select 1 from case_notes e where e.author_id = a.id and ",
                visible!("e.client_id", "consultation"),
                ") order by a.name"
            ),
            args![],
        )
        .await?;
    for one in others {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    Ok([("author", all)].into())
}

async fn view(app: &App, read: &mut Read, asked: &Entry) -> Result<List> {
    let (offers, form) = (authors(read).await?, filter::form());
    let (mut rows, mut total, mut words, mut bad) = (vec![], (0, 0), vec![], Problems::default());
    match Filter::read(&form, asked, &app.codes) {
        Ok(f) => {
            let begin = by_time::asked(asked);
            rows = find(read, &f, &begin, PER_PAGE as i64 + 1).await?;
            total = count(read, &f, COUNTED + 1).await?;
            words = said(&f, &app.codes, &offers);
        }
        Err(problems) => bad = problems,
    }
    let more = if rows.len() > PER_PAGE { next_page(asked, &mut rows) } else { String::new() };
    Ok(List {
        page: app.page(&read.actor, "支援経過", "/case-notes"),
        form: form.view(asked, &bad, &app.codes, &offers),
        words: words.join("　"),
        count: counted(total.0, "件"),
        // Of all of them or of none.
        minutes: Some(total.1).filter(|_| total.0 <= COUNTED),
        rows,
        more,
        codes: app.codes.clone(),
    })
}

fn said(f: &Filter, codes: &Codes, offers: &Options) -> Vec<String> {
    let author = f.values.opt("author").map(|id| {
        let known = offers.values().flatten().find(|(known, _)| *known == id);
        format!("記録した人：{}", known.map_or("この画面にない人", |(_, name)| name))
    });
    let kind = f.values.opt("kind").map(|k| format!("方法：{}", codes.label("note_kind", &k)));
    let days = Some(f.days()).filter(|d| !d.is_empty());
    [days, kind, author].into_iter().flatten().collect()
}

fn next_page(asked: &Entry, rows: &mut Vec<CaseNote>) -> String {
    rows.truncate(PER_PAGE);
    let Some(last) = rows.last() else { return String::new() };
    let kept = asked.0.iter().filter(|(n, v)| n != "before" && n != "id" && !v.is_empty());
    let mut query: Vec<_> = kept.map(|(n, v)| format!("{}={}", escape(n), escape(v))).collect();
    query.push(format!("before={}&id={}", escape(&last.occurred_at), last.id));
    format!("/case-notes?{}", query.join("&"))
}

#[derive(Template)]
#[template(path = "case_notes/list.html")]
struct List {
    page: Page,
    form: FormView,
    words: String,
    count: String,
    minutes: Option<i64>,
    rows: Vec<CaseNote>,
    more: String,
    codes: Arc<Codes>,
}

impl List {
    fn kind(&self, code: &str) -> String {
        self.codes.label("note_kind", code).to_owned()
    }
}
