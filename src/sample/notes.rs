//! Case notes: what the coordinators did for the people they are in charge of.

use civil::{Date, Minutes};
use jiff::ToSpan;

use super::desk::{Desk, working_days};
use super::life::{Life, at};
use super::plan::{Deed, Note, Step};
use super::words::{fill, fits};

/// Days between two notes about a person, as a rule.
const EVERY: i32 = 34;

impl<'w> Desk<'_, 'w> {
    /// About one note a person and five weeks, more often in the first months.
    pub fn notes(&mut self) -> Vec<Step<'w>> {
        let mut steps = vec![];
        let lives = self.lives;
        for (n, life) in lives.iter().enumerate() {
            let mut on = life.ready();
            while on < self.today {
                if let Some(step) = self.note(n, life, on) {
                    steps.push(step);
                }
                let fresh = on < life.ready().saturating_add(90.days());
                let every = if fresh { EVERY / 2 } else { EVERY };
                let spread = i32::try_from(self.luck.below(30)).unwrap_or(0);
                on = on.saturating_add((every - 15 + spread).days());
            }
        }
        steps
    }

    fn note(&mut self, n: usize, life: &Life<'w>, near: Date) -> Option<Step<'w>> {
        let week = working_days(near, near.saturating_add(7.days()).min(self.today));
        let on = *self.luck.pick(&week)?;
        let who = life.coordinator_on(on).filter(|_| life.is_open(on))?;
        if self.away(who, on) || self.is_quiet(life, on) {
            return None;
        }
        let fitting: Vec<_> =
            self.ward.notes.iter().filter(|note| fits(&note.1, life.stage(on))).collect();
        let note = *self.luck.pick(&fitting)?;
        let mut said = |text: &str| fill(text, (self.ward, Some(life.client)), on, self.luck);
        let (with_whom, text, agreed, next) =
            (said(&note.2), said(&note.3), said(&note.4), said(&note.5));
        let taken = at(on, 9 + self.luck.below(7), 5 * self.luck.below(12));
        let lengths: &[usize] = match note.0.as_str() {
            "call" | "mail" | "other" => &[10, 15, 20, 30],
            _ => &[45, 60, 60, 90, 120],
        };
        let minutes = self.luck.pick(lengths).copied().unwrap_or(15);
        let promise = self.promise(next, on);
        let entry = Note { person: n, at: taken, note, with_whom, text, agreed, minutes, promise };
        let typed = taken.plus(Minutes(30 + i64::try_from(minutes).unwrap_or(0)));
        Some(Step { at: typed, who, deed: Deed::Write(Box::new(entry)) })
    }
}
