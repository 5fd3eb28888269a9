//! The rules of a consultation, the same for the page, the imports and the sample ward: from the
//! answers of the form to the facts of a row, or to what is wrong in words.

use civil::Instant;
use uuid::Uuid;

use crate::clients;
use crate::staff::colleagues::works_here;
use crate::store::{Read, Tx};
use crate::web::form::{Problems, Values};
use crate::web::{Error, Result};
use crate::{args, visible_consultation};

/// 相談の中身. What was checked; the row is written from it.
#[derive(Debug)]
pub(super) struct Facts {
    pub client_id: Option<String>,
    standing: &'static str,
    pub at: Instant,
    handler_id: String,
    series: &'static str,
    previous_id: Option<String>,
    region: String,
}

/// `correcting` is the row that a correction takes the place of: its person may be closed by now.
pub(super) async fn check(tx: &mut Tx, v: &Values, correcting: Option<&str>) -> Result<Facts> {
    let mut bad = Problems::default();
    let at = v.at("occurred_at").unwrap_or(tx.actor.at);
    if at > tx.actor.at {
        bad.add("occurred_at", "日時が先の時刻になっています。相談を受けた日時を入力してください");
    }
    let client_id = client(tx, v, correcting.is_some(), &mut bad).await?;
    let standing = match standing(v.text("standing"), v.text("scope"), v.is_given("client")) {
        Ok(standing) => standing,
        Err((field, why)) => {
            bad.add(field, why);
            "nobody"
        }
    };
    let handler_id = v.opt("handler").unwrap_or_else(|| tx.actor.account_id.clone());
    if handler_id != tx.actor.account_id && !works_here(tx, &handler_id).await? {
        bad.add("handler", "受けた人を、画面にある人から選び直してください");
    }
    let previous = previous(tx, v, client_id.as_deref(), at, correcting).await?;
    let previous_id = previous.unwrap_or_else(|why| {
        bad.add("previous", why);
        None
    });
    let region = region(tx, v).await?;
    if region.is_empty() {
        bad.add("region", "地域を選んでください。この機関の地域が決まっていません");
    }
    let series = series(v.text("series"), previous_id.is_some());
    let previous_id = previous_id.filter(|_| series == "continued");
    match bad.is_empty() {
        true => Ok(Facts { client_id, standing, at, handler_id, series, previous_id, region }),
        false => Err(Error::Refused(bad)),
    }
}

/// The person by number; only one the actor may see, and whose case is open.
async fn client(
    tx: &mut Tx,
    v: &Values,
    may_be_closed: bool,
    bad: &mut Problems,
) -> Result<Option<String>> {
    let Some(number) = v.opt("client") else { return Ok(None) };
    match clients::case_of(tx, &number).await {
        Ok(case) if case.closed_on.is_some() && !may_be_closed => {
            bad.add("client", CLOSED);
            Ok(Some(case.id))
        }
        Ok(case) => Ok(Some(case.id)),
        Err(Error::NotFound) => {
            bad.add(
                "client",
                "この番号の利用者は見つかりません。名前か番号でさがして、候補から選んでください",
            );
            Ok(None)
        }
        Err(e) => Err(e),
    }
}

const CLOSED: &str =
    "この利用者は終結しています。記録するときは、先に利用者のページで再開してください";

/// Whom it was about. Left open, it follows from the person and the scope.
pub(super) fn standing(
    chosen: &str,
    scope: &str,
    has_client: bool,
) -> Result<&'static str, (&'static str, &'static str)> {
    match (chosen, has_client, scope) {
        ("" | "named", true, _) => Ok("named"),
        (_, true, _) => Err((
            "standing",
            "利用者を選んでいます。匿名などにするときは、利用者の選択を外してください",
        )),
        ("named", false, _) => Err(("client", "利用者をさがして、候補から選んでください")),
        ("anonymous", false, _) => Ok("anonymous"),
        ("" | "nobody", false, "community") => Ok("nobody"),
        ("nobody", false, _) => Err((
            "standing",
            "個別支援では、利用者か匿名を選んでください。特定の本人がいない相談は、地域支援です",
        )),
        _ => Err((
            "client",
            "利用者を選んでください。名前を聞いていないときは「名前は聞かない（匿名）」を選びます",
        )),
    }
}

/// Left open, a person's first consultation is new and every later one continues.
fn series(chosen: &str, has_previous: bool) -> &'static str {
    match (chosen, has_previous) {
        ("continued", _) | ("", true) => "continued",
        _ => "new",
    }
}

/// The consultation this one goes on from: as chosen, or the person's last before it.
async fn previous(
    read: &mut Read,
    v: &Values,
    client_id: Option<&str>,
    at: Instant,
    correcting: Option<&str>,
) -> Result<Result<Option<String>, &'static str>> {
    let sql = concat!(
        "select k.id from consultations k where ",
        visible_consultation!(),
        " and k.voided_at is null and k.occurred_at <= $6 and (k.id = $7",
        " or (cast($7 as text) is null and k.client_id = $8))",
        " and (cast($9 as text) is null or k.id <> $9)",
        " order by k.occurred_at desc, k.id desc limit 1"
    );
    let chosen = v.opt("previous");
    let row: Option<(String,)> =
        read.see_maybe(sql, args![at, chosen, client_id, correcting]).await?;
    Ok(match (row, chosen) {
        (Some((id,)), _) => Ok(Some(id)),
        (None, None) => Ok(None),
        (None, Some(_)) => Err("前の相談を、画面にあるものから選び直してください"),
    })
}

/// As chosen, or the region of the actor's office.
async fn region(read: &mut Read, v: &Values) -> Result<String> {
    if let Some(chosen) = v.opt("region") {
        return Ok(chosen);
    }
    region_of_office(read).await
}

pub(super) async fn region_of_office(read: &mut Read) -> Result<String> {
    let office = read.actor.organisation_id.clone();
    let row: Option<(Option<String>,)> =
        read.maybe("select region from organisations where id = $1", args![office]).await?;
    Ok(row.and_then(|r| r.0).unwrap_or_default())
}

/// Where a row comes from and what it takes the place of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Origin<'a> {
    pub import_id: Option<&'a str>,
    pub replaces_id: Option<&'a str>,
    /// The desk that took it, when a correction is written by somebody else.
    pub organisation_id: Option<&'a str>,
}

pub(super) async fn insert(tx: &mut Tx, f: &Facts, v: &Values, from: Origin<'_>) -> Result<String> {
    let (id, actor) = (Uuid::now_v7().to_string(), tx.actor.clone());
    let said = ["text", "answer", "inquirer_name", "inquirer_place"].map(|n| v.text(n));
    tx.exec(
        "insert into consultations (id, controller_id, organisation_id, client_id, standing,
           occurred_at, occurred_on, minutes, channel, inquirer_kind, inquirer_name,
           inquirer_place, scope, series, previous_id, region, text, answer, words, handler_id,
           import_id, recorded_at, recorded_by, replaces_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
           $19, $20, $21, $22, $23, $24)",
        args![
            id,
            actor.controller_id,
            from.organisation_id.unwrap_or(&actor.organisation_id),
            f.client_id,
            f.standing,
            f.at,
            f.at.civil_date(),
            v.int("minutes"),
            v.text("channel"),
            v.text("inquirer_kind"),
            v.text("inquirer_name"),
            v.text("inquirer_place"),
            v.text("scope"),
            f.series,
            f.previous_id,
            f.region,
            v.text("text"),
            v.text("answer"),
            kana::search_key(&said.join(" ")),
            f.handler_id,
            from.import_id,
            actor.at,
            actor.account_id,
            from.replaces_id
        ],
    )
    .await?;
    for topic in v.many("topics") {
        tx.exec(
            "insert into consultation_topics (consultation_id, topic) values ($1, $2)
             on conflict (consultation_id, topic) do nothing",
            args![id, topic],
        )
        .await?;
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn individual_support_is_about_somebody_or_anonymous() {
        assert_eq!(standing("", "individual", true), Ok("named"));
        assert_eq!(standing("anonymous", "individual", false), Ok("anonymous"));
        assert_eq!(standing("", "individual", false).unwrap_err().0, "client");
        assert_eq!(standing("named", "individual", false).unwrap_err().0, "client");
        assert_eq!(standing("nobody", "individual", false).unwrap_err().0, "standing");
    }

    #[test]
    fn community_support_may_be_about_nobody() {
        assert_eq!(standing("", "community", false), Ok("nobody"));
        assert_eq!(standing("anonymous", "community", false), Ok("anonymous"));
        assert_eq!(standing("named", "community", true), Ok("named"));
    }

    #[test]
    fn a_chosen_person_is_not_anonymous() {
        for chosen in ["anonymous", "nobody"] {
            assert_eq!(standing(chosen, "individual", true).unwrap_err().0, "standing");
        }
    }

    #[test]
    fn the_first_consultation_of_a_person_is_new() {
        assert_eq!(series("", false), "new");
        assert_eq!(series("", true), "continued");
        assert_eq!(series("new", true), "new");
        assert_eq!(series("continued", false), "continued");
    }
}
