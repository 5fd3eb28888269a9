//! 担当の履歴: who was in charge of a person, why it was decided so, and what was passed on.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::propose::Candidate;
use super::rules::cases;
use crate::access::Actor;
use crate::audit::Event;
use crate::clients::{self, Summary};
use crate::codes::Codes;
use crate::store::{FromRow, Read};
use crate::web::{App, Page, Result, page};
use crate::{args, visible};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let client = clients::see(&mut read, &number).await?;
    let rows = history(&mut read, &client.id, &app.codes).await?;
    let asks = app.access.allows(actor.role, "POST", "/clients/{number}/request");
    let hands = app.access.allows(actor.role, "POST", "/assignments/{id}/hand-over");
    drop(read);
    app.viewed(&actor, Event::new("view", "assignments", "").about(&client.id)).await?;
    let page_ = app.page(&actor, "担当の履歴", "/assignments");
    page(History { page: page_, client, rows, asks, hands })
}

/// 担当の履歴の一行.
#[derive(Clone, Debug)]
pub struct Past {
    pub id: String,
    pub holder: String,
    pub organisation: String,
    pub kind: String,
    pub weight: String,
    pub from: String,
    pub until: Option<String>,
    pub reason: String,
    pub by: String,
    /// What was passed on to this person.
    pub note: Option<String>,
    /// The proposal as it stood.
    pub considered: Vec<Candidate>,
    /// As the assignment keeps them: code, hundredths of a case, first day, day after the last.
    pub kept: (String, i64, String, Option<String>),
}

#[derive(FromRow)]
struct Row {
    id: String,
    holder: String,
    organisation: String,
    kind: String,
    weight: i64,
    valid_from: String,
    valid_until: Option<String>,
    reason: String,
    by_name: Option<String>,
    note: Option<String>,
    considered: String,
}

/// Everybody who was in charge, the latest first.
pub async fn history(read: &mut Read, client_id: &str, codes: &Codes) -> Result<Vec<Past>> {
    let rows: Vec<Row> = read
        .see_all(
            concat!(
                "select g.id, a.name as holder, o.name as organisation, g.kind, g.weight,",
                " g.valid_from, g.valid_until, g.reason, w.name as by_name, h.note, g.considered",
                " from assignments g join accounts a on a.id = g.account_id",
                " join organisations o on o.id = g.organisation_id",
                " left join accounts w on w.id = g.recorded_by",
                " left join handovers h on h.to_assignment_id = g.id",
                " where g.client_id = $6 and g.voided_at is null and ",
                visible!("g.client_id", "consultation"),
                " order by g.valid_from desc, g.id desc"
            ),
            args![client_id],
        )
        .await?;
    Ok(rows.into_iter().map(|r| r.past(codes)).collect())
}

impl Row {
    fn past(self, codes: &Codes) -> Past {
        let era = |d: &str| d.parse().map(civil::format_era).unwrap_or_default();
        let kept =
            (self.kind.clone(), self.weight, self.valid_from.clone(), self.valid_until.clone());
        Past {
            kept,
            from: era(&self.valid_from),
            until: self.valid_until.as_deref().map(era),
            kind: codes.label("assignment_kind", &self.kind).to_owned(),
            weight: cases(self.weight),
            considered: serde_json::from_str(&self.considered).unwrap_or_default(),
            id: self.id,
            holder: self.holder,
            organisation: self.organisation,
            reason: self.reason,
            by: self.by_name.unwrap_or_default(),
            note: self.note,
        }
    }
}

#[derive(Template)]
#[template(path = "coordinators/history.html")]
struct History {
    page: Page,
    client: Summary,
    rows: Vec<Past>,
    asks: bool,
    hands: bool,
}
