//! Would these tests notice? Every predicate of every statement a page asks is made true for
//! everybody, one at a time: the statement by itself must then give rows it should not.
//!
//! `cargo test` takes a part of them; `cargo xtask mutate-access` takes all, walks the pages again
//! too, and writes a report.

use std::collections::BTreeMap;
use std::fmt::Write;

use kakehashi::store::{Arg, predicates};

use super::replay;
use super::walk::{self, Walk, Worlds};
use crate::support::World;

/// A statement a page asked: with which values, and at which stops (walk, route, path).
#[derive(Default)]
struct Asked {
    with: Vec<Vec<Arg<'static>>>,
    stops: Vec<(usize, &'static str, String)>,
}

/// One predicate in so many, in an ordinary test run.
const SAMPLE: usize = 5;

async fn statements(w: &World, walks: &[Walk]) -> BTreeMap<String, Asked> {
    let mut out = BTreeMap::<String, Asked>::new();
    for (n, one) in walks.iter().enumerate() {
        for (pattern, path) in walk::stops(w, one.role) {
            w.app.db.probe.questions();
            walk::ask(&one.everybody, &path).await;
            for (sql, with) in w.app.db.probe.questions() {
                let asked = out.entry(sql).or_default();
                asked.stops.push((n, pattern, path.clone()));
                for args in with {
                    if asked.with.len() < 24 && !asked.with.contains(&args) {
                        asked.with.push(args);
                    }
                }
            }
        }
    }
    out
}

/// What the pages say when the predicate holds for everybody.
async fn seen_on_a_page(walks: &[Walk], asked: &Asked) -> Option<String> {
    for (n, pattern, path) in &asked.stops {
        if let Some(found) = walk::look(&walks[*n], pattern, path).await {
            return Some(found);
        }
    }
    None
}

/// Three kinds decide nothing: the half for records that name nobody, in a statement about one
/// person; a predicate that stands twice, side by side, where each covers for the other; and what
/// is held of one person, drawn for the ward's staff behind a page that asked for the person before
/// (tests/records.rs asks it of another ward's).
fn cannot_matter(sql: &str, n: usize) -> bool {
    let about_one = ["k.client_id = $6 and", "f.client_id = $6 and", "and k.client_id = $18 "];
    let about_one = about_one.iter().any(|p| sql.contains(p));
    let at = sql.match_indices("(/*see*/ ").nth(n).map_or(0, |(at, _)| at);
    let of_one = "$1 = 'controller' and (/*see*/ exists (select 1 from clients seen \
                  where seen.id = cast($6 as text)";
    if sql.contains(of_one) {
        return true;
    }
    let half = sql[at..].starts_with("(/*see*/ ($1 = 'controller'");
    let (mut depth, mut end) = (0, at);
    for (i, c) in sql[at..].char_indices() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if depth == 0 {
            end = at + i + 1;
            break;
        }
    }
    let own = &sql[at..end];
    (about_one && half) || sql.contains(&format!("{own} and {own}"))
}

struct Outcome {
    sql: String,
    n: usize,
    by_itself: bool,
    on_a_page: bool,
}

async fn mutate(w: World) {
    let worlds = Worlds::new(&w).await;
    let walks = worlds.walks().await;
    let asked = statements(&w, &walks).await;
    for (sql, a) in &asked {
        assert!(predicates(sql) > 0, "asked as somebody, without a predicate: {sql}");
        assert_eq!(replay::differs(&worlds, sql, &a.with).await, None);
    }
    let report = std::env::var("KAKEHASHI_MUTATION_REPORT").ok();
    let step = if report.is_some() { 1 } else { SAMPLE };
    let all = asked.keys().flat_map(|sql| (0..predicates(sql)).map(move |n| (sql, n)));
    let all = all.filter(|(sql, n)| !cannot_matter(sql, *n));
    let mut outcomes = vec![];
    for (sql, n) in all.step_by(step) {
        w.app.db.probe.weaken(Some((sql.clone(), n)));
        let by_itself = replay::differs(&worlds, sql, &asked[sql].with).await.is_some();
        let on_a_page = report.is_some() && seen_on_a_page(&walks, &asked[sql]).await.is_some();
        w.app.db.probe.weaken(None);
        outcomes.push(Outcome { sql: sql.clone(), n, by_itself, on_a_page });
    }
    if let Some(path) = report {
        std::fs::write(path, summary(&asked, &outcomes)).unwrap();
    }
    worlds.done().await;
    let survivors: Vec<_> =
        outcomes.iter().filter(|o| !o.by_itself && !o.on_a_page).map(|o| (&o.sql, o.n)).collect();
    assert!(outcomes.len() > 5, "{} predicates are too few", outcomes.len());
    assert!(survivors.is_empty(), "{} of {}: {survivors:#?}", survivors.len(), outcomes.len());
}

both! {
    async fn a_missing_predicate_is_noticed(w: World) {
        mutate(w).await;
    }
}

fn summary(asked: &BTreeMap<String, Asked>, outcomes: &[Outcome]) -> String {
    let commit = std::env::var("KAKEHASHI_COMMIT").unwrap_or_default();
    let count = |f: fn(&Outcome) -> bool| outcomes.iter().filter(|o| f(o)).count();
    let survived = |o: &Outcome| !o.by_itself && !o.on_a_page;
    let mut out = format!(
        "# Predicates switched off one at a time\n\n\
         `cargo xtask mutate-access`, commit {commit}.\n\n\
         Every predicate of every statement that a page asks was made true for everybody. Then the \
         statement was asked by itself as every role, and the pages that ask it were walked again \
         as every role. Noticed means: rows, or a mark on a page, of somebody unseen, or an answer \
         that differs from a world in which those people do not exist. Left out: the half for \
         records that name nobody, where a statement asks about one person, and a predicate \
         that stands twice side by side.\n\n\
         | statements | predicates | noticed by itself | noticed on a page too | survived |\n\
         |---:|---:|---:|---:|---:|\n| {} | {} | {} | {} | {} |\n",
        asked.len(),
        outcomes.len(),
        count(|o| o.by_itself),
        count(|o| o.by_itself && o.on_a_page),
        count(|o| !o.by_itself && !o.on_a_page),
    );
    for o in outcomes.iter().filter(|o| survived(o)) {
        let mut places: Vec<_> = asked[&o.sql].stops.iter().map(|(_, p, _)| *p).collect();
        places.sort_unstable();
        places.dedup();
        let places = places.join(", ");
        let _ = write!(out, "\n## Survived: {places} ({})\n\n```sql\n{}\n```\n", o.n, o.sql);
    }
    out
}
