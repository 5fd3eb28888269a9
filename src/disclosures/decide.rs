//! 決定: all, a part or nothing of what was asked, with the reason, and the words about an appeal.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::record::{self, Request};
use super::{show, stop};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::{
    App, Entry, Error, Field, Form, Kind, Problems, Result, Submitted, Values, refused,
};

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/disclosures/{id}")).into_response()),
        Err(e) => refused(show::view(&app, &actor, &id, (FORM, &entry, &e.problems()?)).await?),
    }
}

const FORM: &str = "data-request-decide";

/// A stop of use also says who goes on seeing the record.
pub fn form(kind: &str) -> Form {
    let mut fields = vec![
        Field::new("decision", "決定", Kind::Code("data_decision")).required(),
        Field::new("reason", "理由", Kind::Long(1000))
            .help("一部にするとき、しないときは、請求した人に知らせる理由を書きます。"),
        Field::new("notice", "教示の文", Kind::Long(2000))
            .help("一部にするとき、しないときに、決定の通知に書く文です。"),
        Field::new("answered_on", "請求した人に知らせた日", Kind::Date).required(),
    ];
    if kind == "stop" {
        fields.push(Field::new("left_to", "止めたあとも見る人", Kind::Code("left_to")));
        fields.push(
            Field::new("left_why", "なお見る理由", Kind::Text(200))
                .help("法令で保存しなければならない記録の管理など。"),
        );
    }
    Form::new("data-request-decide", "決定を記録する", fields)
}

/// Once; a stop of use takes effect with the next request of anybody.
pub async fn decide(tx: &mut Tx, id: &str, v: &Values) -> Result<()> {
    let q = record::see(tx, id).await?;
    let bad = check(&q, v, tx.actor.today());
    if !bad.is_empty() {
        return Err(Error::Refused(bad));
    }
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let decided = tx
        .exec(
            "update data_requests set decision = $2, decision_reason = $3, notice = $4,
               answered_on = $5, decided_at = $6, decided_by = $7
             where id = $1 and decided_at is null and withdrawn_at is null",
            args![
                id,
                v.text("decision"),
                v.opt("reason"),
                v.opt("notice"),
                v.date("answered_on"),
                at,
                by
            ],
        )
        .await?;
    if decided != 1 {
        return Err(Error::refused("", "この請求は、もう終わっています"));
    }
    let event = Event::new("decide", "data_request", id).about(&q.client_id);
    tx.record(event.fields(v.text("decision"))).await?;
    if q.kind == "stop" && v.text("decision") != "none" {
        stop::begin(tx, &q, v.text("left_to"), v.text("left_why")).await?;
    }
    Ok(())
}

fn check(q: &Request, v: &Values, today: civil::Date) -> Problems {
    let mut bad = Problems::default();
    let refuses = v.text("decision") != "all";
    if refuses && !v.is_given("reason") {
        bad.add("reason", "理由を入力してください。請求した人に知らせる理由です");
    }
    if refuses && !v.is_given("notice") {
        bad.add("notice", "教示の文を入力してください。文は個人情報の担当課に確かめてください");
    }
    let answered = v.date("answered_on");
    if answered.is_some_and(|on| on > today) {
        bad.add("answered_on", "先の日付は入れられません");
    }
    if answered.is_some_and(|on| on.to_string() < q.received_on) {
        bad.add("answered_on", "受け付けた日より前です。日付を確かめてください");
    }
    if q.kind == "stop" && v.text("decision") != "none" {
        for (field, label) in [("left_to", "止めたあとも見る人"), ("left_why", "なお見る理由")]
        {
            if !v.is_given(field) {
                bad.add(field, format!("{label}を入れてください。利用停止の中身になります"));
            }
        }
    }
    bad
}

async fn save(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let q = record::see(&mut app.read(actor).await?, id).await?;
    let values = form(&q.kind).read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    decide(&mut tx, id, &values).await?;
    Ok(tx.commit().await?)
}
