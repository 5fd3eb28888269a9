//! 同じ人かもしれない記録: pairs that look alike, until somebody says that they are two people or
//! puts them together.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use kana::ClientNumber;

use super::alike::{Known, pairs};
use super::apart::{self, Distinction};
use crate::access::Actor;
use crate::audit::Event;
use crate::clients::see;
use crate::store::{FromRow, Read};
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    page, refused,
};
use crate::{address_hidden, args, summary_tables, visible};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    let view = view(&app, &actor, &Entry::default(), &Problems::default()).await?;
    app.viewed(&actor, Event::new("view", "duplicates", "")).await?;
    page(view)
}

/// Two numbers that somebody has found by themselves.
pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match named(&app, &actor, &entry).await {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(Error::Refused(bad)) => refused(view(&app, &actor, &entry, &bad).await?),
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("first", "残す記録の利用者番号", Kind::Client).required(),
        Field::new("second", "もう一方の利用者番号", Kind::Client).required(),
    ];
    Form::new("same-person", "二つの記録を見比べる", fields)
}

async fn named(app: &App, actor: &Actor, entry: &Entry) -> Result<String> {
    let values = form().read(entry, &app.codes)?;
    let mut read = app.read(actor).await?;
    let mut numbers = vec![];
    for field in ["first", "second"] {
        let client = see(&mut read, values.text(field)).await.map_err(|e| match e {
            Error::NotFound => Error::refused(field, "この番号の利用者は見つかりません"),
            e => e,
        })?;
        numbers.push(client.number.to_string());
    }
    match &numbers[..] {
        [a, b] if a != b => Ok(format!("/clients/{a}/same/{b}")),
        _ => Err(Error::refused("second", "同じ記録の番号です。別の番号を入れてください")),
    }
}

/// 組の一方.
#[derive(Clone, Debug, FromRow)]
pub struct One {
    id: String,
    number: i64,
    family: String,
    given: Option<String>,
    family_kana: String,
    given_kana: Option<String>,
    born_on: Option<String>,
}

impl One {
    fn number(&self) -> ClientNumber {
        ClientNumber::from_row(self.number)
    }

    fn name(&self) -> String {
        let given = |g: &Option<String>| g.clone().unwrap_or_default();
        let (name, kana) = (given(&self.given), given(&self.given_kana));
        format!("{} {name}（{} {kana}）", self.family, self.family_kana)
    }

    fn born(&self) -> String {
        let born = self.born_on.as_deref().and_then(|b| b.parse().ok());
        born.map_or_else(|| "生年月日は不明".into(), |b| format!("{}生", civil::format_both(b)))
    }

    fn known(&self) -> Known {
        let given = |g: &'_ Option<String>| g.clone().unwrap_or_default();
        Known::new(
            &self.id,
            (&self.family, &given(&self.given)),
            (&self.family_kana, &given(&self.given_kana)),
            self.born_on.as_deref().and_then(|b| b.parse().ok()),
        )
    }
}

/// 似ている組.
struct Pair {
    a: One,
    b: One,
    why: Vec<&'static str>,
}

/// So many stand on the page; the next come when these are decided.
const SHOWN: usize = 100;

async fn found(read: &mut Read, apart: &[Distinction]) -> Result<(Vec<Pair>, usize)> {
    let all = everybody(read).await?;
    let mut known: Vec<Known> = all.iter().map(One::known).collect();
    let mut phones = phones(read).await?;
    for k in &mut known {
        k.phones = phones.remove(&k.id).unwrap_or_default();
    }
    let apart: BTreeSet<_> = apart.iter().flat_map(Distinction::both_ways).collect();
    let mut out = vec![];
    for (a, b, why) in pairs(&known) {
        if let (Some(a), Some(b)) = (all.get(a), all.get(b))
            && !apart.contains(&(a.id.clone(), b.id.clone()))
        {
            out.push(Pair { a: a.clone(), b: b.clone(), why });
        }
    }
    let more = out.len().saturating_sub(SHOWN);
    out.truncate(SHOWN);
    Ok((out, more))
}

/// Closed cases too: whoever comes back may have been entered again.
async fn everybody(read: &mut Read) -> Result<Vec<One>> {
    let sql = concat!(
        "select c.id, c.number, l.family, l.given, l.family_kana, l.given_kana, l.born_on from ",
        summary_tables!(),
        " where ",
        visible!("c.id", "identity"),
        " order by c.number"
    );
    Ok(read.see_all(sql, args![]).await?)
}

/// Telephones as they are dialled, long enough to be somebody's.
async fn phones(read: &mut Read) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let sql = concat!(
        "select x.client_id, x.phone from client_contacts x where x.voided_at is null and ",
        visible!("x.client_id", "identity"),
        " and not ",
        address_hidden!("x.client_id"),
        " union all select y.client_id, y.phone from client_carers y
           where y.voided_at is null and y.phone is not null and ",
        visible!("y.client_id", "family"),
        " and not ",
        address_hidden!("y.client_id"),
        " order by 1, 2"
    );
    let rows: Vec<(String, String)> = read.see_all(sql, args![]).await?;
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (client, phone) in rows {
        let digits = kana::phone_key(&phone);
        if digits.len() >= 10 {
            out.entry(client).or_default().insert(digits);
        }
    }
    Ok(out)
}

async fn view(app: &App, actor: &Actor, entry: &Entry, bad: &Problems) -> Result<Candidates> {
    let mut read = app.read(actor).await?;
    let apart = apart::all(&mut read).await?;
    let (pairs, more) = found(&mut read, &apart).await?;
    let form = form().view(entry, bad, &app.codes, &Options::new());
    let title = if bad.is_empty() {
        "同じ人かもしれない記録"
    } else {
        "エラー：同じ人かもしれない記録"
    };
    Ok(Candidates { page: app.page(actor, title, "/clients"), pairs, more, apart, form })
}

#[derive(Template)]
#[template(path = "merges/candidates.html")]
struct Candidates {
    page: Page,
    pairs: Vec<Pair>,
    more: usize,
    apart: Vec<Distinction>,
    form: FormView,
}
