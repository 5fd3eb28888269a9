//! `cargo xtask bench eligibility`: seven rules over a population held in memory, and
//! over one person with every reason, and the shipped programmes for one person.
//! `--instance FILE` runs the same rules over a population that another system has worked on.

use std::hint::black_box;
use std::time::Instant;

use civil::Date;
use eligibility::{Error, Fact, Facts, NodeId, Population, Program, Rules, days_of};
use programmes::Catalogue;

use super::server::{cpu_ms_of, resident_mb_of};
use super::{Done, said};

/// Age in June 2024 by the month of birth, respite with a yearly limit of 288 hours, visits of 2 to
/// 4 hours in steps of 30 minutes at 3,750 yen a step, a tenth of it paid by taxed households.
const AGE: &str = "2024 - year(born) - (month(born) > 6 ? 1 : 0)";
const YOUNG: &str = "2024 - year(born) - (month(born) > 6 ? 1 : 0) < 18";

const PERSONS: usize = 1_000_000;
const RUNS: usize = 15;
/// Bytes of one person in a file that another system has worked on, too: column after column, date
/// of birth in days (i32), ventilator, score, income band (u8), hours wanted and used (f32).
const BYTES: usize = 4 + 3 + 8;

pub fn run(options: &super::Options) -> Done {
    let persons = if options.quick { PERSONS / 10 } else { PERSONS };
    let mut rules = Rules::new(facts());
    let wanted = seven(&mut rules).map_err(|e| e.to_string())?;
    let program = Program::new(&rules, &wanted);
    let mut rows = vec![];
    if let Some(file) = &options.instance {
        let bytes = std::fs::read(file).map_err(said(file))?;
        let people = from_file(&rules, &bytes);
        rows.push(measure("instance", &program, &people));
    }
    for (name, unknown) in [("known", 0), ("a tenth unknown", 10)] {
        rows.push(measure(name, &program, &population(&rules, persons, unknown)));
    }
    let one_us = one_person(&rules, wanted[6]);
    let (programmes, catalogue_us) = catalogue()?;
    if options.json {
        let rows: Vec<String> = rows.iter().map(Row::json).collect();
        println!(
            "{{\"rows\":[{}],\"one_person_us\":{one_us:.3},\"catalogue_us\":{catalogue_us:.1}}}",
            rows.join(",")
        );
        return Ok(());
    }
    rows.iter().for_each(Row::print);
    println!("one person, seven rules, with every reason: {one_us:.3} us");
    println!("one person, {programmes} programmes, with every clause: {catalogue_us:.1} us");
    Ok(())
}

/// 測定値. One population.
struct Row {
    name: &'static str,
    persons: usize,
    median_ms: f64,
    best_ms: f64,
    cpu_ms: f64,
    /// What the work held in memory beyond the columns, at most.
    above_mb: f64,
    eligible: i64,
    public_yen: i64,
}

impl Row {
    fn print(&self) {
        println!(
            "{} persons, 7 rules, {}: median {:.2} ms, best {:.2} ms, CPU {:.2} ms; {:.0} MB above \
             the columns; eligible {}, public cost {} yen",
            self.persons,
            self.name,
            self.median_ms,
            self.best_ms,
            self.cpu_ms,
            self.above_mb,
            self.eligible,
            self.public_yen,
        );
    }

    fn json(&self) -> String {
        format!(
            "{{\"name\":\"{}\",\"persons\":{},\"median_ms\":{:.3},\"cpu_ms\":{:.3},\
             \"above_mb\":{:.1},\"eligible\":{},\"public_yen\":{}}}",
            self.name,
            self.persons,
            self.median_ms,
            self.cpu_ms,
            self.above_mb,
            self.eligible,
            self.public_yen,
        )
    }
}

fn measure(name: &'static str, program: &Program, people: &Population) -> Row {
    let base = resident_mb_of("self");
    let mut outcomes = program.run(people);
    let before = cpu_ms_of("self");
    let times = (0..RUNS).map(|_| {
        let earlier = std::mem::take(&mut outcomes);
        let start = Instant::now();
        outcomes = program.run_over(black_box(people), earlier);
        black_box(&outcomes);
        start.elapsed().as_secs_f64() * 1e3
    });
    let mut times: Vec<f64> = times.collect();
    let cpu_ms = (cpu_ms_of("self") - before) / RUNS as f64;
    times.sort_by(f64::total_cmp);
    Row {
        name,
        persons: people.rows(),
        median_ms: times[RUNS / 2],
        best_ms: times[0],
        cpu_ms,
        above_mb: (resident_mb_of("self") - base).max(0.0),
        eligible: outcomes[1].total(),
        public_yen: outcomes[6].total(),
    }
}

fn from_file(rules: &Rules, bytes: &[u8]) -> Population {
    let n = bytes.len() / BYTES;
    let word = |at: usize| [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
    let minutes = |at: usize| (f32::from_le_bytes(word(at)) * 60.0) as i32;
    Population::fill(rules.facts(), n, |row, fact| {
        Some(match fact {
            0 => i32::from_le_bytes(word(4 * row)),
            1..=3 => i32::from(bytes[(3 + fact) * n + row]),
            4 => minutes(7 * n + 4 * row),
            _ => minutes(11 * n + 4 * row),
        })
    })
}

/// The whole shipped catalogue for one person of whom everything is known: every programme, every
/// clause with what it asked. The facts are put together once, as the page does.
fn catalogue() -> Result<(usize, f64), String> {
    const TIMES: u32 = 2_000;
    let root = super::root();
    let facts = root.join("src/programmes/facts.toml");
    let facts = std::fs::read_to_string(&facts).map_err(said("facts.toml"))?;
    let mut files = vec![];
    for entry in std::fs::read_dir(root.join("programmes")).map_err(said("programmes"))? {
        let path = entry.map_err(said("programmes"))?.path();
        if path.extension().is_some_and(|e| e == "toml") {
            let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            files.push((id, std::fs::read_to_string(&path).map_err(said("programme"))?));
        }
    }
    let all = Catalogue::read(&facts, &files, "")
        .map_err(|p| p.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    let on = Date::constant(2026, 6, 15);
    let mut sheet = all.sheet();
    for info in &all.facts.list {
        let (low, high) = info.fact.kind.range();
        sheet.set(&all.facts, &info.fact.name, Some(low.max(1).min(high)));
    }
    sheet.set(&all.facts, "born_on", Some(days_of(2015, 5, 1)));
    sheet.derive(&all.facts, on);
    let start = Instant::now();
    for _ in 0..TIMES {
        for programme in &all.programmes {
            let known = programme.known(black_box(&sheet), &|_| Some(1), &all.settings);
            black_box(programme.assess(&known, on));
        }
    }
    let us = start.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES);
    Ok((all.programmes.len(), us))
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
