//! 支援チーム and 最近の連絡: who is in touch, with which consent, and what was said last.

use civil::{Date, Instant};

use super::who::era;
use crate::access::CATEGORIES;
use crate::codes::Codes;
use crate::store::{FromRow, Read};
use crate::web::Result;
use crate::{visible, visible_row};

/// 支援チームの一行, with the consent of its organisation.
#[derive(Clone, Debug, FromRow)]
pub struct Member {
    pub role: String,
    pub organisation: String,
    kind: String,
    pub phone: String,
    pub name: Option<String>,
    pub valid_from: String,
    given_until: Option<String>,
    given: i64,
    withdrawn: i64,
    expired: i64,
    categories: Option<String>,
}

/// The team on a day; what consents say is said for today, because that is what counts.
pub async fn team(
    read: &mut Read,
    codes: &Codes,
    client_id: &str,
    on: Date,
) -> Result<Vec<Member>> {
    let mut rows: Vec<Member> = read
        .see_all(
            concat!(
                "select m.role, o.name as organisation, o.kind, o.phone, a.name, m.valid_from,
                   (select max(s.valid_until) from consents s where ",
                "s.client_id = c.id and s.recipient_id = o.id and s.voided_at is null
                   and s.withdrawn_on is null and s.valid_from <= $5
                   and (s.valid_until is null or s.valid_until > $5)) as given_until,
                   (select count(*) from consents s where s.client_id = c.id
                     and s.recipient_id = o.id and s.voided_at is null and s.withdrawn_on is null
                     and s.valid_from <= $5
                     and (s.valid_until is null or s.valid_until > $5)) as given,
                   (select count(*) from consents s where s.client_id = c.id
                     and s.recipient_id = o.id and s.voided_at is null
                     and s.withdrawn_on is not null) as withdrawn,
                   (select count(*) from consents s where s.client_id = c.id
                     and s.recipient_id = o.id and s.voided_at is null
                     and s.valid_until <= $5) as expired,
                   (select string_agg(k.category, ',') from consents s
                     join consent_categories k on k.consent_id = s.id
                     where s.client_id = c.id and s.recipient_id = o.id and s.voided_at is null
                       and s.purpose = 'support' and s.withdrawn_on is null and s.valid_from <= $5
                       and (s.valid_until is null or s.valid_until > $5)) as categories
                 from team_members m join clients c on c.id = m.client_id
                 join organisations o on o.id = m.organisation_id
                 left join accounts a on a.id = m.account_id
                 where c.id = $6 and m.voided_at is null and m.valid_from <= $7
                   and (m.valid_until is null or m.valid_until > $7) and ",
                visible_row!("c", "identity"),
                " order by m.valid_from, m.id"
            ),
            crate::args![client_id, on],
        )
        .await?;
    for row in &mut rows {
        row.role = codes.label("team_role", &row.role).to_owned();
    }
    Ok(rows)
}

impl Member {
    pub fn since(&self) -> String {
        era(&self.valid_from)
    }

    /// (chip class, words): the ward and its centre need no consent of this kind.
    pub fn consent(&self) -> (&'static str, &'static str) {
        match self.kind.as_str() {
            "ward" | "centre" | "health_centre" => ("plain", "区の中の仕事"),
            _ if self.given > 0 => ("ok", "同意 有効"),
            _ if self.withdrawn > 0 => ("mute", "同意 撤回"),
            _ if self.expired > 0 => ("warn", "同意 期限切れ"),
            _ => ("warn", "同意なし（記録は見えません）"),
        }
    }

    /// 「医療的ケア・機器・病名／令和9年3月31日の前日まで」.
    pub fn scope(&self) -> String {
        let given: Vec<&str> = self.categories.as_deref().unwrap_or_default().split(',').collect();
        let words = CATEGORIES.iter().filter(|(code, _)| given.contains(code)).map(|(_, w)| *w);
        let until = self.given_until.as_deref().map(|d| format!("{}の前日まで", era(d)));
        let mut all: Vec<String> = words.map(str::to_owned).collect();
        all.extend(until);
        all.join("／")
    }
}

/// 最近の連絡: a consultation or a case note.
#[derive(Clone, Debug, FromRow)]
pub struct Contact {
    pub id: String,
    at: String,
    pub kind: String,
    pub with_whom: String,
    pub text: String,
    pub author: String,
    source: String,
}

impl Contact {
    pub fn href(&self) -> String {
        let pages = if self.source == "consultation" { "consultations" } else { "case-notes" };
        format!("/{pages}/{}", self.id)
    }

    pub fn time(&self) -> String {
        let Ok(at) = self.at.parse::<Instant>() else { return self.at.clone() };
        let t = at.civil_time();
        let day = civil::format_with_weekday(at.civil_date());
        format!("{day}{}:{:02}", t.hour(), t.minute())
    }

    pub fn day(&self) -> String {
        self.at.parse::<Instant>().map(|at| at.civil_date().to_string()).unwrap_or_default()
    }

    /// The first sentences: the whole stands behind the link.
    pub fn start(&self) -> String {
        let short: String = self.text.chars().take(80).collect();
        if short.len() < self.text.len() { format!("{short}…") } else { short }
    }
}

/// The last five of both kinds.
pub async fn contacts(read: &mut Read, codes: &Codes, client_id: &str) -> Result<Vec<Contact>> {
    let mut all: Vec<Contact> = read
        .see_all(
            concat!(
                "select * from (select k.id, k.occurred_at as at, 'consultation' as source,
                     k.channel as kind, k.inquirer_kind as with_whom, k.text, a.name as author
                   from consultations k join accounts a on a.id = k.handler_id
                   where k.client_id = $6 and k.voided_at is null and ",
                visible!("cast($6 as text)", "consultation"),
                " order by k.occurred_at desc limit 5) called
                 union all select * from (select n.id, n.occurred_at as at, 'note' as source,
                     n.kind, n.with_whom, n.text, a.name as author
                   from case_notes n join accounts a on a.id = n.author_id
                   where n.client_id = $6 and n.voided_at is null and ",
                visible!("cast($6 as text)", "consultation"),
                " order by n.occurred_at desc limit 5) noted"
            ),
            crate::args![client_id],
        )
        .await?;
    all.sort_by(|a, b| (&b.at, &b.id).cmp(&(&a.at, &a.id)));
    all.truncate(5);
    for one in &mut all {
        if one.source == "consultation" {
            one.kind = format!("相談・{}", codes.label("channel", &one.kind));
            one.with_whom = codes.label("inquirer_kind", &one.with_whom).to_owned();
        } else {
            one.kind = codes.label("note_kind", &one.kind).to_owned();
        }
    }
    Ok(all)
}
