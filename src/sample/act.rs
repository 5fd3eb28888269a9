//! Each step calls the operation that a page would call.

use civil::{Date, FiscalYear};

use super::cases;
use super::people::{self, Row};
use super::plan::{Ask, Call, Choice, Deed, Note, Promise};
use super::play::{Scene, broken};
use crate::args;
use crate::case_notes;
use crate::clients::{close, parts};
use crate::consultations;
use crate::coordinators::{assign, hand_over, request, rules::Rules, waiting};
use crate::follow_ups;
use crate::reports::{self, Catalogue};
use crate::store::Tx;
use crate::web::{Entry, Form, Result, Values};

impl Scene<'_> {
    pub async fn act(&mut self, tx: &mut Tx, deed: &Deed<'_>) -> Result<()> {
        match deed {
            Deed::Enrol(n) => self.enrol(tx, *n).await,
            Deed::Row(n, row) => self.row(tx, *n, row).await,
            Deed::Judge(n) => self.judge(tx, *n).await,
            Deed::Withdraw(n, body) => self.withdraw(tx, *n, body).await,
            Deed::Request(n, ask) => self.request(tx, *n, ask).await,
            Deed::Decide(n, choice) => self.decide(tx, *n, choice).await,
            Deed::HandOver(n, choice) => self.hand_over(tx, *n, choice).await,
            Deed::Close(n) => self.close(tx, *n).await,
            Deed::Move(n, to) => self.move_away(tx, *n, to).await,
            Deed::Publish => self.publish(tx).await,
            Deed::Log(call) => self.log(tx, call).await,
            Deed::Write(note) => self.write(tx, note).await,
            Deed::Done(place, outcome) => match self.promises.get(place) {
                Some(id) => follow_ups::done(tx, id, outcome).await,
                None => Ok(()),
            },
        }
    }

    pub fn read(&self, form: &Form, entry: &Entry) -> Result<Values> {
        Ok(form.read(entry, &self.app.codes)?)
    }

    pub fn person(&self, n: usize) -> Result<&(String, String)> {
        self.people.get(&n).ok_or_else(|| broken(format!("person {n} is not enrolled yet")))
    }

    fn account(&self, login: &str) -> String {
        self.staff.actors.get(login).map(|a| a.account_id.clone()).unwrap_or_default()
    }

    pub async fn row(&mut self, tx: &mut Tx, n: usize, row: &Row) -> Result<()> {
        let id = self.person(n)?.0.clone();
        let Some(part) = parts::find(row.part) else {
            return Err(broken(format!("no part '{}'", row.part)));
        };
        let values = self.read(&part.form, &row.entry)?;
        parts::add(tx, &id, part, &values, Some(row.from)).await?;
        Ok(())
    }

    /// All rows that were known when the person was entered.
    pub async fn rows(&mut self, tx: &mut Tx, n: usize) -> Result<()> {
        let Some(life) = self.lives.get(n) else { return Ok(()) };
        let today = self.app.clock.now().civil_date();
        let rows = people::rows(life, self.ward, today, |key| self.number_of(key));
        for row in rows.map_err(broken)?.iter().filter(|r| r.typed <= life.entered) {
            self.row(tx, n, row).await?;
        }
        Ok(())
    }

    /// The number of another person of the files, once that person is enrolled.
    fn number_of(&self, key: &str) -> String {
        let at = self.lives.iter().position(|l| l.client.key == key);
        at.and_then(|n| self.people.get(&n)).map(|p| p.1.clone()).unwrap_or_default()
    }

    async fn request(&mut self, tx: &mut Tx, n: usize, ask: &Ask<'_>) -> Result<()> {
        let (Some(life), client) = (self.lives.get(n), self.person(n)?.0.clone()) else {
            return Ok(());
        };
        let desk = self.staff.organisations.get(cases::desk(life).0).map(|o| o.0.clone());
        let mut entry = Entry::default();
        entry.set("received_on", ask.on.to_string());
        entry.set("received_from", ask.from.clone());
        entry.set("desk", desk.unwrap_or_default());
        entry.set("note", ask.note);
        let needs = ask.needs.split(',').filter(|n| !n.is_empty());
        entry.0.extend(needs.map(|n| ("needs".to_owned(), n.to_owned())));
        let values = self.read(&request::form(), &entry)?;
        request::request(tx, &client, None, &values).await?;
        Ok(())
    }

    async fn decide(&mut self, tx: &mut Tx, n: usize, choice: &Choice<'_>) -> Result<()> {
        let client = self.person(n)?.0.clone();
        let (id,): (String,) = tx
            .one(
                "select id from case_requests where client_id = $1 and decided_at is null
                 order by id desc limit 1",
                args![client],
            )
            .await?;
        let weight = Rules::official()?.weigh(&waiting::one(tx, &id).await?.facts).0;
        let mut entry = Entry::default();
        entry.set("account", self.account(choice.login));
        entry.set("kind", "main");
        entry.set("weight", weight.to_string());
        entry.set("starts_on", choice.from.to_string());
        entry.set("reason", choice.why);
        let values = self.read(&assign::form(), &entry)?;
        assign::decide(tx, &id, &self.app.codes, &values).await?;
        Ok(())
    }

    async fn close(&mut self, tx: &mut Tx, n: usize) -> Result<()> {
        let Some(closure) = self.lives.get(n).and_then(|l| l.client.closure.as_ref()) else {
            return Ok(());
        };
        let client = self.person(n)?.0.clone();
        let mut entry = Entry::default();
        entry.set("kind", closure.kind.clone());
        entry.set("on", tx.actor.today().to_string());
        entry.set("reason", closure.reason.clone());
        let values = self.read(&close::form(false), &entry)?;
        close::close(tx, &client, &values).await
    }

    async fn hand_over(&mut self, tx: &mut Tx, n: usize, choice: &Choice<'_>) -> Result<()> {
        let client = self.person(n)?.0.clone();
        let (id, weight): (String, i64) = tx
            .one(
                "select id, weight from assignments where client_id = $1 and kind = 'main'
                   and voided_at is null and valid_until is null",
                args![client],
            )
            .await?;
        let mut entry = Entry::default();
        entry.set("to", self.account(choice.login));
        entry.set("starts_on", choice.from.to_string());
        entry.set("weight", weight.to_string());
        entry.set("note", choice.why);
        let values = self.read(&hand_over::form(), &entry)?;
        hand_over::hand_over(tx, &id, &[], &values).await?;
        Ok(())
    }

    /// The first report an officer has, for the fiscal year before this one.
    async fn publish(&mut self, tx: &mut Tx) -> Result<()> {
        let all = Catalogue::load(&self.app.codes, None);
        let Some(report) = all.all().find(|r| r.front.allows(tx.actor.role)).cloned() else {
            return Ok(());
        };
        let year = FiscalYear::of(tx.actor.today()).previous();
        let ask = reports::Ask::year(year, tx.actor.at);
        let figures = reports::draw(tx, &report, ask, &self.app.codes).await?;
        let mut entry = Entry::default();
        entry.set("note", format!("みどり区（架空）の協議会 {}の資料", year.label()));
        entry.set("checked", "1");
        let values = self.read(&reports::publish::form(), &entry)?;
        reports::publish::publish(tx, &figures, &values).await?;
        Ok(())
    }

    async fn log(&mut self, tx: &mut Tx, call: &Call<'_>) -> Result<()> {
        let mut entry = Entry::default();
        let client = call.person.map(|n| self.person(n)).transpose()?.map(|p| p.1.clone());
        for (field, value) in [
            ("scope", call.scope),
            ("client", client.as_deref().unwrap_or_default()),
            ("standing", call.standing),
            ("inquirer_kind", call.inquirer),
            ("inquirer_name", &call.inquirer_name),
            ("channel", call.channel),
            ("region", call.region),
            ("text", &call.text),
            ("answer", &call.answer),
            ("minutes", &call.minutes.to_string()),
            ("occurred_at", &moment(call.at)),
        ] {
            entry.set(field, value);
        }
        entry.0.push(("topics".into(), call.topic.into()));
        entry.0.extend(call.second_topic.map(|t| ("topics".to_owned(), t.to_owned())));
        next(&mut entry, call.promise.as_ref());
        let values = self.read(&consultations::log::form(), &entry)?;
        let id = consultations::log(tx, &values).await?;
        self.promised(tx, &id, call.promise.as_ref()).await
    }

    async fn write(&mut self, tx: &mut Tx, note: &Note<'_>) -> Result<()> {
        let client = self.person(note.person)?.0.clone();
        let minutes = format!("minutes_{}", note.note.6);
        let mut entry = Entry::default();
        for (field, value) in [
            ("kind", note.note.0.as_str()),
            ("with_whom", &note.with_whom),
            ("text", &note.text),
            ("agreed", &note.agreed),
            ("occurred_at", &moment(note.at)),
            (&minutes, &note.minutes.to_string()),
        ] {
            entry.set(field, value);
        }
        next(&mut entry, note.promise.as_ref());
        let values = self.read(&case_notes::write::form(&self.app.codes), &entry)?;
        let id = case_notes::write(tx, &client, &values).await?;
        self.promised(tx, &id, note.promise.as_ref()).await
    }

    /// Remembers which follow-up a promise became.
    pub async fn promised(
        &mut self,
        tx: &mut Tx,
        source: &str,
        promise: Option<&Promise>,
    ) -> Result<()> {
        let Some(promise) = promise else { return Ok(()) };
        let made: Option<(String,)> =
            tx.maybe("select id from follow_ups where source_id = $1", args![source]).await?;
        if let Some((id,)) = made {
            self.promises.insert(promise.place, id);
        }
        Ok(())
    }
}

pub(super) fn next(entry: &mut Entry, promise: Option<&Promise>) {
    let Some(promise) = promise else { return };
    entry.set("next_what", promise.what.clone());
    entry.set("next_due", day(promise.due));
}

fn day(on: Date) -> String {
    on.to_string()
}

/// As a form sends it: the day and the time of day in Japan.
pub(super) fn moment(at: civil::Instant) -> String {
    let at = at.civil();
    format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())
}
