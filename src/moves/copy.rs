//! The copy at the receiving ward: the rows of the parts the consent covers, under new ids, known
//! there from now on. Its own history begins; the old one stays where it was.

use jiff::ToSpan;
use uuid::Uuid;

use super::record::Move;
use super::sheet::crosses;
use crate::args;
use crate::audit::Event;
use crate::clients::enrol::{Enrolled, next_number};
use crate::clients::parts::{self, Part};
use crate::clients::{search, team};
use crate::store::{Sql, Tx};
use crate::web::{Kind, Result, Values};

pub(super) async fn copy(tx: &mut Tx, m: &Move, v: &Values) -> Result<Enrolled> {
    let new = client(tx, m).await?;
    let categories: Vec<String> = m.categories.split(',').map(str::to_owned).collect();
    for part in parts::all().iter().filter(|p| crosses(p, &categories)) {
        rows(tx, part, &m.client_id, &new.id).await?;
    }
    if m.covers("care") {
        scores(tx, &m.client_id, &new.id).await?;
    }
    restriction(tx, &m.client_id, &new.id).await?;
    if let Some(residence) = parts::find("residence") {
        let values = v.only(&["area", "postal", "address"]);
        parts::add(tx, &new.id, residence, &values, None).await?;
    }
    search::index(tx, &new.id).await?;
    let (organisation, today) = (tx.actor.organisation_id.clone(), tx.actor.today());
    team::join(tx, &new.id, &organisation, None, "intake", today).await?;
    Ok(new)
}

async fn client(tx: &mut Tx, m: &Move) -> Result<Enrolled> {
    let (id, number) = (Uuid::now_v7().to_string(), next_number(tx).await?);
    let (actor, today) = (tx.actor.clone(), tx.actor.today());
    tx.exec(
        "insert into clients (id, number, controller_id, enrolled_on, enrolled_at, enrolled_by,
           moved_from) values ($1, $2, $3, $4, $5, $6, $7)",
        args![
            id,
            i64::from(number.running()),
            actor.controller_id,
            today,
            actor.at,
            actor.account_id,
            m.client_id
        ],
    )
    .await?;
    tx.record(Event::new("enrol", "client", &id).about(&id)).await?;
    Ok(Enrolled { id, number })
}

/// Numbers of other people of the old ward mean nobody here: they stay behind.
async fn rows(tx: &mut Tx, part: &Part, from: &str, to: &str) -> Result<()> {
    let names = part.form.fields.iter().filter(|f| f.kind != Kind::Client).map(|f| f.name);
    let columns = names.collect::<Vec<_>>().join(", ");
    let sql = format!(
        "select id from {} where client_id = $1 and voided_at is null order by valid_from, id",
        part.table
    );
    let old: Vec<(String,)> = tx.all(Sql::built(sql), args![from]).await?;
    let insert = format!(
        "insert into {0} (id, client_id, valid_from, valid_until, recorded_at, recorded_by,
           {columns})
         select $1, $2, valid_from, valid_until, $3, $4, {columns} from {0} where id = $5",
        part.table
    );
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    for (row,) in &old {
        let id = Uuid::now_v7().to_string();
        tx.exec(Sql::built(insert.clone()), args![id, to, at, by, row]).await?;
    }
    parts::bump(tx, to, part.id).await
}

async fn scores(tx: &mut Tx, from: &str, to: &str) -> Result<()> {
    let sql = "select id from care_scores where client_id = $1 and voided_at is null";
    let old: Vec<(String,)> = tx.all(sql, args![from]).await?;
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    for (score,) in &old {
        let id = Uuid::now_v7().to_string();
        tx.exec(
            "insert into care_scores (id, client_id, base_judged_by, base_judged_on, base_judge,
               watch_judged_by, watch_judged_on, watch_judge, base_points, watch_points, band,
               table_since, valid_from, valid_until, recorded_at, recorded_by)
             select $1, $2, base_judged_by, base_judged_on, base_judge, watch_judged_by,
               watch_judged_on, watch_judge, base_points, watch_points, band, table_since,
               valid_from, valid_until, $3, $4 from care_scores where id = $5",
            args![id, to, at, by, score],
        )
        .await?;
        tx.exec(
            "insert into care_score_rows (care_score_id, code, watch)
             select $1, code, watch from care_score_rows where care_score_id = $2",
            args![id, score],
        )
        .await?;
    }
    Ok(())
}

/// Who hides from somebody hides from them here as well, until the new ward looks at it.
async fn restriction(tx: &mut Tx, from: &str, to: &str) -> Result<()> {
    let (id, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    let (today, review) = (tx.actor.today(), tx.actor.today().saturating_add(1.month()));
    tx.exec(
        "insert into restrictions (id, client_id, kind, basis, reason, shown_to, review_on,
           valid_from, recorded_at, recorded_by)
         select $1, $2, kind, basis, '転出元の非開示を引き継いだ', 'staff', $3, $4, $5, $6
         from restrictions where client_id = $7 and kind = 'address_hidden' and voided_at is null
           and (valid_until is null or valid_until > $4)",
        args![id, to, review, today, at, by, from],
    )
    .await?;
    Ok(())
}
