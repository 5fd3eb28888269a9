//! 設定. Numbers the region decides for itself; the newest row of a key counts, older ones say
//! who had set what.

use uuid::Uuid;

use crate::args;
use crate::audit::Event;
use crate::store::{Read, Tx};
use crate::web::Result;

/// So many days before a post ends, its cases are on the list of those left alone (unsourced).
pub const UNOWNED_DAYS: Setting = Setting { key: "unowned_days", default: 60 };

/// 設定の項目.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub key: &'static str,
    pub default: i64,
}

pub async fn number(read: &mut Read, setting: Setting) -> Result<i64> {
    let row: Option<(String,)> = read
        .maybe(
            "select value from settings where key = $1 order by recorded_at desc, id desc limit 1",
            args![setting.key],
        )
        .await?;
    Ok(row.and_then(|(value,)| value.parse().ok()).unwrap_or(setting.default))
}

pub async fn set(tx: &mut Tx, setting: Setting, value: i64) -> Result<()> {
    let (id, actor) = (Uuid::now_v7().to_string(), tx.actor.clone());
    tx.exec(
        "insert into settings (id, key, value, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5)",
        args![id, setting.key, value.to_string(), actor.at, actor.account_id],
    )
    .await?;
    tx.record(Event::new("set", "setting", setting.key)).await?;
    Ok(())
}
