//! 交付申請: a body asks for a programme's money for a fiscal year; and answers its questions.

use std::sync::Arc;

use ::programmes::{Catalogue, FactInfo, Holder, Programme};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::FiscalYear;
use eligibility::Kind as FactKind;
use uuid::Uuid;

use super::record;
use super::show;
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page, refused,
};

type All = Extension<Arc<Catalogue>>;

pub async fn get(State(app): State<App>, Extension(all): All, actor: Actor) -> Result<Response> {
    page(view(&app, &all, &actor, &Entry::default(), &Problems::default()))
}

pub async fn post(
    State(app): State<App>,
    Extension(all): All,
    actor: Actor,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &all, &actor, &entry).await {
        Ok(id) => Ok(Redirect::to(&format!("/grants/{id}")).into_response()),
        Err(e) => refused(view(&app, &all, &actor, &entry, &e.problems()?)),
    }
}

/// `POST /grants/{id}/facts`: one answer of the body.
pub async fn answer_post(
    State(app): State<App>,
    Extension(all): All,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save_answer(&app, &all, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/grants/{id}")).into_response()),
        Err(e) => {
            let bad = e.problems()?;
            refused(show::view(&app, &all, &actor, &id, ("grant-answer", &entry, &bad)).await?)
        }
    }
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("programme", "事業", Kind::Record).required(),
        Field::new("body", "申請した団体", Kind::Text(100)).required(),
        Field::new("year_of", "どの年度か（その年度の中の日）", Kind::Date).required(),
        Field::new("applied_on", "申請の日", Kind::Date).required(),
        Field::new("requested", "申請額", Kind::Number { min: 0, max: 1_000_000_000, unit: "円" })
            .required(),
        Field::new("note", "申請の内容", Kind::Long(1000)),
    ];
    Form::new("grant", "補助金の申請を受け付ける", fields)
}

pub fn answer_form() -> Form {
    let fields = vec![
        Field::new("question", "確かめること", Kind::Record).required(),
        Field::new("answer", "答え", Kind::Text(60))
            .required()
            .help("はい・いいえ、数、日付のどれか。"),
    ];
    Form::new("grant-answer", "答えを記録する", fields)
}

/// Programmes whose money goes to bodies.
pub fn for_bodies(all: &Catalogue) -> impl Iterator<Item = &Programme> {
    all.programmes.iter().filter(|p| p.holder != Holder::Client)
}

pub async fn apply(tx: &mut Tx, all: &Catalogue, v: &Values) -> Result<String> {
    let programme = for_bodies(all).find(|p| p.id == v.text("programme")).ok_or_else(|| {
        Error::refused("programme", "事業を、画面にあるものから選び直してください")
    })?;
    let applied = v.date("applied_on").ok_or(Error::NotFound)?;
    if applied > tx.actor.today() {
        return Err(Error::refused("applied_on", "先の日付は入れられません"));
    }
    let Some(version) = programme.version_on(applied) else {
        return Err(Error::refused("programme", "この日には、この事業の規則がありません"));
    };
    if !version.open_on(applied) {
        let next = version.opens_next(applied).map(civil::format_era).unwrap_or_default();
        let text = format!("受付の期間ではありません。次は{next}からです");
        return Err(Error::refused("applied_on", text));
    }
    let year = FiscalYear::of(v.date("year_of").ok_or(Error::NotFound)?);
    let (id, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    let controller = tx.actor.controller_id.clone();
    tx.exec(
        "insert into grants (id, controller_id, programme, body, fiscal_year, applied_on,
           requested, note, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            id,
            controller,
            programme.id.as_str(),
            v.text("body"),
            i64::from(year.year()),
            applied,
            v.int("requested"),
            v.text("note"),
            at,
            by
        ],
    )
    .await?;
    tx.record(Event::new("apply", "grant", &id).fields(&programme.id)).await?;
    Ok(id)
}

/// 「はい」, 「3」, 「2026-04-01」, or one of the words.
fn value(info: &FactInfo, text: &str) -> Option<i64> {
    match &info.fact.kind {
        FactKind::Yes => match text {
            "はい" | "yes" => Some(1),
            "いいえ" | "no" => Some(0),
            _ => None,
        },
        FactKind::Int { low, high } => {
            let digits: String = text.chars().filter(|c| c.is_ascii_digit()).collect();
            let number: i64 = digits.parse().ok()?;
            (i64::from(*low)..=i64::from(*high)).contains(&number).then_some(number)
        }
        FactKind::Word(ids) => {
            let at = info.words.iter().position(|w| w == text);
            at.or_else(|| ids.iter().position(|id| id == text)).and_then(|n| n.try_into().ok())
        }
        FactKind::Date { .. } => {
            let day = civil::parse_date(text).ok()?;
            let (y, m, d) = (day.year(), day.month(), day.day());
            Some(i64::from(eligibility::days_of(i32::from(y), i32::from(m), i32::from(d))))
        }
    }
}

pub async fn answer(tx: &mut Tx, all: &Catalogue, id: &str, v: &Values) -> Result<()> {
    let grant = record::see(tx, id).await?;
    let programme = all.find(&grant.programme).ok_or(Error::NotFound)?;
    let asked = programme.questions.iter().find(|q| q.fact.name == v.text("question"));
    let asked =
        asked.ok_or_else(|| Error::refused("question", "画面にあるものから選んでください"))?;
    let text = v.text("answer").trim().to_owned();
    let value = value(asked, &text).ok_or_else(|| {
        Error::refused("answer", "はい・いいえ、数、日付のうち、問いに合う形で入力してください")
    })?;
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "insert into grant_facts (grant_id, fact, value, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5)
         on conflict (grant_id, fact) do update set value = excluded.value,
           recorded_at = excluded.recorded_at, recorded_by = excluded.recorded_by",
        args![id, asked.fact.name.as_str(), value, at, by],
    )
    .await?;
    Ok(tx.record(Event::new("answer", "grant", id).fields(&asked.fact.name)).await?)
}

async fn save(app: &App, all: &Catalogue, actor: &Actor, entry: &Entry) -> Result<String> {
    let values = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    let id = apply(&mut tx, all, &values).await?;
    tx.leads_to(format!("/grants/{id}"));
    tx.commit().await?;
    Ok(id)
}

async fn save_answer(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    id: &str,
    entry: &Entry,
) -> Result<()> {
    record::see(&mut app.read(actor).await?, id).await?;
    let values = answer_form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    answer(&mut tx, all, id, &values).await?;
    Ok(tx.commit().await?)
}

fn view(app: &App, all: &Catalogue, actor: &Actor, entry: &Entry, bad: &Problems) -> ApplyPage {
    let choices = for_bodies(all).map(|p| (p.id.clone(), p.name.clone())).collect();
    let title =
        if bad.is_empty() { "補助金の申請" } else { "エラー：補助金の申請" };
    ApplyPage {
        page: app.page(actor, title, "/applications"),
        form: form().view(entry, bad, &app.codes, &Options::from([("programme", choices)])),
    }
}

#[derive(Template)]
#[template(path = "grants/apply.html")]
struct ApplyPage {
    page: Page,
    form: FormView,
}
