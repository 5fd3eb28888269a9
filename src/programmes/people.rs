//! だれが: lists over everybody the actor may see: entitled but not enrolled, to be asked, ending
//! soon, awarded without the plan or what else the rules ask.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::programmes::{Catalogue, Holder, Outcome, Programme, Reason, State as Clause};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use civil::Date;
use jiff::ToSpan;

use super::facts::{self, Person};
use crate::access::Actor;
use crate::audit::Event;
use crate::store::{FromRow, Read};
use crate::web::{App, Error, Page, Result, page};
use crate::{args, not_closed, visible};

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path((id, list)): Path<(String, String)>,
) -> Result<Response> {
    let view = view(&app, &all, &actor, &id, &list).await?;
    app.viewed(&actor, Event::new("view", "programme_people", &id).fields(&list)).await?;
    page(view)
}

/// 一覧の種類: id, title, what to do when it is empty.
pub(crate) const LISTS: &[(&str, &str, &str)] = &[
    ("entitled", "使えるのに使っていない人", "いまの記録では、申請をすすめる人はいません。"),
    ("unknown", "確かめれば使えるかもしれない人", "確かめることが残っている人はいません。"),
    ("ending", "決定の終わりが近い人", "60日のうちに終わる決定はありません。"),
    ("plan", "決定があるのに、計画がない人", "決定のある人はみな、要る計画があります。"),
    (
        "unmet",
        "決定があるのに、要件がそろわない人",
        "決定のある人はみな、いまの記録で要件がそろっています。",
    ),
];

/// So many days ahead an end is near.
const SOON: i32 = 60;

/// 一覧の行.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct Row {
    client_id: String,
    number: i64,
    family: String,
    given: Option<String>,
    born_on: Option<String>,
    #[row(skip)]
    pub note: String,
    /// The decision to renew.
    #[row(skip)]
    pub renews: String,
}

impl Row {
    pub fn number(&self) -> String {
        kana::ClientNumber::from_row(self.number).to_string()
    }

    pub fn name(&self) -> String {
        format!("{} {}", self.family, self.given.as_deref().unwrap_or_default()).trim().to_owned()
    }

    fn age(&self, today: Date) -> String {
        let born = self.born_on.as_deref().and_then(|d| d.parse().ok());
        born.map_or_else(String::new, |born| civil::age_text(born, today))
    }
}

/// Everybody whose case is open, by reading.
async fn everybody(read: &mut Read) -> Result<Vec<Row>> {
    let rows = read
        .see_all(
            concat!(
                "select c.id as client_id, c.number, n.family, n.given, b.born_on
                 from clients c
                 join client_names n on n.client_id = c.id and n.voided_at is null
                   and n.valid_from <= $5 and (n.valid_until is null or n.valid_until > $5)
                 left join client_births b on b.client_id = c.id and b.voided_at is null
                   and b.valid_from <= $5 and (b.valid_until is null or b.valid_until > $5)
                 where ",
                not_closed!("c.id"),
                " and ",
                visible!("c.id", "identity"),
                " order by n.family_kana, n.given_kana, c.number"
            ),
            args![],
        )
        .await?;
    Ok(rows)
}

/// 終わる決定: an open award whose last day is near.
#[derive(FromRow)]
struct End {
    client_id: String,
    programme: String,
    valid_until: String,
    id: String,
}

/// The nearest end first.
async fn ends(read: &mut Read, until: Date) -> Result<Vec<End>> {
    let rows = read
        .see_all(
            concat!(
                "select d.client_id, d.programme, d.valid_until, d.id from decisions d
                 where d.controller_id = $2 and d.kind = 'award'
                   and d.ended_on is null and d.valid_until > $5 and d.valid_until <= $6 and ",
                visible!("d.client_id", "plan"),
                " order by d.valid_until, d.id"
            ),
            args![until],
        )
        .await?;
    Ok(rows)
}

/// 名簿: everybody the actor may see, what is known of them today, whose awards end soon.
pub(crate) struct Register {
    everybody: Vec<Row>,
    people: BTreeMap<String, Person>,
    ends: Vec<End>,
    today: Date,
}

impl Register {
    pub(crate) async fn open(read: &mut Read, all: &Catalogue) -> Result<Self> {
        let today = read.actor.today();
        Ok(Self {
            everybody: everybody(read).await?,
            people: facts::of_all(read, all, today).await?,
            ends: ends(read, today.saturating_add(SOON.days())).await?,
            today,
        })
    }

    /// The people of one list of a programme, each with why.
    pub(crate) fn list(&self, all: &Catalogue, programme: &Programme, list: &str) -> Vec<Row> {
        let of = |row: &Row| match list {
            "ending" => self.ending(programme, row),
            _ => self.note(all, programme, list, row).map(|note| (note, String::new())),
        };
        let with = |row: &Row| of(row).map(|(note, renews)| Row { note, renews, ..row.clone() });
        self.everybody.iter().filter_map(with).collect()
    }

    fn ending(&self, programme: &Programme, row: &Row) -> Option<(String, String)> {
        let own = |e: &&End| e.client_id == row.client_id && e.programme == programme.id;
        let end = self.ends.iter().find(own)?;
        let last = end.valid_until.parse::<Date>().ok()?.yesterday().ok()?;
        Some((format!("{}まで", civil::format_era(last)), end.id.clone()))
    }

    /// What is still to be asked of somebody; nothing where the list is not about them.
    fn note(
        &self,
        all: &Catalogue,
        programme: &Programme,
        list: &str,
        row: &Row,
    ) -> Option<String> {
        let person = self.people.get(&row.client_id)?;
        let known = person.known(all, programme);
        let verdict = programme.assess(&known, self.today);
        let holds = person.sheet.get(&all.facts, &format!("holds_{}", programme.id)) == Some(1);
        let open = verdict.reasons.iter().filter(|r| r.state != Clause::Met);
        // A plan has a list of its own.
        let plan = |r: &&Reason<'_>| r.facts.iter().any(|(info, _)| info.plan);
        let open: Vec<_> = match list {
            "plan" => open.filter(plan).collect(),
            _ => open.collect(),
        };
        let wanted = match list {
            "entitled" => !holds && verdict.outcome == Outcome::Eligible,
            "unknown" => !holds && verdict.outcome == Outcome::Undetermined,
            "plan" => holds && !open.is_empty(),
            _ => holds && matches!(verdict.outcome, Outcome::Undetermined | Outcome::Ineligible),
        };
        let mut asks: Vec<&str> = vec![];
        for reason in open {
            let missing = reason.missing.iter().map(|info| info.label.as_str());
            asks.extend(missing);
            if matches!(list, "unmet" | "plan") && reason.missing.is_empty() {
                asks.push(&reason.requirement.text);
            }
        }
        asks.dedup();
        wanted.then(|| asks.join("、"))
    }
}

async fn view(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    id: &str,
    list: &str,
) -> Result<PeoplePage> {
    let programme = all.find(id).filter(|p| p.holder == Holder::Client).ok_or(Error::NotFound)?;
    let (_, title, empty) = LISTS.iter().find(|l| l.0 == list).ok_or(Error::NotFound)?;
    let mut read = app.read(actor).await?;
    Ok(PeoplePage {
        page: app.page(actor, format!("{title}：{}", programme.short), "/applications"),
        rows: Register::open(&mut read, all).await?.list(all, programme, list),
        lists: LISTS.iter().map(|l| (l.0, l.1, l.0 == list)).collect(),
        programme: programme.short.clone(),
        id: id.to_owned(),
        today: actor.today(),
        title,
        empty,
    })
}

#[derive(Template)]
#[template(path = "programmes/people.html")]
struct PeoplePage {
    page: Page,
    rows: Vec<Row>,
    lists: Vec<(&'static str, &'static str, bool)>,
    programme: String,
    id: String,
    title: &'static str,
    empty: &'static str,
    today: Date,
}
