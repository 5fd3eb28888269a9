//! What is asked of a report: a period or a day, and the instant whose knowledge counts.

use civil::{Date, FiscalYear, Instant};
use jiff::ToSpan;
use serde::{Deserialize, Serialize};

pub use super::front::Period;
use crate::access::Actor;
use crate::codes::Codes;
use crate::web::form::{Entry, Field, Form, Kind, Options, Problems};

/// 集計の条件. `from` and `until` are a half-open span (one day for a report about a day);
/// `known_at` is the instant whose knowledge is asked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    pub from: Date,
    pub until: Date,
    #[serde(with = "instant")]
    pub known_at: Instant,
}

impl Ask {
    /// From the parameters of a page, a file or a command. Nothing said: this fiscal year, now.
    pub fn read(
        entry: &Entry,
        period: Period,
        narrow: bool,
        actor: &Actor,
        codes: &Codes,
    ) -> Result<Self, Problems> {
        let v = form(period, narrow).read(entry, codes)?;
        let today = actor.today();
        let known_at = match v.date("as_of").filter(|d| *d < today) {
            Some(day) => last_instant(day),
            None => actor.at,
        };
        if period == Period::Day {
            let on = v.date("on").unwrap_or(today);
            return Ok(Self { from: on, until: next(on), known_at });
        }
        let year = match v.opt("fy") {
            Some(text) => {
                text.parse::<FiscalYear>().map_err(|e| Problems::one("fy", e.to_string()))?
            }
            None => FiscalYear::of(v.date("from").unwrap_or(today)),
        };
        let from = v.date("from").unwrap_or(year.range().start);
        let until = v.date("until").map_or(year.range().end, next);
        if until <= from {
            let what = "終わりの日が始まりの日より前です。どちらかを直してください";
            return Err(Problems::one("until", what));
        }
        Ok(Self { from, until, known_at })
    }

    pub fn year(year: FiscalYear, known_at: Instant) -> Self {
        let range = year.range();
        Self { from: range.start, until: range.end, known_at }
    }

    /// The same span a year before; of a span that is not over, only as far as it has come.
    pub fn last_year(self, today: Date) -> Self {
        let so_far = self.until.min(next(today)).max(next(self.from));
        let back = |d: Date| d.saturating_sub(1.year());
        Self { from: back(self.from), until: back(so_far), known_at: self.known_at }
    }

    /// The last day that counts.
    pub fn last_day(self) -> Date {
        self.until.saturating_sub(1.day())
    }

    pub fn value(&self, name: &str) -> String {
        match name {
            "until" => self.until.to_string(),
            "known_at" => self.known_at.to_string(),
            _ => self.from.to_string(),
        }
    }

    /// 令和5年度（2023年4月1日～2024年3月31日）, or the day.
    pub fn words(self, period: Period) -> String {
        if period == Period::Day {
            return format!("{}現在", civil::format_both(self.from));
        }
        let span =
            format!("{}～{}", civil::format_both(self.from), civil::format_both(self.last_day()));
        match self.whole_year() {
            Some(year) => format!("{}（{span}）", year.label()),
            None => span,
        }
    }

    pub fn whole_year(self) -> Option<FiscalYear> {
        let year = FiscalYear::of(self.from);
        (year.range() == (self.from..self.until)).then_some(year)
    }

    /// As the address of the same page says it.
    pub fn query(self, period: Period, at: Instant) -> String {
        let mut out = match period {
            Period::Day => format!("on={}", self.from),
            Period::Span => format!("from={}&until={}", self.from, self.last_day()),
        };
        if self.known_at != at {
            out.push_str(&format!("&as_of={}", self.known_at.civil_date()));
        }
        out
    }
}

/// 期間の指定. `narrow`: fiscal years only, as known now, so that nobody can take two figures apart.
pub fn form(period: Period, narrow: bool) -> Form {
    let year = Field::new("fy", "年度", Kind::Record);
    let as_of = Field::new("as_of", "いつの時点の記録で数えるか", Kind::Date)
        .help("空のときは、いまの記録で数えます。日を入れると、その日の終わりまでに登録されていた記録で数え直します。");
    match period {
        Period::Span if narrow => Form::new("report-year", "期間を変える", vec![year]),
        Period::Span => Form::new(
            "report-span",
            "期間を変える",
            vec![
                year,
                Field::new("from", "期間の始まり", Kind::Date)
                    .help("空のときは年度の初めからです。"),
                Field::new("until", "期間の終わり（この日まで）", Kind::Date)
                    .help("空のときは年度の終わりまでです。"),
                as_of,
            ],
        ),
        Period::Day => Form::new(
            "report-day",
            "日を変える",
            vec![
                Field::new("on", "いつの状態か", Kind::Date).help("空のときは、きょうです。"),
                as_of,
            ],
        ),
    }
}

/// The fiscal years offered: this one and nine before.
pub fn offers(today: Date) -> Options {
    let years = std::iter::successors(Some(FiscalYear::of(today)), |y| Some(y.previous()));
    let pairs = years.take(10).map(|y| (y.year().to_string(), y.label()));
    Options::from([("fy", pairs.collect())])
}

fn next(day: Date) -> Date {
    day.saturating_add(1.day())
}

fn last_instant(day: Date) -> Instant {
    let end = Instant::start_of(next(day));
    Instant::from_millis(end.millis() - 1).unwrap_or(end)
}

mod instant {
    use civil::Instant;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(at: &Instant, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&at.to_string())
    }

    pub fn deserialize<'d, D: Deserializer<'d>>(d: D) -> Result<Instant, D::Error> {
        String::deserialize(d)?.parse().map_err(|_| D::Error::custom("not an instant"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn asked(pairs: &[(&str, &str)]) -> Result<Ask, Problems> {
        let at = "2026-11-20T01:00:00.000Z".parse().unwrap();
        let entry = Entry(pairs.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect());
        let codes = Codes::official().unwrap();
        Ask::read(&entry, Period::Span, false, &Actor::system(at, ""), &codes)
    }

    #[test]
    fn nothing_said_is_this_fiscal_year() {
        let a = asked(&[]).unwrap();
        assert_eq!((a.from, a.until), (day("2026-04-01"), day("2027-04-01")));
        assert_eq!(a.words(Period::Span).split('（').next(), Some("令和8年度"));
    }

    #[test]
    fn the_last_day_counts_and_as_of_takes_in_the_whole_day() {
        let a = asked(&[("from", "R5.4.1"), ("until", "R5.11.30"), ("as_of", "R5.12.20")]).unwrap();
        assert_eq!((a.from, a.until), (day("2023-04-01"), day("2023-12-01")));
        assert_eq!(a.known_at.to_string(), "2023-12-20T14:59:59.999Z");
        let back =
            asked(&[("from", "2023-04-01"), ("until", "2023-11-30"), ("as_of", "2023-12-20")]);
        assert_eq!(back, Ok(a));
    }

    #[test]
    fn wrong_answers_are_named() {
        let field = |pairs: &[(&str, &str)]| asked(pairs).unwrap_err().0[0].0.clone();
        assert_eq!(field(&[("from", "2024-05-01"), ("until", "2024-04-30")]), "until");
        assert_eq!(field(&[("fy", "平成99年度")]), "fy");
        assert_eq!(field(&[("from", "2023-02-29")]), "from");
    }

    #[test]
    fn last_year_stops_where_this_year_stands() {
        let at = "2026-11-20T01:00:00.000Z".parse().unwrap();
        let this = Ask::year(FiscalYear::new(2026).unwrap(), at);
        let last = this.last_year(day("2026-11-20"));
        assert_eq!((last.from, last.until), (day("2025-04-01"), day("2025-11-21")));
        let leap = Ask { from: day("2024-02-01"), until: day("2024-02-29"), known_at: at };
        assert_eq!(leap.last_year(day("2026-11-20")).until, day("2023-02-28"));
    }
}
