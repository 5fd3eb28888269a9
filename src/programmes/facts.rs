//! 事実. How each fact of `facts.toml` is read from the record on a day. The only place
//! that knows it. What the record does not say is not known; nothing is taken to be no because
//! nobody entered it.

use std::collections::BTreeMap;

use ::programmes::{Catalogue, Known, Programme, Sheet};
use civil::Date;

use crate::args;
use crate::store::{FromRow, Read};
use crate::visible;
use crate::web::Result;

/// 本人の事実. What is known of one person on a day: for every programme, and for single ones.
#[derive(Clone, Debug, Default)]
pub struct Person {
    pub sheet: Sheet,
    /// Answers to the questions of single programmes: (programme, question).
    answers: BTreeMap<(String, String), i32>,
    pub born_on: Option<Date>,
}

impl Person {
    pub fn known(&self, catalogue: &Catalogue, programme: &Programme) -> Known {
        let answer =
            |name: &str| self.answers.get(&(programme.id.clone(), name.to_owned())).copied();
        programme.known(&self.sheet, &answer, &catalogue.settings)
    }
}

/// One thing the record says: its name, a number, a text.
#[derive(Clone, Debug, FromRow)]
struct Row {
    client_id: String,
    what: String,
    detail: String,
    n: Option<i64>,
    always: i64,
}

/// A part of the folder, as far as the actor may see it, valid on `$7`.
macro_rules! dated {
    ($who:literal, $table:literal, $category:literal, $columns:literal) => {
        concat!(
            "select x.client_id, ",
            $columns,
            " from ",
            $table,
            " x where ",
            $who,
            " and x.voided_at is null and x.valid_from <= $7
              and (x.valid_until is null or x.valid_until > $7) and ",
            visible!("x.client_id", $category)
        )
    };
}

macro_rules! said {
    ($who:literal) => {
        concat!(
            dated!(
                $who,
                "client_births",
                "identity",
                "'born' as what, coalesce(x.born_on, '') as detail, cast(null as bigint) as n,
                 cast(0 as bigint) as always"
            ),
            " union all ",
            dated!(
                $who,
                "client_residences",
                "identity",
                "'residence', '', cast(null as bigint), cast(0 as bigint)"
            ),
            " union all ",
            dated!(
                $who,
                "client_whereabouts",
                "care",
                "'whereabouts', x.kind, cast(null as bigint), cast(0 as bigint)"
            ),
            " union all ",
            dated!($who, "client_cares", "care", "'care', x.kind, x.times_a_day, x.always"),
            " union all ",
            dated!(
                $who,
                "client_conditions",
                "care",
                "'condition', x.mobility, x.smid, cast(0 as bigint)"
            ),
            " union all ",
            dated!(
                $who,
                "client_certificates",
                "identity",
                "'certificate', x.kind, cast(null as bigint), cast(0 as bigint)"
            ),
            " union all ",
            dated!(
                $who,
                "care_scores",
                "care",
                "'score', '', x.base_points + x.watch_points, cast(0 as bigint)"
            ),
            " union all ",
            dated!(
                $who,
                "client_facts",
                "care",
                "'answer', coalesce(x.programme, '') || ':' || x.fact, x.value, cast(0 as bigint)"
            ),
            " union all select x.client_id, 'holds', x.programme, cast(null as bigint),
                cast(0 as bigint) from decisions x
              where ",
            $who,
            " and x.kind = 'award' and x.valid_from <= $7
              and (x.valid_until is null or x.valid_until > $7)
              and (x.ended_on is null or x.ended_on > $7) and ",
            visible!("x.client_id", "plan"),
            " union all select x.id, 'person', '', cast(null as bigint), cast(0 as bigint)
              from clients x where ",
            visible!("x.id", "identity")
        )
    };
}

/// What is known of one person on a day, as far as the actor may see it.
pub async fn of(read: &mut Read, all: &Catalogue, client_id: &str, on: Date) -> Result<Person> {
    let sql = concat!(
        "select client_id, what, detail, n, always from (",
        said!("x.client_id = $6"),
        ") said where client_id = $6"
    );
    let rows: Vec<Row> = read.see_all(sql, args![client_id, on]).await?;
    Ok(person(all, &rows, on))
}

/// The same of everybody the actor may see, by their ids.
pub async fn of_all(
    read: &mut Read,
    all: &Catalogue,
    on: Date,
) -> Result<BTreeMap<String, Person>> {
    let sql = concat!(
        "select client_id, what, detail, n, always from (",
        said!("cast($6 as text) = ''"),
        ") said order by client_id"
    );
    let rows: Vec<Row> = read.see_all(sql, args!["", on]).await?;
    let people = rows.chunk_by(|a, b| a.client_id == b.client_id);
    Ok(people.map(|rows| (rows[0].client_id.clone(), person(all, rows, on))).collect())
}

fn person(all: &Catalogue, rows: &[Row], on: Date) -> Person {
    let mut out = Person { sheet: all.sheet(), ..Person::default() };
    let facts = &all.facts;
    let of = |what: &'static str| rows.iter().filter(move |r| r.what == what);
    let mut set = |name: &str, value: Option<i32>| out.sheet.set(facts, name, value);
    let yes = |yes: bool| Some(i32::from(yes));
    out.born_on = of("born").find_map(|r| r.detail.parse().ok());
    set("born_on", out.born_on.map(days));
    set("resident", of("residence").next().and(Some(1)));
    set("at_home", of("whereabouts").next().and_then(|r| yes(r.detail == "home")));
    if let Some(condition) = of("condition").next() {
        set("smid", condition.n.filter(|n| *n == 1).and(Some(1)));
        set(
            "walks",
            Some(&condition.detail)
                .filter(|m| *m != "unknown")
                .and_then(|m| yes(m == "ambulatory")),
        );
    }
    let certificates: Vec<&Row> = of("certificate").collect();
    if !certificates.is_empty() {
        set("day_service_certificate", yes(certificates.iter().any(|r| r.detail == "day_service")));
    }
    set("care_score", of("score").next().and_then(|r| r.n?.try_into().ok()));
    cares(&of("care").collect::<Vec<_>>(), &mut set);
    for programme in &all.programmes {
        let holds = of("holds").any(|r| r.detail == programme.id);
        set(&format!("holds_{}", programme.id), yes(holds));
    }
    // What somebody confirmed fills what the folder leaves open, and never overrides it.
    for row in of("answer") {
        let Some((programme, fact)) = row.detail.split_once(':') else { continue };
        let value = row.n.and_then(|n| i32::try_from(n).ok());
        match (programme, value) {
            ("", value) if out.sheet.get(facts, fact).is_none() => {
                out.sheet.set(facts, fact, value);
            }
            ("", _) | (_, None) => {}
            (programme, Some(value)) => {
                out.answers.insert((programme.to_owned(), fact.to_owned()), value);
            }
        }
    }
    out.sheet.derive(facts, on);
    out
}

/// Kinds of care whose presence is the fact of this name.
const PRESENT: &[(&str, &[&str])] = &[
    ("ventilator", &["ventilator"]),
    ("tracheostomy", &["tracheostomy"]),
    ("nasopharyngeal_airway", &["nasopharyngeal_airway"]),
    ("oxygen", &["oxygen"]),
    ("central_line", &["central_line"]),
    ("tube_feeding", &["tube_feeding", "feeding_pump"]),
    ("dialysis", &["dialysis"]),
    ("indwelling_catheter", &["indwelling_catheter"]),
    ("stoma", &["bowel_stoma"]),
];

/// Kinds of care of which the times a day are the fact of this name.
const TIMES: &[(&str, &str)] = &[
    ("suction_a_day", "suction"),
    ("nebulizer_a_day", "nebulizer"),
    ("catheterization_a_day", "intermittent_catheter"),
];

/// The most the folder can say: what goes on all the time.
const ALWAYS: i32 = 50;

/// Where any care is entered the list is taken to be whole; without one nothing is known.
fn cares(cares: &[&Row], set: &mut impl FnMut(&str, Option<i32>)) {
    if cares.is_empty() {
        return;
    }
    set("medical_care", Some(1));
    for (fact, kinds) in PRESENT {
        let there = cares.iter().any(|r| kinds.contains(&r.detail.as_str()));
        set(fact, Some(i32::from(there)));
    }
    for (fact, kind) in TIMES {
        let value = match cares.iter().find(|r| r.detail == *kind) {
            None => Some(0),
            Some(row) if row.always == 1 => Some(ALWAYS),
            Some(row) => row.n.and_then(|n| n.try_into().ok()),
        };
        set(fact, value);
    }
    let nebulizer = cares.iter().find(|r| r.detail == "nebulizer");
    set("nebulizer_always", Some(i32::from(nebulizer.is_some_and(|r| r.always == 1))));
}

fn days(date: Date) -> i32 {
    let (year, month, day) = (date.year(), date.month(), date.day());
    eligibility::days_of(i32::from(year), i32::from(month), i32::from(day))
}
