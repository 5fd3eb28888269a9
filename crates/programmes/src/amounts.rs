//! Tables of amounts: the first line that fits counts; what is not stated is never guessed.

use crate::facts::FactInfo;
use crate::programme::{Cell, CellValue, Version};
use crate::quantity::Amount;
use crate::usage::Refusal;
use crate::verdict::Known;

/// What the lines of a table look at.
pub(crate) struct Look<'a> {
    pub known: &'a Known,
    pub quantity: i64,
    /// What formulas call `price`.
    pub price: Option<i64>,
    pub invoiced: Option<i64>,
}

impl Amount {
    pub(crate) fn of(self, known: &Known) -> Option<i64> {
        match self {
            Self::Known(number) => Some(number),
            Self::Setting(at) => known.settings.get(at).copied().flatten().map(i64::from),
            Self::Fact(at) => known.values.get(at).copied().flatten().map(i64::from),
        }
    }
}

impl Look<'_> {
    /// The facts with quantity and price in their two last places.
    pub fn values(&self) -> Vec<Option<i32>> {
        let mut values = self.known.values.clone();
        if let [.., quantity, price] = values.as_mut_slice() {
            *quantity = i32::try_from(self.quantity).ok();
            *price = self.price.and_then(|p| i32::try_from(p).ok());
        }
        values
    }
}

impl Version {
    /// Formulas were checked for quantities and prices up to a limit: nothing larger is computed.
    pub(crate) fn computable(&self, quantity: i64, invoiced: Option<i64>) -> Result<(), Refusal> {
        let [.., most, most_yen] = self.facts.as_slice() else { return Ok(()) };
        let fits = |info: &FactInfo, n: i64| (0..=i64::from(info.fact.kind.range().1)).contains(&n);
        if fits(most, quantity) && invoiced.is_none_or(|yen| fits(most_yen, yen)) {
            return Ok(());
        }
        let text = "一度に扱える量や金額を超えています。入力を確かめてください。";
        Err(Refusal::new("max", text.into()))
    }

    /// The amount a table gives; `None` for a table without lines.
    pub(crate) fn amount(&self, table: &[Cell], look: &Look<'_>) -> Result<Option<i64>, Refusal> {
        if table.is_empty() {
            return Ok(None);
        }
        let trace = self.rules.trace(&look.values());
        for cell in table.iter().filter(|c| (c.from..c.below).contains(&look.quantity)) {
            match cell.when.map(|when| (when, trace.value(when))) {
                Some((_, Some(0))) => continue,
                Some((when, None)) => {
                    let missing = self.rules.missing(when, &trace);
                    return Err(self.ask(missing.first().copied()));
                }
                _ => {}
            }
            let found = match &cell.value {
                CellValue::Yen(amount) => amount.of(look.known),
                CellValue::Formula(node) => match trace.value(*node) {
                    Some(yen) => Some(i64::from(yen)),
                    None => {
                        let missing = self.rules.missing(*node, &trace);
                        return Err(self.ask(missing.first().copied()));
                    }
                },
                CellValue::Invoiced => look.invoiced,
                CellValue::NotStated(text) => return Err(not_stated(text)),
            };
            return found.map(Some).ok_or_else(|| match cell.value {
                CellValue::Invoiced => not_stated("請求書の金額を入力してください。"),
                _ => not_stated("金額がまだ設定されていません。担当者が設定してください。"),
            });
        }
        Err(not_stated("この量と区分の金額は決められていません。"))
    }

    /// A sentence that asks for a fact.
    fn ask(&self, fact: Option<usize>) -> Refusal {
        let info = fact.and_then(|at| self.facts.get(at));
        let ask = info.map(|i| i.ask.as_str()).filter(|ask| !ask.is_empty());
        not_stated(ask.unwrap_or("金額を決める事実がまだ確かめられていません。"))
    }
}

pub(crate) fn not_stated(text: &str) -> Refusal {
    Refusal::new("not_stated", text.to_owned())
}
