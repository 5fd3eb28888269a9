//! 機関: whose installation this is, and the bodies it works with.

use crate::access::Actor;
use crate::args;
use crate::store::{Db, Result};

/// The name of the first controller, "" before the first administrator has given it.
pub async fn place(db: &Db, actor: &Actor) -> Result<String> {
    let row: Option<(String,)> = db
        .read(actor)
        .await?
        .maybe("select name from controllers order by id limit 1", args![])
        .await?;
    Ok(row.map(|r| r.0).unwrap_or_default())
}
