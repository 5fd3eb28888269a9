//! A handover as it stands, for the two wards concerned and nobody else.

use crate::args;
use crate::store::{FromRow, Read};
use crate::web::{Error, Result};

/// 転出入の引継ぎ.
#[derive(Clone, Debug, FromRow)]
pub struct Move {
    pub id: String,
    pub client_id: String,
    pub from_controller_id: String,
    pub from: String,
    pub to_controller_id: Option<String>,
    pub to_name: String,
    pub moves_on: String,
    pub note: String,
    pub sheet: String,
    pub given_by: String,
    pub given_on: String,
    pub method: String,
    pub categories: String,
    pub accepted_at: Option<String>,
    pub declined_at: Option<String>,
    pub withdrawn_at: Option<String>,
    pub why_not: Option<String>,
}

macro_rules! moves {
    ($rest:literal) => {
        concat!(
            "select m.id, m.client_id, m.from_controller_id, f.name as \"from\", m.to_controller_id,
               m.to_name, m.moves_on, m.note, m.sheet, k.given_by, k.given_on, k.method,
               k.categories, m.accepted_at, m.declined_at, m.withdrawn_at,
               coalesce(m.decline_reason, m.withdraw_reason) as why_not
             from moves m join move_consents k on k.id = m.consent_id and k.client_id = m.client_id
             join controllers f on f.id = m.from_controller_id
             where (m.from_controller_id = $1 or m.to_controller_id = $1) ",
            $rest
        )
    };
}

/// The handover, if the actor's ward is one of the two; otherwise as if unknown.
pub async fn see(read: &mut Read, id: &str) -> Result<Move> {
    let controller = read.actor.controller_id.clone();
    let row: Option<Move> = read.maybe(moves!("and m.id = $2"), args![controller, id]).await?;
    row.ok_or(Error::NotFound)
}

/// Everything this ward proposed or was proposed, the newest first.
pub async fn all(read: &mut Read) -> Result<Vec<Move>> {
    let controller = read.actor.controller_id.clone();
    let sql = moves!("order by m.recorded_at desc, m.id desc limit 200");
    Ok(read.all(sql, args![controller]).await?)
}

/// The handovers a record left by or came with.
pub async fn of(read: &mut Read, client_id: &str) -> Result<Vec<Move>> {
    let controller = read.actor.controller_id.clone();
    let sql = moves!(
        "and (m.client_id = $2 or m.new_client_id = $2) order by m.recorded_at desc, m.id desc"
    );
    Ok(read.all(sql, args![controller, client_id]).await?)
}

/// 受け入れを待つ引継ぎ, without who it is.
#[derive(Clone, Debug, FromRow)]
pub struct Incoming {
    pub id: String,
    pub from: String,
    pub moves_on: String,
}

pub async fn incoming(read: &mut Read) -> Result<Vec<Incoming>> {
    let controller = read.actor.controller_id.clone();
    Ok(read
        .all(
            "select m.id, f.name as \"from\", m.moves_on from moves m
             join controllers f on f.id = m.from_controller_id
             where m.to_controller_id = $1 and m.accepted_at is null and m.declined_at is null
               and m.withdrawn_at is null order by m.moves_on, m.id",
            args![controller],
        )
        .await?)
}

impl Move {
    pub fn is_open(&self) -> bool {
        self.accepted_at.is_none() && self.declined_at.is_none() && self.withdrawn_at.is_none()
    }

    /// (chip class, words)
    pub fn state(&self) -> (&'static str, &'static str) {
        match (&self.accepted_at, &self.declined_at, &self.withdrawn_at) {
            (Some(_), ..) => ("ok", "引き継いだ"),
            (_, Some(_), _) => ("mute", "受け入れなかった"),
            (.., Some(_)) => ("mute", "取りやめた"),
            _ => ("warn", "返事を待っている"),
        }
    }

    pub fn covers(&self, category: &str) -> bool {
        category == "identity" || self.categories.split(',').any(|c| c == category)
    }

    pub fn on(&self) -> String {
        self.moves_on.parse().map_or_else(|_| String::new(), civil::format_both)
    }

    pub fn given(&self) -> String {
        self.given_on.parse().map_or_else(|_| String::new(), civil::format_both)
    }
}
