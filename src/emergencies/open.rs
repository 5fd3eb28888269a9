//! Opening: a reason, one person, one hour. From here on the folder of that person answers.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use civil::{Instant, Minutes};
use uuid::Uuid;

use super::{ACROSS, MINUTES, TRIES, find};
use crate::access::Actor;
use crate::audit::Event;
use crate::staff::settings;
use crate::store::{Read, Tx};
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page, refused, said,
};
use crate::{args, visible};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    page(view(&app, &actor, &Entry::default(), &Problems::default()).await?)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &entry).await {
        Ok(number) => Ok(Redirect::to(&format!("/clients/{number}")).into_response()),
        Err(Error::Refused(bad)) => refused(view(&app, &actor, &entry, &bad).await?),
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("number", "利用者番号", Kind::Text(20))
            .help("わかるときは番号だけで開けます（例 M-01275）。"),
        Field::new("name", "氏名（漢字か、ふりがな）", Kind::Text(80))
            .help("番号がわからないときは、氏名と生年月日の両方を、登録のとおりに入れてください。"),
        Field::new("born_on", "生年月日", Kind::Date),
        Field::new("reason", "緊急に見る理由", Kind::Code("emergency_reason")).required(),
        Field::new("words", "いま起きていること", Kind::Text(300)).required().help(
            "だれから知らせを受け、なにが起きているか。あとで区の担当がこれを読んで確かめます。",
        ),
        Field::new(
            "sure",
            "区の担当にすぐ知らされ、あとで確かめられ、ご家族にも見えることがわかった",
            Kind::Yes,
        )
        .required(),
    ];
    Form::new("emergency", "緊急に見る", fields)
}

/// The words for a number or name that leads to nobody, or to somebody who may not be opened.
const NOBODY: &str = "当てはまる方が見つかりません。番号か、氏名と生年月日の両方を確かめてください。\
     急ぐときは、救急要請や区の窓口への電話を先にしてください。見つからなかったことも記録に残ります。";

/// Opens the folder of one person for the actor; answers with the number.
pub async fn open(tx: &mut Tx, v: &Values) -> Result<kana::ClientNumber> {
    let across = settings::number(tx, ACROSS).await? == 1;
    let whom = find::one(tx, v, across).await?;
    let whom = whom.ok_or_else(|| Error::refused("number", NOBODY))?;
    if sees_anyway(tx, &whom.id).await? {
        let why =
            format!("{} は、ふだんの権限で見られます。利用者の一覧から開いてください", whom.number);
        return Err(Error::refused("number", why));
    }
    let minutes = settings::number(tx, MINUTES).await?;
    let (id, a) = (Uuid::now_v7().to_string(), tx.actor.clone());
    tx.exec(
        "insert into emergencies (id, client_id, account_id, post_id, organisation_id, reason,
           words, crosses, opened_at, ends_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            id,
            whom.id,
            a.account_id,
            a.post_id,
            a.organisation_id,
            v.text("reason"),
            v.text("words"),
            whom.controller_id != a.controller_id,
            a.at,
            a.at.plus(Minutes(minutes))
        ],
    )
    .await?;
    let event = Event::new("open", "emergency", &id).about(&whom.id).fields("reason,words");
    tx.record(event).await?;
    Ok(whom.number)
}

/// Whoever sees all of it anyway opens nothing: the office would be told without need.
async fn sees_anyway(read: &mut Read, client_id: &str) -> Result<bool> {
    let row: Option<(String,)> = read
        .see_maybe(
            concat!(
                "select c.id from clients c where c.id = $6 and ",
                visible!("c.id", "identity"),
                " and ",
                visible!("c.id", "family"),
                " and ",
                visible!("c.id", "care")
            ),
            args![client_id],
        )
        .await?;
    Ok(row.is_some())
}

async fn save(app: &App, actor: &Actor, entry: &Entry) -> Result<kana::ClientNumber> {
    let v = form().read(entry, &app.codes)?;
    if v.text("number").is_empty() && (v.text("name").is_empty() || v.date("born_on").is_none()) {
        let why = "利用者番号か、氏名と生年月日の両方を入力してください";
        return Err(Error::refused("number", why));
    }
    let mut tx = app.write(actor).await?;
    may_try(&mut tx).await?;
    match open(&mut tx, &v).await {
        Ok(number) => tx.commit().await.map(|()| number).map_err(Error::from),
        Err(Error::Refused(bad)) => {
            drop(tx);
            app.viewed(actor, Event::new("fail", "emergency", "")).await?;
            Err(Error::Refused(bad))
        }
        Err(e) => Err(e),
    }
}

/// Numbers are not to be tried one after the other.
async fn may_try(tx: &mut Tx) -> Result<()> {
    let (since, account) = (tx.actor.at.plus(Minutes(-60)), tx.actor.account_id.clone());
    let (failed,): (i64,) = tx
        .one(
            "select count(*) from audit_events where account_id = $1 and verb = 'fail'
               and noun = 'emergency' and at > $2",
            args![account, since],
        )
        .await?;
    if failed < settings::number(tx, TRIES).await? {
        return Ok(());
    }
    let why = "見つからない入力が続いたので、1時間は開けません。区の窓口に電話してください";
    Err(Error::refused("", why))
}

/// 自分が開いている緊急閲覧.
struct Mine {
    id: String,
    number: kana::ClientNumber,
    until: String,
}

async fn mine(read: &mut Read) -> Result<Vec<Mine>> {
    let a = read.actor.clone();
    let rows: Vec<(String, i64, String)> = read
        .all(
            "select g.id, c.number, g.ends_at from emergencies g
             join clients c on c.id = g.client_id
             where g.account_id = $1 and g.post_id = $2 and g.ends_at > $3
               and g.ended_at is null order by g.ends_at",
            args![a.account_id, a.post_id, a.at],
        )
        .await?;
    let line = |(id, number, at): (String, i64, String)| Mine {
        id,
        number: kana::ClientNumber::from_row(number),
        until: at.parse::<Instant>().map(|t| said::moment(&t.to_string())).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(line).collect())
}

async fn view(app: &App, actor: &Actor, entry: &Entry, bad: &Problems) -> Result<Opening> {
    let mut read = app.read(actor).await?;
    let mine = mine(&mut read).await?;
    let minutes = settings::number(&mut read, MINUTES).await?;
    let form = form().view(entry, bad, &app.codes, &Options::new());
    let title = if bad.is_empty() { "緊急に見る" } else { "エラー：緊急に見る" };
    Ok(Opening { page: app.page(actor, title, "/clients"), form, mine, minutes })
}

#[derive(Template)]
#[template(path = "emergencies/open.html")]
struct Opening {
    page: Page,
    form: FormView,
    mine: Vec<Mine>,
    minutes: i64,
}
