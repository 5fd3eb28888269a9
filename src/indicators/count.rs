//! How each kind of indicator is counted. A programme's file names one of these; what none of them
//! can count is entered.

use ::programmes::{Indicator, Programme};
use civil::{Date, FiscalYear};

use crate::args;
use crate::store::{FromRow, Read};
use crate::web::Result;

/// 指標の値. One indicator on one day.
#[derive(Clone, Debug)]
pub struct Figure {
    pub indicator: Indicator,
    pub value: Option<i64>,
    /// 「記録から」, or who entered it, when and from where.
    pub from: String,
    pub planned: bool,
}

/// 数え方. The closed list of what can be counted from records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Awards that hold on the day.
    AwardsOpen,
    /// Awards decided in the period.
    Awards,
    /// Bodies to which money was granted in the period.
    Grants,
    /// Uses in the period, what they add up to, and how many people they are of.
    Uses,
    Quantity,
    People,
    /// Bodies that stand under the programme on the day, and their places.
    Bodies,
    Capacity,
    /// Posts of coordinators on the day.
    Coordinators,
    /// Numbers without names, added up.
    Reported,
    Entered,
}

impl Counts {
    pub fn read(word: &str) -> Self {
        match word {
            "awards_open" => Self::AwardsOpen,
            "awards" => Self::Awards,
            "grants" => Self::Grants,
            "uses" => Self::Uses,
            "quantity" => Self::Quantity,
            "people" => Self::People,
            "offices" | "contracts" => Self::Bodies,
            "capacity" => Self::Capacity,
            "coordinators" => Self::Coordinators,
            "households" | "visitors" | "reported" => Self::Reported,
            _ => Self::Entered,
        }
    }
}

/// The figures of a programme on a day.
pub async fn of(read: &mut Read, programme: &Programme, on: Date) -> Result<Vec<Figure>> {
    let mut out = Vec::new();
    for indicator in &programme.indicators {
        out.push(figure(read, programme, indicator, on).await?);
    }
    Ok(out)
}

async fn figure(
    read: &mut Read,
    programme: &Programme,
    indicator: &Indicator,
    on: Date,
) -> Result<Figure> {
    let counts = Counts::read(&indicator.counts);
    let mut figure = Figure {
        indicator: indicator.clone(),
        value: None,
        from: "記録から".into(),
        planned: false,
    };
    if counts == Counts::Entered {
        entered(read, programme, on, &mut figure).await?;
    } else {
        let ask = Ask::new(programme, indicator, on);
        figure.value = Some(ask.count(read, counts).await?);
    }
    Ok(figure)
}

/// What the statements are asked with.
struct Ask<'a> {
    programme: &'a str,
    item: Option<&'a str>,
    kind: Option<&'a str>,
    id: &'a str,
    from: Date,
    on: Date,
}

impl<'a> Ask<'a> {
    fn new(programme: &'a Programme, indicator: &'a Indicator, on: Date) -> Self {
        let year = indicator.over == "fiscal_year";
        Self {
            programme: &programme.id,
            item: indicator.item.as_deref(),
            kind: indicator.kind.as_deref(),
            id: &indicator.id,
            // Over the day: everything since the beginning counts.
            from: if year { FiscalYear::of(on).range().start } else { Date::ZERO },
            on,
        }
    }

    async fn count(&self, read: &mut Read, counts: Counts) -> Result<i64> {
        match counts {
            Counts::AwardsOpen | Counts::Awards => self.awards(read, counts).await,
            Counts::Grants => self.grants(read).await,
            Counts::Uses | Counts::Quantity | Counts::People => self.uses(read, counts).await,
            Counts::Bodies | Counts::Capacity => self.bodies(read, counts).await,
            Counts::Coordinators => self.coordinators(read).await,
            Counts::Reported | Counts::Entered => self.reported(read).await,
        }
    }

    async fn awards(&self, read: &mut Read, counts: Counts) -> Result<i64> {
        let controller = read.actor.controller_id.clone();
        let open = i64::from(counts == Counts::AwardsOpen);
        let (n,): (i64,) = read
            .one(
                "select count(*) from decisions d
                 where d.controller_id = $1 and d.programme = $2 and d.kind = 'award'
                   and ($5 = 0 or (d.valid_from <= $4
                     and (d.valid_until is null or d.valid_until > $4)
                     and (d.ended_on is null or d.ended_on > $4)))
                   and ($5 = 1 or (d.decided_on >= $3 and d.decided_on <= $4))",
                args![controller, self.programme, self.from, self.on, open],
            )
            .await?;
        Ok(n)
    }

    async fn grants(&self, read: &mut Read) -> Result<i64> {
        let controller = read.actor.controller_id.clone();
        let (n,): (i64,) = read
            .one(
                "select count(distinct g.body) from grants g
                 join grant_steps s on s.grant_id = g.id and s.kind = 'decision'
                 where g.controller_id = $1 and g.programme = $2
                   and s.done_on >= $3 and s.done_on <= $4
                   and not exists (select 1 from grant_step_voids v where v.step_id = s.id)",
                args![controller, self.programme, self.from, self.on],
            )
            .await?;
        Ok(n)
    }

    async fn uses(&self, read: &mut Read, counts: Counts) -> Result<i64> {
        let controller = read.actor.controller_id.clone();
        let (uses, quantity, people): (i64, i64, i64) = read
            .one(
                "select count(*), cast(coalesce(sum(e.quantity), 0) as bigint),
                   count(distinct d.client_id)
                 from ledger_entries e join decisions d on d.id = e.decision_id
                 where d.controller_id = $1 and d.programme = $2 and e.kind = 'usage'
                   and e.used_on >= $3 and e.used_on <= $4
                   and (cast($5 as text) is null or e.item = $5)
                   and not exists (select 1 from ledger_entries r where r.reverses_id = e.id)",
                args![controller, self.programme, self.from, self.on, self.item],
            )
            .await?;
        Ok(match counts {
            Counts::Uses => uses,
            Counts::Quantity => quantity,
            _ => people,
        })
    }

    async fn bodies(&self, read: &mut Read, counts: Counts) -> Result<i64> {
        let controller = read.actor.controller_id.clone();
        let (bodies, places): (i64, i64) = read
            .one(
                "select count(*), cast(coalesce(sum(b.capacity), 0) as bigint)
                 from programme_bodies b
                 where b.controller_id = $1 and b.programme = $2 and b.voided_at is null
                   and (cast($3 as text) is null or b.kind = $3)
                   and b.valid_from <= $4 and (b.valid_until is null or b.valid_until > $4)",
                args![controller, self.programme, self.kind, self.on],
            )
            .await?;
        Ok(if counts == Counts::Bodies { bodies } else { places })
    }

    async fn coordinators(&self, read: &mut Read) -> Result<i64> {
        let controller = read.actor.controller_id.clone();
        let (n,): (i64,) = read
            .one(
                "select count(distinct p.account_id) from posts p
                 join organisations o on o.id = p.organisation_id
                 where o.controller_id = $1 and p.role = 'coordinator' and p.voided_at is null
                   and p.valid_from <= $2
                   and (p.valid_until is null or p.valid_until > $2)",
                args![controller, self.on],
            )
            .await?;
        Ok(n)
    }

    async fn reported(&self, read: &mut Read) -> Result<i64> {
        let controller = read.actor.controller_id.clone();
        let (n,): (i64,) = read
            .one(
                "select cast(coalesce(sum(c.amount), 0) as bigint) from programme_counts c
                 where c.controller_id = $1 and c.programme = $2 and c.item = $3
                   and c.counted_on >= $4 and c.counted_on <= $5 and c.voided_at is null",
                args![controller, self.programme, self.item.unwrap_or(self.id), self.from, self.on],
            )
            .await?;
        Ok(n)
    }
}

#[derive(FromRow)]
struct Entry {
    value: i64,
    planned: i64,
    source: String,
    as_of: Option<String>,
    by_name: Option<String>,
}

/// The last figure entered for the day: of that day or an earlier one of the year, or of the year.
async fn entered(
    read: &mut Read,
    programme: &Programme,
    on: Date,
    figure: &mut Figure,
) -> Result<()> {
    let controller = read.actor.controller_id.clone();
    let year = i64::from(FiscalYear::of(on).year());
    let entry: Option<Entry> = read
        .maybe(
            "select e.value, e.planned, e.source, e.as_of, a.name as by_name
             from indicator_entries e left join accounts a on a.id = e.recorded_by
             where e.controller_id = $1 and e.programme = $2 and e.indicator = $3
               and e.fiscal_year = $4 and e.voided_at is null
               and (e.as_of is null or e.as_of <= $5)
             order by case when e.as_of = $5 then 0 when e.as_of is null then 1 else 2 end,
               e.planned, e.as_of desc, e.recorded_at desc limit 1",
            args![controller, programme.id.as_str(), figure.indicator.id.as_str(), year, on],
        )
        .await?;
    figure.from = "まだ入力されていません".into();
    if let Some(entry) = entry {
        let day = entry.as_of.and_then(|d| d.parse().ok()).map(civil::format_era);
        let when = day.map_or_else(|| FiscalYear::of(on).label(), |d| format!("{d}現在"));
        let by = entry.by_name.unwrap_or_default();
        figure.value = Some(entry.value);
        figure.planned = entry.planned == 1;
        figure.from = format!("{when}　出典：{}　入力した人：{by}", entry.source);
    }
    Ok(())
}
