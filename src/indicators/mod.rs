//! 実績の指標: the figures a programme reports, as of any day: counted from records, or entered with
//! who entered them and from where.

pub mod bodies;
mod count;
pub mod enter;
pub mod list;
pub mod page;
pub mod report;

pub use count::{Counts, Figure, of};

use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::{Error, Result};

/// Takes back what was entered by mistake: the row stays, with who took it back. `sql` voids the
/// row `$1` of the programme `$2` of the controller `$3`, at `$4` by `$5`.
async fn take_back(
    tx: &mut Tx,
    (noun, sql): (&'static str, &'static str),
    programme: &str,
    row: &str,
) -> Result<()> {
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let controller = tx.actor.controller_id.clone();
    match tx.exec(sql, args![row, programme, controller, at, by]).await? {
        0 => Err(Error::NotFound),
        _ => Ok(tx.record(Event::new("void", noun, row)).await?),
    }
}
