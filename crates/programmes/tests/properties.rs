//! Over random uses: no cap is ever exceeded, seen by a model that adds everything up anew each
//! time, and payments always add up to the price.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod folder;

use civil::{Date, FiscalYear};
use programmes::{Count, Held, Known, Per, Programme, Settings, Take, Tally, Use};

/// Numbers that look random and are the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

/// A use that was taken, with what the public paid for it.
struct Taken {
    wanted: Use,
    public: i64,
}

/// In the order of their days, as an office books them, with some days twice.
fn random_use(random: &mut Random, day: &mut Date) -> Use {
    for _ in 0..random.below(12) {
        *day = day.tomorrow().unwrap();
    }
    let venue = if random.below(3) == 0 { "school" } else { "home" };
    Use {
        item: "visit".into(),
        on: *day,
        quantity: 1 + random.below(10) as i64,
        venue: Some(venue.into()),
        of: Some(["a", "b"][random.below(2) as usize].into()),
        invoiced: Some(random.below(20_000) as i64),
        ..Use::default()
    }
}

#[test]
fn no_cap_is_exceeded_and_every_yen_is_paid_once() {
    let catalogue = folder::read(&folder::files(&folder::at("tests/caps")));
    let programme = catalogue.find("caps").unwrap();
    let known = programme.known(&catalogue.sheet(), &|_| None, &Settings::default());
    let (mut refused, mut all) = (std::collections::BTreeSet::new(), 0);
    for seed in 1..=60 {
        let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ (seed << 20));
        let (mut day, mut tally) = (Date::new(2021, 1, 1).unwrap(), Tally::default());
        let mut taken: Vec<Taken> = Vec::new();
        for _ in 0..200 {
            all += 1;
            let wanted = random_use(&mut random, &mut day);
            match book(programme, &known, &wanted, &mut tally) {
                Ok((takes, public)) => {
                    taken.push(Taken { wanted, public });
                    hold(programme, &taken);
                    if random.below(9) == 0 {
                        tally.give_back(&takes);
                        taken.pop();
                    }
                }
                Err(rule) => {
                    refused.insert(rule);
                }
            }
        }
        assert!(taken.len() > 40, "most are taken");
    }
    let rules: Vec<&str> = refused.iter().map(String::as_str).collect();
    let expected = ["day", "life", "month", "use", "useful", "year", "yen"];
    assert_eq!(rules, expected, "every cap was reached in {all} uses");
}

fn book(
    programme: &Programme,
    known: &Known,
    wanted: &Use,
    tally: &mut Tally,
) -> Result<(Vec<Take>, i64), String> {
    let held = Held { from: Date::new(2020, 1, 1).unwrap(), until: None };
    let priced = programme.price(known, wanted, held).map_err(|refusal| refusal.rule)?;
    let paid: i64 = priced.charge.payments.iter().map(|p| p.yen).sum();
    assert_eq!(paid, priced.charge.price, "payments add up to the price");
    assert_eq!(Some(paid), wanted.invoiced);
    assert!(priced.charge.payments.iter().all(|p| p.yen >= 0));
    let public = paid - priced.charge.of(programmes::FAMILY);
    assert!(public <= 9_000, "not more than the ceiling");
    tally.take(&priced.takes).map_err(|(cap, _)| cap)?;
    Ok((priced.takes, public))
}

/// Adds up everything taken in each period of each cap, knowing nothing of takes and tallies.
fn hold(programme: &Programme, taken: &[Taken]) {
    let version = programme.version_on(taken[0].wanted.on).unwrap();
    let last = &taken[taken.len() - 1].wanted;
    let limits = [
        ("use", 9),
        ("day", 12),
        ("month", 30),
        ("year", 90),
        ("yen", 120_000),
        ("life", 60),
        ("useful", 60),
    ];
    for (id, limit) in limits {
        let cap = version.cap(id).unwrap();
        let covered: Vec<&Taken> =
            taken.iter().filter(|t| cap.covers("visit", t.wanted.venue.as_deref())).collect();
        let first = life_of(&covered, last.on, cap.years);
        let with_last = |t: &&&Taken| {
            let (a, b) = (t.wanted.on, last.on);
            (cap.each.is_none() || t.wanted.of == last.of)
                && match cap.per {
                    Per::Use => std::ptr::eq(&t.wanted, last),
                    Per::Day => a == b,
                    Per::Month => (a.year(), a.month()) == (b.year(), b.month()),
                    Per::FiscalYear => FiscalYear::of(a) == FiscalYear::of(b),
                    Per::Lifetime => true,
                    Per::UsefulLife => first.is_some_and(|first| a >= first),
                }
        };
        let amount = |t: &&Taken| match cap.counts {
            Count::Quantity => t.wanted.quantity,
            Count::Uses => 1,
            Count::Yen => t.public,
        };
        let sum: i64 = covered.iter().filter(with_last).map(amount).sum();
        assert!(sum <= limit, "{id} on {}: {sum} of {limit}", last.on);
    }
}

/// The first day of the useful life a day lies in: each begins with the first use after the last.
fn life_of(covered: &[&Taken], on: Date, years: i16) -> Option<Date> {
    let span = civil::Span::new().years(years);
    let mut first: Option<Date> = None;
    for t in covered.iter().filter(|t| t.wanted.on <= on) {
        if first.is_none_or(|f| t.wanted.on >= f.checked_add(span).unwrap()) {
            first = Some(t.wanted.on);
        }
    }
    first.filter(|f| on < f.checked_add(span).unwrap())
}

#[test]
fn what_is_too_large_or_negative_is_refused_and_never_computed() {
    let catalogue = folder::read(&folder::files(&folder::at("tests/caps")));
    let programme = catalogue.find("caps").unwrap();
    let known = programme.known(&catalogue.sheet(), &|_| None, &Settings::default());
    let held = Held { from: Date::new(2020, 1, 1).unwrap(), until: None };
    for (quantity, invoiced) in [(1, -1), (1, 100_000_001), (1_001, 1), (i64::MAX, 1), (0, 1)] {
        let venue = Some("home".to_owned());
        let on = Date::new(2021, 1, 1).unwrap();
        let invoiced = Some(invoiced);
        let item = "visit".to_owned();
        let wanted = Use { item, on, quantity, venue, invoiced, ..Use::default() };
        assert!(programme.price(&known, &wanted, held).is_err(), "{wanted:?}");
    }
}
