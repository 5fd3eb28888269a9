//! Two records side by side: what differs, how much hangs on each, who would see more, and the two
//! answers: one person, or two.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::sight::{self, Viewer};
use super::{apart, join, spans};
use crate::access::{Actor, visible};
use crate::args;
use crate::audit::Event;
use crate::clients::parts::{self, Part};
use crate::clients::{Summary, see};
use crate::records::tables::{self, Merging};
use crate::store::{Read, Sql};
use crate::web::{App, Entry, Form, FormView, Options, Page, Problems, Result, page};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path((number, other)): Path<(String, String)>,
) -> Result<Response> {
    let mut fresh = Entry::default();
    spans::alone().for_each(|t| fresh.set(&t.name, "stays"));
    let typed = Typed { form: "merge", entry: &fresh, bad: &Problems::default() };
    let view = view(&app, &actor, (&number, &other), typed).await?;
    for client in [&view.stays, &view.lost] {
        app.viewed(&actor, Event::new("view", "client", &client.id).about(&client.id)).await?;
    }
    page(view)
}

/// Both, if the actor may see both.
pub async fn both(
    app: &App,
    actor: &Actor,
    (number, other): (&str, &str),
) -> Result<(Summary, Summary)> {
    let mut read = app.read(actor).await?;
    Ok((see(&mut read, number).await?, see(&mut read, other).await?))
}

/// 入力した内容. What was typed into one of the two forms, and what was wrong with it.
pub struct Typed<'a> {
    pub form: &'static str,
    pub entry: &'a Entry,
    pub bad: &'a Problems,
}

/// 見比べる一行.
struct Line {
    title: &'static str,
    stays: Vec<String>,
    lost: Vec<String>,
}

impl Line {
    fn differs(&self) -> bool {
        self.stays != self.lost
    }
}

async fn line(
    app: &App,
    read: &mut Read,
    part: &'static Part,
    people: (&str, &str),
) -> Result<Line> {
    let mut sides = vec![];
    for person in [people.0, people.1] {
        let today = read.actor.today();
        let rows = parts::rows(read, &app.codes, person, part, today, None).await?;
        sides.push(rows.iter().map(|r| r.line(part)).collect::<Vec<_>>());
    }
    let lost = sides.pop().unwrap_or_default();
    Ok(Line { title: part.title, stays: sides.pop().unwrap_or_default(), lost })
}

/// How many rows of each other kind hang on each: (what, here, there).
async fn counts(
    read: &mut Read,
    (stays, lost): (&str, &str),
) -> Result<Vec<(&'static str, i64, i64)>> {
    let mut out = vec![];
    for t in tables::all() {
        let part = parts::all().iter().any(|p| p.table == t.name);
        let moves = matches!(t.merge, Merging::Move | Merging::Single | Merging::Once);
        if part || !moves || t.parent.is_some() {
            continue;
        }
        let sql = format!(
            "select (select count(*) from {0} x where x.\"{1}\" = $6{2}),
               (select count(*) from {0} x where x.\"{1}\" = $7{2})
             where $1 = 'controller' and {3} and {4}",
            t.name,
            t.by,
            t.beside_seen(),
            visible("cast($6 as text)", "identity"),
            visible("cast($7 as text)", "identity")
        );
        let (a, b): (i64, i64) = read.see_one(Sql::built(sql), args![stays, lost]).await?;
        if a + b > 0 {
            out.push((t.title.as_str(), a, b));
        }
    }
    Ok(out)
}

pub(super) async fn view(
    app: &App,
    actor: &Actor,
    (number, other): (&str, &str),
    typed: Typed<'_>,
) -> Result<Compare> {
    let (stays, lost) = both(app, actor, (number, other)).await?;
    let people = (stays.id.as_str(), lost.id.as_str());
    let mut read = app.read(actor).await?;
    let mut lines = vec![];
    for part in parts::all() {
        let line = line(app, &mut read, part, people).await?;
        if !line.stays.is_empty() || !line.lost.is_empty() {
            lines.push(line);
        }
    }
    let may = app.access.allows(actor.role, "POST", "/clients/{number}/same/{other}");
    let (mut asked, mut gains, mut counts_) = (vec![], vec![], vec![]);
    if may {
        asked = spans::contradictions(&mut read, people).await?;
        gains = sight::gains(&mut read, people).await?;
        counts_ = counts(&mut read, people).await?;
    }
    let merge = typed.shape(app, join::form(&asked));
    let two = typed.shape(app, apart::form());
    let wrong = merge.problems.len() + two.problems.len();
    let title = if wrong == 0 { "見比べる" } else { "エラー：見比べる" };
    Ok(Compare {
        page: app.page(actor, format!("{title} {} {}", stays.number, lost.number), "/clients"),
        kept: typed.entry.many("kept"),
        counts: counts_,
        asked: asked.len(),
        stays,
        lost,
        lines,
        may,
        gains,
        merge,
        two,
    })
}

impl Typed<'_> {
    /// The typed answers belong to one form; the other is as fresh.
    fn shape(&self, app: &App, form: Form) -> FormView {
        let (none, fine) = (Entry::default(), Problems::default());
        let own = form.id == self.form;
        let (entry, bad) = if own { (self.entry, self.bad) } else { (&none, &fine) };
        form.view(entry, bad, &app.codes, &Options::new())
    }
}

#[derive(Template)]
#[template(path = "merges/compare.html")]
pub(super) struct Compare {
    page: Page,
    stays: Summary,
    lost: Summary,
    lines: Vec<Line>,
    counts: Vec<(&'static str, i64, i64)>,
    /// The actor may put them together.
    may: bool,
    /// How many questions the merge asks before the reason.
    asked: usize,
    gains: Vec<Viewer>,
    kept: Vec<String>,
    merge: FormView,
    two: FormView,
}
