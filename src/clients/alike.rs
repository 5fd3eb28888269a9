//! Search before create: who is already there and might be the same person.

use kana::search_key;

use super::Summary;
use super::summary::Row;
use crate::store::Read;
use crate::web::{Result, Values};
use crate::{address_hidden, args, summary_columns, summary_tables, visible_row};

/// 似た記録. Those the actor may see, and how many others there are.
#[derive(Debug)]
pub struct Similar {
    pub people: Vec<Summary>,
    pub elsewhere: i64,
}

impl Similar {
    /// What the form says, if there is anything to say.
    pub fn words(&self) -> Option<String> {
        match (self.people.len(), self.elsewhere) {
            (0, 0) => None,
            (0, _) => Some(
                "読みと生年月日が同じ人が、ほかの窓口に登録されています。区の担当に確かめてから、\
                 別の人なら印をつけて登録してください"
                    .into(),
            ),
            (n, _) => Some(format!(
                "似た記録が{n}件あります。同じ人でないことを確かめて、印をつけてください"
            )),
        }
    }
}

/// Same reading, or same birth date with the same reading of one of the names, or same telephone.
/// Closed records count: whoever comes back is reopened, not entered twice.
pub async fn similar(read: &mut Read, v: &Values) -> Result<Similar> {
    let kana = search_key(&format!("{}{}", v.text("family_kana"), v.text("given_kana")));
    let (family, given) = (search_key(v.text("family_kana")), search_key(v.text("given_kana")));
    let born = v.date("born_on").map(|d| d.to_string()).unwrap_or_default();
    let phone = kana::phone_key(v.text("phone"));
    let rows: Vec<Row> = read
        .see_all(
            concat!(
                "select ",
                summary_columns!(),
                " from ",
                summary_tables!(),
                " where ",
                visible_row!("c", "identity"),
                " and (c.id in (select s.client_id from client_search s where s.kind = 'kana' ",
                "and s.key = $6) or (l.born_on = $7 and c.id in (select s.client_id from ",
                "client_search s where s.kind = 'kana' and s.key in ($8, $9, $6))) or c.id in (",
                "select s.client_id from client_search s where s.kind = 'phone' and s.key = $10 ",
                "and length(s.key) >= 10 and not ",
                address_hidden!("s.client_id"),
                ")) order by l.family_kana, l.given_kana, c.number limit 10"
            ),
            args![kana, born, family, given, phone],
        )
        .await?;
    let today = read.actor.today();
    let people: Vec<Summary> = rows.into_iter().map(|r| r.summary(today)).collect();
    let elsewhere = if people.is_empty() { elsewhere(read, &kana, &born).await? } else { 0 };
    Ok(Similar { people, elsewhere })
}

/// Whether somebody of the same controller has both the same reading and the same birth date. The
/// only question asked without the predicate: whoever types both knows the person already, and the
/// answer is no more than "ask the ward office". Without it one child is entered twice.
async fn elsewhere(read: &mut Read, kana: &str, born: &str) -> Result<i64> {
    let controller = read.actor.controller_id.clone();
    let (n,): (i64,) = read
        .one(
            "select count(*) from clients c join client_births b on b.client_id = c.id
               and b.voided_at is null and b.born_on = $2
             join client_search s on s.client_id = c.id and s.kind = 'kana' and s.key = $1
             where c.controller_id = $3 and c.absent is null",
            args![kana, born, controller],
        )
        .await?;
    Ok(n)
}
