//! 利用の実績: the months of a body, and for the office the bodies under contract.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use civil::{Date, Span};

use super::compare::Month;
use super::month::{Of, path};
use super::{bodies, entries, reports};
use crate::access::{Actor, Role};
use crate::audit::Event;
use crate::store::Read;
use crate::web::{App, Page, Result, page, said};

pub async fn get(State(app): State<App>, actor: Actor, Query(of): Query<Of>) -> Result<Response> {
    let view = view(&app, &actor, &of.organisation).await?;
    app.viewed(&actor, Event::new("view", "usage", "")).await?;
    page(view)
}

/// So many months back are offered.
const MONTHS: i64 = 12;

/// 報告の一か月.
struct Row {
    href: String,
    label: String,
    used: usize,
    booked: usize,
    /// When it was reported last.
    reported: Option<String>,
}

/// 契約のある事業所, and whether it has reported the month before.
struct Body {
    id: String,
    name: String,
    reported: Option<String>,
}

async fn rows(read: &mut Read, organisation: &str) -> Result<Vec<Row>> {
    let today = read.actor.today();
    let first = |back: i64| {
        let month = today.first_of_month().checked_sub(Span::new().months(back));
        month.unwrap_or(Date::MIN)
    };
    let all = entries::of_body(read, organisation, (first(MONTHS), Date::MAX)).await?;
    let told = reports::months(read, organisation).await?;
    let mut out = vec![];
    for back in 0..MONTHS {
        let code: String = first(back).to_string().chars().take(7).collect();
        let month = Month::parse(&code, organisation.to_owned())?;
        let stand = all.iter().filter(|e| e.used_on.starts_with(&code) && e.stands());
        let (booked, used): (Vec<_>, Vec<_>) = stand.partition(|e| e.is_booking());
        let (used, booked) = (used.len(), booked.len());
        let reported = told.iter().find(|(m, _)| *m == code).map(|(_, at)| said::moment(at));
        out.push(Row { href: path(&month), label: month.label(), used, booked, reported });
    }
    Ok(out)
}

async fn view(app: &App, actor: &Actor, organisation: &str) -> Result<MonthsPage> {
    let mut read = app.read(actor).await?;
    let own = actor.role == Role::Operator;
    let bodies = if own { vec![] } else { bodies::all(&mut read).await? };
    let chosen = match own {
        true => Some((actor.organisation_id.clone(), actor.organisation.clone())),
        false => bodies.iter().find(|(id, _)| id == organisation).cloned(),
    };
    let rows = match &chosen {
        Some((id, _)) => rows(&mut read, id).await?,
        None => vec![],
    };
    let name = chosen.map(|(_, name)| name).unwrap_or_default();
    let before = actor.today().first_of_month().yesterday().unwrap_or(Date::MIN);
    let code: String = before.to_string().chars().take(7).collect();
    let told = reports::last(&mut read, &code).await?;
    let body = |(id, name): (String, String)| {
        let reported = told.iter().find(|(of, _)| *of == id).map(|(_, at)| said::moment(at));
        Body { id, name, reported }
    };
    Ok(MonthsPage {
        page: app.page(actor, "利用の実績", "/usage"),
        before: civil::format_month(before),
        bodies: bodies.into_iter().map(body).collect(),
        name,
        rows,
    })
}

#[derive(Template)]
#[template(path = "ledger/months.html")]
struct MonthsPage {
    page: Page,
    /// The month before this one, and who has reported it.
    before: String,
    bodies: Vec<Body>,
    name: String,
    rows: Vec<Row>,
}
