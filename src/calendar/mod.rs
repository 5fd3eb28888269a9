//! 予定表: one's own dates for a calendar program (iCalendar, RFC 5545): the kind of date and where
//! to look, never about whom.

mod dates;
pub mod feed;
mod ics;
