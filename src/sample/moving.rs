//! Somebody moves away: the family agreed to what goes along.

use jiff::ToSpan;

use super::play::Scene;
use crate::clients::see_by_id;
use crate::moves::propose;
use crate::store::Tx;
use crate::web::{Entry, Error, Result};

impl Scene<'_> {
    pub async fn move_away(&mut self, tx: &mut Tx, n: usize, to: &str) -> Result<()> {
        let id = self.person(n)?.0.clone();
        let client = see_by_id(tx, &id).await?.ok_or(Error::NotFound)?;
        let today = tx.actor.today();
        let mut entry = Entry::default();
        entry.set("to", "outside");
        entry.set("to_name", to);
        entry.set("moves_on", today.saturating_add(12.days()).to_string());
        entry.set("given_by", "保護者");
        entry.set("given_on", today.to_string());
        entry.set("method", "paper");
        entry.set("note", "転居先の訪問看護と耳鼻咽喉科をさがしている。通学の付き添いは母。");
        entry.0.extend(["family", "care"].map(|c| ("categories".to_owned(), c.to_owned())));
        let values = self.read(&propose::form(), &entry)?;
        propose::propose(tx, &self.app.codes, &client, &values).await?;
        Ok(())
    }
}
