//! だれが見たか: every look at a person's record and every change of it, newest first.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use civil::Instant;
use serde::Deserialize;

use super::who::{Who, who};
use crate::access::{Actor, Reach, Role, escape};
use crate::audit::{EMERGENCY, Event, words};
use crate::codes::Codes;
use crate::store::{FromRow, Read};
use crate::visible;
use crate::web::{App, Page, Result, page};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let who = who(&app, &mut read, &number, "/clients/{number}/looks").await?;
    let (looks, next) = page_of(&mut read, &who, &asked.before, PAGE).await?;
    drop(read);
    app.viewed(&actor, Event::new("view", "looks", &who.summary.id).about(&who.summary.id)).await?;
    let title = format!("閲覧の記録 {}", who.number);
    let codes = app.codes.clone();
    page(Looks { page: app.page(&actor, title, "/clients"), who, looks, next, codes })
}

/// どこから先を見るか: the key of the last line of the page before.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub before: String,
}

/// 閲覧・操作の一行.
#[derive(Clone, Debug, FromRow)]
pub struct Look {
    at: String,
    writer_id: String,
    seq: i64,
    role: String,
    verb: String,
    noun: String,
    name: Option<String>,
    organisation: Option<String>,
    title: Option<String>,
    basis: String,
    emergency: Option<String>,
}

const PAGE: i64 = 100;

/// So many looks and the key of the next, if there is one.
pub async fn page_of(
    read: &mut Read,
    who: &Who,
    before: &str,
    size: i64,
) -> Result<(Vec<Look>, Option<String>)> {
    let mut found = looks(read, who, before, size + 1).await?;
    let more = found.len() as i64 > size;
    found.truncate(size as usize);
    let next = found.last().filter(|_| more).map(|l| escape(&l.key()));
    Ok((found, next))
}

/// The newest of the person's record and of those that were merged into it.
pub async fn looks(read: &mut Read, who: &Who, before: &str, limit: i64) -> Result<Vec<Look>> {
    let id = &who.summary.id;
    let mut all = looks_at(read, id, id, before, limit).await?;
    for merged in &who.merged {
        all.extend(looks_at(read, id, merged, before, limit).await?);
    }
    if !who.merged.is_empty() {
        all.sort_by(|a, b| b.nth().cmp(&a.nth()));
        all.truncate(limit as usize);
    }
    Ok(all)
}

/// Of one record: the index has them in this order, so no more are read than are shown, however
/// often somebody looked.
async fn looks_at(
    read: &mut Read,
    client_id: &str,
    record: &str,
    before: &str,
    limit: i64,
) -> Result<Vec<Look>> {
    let key: Vec<&str> = before.splitn(3, '~').collect();
    let (at, writer, seq) = match key[..] {
        [at, writer, seq] => (at, writer, seq.parse().unwrap_or(0)),
        _ => ("9999", "", 0_i64),
    };
    let rows = read
        .see_all(
            concat!(
                "select e.at, e.writer_id, e.seq, e.role, e.verb, e.noun, a.name,
                   o.name as organisation, p.title, e.basis, g.reason as emergency
                 from audit_events e
                 left join emergencies g on g.id = case when e.noun = 'emergency'
                   then e.record_id else substr(e.basis, 11) end
                 left join accounts a on a.id = e.account_id
                 left join posts p on p.id = e.post_id
                 left join organisations o on o.id = e.organisation_id
                 where e.client_id = $7 and (e.at, e.writer_id, e.seq) < ($8, $9, $10)
                   and (select coalesce(m.merged_into, m.id) from clients m where m.id = $7) = $6
                   and ",
                visible!("cast($6 as text)", "identity"),
                " order by e.at desc, e.writer_id desc, e.seq desc limit cast($11 as bigint)"
            ),
            crate::args![client_id, record, at, writer, seq, limit],
        )
        .await?;
    Ok(rows)
}

impl Look {
    fn nth(&self) -> (&str, &str, i64) {
        (&self.at, &self.writer_id, self.seq)
    }

    fn key(&self) -> String {
        format!("{}~{}~{}", self.at, self.writer_id, self.seq)
    }

    pub fn time(&self) -> String {
        let Ok(at) = self.at.parse::<Instant>() else { return self.at.clone() };
        let t = at.civil_time();
        let day = civil::format_with_weekday(at.civil_date());
        format!("{day}{}:{:02}", t.hour(), t.minute())
    }

    /// Office and name, for the family.
    pub fn office_and_name(&self) -> String {
        format!("{}　{}", self.place(), self.who()).trim().to_owned()
    }

    /// A family's account is not named to anybody.
    pub fn who(&self) -> String {
        match Role::from_code(&self.role) {
            Some(Role::Family) => "ご家族のアカウント".to_owned(),
            Some(_) => self.name.clone().unwrap_or_default(),
            None => "プログラム".to_owned(),
        }
    }

    pub fn place(&self) -> String {
        match Role::from_code(&self.role) {
            Some(Role::Family) | None => String::new(),
            Some(role) => {
                let title = self.title.clone().filter(|t| !t.is_empty());
                let post = title.unwrap_or_else(|| role.label().to_owned());
                format!("{} {post}", self.organisation.as_deref().unwrap_or_default())
            }
        }
    }

    /// In which way they could see it, in plain words.
    pub fn why(&self, codes: &Codes) -> String {
        if let Some(reason) = &self.emergency {
            return format!("緊急閲覧（{}）", codes.label("emergency_reason", reason));
        }
        let plain = match Role::from_code(&self.role).map(Role::reach) {
            Some(Reach::Controller) => "区の仕事として",
            Some(Reach::Team) => "支援チームの一員として",
            Some(Reach::Consented) => "ご家族の同意により",
            Some(Reach::Family) => "ご家族として",
            _ => "仕組みの動作として",
        };
        plain.to_owned()
    }

    pub fn is_emergency(&self) -> bool {
        self.emergency.is_some() || self.basis.starts_with(EMERGENCY)
    }

    pub fn what(&self) -> String {
        words::said(&self.verb, &self.noun)
    }
}

#[derive(Template)]
#[template(path = "clients/looks.html")]
struct Looks {
    page: Page,
    who: Who,
    looks: Vec<Look>,
    next: Option<String>,
    codes: std::sync::Arc<Codes>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::parts;

    #[test]
    fn a_change_of_every_part_is_said_in_words() {
        for part in parts::all() {
            assert_ne!(words::noun(part.table), part.table);
        }
    }
}
