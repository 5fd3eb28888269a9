//! 担当を決める: the proposal with reasons for and against, and the decision with its own reason.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::propose::{Candidate, propose};
use super::rules::{Rules, cases};
use super::waiting::{self, Waiting};
use super::{people, team};
use crate::access::Actor;
use crate::audit::Event;
use crate::codes::Codes;
use crate::store::{Read, Tx};
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Page, Result, Submitted, Values};
use crate::{args, visible};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    show(&app, &actor, &id, Sent::default()).await
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to("/assignments?done=assigned").into_response()),
        Err(Error::Refused(bad)) => {
            show(&app, &actor, &id, Sent { decision: Some((&entry, &bad)), withdrawal: None }).await
        }
        Err(e) => Err(e),
    }
}

pub async fn withdraw(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save_withdrawal(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to("/assignments?done=withdrawn").into_response()),
        Err(Error::Refused(bad)) => {
            show(&app, &actor, &id, Sent { decision: None, withdrawal: Some((&entry, &bad)) }).await
        }
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    Form::new(
        "assignment",
        "担当を決める",
        vec![
            Field::new("account", "担当する人", Kind::Record).required(),
            Field::new("kind", "担当の種類", Kind::Code("assignment_kind")).required(),
            weight_field(),
            Field::new("starts_on", "担当を始める日", Kind::Date).required(),
            Field::new("reason", "この人に決めた理由", Kind::Long(1000))
                .required()
                .help("候補の一番上でない人に決めたときも、あとで読む人にわかるように書きます。"),
        ],
    )
}

pub(super) fn weight_field() -> Field {
    let kind = Kind::Number { min: 10, max: 500, unit: "（100で1件分）" };
    let field = Field::new("weight", "担当の重み", kind).required();
    field.help("手のかかり方に合わせて直せます。")
}

pub fn withdrawal_form() -> Form {
    let why = Field::new("withdraw_reason", "取り下げる理由", Kind::Text(200)).required();
    Form::new("withdrawal", "依頼を取り下げる", vec![why])
}

/// Decides a request: the assignment with the proposal as it stood, the support team, the request.
pub async fn decide(tx: &mut Tx, request_id: &str, codes: &Codes, v: &Values) -> Result<String> {
    let request = waiting::one(tx, request_id).await?;
    let considered = proposal(tx, &request, codes).await?;
    let candidate = choose(&request, &considered, v)?;
    take_request(tx, &request).await?;
    let id = insert(tx, &request, candidate, &considered, v).await?;
    let from = v.date("starts_on").unwrap_or_else(|| tx.actor.today());
    let member = (candidate.organisation_id.as_str(), Some(candidate.account_id.as_str()));
    team::join(tx, &request.client_id, member, "coordinator", from).await?;
    let fields = "account,kind,weight,reason,considered";
    let event = Event::new("assign", "assignment", &id).about(&request.client_id);
    tx.record(event.fields(fields)).await?;
    Ok(id)
}

fn choose<'a>(request: &Waiting, considered: &'a [Candidate], v: &Values) -> Result<&'a Candidate> {
    if !request.open {
        return Err(already());
    }
    if request.closed {
        return Err(Error::refused("", "終結した人です。担当は決められません"));
    }
    if v.date("starts_on").zip(request.received_on).is_some_and(|(starts, asked)| starts < asked) {
        let why = "担当を始める日が、依頼を受け付けた日より前です。年と月を確かめてください";
        return Err(Error::refused("starts_on", why));
    }
    let chosen = considered.iter().find(|c| c.account_id == v.text("account"));
    let chosen = chosen.ok_or_else(|| {
        Error::refused("account", "担当する人を、画面にある候補から選び直してください")
    })?;
    match chosen.on_leave {
        true => Err(Error::refused("account", "休み中の人です。ほかの人を選んでください")),
        false => Ok(chosen),
    }
}

fn already() -> Error {
    Error::refused(
        "",
        "この依頼は、すでに決まったか、取り下げられています。担当のページを開き直してください",
    )
}

/// The request is decided once: who comes second is told so.
async fn take_request(tx: &mut Tx, request: &Waiting) -> Result<()> {
    let actor = tx.actor.clone();
    let taken = tx
        .exec(
            "update case_requests set decided_at = $2, decided_by = $3
             where id = $1 and decided_at is null and withdrawn_at is null",
            args![request.id, actor.at, actor.account_id],
        )
        .await?;
    if taken == 1 { Ok(()) } else { Err(already()) }
}

async fn insert(
    tx: &mut Tx,
    request: &Waiting,
    candidate: &Candidate,
    considered: &[Candidate],
    v: &Values,
) -> Result<String> {
    if v.text("kind") == "main" && has_main(tx, &request.client_id).await? {
        let why = "すでに主担当がいます。替えるときは引継ぎをしてください";
        return Err(Error::refused("kind", why));
    }
    let (id, actor) = (Uuid::now_v7().to_string(), tx.actor.clone());
    let considered = serde_json::to_string(considered).unwrap_or_default();
    tx.exec(
        "insert into assignments (id, client_id, account_id, organisation_id, kind, weight, reason,
           request_id, considered, valid_from, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        args![
            id,
            request.client_id,
            candidate.account_id,
            candidate.organisation_id,
            v.text("kind"),
            v.int("weight"),
            v.text("reason"),
            request.id,
            considered,
            v.date("starts_on"),
            actor.at,
            actor.account_id
        ],
    )
    .await?;
    Ok(id)
}

async fn has_main(tx: &mut Tx, client_id: &str) -> Result<bool> {
    let (n,): (i64,) = tx
        .see_one(
            concat!(
                "select count(*) from assignments g where g.client_id = $6 and g.kind = 'main'",
                " and g.voided_at is null and (g.valid_until is null or g.valid_until > $5) and ",
                visible!("g.client_id", "identity")
            ),
            args![client_id],
        )
        .await?;
    Ok(n > 0)
}

pub async fn withdraw_request(tx: &mut Tx, id: &str, v: &Values) -> Result<()> {
    let request = waiting::one(tx, id).await?;
    let actor = tx.actor.clone();
    let done = tx
        .exec(
            "update case_requests set withdrawn_at = $2, withdrawn_by = $3, withdraw_reason = $4
             where id = $1 and decided_at is null and withdrawn_at is null",
            args![id, actor.at, actor.account_id, v.text("withdraw_reason")],
        )
        .await?;
    if done != 1 {
        return Err(already());
    }
    let event = Event::new("withdraw", "case_request", id).about(&request.client_id);
    Ok(tx.record(event.fields("withdraw_reason")).await?)
}

/// The candidates for a request as things stand.
pub async fn proposal(read: &mut Read, request: &Waiting, codes: &Codes) -> Result<Vec<Candidate>> {
    let (rules, today) = (Rules::official()?, read.actor.today());
    let people = people::on_duty(read).await?;
    let siblings = waiting::siblings(read, &request.client_id).await?;
    Ok(propose(&request.case(&rules, siblings), &people, &rules, codes, today))
}

async fn save(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let v = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    decide(&mut tx, id, &app.codes, &v).await?;
    Ok(tx.commit().await?)
}

async fn save_withdrawal(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let v = withdrawal_form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    withdraw_request(&mut tx, id, &v).await?;
    Ok(tx.commit().await?)
}

/// How many candidates stand open; the others are one click away.
const SHOWN: usize = 5;

/// What came back with problems, of the page's two forms.
#[derive(Default)]
struct Sent<'a> {
    decision: Option<(&'a Entry, &'a Problems)>,
    withdrawal: Option<(&'a Entry, &'a Problems)>,
}

async fn show(app: &App, actor: &Actor, id: &str, sent: Sent<'_>) -> Result<Response> {
    let mut read = app.read(actor).await?;
    let request = waiting::one(&mut read, id).await?;
    let candidates = proposal(&mut read, &request, &app.codes).await?;
    drop(read);
    app.viewed(actor, Event::new("view", "case_request", id).about(&request.client_id)).await?;
    let view = view(app, actor, request, candidates, &sent)?;
    let wrong = view.form.problems.len() + view.withdrawal.problems.len();
    let status = if wrong > 0 { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, Html(view.render()?)).into_response())
}

fn view(
    app: &App,
    actor: &Actor,
    request: Waiting,
    candidates: Vec<Candidate>,
    sent: &Sent<'_>,
) -> Result<Decide> {
    let (weight, heavier) = Rules::official()?.weigh(&request.facts);
    let mut start = Entry::default();
    start.set("kind", "main");
    start.set("weight", weight.to_string());
    start.set("starts_on", actor.today().to_string());
    let (none, fine) = (Entry::default(), Problems::default());
    let (entry, bad) = sent.decision.unwrap_or((&start, &fine));
    let form = form().view(entry, bad, &app.codes, &Options::new());
    let (e, b) = sent.withdrawal.unwrap_or((&none, &fine));
    let withdrawal = withdrawal_form().view(e, b, &app.codes, &Options::new());
    let chosen = entry.get("account").to_owned();
    let hidden_choice = candidates.iter().skip(SHOWN).any(|c| c.account_id == chosen);
    let wrong = form.problems.len() + withdrawal.problems.len();
    let title = match wrong {
        0 => "担当を決める".to_owned(),
        n => format!("エラー {n}か所：担当を決める"),
    };
    Ok(Decide {
        page: app.page(actor, title, "/assignments"),
        chosen,
        hidden_choice,
        words: Words::of(&request, &app.codes),
        weight: cases(weight),
        heavier,
        request,
        candidates,
        form,
        withdrawal,
    })
}

/// 依頼の見出し. The codes of a request in words.
#[derive(Clone, Debug)]
pub struct Words {
    pub area: String,
    pub cares: String,
    pub needs: String,
    pub received_on: String,
}

impl Words {
    pub fn of(request: &Waiting, codes: &Codes) -> Self {
        let list = |name: &str, of: &[String]| {
            of.iter().map(|c| codes.label(name, c).to_owned()).collect::<Vec<_>>().join("、")
        };
        Self {
            area: codes.label("area", &request.area).to_owned(),
            cares: list("care_kind", &request.facts.cares),
            needs: list("skill", &request.needs),
            received_on: request.received_on.map(civil::format_era).unwrap_or_default(),
        }
    }
}

#[derive(Template)]
#[template(path = "coordinators/assign.html")]
struct Decide {
    page: Page,
    request: Waiting,
    words: Words,
    candidates: Vec<Candidate>,
    chosen: String,
    /// The chosen one stands among those folded away.
    hidden_choice: bool,
    weight: String,
    heavier: Vec<String>,
    form: FormView,
    withdrawal: FormView,
}
