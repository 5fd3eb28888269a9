//! What is refused, and what is not known.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use eligibility::{Error, Fact, Facts, Mistake, Rules, days_of};

fn rules() -> Rules {
    Rules::new(Facts::new(vec![
        Fact::int("age", 0, 120),
        Fact::int("score", 0, 200),
        Fact::yes("ventilator"),
        Fact::word("band", &["public_assistance", "tax_exempt", "taxed"]),
        Fact::date("born"),
        Fact::int("yen", 0, 1_000_000),
    ]))
}

fn refused(text: &str) -> Error {
    rules().add(text).expect_err(text)
}

#[test]
fn a_mistake_is_shown_where_it_is_with_what_was_meant() {
    let error = refused("ventilator &&\n  agee < 18");
    assert_eq!((error.line, error.column), (2, 3));
    assert!(error.to_string().contains("「age」ではありませんか"), "{error}");
    let error = refused("band == 'tax_exemp'");
    assert!(error.to_string().contains("「tax_exempt」ではありませんか"), "{error}");
    assert_eq!((error.line, error.column), (1, 9));
    let error = refused("moth(born) == 4");
    assert!(error.to_string().contains("「month」ではありませんか"), "{error}");
    // Letters are counted, not bytes.
    assert_eq!(refused("band == 'あいう' || agee > 1").column, 9);
}

#[test]
fn types_dates_divisors_and_sizes_are_checked() {
    let type_of = |text: &str| matches!(refused(text).mistake, Mistake::Type { .. });
    for text in
        ["age", "age && ventilator", "age == 'x' ", "born < 3", "!score", "age ? true : false"]
    {
        assert!(type_of(text), "{text}: {:?}", refused(text));
    }
    assert!(matches!(refused("born < date('2023-02-29')").mistake, Mistake::NotADate(_)));
    for text in ["age / score == 1", "age / 0 == 1", "age % -3 == 1"] {
        assert_eq!(refused(text).mistake, Mistake::Divisor, "{text}");
    }
    let high = Mistake::TooLarge { low: 0, high: 1_000_000_000_000 };
    assert_eq!(refused("yen * yen > 1").mistake, high);
    assert!(matches!(refused("year(born - 2000000) > 1").mistake, Mistake::TooLarge { .. }));
}

#[test]
fn the_rest_of_cel_is_refused() {
    for text in ["age =", "age = 18", "", "年齢 < 18"] {
        assert_eq!(refused(text).mistake, Mistake::Syntax, "{text}");
    }
    for text in ["[1].all(x, x > 0)", "{'a': 1} == 1", "age.size() > 1", "1.5 < age", "age in age"]
    {
        assert!(matches!(refused(text).mistake, Mistake::NotAllowed), "{text}");
    }
    assert!(matches!(refused("min(age) > 1").mistake, Mistake::Arguments { .. }));
}

#[test]
fn equal_parts_are_stored_once_and_fixed_parts_are_computed() {
    let mut rules = rules();
    let first = rules.add("age < 18 && score >= 16").unwrap();
    let size = rules.len();
    assert_eq!(rules.add("score >= 8 + 8 && age < 18").unwrap(), first);
    assert!(rules.len() <= size + 1, "only the 8 is new");
    assert_eq!(rules.asked(first), [0, 1]);
}

#[test]
fn unknown_is_not_no_and_only_what_decides_is_asked() {
    let mut rules = rules();
    let rule = rules.add("age < 18 && (score >= 16 || ventilator)").unwrap();
    let young = rules.trace(&[Some(10), None, None]);
    assert_eq!(young.value(rule), None);
    assert_eq!(rules.missing(rule, &young), [1, 2]);
    let low = rules.trace(&[Some(10), Some(15), None]);
    assert_eq!(rules.missing(rule, &low), [2]);
    let high = rules.trace(&[Some(10), Some(16), None]);
    assert_eq!(high.value(rule), Some(1));
    assert!(rules.missing(rule, &high).is_empty());
    let old = rules.trace(&[Some(18), None, None]);
    assert_eq!(old.value(rule), Some(0));
}

#[test]
fn a_choice_is_known_where_both_ways_agree() {
    let mut rules = rules();
    let same = rules.add_amount("ventilator ? score : 16").unwrap();
    assert_eq!(rules.trace(&[None, Some(16)]).value(same), Some(16));
    let other = rules.trace(&[None, Some(15)]);
    assert_eq!(other.value(same), None);
    assert_eq!(rules.missing(same, &other), [2]);
    let taken = rules.trace(&[None, None, Some(1)]);
    assert_eq!(rules.missing(same, &taken), [1]);
}

#[test]
fn a_value_outside_its_range_is_not_known() {
    let mut rules = rules();
    let rule = rules.add("age < 18").unwrap();
    assert_eq!(rules.trace(&[Some(-1)]).value(rule), None);
    assert_eq!(rules.trace(&[]).value(rule), None);
}

#[test]
fn dates_are_compared_by_the_day() {
    let mut rules = rules();
    let rule = rules.add("born < date('2019-04-02')").unwrap();
    let of = |day| Some(days_of(2019, 4, day));
    let facts = |day| [None, None, None, None, of(day)];
    assert_eq!(rules.trace(&facts(1)).value(rule), Some(1));
    assert_eq!(rules.trace(&facts(2)).value(rule), Some(0));
}
