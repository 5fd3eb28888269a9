//! 監査: what was done, by ids and numbers. Names of clients and families are on no line.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use civil::{Date, Instant};
use kana::ClientNumber;
use serde::Deserialize;

use super::{EMERGENCY, Event, words};
use crate::access::{Actor, Role};
use crate::args;
use crate::staff::organisations;
use crate::store::{Arg, FromRow, Read};
use crate::web::form::Problems;
use crate::web::{App, Error, Page, Result, page, refused};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    match look(&app, &actor, asked.clone()).await {
        Ok(shown) => page(shown),
        Err(Error::Refused(bad)) => refused(empty(&app, &actor, asked, bad).await?),
        Err(e) => Err(e),
    }
}

/// 絞り込み. Joined by "and"; `before` is the key of the last line of the page before.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub from: String,
    pub until: String,
    pub verb: String,
    pub role: String,
    pub organisation: String,
    pub client: String,
    /// The login of the account.
    pub account: String,
    /// One of [`words::KINDS`].
    pub kind: String,
    pub before: String,
}

/// 記録の一行.
#[derive(Clone, Debug, FromRow)]
pub struct Line {
    pub writer_id: String,
    pub seq: i64,
    at: String,
    role: String,
    verb: String,
    noun: String,
    record_id: String,
    fields: String,
    basis: String,
    organisation: Option<String>,
    name: Option<String>,
    account_id: Option<String>,
    number: Option<i64>,
}

const PAGE: usize = 100;
/// So many lines fit into one file; more is asked for in parts.
pub(super) const FILE_LINES: i64 = 10_000;

/// Where the lines come from: `$1` controller, `$2..$9` what was asked.
macro_rules! asked_for {
    () => {
        " from audit_events e
          left join organisations o on o.id = e.organisation_id
          left join accounts a on a.id = e.account_id
          left join clients c on c.id = e.client_id
          where e.controller_id in ($1, '') and e.at >= $2 and e.at < $3
            and ($4 = '' or e.verb = $4) and ($5 = '' or e.role = $5)
            and ($6 = '' or e.organisation_id = $6) and ($7 = 0 or c.number = $7)
            and ($8 = '' or a.login = $8)
            and ($9 = '' or ($9 = 'failed' and e.verb = 'fail')
              or ($9 = 'exports' and e.verb in ('export', 'print'))
              or ($9 = 'emergency' and (e.noun = 'emergency' or e.basis like 'emergency %')))"
    };
}

/// What stands for `$1..$9`.
fn wanted(read: &Read, asked: &Asked) -> Result<Vec<Arg<'static>>> {
    let (from, until, number) = limits(asked)?;
    let text = |t: &str| Arg::Text(Some(t.trim().to_owned().into()));
    Ok(vec![
        text(&read.actor.controller_id),
        text(&from),
        text(&until),
        text(&asked.verb),
        text(&asked.role),
        text(&asked.organisation),
        Arg::Int(Some(number)),
        text(&asked.account),
        text(&asked.kind),
    ])
}

/// The newest first, after the line asked for.
pub async fn events(read: &mut Read, asked: &Asked, limit: i64) -> Result<Vec<Line>> {
    let mut args = wanted(read, asked)?;
    let key: Vec<&str> = asked.before.splitn(3, '~').collect();
    let (at, writer, seq) = match key[..] {
        [at, writer, seq] => (at, writer, seq.parse().unwrap_or(0)),
        _ => ("9999", "", 0_i64),
    };
    args.extend_from_slice(args![at, writer, seq, limit]);
    const SQL: &str = concat!(
        "select e.writer_id, e.seq, e.at, e.role, e.verb, e.noun, e.record_id, e.fields,
           e.basis, o.name as organisation, a.name, e.account_id, c.number",
        asked_for!(),
        " and (e.at < $10 or (e.at = $10 and (e.writer_id < $11
           or (e.writer_id = $11 and e.seq < $12))))
         order by e.at desc, e.writer_id desc, e.seq desc limit cast($13 as bigint)"
    );
    Ok(read.all(SQL, &args).await?)
}

/// How many lines there are in all: for a period, not for the whole past.
pub async fn count(read: &mut Read, asked: &Asked) -> Result<i64> {
    let args = wanted(read, asked)?;
    let (n,): (i64,) = read.one(concat!("select count(*)", asked_for!()), &args).await?;
    Ok(n)
}

/// First instant, instant after the last, running number of a client (0: all).
fn limits(asked: &Asked) -> Result<(String, String, i64)> {
    let mut bad = Problems::default();
    let mut day = |field: &str, text: &str| -> Option<Date> {
        if text.trim().is_empty() {
            return None;
        }
        let read = civil::parse_date(text.trim());
        read.map_err(|e| bad.add(field, format!("日付を読めません。{e}"))).ok()
    };
    let from = day("from", &asked.from);
    let until = day("until", &asked.until).map(|d| d.tomorrow().unwrap_or(d));
    let mut number = 0;
    if !asked.client.trim().is_empty() {
        match ClientNumber::parse(asked.client.trim()) {
            Ok(n) => number = i64::from(n.running()),
            Err(e) => bad.add("client", e.to_string()),
        }
    }
    if !bad.is_empty() {
        return Err(Error::Refused(bad));
    }
    let start = |d: Option<Date>, none: &str| {
        d.map_or_else(|| none.to_owned(), |d| Instant::start_of(d).to_string())
    };
    Ok((start(from, ""), start(until, "9999"), number))
}

impl Line {
    pub fn key(&self) -> String {
        format!("{}~{}~{}", self.at, self.writer_id, self.seq)
    }

    fn time(&self) -> String {
        let Ok(at) = self.at.parse::<Instant>() else { return self.at.clone() };
        let t = at.civil_time();
        let date = civil::format_short(at.civil_date());
        format!("{date} {:02}:{:02}:{:02}", t.hour(), t.minute(), t.second())
    }

    fn role(&self) -> &str {
        Role::from_code(&self.role).map_or("システム", Role::label)
    }

    /// A family's account carries the family's name: its id has to do.
    fn who(&self) -> String {
        if self.role == Role::Family.code() {
            return format!("家族 {}", self.account_id.as_deref().unwrap_or_default());
        }
        self.name.clone().unwrap_or_else(|| "プログラム".into())
    }

    /// A line of the file: what the page shows, in columns.
    pub(super) fn cells(&self) -> Vec<String> {
        vec![
            self.time(),
            self.organisation.clone().unwrap_or_default(),
            self.role().to_owned(),
            self.who(),
            self.what(),
            self.client(),
            self.record_id.clone(),
            self.fields.clone(),
            self.why(),
            format!("{} {}", self.writer_id, self.seq),
        ]
    }

    fn what(&self) -> String {
        words::said(&self.verb, &self.noun)
    }

    fn is_emergency(&self) -> bool {
        self.noun == "emergency" || self.basis.starts_with(EMERGENCY)
    }

    /// In which way it was allowed, where that is not the rule.
    fn why(&self) -> String {
        match self.basis.strip_prefix(EMERGENCY) {
            Some(id) => format!("緊急閲覧 {id}"),
            None => self.basis.clone(),
        }
    }

    fn client(&self) -> String {
        self.number.map_or_else(String::new, |n| ClientNumber::from_row(n).to_string())
    }
}

async fn look(app: &App, actor: &Actor, asked: Asked) -> Result<Audit> {
    let mut read = app.read(actor).await?;
    let mut lines = events(&mut read, &asked, PAGE as i64 + 1).await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let next = lines.last().filter(|_| more).map(|l| asked.older(&l.key()));
    drop(read);
    app.viewed(actor, Event::new("view", "audit", "")).await?;
    let mut shown = empty(app, actor, asked, Problems::default()).await?;
    (shown.lines, shown.next) = (lines, next);
    Ok(shown)
}

async fn empty(app: &App, actor: &Actor, asked: Asked, bad: Problems) -> Result<Audit> {
    let organisations = organisations::offered(&mut app.read(actor).await?).await?;
    let roles = Role::ALL.iter().map(|r| (r.code(), r.label())).collect();
    Ok(Audit {
        page: app.page(actor, "閲覧・操作の記録", "/audit"),
        asked,
        bad,
        lines: vec![],
        next: None,
        verbs: words::VERBS,
        kinds: words::KINDS,
        roles,
        organisations,
    })
}

impl Asked {
    /// The address of the page after this one, with the same filters.
    fn older(&self, key: &str) -> String {
        self.address("/audit", key)
    }

    /// The same lines as a file.
    fn file(&self) -> String {
        self.address("/audit/file", "")
    }

    fn address(&self, path: &str, key: &str) -> String {
        let pairs = [
            ("from", self.from.as_str()),
            ("until", &self.until),
            ("verb", &self.verb),
            ("role", &self.role),
            ("organisation", &self.organisation),
            ("client", &self.client),
            ("account", &self.account),
            ("kind", &self.kind),
            ("before", key),
        ];
        let given = pairs.iter().filter(|(_, v)| !v.is_empty());
        let query: Vec<_> =
            given.map(|(n, v)| format!("{n}={}", crate::access::escape(v))).collect();
        format!("{path}?{}", query.join("&"))
    }
}

#[derive(Template)]
#[template(path = "audit/list.html")]
struct Audit {
    page: Page,
    asked: Asked,
    bad: Problems,
    lines: Vec<Line>,
    next: Option<String>,
    verbs: &'static [(&'static str, &'static str)],
    kinds: &'static [(&'static str, &'static str)],
    roles: Vec<(&'static str, &'static str)>,
    organisations: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_japanese_days_and_the_last_one_counts() {
        let asked = Asked { from: "R8.4.1".into(), until: "2026-04-01".into(), ..Asked::default() };
        let (from, until, number) = limits(&asked).unwrap();
        assert_eq!(from, "2026-03-31T15:00:00.000Z");
        assert_eq!(until, "2026-04-01T15:00:00.000Z");
        assert_eq!(number, 0);
    }

    #[test]
    fn a_day_that_is_none_and_a_number_misheard_are_told() {
        let asked =
            Asked { from: "2026-02-30".into(), client: "M-01274".into(), ..Asked::default() };
        let Err(Error::Refused(bad)) = limits(&asked) else { panic!("accepted") };
        assert!(bad.of("from").is_some() && bad.of("client").is_some());
    }
}
