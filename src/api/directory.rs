//! 職員と機関: the ids that requests name somebody or some body by.

use axum::extract::State;

use super::call::{Call, Outcome};
use super::operation::{Operation, example, schema};
use super::paging::{self, Listed, Order};
use crate::shape;
use crate::staff::{colleagues, organisations};
use crate::web::App;

pub const COLLEAGUES: Operation = Operation {
    form: |_, _| paging::form(vec![]),
    ..Operation::reads(
        "/api/v1/colleagues",
        "listColleagues",
        "同じ機関の職員の番号を読む",
        "read:directory",
    )
    .answers(schema::<Listed<Named>>, example::<Listed<Named>>)
};

pub const ORGANISATIONS: Operation = Operation {
    path: "/api/v1/organisations",
    id: "listOrganisations",
    title: "機関の番号を読む",
    ..COLLEAGUES
};

pub async fn get_colleagues(State(app): State<App>, call: Call) -> Outcome {
    let found = colleagues::offered(&mut app.read(&call.actor).await?).await?;
    named(&call, found)
}

pub async fn get_organisations(State(app): State<App>, call: Call) -> Outcome {
    let found = organisations::offered(&mut app.read(&call.actor).await?).await?;
    named(&call, found)
}

shape! {
    /// 番号と名前.
    pub struct Named {
        id: String = "番号（依頼の中で使うもの）", "0199f0c2-0000-7000-8000-000000000003";
        name: String = "名前", "高橋 由美";
    }
}

/// In the order of their ids: names change, and a page must go on where it ended.
fn named(call: &Call, mut found: Vec<(String, String)>) -> Outcome {
    found.sort();
    let key = |(id, _): &(String, String)| id.clone();
    let make = |(id, name)| Named { id, name };
    call.page(&paging::of_all(call, found, Order::Up, key, make))
}
