//! A person of the data files with all days worked out.

use civil::{Date, Instant};
use jiff::ToSpan;

use super::data::{Client, Ward};
use super::luck::Luck;
use super::{offsets, words};

/// The ward began to use the system so many days before the day of the demo; who was known by then
/// was entered in the first weeks.
pub(super) const OPENED_DAYS: i32 = 775;

/// 利用者の一生のうち、記録にある部分.
pub(super) struct Life<'w> {
    pub client: &'w Client,
    pub born: Option<Date>,
    pub expected: Option<Date>,
    pub enrolled: Date,
    /// When it was typed in.
    pub entered: Instant,
    pub closed: Option<Date>,
    /// (login, since, words)
    pub cases: Vec<(&'w str, Date, &'w str)>,
}

impl<'w> Life<'w> {
    pub fn all(ward: &'w Ward, today: Date, luck: &mut Luck) -> Result<Vec<Self>, String> {
        let mut lives = vec![];
        for (n, client) in ward.clients.iter().enumerate() {
            let life = Self::of(client, today, n, luck);
            lives.push(life.map_err(|why| format!("sample: {}: {why}", client.key))?);
        }
        Ok(lives)
    }

    fn of(client: &'w Client, today: Date, n: usize, luck: &mut Luck) -> Result<Self, String> {
        let maybe = |text: &Option<String>| -> Result<Option<Date>, String> {
            text.as_deref().map(|t| offsets::day(t, today)).transpose()
        };
        let enrolled = offsets::day(&client.enrolled.0, today)?;
        let opened = today.saturating_sub(OPENED_DAYS.days());
        let typed = i32::try_from(n % 20).unwrap_or(0) + 1;
        let first = working_day(opened.saturating_add(typed.days()));
        let entered = at(enrolled.max(first), 9 + luck.below(8), luck.below(60));
        let mut cases = vec![];
        for (login, since, why) in &client.coordinator {
            cases.push((login.as_str(), offsets::day(since, today)?, why.as_str()));
        }
        let closed = client.closure.as_ref().map(|c| offsets::day(&c.on, today)).transpose()?;
        let (born, expected) = (maybe(&client.born)?, maybe(&client.expected)?);
        Ok(Self { client, born, expected, enrolled, entered, closed, cases })
    }

    /// Whether the desk can work on the record that day.
    pub fn is_open(&self, on: Date) -> bool {
        self.ready() <= on && self.closed.is_none_or(|closed| on < closed)
    }

    /// From here on the record, the team and the coordinator are there.
    pub fn ready(&self) -> Date {
        self.entered.civil_date().saturating_add(4.days())
    }

    pub fn coordinator_on(&self, on: Date) -> Option<&'w str> {
        self.cases.iter().rev().find(|(_, since, _)| *since <= on).map(|(login, ..)| *login)
    }

    pub fn stage(&self, on: Date) -> &'static str {
        words::stage(self.born, on)
    }
}

/// The day itself, or the Monday after a weekend.
pub(super) fn working_day(on: Date) -> Date {
    match on.weekday().to_monday_zero_offset() {
        5 => on.saturating_add(2.days()),
        6 => on.saturating_add(1.days()),
        _ => on,
    }
}

/// An instant of a day in Japan.
pub(super) fn at(on: Date, hour: usize, minute: usize) -> Instant {
    let small = |n: usize, most: usize| i8::try_from(n.min(most)).unwrap_or(0);
    Instant::from_civil(on.at(small(hour, 23), small(minute, 59), 0, 0))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn every_day_of_the_files_can_be_read_whatever_the_day_of_the_demo() {
        let ward = Ward::read().unwrap();
        for today in [date(2026, 11, 21), date(2027, 4, 1), date(2028, 2, 29)] {
            let lives = Life::all(&ward, today, &mut Luck::new(1)).unwrap();
            for life in &lives {
                assert!(life.enrolled <= today, "{}", life.client.key);
                assert!(life.born.is_none_or(|b| b <= life.enrolled), "{}", life.client.key);
                assert!(life.closed.is_none_or(|c| c < today), "{}", life.client.key);
                assert!(life.cases.is_sorted_by_key(|c| c.1), "{}", life.client.key);
            }
        }
    }
}
