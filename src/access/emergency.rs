//! 緊急閲覧 at the gate: whether the actor has opened the one person the address asks for.

use civil::Instant;
use kana::ClientNumber;

use super::{Actor, Emergency};
use crate::args;
use crate::web::{App, Result};

/// The hour that is running for the person named in the path, in this very post.
pub(super) async fn open(
    app: &App,
    actor: &Actor,
    (pattern, path): (&str, &str),
) -> Result<Option<Emergency>> {
    let Some(number) = number(pattern, path) else { return Ok(None) };
    let mut rows: Vec<(String, String)> = app
        .read(actor)
        .await?
        .all(
            // Hardly anybody has one open: the person is not even looked for.
            "select g.id, g.ends_at from emergencies g cross join clients c
             where c.id = g.client_id and c.number = $1 and g.account_id = $2 and g.post_id = $3
               and g.opened_at <= $4 and g.ends_at > $4 and g.ended_at is null",
            args![i64::from(number.running()), actor.account_id, actor.post_id, actor.at],
        )
        .await?;
    // The one that ends last. A database would make a table to sort none.
    rows.sort_by(|a, b| a.1.cmp(&b.1));
    let ends = |at: &str| at.parse::<Instant>().ok();
    Ok(rows.pop().and_then(|(id, at)| Some(Emergency { id, ends_at: ends(&at)? })))
}

/// What stands in the path where the pattern says `{number}`.
fn number(pattern: &str, path: &str) -> Option<ClientNumber> {
    let at = pattern.split('/').position(|s| s == "{number}")?;
    ClientNumber::parse(path.split('/').nth(at)?).ok()
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn the_person_is_read_from_the_address() {
        let known = kana::ClientNumber::new(127).unwrap();
        let path = format!("/clients/{known}/parts/care");
        assert_eq!(number("/clients/{number}/parts/{part}", &path), Some(known));
        assert_eq!(number("/clients/{number}", "/clients/everybody"), None);
        assert_eq!(number("/reports", "/reports"), None);
    }
}
