//! Names as families write them, numbers as the telephone garbles them.

use super::*;
use std::collections::HashSet;

#[test]
fn spellings_of_one_name_have_one_key() {
    for (name, key) in [
        ("ｻﾄｳ ﾊﾅｺ", "さとうはなこ"),
        ("サトウ　ハナコ", "さとうはなこ"),
        ("ｶﾞﾝﾊﾞ", "がんば"),
        ("か゛", "が"),
        ("マリー・アン", "まりあん"),
        ("髙﨑 渡邉", "高崎渡辺"),
        ("渡邊", "渡辺"),
        ("齋藤", "斉藤"),
        ("齊藤", "斉藤"),
        ("斎藤", "斉藤"),
        ("濵田澤", "浜田沢"),
        ("𠮷野家", "吉野家"),
        ("辻\u{E0101}󠄀井", "辻井"),
        ("葛\u{FE00}城", "葛城"),
        ("龍之介", "竜之介"),
        ("佐々木", "佐々木"),
        ("ヴァン", "ゔぁん"),
        ("スヱ", "すえ"),
        ("ゐの", "いの"),
        ("いすゞ", "いすず"),
        ("こゝろ", "こころ"),
        ("バヽ", "ばは"),
        ("茅ヶ崎", "茅け崎"),
        ("José  MARÍA", "josemaria"),
        ("Ｍａｒｉａ", "maria"),
        ("O'Brien-Smith", "obriensmith"),
        ("ー・　", ""),
        ("", ""),
    ] {
        assert_eq!(search_key(name), key, "{name}");
    }
    assert_ne!(search_key("きょう"), search_key("きよう"));
}

#[test]
fn the_variants_are_a_clean_list() {
    let mut seen = HashSet::new();
    let mut groups = 0;
    for line in variants::GROUPS.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        groups += 1;
        let group: Vec<&str> = line.split(' ').collect();
        assert!(group.len() >= 2, "{line}");
        let key = search_key(group[0]);
        assert_eq!(key, group[0], "the first is the key: {line}");
        for word in group {
            let mut chars = word.chars();
            let c = chars.next().unwrap();
            assert!(chars.next().is_none() && c >= '\u{3400}', "{line}");
            assert!(seen.insert(c), "{c} is in two groups");
            assert_eq!(search_key(word), key, "{word}");
        }
    }
    assert!(groups > 200, "{groups}");
}

#[test]
fn the_key_of_a_key_is_the_key() {
    let mut random = 6_u64;
    for _ in 0..40_000 {
        let name: String = (0..1 + next(&mut random) % 8).map(|_| any_char(&mut random)).collect();
        let key = search_key(&name);
        assert_eq!(search_key(&key), key, "{name:?}");
    }
}

#[test]
fn every_part_of_a_name_is_found_by_range() {
    let mut random = 7_u64;
    for _ in 0..300 {
        let parts: Vec<String> = (0..2)
            .map(|_| (0..1 + next(&mut random) % 5).map(|_| any_char(&mut random)).collect())
            .collect();
        let keys = name_keys(&[&parts[0], &parts[1]]);
        let whole: Vec<char> = search_key(&parts.concat()).chars().collect();
        for from in 0..whole.len() {
            for to in from + 1..=whole.len() {
                let typed: String = whole[from..to].iter().collect();
                assert!(found(&keys, &typed), "{typed} in {keys:?}");
            }
        }
        let rows: HashSet<&String> = keys.iter().collect();
        assert_eq!(rows.len(), keys.len());
    }
}

#[test]
fn a_name_is_found_without_its_space_and_by_the_given_name() {
    let keys = name_keys(&["佐藤", "花子"]);
    assert_eq!(keys, ["佐藤花子", "藤花子", "花子", "子"]);
    for typed in ["佐藤花", "佐藤 花子", "花子", "藤", "佐"] {
        assert!(found(&keys, &search_key(typed)), "{typed}");
    }
    assert!(!found(&keys, "佐藤子") && !found(&keys, "鈴木"));
    let keys = name_keys(&["Santos", "Maria"]);
    assert!(found(&keys, "mariasan") && found(&keys, "santosmaria"));
    assert!(name_keys(&[]).is_empty() && name_keys(&["・"]).is_empty());
}

#[test]
fn long_names_have_limits() {
    let long = "あいうえおかきくけこ".repeat(20);
    let keys = suffix_keys(&long);
    assert!(keys.len() <= NAME_CHARS && keys.iter().all(|k| k.chars().count() <= KEY_CHARS));
    let Query::Name(typed) = Query::read(&long) else { panic!("a name") };
    assert!(found(&keys, &typed));
    assert_eq!(suffix_keys(&"あ".repeat(40)).len(), KEY_CHARS, "equal rows are one row");
}

#[test]
fn forms_change_only_what_they_name() {
    assert_eq!(to_hiragana("サトウーヴヷ髙A"), "さとうーゔヷ髙A");
    assert_eq!(to_katakana("さとうーゔ髙A"), "サトウーヴ髙A");
    assert_eq!(half_to_full("ｻﾄｳｰ ｶﾞﾊﾟ　髙Ａ1"), "サトウー ガパ　髙Ａ1");
    assert_eq!(digits_ascii("令和８年１２月－x"), "令和8年12月－x");
    for kana in ["さとう はなこ", "サトウ　ハナコ", "マリー・アン", "ヴィ", "いすゞ"]
    {
        assert!(is_kana_reading(kana), "{kana}");
    }
    for other in ["", " ", "ー", "佐藤", "ｻﾄｳ", "さとうA", "さとう1", "さとう\n"]
    {
        assert!(!is_kana_reading(other), "{other}");
    }
}

#[test]
fn telephone_numbers_in_any_notation() {
    for text in [
        "03-1234-5678",
        "（０３）１２３４－５６７８",
        "03ー1234ー5678",
        "+81 3-1234-5678",
        "(+81) 3 1234 5678",
        "＋８１（０）３−１２３４−５６７８",
        "03 1234 5678 内線12",
    ] {
        assert_eq!(phone_key(text), "0312345678", "{text}");
    }
    assert_eq!(phone_key("8134"), "8134", "a part of a number keeps its digits");
    assert_eq!(phone_key("なし"), "");
}

#[test]
fn what_was_typed_is_told_apart() {
    let number = |typed: &str| match Query::read(typed) {
        Query::Number { digits, checked } => (digits, checked.ok().map(ClientNumber::running)),
        other => panic!("{typed}: {other:?}"),
    };
    let whole = ClientNumber::new(127).unwrap().to_string();
    assert_eq!(number(&whole).1, Some(127));
    for typed in ["M-0127", "m0127", "１２７", "127", "Ｍ－０１２７", "0127", "m 127"] {
        assert_eq!(number(typed), ("127".into(), None), "{typed}");
    }
    let phone = |typed: &str| match Query::read(typed) {
        Query::Phone(key) => key,
        other => panic!("{typed}: {other:?}"),
    };
    assert_eq!(phone("０９０－１２３４－５６７８"), "09012345678");
    assert_eq!(phone("+81 90 1234 5678"), "09012345678");
    assert_eq!(phone("3456-7890"), "34567890");
    assert_eq!(phone("03-12"), "0312");
    assert_eq!(phone("0312345"), "0312345");
    for (typed, key) in [("佐藤 花", "佐藤花"), ("ﾐｽﾞﾉ", "みずの"), ("Maria", "maria"), ("M", "m")]
    {
        assert_eq!(Query::read(typed), Query::Name(key.into()), "{typed}");
    }
    assert_eq!(Query::read("2020-06-03"), Query::Name("20200603".into()));
    assert_eq!(Query::read("0"), Query::Name("0".into()), "never the number of everybody");
    for typed in ["", "　", "・ー", "（"] {
        assert_eq!(Query::read(typed), Query::Nothing, "{typed}");
    }
}

#[test]
fn client_numbers_are_read_as_they_are_said() {
    let number = ClientNumber::new(127).unwrap();
    let printed = number.to_string();
    assert!(printed.starts_with("M-0127") && printed.len() == 7, "{printed}");
    let digits = &printed[2..];
    for said in [
        printed.clone(),
        printed.to_lowercase(),
        digits.into(),
        digits[1..].into(),
        format!("Ｍ－{digits}"),
        format!(" M {} - {}", &digits[..4], &digits[4..]),
    ] {
        assert_eq!(said.parse(), Ok(number), "{said}");
    }
    assert_eq!(ClientNumber::new(572).unwrap().to_string(), "M-05724", "Damm's own example");
    for bad in ["", "M", "0", "5", "M-", "N-05724", "05724x", "123456789", "佐藤"] {
        assert_eq!(ClientNumber::parse(bad), Err(NumberError::NotANumber), "{bad}");
    }
    let wrong = ClientNumber::parse("M-05725").unwrap_err();
    assert_eq!(wrong.to_string(), "番号の最後の数字が合いません。聞き直してください");
    assert_eq!(ClientNumber::new(0), None);
    let last = ClientNumber::new(ClientNumber::MAX).unwrap();
    assert_eq!(last.to_string().parse(), Ok(last));
    assert_eq!(ClientNumber::new(ClientNumber::MAX + 1), None);
}

/// All numbers up to 99999: no wrong digit and no exchange of neighbours passes.
#[test]
fn every_slip_of_one_digit_or_two_neighbours_is_noticed() {
    for running in 1..=99_999 {
        let right: u32 = ClientNumber::new(running).unwrap().to_string()[2..].parse().unwrap();
        assert_eq!(numbers::damm(right), 0);
        for at in [1, 10, 100, 1_000, 10_000, 100_000] {
            let (digit, left) = (right / at % 10, right / at / 10 % 10);
            let blank = right - digit * at;
            for wrong in (0..10).filter(|wrong| *wrong != digit) {
                assert_ne!(numbers::damm(blank + wrong * at), 0, "{right} {at} {wrong}");
            }
            if left != digit && at < 100_000 {
                let swapped = blank - left * at * 10 + digit * at * 10 + left * at;
                assert_ne!(numbers::damm(swapped), 0, "{right} {swapped}");
            }
        }
    }
}

#[test]
fn my_numbers_are_recognised_in_free_text() {
    for text in
        ["123456789018", "１２３４５６７８９０１８", "1234-5678-9018", "１２３４　５６７８ 9018"]
    {
        assert!(is_my_number(text), "{text}");
        assert!(contains_my_number(text), "{text}");
        assert!(contains_my_number(&format!("母のマイナンバーは{text}です")), "{text}");
        assert!(contains_my_number(&format!("2026 {text} 03-1234-5678")), "{text}");
    }
    for text in [
        "123456789017",
        "1234567890180",
        "0123456789018",
        "12345678901",
        "123-4567-89018 は電話",
        "電話 03-1234-5678、090-1234-5678",
        "",
    ] {
        assert!(!contains_my_number(text), "{text}");
        assert!(!is_my_number(text), "{text}");
    }
    assert!(!is_my_number("123456789018です"));
    assert!(is_my_number("123-456 789018"), "a field of its own: any grouping");
}

#[test]
fn the_check_digit_of_a_my_number_follows_the_published_formula() {
    let mut random = 12_u64;
    for _ in 0..2_000 {
        let body = next(&mut random) % 100_000_000_000;
        let digit = |n: u32| body / 10_u64.pow(n - 1) % 10;
        let weight = |n: u32| u64::from(if n <= 6 { n + 1 } else { n - 5 });
        let rest = (1..=11).map(|n| digit(n) * weight(n)).sum::<u64>() % 11;
        let check = if rest <= 1 { 0 } else { 11 - rest };
        for last in 0..10 {
            assert_eq!(is_my_number(&format!("{body:011}{last}")), last == check, "{body}");
        }
    }
}

/// The search as the database does it: a range in binary order.
fn found(keys: &[String], typed: &str) -> bool {
    let end = upper_bound(typed);
    keys.iter().any(|key| key.as_str() >= typed && *key < end)
}

/// Characters of names, with the awkward ones often.
fn any_char(random: &mut u64) -> char {
    const AWKWARD: &str = "がぱカﾞﾊﾟ゛゜ゝゞヽヾヴヷヺヶゐヱー・ 　々〇髙邉齋𠮷﨑神海㍿ﬁÉİßΣゟヿ가ᄀ";
    let awkward: Vec<char> = AWKWARD.chars().collect();
    let pick = next(random);
    let range = match pick % 8 {
        0..=2 => return awkward[next(random) as usize % awkward.len()],
        3 => 0x3041..0x3100,
        4 => 0x4E00..0xA000,
        5 => 0x20..0x600,
        6 => 0xF900..0x10000,
        _ => 0x20..0x31350,
    };
    let code = range.start + next(random) as u32 % (range.end - range.start);
    char::from_u32(code).unwrap_or('あ')
}

/// A fixed sequence (splitmix64): the same names on every machine.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB) >> 33
}
