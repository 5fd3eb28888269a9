//! The life of a record: a hidden address, custody, the family's account.

mod address;
mod family;
mod moves;

use kakehashi::access::{CATEGORIES, Role};
use kakehashi::clients::enrol::{self, Enrolled};
use kakehashi::clients::{parts, team};
use kakehashi::store::Tx;
use kakehashi::web::{Entry, Form, Values};

use crate::support::World;

pub fn values(w: &World, form: &Form, fields: &[(&str, &str)]) -> Values {
    let fields = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
    form.read(&Entry(fields.collect()), &w.app.codes).unwrap()
}

/// A child with a mother, an address and a telephone, in the team of the station, with its consent.
pub async fn child(w: &World) -> Enrolled {
    let mut tx = w.write(&w.actor(Role::Officer)).await;
    let typed = [
        ("family", "水野"),
        ("given", "はると"),
        ("family_kana", "みずの"),
        ("given_kana", "はると"),
        ("born_on", "2020-06-03"),
        ("sex", "male"),
        ("area", "east"),
        ("address", "みどり町ひみつ番地"),
        ("carer_name", "水野 由佳"),
        ("relation", "mother"),
        ("phone", "090-1234-5678"),
    ];
    let made = enrol::enrol(&mut tx, &values(w, &enrol::form(), &typed)).await.unwrap();
    let station = w.actor(Role::Operator).organisation_id;
    let on = tx.actor.today();
    team::join(&mut tx, &made.id, &station, None, "nursing_station", on).await.unwrap();
    let desk = w.actor(Role::Coordinator).organisation_id;
    team::join(&mut tx, &made.id, &desk, None, "intake", on).await.unwrap();
    let all: Vec<&str> = CATEGORIES.iter().map(|(id, _)| *id).collect();
    let consent = team::Consent {
        purpose: "support",
        recipient_id: &station,
        categories: &all,
        from: on,
        until: None,
        given_by: "母",
        given_on: on,
    };
    team::consent(&mut tx, &made.id, &consent).await.unwrap();
    tx.commit().await.unwrap();
    made
}

/// One more person of the family, from before today.
pub async fn relative(
    w: &World,
    child: &Enrolled,
    fields: &[(&str, &str)],
) -> kakehashi::web::Result<String> {
    let part = parts::find("carer").unwrap();
    let mut tx: Tx = w.write(&w.actor(Role::Officer)).await;
    let id = parts::add(&mut tx, &child.id, part, &values(w, &part.form, fields), None).await?;
    tx.commit().await.unwrap();
    Ok(id)
}
