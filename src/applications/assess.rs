//! 審査: what the rules say of the person on the day, with facts and rules frozen, and a proposal.

use std::sync::Arc;

use ::programmes::{Catalogue, Outcome, Programme, State as Met, Verdict};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::record::{self, Application, Stage};
use super::show;
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::programmes::{digest, of};
use crate::store::{FromRow, Read, Tx};
use crate::web::{App, Entry, Error, Field, Form, Kind, Result, Submitted, Values, refused};

pub(super) const FORM: &str = "assessment";

pub async fn post(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &all, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/applications/{id}")).into_response()),
        Err(e) => {
            let bad = e.problems()?;
            refused(show::view(&app, &all, &actor, &id, (FORM, &entry, &bad)).await?)
        }
    }
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("proposal", "決定の案", Kind::Code("proposal")).required(),
        Field::new(
            "amount",
            "一年の見込額",
            Kind::Number { min: 0, max: 1_000_000_000, unit: "円" },
        )
        .help("決裁の経路が金額で変わるとき。わからなければ空けておきます。"),
        Field::new("reason", "理由", Kind::Long(1000))
            .help("不承認にするときは必ず書きます。通知書に載ります。"),
    ];
    Form::new(FORM, "審査して、決定の案を作る", fields)
}

/// 審査の結果, frozen.
#[derive(Clone, Debug, FromRow)]
pub struct Assessment {
    pub id: String,
    pub application_id: String,
    pub proposal: String,
    pub reason: String,
    pub assessed_on: String,
    pub amount: Option<i64>,
    pub outcome: String,
    pub version_from: String,
    pub digest: String,
    pub facts: String,
    pub clauses: String,
    pub recorded_by: String,
    pub recorder: Option<String>,
}

impl Assessment {
    pub fn facts(&self) -> Vec<(String, i32)> {
        serde_json::from_str(&self.facts).unwrap_or_default()
    }

    pub fn yen(&self) -> Option<civil::Yen> {
        self.amount.map(civil::Yen)
    }

    /// (sentence, source and clause, y / x / q)
    pub fn clauses(&self) -> Vec<(String, String, String)> {
        serde_json::from_str(&self.clauses).unwrap_or_default()
    }
}

/// The check of an application the actor has already been shown.
pub async fn by_id(read: &mut Read, id: &str) -> Result<Assessment> {
    let row = read
        .maybe(
            "select s.id, s.application_id, s.proposal, s.reason, s.assessed_on, s.amount,
               s.outcome, s.version_from, s.digest, s.facts, s.clauses, s.recorded_by,
               w.name as recorder
             from assessments s left join accounts w on w.id = s.recorded_by where s.id = $1",
            args![id],
        )
        .await?;
    row.ok_or(Error::NotFound)
}

pub async fn assess(tx: &mut Tx, all: &Catalogue, a: &Application, v: &Values) -> Result<String> {
    if !matches!(a.stage(), Stage::Received | Stage::Assessed) {
        return Err(Error::refused("", "審査できるのは、差し戻し中でも決定済みでもない申請です"));
    }
    let programme = all.find(&a.programme).ok_or(Error::NotFound)?;
    let on = a.starts().ok_or(Error::NotFound)?;
    let person = of(tx, all, &a.client_id, on).await?;
    let known = person.known(all, programme);
    let verdict = programme.assess(&known, on);
    let Some(version) = verdict.version else {
        return Err(Error::refused("", "この日には、この事業の規則がありません"));
    };
    let outcome = allowed(&verdict, v)?;
    let facts = serde_json::to_string(&programme.facts_of(version, &known));
    let clauses = serde_json::to_string(&lines(programme, &verdict));
    let (facts, clauses) = facts
        .and_then(|facts| Ok((facts, clauses?)))
        .map_err(|e| Error::refused("", e.to_string()))?;
    let (id, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "insert into assessments (id, application_id, proposal, reason, assessed_on, amount,
           outcome, version_from, digest, facts, clauses, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        args![
            id,
            a.id.as_str(),
            v.text("proposal"),
            v.text("reason"),
            on,
            v.int("amount"),
            outcome,
            version.from,
            digest(&programme.text),
            facts,
            clauses,
            at,
            by
        ],
    )
    .await?;
    tx.record(Event::new("assess", "application", &a.id).about(&a.client_id)).await?;
    Ok(id)
}

/// Nothing is granted against the rules or before everything is known; a refusal has a reason.
fn allowed(verdict: &Verdict<'_>, v: &Values) -> Result<&'static str> {
    let award = v.text("proposal") == "award";
    let open: Vec<&str> = verdict
        .reasons
        .iter()
        .filter(|r| r.state != Met::Met)
        .map(|r| r.requirement.text.as_str())
        .collect();
    match verdict.outcome {
        Outcome::Eligible if award => Ok("eligible"),
        Outcome::Ineligible if award => {
            let text = format!(
                "要件を満たしていません（{}）。事実が違うときは記録を直してください",
                open.join("、")
            );
            Err(Error::refused("proposal", text))
        }
        Outcome::Undetermined if award => {
            let text = format!("まだ確かめていないことがあります（{}）", open.join("、"));
            Err(Error::refused("proposal", text))
        }
        _ if !award && !v.is_given("reason") => {
            Err(Error::refused("reason", "不承認にする理由を入力してください。通知書に載ります"))
        }
        Outcome::Eligible => Ok("eligible"),
        Outcome::Ineligible => Ok("ineligible"),
        _ => Ok("undetermined"),
    }
}

fn lines(programme: &Programme, verdict: &Verdict<'_>) -> Vec<(String, String, &'static str)> {
    let line = |r: &::programmes::Reason<'_>| {
        let source = programme.source(&r.requirement.source).map_or("", |s| s.title.as_str());
        let state = match r.state {
            Met::Met => "y",
            Met::NotMet => "x",
            Met::Unknown => "q",
        };
        (r.requirement.text.clone(), format!("{source} {}", r.requirement.clause), state)
    };
    verdict.reasons.iter().map(line).collect()
}

async fn save(app: &App, all: &Catalogue, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    record::see(&mut app.read(actor).await?, id).await?;
    let values = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    let a = record::see(&mut tx, id).await?;
    assess(&mut tx, all, &a, &values).await?;
    Ok(tx.commit().await?)
}
