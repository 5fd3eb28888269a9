//! Two years at the telephone: who asked what, and what came of it.

use civil::Date;
use jiff::{Span, ToSpan};

use super::data::{Organisation, Phrase, Topic, Ward};
use super::life::{Life, at, working_day};
use super::luck::Luck;
use super::plan::{Call, Deed, Promise, Step};
use super::words::{fill, fits};

/// Who takes calls about nobody's case, and how often.
const DESKS: &[(&str, usize)] = &[
    ("demo-coordinator", 26),
    ("nakamura", 18),
    ("harada", 20),
    ("kashiwagi", 14),
    ("fujimoto", 8),
    ("demo-officer", 5),
    ("demo-nurse", 5),
    ("murai", 4),
];

/// Who may see everyone of the ward.
const WARD: &[&str] = &["fujimoto", "demo-nurse", "murai", "shimada"];

pub(super) struct Desk<'a, 'w> {
    pub ward: &'w Ward,
    pub lives: &'a [Life<'w>],
    pub today: Date,
    pub luck: &'a mut Luck,
    /// How many promises were made; each has its place.
    pub promises: usize,
}

impl<'w> Desk<'_, 'w> {
    /// The consultations of two years and of this morning.
    pub fn calls(&mut self) -> Vec<Step<'w>> {
        let mut steps = vec![];
        let n = i32::try_from(self.ward.months.len()).unwrap_or(0);
        for (month, many) in (0..n).zip(&self.ward.months) {
            let begins = |m: i32| self.today.saturating_sub(Span::new().months(n - m));
            let days = working_days(begins(month), begins(month + 1));
            for _ in 0..*many {
                let Some(day) = self.luck.pick(&days).copied() else { continue };
                let time = (9 + self.luck.below(8), self.luck.below(60));
                steps.extend(self.call(day, time));
            }
        }
        for time in [(8, 50), (9, 20), (10, 5), (11, 40), (13, 25), (15, 10)] {
            steps.extend(self.call(self.today, time));
        }
        steps
    }

    fn call(&mut self, day: Date, (hour, minute): (usize, usize)) -> Option<Step<'w>> {
        let inquirer = self.drawn("inquirer_kind");
        let family = inquirer == "family";
        let scope = if family { "individual" } else { self.drawn("scope") };
        let named = scope == "individual" && self.drawn("standing") == "named";
        let person = if named { self.somebody(day) } else { None };
        let standing = match (person, scope) {
            (Some(_), _) => "named",
            (None, "individual") => "anonymous",
            _ => "nobody",
        };
        let kind = if family {
            "f"
        } else if scope == "individual" {
            "p"
        } else {
            "c"
        };
        let (topic, phrase) = self.phrase(kind, person, day)?;
        let taken = at(day, hour, minute);
        let who = self.handler(person, day);
        let client = person.and_then(|n| self.lives.get(n)).map(|l| l.client);
        let mut said = |text: &str| fill(text, (self.ward, client), day, self.luck);
        let (text, answer, next) = (said(&phrase.2), said(&phrase.3), said(&phrase.4));
        let minutes = [5, 10, 10, 15, 15, 20, 30, 45, 60];
        let call = Call {
            person,
            at: taken,
            scope,
            standing,
            inquirer,
            inquirer_name: self.inquirer_name(inquirer, person),
            channel: self.drawn("channel"),
            region: self.drawn("region"),
            topic: &topic.topic,
            second_topic: self.second(topic),
            text,
            answer,
            minutes: self.luck.pick(&minutes).copied().unwrap_or(10),
            // Nobody calls back who left no name.
            promise: if standing == "anonymous" { None } else { self.promise(next, day) },
        };
        let typed = taken.plus(civil::Minutes(10 + i64::try_from(call.minutes).unwrap_or(0)));
        Some(Step { at: typed, who, deed: Deed::Log(Box::new(call)) })
    }

    fn drawn(&mut self, list: &str) -> &'w str {
        let Some(of) = self.ward.weights.get(list) else { return "" };
        let mut left = self.luck.below(of.values().sum());
        for (code, n) in of {
            if left < *n {
                return code;
            }
            left -= n;
        }
        ""
    }

    /// Infants and people in transition call more often than settled ones.
    fn somebody(&mut self, on: Date) -> Option<usize> {
        let open: Vec<usize> = (0..self.lives.len())
            .filter(|n| self.lives.get(*n).is_some_and(|l| l.is_open(on) && !self.is_quiet(l, on)))
            .flat_map(|n| {
                let stage = self.lives.get(n).map_or("", |l| l.stage(on));
                let often = match stage {
                    "baby" | "nursery" => 4,
                    "small" => 3,
                    _ => 2,
                };
                std::iter::repeat_n(n, often)
            })
            .collect();
        self.luck.pick(&open).copied()
    }

    /// Some cases stand still: nobody has called about them for ten weeks.
    pub fn is_quiet(&self, life: &Life<'_>, on: Date) -> bool {
        life.client.quiet && on > self.today.saturating_sub(75.days())
    }

    fn phrase(
        &mut self,
        kind: &str,
        person: Option<usize>,
        on: Date,
    ) -> Option<(&'w Topic, &'w Phrase)> {
        let life = person.and_then(|n| self.lives.get(n));
        let fitting: Vec<_> = self
            .ward
            .phrases
            .iter()
            .flat_map(|t| t.of.iter().map(move |p| (t, p)))
            .filter(|(_, p)| p.0 == kind)
            .filter(|(_, p)| life.is_none_or(|l| fits(&p.1, l.stage(on))))
            .collect();
        self.luck.pick(&fitting).copied()
    }

    /// The coordinator of the case as a rule, otherwise somebody who may see the person.
    fn handler(&mut self, person: Option<usize>, on: Date) -> &'w str {
        let life = person.and_then(|n| self.lives.get(n));
        let main = life.and_then(|l| l.coordinator_on(on));
        if let Some(main) = main
            && self.luck.chance(70)
            && !self.away(main, on)
        {
            return main;
        }
        let may = |login: &str| match life {
            None => true,
            Some(life) => {
                WARD.contains(&login)
                    || self.office(login).is_some_and(|org| life.client.team.contains(&org))
            }
        };
        let able: Vec<&str> = DESKS
            .iter()
            .filter(|(login, _)| may(login))
            .flat_map(|(login, n)| std::iter::repeat_n(*login, *n))
            .collect();
        let chosen = self.luck.pick(&able).copied().unwrap_or("fujimoto");
        self.login(chosen)
    }

    fn login(&self, login: &str) -> &'w str {
        self.ward.staff.iter().find(|m| m.login == login).map_or("", |m| m.login.as_str())
    }

    fn office(&self, login: &str) -> Option<String> {
        self.ward.staff.iter().find(|m| m.login == login).map(|m| m.org.clone())
    }

    pub fn away(&self, login: &str, on: Date) -> bool {
        let day = |n: i32| self.today.saturating_add(n.days());
        let leaves = self.ward.leaves.iter().filter(|l| l.login == login);
        leaves.into_iter().any(|l| day(l.from) <= on && on < day(l.until))
    }

    fn inquirer_name(&mut self, inquirer: &str, person: Option<usize>) -> String {
        let (kinds, who): (&[&str], &[&str]) = match inquirer {
            "family" => (&[], &["母", "母", "母", "父", "父", "祖母"]),
            "support_specialist" => (&["support_office"], &["相談支援専門員"]),
            "service_operator" => {
                (&["nursing_station", "day_service", "home_help"], &["管理者", "看護師", "職員"])
            }
            "municipality" => (&["health_centre", "ward"], &["保健師", "担当者"]),
            "school" => (&["school"], &["教頭", "養護教諭", "園長", "担任"]),
            "medical" => (&["hospital"], &["医療ソーシャルワーカー", "看護師", "医師"]),
            _ => (&[], &["民生委員", "親の会", "近くに住む方", "福祉用具の会社"]),
        };
        let role = self.luck.pick(who).copied().unwrap_or_default();
        match self.body(kinds, person) {
            Some(body) => format!("{} {role}", body.name),
            None => role.to_owned(),
        }
    }

    /// One of the person's team first, otherwise any of the ward's.
    fn body(&mut self, kinds: &[&str], person: Option<usize>) -> Option<&'w Organisation> {
        let client = person.and_then(|n| self.lives.get(n)).map(|l| l.client);
        let all = self.ward.organisations.iter().filter(|o| kinds.contains(&o.kind.as_str()));
        let all: Vec<_> = all.collect();
        let own = all.iter().filter(|o| client.is_some_and(|c| c.team.contains(&o.key)));
        let own: Vec<_> = own.copied().collect();
        self.luck.pick(if own.is_empty() { &all } else { &own }).copied()
    }

    fn second(&mut self, first: &Topic) -> Option<&'w str> {
        if !self.luck.chance(18) {
            return None;
        }
        let other = self.luck.pick(&self.ward.phrases).map(|t| t.topic.as_str());
        other.filter(|t| *t != first.topic)
    }

    /// Half of what could follow does; it is due within two weeks.
    pub fn promise(&mut self, what: String, on: Date) -> Option<Promise> {
        if what.is_empty() || !self.luck.chance(55) {
            return None;
        }
        let days = i32::try_from(2 + self.luck.below(12)).unwrap_or(2);
        self.promises += 1;
        Some(Promise {
            place: self.promises - 1,
            what,
            due: working_day(on.saturating_add(days.days())),
        })
    }
}

/// Monday to Friday from a day until before another.
pub(super) fn working_days(from: Date, until: Date) -> Vec<Date> {
    let all = from.series(1.day()).take_while(|d| *d < until);
    all.filter(|d| working_day(*d) == *d).collect()
}
