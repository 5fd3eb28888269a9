//! 一度だけ: what a form did is kept together with the fact that it was sent.

use super::{Error, Read, Result, Tx};
use crate::args;

/// The first answer to a form: where it led ("" where nothing was made that has a page).
pub async fn first_answer(read: &mut Read, key: &str) -> Result<Option<String>> {
    let row: Option<(String,)> =
        read.maybe("select leads_to from submissions where key = $1", args![key]).await?;
    Ok(row.map(|r| r.0))
}

impl Tx {
    /// Where the answer leads; told again when the same form is sent again.
    pub fn leads_to(&mut self, path: impl Into<String>) {
        self.leads_to = path.into();
    }

    /// Part of every commit on behalf of a form. `Again`: another request did it in the meantime.
    pub(super) async fn keep_submission(&mut self) -> Result<()> {
        if self.actor.form.is_empty() {
            return Ok(());
        }
        let (key, at) = (self.actor.form.clone(), self.actor.at);
        let to = std::mem::take(&mut self.leads_to);
        let sql = "insert into submissions (key, leads_to, at) values ($1, $2, $3)
                   on conflict (key) do nothing";
        match self.exec(sql, args![key, to, at]).await? {
            0 => Err(Error::Again),
            _ => Ok(()),
        }
    }

    /// Forgets the forms of sessions that have ended: their token is refused anyway.
    pub async fn forget_submissions(&mut self, before: civil::Instant) -> Result<()> {
        self.exec("delete from submissions where at < $1", args![before]).await.map(|_| ())
    }
}
