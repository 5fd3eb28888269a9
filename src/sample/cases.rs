//! The path of each person through the ward: entered, judged, asked for, taken on, handed over,
//! closed.

use civil::{Date, Instant, Minutes};
use jiff::ToSpan;

use super::desk::Desk;
use super::enrol::WITHDRAWN;
use super::life::{Life, at, working_day};
use super::people;
use super::plan::{Ask, Choice, Deed, Promise, Step};

/// When the open promises of somebody fall due, in days from today: some every day, some late.
const DUE: &[i32] = &[0, -2, 0, -1, 0, 3, 0, 1, 5, 6];
/// So many of the newest promises are still open: of the demo's coordinator, of anybody else.
const OPEN: (usize, usize) = (9, 4);
/// Older promises have been kept.
const RECENT: i32 = 100;
const OUTCOMES: &[&str] = &[
    "電話で伝えた",
    "返事をもらい、家族に伝えた",
    "日程が決まった",
    "確かめた。次の面談で話す",
    "書類を受け取った",
];

impl<'w> Desk<'_, 'w> {
    pub fn cases(&mut self) -> Vec<Step<'w>> {
        let lives = self.lives;
        lives.iter().enumerate().flat_map(|(n, life)| self.path(n, life)).collect()
    }

    /// Rows of the folder that came to be known after the person was entered.
    pub fn later_rows(&mut self) -> Vec<Step<'w>> {
        let mut steps = vec![];
        for (n, life) in self.lives.iter().enumerate() {
            let rows = people::rows(life, self.ward, self.today, |_| String::new());
            for row in rows.unwrap_or_default().into_iter().filter(|r| r.typed > life.entered) {
                let who = life.client.enrolled.1.as_str();
                steps.push(Step { at: row.typed, who, deed: Deed::Row(n, row) });
            }
        }
        steps
    }

    /// The ward shows last year's figures to its council.
    pub fn published(&self) -> Step<'w> {
        let when = at(working_day(self.today.saturating_sub(23.days())), 16, 0);
        Step { at: when, who: "demo-officer", deed: Deed::Publish }
    }

    fn path(&mut self, n: usize, life: &Life<'w>) -> Vec<Step<'w>> {
        let by = life.client.enrolled.1.as_str();
        let mut steps = vec![Step { at: life.entered, who: by, deed: Deed::Enrol(n) }];
        if !life.client.score(self.ward).is_empty() {
            let judged = life.entered.plus(Minutes(35));
            steps.push(Step { at: judged, who: by, deed: Deed::Judge(n) });
        }
        for (place, (login, since, why)) in life.cases.iter().enumerate() {
            let choice = Choice { login, from: *since, why };
            if place == 0 {
                steps.extend(self.taken_on(n, life, choice));
            } else {
                let from = life.cases.get(place - 1).map_or(by, |c| c.0);
                let when = at(*since, 15, 0).max(later(life, 3));
                steps.push(Step { at: when, who: from, deed: Deed::HandOver(n, choice) });
            }
        }
        steps.extend(self.waiting(n, life));
        for body in life.client.consents.iter().filter_map(|c| c.strip_suffix(" withdrawn")) {
            let when = at(self.today.saturating_sub(WITHDRAWN.days()), 14, 40);
            steps.push(Step { at: when, who: by, deed: Deed::Withdraw(n, body) });
        }
        if let Some(to) = &life.client.moving {
            let when = at(self.today.saturating_sub(3.days()), 11, 5);
            steps.push(Step { at: when, who: "demo-officer", deed: Deed::Move(n, to) });
        }
        if let Some(closed) = life.closed {
            let when = at(closed, 17, 20);
            steps.push(Step { at: when, who: "demo-officer", deed: Deed::Close(n) });
        }
        steps
    }

    /// Asked for a few days before, decided on the day the case begins.
    fn taken_on(&mut self, n: usize, life: &Life<'w>, choice: Choice<'w>) -> [Step<'w>; 2] {
        let by = life.client.enrolled.1.as_str();
        let days = i32::try_from(1 + self.luck.below(6)).unwrap_or(1);
        let asked = choice.from.saturating_sub(days.days());
        let ask = Ask { on: asked, from: self.asker(life), needs: "", note: "" };
        let requested = at(asked, 11, 10).max(later(life, 1));
        let decided = at(choice.from, 10, 30).max(later(life, 2));
        [
            Step { at: requested, who: by, deed: Deed::Request(n, ask) },
            Step { at: decided, who: decider(life), deed: Deed::Decide(n, choice) },
        ]
    }

    fn waiting(&mut self, n: usize, life: &Life<'w>) -> Option<Step<'w>> {
        let asked = life.client.request.as_ref()?;
        let on = super::offsets::day(&asked.on, self.today).ok()?;
        let ask = Ask { on, from: asked.from.clone(), needs: &asked.needs, note: &asked.note };
        let when = at(on, 11, 30).max(life.entered.plus(Minutes(50)));
        Some(Step { at: when, who: &life.client.enrolled.1, deed: Deed::Request(n, ask) })
    }

    fn asker(&mut self, life: &Life<'w>) -> String {
        let of = |key: &String| self.ward.organisation(key).filter(|o| o.kind != "centre");
        let bodies: Vec<_> = life.client.team.iter().filter_map(of).collect();
        let body = self.luck.pick(&bodies).map_or("家族", |o| o.name.as_str());
        format!("{body}から電話")
    }

    /// Old promises are kept; of the recent ones the open ones fall due around today.
    pub fn keep_promises(&mut self, steps: &mut Vec<Step<'w>>) {
        let mut open: std::collections::BTreeMap<&str, usize> = Default::default();
        let mut kept = vec![];
        let recent = self.today.saturating_sub(RECENT.days());
        for step in steps.iter_mut().rev() {
            let (who, made) = (step.who, step.at.civil_date());
            let Some((person, promise)) = promise_of(&mut step.deed) else { continue };
            let closed = person.and_then(|n| self.lives.get(n)).and_then(|l| l.closed);
            let n = open.entry(who).or_default();
            let most = if who == "demo-coordinator" { OPEN.0 } else { OPEN.1 };
            if made <= recent || *n >= most || closed.is_some() {
                let ends = closed.is_none_or(|c| promise.due < c) && promise.due < self.today;
                if ends {
                    kept.push(self.kept(who, promise));
                }
                continue;
            }
            let days = DUE.get(*n % DUE.len()).copied().unwrap_or(0);
            promise.due = self.today.saturating_add(days.days()).max(made);
            *n += 1;
        }
        steps.extend(kept);
    }

    fn kept(&mut self, who: &'w str, promise: &Promise) -> Step<'w> {
        let when = at(promise.due, 9 + self.luck.below(8), self.luck.below(60));
        let outcome = self.luck.pick(OUTCOMES).copied().unwrap_or_default();
        Step { at: when, who, deed: Deed::Done(promise.place, outcome) }
    }
}

fn promise_of<'a>(deed: &'a mut Deed<'_>) -> Option<(Option<usize>, &'a mut Promise)> {
    match deed {
        Deed::Log(call) => call.promise.as_mut().map(|p| (call.person, p)),
        Deed::Write(note) => note.promise.as_mut().map(|p| (Some(note.person), p)),
        _ => None,
    }
}

/// Not before the record is there: some days after it was entered.
fn later(life: &Life<'_>, days: i32) -> Instant {
    let day: Date = life.entered.civil_date().saturating_add(days.days());
    at(working_day(day), 10, 0)
}

/// The desk that decides, and who decides there.
pub(super) fn desk(life: &Life<'_>) -> (&'static str, &'static str) {
    let has = |key: &str| life.client.team.iter().any(|t| t == key);
    match () {
        () if has("centre") => ("centre", "demo-coordinator"),
        () if has("centre-south") => ("centre-south", "kashiwagi"),
        () => ("ward", "demo-officer"),
    }
}

fn decider(life: &Life<'_>) -> &'static str {
    desk(life).1
}
