//! 手続: each in its turn. Never more is decided than the rules allow, never more paid than decided,
//! and what was paid beyond the settlement is paid back.

use std::sync::Arc;

use ::programmes::{Catalogue, Outcome};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::figures::{self, Figures};
use super::record::{self, Grant, Sums};
use super::show;
use crate::access::Actor;
use crate::applications::route::Routes;
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::{App, Entry, Error, Field, Form, Kind, Result, Submitted, Values, refused};

pub async fn post(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &all, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/grants/{id}")).into_response()),
        Err(e) => {
            let bad = e.problems()?;
            refused(show::view(&app, &all, &actor, &id, ("grant-step", &entry, &bad)).await?)
        }
    }
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("kind", "手続", Kind::Code("grant_step")).required(),
        Field::new("done_on", "その日", Kind::Date).required(),
        Field::new("yen", "額", Kind::Number { min: 0, max: 1_000_000_000, unit: "円" })
            .help("実績報告と不交付では空けておきます。"),
        Field::new("reason", "理由・内容", Kind::Text(300)).help("不交付と変更では必ず書きます。"),
    ];
    Form::new("grant-step", "手続を記録する", fields)
}

/// 手続の前提. What a step is held against.
pub struct Standing<'a> {
    pub grant: &'a Grant,
    pub sums: Sums,
    pub figures: &'a Figures,
}

impl Standing<'_> {
    /// Why this step cannot be taken now.
    fn refuse(&self, kind: &str, yen: i64, by: &str, reason: &str) -> Result<()> {
        let Sums { decided, refused, reported, settled, paid, repaid } = self.sums;
        let no = |field: &str, text: &str| Err(Error::refused(field, text));
        let allowed = self.figures.allowed();
        match kind {
            _ if refused => no("kind", "不交付にした申請です"),
            "decision" if decided.is_some() => {
                no("kind", "もう決定しています。変更の決定を選んでください")
            }
            "decision" | "refusal" if by == self.grant.recorded_by => {
                no("kind", "受け付けた本人は決定できません。別の人が決定してください")
            }
            "decision" if self.figures.outcome != Outcome::Eligible => {
                no("kind", "要件を満たしていないか、確かめることが残っています")
            }
            "refusal" | "amendment" if reason.is_empty() => no("reason", "理由を入力してください"),
            "refusal" if decided.is_some() => no("kind", "もう決定しています"),
            "decision" | "amendment" if yen > self.grant.requested.max(allowed) => {
                no("yen", "申請額を超えています")
            }
            "amendment" | "payment" | "report" | "settlement" if decided.is_none() => {
                no("kind", "先に交付決定をしてください")
            }
            "payment" if paid - repaid + yen > settled.or(decided).unwrap_or(0) => {
                no("yen", "決定（確定）した額を超えて払うことになります")
            }
            "settlement" if !reported => no("kind", "先に実績報告を受けてください"),
            "settlement" if settled.is_some() => no("kind", "額はもう確定しています"),
            "settlement" if yen > allowed.min(decided.unwrap_or(0)) => {
                no("yen", "明細から計算した額か、決定した額を超えています")
            }
            "repayment" if yen > self.sums.owed() => no("yen", "返すべき額を超えています"),
            _ => Ok(()),
        }
    }
}

pub async fn take(tx: &mut Tx, standing: &Standing<'_>, number: &str, v: &Values) -> Result<()> {
    let (kind, yen) = (v.text("kind"), v.int("yen").unwrap_or(0));
    let by = tx.actor.account_id.clone();
    standing.refuse(kind, yen, &by, v.text("reason"))?;
    let on = v.date("done_on").ok_or(Error::NotFound)?;
    if on > tx.actor.today() || on.to_string() < standing.grant.applied_on {
        return Err(Error::refused("done_on", "申請の日からきょうまでの日付にしてください"));
    }
    if matches!(kind, "decision" | "amendment" | "payment" | "repayment") && yen == 0 {
        return Err(Error::refused("yen", "額を入力してください"));
    }
    let (row, at, id) = (Uuid::now_v7().to_string(), tx.actor.at, standing.grant.id.as_str());
    tx.exec(
        "insert into grant_steps (id, grant_id, kind, done_on, yen, number, reason, recorded_at,
           recorded_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![row, id, kind, on, yen, number, v.text("reason"), at, by],
    )
    .await?;
    Ok(tx.record(Event::new(verb(kind), "grant", id).fields(kind)).await?)
}

fn verb(kind: &str) -> &'static str {
    match kind {
        "decision" | "refusal" | "amendment" => "decide",
        "payment" => "pay",
        "repayment" => "repay",
        "report" => "report",
        _ => "settle",
    }
}

async fn save(app: &App, all: &Catalogue, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let values = form().read(entry, &app.codes)?;
    let routes = Routes::of(app)?;
    let mut tx = app.write(actor).await?;
    // Two who decide or pay at the same moment go one after the other.
    tx.exec("update grants set note = note where id = $1", args![id]).await?;
    let grant = record::see(&mut tx, id).await?;
    let figures = figures::figures(&mut tx, all, &grant).await?;
    let sums = Sums::of(&record::steps(&mut tx, id).await?);
    let office = all.find(&grant.programme).map_or("", |p| p.office.as_str()).to_owned();
    let standing = Standing { grant: &grant, sums, figures: &figures };
    let numbered =
        matches!(values.text("kind"), "decision" | "refusal" | "amendment" | "settlement");
    let number = match numbered {
        true => routes.next_number(&mut tx, &office).await?,
        false => String::new(),
    };
    take(&mut tx, &standing, &number, &values).await?;
    Ok(tx.commit().await?)
}
