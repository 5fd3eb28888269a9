//! One promise: where it was made, who had it, and the two ways it goes on.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::list::{FollowUp, one};
use super::{done, hand_over};
use crate::access::{Actor, Reach};
use crate::args;
use crate::audit::Event;
use crate::staff::colleagues;
use crate::store::{FromRow, Read};
use crate::web::form::{Form, FormView, Options, Problems};
use crate::web::{App, Entry, Error, Page, Result, page};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let nothing = (Entry::default(), Problems::default());
    let view = view(&app, &actor, &id, ("", &nothing.0, &nothing.1)).await?;
    app.viewed(&actor, Event::new("view", "follow_up", &id).client(view.f.client_id.clone()))
        .await?;
    page(view)
}

/// The page again, with what was wrong in one of its two forms.
pub(super) async fn refused(
    app: &App,
    actor: &Actor,
    id: &str,
    sent: (&str, &Entry, &Problems),
) -> Result<Response> {
    let body = view(app, actor, id, sent).await?.render()?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(body)).into_response())
}

/// Where to go on after saving: a path of this server that the page named, or the list.
pub(super) fn back(entry: &Entry) -> String {
    let to = entry.get("_back");
    let local = to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\n', '\r']);
    if local { to.to_owned() } else { "/follow-ups".to_owned() }
}

/// A promise the actor may end or pass on: their office's, or any for the controller's staff.
pub async fn own(read: &mut Read, id: &str) -> Result<FollowUp> {
    let found = one(read, id).await?.ok_or(Error::NotFound)?;
    let (mine,): (i64,) = read
        .one(
            "select count(*) from follow_ups where id = $1 and organisation_id = $2",
            args![id, read.actor.organisation_id.clone()],
        )
        .await?;
    let reach = read.actor.role.reach();
    if mine > 0 || reach == Reach::Controller { Ok(found) } else { Err(Error::NotFound) }
}

/// 引継ぎの記録.
#[derive(Debug, FromRow)]
pub struct Handed {
    from_name: String,
    to_name: String,
    note: String,
    at: String,
}

async fn handed(read: &mut Read, id: &str) -> Result<Vec<Handed>> {
    let rows: Vec<Handed> = read
        .all(
            "select a.name as from_name, b.name as to_name, h.note, h.recorded_at as at
             from follow_up_handovers h join accounts a on a.id = h.from_id
             join accounts b on b.id = h.to_id where h.follow_up_id = $1 order by h.id",
            args![id],
        )
        .await?;
    Ok(rows)
}

async fn view(
    app: &App,
    actor: &Actor,
    id: &str,
    (which, entry, bad): (&str, &Entry, &Problems),
) -> Result<Show> {
    let mut read = app.read(actor).await?;
    let f = one(&mut read, id).await?.ok_or(Error::NotFound)?;
    let mine = own(&mut read, id).await.is_ok();
    let handed = handed(&mut read, id).await?;
    let others = colleagues::offered(&mut read).await?;
    let others = others.into_iter().filter(|(account, _)| *account != f.owner_id).collect();
    let offers: Options = [("to", others)].into();
    let (none, fine) = (Entry::default(), Problems::default());
    let shape = |form: Form, name: &str| {
        let (entry, bad) = if name == which { (entry, bad) } else { (&none, &fine) };
        form.view(entry, bad, &app.codes, &offers)
    };
    let (finish, hand) = (shape(done::form(), "done"), shape(hand_over::form(), "hand"));
    let wrong = finish.problems.len() + hand.problems.len();
    let title = if wrong > 0 {
        format!("エラー {wrong}か所：次にすること")
    } else {
        "次にすること".into()
    };
    Ok(Show {
        page: app.page(actor, title, "/follow-ups"),
        may: mine && f.is_open,
        f,
        handed,
        finish,
        hand,
    })
}

#[derive(Template)]
#[template(path = "follow_ups/show.html")]
struct Show {
    page: Page,
    f: FollowUp,
    handed: Vec<Handed>,
    may: bool,
    finish: FormView,
    hand: FormView,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_comes_back_only_to_this_server() {
        let to = |path: &str| back(&Entry(vec![("_back".into(), path.into())]));
        assert_eq!(to("/consultations/1"), "/consultations/1");
        for away in ["//evil", "http://evil", "/\\evil", ""] {
            assert_eq!(to(away), "/follow-ups");
        }
    }
}
