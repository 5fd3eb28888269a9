//! Plays the ward from its first day to the day of the demo.

use std::collections::BTreeMap;

use civil::Instant;
use jiff::ToSpan;

use super::data::Ward;
use super::desk::Desk;
use super::life::{Life, OPENED_DAYS};
use super::luck::Luck;
use super::plan::Step;
use super::staff::Staff;
use super::{
    PASSWORD, advice, keeping, mark, programmes, rights, staff, tokens, transfers, trust, twice,
};
use crate::access::Actor;
use crate::staff::passwords;
use crate::store::Tx;
use crate::web::{App, Error, Result};

/// Any number will do; another one gives another ward.
const SEED: u64 = 20_260_401;
/// So many steps share a transaction: a stopped start is played again from the beginning anyway.
const TOGETHER: usize = 200;

/// What is known while the ward is played.
pub(super) struct Scene<'a> {
    pub app: &'a App,
    pub ward: &'a Ward,
    pub lives: &'a [Life<'a>],
    pub staff: Staff,
    /// By place in `lives`: id and number.
    pub people: BTreeMap<usize, (String, String)>,
    /// By place of the promise: id of the follow-up.
    pub promises: BTreeMap<usize, String>,
}

/// Fills an empty database; `tell` hears how much of the whole is done.
pub async fn play(app: &App, tell: impl Fn(usize, usize)) -> Result<()> {
    tell(0, 1);
    let ward = Ward::read().map_err(broken)?;
    let (now, today) = (app.clock.now(), app.clock.now().civil_date());
    let mut luck = Luck::new(SEED);
    let lives = Life::all(&ward, today, &mut luck).map_err(broken)?;
    // One hash for all accounts: hashing is slow on purpose.
    let hash = passwords::hash(PASSWORD.to_owned()).await?;
    let opening = today.saturating_sub(OPENED_DAYS.days()).at(9, 0, 0, 0);
    let system = Actor::system(Instant::from_civil(opening), "");
    let mut tx = app.write(&system).await?;
    mark::begin(&mut tx, today).await?;
    let staff = staff::open(&mut tx, app, &ward, &hash).await?;
    tx.commit().await?;
    let steps = plan(&ward, &lives, (today, now), &mut luck);
    let (people, promises) = Default::default();
    let mut scene = Scene { app, ward: &ward, lives: &lives, staff, people, promises };
    scene.play(&steps, &system, &tell).await?;
    let mut tx = app.write(&Actor { at: now, ..system }).await?;
    transfers::enter(&mut tx, &scene).await?;
    trust::enter(&mut tx, &scene).await?;
    twice::join(&mut tx, &scene).await?;
    tokens::give(&mut tx, &scene).await?;
    rights::enter(&mut tx, &scene).await?;
    keeping::enter(&mut tx, &scene).await?;
    programmes::enter(&mut tx, &scene).await?;
    advice::enter(&mut tx, &scene).await?;
    mark::finish(&mut tx, today).await?;
    tx.commit().await?;
    tell(1, 1);
    Ok(())
}

/// Everything that happens, in order; nothing that is still to come today.
fn plan<'w>(
    ward: &'w Ward,
    lives: &[Life<'w>],
    (today, now): (civil::Date, Instant),
    luck: &mut Luck,
) -> Vec<Step<'w>> {
    let mut desk = Desk { ward, lives, today, luck, promises: 0 };
    let mut steps = desk.calls();
    steps.extend(desk.notes());
    steps.sort_by_key(|s| s.at);
    desk.keep_promises(&mut steps);
    steps.extend(desk.cases());
    steps.extend(desk.later_rows());
    steps.push(desk.published());
    steps.retain(|s| s.at <= now);
    steps.sort_by_key(|s| s.at);
    steps
}

impl Scene<'_> {
    async fn play(
        &mut self,
        steps: &[Step<'_>],
        system: &Actor,
        tell: impl Fn(usize, usize),
    ) -> Result<()> {
        for (n, together) in steps.chunks(TOGETHER).enumerate() {
            let mut tx = self.app.write(system).await?;
            for step in together {
                self.step(&mut tx, step).await?;
            }
            tx.commit().await?;
            tell(n * TOGETHER, steps.len());
        }
        Ok(())
    }

    async fn step(&mut self, tx: &mut Tx, step: &Step<'_>) -> Result<()> {
        let Some(actor) = self.staff.actors.get(step.who) else {
            return Err(broken(format!("nobody is called '{}'", step.who)));
        };
        tx.actor = Actor { at: step.at, ..actor.clone() };
        self.act(tx, &step.deed).await.map_err(|e| match e {
            Error::Refused(p) => {
                broken(format!("{} {} {}: {:?}", step.at, step.who, step.deed.name(), p.0))
            }
            Error::NotFound => {
                broken(format!("{} {} {}: not found", step.at, step.who, step.deed.name()))
            }
            other => other,
        })
    }
}

/// A mistake in the data files: said to whoever changes them, never to a user of the real system.
pub(super) fn broken(why: impl Into<String>) -> Error {
    Error::refused("", format!("sample: {}", why.into()))
}
