//! 確かめた事実: what a programme asks and the folder has no place for. Told by the family, confirmed
//! by the office with the paper that was seen, from a day on.

use ::programmes::{Catalogue, FactInfo};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;
use eligibility::Kind as FactKind;
use std::sync::Arc;
use uuid::Uuid;

use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::clients::see;
use crate::clients::who::{Who, who};
use crate::store::{FromRow, Read, Tx};
use crate::visible;
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page, refused, said,
};

type All = Extension<Arc<Catalogue>>;

pub async fn get(
    State(app): State<App>,
    Extension(all): All,
    actor: Actor,
    Path((number, fact)): Path<(String, String)>,
) -> Result<Response> {
    let none = (Entry::default(), Problems::default());
    let view = view(&app, &all, &actor, (&number, &fact), (&none.0, &none.1)).await?;
    let id = &view.who.summary.id;
    app.viewed(&actor, Event::new("view", "fact", id).about(id).fields(&fact)).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    Extension(all): All,
    actor: Actor,
    Path((number, fact)): Path<(String, String)>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &all, &actor, (&number, &fact), &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/clients/{number}/programmes")).into_response()),
        Err(e) => {
            let bad = e.problems()?;
            refused(view(&app, &all, &actor, (&number, &fact), (&entry, &bad)).await?)
        }
    }
}

/// `POST /clients/{number}/facts/{row}/void`: an answer that was wrong; it stays readable.
pub async fn void(
    State(app): State<App>,
    actor: Actor,
    Path((number, row)): Path<(String, String)>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let client = see(&mut app.read(&actor).await?, &number).await?;
    let why = entry.get("reason").trim().to_owned();
    let why = if why.is_empty() { "入力の誤り".to_owned() } else { why };
    let mut tx = app.write(&actor).await?;
    take_back(&mut tx, &client.id, &row, &why).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/clients/{number}/programmes")).into_response())
}

/// 確かめた事実の名前: a shared fact, or `programme.question`.
pub struct Asked<'a> {
    pub programme: Option<&'a str>,
    pub info: &'a FactInfo,
}

/// The fact with this name, if it may be confirmed by hand.
pub fn asked<'a>(all: &'a Catalogue, name: &'a str) -> Result<Asked<'a>> {
    let own = |(id, question): (&'a str, &str)| {
        let programme = all.find(id)?;
        let info = programme.questions.iter().find(|q| q.fact.name == question)?;
        Some(Asked { programme: Some(id), info })
    };
    let shared = || {
        let info = all.facts.find(name).and_then(|at| all.facts.list.get(at))?;
        let derived = ["day", "born_on", "awards", "birth"];
        let by_hand = !info.from.as_deref().is_some_and(|from| derived.contains(&from));
        by_hand.then_some(Asked { programme: None, info })
    };
    name.split_once('.').map_or_else(shared, own).ok_or(Error::NotFound)
}

pub fn form(info: &FactInfo) -> Form {
    let kind = match info.fact.kind {
        FactKind::Yes | FactKind::Word(_) => Kind::Record,
        FactKind::Date { .. } => Kind::Date,
        FactKind::Int { low, high } => {
            Kind::Number { min: i64::from(low), max: i64::from(high), unit: "" }
        }
    };
    let fields = vec![
        Field::new("value", "答え", kind).required(),
        Field::new("paper", "確かめた書類", Kind::Text(100))
            .help("書類の名前だけ。番号は書かないでください。"),
        Field::new("from", "いつから", Kind::Date).help("空けておくときょうからになります。"),
        Field::new("until", "いつまで", Kind::Date)
            .help("証明書の有効期間など、決まっているとき。この日までをふくみます。"),
    ];
    Form::new("fact", "答えを記録する", fields)
}

/// Records an answer; an open one before it ends on that day.
pub async fn confirm(
    tx: &mut Tx,
    client_id: &str,
    asked: &Asked<'_>,
    v: &Values,
) -> Result<String> {
    let from = v.date("from").unwrap_or_else(|| tx.actor.today());
    let until = v.date("until").map(|day| day.tomorrow().unwrap_or(day));
    if until.is_some_and(|until| until <= from) {
        return Err(Error::refused("until", "終わりの日を、始まりの日より後にしてください"));
    }
    let (value, fact) = (value_of(asked.info, v)?, asked.info.fact.name.as_str());
    let same = args![client_id, asked.programme, fact, from];
    tx.exec(
        "update client_facts set valid_until = $4
         where client_id = $1 and coalesce(programme, '') = coalesce(cast($2 as text), '')
           and fact = $3 and voided_at is null and valid_from < $4
           and (valid_until is null or valid_until > $4)",
        same,
    )
    .await?;
    let later: Vec<(String,)> = tx
        .all(
            "select valid_from from client_facts
             where client_id = $1 and coalesce(programme, '') = coalesce(cast($2 as text), '')
               and fact = $3 and voided_at is null and valid_from >= $4
               and (cast($5 as text) is null or valid_from < $5)",
            args![client_id, asked.programme, fact, from, until],
        )
        .await?;
    if !later.is_empty() {
        let text = "この期間にはもう答えがあります。取り消してから入力してください";
        return Err(Error::refused("from", text));
    }
    let (id, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "insert into client_facts (id, client_id, programme, fact, value, paper, valid_from,
           valid_until, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![id, client_id, asked.programme, fact, value, v.text("paper"), from, until, at, by],
    )
    .await?;
    tx.record(Event::new("confirm", "fact", &id).about(client_id).fields(fact)).await?;
    Ok(id)
}

async fn take_back(tx: &mut Tx, client_id: &str, row: &str, why: &str) -> Result<()> {
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let done = tx
        .exec(
            "update client_facts set voided_at = $3, voided_by = $4, void_reason = $5
             where id = $1 and client_id = $2 and voided_at is null",
            args![row, client_id, at, by, why],
        )
        .await?;
    if done == 0 {
        return Err(Error::NotFound);
    }
    Ok(tx.record(Event::new("void", "fact", row).about(client_id)).await?)
}

/// The answer as conditions count it.
fn value_of(info: &FactInfo, v: &Values) -> Result<i64> {
    let wrong = || Error::refused("value", "画面にある答えから選んでください");
    match &info.fact.kind {
        FactKind::Yes => match v.text("value") {
            "yes" => Ok(1),
            "no" => Ok(0),
            _ => Err(wrong()),
        },
        FactKind::Word(words) => {
            let place = words.iter().position(|w| w == v.text("value"));
            place.and_then(|at| i64::try_from(at).ok()).ok_or_else(wrong)
        }
        FactKind::Int { .. } => v.int("value").ok_or_else(wrong),
        FactKind::Date { .. } => {
            let day = v.date("value").ok_or_else(wrong)?;
            let (y, m, d) = (day.year(), day.month(), day.day());
            Ok(i64::from(eligibility::days_of(i32::from(y), i32::from(m), i32::from(d))))
        }
    }
}

async fn save(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    (number, fact): (&str, &str),
    entry: &Entry,
) -> Result<()> {
    let client = see(&mut app.read(actor).await?, number).await?;
    let asked = asked(all, fact)?;
    let values = form(asked.info).read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    confirm(&mut tx, &client.id, &asked, &values).await?;
    tx.leads_to(format!("/clients/{number}/programmes"));
    Ok(tx.commit().await?)
}

/// 答え. One row, in the words of the page.
#[derive(FromRow)]
pub struct Answer {
    id: String,
    value: i64,
    paper: String,
    valid_from: String,
    valid_until: Option<String>,
    recorded_at: String,
    by_name: Option<String>,
    voided_at: Option<String>,
    void_reason: Option<String>,
}

impl Answer {
    fn say(&self, info: &FactInfo) -> String {
        self.value.try_into().map_or_else(|_| String::new(), |value| info.say(value))
    }

    fn since(&self) -> String {
        let day = |d: &str| d.parse::<Date>().map_or_else(|_| d.to_owned(), civil::format_era);
        match &self.valid_until {
            Some(until) => format!("{}から{}の前日まで", day(&self.valid_from), day(until)),
            None => format!("{}から", day(&self.valid_from)),
        }
    }

    fn when(&self) -> String {
        said::moment(&self.recorded_at)
    }
}

async fn history(read: &mut Read, client_id: &str, asked: &Asked<'_>) -> Result<Vec<Answer>> {
    let rows = read
        .see_all(
            concat!(
                "select f.id, f.value, f.paper, f.valid_from, f.valid_until, f.recorded_at,
                   a.name as by_name, f.voided_at, f.void_reason
                 from client_facts f left join accounts a on a.id = f.recorded_by
                 where f.client_id = $6
                   and coalesce(f.programme, '') = coalesce(cast($7 as text), '')
                   and f.fact = $8 and ",
                visible!("f.client_id", "care"),
                " order by f.valid_from desc, f.recorded_at desc"
            ),
            args![client_id, asked.programme, asked.info.fact.name.as_str()],
        )
        .await?;
    Ok(rows)
}

async fn view(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    (number, fact): (&str, &str),
    (entry, bad): (&Entry, &Problems),
) -> Result<AnswerPage> {
    let mut read = app.read(actor).await?;
    let who = who(app, &mut read, number, "/clients/{number}/programmes").await?;
    let asked = asked(all, fact)?;
    let answers = history(&mut read, &who.summary.id, &asked).await?;
    let pair = |id: &str, label: &str| (id.to_owned(), label.to_owned());
    let choices = match &asked.info.fact.kind {
        FactKind::Yes => vec![pair("yes", "はい"), pair("no", "いいえ")],
        FactKind::Word(ids) => {
            ids.iter().zip(&asked.info.words).map(|(id, label)| pair(id, label)).collect()
        }
        _ => Vec::new(),
    };
    let options = Options::from([("value", choices)]);
    let title =
        if bad.is_empty() { "確かめた事実" } else { "エラー：確かめた事実" };
    Ok(AnswerPage {
        page: app.page(actor, format!("{title}：{number}"), "/clients"),
        form: form(asked.info).view(entry, bad, &app.codes, &options),
        info: asked.info.clone(),
        fact: fact.to_owned(),
        answers,
        who,
    })
}

#[derive(Template)]
#[template(path = "programmes/answers.html")]
struct AnswerPage {
    page: Page,
    who: Who,
    info: FactInfo,
    fact: String,
    answers: Vec<Answer>,
    form: FormView,
}
