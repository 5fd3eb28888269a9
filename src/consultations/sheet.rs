//! The form of a consultation with what stands around it: the person found, what they asked last.
//!
//! Key presses from a page that links to the form to the saved record, text apart (Ctrl+Enter
//! counts two): 13 for a community consultation by a municipality (N, →, Tab x4, → x3, Tab x2,
//! Ctrl+Enter), 13 with a person's number of four digits (N, Tab, 4 digits, Tab x5, Ctrl+Enter),
//! 11 and what was typed with a name (N, Tab, name, Tab x2, Space, Tab x4, Ctrl+Enter).

use crate::clients::{self, Summary};
use crate::follow_ups;
use crate::staff::colleagues;
use crate::store::Read;
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Result};

use super::record::{self, Consultation};

/// The questions in the order the keyboard meets them: what a call needs first comes first, so
/// that most calls never go below the text.
pub(super) fn fields() -> Vec<Field> {
    let help_client = "読み・漢字・生年月日・電話・利用者番号の一部。空白や異体字の違いはかまいません。地域支援では不要です。";
    let help_standing =
        "利用者を選んだとき、地域支援で特定の本人がいないときは、選ばなくてかまいません。";
    vec![
        Field::new("scope", "支援の種別", Kind::Code("scope")).required(),
        Field::new("client", "利用者", Kind::Client).help(help_client),
        Field::new("standing", "相談の本人", Kind::Code("standing")).help(help_standing),
        Field::new("inquirer_kind", "相談した人", Kind::Code("inquirer_kind")).required(),
        Field::new("channel", "方法", Kind::Code("channel")).required(),
        Field::new("text", "相談の内容", Kind::Long(8000))
            .required()
            .help("聞いたこと。統計には使いません。"),
        Field::new("answer", "答えたこと", Kind::Long(8000)),
        Field::new("topics", "内容の分類", Kind::Codes("topic")),
    ]
}

/// What is usually right as it stands.
pub(super) fn details() -> Vec<Field> {
    vec![
        Field::new("minutes", "かかった時間", Kind::Number { min: 0, max: 1440, unit: "分" }),
        Field::new("inquirer_name", "相談した人の名前・所属", Kind::Text(80)),
        Field::new("inquirer_place", "ほかの区市町村・都道府県", Kind::Text(80))
            .help("この自治体の外からの相談のとき。"),
        Field::new("occurred_at", "相談を受けた日時", Kind::DateTime).required(),
        Field::new("handler", "受けた人", Kind::Record),
        Field::new("series", "新規・継続", Kind::Code("series"))
            .help("選ばないと、この利用者の相談が前にあれば継続、なければ新規になります。"),
        Field::new("previous", "前の相談", Kind::Record)
            .help("継続のとき。選ばないと、この利用者の直近の相談になります。"),
        Field::new("region", "地域", Kind::Code("region"))
            .help("統計で数える地域です。選ばないと、この機関の地域になります。"),
    ]
}

/// 相談の入力用紙. The form as it is drawn, and the right-hand column.
pub(super) struct Sheet {
    pub form: FormView,
    /// What was typed into the finder.
    pub q: String,
    pub found: Vec<Summary>,
    pub searched: bool,
    pub chosen: Option<Summary>,
    pub recent: Vec<Consultation>,
}

impl Sheet {
    pub async fn draw(
        (app, read): (&App, &mut Read),
        form: &Form,
        entry: &Entry,
        bad: &Problems,
    ) -> Result<Self> {
        let chosen = see(read, entry.get("client")).await?;
        let recent = match &chosen {
            Some(person) => record::recent(read, &person.id).await?,
            None => vec![],
        };
        let q = entry.get("client_q").to_owned();
        let mut found = candidates(read, &q).await?;
        found.retain(|c| chosen.as_ref().is_none_or(|chosen| chosen.id != c.id));
        let offers = offers(read, &recent, entry.get("previous")).await?;
        let form = form.view(entry, bad, &app.codes, &offers);
        Ok(Self { form, searched: !q.is_empty(), q, found, chosen, recent })
    }

    /// Two people whose names sound the same: only the birth date tells them apart.
    pub fn same_reading(&self) -> bool {
        let people: Vec<_> = self.chosen.iter().chain(&self.found).collect();
        people.iter().enumerate().any(|(n, a)| people.iter().skip(n + 1).any(|b| a.kana == b.kana))
    }

    /// The name of a radio that takes the focus when the page opens; none where it has errors.
    pub fn focus(&self) -> &'static str {
        match (self.form.problems.is_empty(), &self.chosen) {
            (false, _) => "",
            (true, None) => "scope",
            (true, Some(_)) => "inquirer_kind",
        }
    }

    pub fn title(&self, plain: &str) -> String {
        match self.form.problems.len() {
            0 => plain.to_owned(),
            n => format!("エラー {n}か所：{plain}"),
        }
    }
}

/// A number typed into the finder is as good as a choice; any other words must become one.
pub(super) fn settle(entry: &mut Entry) -> Result<(), Problems> {
    let q = entry.get("client_q").to_owned();
    if !entry.get("client").is_empty() || q.is_empty() {
        return Ok(());
    }
    if kana::ClientNumber::parse(&q).is_ok() {
        entry.set("client", q);
        return Ok(());
    }
    let why = "利用者を候補から選んでください。選ばないときは、利用者の欄を空けてください";
    Err(Problems::one("client", why))
}

async fn see(read: &mut Read, number: &str) -> Result<Option<Summary>> {
    match clients::see(read, number).await {
        Ok(person) => Ok(Some(person)),
        Err(Error::NotFound) => Ok(None),
        Err(e) => Err(e),
    }
}

/// Whom the words in the finder may mean.
async fn candidates(read: &mut Read, q: &str) -> Result<Vec<Summary>> {
    clients::search::find(read, q, OFFERED).await
}

/// More than fit on a screen are narrowed by typing on, not by scrolling.
const OFFERED: i64 = 10;

async fn offers(read: &mut Read, recent: &[Consultation], previous: &str) -> Result<Options> {
    let colleagues = colleagues::offered(read).await?;
    let line = |k: &Consultation| (k.id.clone(), format!("{}　{}", k.when(), k.gist()));
    let mut earlier: Vec<_> = recent.iter().map(line).collect();
    if !previous.is_empty() && !earlier.iter().any(|(id, _)| id == previous) {
        earlier.extend(record::maybe(read, previous).await?.as_ref().map(line));
    }
    Ok([("handler", colleagues.clone()), ("next_owner", colleagues), ("previous", earlier)].into())
}

pub(super) fn log_fields() -> Vec<Field> {
    let mut all = fields();
    all.extend(follow_ups::fields());
    all.extend(details());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_the_finder_is_a_choice_and_a_name_is_not() {
        let number = kana::ClientNumber::new(127).unwrap().to_string();
        let mut entry = Entry(vec![("client_q".into(), number.clone())]);
        assert_eq!(settle(&mut entry), Ok(()));
        assert_eq!(entry.get("client"), number);
        let mut entry = Entry(vec![("client_q".into(), "みずの".into())]);
        assert_eq!(settle(&mut entry).unwrap_err().0[0].0, "client");
    }
}
