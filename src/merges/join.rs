//! 結合する: every row of the one record goes to the other, in one transaction. What each table needs
//! stands in `records/tables.toml`; a table that is added there is merged without a word here.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::compare::{Typed, both, view};
use super::journal::{self, shot};
use super::{sight, spans};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::clients::{Summary, custody, search};
use crate::records::tables::{Listed, Merging};
use crate::store::{Sql, Tx};
use crate::web::{App, Entry, Error, Field, Form, Kind, Result, Submitted, Values, refused};

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path((number, other)): Path<(String, String)>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, (&number, &other), &entry).await {
        Ok(to) => Ok(Redirect::to(&format!("/clients/{to}/merges")).into_response()),
        Err(Error::Refused(bad)) => {
            let typed = Typed { form: "merge", entry: &entry, bad: &bad };
            refused(view(&app, &actor, (&number, &other), typed).await?)
        }
        Err(e) => Err(e),
    }
}

/// `asked`: the tables in which the two records contradict each other.
pub fn form(asked: &[&'static Listed]) -> Form {
    let mut fields: Vec<Field> = asked
        .iter()
        .map(|t| Field::new(&t.name, &t.title, Kind::Code("merge_side")).required())
        .collect();
    let why = Field::new("why", "どうやって同じ人だと確かめたか", Kind::Text(200));
    fields.push(why.required().help("例：母に電話し、旧姓で登録したことを確かめた"));
    let seen = "記録を見られる人が上のとおりになることを確かめた";
    fields.push(Field::new("seen", seen, Kind::Yes).required());
    Form::new("merge", "結合する", fields)
}

/// 結合のしかた. Whose facts stand where they contradict, who goes on seeing, and why.
pub struct Decision<'a> {
    pub values: &'a Values,
    /// Organisations and accounts that go on although only one record gave them sight.
    pub kept: Vec<String>,
}

/// Puts the record `lost` into `stays`. The answer is the id of the merge.
pub async fn merge(
    tx: &mut Tx,
    stays: &Summary,
    lost: &Summary,
    how: &Decision<'_>,
) -> Result<String> {
    check(tx, stays, lost).await?;
    let people = (stays.id.as_str(), lost.id.as_str());
    let before = shot(tx, people).await?;
    claim(tx, people).await?;
    sight::settle(tx, people, &how.kept).await?;
    for (listed, table, columns) in journal::tables(tx).await? {
        match listed.merge {
            Merging::Single | Merging::Once => match how.values.text(&listed.name) {
                "lost" => spans::settle(tx, listed, people.1, people.0).await?,
                _ => spans::settle(tx, listed, people.0, people.1).await?,
            },
            Merging::Version => versions(tx, people).await?,
            _ => {}
        }
        for column in &columns {
            if listed.merge == Merging::Stay && *column == listed.by {
                continue;
            }
            let sql =
                format!("update {} set \"{column}\" = $1 where \"{column}\" = $2", table.name);
            tx.exec(Sql::built(sql), args![people.0, people.1]).await.map_err(only_one)?;
        }
    }
    let sql = "update clients set merged_into = $1 where id = $2";
    tx.exec(sql, args![people.0, people.1]).await?;
    custody::unlink(tx, &stays.id).await?;
    let id = kept(tx, people, how.values.text("why")).await?;
    let after = shot(tx, people).await?;
    journal::keep(tx, &id, &before.changes(&after)).await?;
    search::index(tx, &stays.id).await?;
    search::index(tx, &lost.id).await?;
    tx.record(Event::new("merge", "client", &stays.id).about(&stays.id)).await?;
    tx.record(Event::new("merge", "client", &lost.id).about(&lost.id)).await?;
    Ok(id)
}

/// A unique rule of a table lets each person have one such row.
fn only_one(e: crate::store::Error) -> Error {
    if e.is_taken() {
        let why = "結合していません。一人に一つしか持てない記録が、両方にあります。どちらかを先に終えてください";
        return Error::refused("", why);
    }
    e.into()
}

/// Both must stand alike: nothing about the merge is decided in passing.
async fn check(tx: &mut Tx, stays: &Summary, lost: &Summary) -> Result<()> {
    if stays.id == lost.id {
        return Err(Error::refused("", "同じ記録どうしです。二つの利用者番号を確かめてください"));
    }
    if stays.closed_on.is_some() != lost.closed_on.is_some() {
        let why = "片方だけが終結しています。正しいほうに合わせて、先に終結にするか、終結を取りやめてください";
        return Err(Error::refused("", why));
    }
    let (open,): (i64,) = tx
        .one(
            "select count(*) from moves where client_id in ($1, $2) and accepted_at is null
               and declined_at is null and withdrawn_at is null",
            args![stays.id, lost.id],
        )
        .await?;
    if open > 0 {
        let why = "転出の引継ぎの返事を待っています。先に終えるか、取りやめてください";
        return Err(Error::refused("", why));
    }
    Ok(())
}

/// Of two who merge at the same moment one is first. The record is in no list from here on; what
/// had been merged into it goes along, so that each old number leads to the record in one step.
async fn claim(tx: &mut Tx, (stays, lost): (&str, &str)) -> Result<()> {
    let sql = "update clients set absent = 'merged' where id = $1 and absent is null
                 and (select s.absent from clients s where s.id = $2) is null";
    if tx.exec(sql, args![lost, stays]).await? == 1 {
        return Ok(());
    }
    Err(Error::Conflict(
        "ほかの人が先に、どちらかの記録を結合しました。一覧を開き直してください。".into(),
    ))
}

/// Whoever has a part of either record open must look again.
async fn versions(tx: &mut Tx, (stays, lost): (&str, &str)) -> Result<()> {
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "insert into client_parts (client_id, part, version, changed_at, changed_by)
         select $1, p.part, p.version + 1, $3, $4 from client_parts p where p.client_id = $2
         on conflict (client_id, part) do update set
           version = case when client_parts.version < excluded.version then excluded.version + 1
             else client_parts.version + 1 end,
           changed_at = excluded.changed_at, changed_by = excluded.changed_by",
        args![stays, lost, at, by],
    )
    .await?;
    tx.exec("delete from client_parts where client_id = $1", args![lost]).await?;
    Ok(())
}

/// The merge itself; that they were two different people is no longer said.
async fn kept(tx: &mut Tx, (stays, lost): (&str, &str), why: &str) -> Result<String> {
    let (id, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "insert into merges (id, client_id, lost_id, reason, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6)",
        args![id, stays, lost, why, at, by],
    )
    .await?;
    tx.exec(
        "update distinctions set voided_at = $2, voided_by = $3, void_reason = $4
         where client_id = $1 and other_id = $1 and voided_at is null",
        args![stays, at, by, spans::WHY],
    )
    .await?;
    Ok(id)
}

async fn save(
    app: &App,
    actor: &Actor,
    (number, other): (&str, &str),
    entry: &Entry,
) -> Result<String> {
    let (stays, lost) = both(app, actor, (number, other)).await?;
    let mut tx = app.write(actor).await?;
    let asked = spans::contradictions(&mut tx, (&stays.id, &lost.id)).await?;
    let values = form(&asked).read(entry, &app.codes)?;
    let how = Decision { values: &values, kept: entry.many("kept") };
    merge(&mut tx, &stays, &lost, &how).await?;
    tx.leads_to(format!("/clients/{}/merges", stays.number));
    tx.commit().await?;
    Ok(stays.number.to_string())
}
