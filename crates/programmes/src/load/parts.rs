//! Requirements, items and caps of one version.

use eligibility::Rules;
use toml::Spanned;

use super::Load;
use crate::problem::Problem;
use crate::programme::{
    Allow, Cap, Cell, CellValue, Count, Item, Part, PayerShare, Per, Requirement, Unit,
};
use crate::quantity::{Amount, Written};
use crate::raw::{HandedOut, RawCap, RawCell, RawItem, RawRequirement, RawShare, RawVersion};

impl Load<'_> {
    pub(super) fn requirements(
        &self,
        raw: &RawVersion,
        rules: &mut Rules,
        sources: &[&str],
    ) -> Result<Vec<Requirement>, Problem> {
        let mut all: Vec<Requirement> = Vec::new();
        for requirement in raw.requirement.iter().flatten() {
            let RawRequirement { id, text, when, source, clause, paper } = requirement.get_ref();
            let key = format!("requirement {id}");
            if all.iter().any(|r| r.id == *id) {
                let text = "同じ名前の要件が二つあります。";
                return Err(self.problem(requirement.span().start, &key, text));
            }
            self.source(&key, source, sources)?;
            all.push(Requirement {
                id: id.clone(),
                text: text.clone(),
                source: source.get_ref().clone(),
                clause: clause.clone(),
                paper: paper.clone(),
                when: self.condition(rules, &key, when)?,
            });
        }
        Ok(all)
    }

    fn source(&self, key: &str, source: &Spanned<String>, known: &[&str]) -> Result<(), Problem> {
        if known.contains(&source.get_ref().as_str()) {
            return Ok(());
        }
        Err(self.unknown(source.span().start, key, "出典", source.get_ref(), known))
    }

    pub(super) fn items(&self, raw: &RawVersion, rules: &mut Rules) -> Result<Vec<Item>, Problem> {
        let mut all: Vec<Item> = Vec::new();
        for item in raw.item.iter().flatten() {
            let key = format!("item {}", item.get_ref().id);
            if all.iter().any(|other| other.id == item.get_ref().id) {
                let text = "同じ名前の item が二つあります。";
                return Err(self.problem(item.span().start, &key, text));
            }
            all.push(self.item(item.span().start, &key, item.get_ref(), rules)?);
        }
        Ok(all)
    }

    fn item(
        &self,
        at: usize,
        key: &str,
        raw: &RawItem,
        rules: &mut Rules,
    ) -> Result<Item, Problem> {
        if !raw.counter.is_empty() && matches!(raw.unit, Unit::Minutes | Unit::Yen) {
            let text = "時間と円に counter は要りません。消してください。";
            return Err(self.problem(at, key, text));
        }
        let counter =
            if raw.counter.is_empty() { raw.unit.counter() } else { raw.counter.as_str() };
        let number = |written: &Option<Written>| {
            let read = written.as_ref().map(|w| w.number(raw.unit, counter)).transpose();
            read.map_err(|m| self.problem(at, key, m))
        };
        let (step, min, max) = (number(&raw.step)?, number(&raw.min)?, number(&raw.max)?);
        if step == Some(0) || min.zip(max).is_some_and(|(min, max)| min > max) {
            let text = "step は1以上、min は max 以下にしてください。";
            return Err(self.problem(at, key, text));
        }
        let mut allow = Vec::new();
        for a in &raw.allow {
            let when = a.when.as_ref().map(|w| self.condition(rules, key, w)).transpose()?;
            let (venue, by, purpose) = (a.venue.clone(), a.by.clone(), a.purpose.clone());
            for id in [&venue, &by, &purpose].into_iter().flatten() {
                self.named(at, key, id)?;
            }
            allow.push(Allow { venue, by, purpose, when });
        }
        let cells = |cells: &[Spanned<RawCell>], rules: &mut Rules| {
            let one = |cell| self.cell(key, cell, raw.unit, counter, &mut *rules);
            cells.iter().map(one).collect::<Result<Vec<_>, _>>()
        };
        let ceiling = raw.ceiling.as_ref().map(|c| self.yen(c.span().start, key, c.get_ref()));
        Ok(Item {
            id: raw.id.clone(),
            name: raw.name.clone(),
            unit: raw.unit,
            counter: counter.to_owned(),
            step: step.unwrap_or(1),
            rounding: raw.rounding,
            min,
            max,
            over_midnight: raw.over_midnight,
            voucher: raw.handed_out == HandedOut::Vouchers,
            allow,
            price: cells(&raw.price, rules)?,
            ceiling: ceiling.transpose()?,
            refuse_excess: raw.refuse_excess,
            family: cells(&raw.family, rules)?,
            shares: self.shares(at, key, &raw.share, rules)?,
        })
    }

    fn yen(&self, at: usize, key: &str, written: &Written) -> Result<Amount, Problem> {
        self.amount(at, key, written, Unit::Yen, "円")
    }

    /// A number, one the office enters, or one that is granted to the person.
    fn amount(
        &self,
        at: usize,
        key: &str,
        written: &Written,
        unit: Unit,
        counter: &str,
    ) -> Result<Amount, Problem> {
        match written {
            Written::Setting(name) => self.setting(at, key, name),
            Written::Fact(name) => self.fact(at, key, name),
            number => {
                let read = number.number(unit, counter);
                read.map(Amount::Known).map_err(|m| self.problem(at, key, m))
            }
        }
    }

    fn cell(
        &self,
        key: &str,
        cell: &Spanned<RawCell>,
        unit: Unit,
        counter: &str,
        rules: &mut Rules,
    ) -> Result<Cell, Problem> {
        let (at, raw) = (cell.span().start, cell.get_ref());
        let number = |written: &Option<Written>| {
            let read = written.as_ref().map(|w| w.number(unit, counter)).transpose();
            read.map_err(|m| self.problem(at, key, m))
        };
        let (exact, least, below) =
            (number(&raw.quantity)?, number(&raw.at_least)?, number(&raw.below)?);
        let value = match (&raw.yen, &raw.formula, raw.invoiced, &raw.not_stated) {
            (Some(yen), None, false, None) => CellValue::Yen(self.yen(at, key, yen)?),
            (None, Some(f), false, None) => CellValue::Formula(self.formula(rules, key, f)?),
            (None, None, true, None) => CellValue::Invoiced,
            (None, None, false, Some(text)) => CellValue::NotStated(text.clone()),
            _ => {
                let text = "yen、formula、invoiced、not_stated のどれか一つを書いてください。";
                return Err(self.problem(at, key, text));
            }
        };
        let when = raw.when.as_ref().map(|w| self.condition(rules, key, w)).transpose()?;
        let from = exact.or(least).unwrap_or(0);
        let below = exact.map(|q| q + 1).or(below).unwrap_or(i64::MAX);
        Ok(Cell { when, from, below, value })
    }

    fn shares(
        &self,
        at: usize,
        key: &str,
        raw: &[Spanned<RawShare>],
        rules: &mut Rules,
    ) -> Result<Vec<PayerShare>, Problem> {
        let mut shares = Vec::new();
        for share in raw {
            let RawShare { payer, share: part, formula, rest } = share.get_ref();
            self.named(share.span().start, key, payer)?;
            let part = match (part, formula, rest) {
                (Some(text), None, false) => {
                    let read = text.get_ref().parse();
                    Part::Share(read.map_err(|m: String| self.problem(text.span().start, key, m))?)
                }
                (None, Some(f), false) => Part::Formula(self.formula(rules, key, f)?),
                (None, None, true) => Part::Rest,
                _ => {
                    let text = "share、formula、rest のどれか一つを書いてください。";
                    return Err(self.problem(at, key, text));
                }
            };
            shares.push(PayerShare { payer: payer.clone(), part });
        }
        let rests = shares.iter().filter(|s| matches!(s.part, Part::Rest)).count();
        if !shares.is_empty() && rests != 1 {
            let text = "残りを持つ人（rest = true）を一人だけ書いてください。";
            return Err(self.problem(at, key, text));
        }
        Ok(shares)
    }

    pub(super) fn caps(
        &self,
        raw: &RawVersion,
        items: &[Item],
        rules: &mut Rules,
        sources: &[&str],
    ) -> Result<Vec<Cap>, Problem> {
        let mut all: Vec<Cap> = Vec::new();
        for cap in raw.cap.iter().flatten() {
            let key = format!("cap {}", cap.get_ref().id);
            if all.iter().any(|other| other.id == cap.get_ref().id) {
                let text = "同じ名前の cap が二つあります。";
                return Err(self.problem(cap.span().start, &key, text));
            }
            self.source(&key, &cap.get_ref().source, sources)?;
            all.push(self.cap(cap.span().start, &key, cap.get_ref(), items, rules)?);
        }
        Ok(all)
    }

    fn cap(
        &self,
        at: usize,
        key: &str,
        raw: &RawCap,
        items: &[Item],
        rules: &mut Rules,
    ) -> Result<Cap, Problem> {
        let known: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
        for name in &raw.items {
            if !known.contains(&name.as_str()) {
                return Err(self.unknown(at, key, "item ", name, &known));
            }
        }
        for venue in &raw.venues {
            self.named(at, key, venue)?;
        }
        let covered = |item: &&Item| raw.items.is_empty() || raw.items.contains(&item.id);
        let Some(item) = items.iter().find(covered) else {
            return Err(self.problem(at, key, "数える item がありません。"));
        };
        let units = items.iter().filter(covered).all(|other| other.unit == item.unit);
        if raw.counts == Count::Quantity && !units {
            let text = "単位の違う item は一つの上限で数えられません。items で選んでください。";
            return Err(self.problem(at, key, text));
        }
        let (unit, counter) = match raw.counts {
            Count::Quantity => (item.unit, item.counter.as_str()),
            Count::Uses => (Unit::Count, "回"),
            Count::Yen => (Unit::Yen, "円"),
        };
        let written = raw.limit.get_ref();
        let limit = self.amount(raw.limit.span().start, key, written, unit, counter)?;
        let years = raw.years.unwrap_or(0);
        if (raw.per == Per::UsefulLife) != (years > 0) {
            let text = "per = \"useful_life\" には years（耐用年数）を書き、ほかには書きません。";
            return Err(self.problem(at, key, text));
        }
        Ok(Cap {
            id: raw.id.clone(),
            text: raw.text.clone(),
            per: raw.per,
            limit,
            counts: raw.counts,
            items: raw.items.clone(),
            venues: raw.venues.clone(),
            each: raw.each.clone(),
            by_months_left: raw.by_months_left,
            step: if raw.counts == Count::Quantity { item.step } else { 1 },
            years,
            valid: raw.from.zip(raw.until),
            when: raw.when.as_ref().map(|w| self.condition(rules, key, w)).transpose()?,
            source: raw.source.get_ref().clone(),
            clause: raw.clause.clone(),
            unit,
            counter: counter.to_owned(),
        })
    }
}
