//! お金. What a use costs and who pays which part of it, to the yen.

use civil::{Date, Yen};

use crate::amounts::{Look, not_stated};
use crate::caps::Take;
use crate::programme::{Item, Part, Programme, Version};
use crate::usage::{Counted, Refusal, Use};
use crate::verdict::Known;

/// The payments of one use; they add up to the price.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charge {
    pub price: i64,
    pub payments: Vec<Payment>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// 「family」 or an id of the file's names.
    pub payer: String,
    pub yen: i64,
}

/// A use that may be booked: how much counts, what it costs, what it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    pub counted: Counted,
    pub charge: Charge,
    pub takes: Vec<Take>,
}

/// The time an award holds: from a day, until a day that is no longer in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub from: Date,
    pub until: Option<Date>,
}

pub const FAMILY: &str = "family";

impl Programme {
    /// Everything about one use under an award, or why it cannot be.
    pub fn price(&self, known: &Known, wanted: &Use, held: Held) -> Result<Priced, Refusal> {
        let Some(version) = self.version_on(wanted.on) else {
            return Err(Refusal::new(
                "term",
                "この日にはまだ（もう）この事業はありません。".into(),
            ));
        };
        if wanted.on < held.from {
            let (rule, text) = match version.before_purchase {
                true => ("before_purchase", "決定より前に購入したものは対象になりません。"),
                false => ("term", "決定の期間より前です。"),
            };
            return Err(Refusal::new(rule, text.into()));
        }
        if held.until.is_some_and(|until| wanted.on >= until) {
            return Err(Refusal::new(
                "term",
                "決定の期間が終わっています。更新してください。".into(),
            ));
        }
        let counted = version.count(self, known, wanted)?;
        let Some(item) = version.item(&wanted.item) else { return Err(not_stated("")) };
        let charge = version.charge(self, known, item, counted.quantity, wanted.invoiced)?;
        let public = charge.price - charge.of(FAMILY);
        let takes = version.takes(known, item, wanted, &counted, public, held.from)?;
        Ok(Priced { counted, charge, takes })
    }
}

impl Version {
    fn charge(
        &self,
        programme: &Programme,
        known: &Known,
        item: &Item,
        quantity: i64,
        invoiced: Option<i64>,
    ) -> Result<Charge, Refusal> {
        self.computable(quantity, invoiced)?;
        let look = Look { known, quantity, price: invoiced, invoiced };
        let Some(price) = self.amount(&item.price, &look)? else { return Ok(Charge::default()) };
        let ceiling = match item.ceiling.map(|ceiling| ceiling.of(known)) {
            None => price,
            Some(Some(ceiling)) => ceiling,
            Some(None) => return Err(not_stated("上限額がまだ設定されていません。")),
        };
        if item.refuse_excess && price > ceiling {
            let text = format!("{}までです（{}）。", Yen(ceiling), Yen(price));
            return Err(Refusal::new("ceiling", text));
        }
        let base = price.min(ceiling);
        let look = Look { price: Some(base), ..look };
        let copayment = self.amount(&item.family, &look)?.unwrap_or(0).clamp(0, base);
        let mut charge = Charge { price, payments: Vec::new() };
        charge.add(FAMILY, copayment + price - base);
        self.share_out(programme, item, base - copayment, look, &mut charge)?;
        Ok(charge)
    }

    /// Shares of what is left after the family's part; the rest goes to whoever has the rest.
    fn share_out(
        &self,
        programme: &Programme,
        item: &Item,
        public: i64,
        look: Look<'_>,
        charge: &mut Charge,
    ) -> Result<(), Refusal> {
        let trace = self.rules.trace(&Look { price: Some(public), ..look }.values());
        let mut left = public;
        let mut rest = programme.run_by.as_str();
        for share in &item.shares {
            let part = match &share.part {
                Part::Rest => {
                    rest = &share.payer;
                    continue;
                }
                Part::Share(share) => share.of(Yen(public)).0,
                Part::Formula(node) => match trace.value(*node) {
                    Some(yen) => i64::from(yen),
                    None => return Err(not_stated("負担の割合を決める事実が足りません。")),
                },
            };
            let part = part.clamp(0, left);
            left -= part;
            charge.add(&share.payer, part);
        }
        charge.add(rest, left);
        Ok(())
    }
}

impl Charge {
    pub fn of(&self, payer: &str) -> i64 {
        self.payments.iter().filter(|p| p.payer == payer).map(|p| p.yen).sum()
    }

    fn add(&mut self, payer: &str, yen: i64) {
        match self.payments.iter_mut().find(|p| p.payer == payer) {
            Some(payment) => payment.yen += yen,
            None => self.payments.push(Payment { payer: payer.to_owned(), yen }),
        }
    }
}
