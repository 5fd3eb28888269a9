//! The worked examples, every row with every choice, and random forms.

use super::*;
use Watch::{High, Low, Mid, Yes};

/// An independent copy of the form, by hand: code, base, points of 高 / 中 / 該当 / 低.
const ORACLE: [(&str, u32, [Option<u32>; 4]); 19] = [
    ("ventilator", 10, [Some(2), Some(1), None, Some(0)]),
    ("tracheostomy", 8, [None, None, Some(2), Some(0)]),
    ("nasopharyngeal_airway", 5, [None, None, Some(1), Some(0)]),
    ("oxygen", 8, [None, None, Some(1), Some(0)]),
    ("suction", 8, [None, None, Some(1), Some(0)]),
    ("nebulizer", 3, [None; 4]),
    ("tube_feeding", 8, [None, None, Some(2), Some(0)]),
    ("feeding_pump", 3, [None, None, Some(1), Some(0)]),
    ("central_line", 8, [None, None, Some(2), Some(0)]),
    ("subcutaneous_injection", 5, [None, None, Some(1), Some(0)]),
    ("injection_pump", 3, [None, None, Some(1), Some(0)]),
    ("glucose", 3, [None, None, Some(1), Some(0)]),
    ("dialysis", 8, [None, None, Some(2), Some(0)]),
    ("intermittent_catheter", 5, [None; 4]),
    ("indwelling_catheter", 3, [None, None, Some(1), Some(0)]),
    ("bowel_stoma", 5, [None, None, Some(1), Some(0)]),
    ("bowel_washout", 5, [None; 4]),
    ("enema", 3, [None; 4]),
    ("seizure_response", 3, [None, None, Some(2), Some(0)]),
];

#[test]
fn d1_tracheostomy_suction_oxygen_is_26() {
    expect(&d1(), 26, Some(2));
}

#[test]
fn d2_with_ventilator_the_watch_of_the_tracheostomy_is_dropped() {
    let form = [&d1()[..], &[("ventilator", Some(High))]].concat();
    expect(&form, 36, Some(3));
    assert_eq!(naive_sum(&form), 38, "a plain sum is wrong here, and this test would see it");
    let score = score(table(), &answers(&form)).unwrap();
    let line = score.lines.iter().find(|l| l.code == "tracheostomy").unwrap();
    assert_eq!((line.base, line.watch), (8, 0));
    assert!(line.why.to_string().contains("加点しない"));
}

#[test]
fn d3_gastrostomy_with_pump_is_14() {
    expect(&[("tube_feeding", Some(Yes)), ("feeding_pump", Some(Yes))], 14, Some(1));
}

#[test]
fn d4_sixteen_is_the_first_of_band_2() {
    expect(&[("tube_feeding", Some(Low)), ("suction", Some(Low))], 16, Some(2));
}

#[test]
fn d5_injection_and_glucose_is_10() {
    expect(&[("subcutaneous_injection", Some(Yes)), ("glucose", Some(Yes))], 10, Some(1));
}

#[test]
fn d6_a_disposable_enema_alone_is_no_care_and_no_band() {
    let mut form = answers(&[]);
    form.rows.insert("enema".into(), Answer { present: false, watch: None });
    let score = score(table(), &form).unwrap();
    assert_eq!((score.total, score.band, score.lines.len()), (0, None, 0));
}

#[test]
fn d7_the_three_levels_of_the_ventilator() {
    for (level, total) in [(Mid, 35), (Low, 34), (High, 36)] {
        let rest = [("tracheostomy", None), ("suction", Some(Low)), ("tube_feeding", Some(Low))];
        expect(&[&rest[..], &[("ventilator", Some(level))]].concat(), total, Some(3));
    }
}

#[test]
fn d8_thirty_one_is_the_last_of_band_2() {
    let form = [
        ("tracheostomy", Some(Yes)),
        ("suction", Some(Yes)),
        ("oxygen", Some(Yes)),
        ("nebulizer", None),
    ];
    expect(&form, 31, Some(2));
    expect(&[&form[..], &[("enema", None)]].concat(), 34, Some(3));
}

#[test]
fn d9_intermittent_catheter_has_no_watch() {
    expect(&[("intermittent_catheter", None)], 5, Some(1));
    for level in Watch::ALL {
        let form = answers(&[("intermittent_catheter", Some(level))]);
        let refusal = score(table(), &form).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "項目12(1)「導尿: 間欠的導尿」には見守りスコアがありません。見守りの選択を外してください。"
        );
    }
}

#[test]
fn w1_mean_45_4_gives_the_first_addition() {
    let mean = weighted_mean(&[(16, 180), (20, 150), (32, 100)], 200).unwrap();
    assert_eq!((mean.sum(), mean.days(), mean.to_string()), (9080, 200, "45.4".into()));
    assert_eq!(mean.addition(table()).unwrap().label, "看護職員加配加算(Ⅰ)");
}

#[test]
fn w2_ventilator_with_tracheostomy() {
    for (level, total) in [(High, 20), (Mid, 19), (Low, 18)] {
        expect(&[("ventilator", Some(level)), ("tracheostomy", Some(Yes))], total, Some(2));
    }
}

#[test]
fn a_mean_is_compared_exactly_and_never_rounded_up() {
    let label = |sum, days| {
        let mean = weighted_mean(&[(sum, 1)], days).unwrap();
        (mean.to_string(), mean.addition(table()).map(|a| a.from))
    };
    assert_eq!(label(7999, 200), ("39.9".into(), None));
    assert_eq!(label(8000, 200), ("40.0".into(), Some(40)));
    assert_eq!(label(14399, 200), ("71.9".into(), Some(40)));
    assert_eq!(label(14400, 200), ("72.0".into(), Some(72)));
    assert_eq!(weighted_mean(&[(16, 1)], 0).unwrap_err(), Refusal::NoOpenDays);
    assert!(weighted_mean(&[(u32::MAX, u32::MAX)], 1).unwrap().at_least(u32::MAX));
}

#[test]
fn the_official_table_is_the_form() {
    let table = table();
    assert_eq!(table.rows.len(), 19);
    assert_eq!(table.rows.last().unwrap().item, 14);
    let codes: Vec<&str> = table.rows.iter().map(|r| r.code.as_str()).collect();
    assert_eq!(codes, ORACLE.map(|(code, ..)| code));
    for (row, (_, _, points)) in table.rows.iter().zip(ORACLE) {
        assert_eq!(row.hint.is_some(), points.iter().any(Option::is_some), "{}", row.code);
    }
    assert_eq!(table.row("feeding_pump").unwrap().number(), "7(2)");
}

#[test]
fn every_row_with_every_choice() {
    for (code, base, points) in ORACLE {
        let bare = score(table(), &answers(&[(code, None)])).unwrap();
        assert_eq!((bare.total, bare.watch), (base, 0), "{code}");
        assert_eq!(bare.complete, points == [None; 4], "{code}");
        for (level, points) in Watch::ALL.into_iter().zip(points) {
            let got = score(table(), &answers(&[(code, Some(level))]));
            match points {
                Some(watch) => {
                    let got = got.unwrap();
                    assert_eq!((got.base, got.watch, got.complete), (base, watch, true));
                    assert_eq!(got.lines[0].why, Why::Watched(level));
                }
                None => assert!(got.is_err(), "{code} {level:?}"),
            }
        }
    }
}

#[test]
fn random_forms_agree_with_the_oracle() {
    let mut random = 2026_u64;
    for _ in 0..5_000 {
        let mut form = Vec::new();
        for (code, _, points) in ORACLE {
            let levels = Watch::ALL.into_iter().zip(points).filter(|(_, p)| p.is_some());
            let mut choices: Vec<Option<Watch>> = levels.map(|(level, _)| Some(level)).collect();
            choices.push(None);
            let roll = next(&mut random) as usize;
            if roll.is_multiple_of(3) {
                form.push((code, choices[roll / 3 % choices.len()]));
            }
        }
        let got = score(table(), &answers(&form)).unwrap();
        let both = form.iter().any(|(c, _)| *c == "ventilator");
        let dropped = match form.iter().find(|(c, _)| *c == "tracheostomy") {
            Some((_, Some(Yes))) if both => 2,
            _ => 0,
        };
        assert_eq!(got.total, naive_sum(&form) - dropped);
        assert_eq!(got.total, got.lines.iter().map(|l| l.base + l.watch).sum::<u32>());
        assert_eq!(got.total, got.base + got.watch);
        assert_eq!(got.lines.len(), form.len());
        let band = match got.total {
            0 => None,
            1..=15 => Some(1),
            16..=31 => Some(2),
            _ => Some(3),
        };
        assert_eq!(got.band.map(|b| b.band), band);
    }
}

#[test]
fn mid_on_a_row_of_two_levels_is_refused_not_guessed() {
    let refusal = score(table(), &answers(&[("oxygen", Some(Mid))])).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "項目4「酸素療法」の見守りに「中」はありません。「該当」「低」から選び直してください。"
    );
    let refusal = score(table(), &answers(&[("ventilator", Some(Yes))])).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "項目1「人工呼吸器」の見守りに「該当」はありません。「高」「中」「低」から選び直してください。"
    );
}

#[test]
fn watch_without_a_physician_is_refused() {
    for watch in [None, Some(judgement(Judge::Facility))] {
        let form = Answers::new(judgement(Judge::Facility), watch);
        assert!(score(table(), &form.clone().with("oxygen", None)).is_ok());
        let refusal = score(table(), &form.with("oxygen", Some(Low))).unwrap_err();
        assert_eq!(refusal, Refusal::WatchNeedsPhysician);
        assert!(refusal.to_string().starts_with("見守りスコアは医師の判定が必要です。"));
    }
}

#[test]
fn the_facility_may_judge_the_base_but_not_for_the_number_itself() {
    let facility = Answers::new(judgement(Judge::Facility), Some(judgement(Judge::Physician)));
    assert!(score(table(), &facility.clone().with("oxygen", Some(Yes))).is_ok());
    assert!(!facility.physician_throughout());
    assert!(answers(&[]).physician_throughout());
    assert!(!Answers::new(judgement(Judge::Physician), None).physician_throughout());
}

#[test]
fn contradictions_and_unknown_rows_are_refused() {
    let mut form = answers(&[]);
    form.rows.insert("oxygen".into(), Answer { present: false, watch: Some(Yes) });
    assert!(matches!(score(table(), &form), Err(Refusal::WatchOnAbsent { .. })));
    let form = answers(&[("telepathy", None)]);
    assert!(matches!(score(table(), &form), Err(Refusal::UnknownRow { .. })));
    let mut form = answers(&[]);
    form.base.name = "　".into();
    assert_eq!(score(table(), &form), Err(Refusal::NoName));
    form.base.judged_on = Day::new(2021, 3, 31).unwrap();
    assert!(matches!(score(table(), &form), Err(Refusal::BeforeTable { .. })));
}

#[test]
fn bad_tables_are_refused() {
    let official = include_str!("../care_score.toml");
    let broken = |from: &str, to: &str| {
        assert!(official.contains(from), "{from}");
        Table::load(&official.replacen(from, to, 1)).unwrap_err()
    };
    let code = |c: &str| c.to_owned();
    let cut = official.find("[[rows]]\nitem = 14").unwrap();
    let missing =
        format!("{}{}", &official[..cut], &official[official.find("[[drops]]").unwrap()..]);
    let lost = Error::RowCount { expected: 19, found: 18 };
    assert_eq!(Table::load(&missing).unwrap_err(), lost);
    assert_eq!(broken("\"glucose\"", "\"oxygen\""), Error::DuplicateCode(code("oxygen")));
    assert_eq!(broken("item = 10\n", "item = 11\n"), Error::Gap(code("11")));
    assert_eq!(broken("part = 2", "part = 3"), Error::Gap(code("7(3)")));
    let mid = broken("{ yes = 2, low = 0 }", "{ yes = 2, mid = 1, low = 0 }");
    assert_eq!(mid, Error::BadWatch(code("tracheostomy")));
    let rising = broken("high = 2, mid = 1", "high = 1, mid = 2");
    assert_eq!(rising, Error::BadWatch(code("ventilator")));
    assert_eq!(broken("base = 8", "base = 0"), Error::NoBase(code("tracheostomy")));
    let drop = broken("of = \"tracheostomy\"", "of = \"nebulizer\"");
    assert_eq!(drop, Error::BadWatch(code("nebulizer")), "nothing to drop on a row without watch");
    let unknown = broken("when = \"ventilator\"", "when = \"vent\"");
    assert!(matches!(unknown, Error::UnknownRow(_)));
    assert_eq!(broken("from = 16", "from = 2"), Error::NotAscending("bands"));
    assert_eq!(broken("from = 72", "from = 40"), Error::NotAscending("additions"));
    assert!(matches!(broken("hint = ", "hnit = "), Error::Syntax(_)));
    assert!(matches!(broken("2021-04-01", "2021-04-31"), Error::Syntax(_)));
}

#[test]
fn days_are_read_strictly() {
    assert_eq!(Day::read("2024-02-29"), Day::new(2024, 2, 29));
    for bad in
        ["2026-02-29", "2026-1-1", "2026-13-01", "1900-02-29", "2026-11-20x", "", "+026-01-01"]
    {
        assert_eq!(Day::read(bad), None, "{bad}");
    }
    assert!(Day::read("2021-03-31") < Day::read("2021-04-01"));
}

fn expect(form: &[(&str, Option<Watch>)], total: u32, band: Option<u8>) {
    let score = score(table(), &answers(form)).unwrap();
    assert_eq!((score.total, score.band.map(|b| b.band)), (total, band), "{form:?}");
}

fn d1() -> [(&'static str, Option<Watch>); 3] {
    [("tracheostomy", Some(Yes)), ("suction", Some(Low)), ("oxygen", Some(Low))]
}

/// What a plain sum over the oracle gives, without any rule about combinations.
fn naive_sum(form: &[(&str, Option<Watch>)]) -> u32 {
    form.iter()
        .map(|(code, watch)| {
            let (_, base, points) = ORACLE.iter().find(|(c, ..)| c == code).unwrap();
            let at = watch.and_then(|w| Watch::ALL.iter().position(|level| *level == w));
            base + at.and_then(|at| points[at]).unwrap_or(0)
        })
        .sum()
}

fn answers(form: &[(&str, Option<Watch>)]) -> Answers {
    let by = judgement(Judge::Physician);
    let empty = Answers::new(by.clone(), Some(by));
    form.iter().fold(empty, |answers, (code, watch)| answers.with(code, *watch))
}

fn judgement(judged_by: Judge) -> Judgement {
    let judged_on = Day::new(2026, 11, 20).unwrap();
    Judgement { judged_by, judged_on, name: "佐伯 美穂".into() }
}

fn table() -> &'static Table {
    Table::official().unwrap()
}

/// A fixed sequence (splitmix64): the same forms on every machine.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB) >> 33
}
