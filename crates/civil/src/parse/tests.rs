use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn kind(text: &str) -> DateErrorKind {
    parse_date(text).unwrap_err().kind
}

#[test]
fn every_usual_notation_is_the_same_day() {
    for text in [
        "令和6年4月1日",
        "令6.4.1",
        "令和６年４月１日",
        "R6.4.1",
        "R06/04/01",
        "r6-4-1",
        "Ｒ６．４．１",
        "R060401",
        "㋿6.4.1",
        "㋿６年４月１日",
        "令和六年四月一日",
        "令和六・四・一",
        "令和 6年 4月 1日",
        "  令和6年4月1日　",
        "令和6年4月1日（月）",
        "令和6年4月1日(月曜日)",
        "令和6年4月1日 月曜日",
        "令和6年4月1日（月・祝）",
        "R6.4.1(月)",
        "令和6年（2024年）4月1日",
        "令和6(2024)年4月1日",
        "2024年(令和6年)4月1日",
        "2024-04-01",
        "2024/4/1",
        "2024.4.1",
        "2024－4－1",
        "2024ー4ー1",
        "2024年4月1日",
        "西暦2024年4月1日",
        "20240401",
        "２０２４０４０１",
        "二〇二四年四月一日",
        "二千二十四年四月一日",
        "令和6年4⽉1⽇",
    ] {
        assert_eq!(parse_date(text), Ok(date(2024, 4, 1)), "{text}");
    }
}

#[test]
fn other_eras_read_too() {
    for (text, day) in [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("R元.5.1", date(2019, 5, 1)),
        ("R1.5.1", date(2019, 5, 1)),
        ("平成三十一年四月三十日", date(2019, 4, 30)),
        ("H31.4.30", date(2019, 4, 30)),
        ("平成元年1月8日", date(1989, 1, 8)),
        ("㍻元年1月8日", date(1989, 1, 8)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("S64.1.7", date(1989, 1, 7)),
        ("㍼64/1/7", date(1989, 1, 7)),
        ("大正元年7月30日", date(1912, 7, 30)),
        ("㍽15.12.24", date(1926, 12, 24)),
        ("T15.12.24", date(1926, 12, 24)),
        ("明治45年7月29日", date(1912, 7, 29)),
        ("㍾6.1.1", date(1873, 1, 1)),
        ("令和6年2月29日", date(2024, 2, 29)),
    ] {
        assert_eq!(parse_date(text), Ok(day), "{text}");
    }
}

#[test]
fn a_day_outside_its_era_proposes_the_name_it_should_have() {
    for (text, meant, message) in [
        (
            "平成31年5月1日",
            date(2019, 5, 1),
            "平成は31年4月30日までです。令和元年5月1日ではありませんか。",
        ),
        (
            "昭和64年2月1日",
            date(1989, 2, 1),
            "昭和は64年1月7日までです。平成元年2月1日ではありませんか。",
        ),
        (
            "昭和65年1月1日",
            date(1990, 1, 1),
            "昭和は64年1月7日までです。平成2年1月1日ではありませんか。",
        ),
        (
            "令和元年4月1日",
            date(2019, 4, 1),
            "令和は元年5月1日からです。平成31年4月1日ではありませんか。",
        ),
    ] {
        let error = parse_date(text).unwrap_err();
        assert_eq!(error.kind, DateErrorKind::EraMismatch);
        assert_eq!(error.to_string(), message);
        assert_eq!(error.proposal, Some(meant));
    }
}

#[test]
fn impossible_days_say_how_long_the_month_is() {
    for (text, message) in [
        ("令和6年2月30日", "令和6年2月は29日までです。日を確かめてください。"),
        ("2023-02-29", "2023年2月は28日までです。日を確かめてください。"),
        ("R6.4.31", "令和6年4月は30日までです。日を確かめてください。"),
        ("令和元年13月1日", "月は1から12までです。月を確かめてください。"),
        ("20240400", "日は1からです。日を確かめてください。"),
        ("令和0年4月1日", "元号の年は元年（1年）から数えます。年を確かめてください。"),
    ] {
        let error = parse_date(text).unwrap_err();
        assert_eq!((error.kind, &*error.message), (DateErrorKind::Impossible, message));
        assert_eq!(error.proposal, None);
    }
}

#[test]
fn what_cannot_be_known_is_refused() {
    use DateErrorKind::*;
    for (text, expected) in [
        ("", Empty),
        ("　", Empty),
        ("6/4/1", Incomplete),
        ("24.4.1", Incomplete),
        ("元年5月1日", Incomplete),
        ("令和6年", Incomplete),
        ("令和6年4月", Incomplete),
        ("令和6年4月1", Unreadable),
        ("2024 4 1", Unreadable),
        ("2024/4-1", Unreadable),
        ("2024041", Unreadable),
        ("令和6年4月1日ごろ", Unreadable),
        ("不明", Unreadable),
        ("99999999999年1月1日", Unreadable),
        ("令和6年4月1日（火）", Contradiction),
        ("令和6年（2025年）4月1日", Contradiction),
        ("明治5年12月2日", OutOfRange),
        ("1872-12-31", OutOfRange),
        ("3024-04-01", OutOfRange),
        ("令和999年4月1日", OutOfRange),
        ("2024/4/1 9:05", TimeOfDay),
        ("2024-04-01T00:00:00", TimeOfDay),
    ] {
        assert_eq!(kind(text), expected, "{text}");
    }
}

#[test]
fn no_message_repeats_text_that_is_no_date() {
    let error = parse_date("山田花子").unwrap_err();
    assert!(!error.message.contains("山田"));
}

#[test]
fn a_day_with_a_time_reads() {
    let at = |h, m, s| date(2024, 4, 1).at(h, m, s, 0);
    for (text, expected) in [
        ("2024/4/1 9:05", at(9, 5, 0)),
        ("2024-04-01T09:05", at(9, 5, 0)),
        ("2024-04-01 09:05:30", at(9, 5, 30)),
        ("令和6年4月1日 午後3時5分", at(15, 5, 0)),
        ("令和6年4月1日（月）午後3時", at(15, 0, 0)),
        ("令和六年四月一日午前九時半", at(9, 30, 0)),
        ("R6.4.1　１５：０５", at(15, 5, 0)),
        ("R6.4.1 午後0:30", at(12, 30, 0)),
        ("R6.4.1 23時59分59秒", at(23, 59, 59)),
    ] {
        assert_eq!(parse_datetime(text), Ok(expected), "{text}");
    }
}

#[test]
fn a_time_that_is_missing_or_ambiguous_is_refused() {
    use DateErrorKind::*;
    for (text, expected) in [
        ("2024/4/1", TimeOfDay),
        ("2024/4/1 25:00", Impossible),
        ("2024/4/1 9:60", Impossible),
        ("2024/4/1 午前12時", Impossible),
        ("2024/4/1 午後12時", Impossible),
        ("2024/4/1 午後15時", Impossible),
        ("2024/4/1 9:5", Unreadable),
        ("2024-04-01T09:05Z", Unreadable),
        ("2024-04-01T09:05+09:00", Unreadable),
        ("令和6年2月30日 9:05", Impossible),
    ] {
        assert_eq!(parse_datetime(text).unwrap_err().kind, expected, "{text}");
    }
}

#[test]
fn three_fields_make_a_day() {
    let day = Ok(Some(date(2024, 4, 1)));
    assert_eq!(parse_era_parts("令和", "6", "4", "1"), day);
    assert_eq!(parse_era_parts("令和", "６", "０４", " １ "), day);
    assert_eq!(parse_era_parts("西暦", "2024", "4", "1"), day);
    assert_eq!(parse_era_parts("", "2024", "4", "1"), day);
    assert_eq!(parse_era_parts("平成", "元", "1", "8"), Ok(Some(date(1989, 1, 8))));
    assert_eq!(parse_era_parts("", "", "　", ""), Ok(None));
    assert_eq!(parse_era_parts("令和", "", "", ""), Ok(None));
}

#[test]
fn three_fields_say_what_is_missing() {
    use DateErrorKind::*;
    for (fields, expected) in [
        (["令和", "6", "", "1"], Incomplete),
        (["西暦", "6", "4", "1"], Incomplete),
        (["", "6", "4", "1"], Incomplete),
        (["慶応", "3", "4", "1"], Unreadable),
        (["令和", "六年", "4", "1"], Unreadable),
        (["令和", "6", "元", "1"], Unreadable),
        (["平成", "31", "5", "1"], EraMismatch),
        (["令和", "6", "2", "30"], Impossible),
    ] {
        let [era, y, m, d] = fields;
        assert_eq!(parse_era_parts(era, y, m, d).unwrap_err().kind, expected, "{fields:?}");
    }
}

proptest! {
    #![proptest_config(crate::testing::config())]

    #[test]
    fn no_text_makes_parsing_panic(text in "\\PC{0,24}") {
        let _ = parse_date(&text);
        let _ = parse_datetime(&text);
        let _ = parse_era_parts(&text, &text, &text, &text);
    }

    #[test]
    fn no_text_near_a_date_reads_as_two_days(
        text in "[令平昭RHS元年月日午前後時分/.:0-9 ()三十-]{0,16}",
    ) {
        // Full width and surrounding spaces never change what is read.
        let wide: String = text.chars().map(widen).collect();
        prop_assert_eq!(parse_date(&text), parse_date(&format!("　{wide} ")));
    }
}

fn widen(c: char) -> char {
    match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xFEE0).unwrap(),
        ' ' => '　',
        c => c,
    }
}
