//! 支援チーム as JSON: who is in touch with a person, joining and leaving.

use axum::extract::State;

use super::call::{Call, Outcome};
use super::operation::{Operation, example, schema};
use super::paging::{self, Listed, Order};
use super::shape::Day;
use crate::audit::Event;
use crate::clients::team_page::{self, Member};
use crate::clients::{self, Summary, team};
use crate::shape;
use crate::staff::sessions::digest;
use crate::store::Read;
use crate::web::{App, Result};

const TEAM: &str = "/api/v1/clients/{number}/team";

pub const LIST: Operation = Operation {
    form: |_, _| paging::form(vec![]),
    ..Operation::reads(TEAM, "listTeam", "支援チームを読む", "read:clients")
        .answers(schema::<Listed<TeamMember>>, example::<Listed<TeamMember>>)
};

pub const JOIN: Operation = Operation {
    form: |_, _| team_page::form(),
    request: r#"{"organisation": "0199f0c2-0000-7000-8000-000000000004", "role": "other",
        "from": "2026-11-19"}"#,
    ..Operation::makes(TEAM, "joinTeam", "支援チームに機関を加える", "write:clients")
};

pub const LEAVE: Operation = Operation::changes(
    "/api/v1/clients/{number}/team/{member}/leave",
    "leaveTeam",
    "支援チームから外す（きょうから見えなくなる）",
    "write:clients",
);

pub async fn get(State(app): State<App>, call: Call) -> Outcome {
    let mut read = app.read(&call.actor).await?;
    let client = clients::see(&mut read, call.at("number")).await?;
    let mut members = team_page::members(&mut read, &client.id).await?;
    drop(read);
    app.viewed(&call.actor, Event::new("view", "team", &client.id).about(&client.id)).await?;
    members.sort_by_key(key);
    let version = version(&members);
    call.page_at(&version, &paging::of_all(&call, members, Order::Up, key, TeamMember::from))
}

pub async fn post(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let client = clients::see(&mut tx, call.at("number")).await?;
    let id = team_page::add(&mut tx, &client, &call.values).await?;
    let version = now(&mut tx, &client).await?;
    call.made(tx, &id, href(&client), &version).await
}

pub async fn post_leave(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let client = clients::see(&mut tx, call.at("number")).await?;
    let mut members = team_page::members(&mut tx, &client.id).await?;
    if !members.iter().any(|m| m.id == call.at("member")) {
        return Err(crate::web::Error::NotFound.into());
    }
    members.sort_by_key(key);
    call.matches(&version(&members))?;
    let today = call.actor.today();
    team::leave(&mut tx, &client.id, call.at("member"), today).await?;
    let version = now(&mut tx, &client).await?;
    call.made(tx, call.at("member"), href(&client), &version).await
}

shape! {
    /// チームの一員.
    pub struct TeamMember {
        id: String = "一員の番号", "0199f0c2-0000-7000-8000-000000000005";
        organisation: String = "機関", "みどり訪問看護ステーション";
        person: Option<String> = "担当の人", serde_json::Value::Null;
        role: String = "チームでの役割（コード表 team_role）", "nursing";
        valid_from: Day = "いつから", "2026-04-01";
        valid_until: Option<Day> = "外れた日", serde_json::Value::Null;
        consented: bool = "支援のための同意がある（中の機関には要らない）", true;
    }
}

impl From<Member> for TeamMember {
    fn from(m: Member) -> Self {
        Self {
            consented: m.inside > 0 || m.consents > 0,
            id: m.id,
            organisation: m.organisation,
            person: m.person,
            role: m.role,
            valid_from: Day(m.valid_from),
            valid_until: m.valid_until.map(Day),
        }
    }
}

fn href(client: &Summary) -> String {
    format!("/api/v1/clients/{}/team", client.number)
}

fn key(m: &Member) -> String {
    format!("{}~{}", m.valid_from, m.id)
}

async fn now(read: &mut Read, client: &Summary) -> Result<String> {
    let mut members = team_page::members(read, &client.id).await?;
    members.sort_by_key(key);
    Ok(version(&members))
}

/// Of the team as a whole: whoever ends a place has seen who else is there.
fn version(members: &[Member]) -> String {
    let one = |m: &Member| format!("{} {:?}", m.id, m.valid_until);
    let all: Vec<_> = members.iter().map(one).collect();
    digest(&all.join("\n")).chars().take(32).collect()
}
