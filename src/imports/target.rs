//! What a file may become: the closed list of operations an import can call, and the fields of
//! their forms as the layouts name them.

use serde::Deserialize;

use super::cells::Row;
use super::known::Known;
use super::layout::Column;
use super::nearest::nearest;
use crate::access::{Actor, Reach, Role};
use crate::clients::{enrol, parts};
use crate::codes::Codes;
use crate::consultations;
use crate::residents;
use crate::web::{Entry, Field, Form, Kind, Values};

/// 取り込み先. A new one is a new operation, so this list is in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Client,
    Consultation,
    /// 住民記録の異動.
    Resident,
}

/// 入力用紙の項目: by the keys of a layout.
pub(super) struct Shape {
    target: Target,
    pub main: Form,
    parts: &'static [parts::Part],
}

impl Target {
    /// The registry is imported by whoever sees all of it: others could not notice that a person is
    /// already there.
    pub fn is_open_to(self, actor: &Actor) -> bool {
        match self {
            Self::Client => actor.role.reach() == Reach::Controller,
            Self::Resident => actor.role == Role::Officer,
            Self::Consultation => true,
        }
    }

    /// How many of what.
    pub fn counter(self) -> &'static str {
        match self {
            Self::Client => "人",
            Self::Consultation | Self::Resident => "件",
        }
    }

    /// Words of a layout that are no field of a form; this file turns them into fields.
    fn own_words(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Client | Self::Resident => {
                &[("name", "姓と名の間に空白を入れる"), ("kana", "姓と名の間に空白を入れる")]
            }
            Self::Consultation => &[
                ("client_name", "利用者番号がないとき。生年月日と合わせて台帳の人を探す"),
                ("client_born_on", "日付"),
            ],
        }
    }

    /// Turns the target's own words into fields of the form; what is wrong is noted in the row.
    pub(super) fn resolve(self, row: &mut Row, entry: &mut Entry, known: &Known) {
        match self {
            Self::Client | Self::Resident => {
                split(row, entry, known, "name", ["family", "given"]);
                split(row, entry, known, "kana", ["family_kana", "given_kana"]);
            }
            Self::Consultation => {
                if entry.get("occurred_at_t").is_empty() {
                    entry.set("occurred_at_t", "0:00"); // not known: the beginning of the day
                }
                who(row, entry, known);
                handler(row, entry, known);
            }
        }
    }

    /// What the operation would refuse once the form has read the row; the dry run says it first.
    pub(super) fn rules(self, row: &mut Row, values: &Values, known: &Known) {
        match self {
            Self::Client => client_rules(row, values, known),
            Self::Consultation => consultation_rules(row, values, known),
            Self::Resident => resident_rules(row, values, known),
        }
    }

    /// The layout's column that a refused field was made from.
    pub(super) fn column_of(self, field: &str) -> &str {
        match (self, field) {
            (Self::Client | Self::Resident, "family" | "given") => "name",
            (Self::Client | Self::Resident, "family_kana" | "given_kana") => "kana",
            (Self::Consultation, "standing") => "client",
            (_, field) => field,
        }
    }
}

impl Shape {
    pub fn of(target: Target) -> Self {
        match target {
            Target::Client => Self { target, main: enrol::form(), parts: parts::all() },
            Target::Consultation => Self { target, main: consultations::log::form(), parts: &[] },
            Target::Resident => Self { target, main: residents::form(), parts: &[] },
        }
    }

    pub fn knows(&self, key: &str) -> bool {
        self.field(key).is_some() || self.target.own_words().iter().any(|(word, _)| *word == key)
    }

    /// `field`, `field_t`, `part.field`, or `part[which].field` where a person has several.
    pub fn field(&self, key: &str) -> Option<&Field> {
        let Some((part, field)) = key.split_once('.') else {
            let time = || self.main.field(key.strip_suffix("_t")?);
            return self.main.field(key).or_else(time);
        };
        self.part(part)?.field(field)
    }

    pub fn part(&self, part: &str) -> Option<&Form> {
        let id = part.split('[').next().unwrap_or(part);
        self.parts.iter().find(|part| part.id == id).map(|part| &part.form)
    }

    pub fn list(&self, key: &str) -> Option<&'static str> {
        match self.field(key)?.kind {
            Kind::Code(list) | Kind::Select(list) | Kind::Codes(list) => Some(list),
            _ => None,
        }
    }

    /// What a column takes, in words for the README and the page.
    pub fn describe(&self, column: &Column, codes: &Codes) -> String {
        let own = self.target.own_words().iter().find(|(word, _)| *word == column.key);
        let what = match (own, self.field(&column.key).map(|f| f.kind)) {
            (Some((_, what)), _) => (*what).to_owned(),
            (_, Some(Kind::Date)) => "日付".into(),
            (_, Some(Kind::DateTime)) if column.key.ends_with("_t") => "時刻".into(),
            (_, Some(Kind::DateTime)) => "日付（時刻が付いていてもよい）".into(),
            (_, Some(Kind::Time)) => "時刻".into(),
            (_, Some(Kind::Number { min, max, unit })) => format!("{min}から{max}{unit}"),
            (_, Some(Kind::Kana(max))) => format!("かな、{max}文字まで"),
            (_, Some(Kind::Phone)) => "電話番号".into(),
            (_, Some(Kind::Yes)) => "○か×".into(),
            (_, Some(Kind::Text(max) | Kind::Long(max))) => format!("{max}文字まで"),
            (_, Some(Kind::Client)) => "利用者番号".into(),
            (_, Some(Kind::Record)) => "氏名".into(),
            _ => self.choices(column, codes),
        };
        [what.as_str(), &column.help]
            .iter()
            .filter(|s| !s.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join("。")
    }

    fn choices(&self, column: &Column, codes: &Codes) -> String {
        let pairs = codes.pairs(self.list(&column.key).unwrap_or_default());
        let words: Vec<String> = pairs.into_iter().map(|(_, label)| label).collect();
        words.join(" / ")
    }
}

/// One cell 姓 名 into two fields. Without a space nobody can tell where the given name begins.
fn split(row: &mut Row, entry: &mut Entry, known: &Known, key: &str, into: [&str; 2]) {
    let text = row.text(key).to_owned();
    if text.is_empty() {
        return;
    }
    let mut words = text.split_whitespace();
    let (family, rest): (&str, Vec<&str>) = (words.next().unwrap_or_default(), words.collect());
    let unborn = entry.get("born_on").is_empty() && !entry.get("expected_on").is_empty();
    let parted = !rest.is_empty() || into.iter().all(|f| !entry.get(f).is_empty());
    if !parted && !unborn {
        let message = "姓と名の間に空白を入れてください";
        row.add(key, message, known.split_name(&text).map(|(f, g)| format!("{f} {g}")));
    }
    // Columns of their own say it better than one that has to be parted.
    for (field, said) in [(into[0], family.to_owned()), (into[1], rest.join(" "))] {
        if !said.is_empty() && entry.get(field).is_empty() {
            entry.set(field, said);
        }
    }
}

fn client_rules(row: &mut Row, values: &Values, known: &Known) {
    let Some(now) = known.now else { return };
    let refused = enrol::check(values, now.civil_date()).err().unwrap_or_default();
    for (field, message) in refused.0 {
        let key = row.either(&field, Target::Client.column_of(&field)).to_owned();
        row.add(&key, message, None);
    }
}

fn resident_rules(row: &mut Row, values: &Values, known: &Known) {
    let Some(now) = known.now else { return };
    let refused = residents::check(values, now.civil_date(), &known.code).err().unwrap_or_default();
    for (field, message) in refused.0 {
        row.add(&field, message, None);
    }
}

fn consultation_rules(row: &mut Row, values: &Values, known: &Known) {
    if values.at("occurred_at").zip(known.now).is_some_and(|(at, now)| at > now) {
        row.add("occurred_at", "日時が先の時刻になっています。年と月を確かめてください", None);
    }
    if !known.region && !values.is_given("region") {
        row.add("region", "地域を入れてください。この窓口の地域が決まっていません", None);
    }
    if values.opt("client").and_then(|n| known.by_number(&n).ok().map(|p| p.closed)) == Some(true) {
        let key = if row.text("client").is_empty() { "client_name" } else { "client" };
        row.add(key, "この利用者は終結しています。先に利用者のページで再開してください", None);
    }
}

/// Whom the consultation is about: by number, or by name and birth together. Never a guess.
fn who(row: &mut Row, entry: &mut Entry, known: &Known) {
    let number = row.text("client").to_owned();
    let (name, born) = (row.text("client_name").to_owned(), row.text("client_born_on").to_owned());
    let mut standing = "named";
    if !number.is_empty() {
        match known.by_number(&number) {
            Err(message) => row.add("client", message, None),
            Ok(person) if !name.is_empty() && !person.is_called(&name) => {
                row.add(
                    "client_name",
                    "利用者番号の人と氏名が違います。どちらが正しいか確かめてください",
                    None,
                );
            }
            Ok(person) => entry.set("client", person.number.to_string()),
        }
    } else if !name.is_empty() || !born.is_empty() {
        match known.by_name(&name, &born) {
            Ok(person) => entry.set("client", person.number.to_string()),
            Err((key, message, proposal)) => row.add(key, message, proposal),
        }
    } else if entry.get("scope") == "community" {
        standing = "nobody";
    } else {
        standing = "anonymous";
    }
    entry.set("standing", standing);
}

fn handler(row: &mut Row, entry: &mut Entry, known: &Known) {
    let name = row.text("handler").to_owned();
    if name.is_empty() {
        entry.set("handler", known.myself.clone());
        return;
    }
    match known.colleague(&name) {
        Some(id) => entry.set("handler", id),
        None => {
            entry.set("handler", "");
            let proposal = nearest(&name, known.colleagues());
            row.add("handler", "この窓口に、この氏名の職員がいません", proposal);
        }
    }
}
