//! Who the page is about: on top of every page about one person, so that nobody is mistaken.

use civil::Date;
use kana::ClientNumber;

use super::Summary;
use super::summary::{Row, see_merged};
use crate::access::Actor;
use crate::store::{FromRow, Read};
use crate::web::{App, Error, Result};
use crate::{not_closed, summary_columns, summary_tables, visible_row};

/// 利用者の見出し: the header of a person's pages, with the warning about the same reading.
#[derive(Clone, Debug)]
pub struct Who {
    pub summary: Summary,
    /// 「令和2年（2020年）6月3日生」, or the expected date before birth.
    pub born: String,
    pub sex: String,
    /// 学年 or 時期.
    pub stage: String,
    pub in_charge: Option<InCharge>,
    pub same_reading: Vec<Namesake>,
    pub tabs: Vec<Tab>,
    pub number: String,
    /// The ids of records that were merged into this one.
    pub merged: Vec<String>,
}

/// 主担当.
#[derive(Clone, Debug)]
pub struct InCharge {
    pub name: String,
    pub organisation: String,
    pub phone: String,
    pub valid_from: String,
}

/// 読みが同じ方.
#[derive(Clone, Debug)]
pub struct Namesake {
    pub number: String,
    pub name: String,
    pub kana: String,
    pub born: String,
    pub age: String,
}

/// その利用者のほかのページ.
#[derive(Clone, Debug)]
pub struct Tab {
    pub href: String,
    pub label: &'static str,
    pub current: bool,
}

/// Shown to whoever the access table lets in.
const TABS: &[(&str, &str)] = &[
    ("/clients/{number}", "全体"),
    ("/clients/{number}/parts", "台帳"),
    ("/clients/{number}/timeline", "相談と経過"),
    ("/clients/{number}/care-score", "医療的ケアとスコア"),
    ("/clients/{number}/programmes", "使える事業"),
    ("/clients/{number}/ledger", "利用と残り"),
    ("/clients/{number}/team", "支援チーム"),
    ("/clients/{number}/assignments", "担当"),
    ("/clients/{number}/questions/new", "助言を求める"),
    ("/clients/{number}/address", "住所の非開示"),
    ("/clients/{number}/family", "家族のアカウント"),
    ("/clients/{number}/move", "転出の引継ぎ"),
    ("/clients/{number}/disclosures", "開示等の請求"),
    ("/clients/{number}/looks", "閲覧の記録"),
    ("/clients/{number}/merges", "結合"),
    ("/clients/{number}/close", "終結"),
];

/// The header for `/clients/{number}...`; a person the actor may not see is not found.
pub async fn who(app: &App, read: &mut Read, number: &str, here: &str) -> Result<Who> {
    let mut number = ClientNumber::parse(number).map_err(|_| Error::NotFound)?;
    let mut people = with_namesakes(read, number).await?;
    if people.is_empty() {
        number = see_merged(read, number).await?.number;
        people = with_namesakes(read, number).await?;
    }
    let today = read.actor.today();
    let at = people.iter().position(|p| p.summary.number == number).ok_or(Error::NotFound)?;
    let Person { summary, in_charge, merged } = people.remove(at);
    let same_reading = people.into_iter().map(|p| namesake(p.summary)).take(NAMESAKES).collect();
    let tabs = tabs(app, &read.actor, &summary.number.to_string(), here);
    Ok(Who {
        born: born(&summary),
        sex: match summary.sex.as_str() {
            "" => String::new(),
            sex => app.codes.label("sex", sex).to_owned(),
        },
        stage: stage(summary.born_on, today),
        number: summary.number.to_string(),
        in_charge,
        same_reading,
        tabs,
        merged,
        summary,
    })
}

impl InCharge {
    pub fn since(&self) -> String {
        era(&self.valid_from)
    }
}

/// A stored date as people read it.
pub(super) fn era(date: &str) -> String {
    date.parse().map_or_else(|_| date.to_owned(), civil::format_era)
}

fn born(s: &Summary) -> String {
    match (s.born_on, s.expected_on) {
        (Some(born), _) => format!("{}生", civil::format_both(born)),
        (None, Some(due)) => format!("出産予定 {}", civil::format_both(due)),
        (None, None) => "生年月日は未登録".to_owned(),
    }
}

/// School grade where there is one; before school the years are named by their class.
fn stage(born: Option<Date>, today: Date) -> String {
    let Some(born) = born.filter(|b| *b <= today) else { return "出生前".to_owned() };
    let grade = civil::school_grade_on(born, today);
    match grade {
        civil::SchoolGrade::BeforeSchool(1..=3) => format!("就学前（{}）", grade.label()),
        civil::SchoolGrade::After if civil::age_on(born, today) >= Some(20) => "成人".to_owned(),
        _ => grade.label(),
    }
}

/// So many are shown.
const NAMESAKES: usize = 5;

/// The person with this number and those whose whole reading is the same, as far as the actor may
/// see them: whoever may not see the person learns nothing from the others. Sorted here: a database
/// would make a table to sort hardly anybody.
async fn with_namesakes(read: &mut Read, number: ClientNumber) -> Result<Vec<Person>> {
    let rows: Vec<Charged> = read
        .see_all(
            concat!(
                "select go.name as of, go.phone, ",
                "l.coordinator_since as since, (select string_agg(m.id, ',') from clients m
                   where m.merged_into = c.id) as merged, ",
                summary_columns!(),
                " from ",
                summary_tables!(),
                " left join organisations go on go.id = l.coordinator_of
                where c.id in (select x.id from clients x where x.number = $6 union all
                    select * from (select m.client_id from client_lines m where m.valid_from <= $5
                      and (m.valid_until is null or m.valid_until > $5) and m.reading =
                        (select s.reading from client_lines s join clients x on x.id = s.client_id
                         where x.number = $6 and s.valid_from <= $5
                           and (s.valid_until is null or s.valid_until > $5) and ",
                visible_row!("x", "identity"),
                " limit 1) limit 50) named) and (c.number = $6 or ",
                not_closed!("c.id"),
                ") and ",
                visible_row!("c", "identity"),
            ),
            crate::args![i64::from(number.running())],
        )
        .await?;
    let today = read.actor.today();
    let mut people: Vec<Person> = rows.into_iter().map(|r| r.person(today)).collect();
    people.sort_by_key(|p| p.summary.number);
    Ok(people)
}

struct Person {
    summary: Summary,
    in_charge: Option<InCharge>,
    merged: Vec<String>,
}

/// A summary and who answers for the case today.
#[derive(FromRow)]
struct Charged {
    of: Option<String>,
    phone: Option<String>,
    since: Option<String>,
    merged: Option<String>,
    #[row(flatten)]
    row: Row,
}

impl Charged {
    fn person(self, today: Date) -> Person {
        let summary = self.row.summary(today);
        let named = Some(summary.coordinator.clone()).filter(|name| !name.is_empty());
        let in_charge = named.map(|name| InCharge {
            name,
            organisation: self.of.unwrap_or_default(),
            phone: self.phone.unwrap_or_default(),
            valid_from: self.since.unwrap_or_default(),
        });
        let merged = self.merged.unwrap_or_default();
        let merged = merged.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect();
        Person { summary, in_charge, merged }
    }
}

fn namesake(s: Summary) -> Namesake {
    Namesake {
        number: s.number.to_string(),
        born: born(&s),
        name: s.name,
        kana: s.kana,
        age: s.age,
    }
}

fn tabs(app: &App, actor: &Actor, number: &str, here: &str) -> Vec<Tab> {
    // An emergency opens few pages; a link to another would answer "not found".
    let open = |path: &str| match app.access.find("GET", path) {
        Some(row) => actor.emergency.is_none() || row.emergency,
        None => false,
    };
    let allowed =
        TABS.iter().filter(|(path, _)| open(path) && app.access.allows(actor.role, "GET", path));
    allowed
        .map(|(path, label)| Tab {
            href: path.replace("{number}", number),
            label,
            current: *path == here,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stage_of_life_is_said_in_a_word() {
        let on = |s: &str| s.parse::<Date>().unwrap();
        let stage_of = |born: &str| stage(Some(on(born)), on("2026-11-20"));
        assert_eq!(stage_of("2020-06-03"), "就学前（年長）");
        assert_eq!(stage_of("2025-06-03"), "就学前");
        assert_eq!(stage_of("2016-06-03"), "小学4年");
        assert_eq!(stage_of("2007-06-03"), "高校卒業年齢以上");
        assert_eq!(stage_of("1999-06-03"), "成人");
        assert_eq!(stage(None, on("2026-11-20")), "出生前");
    }
}
