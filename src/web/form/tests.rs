//! What people type, and what the form makes of it.

use super::*;
use crate::codes::Codes;

fn read(kind: Kind, pairs: &[(&str, &str)]) -> Result<Values, Problems> {
    let form = Form::new("test", "試し", vec![Field::new("x", "項目", kind)]);
    let entry = Entry(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect());
    form.read(&entry, &Codes::official().unwrap())
}

fn refusal(kind: Kind, typed: &str) -> String {
    read(kind, &[("x", typed)]).unwrap_err().of("x").unwrap().to_owned()
}

#[test]
fn a_date_is_read_from_three_fields_or_from_one() {
    let parts = [("x_era", "令和"), ("x_y", "元"), ("x_m", "５"), ("x_d", "1")];
    let on = |pairs: &[(&str, &str)]| read(Kind::Date, pairs).unwrap().date("x").unwrap();
    assert_eq!(on(&parts).to_string(), "2019-05-01");
    assert_eq!(on(&[("x", "S64.1.7")]).to_string(), "1989-01-07");
    let odd = [("x_era", "令和"), ("x_y", "8"), ("x_m", "11"), ("x_d", "31")];
    let said = read(Kind::Date, &odd).unwrap_err();
    assert!(said.of("x").unwrap().contains("30日まで"), "{said:?}");
}

#[test]
fn an_era_alone_is_an_empty_date() {
    assert_eq!(read(Kind::Date, &[("x_era", "令和"), ("x_y", "")]).unwrap().date("x"), None);
}

#[test]
fn a_date_with_time_belongs_to_japan() {
    let at = read(Kind::DateTime, &[("x", "2024-04-01"), ("x_t", "0:30")]).unwrap().at("x");
    assert_eq!(at.unwrap().to_string(), "2024-03-31T15:30:00.000Z");
    assert_eq!(at.unwrap().civil_date().to_string(), "2024-04-01");
    assert!(refusal(Kind::DateTime, "2024-04-01").contains("時刻"));
}

#[test]
fn times_in_the_usual_notations() {
    let time = |t: &str| read(Kind::Time, &[("x", t)]).unwrap().text("x").to_owned();
    assert_eq!(time("9:05"), "09:05");
    assert_eq!(time("９：０５"), "09:05");
    assert_eq!(time("9時5分"), "09:05");
    assert_eq!(time("9時"), "09:00");
    assert_eq!(time("0905"), "09:05");
    for odd in ["24:00", "9:60", "朝", "9", ":", "１２３４５"] {
        assert!(refusal(Kind::Time, odd).contains("23:59"), "{odd}");
    }
}

#[test]
fn numbers_with_their_unit_and_within_their_bounds() {
    let kind = Kind::Number { min: 0, max: 6000, unit: "分" };
    let n = |t: &str| read(kind, &[("x", t)]).unwrap().int("x").unwrap();
    assert_eq!((n("１５"), n("15分"), n("1,200")), (15, 15, 1200));
    assert!(refusal(kind, "6001").contains("6000分まで"));
    assert!(refusal(kind, "-1").contains("0から"));
    assert!(refusal(kind, "半日").contains("整数"));
}

#[test]
fn readings_are_kept_in_hiragana() {
    let kana = |t: &str| read(Kind::Kana(60), &[("x", t)]).unwrap().text("x").to_owned();
    assert_eq!(kana("ミズノ"), "みずの");
    assert_eq!(kana("ﾐｽﾞﾉ"), "みずの");
    assert!(refusal(Kind::Kana(60), "水野").contains("ひらがな"));
}

#[test]
fn a_my_number_is_refused_wherever_text_is_typed() {
    // 123456789018 has a valid check digit (the published example of the algorithm).
    for kind in [Kind::Text(100), Kind::Long(100)] {
        assert!(refusal(kind, "番号は１２３４-５６７８-９０１８です").contains("マイナンバー"));
        assert!(read(kind, &[("x", "電話 03-1234-5678")]).is_ok());
    }
}

#[test]
fn telephone_numbers_of_ten_or_eleven_digits() {
    let kept = |t: &str| read(Kind::Phone, &[("x", t)]).unwrap().text("x").to_owned();
    assert_eq!(kept("０３（１２３４）５６７８"), "03（1234）5678");
    for odd in ["1234", "母の携帯", "03-1234-56789000"] {
        assert!(refusal(Kind::Phone, odd).contains("市外局番"), "{odd}");
    }
}

#[test]
fn only_what_the_list_offers_can_be_chosen() {
    assert!(read(Kind::Code("channel"), &[("x", "phone")]).is_ok());
    assert!(refusal(Kind::Code("channel"), "telepathy").contains("選び直して"));
    let many = read(Kind::Codes("topic"), &[("x", "school"), ("x", "respite")]).unwrap();
    assert_eq!(many.many("x"), ["school", "respite"]);
    assert!(read(Kind::Codes("topic"), &[("x", "school"), ("x", "odd")]).is_err());
}

#[test]
fn what_is_required_says_so_by_its_kind() {
    let say = |kind| {
        let form = Form::new("t", "t", vec![Field::new("x", "方法", kind).required()]);
        let bad = form.read(&Entry::default(), &Codes::official().unwrap()).unwrap_err();
        bad.of("x").unwrap().to_owned()
    };
    assert_eq!(say(Kind::Text(9)), "方法を入力してください");
    assert_eq!(say(Kind::Code("channel")), "方法を選んでください");
    assert_eq!(say(Kind::Date), "方法を入力してください");
    assert!(say(Kind::Yes).contains("印をつけて"));
}

#[test]
fn a_stored_instant_is_shown_as_era_and_time() {
    let form = Form::new("t", "t", vec![Field::new("x", "いつ", Kind::DateTime)]);
    let entry = Entry(vec![("x".into(), "2026-11-20T01:05:00.000Z".into())]);
    let codes = Codes::official().unwrap();
    let shown = form.view(&entry, &Problems::default(), &codes, &Options::new());
    let f = shown.field("x").unwrap();
    assert_eq!(
        (f.era.as_str(), f.y.as_str(), f.m.as_str(), f.d.as_str()),
        ("令和", "8", "11", "20")
    );
    assert_eq!(f.t, "10:05");
}

#[test]
fn every_kind_refuses_its_bad_entry() {
    let kinds = [
        Kind::Text(5),
        Kind::Long(5),
        Kind::Kana(5),
        Kind::Phone,
        Kind::Date,
        Kind::DateTime,
        Kind::Time,
        Kind::Number { min: 0, max: 9, unit: "" },
        Kind::Code("channel"),
        Kind::Select("channel"),
        Kind::Codes("channel"),
    ];
    let codes = Codes::official().unwrap();
    for kind in kinds {
        let form = Form::new("t", "t", vec![Field::new("x", "項目", kind)]);
        let bad = bad_entry(&form.fields[0], &Entry::default()).unwrap();
        assert!(form.read(&bad, &codes).unwrap_err().of("x").is_some(), "{kind:?}");
    }
}
