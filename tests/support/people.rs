//! Who works in every world: for each role one seat in the ward, a second at another organisation
//! of the ward, and a third in the neighbouring ward.

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::audit::Event;
use kakehashi::store::{Db, Tx};

/// お茶の間区, the ward most tests play in.
pub const HOME: &str = "ward-home";
/// ひばり区, whose people the first ward must never see.
pub const ABROAD: &str = "ward-abroad";

/// 席. Which of the three people of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seat {
    /// In the ward.
    First,
    /// In the ward, at another organisation.
    Second,
    /// In the neighbouring ward.
    Abroad,
}

impl Seat {
    pub const ALL: [Self; 3] = [Self::First, Self::Second, Self::Abroad];

    pub fn controller(self) -> &'static str {
        if self == Self::Abroad { ABROAD } else { HOME }
    }

    fn code(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
            Self::Abroad => "abroad",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::First => "一",
            Self::Second => "二",
            Self::Abroad => "隣",
        }
    }
}

pub fn account_id(role: Role, seat: Seat) -> String {
    format!("account-{}-{}", role.code(), seat.code())
}

pub fn post_id(role: Role, seat: Seat) -> String {
    format!("post-{}-{}", role.code(), seat.code())
}

/// Officers, nurses, auditors and administrators of a seat work at the same office.
pub fn organisation_id(role: Role, seat: Seat) -> String {
    format!("org-{}-{}", office(role).0, seat.code())
}

/// (code, kind, name) of the body a role works at.
fn office(role: Role) -> (&'static str, &'static str, &'static str) {
    match role {
        Role::Coordinator => ("centre", "centre", "医療的ケア児支援センター"),
        Role::Operator => ("station", "nursing_station", "訪問看護ステーション"),
        Role::Hospital => ("hospital", "hospital", "病院"),
        Role::School => ("school", "school", "小学校"),
        Role::Family => ("family", "family", "家族"),
        Role::Prefecture => ("prefecture", "prefecture", "県庁"),
        _ => ("ward", "ward", "障害福祉課"),
    }
}

pub fn name(role: Role, seat: Seat) -> String {
    format!("{}{}", role.label(), seat.label())
}

pub fn organisation(role: Role, seat: Seat) -> String {
    format!("{}{}", office(role).2, seat.label())
}

/// Fills a fresh database; done once an engine, into the template the worlds are copied from.
pub async fn settle(db: &Db, system: &kakehashi::access::Actor) {
    let mut tx = db.write(system).await.unwrap();
    for (id, name) in [(HOME, "お茶の間区"), (ABROAD, "ひばり区")] {
        tx.exec(
            "insert into controllers (id, name, kind) values ($1, $2, 'municipality')",
            args![id, name],
        )
        .await
        .unwrap();
    }
    for role in Role::ALL {
        for seat in Seat::ALL {
            sit(&mut tx, role, seat).await;
        }
    }
    tx.record(Event::new("settle", "world", "")).await.unwrap();
    tx.commit().await.unwrap();
}

async fn sit(tx: &mut Tx, role: Role, seat: Seat) {
    let (kind, at) = (office(role).1, tx.actor.at);
    let (account, organisation_id) = (account_id(role, seat), organisation_id(role, seat));
    tx.exec(
        "insert into organisations (id, controller_id, kind, name, kana, region)
         values ($1, $2, $3, $4, 'きかん', 'ku') on conflict (id) do nothing",
        args![organisation_id, seat.controller(), kind, organisation(role, seat)],
    )
    .await
    .unwrap();
    tx.exec(
        "insert into accounts (id, login, name, kana, password_set_at, created_at)
         values ($1, $1, $2, 'なまえ', $3, $3)",
        args![account, name(role, seat), at],
    )
    .await
    .unwrap();
    tx.exec(
        "insert into posts (id, account_id, organisation_id, role, title, valid_from, recorded_at)
         values ($1, $2, $3, $4, '', '2020-04-01', $5)",
        args![post_id(role, seat), account, organisation_id, role.code(), at],
    )
    .await
    .unwrap();
}
