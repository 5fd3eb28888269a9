//! 実績を入力する: a figure the record cannot give, with its source; who entered it is shown with it.

use std::sync::Arc;

use ::programmes::{Catalogue, Programme};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::FiscalYear;
use uuid::Uuid;

use super::count::Counts;
use super::{page, take_back};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::{FromRow, Read, Tx};
use crate::web::{App, Entry, Error, Field, Form, Kind, Result, Submitted, Values, refused};

pub async fn post(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &all, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/programmes/{id}")).into_response()),
        Err(e) => {
            let (at, bad) = ((id.as_str(), actor.today()), e.problems()?);
            refused(page::view(&app, &all, &actor, at, ("figure", &entry, &bad)).await?)
        }
    }
}

const VOID: (&str, &str) = (
    "indicator",
    "update indicator_entries set voided_at = $4, voided_by = $5, void_reason = '入力の誤り'
     where id = $1 and programme = $2 and controller_id = $3 and voided_at is null",
);

/// `POST /programmes/{id}/figures/{figure}/void`.
pub async fn void(
    State(app): State<App>,
    actor: Actor,
    Path((id, figure)): Path<(String, String)>,
    Submitted(_): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    take_back(&mut tx, VOID, &id, &figure).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/programmes/{id}")).into_response())
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("indicator", "指標", Kind::Record).required(),
        Field::new("value", "数", Kind::Number { min: 0, max: 1_000_000_000, unit: "" }).required(),
        Field::new("year_of", "どの年度の日か", Kind::Date)
            .required()
            .help("その年度の中の日なら、どの日でもかまいません。"),
        Field::new("as_of", "何日現在か", Kind::Date).help("年度を通した数なら空けておきます。"),
        Field::new("planned", "予定の数", Kind::Yes),
        Field::new("source", "出典", Kind::Text(200)).required(),
    ];
    Form::new("figure", "実績の数を入力する", fields)
}

/// 入力された数, newest first: which of them holds on a day is for the count to say.
#[derive(Clone, Debug, FromRow)]
pub struct Entered {
    pub id: String,
    pub indicator: String,
    fiscal_year: i64,
    as_of: Option<String>,
    pub value: i64,
    planned: i64,
    pub source: String,
    pub by_name: Option<String>,
}

impl Entered {
    pub fn when(&self) -> String {
        let day = self.as_of.as_ref().and_then(|day| day.parse().ok());
        let year = i16::try_from(self.fiscal_year).ok().and_then(FiscalYear::new);
        match (day, year) {
            (Some(day), _) => format!("{}現在", civil::format_era(day)),
            (None, Some(year)) => year.label(),
            (None, None) => self.fiscal_year.to_string(),
        }
    }

    pub fn is_planned(&self) -> bool {
        self.planned == 1
    }

    /// What the programme calls it.
    pub fn what(&self, programme: &Programme) -> String {
        let known = programme.indicators.iter().find(|i| i.id == self.indicator);
        known.map_or_else(|| self.indicator.clone(), |i| i.what.clone())
    }
}

pub(super) async fn of(read: &mut Read, programme: &str) -> Result<Vec<Entered>> {
    let controller = read.actor.controller_id.clone();
    let rows = read
        .all(
            "select e.id, e.indicator, e.fiscal_year, e.as_of, e.value, e.planned, e.source,
               a.name as by_name
             from indicator_entries e left join accounts a on a.id = e.recorded_by
             where e.controller_id = $1 and e.programme = $2 and e.voided_at is null
             order by e.fiscal_year desc, e.recorded_at desc limit 60",
            args![controller, programme],
        )
        .await?;
    Ok(rows)
}

pub async fn enter(tx: &mut Tx, all: &Catalogue, programme: &str, v: &Values) -> Result<()> {
    let known = all.find(programme).ok_or(Error::NotFound)?;
    let indicator = v.text("indicator");
    let found = known.indicators.iter().find(|i| i.id == indicator);
    if !found.is_some_and(|i| Counts::read(&i.counts) == Counts::Entered) {
        return Err(Error::refused(
            "indicator",
            "入力する指標を、画面にあるものから選んでください",
        ));
    }
    let year = FiscalYear::of(v.date("year_of").ok_or(Error::NotFound)?);
    let as_of = v.date("as_of");
    if as_of.is_some_and(|day| !year.contains(day)) {
        return Err(Error::refused("as_of", "年度と合いません。日付を確かめてください"));
    }
    let (id, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    let controller = tx.actor.controller_id.clone();
    tx.exec(
        "insert into indicator_entries (id, controller_id, programme, indicator, fiscal_year,
           as_of, value, planned, source, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
            id,
            controller,
            programme,
            indicator,
            i64::from(year.year()),
            as_of,
            v.int("value"),
            i64::from(v.yes("planned")),
            v.text("source"),
            at,
            by
        ],
    )
    .await?;
    Ok(tx.record(Event::new("enter", "indicator", &id).fields(indicator)).await?)
}

async fn save(app: &App, all: &Catalogue, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let values = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    enter(&mut tx, all, id, &values).await?;
    Ok(tx.commit().await?)
}
