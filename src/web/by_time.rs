//! 時の順: lists from the newest on, a page at a time. A day is a day in Japan; what is compared is
//! the instant as it is stored.

use civil::{Date, Instant};

use super::Entry;

/// Where a page begins: instant and id of the last row of the page before.
pub type Key = (String, String);

/// Before it stands everything.
pub fn newest() -> Key {
    ("9999".into(), String::new())
}

/// The first instant of days from `from` on.
pub fn start(from: Date) -> String {
    if from == Date::MIN { String::new() } else { Instant::start_of(from).to_string() }
}

/// Before it stands what happened on days before `until`.
pub fn end(until: Date) -> Key {
    if until == Date::MAX { newest() } else { (Instant::start_of(until).to_string(), "".into()) }
}

/// Where the page that was asked for begins.
pub fn asked(entry: &Entry) -> Key {
    match entry.get("before") {
        "" => newest(),
        at => (at.to_owned(), entry.get("id").to_owned()),
    }
}
