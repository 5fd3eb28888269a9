//! The figures a ward published (tests/fixtures/published.toml), from records made by operations:
//! each comes out to the digit on its day, and one record taken back changes its figures alone.

use std::collections::BTreeMap;

use civil::{Date, FiscalYear};
use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::grants::undo;
use kakehashi::indicators::Counts;
use kakehashi::ledger::reverse;
use kakehashi::staff::account;
use serde::Deserialize;

use super::office::{Office, WATCHED};
use crate::support::World;

#[derive(Deserialize)]
struct Published {
    source: BTreeMap<String, Source>,
    figure: Vec<Figure>,
}

#[derive(Deserialize)]
struct Source {
    title: String,
    dated: String,
}

#[derive(Clone, Deserialize)]
struct Figure {
    programme: String,
    indicator: String,
    rows: Vec<Row>,
}

#[derive(Clone, Deserialize)]
struct Row {
    source: String,
    on: Option<String>,
    year: Option<i16>,
    value: i64,
    #[serde(default)]
    planned: bool,
}

impl Row {
    /// Its day, or the last of its fiscal year.
    fn day(&self) -> Date {
        let end = |year| FiscalYear::new(year).unwrap().range().end.yesterday().unwrap();
        let on = self.on.as_ref().map(|on| on.parse().unwrap());
        on.or_else(|| self.year.map(end)).expect("a row has a day or a year")
    }
}

fn published() -> Published {
    toml::from_str(include_str!("../fixtures/published.toml")).unwrap()
}

/// What is known of whoever is awarded a programme, and what they use of it.
type Known = &'static [(&'static str, &'static str)];

const HELD: &[(&str, Known, Known)] = &[
    ("home_respite", WATCHED, &[]),
    ("emergency_call", &[("resident", "yes"), ("ventilator", "yes")], &[]),
    (
        "backup_power",
        &[
            ("resident", "yes"),
            ("at_home", "yes"),
            ("ventilator", "yes"),
            ("invasive_or_lasting_ventilator", "yes"),
            ("disaster_plan", "yes"),
        ],
        &[("item", "device"), ("quantity", "1"), ("invoiced", "180000")],
    ),
    (
        "hospital_short_stay",
        &[
            ("resident", "yes"),
            ("at_home", "yes"),
            ("medical_care", "yes"),
            ("smid", "yes"),
            ("hospital_short_stay.carer_unable", "yes"),
            ("hospital_short_stay.statutory_stay_possible", "no"),
        ],
        &[("item", "stay"), ("quantity", "3"), ("venue", "hospital")],
    ),
];

/// Coordinators who work in every world of the tests.
const THERE: i64 = 2;

/// The ids of the records that were made for (programme, indicator, day).
type Made = BTreeMap<(String, String, Date), Vec<String>>;

/// Makes the records from which a figure comes out: what each row has more than the one before it,
/// on the day of the row.
async fn build(o: &Office, all: &Published, figure: &Figure, made: &mut Made) {
    let programme = o.all.find(&figure.programme).unwrap();
    let indicator = programme.indicators.iter().find(|i| i.id == figure.indicator).unwrap();
    let counts = Counts::read(&indicator.counts);
    // Counted from 1 April again: over a year, or because the awards end with it.
    let anew = indicator.over == "fiscal_year" || figure.programme == "home_respite";
    let anew = anew && counts != Counts::Bodies;
    let mut before = (Date::ZERO, if counts == Counts::Coordinators { THERE } else { 0 });
    for row in &figure.rows {
        let day = row.day();
        let stands = !anew || FiscalYear::of(before.0) == FiscalYear::of(day);
        let more = row.value - if stands { before.1 } else { 0 };
        before = (day, row.value);
        let ids = make(o, figure, (counts, row, &all.source[&row.source]), more).await;
        made.insert((figure.programme.clone(), figure.indicator.clone(), day), ids);
    }
}

/// So many records more on the day of a row; one less where a figure went down.
async fn make(
    o: &Office,
    Figure { programme, indicator, .. }: &Figure,
    (counts, row, source): (Counts, &Row, &Source),
    more: i64,
) -> Vec<String> {
    let on = row.day().to_string();
    let held = HELD.iter().find(|h| h.0 == programme);
    match counts {
        Counts::Entered => {
            let value = row.value.to_string();
            let v = [("indicator", indicator.as_str()), ("value", &value), ("year_of", &on)];
            let v = [&v[..], &[("source", &source.title)]].concat();
            let planned: &[_] = if row.planned { &[("planned", "1")] } else { &[] };
            o.enter(programme, &[&v[..], planned].concat(), &on).await;
            return vec![];
        }
        Counts::Reported => {
            o.count(programme, indicator, more, &on).await;
            return vec![];
        }
        Counts::Capacity => {
            if more > 0 {
                return vec![o.body(programme, "事業所", &on, &more.to_string()).await];
            }
            return vec![];
        }
        Counts::AwardsOpen if more < 0 => {
            let sql = "select max(id) from decisions where programme = $1";
            let (one,): (String,) =
                o.w.read(&o.w.system()).await.one(sql, args![programme]).await.unwrap();
            o.end(&one, &on).await;
            return vec![one];
        }
        _ => {}
    }
    let mut ids = vec![];
    for n in 0..more {
        ids.push(match counts {
            Counts::Bodies => o.body(programme, kind(o, programme, indicator), &on, "").await,
            Counts::AwardsOpen => o.award(programme, held.unwrap().1, &on).await,
            Counts::Uses => {
                let decision = o.award(programme, held.unwrap().1, &on).await;
                o.used(&decision, held.unwrap().2, &on).await
            }
            Counts::Grants => {
                let asked = [("in_ward", "はい"), ("users_on_fewest_day", "6")];
                o.granted(programme, &format!("事業所{n}"), &asked, &on).await;
                String::new()
            }
            Counts::Coordinators => o.coordinator(&format!("chosei.{on}.{n}"), &on).await,
            other => panic!("nothing makes records for {other:?}"),
        });
    }
    ids
}

/// The kind of body that an indicator counts.
fn kind<'a>(o: &'a Office, programme: &str, indicator: &str) -> &'a str {
    let all = &o.all.find(programme).unwrap().indicators;
    let kind = all.iter().find(|i| i.id == indicator).and_then(|i| i.kind.as_deref());
    kind.unwrap_or("事業所")
}

/// A figure and its day.
type Place = (String, String, Date);

/// What the program says of every row.
async fn figures(o: &Office, all: &Published) -> BTreeMap<Place, Option<i64>> {
    let mut out = BTreeMap::new();
    for (f, row) in rows(all) {
        let found = o.found(&f.programme, &f.indicator, &row.day().to_string()).await;
        let value = found.and_then(|f| f.value);
        out.insert((f.programme.clone(), f.indicator.clone(), row.day()), value);
    }
    out
}

fn rows(all: &Published) -> impl Iterator<Item = (&Figure, &Row)> {
    all.figure.iter().flat_map(|f| f.rows.iter().map(move |row| (f, row)))
}

/// Each row that does not come out, and why.
async fn wrong(o: &Office, all: &Published) -> Vec<String> {
    let (mut out, by) = (vec![], o.w.actor(Role::Officer).name);
    for (f, row) in rows(all) {
        let (source, day) = (&all.source[&row.source], row.day().to_string());
        let at = format!("{} {} {day}", f.programme, f.indicator);
        let Some(found) = o.found(&f.programme, &f.indicator, &day).await else {
            out.push(format!("{at}: no programme's indicator serves it"));
            continue;
        };
        if found.value != Some(row.value) {
            let (says, of) = (row.value, &source.dated);
            out.push(format!("{at}: {says} in the paper of {of}, here {:?}", found.value));
        }
        let from = match Counts::read(&found.indicator.counts) {
            Counts::Entered => found.from.contains(&source.title) && found.from.contains(&by),
            _ => found.from == "記録から",
        };
        if !from {
            out.push(format!("{at}: not said where it is from: {}", found.from));
        }
        if found.planned != row.planned {
            out.push(format!("{at}: planned is {}", found.planned));
        }
    }
    out
}

/// Everything of the fixture, made.
async fn built(w: &World) -> (Office, Published, Made) {
    let (o, all, mut made) = (Office::new(w), published(), Made::new());
    for figure in &all.figure {
        build(&o, &all, figure, &mut made).await;
    }
    (o, all, made)
}

/// (programme, indicator, day, by how much)
type Change = (&'static str, &'static str, &'static str, i64);

/// The figures as they stood, to be held against what stands after one record was taken back.
struct Watch<'a> {
    o: &'a Office,
    all: &'a Published,
    before: BTreeMap<Place, Option<i64>>,
}

impl Watch<'_> {
    /// Exactly these became different, by so much.
    async fn changed(&mut self, what: &str, expected: &[Change]) {
        let after = figures(self.o, self.all).await;
        let pairs = self.before.iter().zip(&after).filter(|((_, a), (_, b))| a != b);
        let by = |a: &Option<i64>, b: &Option<i64>| b.unwrap_or(0) - a.unwrap_or(0);
        let found: Vec<_> = pairs
            .map(|((at, a), (_, b))| (at.0.clone(), at.1.clone(), at.2.to_string(), by(a, b)))
            .collect();
        let owned = |c: &Change| (c.0.to_owned(), c.1.to_owned(), c.2.to_owned(), c.3);
        assert_eq!(found, expected.iter().map(owned).collect::<Vec<_>>(), "{what}");
        self.before = after;
    }

    /// The page takes a record back.
    async fn void(&mut self, page: &str, expected: &[Change]) {
        let desk = self.o.w.as_(Role::Officer).await;
        desk.post(&format!("/programmes/{page}/void"), &[]).await.expect(303);
        self.changed(page, expected).await;
    }

    /// The row of a table that holds this number.
    async fn row(&self, sql: &'static str) -> String {
        let mut read = self.o.w.read(&self.o.w.system()).await;
        read.one::<(String,)>(sql, &[]).await.unwrap().0
    }
}

/// What pages take back: bodies, numbers reported, numbers entered.
async fn pages(watch: &mut Watch<'_>, made: &Made) {
    let first = |at: (&str, &str, &str)| {
        let key = (at.0.to_owned(), at.1.to_owned(), at.2.parse().unwrap());
        format!("{}/bodies/{}", at.0, made[&key][0])
    };
    let respite = "home_respite";
    let page = first((respite, "stations", "2024-03-31"));
    let both = [(respite, "stations", "2024-03-31", -1), (respite, "stations", "2025-09-30", -1)];
    watch.void(&page, &both).await;
    let after = "after_school_day_service";
    let page = first((after, "offices", "2025-09-30"));
    watch.void(&page, &[(after, "offices", "2025-09-30", -1)]).await;
    let care = "severe_disability_day_care";
    let page = first((care, "capacity", "2024-03-31"));
    let both = [(care, "capacity", "2024-03-31", -6), (care, "capacity", "2025-10-14", -6)];
    watch.void(&page, &both).await;
    let play = "inclusive_playground";
    let row = watch.row("select id from programme_counts where amount = 40").await;
    let page = format!("{play}/counts/{row}");
    watch.void(&page, &[(play, "households", "2024-02-29", -40)]).await;
    let row = watch.row("select id from programme_counts where amount = 3659").await;
    let page = format!("{play}/counts/{row}");
    watch.void(&page, &[(play, "visitors", "2025-03-31", -3_659)]).await;
    let support = "coordinator_support";
    let row = watch.row("select id from indicator_entries where value = 948000").await;
    let page = format!("{support}/figures/{row}");
    watch.void(&page, &[(support, "budget", "2025-03-31", -948_000)]).await;
}

/// What operations take back: uses, awards, posts.
async fn operations(watch: &mut Watch<'_>, made: &Made) {
    let o = watch.o;
    let first = |at: (&str, &str, &str)| {
        let key = (at.0.to_owned(), at.1.to_owned(), at.2.parse().unwrap());
        made[&key][0].clone()
    };
    let (stay, power) = ("hospital_short_stay", "backup_power");
    for (programme, indicator, on, expected) in [
        (
            stay,
            "stays",
            "2023-10-31",
            &[(stay, "stays", "2023-10-31", -1), (stay, "stays", "2024-02-29", -1)][..],
        ),
        (stay, "stays", "2025-03-31", &[(stay, "stays", "2025-03-31", -1)]),
        (power, "grants", "2024-02-29", &[(power, "grants", "2024-02-29", -1)]),
    ] {
        let mut tx = o.write(on).await;
        let entry = first((programme, indicator, on));
        reverse::reverse(&mut tx, &entry, "別の人の入力").await.unwrap();
        tx.commit().await.unwrap();
        watch.changed(&format!("{programme} {on}"), expected).await;
    }
    let subsidy = "day_service_operating_subsidy";
    let mut tx = o.write("2025-03-31").await;
    let (grant, step): (String, String) = tx
        .one(
            "select s.grant_id, s.id from grant_steps s join grants g on g.id = s.grant_id
             where g.programme = $1 and s.done_on >= '2024-04-01' order by s.id limit 1",
            args![subsidy],
        )
        .await
        .unwrap();
    let why = o.read(&undo::form(), &[("void_reason", "別の団体に入力した")]);
    undo::void(&mut tx, (&grant, &step), &why).await.unwrap();
    tx.commit().await.unwrap();
    let one = [(subsidy, "offices_paid", "2025-03-31", -1)];
    watch.changed("a decision entered for the wrong body", &one).await;
    let call = "emergency_call";
    o.end(&first((call, "users", "2025-03-31")), "2025-03-31").await;
    let both = [(call, "users", "2025-03-31", -1), (call, "users", "2025-09-30", -1)];
    watch.changed("an award ends on the day it began", &both).await;
    let place = "coordinator_placement";
    let who = first((place, "coordinators", "2026-03-31"));
    let mut tx = o.write("2026-03-31").await;
    let post: (String,) =
        tx.one("select id from posts where account_id = $1", args![who]).await.unwrap();
    account::end_post(&mut tx, &who, &post.0).await.unwrap();
    tx.commit().await.unwrap();
    let one = [(place, "coordinators", "2026-03-31", -1)];
    watch.changed("a post ends on the day it began", &one).await;
}

both! {
    async fn every_published_figure_comes_out_and_one_record_changes_its_own(w: World) {
        let (o, all, made) = built(&w).await;
        assert_eq!(wrong(&o, &all).await, Vec::<String>::new());
        assert_eq!(rows(&all).count(), 33, "the papers have so many");
        let mut watch = Watch { o: &o, all: &all, before: figures(&o, &all).await };
        pages(&mut watch, &made).await;
        operations(&mut watch, &made).await;
    }

    async fn a_figure_that_nothing_serves_or_that_differs_is_noticed(w: World) {
        let (o, mut all) = (Office::new(&w), published());
        let calls = all.figure.iter().position(|f| f.programme == "backup_power").unwrap();
        let mut kept = all.figure.swap_remove(calls);
        kept.rows.truncate(1);
        build(&o, &all, &kept, &mut Made::new()).await;
        let with = |change: &dyn Fn(&mut Figure)| {
            let mut figure = kept.clone();
            change(&mut figure);
            figure
        };
        all.figure = vec![
            kept.clone(),
            with(&|f| f.rows[0].value = 6),
            with(&|f| f.rows[0].planned = true),
            with(&|f| f.rows[0].on = Some("2023-10-30".into())),
            with(&|f| f.indicator = "devices".into()),
            with(&|f| f.programme = "spare_power".into()),
        ];
        let found = wrong(&o, &all).await;
        let says = ["6 in the paper", "planned is false", "5 in the paper"];
        let says = [&says[..], &["serves it"; 2]].concat();
        assert_eq!(found.len(), says.len(), "{found:?}");
        for (found, says) in found.iter().zip(says) {
            assert!(found.contains(says), "{found}");
        }
    }
}
