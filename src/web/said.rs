//! How pages say a stored moment.

/// 「令和8年11月17日（火）10:20」 of an instant as the database keeps it.
pub fn moment(at: &str) -> String {
    let Ok(at) = at.parse::<civil::Instant>() else { return String::new() };
    let t = at.civil_time();
    format!("{}{}:{:02}", civil::format_with_weekday(at.civil_date()), t.hour(), t.minute())
}

/// Lists are counted so far: counting on costs time and changes nothing for whoever reads it.
pub const COUNTED: i64 = 1_000;

/// 「12件」, 「1,000人以上」 of what was counted to one more than [`COUNTED`].
pub fn counted(total: i64, unit: &str) -> String {
    if total > COUNTED { format!("1,000{unit}以上") } else { format!("{total}{unit}") }
}

#[cfg(test)]
mod tests {
    use super::{counted, moment};

    #[test]
    fn a_list_is_counted_to_a_thousand() {
        assert_eq!(counted(0, "件"), "0件");
        assert_eq!(counted(1_000, "人"), "1000人");
        assert_eq!(counted(1_001, "人"), "1,000人以上");
    }

    #[test]
    fn a_moment_is_said_as_clocks_in_japan_show_it() {
        assert_eq!(moment("2024-03-31T15:30:00.000Z"), "令和6年4月1日（月）0:30");
        assert_eq!(moment("garbage"), "");
    }
}
