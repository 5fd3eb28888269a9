//! One person at a time, a population in columns, and CEL's own interpreter say the same.
//! `cargo xtask agree` runs the same test in release over 1,000,000 sets of facts.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use cel::{Context, Program as Cel, Value};
use eligibility::{Fact, Facts, Kind, Population, Program, Rules, civil_of, days_of};

const CONDITIONS: &[&str] = &[
    "age < 18 && (score >= 16 || ventilator)",
    "!(age < 18) || score < 16 && !ventilator",
    "mobility == 'walks' || mobility in ['lying', 'sits']",
    "mobility != 'sits' && age in [1, 5, 17, 18]",
    "born >= date('2010-04-02') && day(born) <= 15",
    "ventilator == (score > 20)",
    "ventilator ? age <= 20 : walks_out",
    "(ventilator || walks_out) && !(ventilator && walks_out)",
    "month(born) == 4 && day(born) == 1 || year(born) > 2015",
    "requested / 30 * 30 == requested && requested % 60 != 30",
    "age in []",
    "true",
];

const AMOUNTS: &[&str] = &[
    "2024 - year(born) - (month(born) > 6 ? 1 : 0)",
    "age < 18 && ventilator ? 17280 : 0",
    "min(max(17280 - used, 0), min(requested, 240)) / 30 * 30",
    "(used - 9000) / 7 + (used - 9000) % 7",
    "-score * 3 + age",
    "requested * 3750 * (walks_out ? 10 : 0) / 100",
    "max(score, age) - min(score, age)",
    "score > 100 ? used : requested",
    "ventilator ? (walks_out ? 3 : score) : age",
];

fn facts() -> Facts {
    Facts::new(vec![
        Fact::int("age", 0, 120),
        Fact::int("score", 0, 200),
        Fact::yes("ventilator"),
        Fact::yes("walks_out"),
        Fact::date("born"),
        Fact::word("mobility", &["walks", "sits", "lying"]),
        Fact::int("used", 0, 30_000),
        Fact::int("requested", 0, 600),
    ])
}

/// SplitMix64: the same people in every run.
struct Luck(u64);

impl Luck {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Every eighth fact of every second person is not known; limits are met more often.
    fn person(&mut self, facts: &Facts) -> Vec<Option<i32>> {
        let complete = self.next().is_multiple_of(2);
        facts.iter().map(|fact| self.value(fact, complete)).collect()
    }

    fn value(&mut self, fact: &Fact, complete: bool) -> Option<i32> {
        let (low, high) = fact.kind.range();
        if !complete && self.next().is_multiple_of(8) {
            return None;
        }
        let span = i64::from(high) - i64::from(low) + 1;
        let drawn = i64::from(low) + (self.next() % span.unsigned_abs()) as i64;
        let near = [15, 16, 17, 18, 20, 21, 30, 240, i64::from(high)];
        let near = near[(self.next() % 9) as usize];
        let drawn = if self.next().is_multiple_of(3) && near <= high.into() { near } else { drawn };
        i32::try_from(drawn).ok()
    }
}

#[test]
fn three_evaluators_agree() {
    let wanted = std::env::var("KAKEHASHI_AGREE").ok();
    let mut left: usize = wanted.and_then(|n| n.parse().ok()).unwrap_or(20_000);
    let mut rules = Rules::new(facts());
    let mut ids = Vec::new();
    ids.extend(CONDITIONS.iter().map(|text| rules.add(text).unwrap()));
    ids.extend(AMOUNTS.iter().map(|text| rules.add_amount(text).unwrap()));
    let texts: Vec<&str> = CONDITIONS.iter().chain(AMOUNTS).copied().collect();
    let oracles: Vec<Cel> = texts.iter().map(|text| Cel::compile(text).unwrap()).collect();
    let program = Program::new(&rules, &ids);
    let (mut luck, mut complete, mut unknown) = (Luck(20_260_401), 0, 0);
    // Each run works over the columns of the one before: nothing of it may be left.
    let mut outcomes = Vec::new();
    while left > 0 {
        // Not a multiple of a chunk, so that the last one is short.
        let rows = left.min(9_999);
        left -= rows;
        let people: Vec<_> = (0..rows).map(|_| luck.person(rules.facts())).collect();
        let columns = Population::fill(rules.facts(), rows, |row, fact| people[row][fact]);
        outcomes = program.run_over(&columns, outcomes);
        for (row, person) in people.iter().enumerate() {
            let trace = rules.trace(person);
            let context = person.iter().all(Option::is_some).then(|| context(&rules, person));
            complete += usize::from(context.is_some());
            for (n, id) in ids.iter().enumerate() {
                let scalar = trace.value(*id);
                unknown += usize::from(scalar.is_none());
                assert_eq!(outcomes[n].value(row), scalar, "{} of {person:?}", texts[n]);
                if let Some(context) = &context {
                    let oracle = number(oracles[n].execute(context).unwrap());
                    assert_eq!(Some(oracle), scalar, "{} of {person:?}", texts[n]);
                }
            }
        }
    }
    println!("{complete} complete sets of facts, {unknown} unknown answers");
    assert!(complete > 0 && unknown > 0);
}

fn context(rules: &Rules, person: &[Option<i32>]) -> Context<'static, 'static> {
    let mut context = Context::default();
    for (fact, value) in rules.facts().iter().zip(person) {
        let value = value.unwrap();
        let value = match &fact.kind {
            Kind::Yes => Value::Bool(value == 1),
            Kind::Word(words) => Value::from(words[value as usize].as_str()),
            Kind::Int { .. } | Kind::Date { .. } => Value::Int(value.into()),
        };
        context.add_variable_from_value(fact.name.as_str(), value);
    }
    // CEL knows neither our dates nor these two.
    context.add_function("min", |a: i64, b: i64| a.min(b)).unwrap();
    context.add_function("max", |a: i64, b: i64| a.max(b)).unwrap();
    context.add_function("year", |days: i64| i64::from(civil_of(days as i32).0)).unwrap();
    context.add_function("month", |days: i64| i64::from(civil_of(days as i32).1)).unwrap();
    context.add_function("day", |days: i64| i64::from(civil_of(days as i32).2)).unwrap();
    let date = |text: std::sync::Arc<String>| {
        let parts: Vec<i32> = text.split('-').map(|p| p.parse().unwrap()).collect();
        i64::from(days_of(parts[0], parts[1], parts[2]))
    };
    context.add_function("date", date).unwrap();
    context
}

fn number(value: Value) -> i32 {
    match value {
        Value::Bool(value) => i32::from(value),
        Value::Int(value) => i32::try_from(value).unwrap(),
        other => panic!("{other:?}"),
    }
}
