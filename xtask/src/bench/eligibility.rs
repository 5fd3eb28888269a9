//! `cargo xtask bench eligibility`: seven rules over a population held in memory, and
//! over one person with every reason. Run it in release:
//! `cargo run --release -p xtask -- bench eligibility`.

use std::hint::black_box;
use std::time::Instant;

use eligibility::{Error, Fact, Facts, NodeId, Population, Program, Rules, days_of};

/// Age in June 2024 by the month of birth, respite with a yearly limit of 288 hours, visits of 2 to
/// 4 hours in steps of 30 minutes at 3,750 yen a step, a tenth of it paid by taxed households.
const AGE: &str = "2024 - year(born) - (month(born) > 6 ? 1 : 0)";
const YOUNG: &str = "2024 - year(born) - (month(born) > 6 ? 1 : 0) < 18";

const PERSONS: usize = 1_000_000;
const RUNS: usize = 15;

pub fn run(options: &super::Options) -> Result<(), String> {
    let persons = if options.quick { PERSONS / 10 } else { PERSONS };
    bench(persons).map_err(|e| e.to_string())
}

fn bench(persons: usize) -> Result<(), Error> {
    let mut rules = Rules::new(facts());
    let wanted = seven(&mut rules)?;
    let program = Program::new(&rules, &wanted);
    for unknown in [0, 10] {
        let people = population(&rules, persons, unknown);
        let outcomes = program.run(&people);
        let times = (0..RUNS).map(|_| {
            let start = Instant::now();
            black_box(program.run(black_box(&people)));
            start.elapsed().as_secs_f64() * 1e3
        });
        let mut times: Vec<f64> = times.collect();
        times.sort_by(f64::total_cmp);
        println!(
            "{persons} persons, 7 rules, {unknown} % unknown: median {:.2} ms, best {:.2} ms; \
             eligible {}, public cost {} yen",
            times[RUNS / 2],
            times[0],
            outcomes[1].total(),
            outcomes[6].total(),
        );
    }
    println!("one person with every reason: {:.3} us", one_person(&rules, wanted[6]));
    Ok(())
}

fn facts() -> Facts {
    Facts::new(vec![
        Fact::date("born"),
        Fact::yes("ventilator"),
        Fact::int("score", 0, 59),
        Fact::word("band", &["public_assistance", "tax_exempt", "taxed_low", "taxed"]),
        Fact::int("requested", 0, 600),
        Fact::int("used", 0, 18_000),
    ])
}

fn seven(rules: &mut Rules) -> Result<Vec<NodeId>, Error> {
    let eligible = format!("{YOUNG} && (score >= 16 || ventilator)");
    let cap = format!("({eligible} ? 288 : 0)");
    let left = format!("min(min(requested, 240), max({cap} * 60 - used, 0)) / 30");
    let granted = format!("({left} >= 4 ? {left} : 0)");
    let copay = format!("{granted} * 3750 * (band in ['taxed_low', 'taxed'] ? 10 : 0) / 100");
    Ok(vec![
        rules.add_amount(AGE)?,
        rules.add(&eligible)?,
        rules.add(&format!("{YOUNG} && score < 16 && !ventilator"))?,
        rules.add_amount(&cap)?,
        rules.add_amount(&granted)?,
        rules.add_amount(&copay)?,
        rules.add_amount(&format!("{granted} * 3750 - {copay}"))?,
    ])
}

/// Drawn from a fixed seed: the totals can be compared between machines.
fn population(rules: &Rules, persons: usize, unknown: u64) -> Population {
    let mut seed = 42_u64;
    let mut draw = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let first = days_of(2000, 1, 1);
    Population::fill(rules.facts(), persons, |_, fact| {
        if draw(100) < unknown {
            return None;
        }
        let value = match fact {
            0 => i64::from(first) + draw(9_000) as i64,
            1 => i64::from(draw(5) == 0),
            2 => draw(60) as i64,
            3 => draw(4) as i64,
            4 => [90, 120, 150, 180, 210, 240, 300][draw(7) as usize],
            _ => draw(300) as i64 * 60,
        };
        i32::try_from(value).ok()
    })
}

fn one_person(rules: &Rules, last: NodeId) -> f64 {
    const TIMES: u32 = 100_000;
    let born = Some(days_of(2015, 5, 1));
    let person = [born, None, Some(32), Some(2), Some(210), Some(6_000)];
    let start = Instant::now();
    for _ in 0..TIMES {
        let trace = rules.trace(black_box(&person));
        black_box((trace.value(last), rules.missing(last, &trace)));
    }
    start.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES)
}
