//! 設定. Numbers the region decides for itself; the newest row of a key counts, older ones say
//! who had set what.

use civil::Date;
use uuid::Uuid;

use crate::access::Role;
use crate::args;
use crate::audit::Event;
use crate::store::{Read, Tx};
use crate::web::Result;

/// So many days before a post ends, its cases are on the list of those left alone (unsourced).
pub const UNOWNED_DAYS: Setting = Setting { key: "unowned_days", default: 60 };

/// So many requests a minute may come with one token (unsourced).
pub const API_PER_MINUTE: Setting = Setting { key: "api_per_minute", default: 600 };

/// So many times a minute one address may try to sign in, or anything else that is open to all
/// (unsourced).
pub const TRIES_PER_MINUTE: Setting = Setting { key: "tries_per_minute", default: 60 };

/// Minutes without a request after which the screen is locked (unsourced).
pub const IDLE_MINUTES: Setting = Setting { key: "idle_minutes", default: 15 };
/// Minutes for which a typed password is good for exports and changes of rights (unsourced).
pub const CONFIRM_MINUTES: Setting = Setting { key: "confirm_minutes", default: 10 };
/// Days for which what a leaver had begun to write is kept (unsourced).
pub const DRAFT_DAYS: Setting = Setting { key: "draft_days", default: 30 };
/// Days from the beginning of a review of rights to its end (unsourced).
pub const REVIEW_DAYS: Setting = Setting { key: "review_days", default: 30 };

/// 1: the role needs the second factor, from the day of the row on; 0: it may have one.
pub fn second_factor(role: Role) -> Setting {
    let key = match role {
        Role::Coordinator => "second_factor_coordinator",
        Role::Officer => "second_factor_officer",
        Role::Nurse => "second_factor_nurse",
        Role::Operator => "second_factor_operator",
        Role::Hospital => "second_factor_hospital",
        Role::School => "second_factor_school",
        Role::Family => "second_factor_family",
        Role::Prefecture => "second_factor_prefecture",
        Role::Auditor => "second_factor_auditor",
        Role::Administrator | Role::System => "second_factor_administrator",
    };
    Setting { key, default: 0 }
}

/// 設定の項目.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub key: &'static str,
    pub default: i64,
}

/// What counts today: of the rows whose day has come, the one of the latest day.
pub async fn number(read: &mut Read, setting: Setting) -> Result<i64> {
    let today = read.actor.today();
    let row: Option<(String,)> = read
        .maybe(
            "select value from settings where key = $1 and coalesce(valid_from, '') <= $2
             order by coalesce(valid_from, '') desc, recorded_at desc, id desc limit 1",
            args![setting.key, today],
        )
        .await?;
    Ok(row.and_then(|(value,)| value.parse().ok()).unwrap_or(setting.default))
}

/// From today on.
pub async fn set(tx: &mut Tx, setting: Setting, value: i64) -> Result<()> {
    let today = tx.actor.today();
    set_from(tx, setting.key, value, (today, "")).await
}

/// From a day on, with the reason. Earlier rows stay: they say who had set what.
pub async fn set_from(tx: &mut Tx, key: &str, value: i64, (from, why): (Date, &str)) -> Result<()> {
    let (id, actor) = (Uuid::now_v7().to_string(), tx.actor.clone());
    tx.exec(
        "insert into settings (id, key, value, valid_from, reason, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7)",
        args![id, key, value.to_string(), from, why, actor.at, actor.account_id],
    )
    .await?;
    tx.record(Event::new("set", "setting", key)).await?;
    Ok(())
}
