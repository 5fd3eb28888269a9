//! 事業ごとの残り: for the office: how many awards, what is used, booked and left, and who has used
//! four fifths.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ::programmes::Catalogue;
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use civil::FiscalYear;

use super::balance::{self, Bar, Taken};
use super::{Award, award, enter, rules};
use crate::access::Actor;
use crate::audit::Event;
use crate::clients::{Summary, see_by_id};
use crate::store::Read;
use crate::web::{App, Page, Result, page};

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let programmes = programmes(&mut read, &all).await?;
    let closes = rules::closes_on(&mut read, actor.today()).await?;
    drop(read);
    app.viewed(&actor, Event::new("view", "ledgers", "")).await?;
    let page_ = app.page(&actor, "事業の残り", "/ledger");
    let (year, closes) = (FiscalYear::of(actor.today()).label(), civil::format_era(closes));
    page(ListPage { page: page_, programmes, year, closes })
}

/// 一つの事業の残り, over everybody the actor may see.
struct Total {
    id: String,
    name: String,
    awards: usize,
    people: usize,
    caps: Vec<CapTotal>,
    high: Vec<High>,
}

/// 上限ごとの計.
struct CapTotal {
    /// Speaks for the unit.
    bar: Bar,
    limit: i64,
    used: i64,
    booked: i64,
    unknown: usize,
}

/// 8割に達した人.
struct High {
    who: Summary,
    bar: Bar,
}

impl CapTotal {
    fn limit(&self) -> String {
        self.bar.say(self.limit)
    }

    fn used(&self) -> String {
        self.bar.say(self.used)
    }

    fn booked(&self) -> String {
        self.bar.say(self.booked)
    }

    fn left(&self) -> String {
        self.bar.say(self.limit - self.used - self.booked)
    }
}

/// Of the fiscal year of today.
async fn programmes(read: &mut Read, all: &Catalogue) -> Result<Vec<Total>> {
    let year = FiscalYear::of(read.actor.today()).range();
    let awards = award::between(read, year.start, year.end).await?;
    let taken = balance::taken_between(read, year.start, year.end).await?;
    let mut out = vec![];
    for programme in &all.programmes {
        let own: Vec<&Award> = awards.iter().filter(|a| a.programme == programme.id).collect();
        if own.is_empty() {
            continue;
        }
        let mut total = Total {
            id: programme.id.clone(),
            name: programme.name.clone(),
            awards: own.len(),
            people: 0,
            caps: vec![],
            high: vec![],
        };
        // Of several awards in a year the last speaks for the person: their caps are the same.
        let last: BTreeMap<&str, &Award> = own.iter().map(|a| (a.client_id.as_str(), *a)).collect();
        total.people = last.len();
        for award in last.values() {
            add(read, all, award, &taken, &mut total).await?;
        }
        out.push(total);
    }
    Ok(out)
}

/// How many people have used four fifths of a programme's cap: (programme, people).
pub async fn high(read: &mut Read, all: &Catalogue) -> Result<Vec<(String, usize)>> {
    let people = |total: Total| {
        let ids: BTreeSet<String> = total.high.into_iter().map(|h| h.who.id).collect();
        (total.id, ids.len())
    };
    Ok(programmes(read, all).await?.into_iter().map(people).collect())
}

async fn add(
    read: &mut Read,
    all: &Catalogue,
    award: &Award,
    taken: &[Taken],
    total: &mut Total,
) -> Result<()> {
    let (programme, today) = (award.programme(all)?, read.actor.today());
    let Some(version) = award.version(programme, today) else { return Ok(()) };
    let known = enter::seen(read, all, award).await?;
    let own = |t: &&Taken| t.client_id == award.client_id && t.programme == award.programme;
    let own: Vec<Taken> = taken.iter().filter(own).cloned().collect();
    for bar in balance::bars(award, version, &known, &own, today) {
        if bar.is_high() {
            let who = see_by_id(read, &award.client_id).await?;
            total.high.extend(who.map(|who| High { who, bar: bar.clone() }));
        }
        let at = total.caps.iter().position(|c| c.bar.cap == bar.cap);
        let at = at.unwrap_or_else(|| {
            let first = CapTotal { bar: bar.clone(), limit: 0, used: 0, booked: 0, unknown: 0 };
            total.caps.push(first);
            total.caps.len() - 1
        });
        if let Some(cap) = total.caps.get_mut(at) {
            cap.limit += bar.limit.unwrap_or(0);
            cap.unknown += usize::from(bar.limit.is_none());
            cap.used += bar.used;
            cap.booked += bar.booked;
        }
    }
    Ok(())
}

#[derive(Template)]
#[template(path = "ledger/list.html")]
struct ListPage {
    page: Page,
    programmes: Vec<Total>,
    year: String,
    closes: String,
}
