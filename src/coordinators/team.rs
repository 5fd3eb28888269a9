//! 支援チーム: who decides or takes a case is in touch with the person from that day.

use civil::Date;

use crate::args;
use crate::clients::team;
use crate::store::Tx;
use crate::web::Result;

/// A desk or a coordinator joins; who already belongs in that role is not written twice.
pub(super) async fn join(
    tx: &mut Tx,
    client_id: &str,
    (organisation_id, account_id): (&str, Option<&str>),
    role: &str,
    from: Date,
) -> Result<()> {
    let (belongs,): (i64,) = tx
        .one(
            "select count(*) from team_members where client_id = $1 and organisation_id = $2
             and role = $3 and voided_at is null and valid_from <= $4
             and (valid_until is null or valid_until > $4)
             and (cast($5 as text) is null or account_id = $5)",
            args![client_id, organisation_id, role, from, account_id],
        )
        .await?;
    if belongs == 0 {
        team::join(tx, client_id, organisation_id, account_id, role, from).await?;
    }
    Ok(())
}

/// The coordinator's own place in the team ends with the assignment.
pub(super) async fn leave(
    tx: &mut Tx,
    client_id: &str,
    account_id: &str,
    until: Date,
) -> Result<()> {
    let places: Vec<(String,)> = tx
        .all(
            "select id from team_members where client_id = $1 and account_id = $2
             and role = 'coordinator' and voided_at is null and valid_until is null
             and valid_from <= $3",
            args![client_id, account_id, until],
        )
        .await?;
    for (member,) in places {
        team::leave(tx, client_id, &member, until).await?;
    }
    Ok(())
}
