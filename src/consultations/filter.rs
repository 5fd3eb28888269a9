//! Which consultations a list asks for: as typed, as words, and as values of the statement.

use civil::{Date, Instant};

use crate::codes::Codes;
use crate::web::form::{Field, Form, Kind, Values};
use crate::web::{Entry, Problems};

/// 相談の絞り込み. Days are days in Japan, [from, until); the address names the last day.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    pub from: Date,
    pub until: Date,
    pub known_at: Instant,
    values: Values,
    /// The person's id, once the page has looked the number up.
    pub client_id: Option<String>,
    pub q: Option<String>,
}

pub(super) fn form() -> Form {
    let code = |list: &'static str, label| Field::new(list, label, Kind::Select(list));
    Form::new(
        "consultations-filter",
        "相談をしぼりこむ",
        vec![
            Field::new("from", "この日から", Kind::Date),
            Field::new("until", "この日まで", Kind::Date),
            Field::new("month", "月", Kind::Text(7)),
            code("scope", "支援の種別"),
            code("inquirer_kind", "相談した人"),
            code("region", "地域"),
            code("topic", "内容の分類"),
            code("series", "新規・継続"),
            code("channel", "方法"),
            Field::new("organisation", "受けた機関", Kind::Record),
            Field::new("handler", "受けた人", Kind::Record),
            Field::new("client", "利用者番号", Kind::Client),
            Field::new("age_from", "年齢（以上）", AGE),
            Field::new("age_until", "年齢（未満）", AGE),
            Field::new("q", "ことば", Kind::Text(60)),
            Field::new("known_at", "この時点で登録されていたもの", Kind::Text(24)),
        ],
    )
}

const AGE: Kind = Kind::Number { min: 0, max: 150, unit: "歳" };

/// The fields that are compared as they are, in the order of the statement's placeholders.
pub(super) const PLAIN: &[&str] =
    &["inquirer_kind", "scope", "region", "organisation", "topic", "series", "channel", "handler"];

impl Filter {
    pub fn read(asked: &Entry, codes: &Codes) -> Result<Self, Problems> {
        Self::of(form().read(asked, codes)?)
    }

    pub fn of(values: Values) -> Result<Self, Problems> {
        let (mut from, mut until) = (Date::MIN, Date::MAX);
        if let Some(month) = values.opt("month") {
            let first: Date = format!("{month}-01")
                .parse()
                .map_err(|_| Problems::one("month", "月は 2026-11 のように入力してください"))?;
            from = first;
            until = day_after(first.last_of_month());
        }
        from = values.date("from").unwrap_or(from).max(from);
        until = values.date("until").map_or(until, day_after).min(until);
        let known_at = known_at(values.text("known_at"))?;
        let key = kana::search_key(values.text("q"));
        let q = (!key.is_empty()).then(|| format!("%{key}%"));
        Ok(Self { from, until, known_at, client_id: None, q, values })
    }

    pub fn get(&self, field: &str) -> Option<String> {
        self.values.opt(field)
    }

    pub fn int(&self, field: &str) -> Option<i64> {
        self.values.int(field)
    }

    /// 「方法：電話」 and so on: what the list leaves out, said on the page.
    pub fn words(&self, codes: &Codes, names: &[(String, String)]) -> Vec<String> {
        let mut out = vec![];
        if let Some(days) = self.days() {
            out.push(days);
        }
        for name in PLAIN {
            let Some(value) = self.get(name) else { continue };
            let known = names.iter().find(|(id, _)| *id == value).map(|(_, n)| n.clone());
            let label = form().field(name).map_or(*name, |f| f.label);
            let said = known.unwrap_or_else(|| codes.label(name, &value).to_owned());
            out.push(format!("{label}：{said}"));
        }
        out.extend(self.get("client").map(|n| format!("利用者：{n}")));
        match (self.int("age_from"), self.int("age_until")) {
            (None, None) => {}
            (Some(a), None) => out.push(format!("年齢：{a}歳以上")),
            (None, Some(b)) => out.push(format!("年齢：{b}歳未満")),
            (Some(a), Some(b)) => out.push(format!("年齢：{a}歳以上{b}歳未満")),
        }
        out.extend(self.get("q").map(|q| format!("ことば：{q}")));
        if self.known_at < Instant::MAX {
            let at = crate::web::said::moment(&self.known_at.to_string());
            out.push(format!("{at}に登録されていたもの"));
        }
        out
    }

    fn days(&self) -> Option<String> {
        let first = (self.from > Date::MIN).then(|| civil::format_era(self.from));
        let last = self.until.yesterday().ok().filter(|_| self.until < Date::MAX);
        let last = last.map(civil::format_era);
        match (first, last) {
            (None, None) => None,
            (Some(a), None) => Some(format!("{a}から")),
            (None, Some(b)) => Some(format!("{b}まで")),
            (Some(a), Some(b)) => Some(format!("{a}から{b}まで")),
        }
    }
}

fn day_after(last: Date) -> Date {
    last.tomorrow().unwrap_or(Date::MAX)
}

/// An instant, or a day: then everything that was known when it ended.
fn known_at(text: &str) -> Result<Instant, Problems> {
    if text.is_empty() {
        return Ok(Instant::MAX);
    }
    let day = || text.parse().ok().map(|day| Instant::start_of(day_after(day)));
    text.parse().ok().or_else(day).ok_or_else(|| {
        Problems::one("known_at", "時点は 2026-11-20 のような日付で指定してください")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Filter, Problems> {
        let pairs = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Filter::read(&Entry(pairs), &Codes::official().unwrap())
    }

    #[test]
    fn a_month_is_half_open_and_narrows_a_period() {
        let f = read(&[("month", "2024-02")]).unwrap();
        assert_eq!(
            (f.from.to_string().as_str(), f.until.to_string().as_str()),
            ("2024-02-01", "2024-03-01")
        );
        let f = read(&[("month", "2024-02"), ("from", "2024-02-10")]).unwrap();
        assert_eq!(f.from.to_string(), "2024-02-10");
        let f = read(&[("month", "2024-12"), ("until", "2024-12-04")]).unwrap();
        assert_eq!(f.until.to_string(), "2024-12-05");
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_field() {
        for (field, value) in [
            ("month", "2024-13"),
            ("from", "2024-02-30"),
            ("channel", "telepathy"),
            ("known_at", "yesterday"),
            ("age_from", "x"),
        ] {
            assert_eq!(read(&[(field, value)]).unwrap_err().0[0].0, field);
        }
    }

    #[test]
    fn the_last_day_is_said_as_people_say_it() {
        let f = read(&[("from", "2024-04-01"), ("until", "2025-03-31")]).unwrap();
        let words = f.words(&Codes::official().unwrap(), &[]);
        assert_eq!(words, ["令和6年4月1日から令和7年3月31日まで"]);
    }
}
