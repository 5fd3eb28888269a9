//! One timeline of consultations and notes about a person; printed by period.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use civil::Date;
use std::collections::HashMap;

use super::filter::Filter;
use super::record::{self, CaseNote};
use crate::access::Actor;
use crate::audit::Event;
use crate::clients::who::{Who, who};
use crate::codes::Codes;
use crate::consultations::{self, Consultation};
use crate::follow_ups::{self, FollowUp, Origin};
use crate::store::Read;
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems, Values};
use crate::web::page::refused;
use crate::web::submitted::decode;
use crate::web::{App, Entry, Page, Result, page, said};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let asked = Entry(decode(query.unwrap_or_default().as_bytes()));
    let mut read = app.read(&actor).await?;
    let view = view(&app, &mut read, &number, asked).await?;
    drop(read);
    let event = Event::new("view", "timeline", "").about(&view.who.summary.id);
    app.viewed(&actor, event).await?;
    if view.form.problems.is_empty() { page(view) } else { refused(view) }
}

/// 経過の一件. A consultation or a note, in the same words.
#[derive(Clone, Debug)]
pub struct Moment {
    pub id: String,
    href: String,
    pub at: String,
    pub kind: String,
    pub is_consultation: bool,
    /// The other side: who asked, or with whom.
    pub with: String,
    pub text: String,
    /// What was answered or agreed.
    pub outcome: String,
    pub by: String,
    pub minutes: i64,
    pub next: Vec<FollowUp>,
    corrected: Vec<Corrected>,
}

/// 訂正. Who changed the entry, when and why, and how it read before.
#[derive(Clone, Debug)]
pub struct Corrected {
    href: String,
    at: String,
    by: String,
    why: String,
    before: Option<String>,
}

pub fn form() -> Form {
    Form::new(
        "timeline-filter",
        "経過をしぼりこむ",
        vec![
            Field::new("from", "この日から", Kind::Date),
            Field::new("until", "この日まで", Kind::Date),
            Field::new("kind", "種類", Kind::Record),
        ],
    )
}

/// Consultations or one kind of note; everything where nothing is chosen.
const CONSULTATIONS: &str = "consultation";

fn kinds(codes: &Codes) -> Options {
    let mut all = vec![(CONSULTATIONS.to_owned(), "相談".to_owned())];
    all.extend(codes.pairs("note_kind").into_iter().map(|(id, label)| {
        let label = format!("支援経過：{label}");
        (id, label)
    }));
    [("kind", all)].into()
}

/// A year back unless the address says otherwise: `from=` alone asks for everything.
fn since(asked: &mut Entry, today: Date) {
    if !asked.0.iter().any(|(name, _)| name == "from" || name == "until") {
        asked.set("from", today.saturating_sub(jiff::Span::new().years(1)).to_string());
    }
}

async fn view(app: &App, read: &mut Read, number: &str, mut asked: Entry) -> Result<Timeline> {
    let who = who(app, read, number, "/clients/{number}/timeline").await?;
    since(&mut asked, read.actor.today());
    let (mut bad, mut moments, mut days) = (Problems::default(), vec![], String::new());
    match Filter::read(&form(), &asked, &app.codes) {
        Ok(f) => {
            days = f.days();
            moments = collect(read, &app.codes, &who.summary.id, &f).await?;
        }
        Err(problems) => bad = problems,
    }
    Ok(Timeline {
        page: app.page(&read.actor, format!("相談と経過 {}", who.number), "/clients"),
        form: form().view(&asked, &bad, &app.codes, &kinds(&app.codes)),
        writes: app.access.allows(read.actor.role, "GET", "/clients/{number}/notes/new"),
        days: if days.is_empty() { "すべての期間".into() } else { days },
        minutes: moments.iter().map(|m| m.minutes).sum(),
        moments,
        who,
    })
}

/// For programs: what happened with one person in the period asked, the newest first.
pub async fn of_client(
    read: &mut Read,
    codes: &Codes,
    id: &str,
    asked: Values,
) -> Result<Vec<Moment>> {
    collect(read, codes, id, &Filter::of(asked)).await
}

/// The newest first.
async fn collect(
    read: &mut Read,
    codes: &Codes,
    client_id: &str,
    f: &Filter,
) -> Result<Vec<Moment>> {
    let (days, ever) = ((f.from, f.until), (Date::MIN, Date::MAX));
    let chosen = f.values.opt("kind");
    let wanted = |kind: &str| chosen.as_deref().is_none_or(|chosen| chosen == kind);
    let mut all = vec![];
    if wanted(CONSULTATIONS) {
        let voided = consultations::about(read, client_id, ever, true).await?;
        let voided: HashMap<_, _> = voided.into_iter().map(|k| (k.id.clone(), k)).collect();
        for k in consultations::about(read, client_id, days, false).await? {
            all.push(of_consultation(k, &voided, codes));
        }
    }
    let voided = record::about(read, client_id, ever, true).await?;
    let voided: HashMap<_, _> = voided.into_iter().map(|e| (e.id.clone(), e)).collect();
    for e in record::about(read, client_id, days, false).await? {
        if wanted(&e.kind) {
            all.push(of_note(e, &voided, codes));
        }
    }
    let promises = follow_ups::of(read, Origin::Client(client_id)).await?;
    for moment in &mut all {
        let of = |f: &&FollowUp| f.source_id == moment.id;
        moment.next = promises.iter().filter(of).cloned().collect();
    }
    all.sort_by(|a, b| (&b.at, &b.id).cmp(&(&a.at, &a.id)));
    Ok(all)
}

fn of_consultation(
    k: Consultation,
    voided: &HashMap<String, Consultation>,
    codes: &Codes,
) -> Moment {
    let (mut corrected, mut before) = (vec![], k.replaces_id.as_ref());
    while let Some(old) = before.and_then(|id| voided.get(id)) {
        corrected.push(Corrected {
            href: format!("/consultations/{}", old.id),
            at: old.voided_at.as_deref().map(said::moment).unwrap_or_default(),
            by: old.voider.clone().unwrap_or_default(),
            why: old.void_reason.clone().unwrap_or_default(),
            before: (old.text != k.text).then(|| old.text.clone()),
        });
        before = old.replaces_id.as_ref();
    }
    let who = codes.label("inquirer_kind", &k.inquirer_kind);
    Moment {
        href: format!("/consultations/{}", k.id),
        kind: format!("相談（{}）", codes.label("channel", &k.channel)),
        is_consultation: true,
        with: format!("{who}　{}", k.inquirer_name).trim().to_owned(),
        outcome: k.answer,
        by: format!("{}（{}）", k.handler, k.organisation),
        minutes: k.minutes.unwrap_or(0),
        text: k.text,
        at: k.occurred_at,
        id: k.id,
        next: vec![],
        corrected,
    }
}

fn of_note(e: CaseNote, voided: &HashMap<String, CaseNote>, codes: &Codes) -> Moment {
    let (mut corrected, mut before) = (vec![], e.replaces_id.as_ref());
    while let Some(old) = before.and_then(|id| voided.get(id)) {
        corrected.push(Corrected {
            href: format!("/case-notes/{}", old.id),
            at: old.voided_at.as_deref().map(said::moment).unwrap_or_default(),
            by: old.voider.clone().unwrap_or_default(),
            why: old.void_reason.clone().unwrap_or_default(),
            before: (old.text != e.text).then(|| old.text.clone()),
        });
        before = old.replaces_id.as_ref();
    }
    Moment {
        href: format!("/case-notes/{}", e.id),
        kind: codes.label("note_kind", &e.kind).to_owned(),
        is_consultation: false,
        with: e.other_side(),
        by: format!("{}（{}）", e.author, e.organisation),
        minutes: e.minutes,
        text: e.text,
        outcome: e.agreed,
        at: e.occurred_at,
        id: e.id,
        next: vec![],
        corrected,
    }
}

#[derive(Template)]
#[template(path = "case_notes/timeline.html")]
struct Timeline {
    page: Page,
    who: Who,
    form: FormView,
    days: String,
    minutes: i64,
    moments: Vec<Moment>,
    writes: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_back_unless_a_period_is_asked_for() {
        let today: Date = "2026-11-20".parse().unwrap();
        let mut asked = Entry::default();
        since(&mut asked, today);
        assert_eq!(asked.get("from"), "2025-11-20");
        let mut asked = Entry(vec![("from".into(), String::new())]);
        since(&mut asked, today);
        assert_eq!(asked.get("from"), "");
    }
}
