//! The support team on a page: who is in touch, since when; joining and leaving.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::{Summary, see, team};
use crate::access::Actor;
use crate::audit::Event;
use crate::store::{FromRow, Read, Tx};
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page,
};
use crate::{args, visible};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
) -> Result<Response> {
    let view = view(&app, &actor, &number, &Entry::default(), &Problems::default()).await?;
    app.viewed(&actor, Event::new("view", "team", &view.client.id).about(&view.client.id)).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match join(&app, &actor, &number, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/clients/{number}/team")).into_response()),
        Err(Error::Refused(bad)) => {
            let view = view(&app, &actor, &number, &entry, &bad).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(view.render()?)).into_response())
        }
        Err(e) => Err(e),
    }
}

/// `POST .../team/{member}/leave`: from today the organisation is no longer in the team.
pub async fn leave(
    State(app): State<App>,
    actor: Actor,
    Path((number, member)): Path<(String, String)>,
    Submitted(_): Submitted,
) -> Result<Response> {
    let client = see(&mut app.read(&actor).await?, &number).await?;
    let mut tx = app.write(&actor).await?;
    team::leave(&mut tx, &client.id, &member, actor.today()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/clients/{number}/team")).into_response())
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("organisation", "機関", Kind::Record).required(),
        Field::new("role", "チームでの役割", Kind::Select("team_role")).required(),
        Field::new("from", "いつから", Kind::Date).help("空けておくときょうからになります。"),
    ];
    Form::new("team", "チームに加える", fields)
}

async fn join(app: &App, actor: &Actor, number: &str, entry: &Entry) -> Result<()> {
    see(&mut app.read(actor).await?, number).await?;
    let values = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    let client = see(&mut tx, number).await?;
    add(&mut tx, &client, &values).await?;
    Ok(tx.commit().await?)
}

/// An organisation of the ward joins the team of a person whose case is open.
pub async fn add(tx: &mut Tx, client: &Summary, values: &Values) -> Result<String> {
    if client.closed_on.is_some() {
        return Err(Error::refused(
            "",
            "終結した人のチームは変えられません。先に終結を取りやめてください",
        ));
    }
    let today = tx.actor.today();
    let from = values.date("from").unwrap_or(today);
    if from > today {
        return Err(Error::refused(
            "from",
            "先の日付は入れられません。その日が来てから記録してください",
        ));
    }
    let organisation = values.text("organisation");
    if !offered(tx).await?.iter().any(|(id, _)| id == organisation) {
        return Err(Error::refused("organisation", "機関は、画面にあるものから選び直してください"));
    }
    team::join(tx, &client.id, organisation, None, values.text("role"), from).await
}

/// The bodies of the actor's controller that are still open.
async fn offered(read: &mut Read) -> Result<Vec<(String, String)>> {
    let controller = read.actor.controller_id.clone();
    Ok(read
        .all(
            "select id, name from organisations where controller_id = $1 and closed_on is null
               and kind not in ('family', 'prefecture') order by kana, name, id",
            args![controller],
        )
        .await?)
}

/// チームの一員. One organisation in one role.
#[derive(Debug, FromRow)]
pub struct Member {
    pub id: String,
    pub organisation: String,
    pub phone: String,
    pub person: Option<String>,
    pub role: String,
    pub valid_from: String,
    pub valid_until: Option<String>,
    /// Consents for support that hold today.
    pub consents: i64,
    /// Works for the controller itself or by its commission: needs no consent.
    pub inside: i64,
}

impl Member {
    fn since(&self) -> String {
        self.valid_from.parse().map_or_else(|_| String::new(), civil::format_era)
    }

    fn until(&self) -> String {
        let until = self.valid_until.as_deref().and_then(|d| d.parse().ok());
        until.map(civil::format_era).unwrap_or_default()
    }
}

pub async fn members(read: &mut Read, client_id: &str) -> Result<Vec<Member>> {
    Ok(read
        .see_all(
            concat!(
                "select m.id, o.name as organisation, o.phone, a.name as person, m.role, ",
                "m.valid_from, m.valid_until, ",
                "(select count(*) from consents k where k.client_id = m.client_id ",
                "and k.recipient_id = m.organisation_id and k.purpose = 'support' ",
                "and k.voided_at is null and k.withdrawn_on is null and k.valid_from <= $5 ",
                "and (k.valid_until is null or k.valid_until > $5)) as consents, ",
                "cast(case when o.kind in ('ward', 'centre', 'health_centre', 'support_office') ",
                "then 1 else 0 end as bigint) as inside from team_members m ",
                "join organisations o on o.id = m.organisation_id ",
                "left join accounts a on a.id = m.account_id ",
                "where m.client_id = $6 and m.voided_at is null and ",
                visible!("m.client_id", "identity"),
                " order by case when m.valid_until is null then 0 else 1 end, m.valid_from, m.id"
            ),
            args![client_id],
        )
        .await?)
}

async fn view(
    app: &App,
    actor: &Actor,
    number: &str,
    entry: &Entry,
    bad: &Problems,
) -> Result<TeamPage> {
    let mut read = app.read(actor).await?;
    let client = see(&mut read, number).await?;
    let members = members(&mut read, &client.id).await?;
    let offers = Options::from([("organisation", offered(&mut read).await?)]);
    let edits = client.closed_on.is_none()
        && app.access.allows(actor.role, "POST", "/clients/{number}/team");
    let form = form().view(entry, bad, &app.codes, &offers);
    let title =
        if form.problems.is_empty() { "支援チーム" } else { "エラー：支援チーム" };
    let page = app.page(actor, format!("{title}：{number}"), "/clients");
    let codes = app.codes.clone();
    Ok(TeamPage { page, client, members, edits, form, codes })
}

#[derive(Template)]
#[template(path = "clients/team_page.html")]
struct TeamPage {
    page: Page,
    client: Summary,
    members: Vec<Member>,
    edits: bool,
    form: FormView,
    codes: std::sync::Arc<crate::codes::Codes>,
}
