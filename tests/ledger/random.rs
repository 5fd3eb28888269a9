//! Random histories of bookings, uses and reversals: after each step the sums of the rows are those
//! of a ledger in memory. `KAKEHASHI_LEDGER` says how many steps; `cargo xtask ledger` asks for
//! many.

use civil::{Date, Span};
use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::ledger::{Award, award, balance, book, record, reverse};
use kakehashi::store::Tx;
use kakehashi::web::{Error, Values};
use programmes::{Held, Known, Take, Tally, Use};

use super::stage::{catalogue, entry};
use crate::support::World;

/// Steps of one person; then comes another.
const LIFE: usize = 100;
/// People of one database.
const PEOPLE: usize = 200;

/// xorshift64*: the same history for the same seed, everywhere.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % below
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.throw(words.len() as u64) as usize]
    }
}

/// What no two uses have in common: item, whose part, minute.
type Start = (String, Option<String>, civil::DateTime);

/// What stands in the model: its id and what it took.
struct Standing {
    id: String,
    takes: Vec<Take>,
    booking: bool,
    starts: Option<Start>,
}

/// One person's history, in the database and in memory.
struct History<'a> {
    all: &'a programmes::Catalogue,
    award: Award,
    known: Known,
    codes: &'a kakehashi::codes::Codes,
    tally: Tally,
    standing: Vec<Standing>,
    /// Steps that were accepted, refused, taken back.
    counts: [usize; 3],
}

impl History<'_> {
    /// One step; what differs afterwards, if anything.
    async fn step(&mut self, tx: &mut Tx, dice: &mut Dice) -> Option<String> {
        let said = match dice.throw(10) {
            0..2 => self.take_back(tx, dice).await,
            2..5 => self.enter(tx, dice, true, None).await,
            5..7 if self.standing.iter().any(|s| s.booking) => {
                let of: Vec<usize> =
                    (0..self.standing.len()).filter(|n| self.standing[*n].booking).collect();
                let at = of[dice.throw(of.len() as u64) as usize];
                self.enter(tx, dice, false, Some(at)).await
            }
            _ => self.enter(tx, dice, false, None).await,
        };
        if said.is_some() { said } else { self.compare(tx).await }
    }

    async fn take_back(&mut self, tx: &mut Tx, dice: &mut Dice) -> Option<String> {
        if self.standing.is_empty() {
            return None;
        }
        let gone = self.standing.swap_remove(dice.throw(self.standing.len() as u64) as usize);
        self.tally.give_back(&gone.takes);
        self.counts[2] += 1;
        let done = reverse::reverse(tx, &gone.id, "試し").await;
        done.err().map(|e| format!("a reversal is refused: {e:?}"))
    }

    /// The model decides first; the ledger must decide the same.
    async fn enter(
        &mut self,
        tx: &mut Tx,
        dice: &mut Dice,
        booking: bool,
        from: Option<usize>,
    ) -> Option<String> {
        let today = tx.actor.today();
        let days = dice.throw(500) as i64;
        let on =
            if booking { today + Span::new().days(days) } else { today - Span::new().days(days) };
        let (form, used) = wish(dice, on);
        let id = from.map(|at| self.standing[at].id.clone()).unwrap_or_default();
        let fields = [form, vec![("booking", id)]].concat();
        let pairs: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let form = if booking { book::form() } else { record::form() };
        let values: Values = form.read(&entry(&pairs), self.codes).unwrap();
        let before = self.tally.clone();
        let expected = self.model(&used, booking, from);
        let done = match booking {
            true => book::book(tx, self.all, &self.award, &values).await,
            false => record::record(tx, self.all, &self.award, &values).await,
        };
        match (expected, done) {
            (Some(takes), Ok(id)) => {
                self.counts[0] += 1;
                from.map(|at| self.standing.swap_remove(at));
                let starts = start(&used).filter(|_| !booking);
                self.standing.push(Standing { id, takes, booking, starts });
                None
            }
            (None, Err(Error::Refused(_))) => {
                self.counts[1] += 1;
                self.tally = before;
                None
            }
            (Some(_), Err(e)) => Some(format!("only the ledger refuses {used:?}: {e:?}")),
            (None, Ok(_)) => Some(format!("only the model refuses {used:?}")),
            (None, Err(e)) => Some(format!("{e:?}")),
        }
    }

    /// What it takes; nothing where a rule or a cap says no.
    fn model(&mut self, used: &Use, booking: bool, from: Option<usize>) -> Option<Vec<Take>> {
        let programme = self.all.find("trial")?;
        let held = Held { from: self.award.from(), until: None };
        let starts = start(used);
        let twice = |s: &Standing| s.starts.is_some() && s.starts == starts;
        if !booking && self.standing.iter().any(twice) {
            return None;
        }
        let priced = programme.price(&self.known, used, held).ok()?;
        if let Some(at) = from {
            self.tally.give_back(&self.standing[at].takes);
        }
        let placed: Vec<Take> = priced.takes.iter().map(|t| self.tally.placed(t)).collect();
        self.tally.take(&placed).ok()?;
        Some(placed)
    }

    async fn compare(&mut self, tx: &mut Tx) -> Option<String> {
        let rows = balance::taken(tx, &self.award).await.unwrap();
        let taken = |r: &balance::Taken| r.booked + r.used;
        let mut stored: Vec<(&str, Option<&str>, Date, i64)> = rows
            .iter()
            .map(|r| (&*r.cap, r.share_of.as_deref(), r.period_from.parse().unwrap(), taken(r)))
            .collect();
        stored.sort_unstable();
        let model = self.tally.rows();
        (stored != model).then(|| format!("ledger {stored:?}\n model {model:?}"))
    }
}

fn start(used: &Use) -> Option<Start> {
    used.times.map(|t| (used.item.clone(), used.of.clone(), t.0))
}

/// A wish within and beyond the rules, as a form and as the engine has it.
fn wish(dice: &mut Dice, on: Date) -> (Vec<(&'static str, String)>, Use) {
    let item = dice.of(&["visit", "visit", "visit", "trip", "ticket", "device"]);
    let mut used = Use { item: item.into(), on, ..Use::default() };
    let mut form = vec![("item", item.to_owned()), ("on", on.to_string())];
    if matches!(item, "visit" | "trip") {
        let (hour, half) = (dice.throw(24) as i8, 30 * dice.throw(2) as i8);
        let from = on.at(hour, half, 0, 0);
        let to = from + Span::new().minutes(30 * (1 + dice.throw(14) as i64));
        used.times = Some((from, to));
        let clock = |t: civil::DateTime| format!("{}:{:02}", t.hour(), t.minute());
        form.extend([("from", clock(from)), ("to", clock(to))]);
        if item == "trip" {
            let of = dice.of(&["遠足", "運動会", ""]);
            used.of = (!of.is_empty()).then(|| of.into());
            form.push(("of", of.into()));
        } else {
            used.venue = Some(dice.of(&["home", "school"]).into());
            used.by = Some(dice.of(&["nurse", "carer"]).into());
            form.push(("venue", used.venue.clone().unwrap()));
            form.push(("by", used.by.clone().unwrap()));
        }
    } else {
        used.quantity = 1 + dice.throw(2) as i64;
        form.push(("quantity", used.quantity.to_string()));
    }
    (form, used)
}

/// Histories of so many steps; what differed, and how many steps were of which kind.
async fn play(w: &World, seed: u64, steps: usize, spoil: bool) -> (Vec<String>, [usize; 3]) {
    let (all, mut dice) = (catalogue(), Dice(seed.max(1)));
    let (mut found, mut counts) = (vec![], [0; 3]);
    let open = "insert into settings (id, key, value, valid_from, reason, recorded_at, recorded_by)
                values ('open', 'ledger_closing_days', '365', '2026-04-01', '', '', '')";
    w.exec(open, &[]).await;
    for _ in 0..steps.div_ceil(LIFE) {
        let child = w.person("水野", "はる").await;
        let id = w.award(&child, "trial", "2025-04-01", None).await;
        let mut tx = w.write(&w.actor(Role::Officer)).await;
        let award = award::see(&mut tx, &id).await.unwrap();
        let today = tx.actor.today();
        let person = kakehashi::programmes::of(&mut tx, &all, &child.id, today).await.unwrap();
        let known = person.known(&all, all.find("trial").unwrap());
        let codes = &w.app.codes;
        let (tally, standing) = (Tally::default(), vec![]);
        let mut h = History { all: &all, award, known, codes, tally, standing, counts: [0; 3] };
        for n in 0..LIFE {
            if spoil && n == LIFE / 2 {
                stray(&mut tx, &id).await;
            }
            if let Some(what) = h.step(&mut tx, &mut dice).await {
                found.push(format!("step {n} of {id}: {what}"));
                break;
            }
        }
        tx.commit().await.unwrap();
        (0..3).for_each(|n| counts[n] += h.counts[n]);
    }
    (found, counts)
}

/// A row behind the ledger's back: half an hour of some month.
async fn stray(tx: &mut Tx, award: &str) {
    tx.exec(
        "insert into ledger_takes (entry_id, cap, period_from, period_until, amount)
         select min(id), 'month', '1999-01-01', '1999-02-01', 30 from ledger_entries
         where decision_id = $1",
        args![award],
    )
    .await
    .unwrap();
}

fn asked(otherwise: usize) -> usize {
    std::env::var("KAKEHASHI_LEDGER").ok().and_then(|n| n.parse().ok()).unwrap_or(otherwise)
}

both! {
    async fn the_sums_are_those_of_a_ledger_in_memory(w: World) {
        // PostgreSQL answers over a socket: there a part of it.
        let steps = asked(if w.app.db.is_postgres() { 1_000 } else { 10_000 });
        let (mut left, mut seed, mut total) = (steps, 20_261_120, [0; 3]);
        while left > 0 {
            let part = left.min(PEOPLE * LIFE);
            let fresh = w.another().await;
            let (found, counts) = play(&fresh, seed, part, false).await;
            fresh.done().await;
            assert!(found.is_empty(), "seed {seed}: {}", found.join("\n"));
            (0..3).for_each(|n| total[n] += counts[n]);
            (left, seed) = (left - part, seed + 1);
        }
        let [taken, refused, back] = total;
        println!("{steps} steps: {taken} entered, {refused} refused by both, {back} taken back");
        assert!(taken > steps / 5 && refused > steps / 10 && back > steps / 10, "{total:?}");
    }

    async fn a_row_behind_its_back_is_noticed(w: World) {
        let (found, _) = play(&w, 7, 200, true).await;
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().all(|f| f.starts_with("step 50 ")), "{found:?}");
    }
}
