//! The list of people, and what the search box finds. A search is posted: what was typed may be a
//! name, and names do not stand in addresses.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::ToSpan;
use kana::{ClientNumber, Query};

use super::summary::Row;
use super::{Summary, search, see};
use crate::access::{Actor, escape};
use crate::audit::Event;
use crate::codes::Codes;
use crate::store::{Arg, Read};
use crate::web::said::{COUNTED, counted};
use crate::web::submitted::decode;
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page, refused,
};
use crate::{
    args, full_record, not_closed, shown_area, summary_columns, summary_tables, visible,
    visible_row,
};

/// The list with its filters.
pub async fn get(
    State(app): State<App>,
    actor: Actor,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let asked = Entry(decode(query.unwrap_or_default().as_bytes()));
    let list = listed(&app, &actor, &asked).await?;
    app.viewed(&actor, Event::new("view", "clients", "")).await?;
    if list.form.problems.is_empty() { page(list) } else { refused(list) }
}

/// The search box.
pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let mut found = search::find(&mut read, entry.get("q"), most(&entry) + 1).await?;
    if let Some(number) = meant(&mut read, entry.get("q"), &found).await? {
        return Ok(Redirect::to(&format!("/clients/{number}")).into_response());
    }
    let left_closed = with_closed(&mut read, &entry, &mut found).await?;
    drop(read);
    app.viewed(&actor, Event::new("search", "client", "")).await?;
    page(searched(&app, &actor, &entry, (found, left_closed)))
}

/// Adds the closed records when they were asked for; otherwise says how many there are, unless so
/// many people fit that the words will be changed anyway.
async fn with_closed(
    read: &mut Read,
    entry: &Entry,
    found: &mut Vec<Summary>,
) -> Result<Option<usize>> {
    let most = most(entry);
    if entry.get("closed").is_empty() && found.len() > most as usize {
        return Ok(None);
    }
    let closed = search::closed(read, entry.get("q"), most + 1).await?;
    if entry.get("closed").is_empty() {
        return Ok(Some(closed.len()));
    }
    found.extend(closed);
    Ok(Some(0))
}

/// How many a search shows: most often the one meant is among the first.
fn most(entry: &Entry) -> i64 {
    if entry.get("more").is_empty() { PER_PAGE } else { MORE }
}

/// Candidates while a name is typed: radios, as the page without script shows them.
pub async fn suggest(
    State(app): State<App>,
    actor: Actor,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let people = search::find(&mut read, entry.get("q"), SUGGESTED).await?;
    drop(read);
    app.viewed(&actor, Event::new("search", "client", "")).await?;
    let name = if entry.get("name") == "with_client" { "with_client" } else { "client" };
    page(Suggestions { people, name })
}

/// A whole number opens its person, closed or not, when it can mean nobody else.
async fn meant(read: &mut Read, typed: &str, found: &[Summary]) -> Result<Option<ClientNumber>> {
    let Query::Number { checked: Ok(number), .. } = Query::read(typed) else { return Ok(None) };
    if found.iter().any(|p| p.number != number) {
        return Ok(None);
    }
    match see(read, &number.to_string()).await {
        Ok(_) => Ok(Some(number)),
        Err(Error::NotFound) => Ok(None),
        Err(e) => Err(e),
    }
}

const SUGGESTED: i64 = 8;
const PER_PAGE: i64 = 20;
/// Of a search, when asked for more than the first page.
const MORE: i64 = 200;

pub fn form() -> Form {
    let fields = vec![
        Field::new("area", "担当地区", Kind::Select("area")),
        Field::new("care", "医療的ケア", Kind::Select("care_kind")),
        Field::new("whereabouts", "居場所", Kind::Select("whereabouts")),
        Field::new("age_from", "何歳から", Kind::Number { min: 0, max: 120, unit: "歳" }),
        Field::new("age_to", "何歳まで", Kind::Number { min: 0, max: 120, unit: "歳" }),
        Field::new("standing", "担当と終結", Kind::Select("client_list")),
    ];
    Form::new("clients-filter", "しぼりこむ", fields)
}

#[derive(Default)]
struct Filter {
    area: String,
    care: String,
    whereabouts: String,
    /// Half-open range of birth dates.
    born_from: String,
    born_until: String,
    standing: String,
    words: Vec<String>,
}

impl Filter {
    fn read(v: &Values, codes: &Codes, actor: &Actor) -> Self {
        let today = actor.today();
        let back = |years: i64| today.saturating_sub(years.years());
        let mut words = vec![];
        for (field, list) in [
            ("area", "area"),
            ("care", "care_kind"),
            ("whereabouts", "whereabouts"),
            ("standing", "client_list"),
        ] {
            if v.is_given(field) {
                words.push(codes.label(list, v.text(field)).to_owned());
            }
        }
        let (from, to) = (v.int("age_from"), v.int("age_to"));
        words.extend(from.map(|n| format!("{n}歳以上")));
        words.extend(to.map(|n| format!("{n}歳以下")));
        Self {
            area: v.text("area").into(),
            care: v.text("care").into(),
            whereabouts: v.text("whereabouts").into(),
            // Somebody is n years old from the n-th birthday to the day before the next.
            born_from: to
                .map_or("0000-00-00".into(), |n| back(n + 1).saturating_add(1.day()).to_string()),
            born_until: from
                .map_or("9999-99-99".into(), |n| back(n).saturating_add(1.day()).to_string()),
            standing: v.text("standing").into(),
            words,
        }
    }
}

/// Where somebody stands in the list: reading and id; an index holds them.
type Place = (String, String);

macro_rules! place {
    () => {
        "l.reading, l.client_id"
    };
}

/// The conditions of the list: `$6..$14`; a page begins after the place `$13, $14`.
macro_rules! chosen {
    () => {
        concat!(
            " where ",
            visible_row!("c", "identity"),
            " and ($6 = '' or ",
            shown_area!(),
            " = $6)",
            " and ($7 = '' or (",
            visible!("c.id", "care"),
            " and exists (select 1 from client_cares ca where ca.client_id = c.id",
            " and ca.kind = $7 and ca.voided_at is null and ca.valid_from <= $5",
            " and (ca.valid_until is null or ca.valid_until > $5))))",
            " and ($8 = '' or (",
            visible!("c.id", "care"),
            " and exists (select 1 from client_whereabouts wh where wh.client_id = c.id",
            " and wh.kind = $8 and wh.voided_at is null and wh.valid_from <= $5",
            " and (wh.valid_until is null or wh.valid_until > $5))))",
            " and (cast($12 as bigint) = 1 or (l.born_on >= $9 and l.born_on < $10))",
            " and ",
            full_record!("c"),
            " and (($11 = 'closed' and not ",
            not_closed!("c.id"),
            ") or ($11 <> 'closed' and ",
            not_closed!("c.id"),
            "))",
            " and ($11 not in ('mine', 'unassigned')",
            " or ($11 = 'unassigned' and l.coordinator_id is null)",
            " or ($11 = 'mine' and l.coordinator_id = $4))",
            " and (",
            place!(),
            ") > ($13, $14)"
        )
    };
}

impl Filter {
    /// The values `$6..$14`.
    fn values<'a>(&'a self, after: &'a Place) -> Vec<Arg<'a>> {
        let all_ages = self.born_from.starts_with("0000") && self.born_until.starts_with("9999");
        let chosen = [&self.area, &self.care, &self.whereabouts, &self.born_from, &self.born_until];
        let mut all: Vec<Arg> = chosen.iter().map(|v| Arg::Text(Some(v.as_str().into()))).collect();
        all.push(Arg::Text(Some(self.standing.as_str().into())));
        all.push(Arg::Int(Some(i64::from(all_ages))));
        all.extend_from_slice(args![after.0, after.1]);
        all
    }
}

/// How many fit, counted to a thousand and one; known until who there is, or who may see whom,
/// changes.
async fn total(app: &App, read: &mut Read, f: &Filter) -> Result<i64> {
    let start = Place::default();
    let values = f.values(&start);
    let key = format!("clients {:?} {values:?}", read.actor.sight());
    let changes = app.db.changes.people();
    if let Some(total) = app.totals.get(&key, changes) {
        return Ok(total);
    }
    let (total,): (i64,) = read
        .see_one(
            concat!(
                "select count(*) from (select c.id from ",
                summary_tables!(),
                chosen!(),
                " limit cast($15 as bigint)) counted"
            ),
            &[&values[..], args![COUNTED + 1]].concat(),
        )
        .await?;
    app.totals.put(key, changes, total);
    Ok(total)
}

async fn people(read: &mut Read, f: &Filter, after: &Place) -> Result<Vec<Summary>> {
    let rows: Vec<Row> = read
        .see_all(
            concat!(
                "select ",
                summary_columns!(),
                " from ",
                summary_tables!(),
                chosen!(),
                " order by ",
                place!(),
                " limit cast($15 as bigint)"
            ),
            &[&f.values(after)[..], args![PER_PAGE + 1]].concat(),
        )
        .await?;
    let today = read.actor.today();
    Ok(rows.into_iter().map(|r| r.summary(today)).collect())
}

async fn listed(app: &App, actor: &Actor, asked: &Entry) -> Result<List> {
    let (values, bad) = match form().read(asked, &app.codes) {
        Ok(values) => (values, Problems::default()),
        Err(bad) => (Values::default(), bad),
    };
    let filter = Filter::read(&values, &app.codes, actor);
    let mut read = app.read(actor).await?;
    // The last person of the page before, by id: the address names nobody.
    let after = place_of(&mut read, asked.get("after")).await?;
    let mut people = people(&mut read, &filter, &after).await?;
    let total = total(app, &mut read, &filter).await?;
    let mut more = String::new();
    if people.len() > PER_PAGE as usize {
        people.truncate(PER_PAGE as usize);
        more = people.last().map(|p| next(asked, p.number)).unwrap_or_default();
    }
    Ok(List {
        page: app.page(actor, "利用者", "/clients"),
        form: form().view(asked, &bad, &app.codes, &Options::new()),
        words: filter.words,
        total: counted(total, "人"),
        people,
        more,
        searched: None,
        left_out: false,
        offers_more: false,
        left_closed: Some(0),
        enrols: app.access.allows(actor.role, "GET", "/clients/new"),
        opens: app.access.allows(actor.role, "GET", "/emergencies/new"),
        desks: desks(app, actor),
        codes: app.codes.clone(),
    })
}

fn searched(
    app: &App,
    actor: &Actor,
    entry: &Entry,
    (mut found, left_closed): (Vec<Summary>, Option<usize>),
) -> List {
    let most = most(entry) as usize;
    let left_out = found.len() > most;
    found.truncate(most);
    List {
        page: app.page(actor, "利用者をさがす", "/clients"),
        form: form().view(&Entry::default(), &Problems::default(), &app.codes, &Options::new()),
        words: vec![],
        total: match left_out {
            true => format!("はじめの{most}人"),
            false => counted(found.len() as i64, "人"),
        },
        people: found,
        more: String::new(),
        searched: Some(entry.get("q").to_owned()),
        left_out,
        offers_more: left_out && entry.get("more").is_empty(),
        left_closed,
        enrols: app.access.allows(actor.role, "GET", "/clients/new"),
        opens: app.access.allows(actor.role, "GET", "/emergencies/new"),
        desks: desks(app, actor),
        codes: app.codes.clone(),
    }
}

/// What is done with the registry as a whole: shown to whoever the access table lets in.
const DESKS: &[(&str, &str)] = &[
    ("/duplicates", "同じ人かもしれない記録"),
    ("/trash", "ごみ箱"),
    ("/light-records", "事業だけの記録"),
    ("/residents", "住民記録との照合"),
    ("/disclosures", "開示等の請求"),
    ("/disposals", "保存期間と廃棄"),
];

fn desks(app: &App, actor: &Actor) -> Vec<(&'static str, &'static str)> {
    DESKS.iter().filter(|(path, _)| app.access.allows(actor.role, "GET", path)).copied().collect()
}

async fn place_of(read: &mut Read, number: &str) -> Result<Place> {
    let Ok(number) = ClientNumber::parse(number) else { return Ok(Place::default()) };
    let place: Option<Place> = read
        .see_maybe(
            concat!(
                "select ",
                place!(),
                " from ",
                summary_tables!(),
                " where c.number = $6 and ",
                visible_row!("c", "identity")
            ),
            args![i64::from(number.running())],
        )
        .await?;
    Ok(place.unwrap_or_default())
}

fn next(asked: &Entry, last: ClientNumber) -> String {
    let kept = asked.0.iter().filter(|(n, v)| n != "after" && !v.is_empty());
    let mut pairs: Vec<String> =
        kept.map(|(n, v)| format!("{}={}", escape(n), escape(v))).collect();
    pairs.push(format!("after={last}"));
    format!("/clients?{}", pairs.join("&"))
}

#[derive(Template)]
#[template(path = "clients/list.html")]
struct List {
    page: Page,
    form: FormView,
    words: Vec<String>,
    total: String,
    people: Vec<Summary>,
    more: String,
    /// What was searched for, when this page answers the search box.
    searched: Option<String>,
    left_out: bool,
    /// The same search can be asked for more of them.
    offers_more: bool,
    /// How many closed cases fit as well and are not shown; `None` where nobody has looked.
    left_closed: Option<usize>,
    enrols: bool,
    opens: bool,
    /// What else is done about the registry as a whole: (path, words).
    desks: Vec<(&'static str, &'static str)>,
    codes: std::sync::Arc<Codes>,
}

#[derive(Template)]
#[template(path = "clients/suggest.html")]
struct Suggestions {
    people: Vec<Summary>,
    name: &'static str,
}
