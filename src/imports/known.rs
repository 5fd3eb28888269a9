//! The people and colleagues that a file may name, as far as the actor may see them. Read once a
//! check: a file has thousands of rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use civil::Instant;
use kana::{ClientNumber, search_key};

use crate::store::{FromRow, Read, Result};
use crate::{args, visible};

/// 照合の手がかり.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    people: Vec<Person>,
    by_birth: HashMap<String, Vec<usize>>,
    by_number: HashMap<u32, usize>,
    families: BTreeSet<String>,
    /// name -> account
    staff: BTreeMap<String, String>,
    /// The account that imports: in charge of a consultation that names nobody.
    pub myself: String,
    pub now: Option<Instant>,
    /// 自治体コード of the actor's controller, "" where none is set.
    pub code: String,
    /// The actor's office has a region: rows need not say one.
    pub region: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Person {
    pub number: ClientNumber,
    pub closed: bool,
    key: String,
    kana: String,
}

#[derive(FromRow)]
struct PersonRow {
    number: i64,
    family: String,
    given: Option<String>,
    family_kana: String,
    given_kana: Option<String>,
    born_on: Option<String>,
    expected_on: Option<String>,
    closed: i64,
}

impl Person {
    pub fn is_called(&self, name: &str) -> bool {
        self.key == search_key(name)
    }
}

/// Closed people count: whoever comes back is reopened, not enrolled twice. A person whose import
/// was undone does not: the corrected file must go in.
pub(super) async fn load(read: &mut Read) -> Result<Known> {
    let people: Vec<PersonRow> = read
        .see_all(
            concat!(
                "select c.number, n.family, n.given, n.family_kana, n.given_kana, b.born_on,
                   b.expected_on,
                   (select count(*) from closures x where x.client_id = c.id
                     and x.reopened_at is null) as closed
                 from clients c
                 join client_names n on n.client_id = c.id and n.voided_at is null
                   and n.valid_from <= $5 and (n.valid_until is null or n.valid_until > $5)
                 left join client_births b on b.client_id = c.id and b.voided_at is null
                   and b.valid_from <= $5 and (b.valid_until is null or b.valid_until > $5)
                 where not exists (select 1 from closures u where u.client_id = c.id
                   and u.kind = 'import_undone' and u.reopened_at is null) and ",
                visible!("c.id", "identity"),
                " order by c.number"
            ),
            args![],
        )
        .await?;
    let organisation = read.actor.organisation_id.clone();
    let staff: Vec<(String, String)> = read
        .all(
            "select a.name, a.id from accounts a where exists (select 1 from posts p
               where p.account_id = a.id and p.organisation_id = $1 and p.voided_at is null)
             order by a.id",
            args![organisation],
        )
        .await?;
    let office = "select count(*) from organisations where id = $1 and region is not null";
    let (region,): (i64,) = read.one(office, args![organisation]).await?;
    let controller = read.actor.controller_id.clone();
    let code: Option<(Option<String>,)> =
        read.maybe("select code from controllers where id = $1", args![controller]).await?;
    let mut known = Known {
        code: code.and_then(|c| c.0).unwrap_or_default(),
        myself: read.actor.account_id.clone(),
        now: Some(read.actor.at),
        region: region > 0,
        ..Known::default()
    };
    for row in people {
        let name = format!("{}{}", row.family, row.given.unwrap_or_default());
        let kana = format!("{}{}", row.family_kana, row.given_kana.unwrap_or_default());
        let day = row.born_on.or(row.expected_on);
        known.add(row.number, (&name, &kana), day.as_deref(), row.closed > 0);
        known.families.extend([row.family, row.family_kana]);
    }
    known.staff = staff.into_iter().collect();
    Ok(known)
}

impl Known {
    pub fn add(&mut self, running: i64, name: (&str, &str), day: Option<&str>, closed: bool) {
        let number = ClientNumber::from_row(running);
        let at = self.people.len();
        let (key, kana) = (search_key(name.0), search_key(name.1));
        self.people.push(Person { number, closed, key, kana });
        self.by_number.insert(number.running(), at);
        if let Some(day) = day {
            self.by_birth.entry(day.to_owned()).or_default().push(at);
        }
    }

    /// Everyone of this name or reading who was born (or is expected) that day.
    pub fn same(&self, name: &str, day: civil::Date) -> Vec<&Person> {
        let key = search_key(name);
        let born = self.by_birth.get(&day.to_string()).into_iter().flatten();
        let people = born.filter_map(|at| self.people.get(*at));
        people.filter(|p| !key.is_empty() && (p.key == key || p.kana == key)).collect()
    }

    pub fn by_number(&self, typed: &str) -> Result<&Person, String> {
        let number = ClientNumber::parse(typed).map_err(|e| e.to_string())?;
        let found = self.by_number.get(&number.running()).and_then(|at| self.people.get(*at));
        found.ok_or_else(|| "この利用者番号の人は見つかりません。番号を確かめてください".into())
    }

    /// (column, message, proposal) when it is not exactly one person.
    pub fn by_name(
        &self,
        name: &str,
        born: &str,
    ) -> Result<&Person, (&'static str, String, Option<String>)> {
        let say = |key, message: &str| Err((key, message.to_owned(), None));
        if born.is_empty() {
            return say(
                "client_name",
                "同じ氏名の人がいるかもしれないため、生年月日か利用者番号も入れてください",
            );
        }
        let day = match civil::parse_date(born) {
            Ok(day) => day,
            Err(e) => {
                let proposal = super::propose::date(born);
                return Err(("client_born_on", e.to_string(), proposal));
            }
        };
        if name.is_empty() {
            return say("client_born_on", "利用者の氏名か利用者番号も入れてください");
        }
        match self.same(name, day).as_slice() {
            [one] => Ok(one),
            [] => say(
                "client_name",
                "この氏名と生年月日の人が台帳に見つかりません。先に台帳へ登録するか、匿名の相談なら氏名と生年月日を空けてください",
            ),
            _ => say(
                "client_name",
                "この氏名と生年月日の人が二人以上います。利用者番号を入れてください",
            ),
        }
    }

    /// 鈴木太郎 where 鈴木 is a family name of the registry: the longest that fits.
    pub fn split_name<'a>(&self, name: &'a str) -> Option<(&'a str, &'a str)> {
        let ends = name.char_indices().map(|(at, _)| at).skip(1);
        let fits = ends.filter(|at| self.families.contains(&name[..*at]));
        fits.last().map(|at| name.split_at(at))
    }

    pub fn colleague(&self, name: &str) -> Option<&str> {
        let key = search_key(name);
        let mut all = self.staff.iter().filter(|(n, _)| search_key(n) == key);
        all.next().map(|(_, id)| id.as_str())
    }

    pub fn colleagues(&self) -> impl Iterator<Item = &str> {
        self.staff.keys().map(String::as_str)
    }
}
