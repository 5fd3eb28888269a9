//! A person is entered, once: also before birth, also an adult, also without any certificate.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;
use kana::ClientNumber;
use uuid::Uuid;

use super::{Summary, alike, parts, team};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::staff::drafts;
use crate::store::Tx;
use crate::web::did::did;
use crate::web::submitted::decode;
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page, refused,
};

/// `?family_kana=...` and any other field preselect.
pub async fn get(
    State(app): State<App>,
    actor: Actor,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let entry = Entry(decode(query.unwrap_or_default().as_bytes()));
    page(view(&app, &actor, &entry, &Problems::default(), vec![]))
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let (bad, similar) = match save(&app, &actor, &entry).await {
        Ok(Saved::New(number)) => {
            return Ok(Redirect::to(&onward(&entry, number)).into_response());
        }
        Ok(Saved::Similar(similar, bad)) => (bad, similar),
        Err(Error::Refused(bad)) => (bad, vec![]),
        Err(e) => return Err(e),
    };
    refused(view(&app, &actor, &entry, &bad, similar))
}

const DRAFT: &str = "enrol";

/// To the new person, or back to the page of this server that wanted somebody enrolled first.
fn onward(entry: &Entry, number: ClientNumber) -> String {
    let back = entry.get("return");
    let local =
        back.starts_with('/') && !back.starts_with("//") && !back.contains(['\\', '?', '\n']);
    let to = match local {
        true => format!("{back}?client={number}"),
        false => format!("/clients/{number}"),
    };
    did(&to, "enrol", &number.to_string())
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("family", "姓", Kind::Text(40)).required(),
        Field::new("given", "名", Kind::Text(40))
            .help("出生前で決まっていないときは空けておきます。"),
        Field::new("family_kana", "姓のふりがな", Kind::Kana(60)).required(),
        Field::new("given_kana", "名のふりがな", Kind::Kana(60)),
        Field::new("born_on", "生年月日", Kind::Date),
        Field::new("expected_on", "出産予定日", Kind::Date).help("出生前のときに入力します。"),
        Field::new("sex", "性別", Kind::Code("sex")).required(),
        Field::new("area", "担当地区（総合支所）", Kind::Select("area")).required(),
        Field::new("postal", "郵便番号", Kind::Text(10)),
        Field::new("address", "住所", Kind::Text(200)),
        Field::new("whereabouts", "いまいるところ", Kind::Code("whereabouts")),
        Field::new("place", "病院・施設の名前", Kind::Text(100)),
        Field::new("carer_name", "保護者の氏名", Kind::Text(80)),
        Field::new("relation", "続柄", Kind::Code("relation")),
        Field::new("phone", "電話番号", Kind::Phone),
        Field::new("cares", "医療的ケア", Kind::Codes("care_kind"))
            .help("手帳や受給者証がなくても登録できます。回数や設定は、登録のあとに入れられます。"),
        Field::new("sure", "似た記録とは別の人として登録する", Kind::Yes),
    ];
    Form::new(DRAFT, "利用者を登録する", fields)
}

/// 登録. The new person's id and the number for the telephone.
#[derive(Clone, Debug)]
pub struct Enrolled {
    pub id: String,
    pub number: ClientNumber,
}

/// Enters a person with the first rows of the folder; the actor's organisation joins the team.
pub async fn enrol(tx: &mut Tx, v: &Values) -> Result<Enrolled> {
    check(v, tx.actor.today())?;
    let id = Uuid::now_v7().to_string();
    let number = next_number(tx).await?;
    let (actor, today) = (tx.actor.clone(), tx.actor.today());
    tx.exec(
        "insert into clients (id, number, controller_id, enrolled_on, enrolled_at, enrolled_by)
         values ($1, $2, $3, $4, $5, $6)",
        args![
            id,
            i64::from(number.running()),
            actor.controller_id,
            today,
            actor.at,
            actor.account_id
        ],
    )
    .await?;
    let born = v.date("born_on").unwrap_or(today);
    for (part, fields, from) in [
        ("name", &["family", "given", "family_kana", "given_kana"][..], born),
        ("birth", &["born_on", "expected_on", "sex"][..], born),
        ("residence", &["area", "postal", "address"][..], today),
    ] {
        first_row(tx, &id, part, v.only(fields), from).await?;
    }
    surroundings(tx, &id, v, today).await?;
    if !actor.organisation_id.is_empty() {
        team::join(tx, &id, &actor.organisation_id, None, "intake", today).await?;
    }
    tx.record(Event::new("enrol", "client", &id).about(&id)).await?;
    Ok(Enrolled { id, number })
}

/// As [`enrol`], unless somebody similar is there and nobody said that it is somebody else.
pub async fn enrol_once(tx: &mut Tx, v: &Values) -> Result<Enrolled> {
    check(v, tx.actor.today())?;
    if !v.yes("sure")
        && let Some(said) = alike::similar(tx, v).await?.words()
    {
        return Err(Error::refused("sure", said));
    }
    enrol(tx, v).await
}

/// Where the person is, who cares for them, which care they need.
async fn surroundings(tx: &mut Tx, id: &str, v: &Values, today: Date) -> Result<()> {
    if v.is_given("whereabouts") {
        let mut row = v.only(&["place"]);
        row.put_text("kind", v.text("whereabouts"));
        first_row(tx, id, "whereabouts", row, today).await?;
    }
    if v.is_given("carer_name") {
        let mut row = v.only(&["relation", "phone"]);
        row.put_text("name", v.text("carer_name"));
        row.put_yes("guardian");
        first_row(tx, id, "carer", row, today).await?;
    } else if v.is_given("phone") {
        let mut row = v.only(&["phone"]);
        row.put_text("owner", "本人・家族");
        first_row(tx, id, "contact", row, today).await?;
    }
    for kind in v.many("cares") {
        let mut row = Values::default();
        row.put_text("kind", kind);
        first_row(tx, id, "care", row, today).await?;
    }
    Ok(())
}

async fn first_row(tx: &mut Tx, id: &str, part: &str, row: Values, from: Date) -> Result<()> {
    let part = parts::find(part).ok_or(Error::NotFound)?;
    parts::add(tx, id, part, &row, Some(from)).await?;
    Ok(())
}

/// What no single field can say; a dry run asks it too.
pub fn check(v: &Values, today: Date) -> Result<(), Problems> {
    let mut bad = Problems::default();
    match (v.date("born_on"), v.date("expected_on")) {
        (None, None) => {
            bad.add(
                "born_on",
                "生年月日を入力してください。出生前のときは出産予定日を入力してください",
            );
        }
        (Some(born), _) if born > today => {
            bad.add(
                "born_on",
                "生年月日が先の日付です。出生前のときは出産予定日に入力してください",
            );
        }
        (Some(_), _) if !v.is_given("given") => {
            bad.add(
                "given",
                "名を入力してください。まだ決まっていないときは「未定」と入力してください",
            );
        }
        _ => {}
    }
    if v.is_given("carer_name") && !v.is_given("relation") {
        bad.add("relation", "保護者の続柄を選んでください");
    }
    if bad.is_empty() { Ok(()) } else { Err(bad) }
}

pub(crate) async fn next_number(tx: &mut Tx) -> Result<ClientNumber> {
    let (last,): (i64,) =
        tx.one("update client_numbers set last = last + 1 returning last", args![]).await?;
    Ok(ClientNumber::from_row(last))
}

enum Saved {
    New(ClientNumber),
    /// Nothing was saved: somebody similar is already there.
    Similar(Vec<Summary>, Problems),
}

async fn save(app: &App, actor: &Actor, entry: &Entry) -> Result<Saved> {
    let values = form().read(entry, &app.codes)?;
    check(&values, actor.today())?;
    if !values.yes("sure") {
        let mut read = app.read(actor).await?;
        let similar = alike::similar(&mut read, &values).await?;
        if let Some(said) = similar.words() {
            let bad = Problems::one("sure", said);
            return Ok(Saved::Similar(similar.people, bad));
        }
    }
    let mut tx = app.write(actor).await?;
    let new = enrol(&mut tx, &values).await?;
    drafts::drop(&mut tx, DRAFT, entry.get("_subject")).await?;
    tx.leads_to(onward(entry, new.number));
    tx.commit().await?;
    Ok(Saved::New(new.number))
}

fn view(
    app: &App,
    actor: &Actor,
    entry: &Entry,
    bad: &Problems,
    similar: Vec<Summary>,
) -> EnrolPage {
    let mut form = form().view(entry, bad, &app.codes, &Options::new());
    // The check mark is asked only of somebody who was shown who is similar.
    if bad.of("sure").is_none() && entry.get("sure").is_empty() {
        form.fields.retain(|f| f.name != "sure");
    }
    let title = match form.problems.len() {
        0 => form.title.to_owned(),
        n => format!("エラー {n}か所：{}", form.title),
    };
    let back = entry.get("return").to_owned();
    EnrolPage { page: app.page(actor, title, "/clients"), form, similar, back }
}

#[derive(Template)]
#[template(path = "clients/enrol.html")]
struct EnrolPage {
    page: Page,
    form: FormView,
    similar: Vec<Summary>,
    back: String,
}
