//! 突き合わせ: a body's report against the awards and bookings of the people in it. Showing the
//! differences and taking the report are the same run; only the second is kept.

use ::programmes::{Catalogue, Programme};
use civil::Date;

use super::entries::{self, Entry};
use super::lines::Line;
use super::record::{self, record_wish};
use super::{Award, award, bodies, wish};
use crate::clients;
use crate::codes::Codes;
use crate::store::Tx;
use crate::web::{self, Error, Options, Result};

/// 事業所の一か月.
#[derive(Clone, Debug)]
pub struct Month {
    pub organisation: String,
    pub from: Date,
    pub until: Date,
}

impl Month {
    /// Of 「2026-11」.
    pub fn parse(text: &str, organisation: String) -> Result<Self> {
        let from: Date = format!("{text}-01").parse().map_err(|_| Error::NotFound)?;
        if text.len() != 7 {
            return Err(Error::NotFound);
        }
        let until = from.last_of_month().tomorrow().map_err(|_| Error::NotFound)?;
        Ok(Self { organisation, from, until })
    }

    pub fn code(&self) -> String {
        self.from.to_string().chars().take(7).collect()
    }

    pub fn label(&self) -> String {
        civil::format_month(self.from)
    }

    fn has(&self, day: Date) -> bool {
        self.from <= day && day < self.until
    }

    /// A day of the month by its number, or any date.
    fn day(&self, text: &str) -> Result<Date> {
        let number = kana::digits_ascii(text).trim_end_matches('日').parse::<i8>().ok();
        let day = match number {
            Some(day) => Date::new(self.from.year(), self.from.month(), day).ok(),
            None => civil::parse_date(text).ok(),
        };
        let day = day.ok_or_else(|| Error::refused("on", "利用日を日付として読めません"))?;
        if self.has(day) {
            return Ok(day);
        }
        Err(Error::refused("on", format!("{}の日付ではありません", self.label())))
    }
}

/// 突き合わせた一行.
#[derive(Clone, Debug)]
pub struct Seen {
    pub line: Line,
    pub who: String,
    pub programme: String,
    pub amount: String,
    /// The use it became.
    pub made: Option<String>,
    /// The booking it came from.
    pub booking: Option<String>,
    pub difference: String,
    /// Why it cannot be taken; empty when it can.
    pub problem: String,
}

/// Takes every line it can, in the transaction; says of each what it found.
pub async fn all(
    tx: &mut Tx,
    catalogue: &Catalogue,
    codes: &Codes,
    month: &Month,
    lines: Vec<Line>,
) -> Result<Vec<Seen>> {
    let mut out = vec![];
    let mut sorted = lines;
    // One order for everybody: two reports about the same people wait for each other, not both.
    sorted.sort_by(|a, b| (a.get("client"), a.number).cmp(&(b.get("client"), b.number)));
    for line in sorted {
        let mut seen = Seen {
            line,
            who: String::new(),
            programme: String::new(),
            amount: String::new(),
            made: None,
            booking: None,
            difference: String::new(),
            problem: String::new(),
        };
        match one(tx, catalogue, codes, month, &mut seen).await {
            Ok(()) => {}
            Err(Error::Refused(bad)) => {
                let messages: Vec<_> = bad.0.into_iter().map(|(_, message)| message).collect();
                seen.problem = messages.join("。");
            }
            Err(e) => return Err(e),
        }
        out.push(seen);
    }
    out.sort_by_key(|seen| seen.line.number);
    Ok(out)
}

async fn one(
    tx: &mut Tx,
    catalogue: &Catalogue,
    codes: &Codes,
    month: &Month,
    seen: &mut Seen,
) -> Result<()> {
    let client = clients::see(tx, seen.line.get("client")).await.map_err(|e| match e {
        Error::NotFound => Error::refused("client", "この番号の利用者は見つかりません"),
        other => other,
    })?;
    seen.who = client.name.clone();
    let day = month.day(seen.line.get("on"))?;
    let award =
        award_of(tx, catalogue, month, &client.id, (seen.line.get("programme"), day)).await?;
    let programme = award.programme(catalogue)?;
    seen.programme = programme.name.clone();
    let booking = booking(tx, month, &award, (day, seen.line.get("from"))).await?;
    let entry = filled(&seen.line, programme, day, booking.as_ref());
    let mut wish = wish::read(&record::form().read(&entry, codes)?)?;
    wish.organisation = Some(month.organisation.clone());
    let from = booking.as_ref().map(|b| b.id.as_str());
    let id = record_wish(tx, catalogue, &award, &wish, from).await?;
    let made = entries::see(tx, &id).await?;
    seen.amount = made.amount(programme);
    seen.difference = difference(&made, booking.as_ref(), programme);
    seen.booking = booking.map(|b| b.id);
    seen.made = Some(id);
    Ok(())
}

/// The one award of the person under which the body may give service on the day.
async fn award_of(
    tx: &mut Tx,
    catalogue: &Catalogue,
    month: &Month,
    client_id: &str,
    (named, day): (&str, Date),
) -> Result<Award> {
    let mut fitting = vec![];
    for award in award::of_client(tx, client_id).await? {
        let Some(programme) = catalogue.find(&award.programme) else { continue };
        let called = [&programme.id, &programme.name, &programme.short];
        let meant = named.is_empty() || called.iter().any(|name| *name == named);
        let held = award.from() <= day && award.until().is_none_or(|until| day < until);
        if meant && held {
            let under = bodies::on(tx, &award, day).await?;
            if under.iter().any(|(id, _)| *id == month.organisation) {
                fitting.push(award);
            }
        }
    }
    match (fitting.pop(), fitting.is_empty()) {
        (Some(award), true) => Ok(award),
        (Some(_), false) => {
            let why = "この日に使える事業が二つ以上あります。事業の欄に名前を入れてください";
            Err(Error::refused("programme", why))
        }
        (None, _) => {
            let why = "この日にこの事業所が使える決定がありません。日付と契約を確かめてください";
            Err(Error::refused("client", why))
        }
    }
}

/// The booking of that day at that time, or the only one of that day.
async fn booking(
    tx: &mut Tx,
    month: &Month,
    award: &Award,
    (day, from): (Date, &str),
) -> Result<Option<Entry>> {
    let mut of_day = entries::bookings(tx, &award.id).await?;
    let body = Some(&month.organisation);
    of_day.retain(|b| b.day() == day && b.organisation_id.as_ref() == body);
    let minute = |text: &str| kana::digits_ascii(text).trim_start_matches('0').replace('：', ":");
    let same = of_day.iter().position(|b| minute(&b.from()) == minute(from));
    Ok(match (same, of_day.len()) {
        (Some(at), _) => Some(of_day.swap_remove(at)),
        (None, 1) => of_day.pop(),
        _ => None,
    })
}

/// The line as the form of a use would have it: words become ids, and what it leaves open comes
/// from the booking, or from a programme that leaves no choice.
fn filled(line: &Line, programme: &Programme, day: Date, booking: Option<&Entry>) -> web::Entry {
    let options = wish::options(programme, programme.version_on(day), vec![]);
    let mut entry = web::Entry::default();
    entry.set("on", day.to_string());
    for key in ["from", "to", "quantity", "invoiced"] {
        entry.set(key, line.get(key));
    }
    let of_booking = |key: &str| {
        let b = booking?;
        match key {
            "item" => Some(b.item.clone()),
            "venue" => b.venue.clone(),
            "by" => b.done_by.clone(),
            "of" => b.share_of.clone(),
            _ => b.purpose.clone(),
        }
    };
    for key in ["item", "venue", "by", "purpose"] {
        let typed = chosen(&options, key, line.get(key));
        entry.set(key, typed.or_else(|| of_booking(key)).unwrap_or_default());
    }
    let of = Some(line.get("of")).filter(|of| !of.is_empty()).map(str::to_owned);
    entry.set("of", of.or_else(|| of_booking("of")).unwrap_or_default());
    let silent = line.get("from").is_empty() && line.get("quantity").is_empty();
    if let Some(b) = booking.filter(|_| silent) {
        entry.set("from", b.from());
        entry.set("to", b.to());
        if b.starts_at.is_none() {
            entry.set("quantity", b.quantity.to_string());
        }
    }
    entry
}

/// The id of a word. A word nobody knows stays, and is refused by the rules; without a word the
/// only choice is meant.
fn chosen(options: &Options, key: &str, word: &str) -> Option<String> {
    let all = options.get(key)?;
    match (word, all.as_slice()) {
        ("", [(only, _)]) => Some(only.clone()),
        ("", _) => None,
        (word, all) => {
            let found = all.iter().find(|(id, label)| id == word || label == word);
            Some(found.map_or_else(|| word.to_owned(), |(id, _)| id.clone()))
        }
    }
}

/// What a use differs in from the booking it came from; empty where it does not.
pub fn difference(made: &Entry, booking: Option<&Entry>, programme: &Programme) -> String {
    let Some(b) = booking else { return "予約にはありません".into() };
    let same =
        (&b.starts_at, &b.ends_at, b.quantity) == (&made.starts_at, &made.ends_at, made.quantity);
    match same {
        true => String::new(),
        false => format!("予約は{}　{}", b.when(), b.amount(programme)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_numbers_of_the_month_or_dates_in_it() {
        let month = Month::parse("2026-02", String::new()).unwrap_or_else(|_| unreachable!());
        let day = |text: &str| month.day(text).map(|d| d.to_string()).ok();
        assert_eq!(day("3"), Some("2026-02-03".into()));
        assert_eq!(day("２８日"), Some("2026-02-28".into()));
        assert_eq!(day("令和8年2月28日"), Some("2026-02-28".into()));
        assert_eq!((day("29"), day("2026-03-01"), day("x")), (None, None, None));
        assert!(Month::parse("2026-2", String::new()).is_err());
        assert!(Month::parse("2026-13", String::new()).is_err());
    }
}
