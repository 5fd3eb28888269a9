//! まとめて決める: everybody who waits and everybody who can take a case, the best assignment of all
//! of them together under what each can carry. The numbers are those of the single proposal.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use civil::Date;
use matching::{Arc, Assignment, Problem, Why, assign};
use serde::Deserialize;

use super::assign::{self, Words};
use super::people;
use super::propose::{Candidate, Case, Person, fit, on_leave, propose};
use super::rules::{Rules, plain};
use super::waiting::{self, Waiting};
use crate::access::Actor;
use crate::audit::Event;
use crate::codes::Codes;
use crate::store::{Read, Tx};
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Page, Result, Submitted, Values};

/// 問い: how far over the felt limit the plan may go.
#[derive(Deserialize)]
pub struct Asked {
    /// How many cases over the felt limit a person may be given.
    #[serde(default)]
    over: i64,
}

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    show(&app, &actor, asked.over, None).await
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let over = entry.get("_over").parse().unwrap_or(0);
    match save(&app, &actor, &entry).await {
        Ok(()) => Ok(Redirect::to("/assignments?done=batch").into_response()),
        Err(Error::Refused(bad)) => show(&app, &actor, over, Some((&entry, &bad))).await,
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    Form::new(
        "batch",
        "まとめて担当を決める",
        vec![
            Field::new("starts_on", "担当を始める日", Kind::Date).required(),
            Field::new("reason", "この割り当てに決めた理由", Kind::Long(1000)).required(),
        ],
    )
}

/// 割り当て. Who takes whom, and for who is left why nobody does.
#[derive(Clone, Debug)]
pub struct Plan {
    pub people: Vec<Option<usize>>,
    pub left: HashMap<usize, String>,
}

/// The optimum: most cases first, then points, then load shared fairly; ties by the order of the
/// cases and of the people. Nobody is given more than the felt limit and `over` cases more.
pub fn plan(
    wanted: &[Case],
    people: &[Person],
    rules: &Rules,
    codes: &Codes,
    (over, today): (i64, Date),
) -> Plan {
    let (mut arcs, mut free) = (vec![], vec![]);
    for (person, p) in people.iter().enumerate().filter(|(_, p)| !on_leave(p, today)) {
        free.push(person);
        for (case, wants) in wanted.iter().enumerate() {
            let points: i64 = fit(wants, p, rules, codes, today).iter().map(|r| r.points).sum();
            arcs.push(Arc { case, person, cost: -points });
        }
    }
    let places = people.iter().map(|p| place(p, rules, over)).collect();
    let solved = Problem::new(wanted.len(), places, arcs).map(|problem| assign(&problem));
    match solved {
        Ok(solved) => words(solved, people, free.is_empty()),
        Err(_) => Plan { people: vec![None; wanted.len()], left: HashMap::new() },
    }
}

/// What a person can still take. Half cases count as whole ones: the plan never leads over the
/// limit by weight already in hand.
fn place(p: &Person, rules: &Rules, over: i64) -> matching::Person {
    let count = |n: i64| usize::try_from(n.max(0)).unwrap_or(0);
    let (load, limit) = (count((p.load + 99) / 100), count(p.limit / 100));
    let capacity = limit.saturating_add(count(over.clamp(0, 50)));
    let cost = |n: usize| {
        let n_cases = i64::try_from(n).unwrap_or(0);
        let beyond = if n >= limit { -rules.points.over_limit } else { 0 };
        -rules.points.per_case * n_cases + beyond
    };
    let load_costs = (0..=capacity.max(load)).map(cost).collect();
    matching::Person { capacity, load, load_costs }
}

fn words(solved: Assignment, people: &[Person], nobody: bool) -> Plan {
    let say = |why: &Why| match why {
        Why::NobodyAllowed if nobody => "担当できる人がいないか、全員が休みです。".to_owned(),
        Why::NobodyAllowed => "担当できる人がいません。".to_owned(),
        Why::AllFull { one_more_place_with } => {
            let names: Vec<_> =
                one_more_place_with.iter().map(|n| people[*n].name.as_str()).collect();
            format!(
                "担当できる人が全員、目安いっぱいです。{}のだれかがあと1件受けられれば決まります。",
                names.join("、")
            )
        }
    };
    let left = solved.unassigned.iter().map(|u| (u.case, say(&u.why))).collect();
    Plan { people: solved.people, left }
}

/// Decides all of them in the caller's transaction, or none: (request, account) of each.
pub async fn decide_all(
    tx: &mut Tx,
    chosen: &[(String, String)],
    codes: &Codes,
    v: &Values,
) -> Result<usize> {
    if chosen.is_empty() {
        return Err(Error::refused("", "担当する人が一人も選ばれていません"));
    }
    let rules = Rules::official()?;
    for (request_id, account) in chosen {
        let request = waiting::one(tx, request_id).await?;
        let mut entry = Entry::default();
        entry.set("account", account.clone());
        entry.set("kind", "main");
        entry.set("weight", rules.weigh(&request.facts).0.to_string());
        entry.set("reason", v.text("reason"));
        let starts = v.date("starts_on").unwrap_or_else(|| tx.actor.today());
        entry.set("starts_on", starts.to_string());
        let one = assign::form().read(&entry, codes)?;
        assign::decide(tx, request_id, codes, &one).await.map_err(|e| named(e, &request))?;
    }
    Ok(chosen.len())
}

/// A refusal of one of many says whose it is.
fn named(e: Error, request: &Waiting) -> Error {
    match e {
        Error::Refused(bad) => {
            let why: Vec<_> = bad.0.into_iter().map(|(_, why)| why).collect();
            let field = format!("take-{}", request.id);
            Error::refused(&field, format!("{}：{}", request.number, why.join("。")))
        }
        e => e,
    }
}

async fn save(app: &App, actor: &Actor, entry: &Entry) -> Result<()> {
    let v = form().read(entry, &app.codes)?;
    let mut chosen = vec![];
    for (name, account) in entry.0.iter().filter(|(_, account)| !account.is_empty()) {
        if let Some(request) = name.strip_prefix("take-") {
            chosen.push((request.to_owned(), account.clone()));
        }
    }
    let mut tx = app.write(actor).await?;
    decide_all(&mut tx, &chosen, &app.codes, &v).await?;
    Ok(tx.commit().await?)
}

/// 割り当ての一行.
struct Proposed {
    request: Waiting,
    words: Words,
    /// Everybody who could, best first; the chosen one stands alone with the reasons.
    choices: Vec<(bool, String, String)>,
    candidate: Option<Candidate>,
    left: String,
    error: String,
}

async fn gather(read: &mut Read, app: &App, over: i64) -> Result<(Vec<Proposed>, Vec<Person>)> {
    let (rules, today) = (Rules::official()?, read.actor.today());
    let requests = waiting::open(read).await?;
    let people = people::on_duty(read).await?;
    let mut wanted = vec![];
    for r in &requests {
        wanted.push(r.case(&rules, waiting::siblings(read, &r.client_id).await?));
    }
    let plan = plan(&wanted, &people, &rules, &app.codes, (over, today));
    let lines = requests.into_iter().zip(wanted).enumerate().map(|(n, (request, case))| {
        let all = propose(&case, &people, &rules, &app.codes, today);
        let chosen = plan.people.get(n).copied().flatten().and_then(|p| people.get(p));
        let chosen = chosen.map(|p| p.account_id.clone()).unwrap_or_default();
        let choice = |c: &Candidate| {
            let text = format!("{}（{}点、担当{}）", c.name, c.points, plain(c.load));
            (c.account_id == chosen, c.account_id.clone(), text)
        };
        Proposed {
            words: Words::of(&request, &app.codes),
            choices: all.iter().filter(|c| !c.on_leave).map(choice).collect(),
            candidate: all.into_iter().find(|c| c.account_id == chosen),
            left: plan.left.get(&n).cloned().unwrap_or_default(),
            error: String::new(),
            request,
        }
    });
    Ok((lines.collect(), people))
}

async fn show(
    app: &App,
    actor: &Actor,
    over: i64,
    sent: Option<(&Entry, &Problems)>,
) -> Result<Response> {
    let mut read = app.read(actor).await?;
    let (mut lines, _) = gather(&mut read, app, over).await?;
    drop(read);
    app.viewed(actor, Event::new("view", "case_requests", "batch")).await?;
    let mut start = Entry::default();
    start.set("starts_on", actor.today().to_string());
    let fine = Problems::default();
    let (entry, bad) = sent.unwrap_or((&start, &fine));
    let mut form = form().view(entry, bad, &app.codes, &Options::new());
    if sent.is_some() {
        restore(&mut lines, entry, bad, &mut form);
    }
    let wrong = form.problems.len();
    let title = match wrong {
        0 => "まとめて担当を決める".to_owned(),
        n => format!("エラー {n}か所：まとめて担当を決める"),
    };
    let page = app.page(actor, title, "/assignments");
    let body = Batch { page, lines, over, form }.render()?;
    let status = if wrong > 0 { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, Html(body)).into_response())
}

/// What was chosen stays chosen, and a refusal leads to its line.
fn restore(lines: &mut [Proposed], entry: &Entry, bad: &Problems, form: &mut FormView) {
    for line in lines {
        let field = format!("take-{}", line.request.id);
        for (on, account, _) in &mut line.choices {
            *on = entry.get(&field) == account;
        }
        let Some(why) = bad.of(&field) else { continue };
        line.error = why.to_owned();
        if let Some(problem) = form.problems.iter_mut().find(|(_, m)| m == why) {
            problem.0.clone_from(&field);
        }
    }
}

#[derive(Template)]
#[template(path = "coordinators/batch.html")]
struct Batch {
    page: Page,
    lines: Vec<Proposed>,
    over: i64,
    form: FormView,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, skills: &[&str], limit: i64, load: i64) -> Person {
        Person {
            account_id: id.into(),
            name: id.to_uppercase(),
            areas: vec!["east".into()],
            skills: skills.iter().map(|s| (*s).to_owned()).collect(),
            limit,
            load,
            ..Person::default()
        }
    }

    fn case(needs: &[&str]) -> Case {
        let needs = needs.iter().map(|s| (*s).to_owned()).collect();
        Case { area: "east".into(), weight: 100, needs, ..Case::default() }
    }

    fn solve(wanted: &[Case], people: &[Person], over: i64) -> Plan {
        let (rules, codes) = (Rules::official().unwrap(), Codes::official().unwrap());
        let today = "2026-11-20".parse().unwrap();
        plan(wanted, people, &rules, &codes, (over, today))
    }

    /// One after the other, the first person (equal for the plain case) would take it, and the
    /// ventilator would go to somebody who does not know one: 20 + 10 against 20 + 35.
    #[test]
    fn the_case_that_needs_a_skill_gets_it_though_another_came_first() {
        let people = [person("a", &["ventilator"], 100, 0), person("b", &[], 100, 0)];
        let found = solve(&[case(&[]), case(&["ventilator"])], &people, 0);
        assert_eq!(found.people, [Some(1), Some(0)]);
    }

    #[test]
    fn load_is_shared() {
        let people = [person("a", &[], 300, 100), person("b", &[], 300, 0)];
        let found = solve(&[case(&[]), case(&[]), case(&[])], &people, 0);
        assert_eq!(found.people.iter().filter(|p| **p == Some(1)).count(), 2);
    }

    #[test]
    fn nobody_is_led_over_the_limit_and_whoever_is_left_learns_why() {
        let people = [person("a", &[], 200, 150), person("b", &[], 100, 0)];
        let found = solve(&[case(&[]), case(&[])], &people, 0);
        assert_eq!(found.people, [Some(1), None]);
        assert!(found.left[&1].contains("A、B"), "{}", found.left[&1]);
        let one_more = solve(&[case(&[]), case(&[])], &people, 1);
        assert!(one_more.people.iter().all(Option::is_some) && one_more.left.is_empty());
    }

    #[test]
    fn nobody_on_leave_is_given_a_case() {
        let mut away = person("a", &[], 300, 0);
        away.leave = Some(("2026-11-01".parse().unwrap(), None));
        let found = solve(&[case(&[])], &[away], 0);
        assert_eq!(found.people, [None]);
        assert!(found.left[&0].contains("休み"));
        assert!(solve(&[case(&[])], &[], 0).left[&0].contains("担当できる人がいない"));
    }
}
