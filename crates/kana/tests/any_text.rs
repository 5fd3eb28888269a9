//! What must hold for any text, not only for names. The same cases on every run; what once failed
//! is kept beside this file and tried first.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use kana::{ClientNumber, KEY_CHARS, Query, search_key, suffix_keys};
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed};

fn config() -> ProptestConfig {
    let kept = FileFailurePersistence::WithSource("proptest-regressions");
    ProptestConfig {
        cases: 1_000,
        rng_seed: RngSeed::Fixed(20_240_401),
        failure_persistence: Some(Box::new(kept)),
        ..ProptestConfig::default()
    }
}

/// Kana and kanji as names have them, and what people type beside them.
const TYPED: &str = "[ぁ-んァ-ヶー々一-龠ｦ-ﾟＡ-ｚA-z0-9０-９ 　'%_・-]{0,40}";
/// Signs that do not change with the one before them.
const WRITTEN: &str = "[あ-わかきくけこ佐藤山川高橋﨑髙斎一-三]{1,12}";

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_is_typed_is_some_query(text in ".{0,80}", near in TYPED) {
        for typed in [&text, &near] {
            if let Query::Name(key) = Query::read(typed) {
                prop_assert!(!key.is_empty() && key.chars().count() <= KEY_CHARS);
            }
            let _ = kana::phone_key(typed);
            let _ = kana::contains_my_number(typed);
            let _ = kana::is_kana_reading(typed);
        }
    }

    #[test]
    fn the_key_of_a_key_is_the_key(text in ".{0,80}", near in TYPED) {
        for typed in [&text, &near] {
            let key = search_key(typed);
            prop_assert_eq!(search_key(&key), key);
        }
    }

    #[test]
    fn any_part_of_a_name_finds_it(name in WRITTEN, from in 0_usize..12, n in 1_usize..12) {
        let part: String = name.chars().skip(from).take(n).collect();
        let typed = search_key(&part);
        let found = suffix_keys(&name).iter().any(|key| key.starts_with(&typed));
        prop_assert!(found, "{} in {}", part, name);
    }

    #[test]
    fn hiragana_and_katakana_of_a_text_have_one_key(text in TYPED) {
        let (soft, hard) = (kana::to_hiragana(&text), kana::to_katakana(&text));
        prop_assert_eq!(search_key(&soft), search_key(&hard));
    }

    #[test]
    fn a_number_is_read_as_printed(n in 1_i64..9_999_999, at in 0_usize..9, d in 0_u8..10) {
        let printed = ClientNumber::from_row(n).to_string();
        prop_assert_eq!(ClientNumber::parse(&printed).unwrap().to_string(), printed.clone());
        let mut wrong: Vec<char> = printed.chars().collect();
        if let Some(sign) = wrong.get_mut(at).filter(|c| c.is_ascii_digit()) {
            *sign = char::from(b'0' + d);
        }
        let wrong: String = wrong.into_iter().collect();
        prop_assert!(wrong == printed || ClientNumber::parse(&wrong).is_err(), "{}", wrong);
    }
}

#[test]
fn a_text_of_nothing_but_marks_costs_no_more_than_its_length() {
    let began = std::time::Instant::now();
    assert_eq!(search_key(&format!("か{}", "\u{3099}".repeat(200_000))), "が");
    assert!(began.elapsed() < std::time::Duration::from_secs(5));
}
