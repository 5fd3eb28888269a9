//! How pages say a stored moment.

/// 「令和8年11月17日（火）10:20」 of an instant as the database keeps it.
pub fn moment(at: &str) -> String {
    let Ok(at) = at.parse::<civil::Instant>() else { return String::new() };
    let t = at.civil_time();
    format!("{}{}:{:02}", civil::format_with_weekday(at.civil_date()), t.hour(), t.minute())
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn a_moment_is_said_as_clocks_in_japan_show_it() {
        assert_eq!(moment("2024-03-31T15:30:00.000Z"), "令和6年4月1日（月）0:30");
        assert_eq!(moment("garbage"), "");
    }
}
