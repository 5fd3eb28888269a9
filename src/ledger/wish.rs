//! 利用の内容: what a form or a line of a report says of one use, before any rule is asked.

use std::collections::BTreeSet;

use ::programmes::{Item, Programme, Unit, Use, Version};
use civil::{Date, DateTime};

use crate::web::{Error, Field, Kind, Options, Result, Values};

/// 利用の内容.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    pub used: Use,
    pub organisation: Option<String>,
    pub note: String,
}

/// What is asked of a booking and of a use alike.
pub fn fields() -> Vec<Field> {
    let most = Kind::Number { min: 1, max: 10_000_000, unit: "" };
    vec![
        Field::new("item", "利用の種類", Kind::Record).required(),
        Field::new("on", "利用の日", Kind::Date).required(),
        Field::new("from", "始まり", Kind::Time),
        Field::new("to", "終わり", Kind::Time)
            .help("日をまたぐときは、次の日の時刻をそのまま入れます（23:00から1:00）。"),
        Field::new("quantity", "量", most)
            .help("時間で数えるものは、始まりと終わりを入れれば要りません（分で入れます）。"),
        Field::new("venue", "場所", Kind::Record),
        Field::new("by", "担い手", Kind::Record),
        Field::new("purpose", "目的", Kind::Record),
        Field::new("of", "だれ・何の分か", Kind::Text(60))
            .help("上限は、これごとに数えます。前と同じものは同じ書き方で入れます。"),
        Field::new(
            "invoiced",
            "請求書の金額",
            Kind::Number { min: 0, max: 100_000_000, unit: "円" },
        ),
        Field::new("organisation", "事業所", Kind::Record),
        Field::new("note", "メモ", Kind::Text(200)),
    ]
}

pub fn read(v: &Values) -> Result<Wish> {
    let on = v.date("on").ok_or(Error::NotFound)?;
    let used = Use {
        item: v.text("item").to_owned(),
        on,
        times: times(on, v)?,
        quantity: v.int("quantity").unwrap_or(0),
        venue: v.opt("venue"),
        by: v.opt("by"),
        purpose: v.opt("purpose"),
        of: v.opt("of"),
        invoiced: v.int("invoiced"),
        claimed: v.date("claimed"),
    };
    Ok(Wish { used, organisation: v.opt("organisation"), note: v.text("note").to_owned() })
}

/// From and to; an end before the beginning lies on the next day.
fn times(on: Date, v: &Values) -> Result<Option<(DateTime, DateTime)>> {
    let at = |name: &str, day: Date| {
        let (h, m) = v.text(name).split_once(':')?;
        Some(day.at(h.parse().ok()?, m.parse().ok()?, 0, 0))
    };
    match (at("from", on), at("to", on)) {
        (None, None) => Ok(None),
        (Some(from), Some(to)) if to > from => Ok(Some((from, to))),
        (Some(from), Some(_)) => {
            let next = on.tomorrow().unwrap_or(on);
            Ok(at("to", next).map(|to| (from, to)))
        }
        (Some(_), None) => Err(Error::refused("to", "終わりの時刻も入力してください")),
        (None, Some(_)) => Err(Error::refused("from", "始まりの時刻も入力してください")),
    }
}

/// What the caps of some programmes count each by itself in `[from, until)`: 「児童」. Where no cap
/// does, nobody is asked.
pub fn each<'a>(
    programmes: impl IntoIterator<Item = &'a Programme>,
    (from, until): (Date, Option<Date>),
) -> Option<String> {
    let holds = |v: &&Version| {
        v.until.is_none_or(|ends| from < ends) && until.is_none_or(|until| v.from < until)
    };
    let versions = programmes.into_iter().flat_map(|p| &p.versions).filter(holds);
    let words = versions.flat_map(|v| &v.caps).filter_map(|cap| cap.each.as_deref());
    let words: BTreeSet<&str> = words.collect();
    (!words.is_empty()).then(|| words.into_iter().collect::<Vec<_>>().join("・"))
}

/// The choices a version of a programme leaves.
pub fn options(
    programme: &Programme,
    version: Option<&Version>,
    organisations: Vec<(String, String)>,
) -> Options {
    let items: &[Item] = version.map_or(&[], |v| &v.items);
    let words = |ids: Vec<&String>| {
        let mut out: Vec<(String, String)> = vec![];
        for id in ids {
            if !out.iter().any(|(known, _)| known == id) {
                out.push((id.clone(), programme.word(id).to_owned()));
            }
        }
        out
    };
    let allow = || items.iter().flat_map(|item| &item.allow);
    let label = |item: &Item| match item.unit {
        Unit::Minutes => item.name.clone(),
        _ => format!("{}（{}）", item.name, item.counter),
    };
    Options::from([
        ("item", items.iter().map(|item| (item.id.clone(), label(item))).collect()),
        ("venue", words(allow().filter_map(|a| a.venue.as_ref()).collect())),
        ("by", words(allow().filter_map(|a| a.by.as_ref()).collect())),
        ("purpose", words(allow().filter_map(|a| a.purpose.as_ref()).collect())),
        ("organisation", organisations),
    ])
}
