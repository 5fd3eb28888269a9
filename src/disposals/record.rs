//! A disposal as it stands, and whom it is about.

use crate::args;
use crate::store::{FromRow, Read};
use crate::visible;
use crate::web::{Error, Result, said};

/// 廃棄. Proposed, and confirmed or withdrawn.
#[derive(Clone, Debug, FromRow)]
pub struct Disposal {
    pub id: String,
    pub reason: String,
    pub note: String,
    pub proposed_at: String,
    pub proposed_by: String,
    pub proposer: String,
    pub confirmed_at: Option<String>,
    pub confirmer: Option<String>,
    pub certificate: Option<i64>,
    pub withdrawn_at: Option<String>,
    pub withdraw_reason: Option<String>,
    pub items: i64,
}

macro_rules! disposals {
    ($rest:literal) => {
        concat!(
            "select d.id, d.reason, d.note, d.proposed_at, d.proposed_by, p.name as proposer,
               d.confirmed_at, k.name as confirmer, d.certificate, d.withdrawn_at,
               d.withdraw_reason,
               (select count(*) from disposal_items i where i.disposal_id = d.id) as items
             from disposals d join accounts p on p.id = d.proposed_by
             left join accounts k on k.id = d.confirmed_by
             where d.controller_id = $1 ",
            $rest
        )
    };
}

pub(super) async fn see(read: &mut Read, id: &str) -> Result<Disposal> {
    let controller = read.actor.controller_id.clone();
    let row = read.maybe(disposals!("and d.id = $2"), args![controller, id]).await?;
    row.ok_or(Error::NotFound)
}

pub(super) async fn all(read: &mut Read) -> Result<Vec<Disposal>> {
    let controller = read.actor.controller_id.clone();
    let sql = disposals!("order by d.proposed_at desc, d.id desc limit 100");
    Ok(read.all(sql, args![controller]).await?)
}

/// 廃棄の対象. Whom a disposal that nobody has confirmed is about.
#[derive(Clone, Debug, FromRow)]
pub struct Item {
    pub client_id: String,
    pub number: i64,
    pub name: String,
    pub due_on: String,
}

pub(super) async fn items(read: &mut Read, id: &str) -> Result<Vec<Item>> {
    Ok(read
        .see_all(
            concat!(
                "select i.client_id, c.number,
                   n.family || ' ' || coalesce(n.given, '') as name, i.due_on
                 from disposal_items i join clients c on c.id = i.client_id
                 join client_names n on n.client_id = c.id and n.voided_at is null
                   and n.valid_from <= $5 and (n.valid_until is null or n.valid_until > $5)
                 where i.disposal_id = $6 and i.disposed_at is null and (",
                visible!("c.id", "identity"),
                // What lies in the trash is seen by nobody else, and by the ward's staff only here.
                " or ($1 = 'controller' and c.controller_id = $2 and c.absent = 'trashed'))
                 order by c.number"
            ),
            args![id],
        )
        .await?)
}

impl Disposal {
    pub fn is_open(&self) -> bool {
        self.confirmed_at.is_none() && self.withdrawn_at.is_none()
    }

    /// (chip class, words)
    pub fn state(&self) -> (&'static str, &'static str) {
        match (&self.confirmed_at, &self.withdrawn_at) {
            (Some(_), _) => ("ok", "廃棄した"),
            (_, Some(_)) => ("mute", "取りやめた"),
            _ => ("warn", "別の人の確認を待っている"),
        }
    }

    pub fn when(&self) -> String {
        said::moment(&self.proposed_at)
    }

    pub fn done(&self) -> String {
        said::moment(self.confirmed_at.as_deref().unwrap_or_default())
    }
}

impl Item {
    pub fn number(&self) -> String {
        kana::ClientNumber::from_row(self.number).to_string()
    }
}
