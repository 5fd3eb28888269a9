//! The published consultations as a file a centre hands over, through the real importer.

use std::collections::BTreeMap;

use kakehashi::access::Role;
use kakehashi::{args, imports};

use super::{Published, published};
use crate::support::World;

/// (inquirer, scope, region, day and time) of the published consultations, spread over the months.
fn spread(published: &Published) -> Vec<(&str, &str, &str, &'static str)> {
    let days = ["2023-04-01 0:00", "2023-07-15 12:00", "2023-11-30 23:59"];
    let mut all = vec![];
    for t in &published.table {
        for (kind, [count, _]) in &t.cells {
            for n in 0..*count as usize {
                all.push((kind.as_str(), t.scope.as_str(), t.region.as_str(), days[n % 3]));
            }
        }
    }
    assert_eq!(all.len(), 316);
    // Just outside the period: they must not be counted.
    let outside = ["2023-03-31 23:59", "2023-12-01 0:00"];
    all.extend(outside.map(|at| ("family", "individual", "ku", at)));
    all
}

/// The file a centre would hand over: title row, Japanese words, era dates, a total at the end.
fn handed_over(w: &World, all: &[(&str, &str, &str, &str)]) -> Vec<u8> {
    let era = |at: &str| civil::format_era(at[..10].parse().unwrap());
    let mut out = String::from("医療的ケア児支援センター 相談記録\r\n");
    out += "相談日,時刻,支援の種別,相談者(属性),方法,地域,新規・継続,相談内容\r\n";
    for (kind, scope, region, at) in all {
        let word = |list: &str, code: &str| w.app.codes.label(list, code).to_owned();
        let cells = [
            era(at),
            at[11..].to_owned(),
            word("scope", scope),
            word("inquirer_kind", kind),
            "電話".into(),
            word("region", region),
            "新規".into(),
            "医療的ケアのある子の相談".into(),
        ];
        out += &(cells.join(",") + "\r\n");
    }
    out += &format!("合計,,{}件,,,,,\r\n", all.len());
    encoding_rs::SHIFT_JIS.encode(&out).0.into_owned()
}

/// The published consultations, through the real importer; their ids by scope, region, inquirer.
pub async fn tokyo(w: &World) -> BTreeMap<(String, String, String), Vec<String>> {
    let published = published();
    let all = spread(&published);
    let file = handed_over(w, &all);
    let officer = w.actor(Role::Officer);
    let done = imports::run(&w.app, &officer, "consultations", "r5.csv", &file, true).await;
    let done = done.unwrap();
    assert_eq!([done.rows, done.bad, done.saved], [318, 0, 318], "{done:?}");
    let rows: Vec<(String, String, String, String)> = w
        .read(&w.system())
        .await
        .all(
            "select scope, region, inquirer_kind, id from consultations
             where occurred_on >= $1 and occurred_on <= $2 order by id",
            args![published.from, published.until],
        )
        .await
        .unwrap();
    assert_eq!(rows.len(), 316);
    let mut out: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for (scope, region, kind, id) in rows {
        out.entry((scope, region, kind)).or_default().push(id);
    }
    out
}
