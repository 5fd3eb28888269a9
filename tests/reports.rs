//! 統計: published tables to the digit in every format; what moves, what does not, who sees what.

use std::collections::BTreeMap;

use calamine::{Data, Reader, Xlsx};
use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::consultations;
use kakehashi::reports::Catalogue;
use kakehashi::web::Entry;
use serde::Deserialize;

use crate::support::World;

mod coded;
mod tokyo;
use tokyo::tokyo;

#[derive(Deserialize)]
struct Published {
    from: String,
    until: String,
    table: Vec<PublishedTable>,
}

#[derive(Deserialize)]
struct PublishedTable {
    scope: String,
    region: String,
    total: i64,
    cells: BTreeMap<String, [i64; 2]>,
}

fn published() -> Published {
    toml::from_str(include_str!("fixtures/tokyo_r5.toml")).unwrap()
}

const KINDS: [&str; 7] = [
    "family",
    "support_specialist",
    "service_operator",
    "municipality",
    "school",
    "medical",
    "other",
];
const PATH: &str = "/reports/centre_consultations";
const PERIOD: &str = "from=2023-04-01&until=2023-11-30";

/// A line of cells, (count, percent) by scope and region, as the page shows them: "30" "39".
type Figures = Vec<Vec<(String, String)>>;

/// What the published tables say of the seven kinds and of all, in the order of the code lists.
fn expected(published: &Published) -> Figures {
    let percent = |n: i64, p: i64| if n == 0 { String::new() } else { p.to_string() };
    let line = |kind: &str| {
        let cell = |t: &PublishedTable| t.cells.get(kind).copied().unwrap_or_default();
        let cells = published.table.iter().map(cell);
        cells.map(|[n, p]| (n.to_string(), percent(n, p))).collect()
    };
    let total = published.table.iter().map(|t| (t.total.to_string(), "100".to_owned())).collect();
    KINDS.iter().map(|k| line(k)).chain([total]).collect()
}

async fn log_one(w: &World, kind: &str, scope: &str, region: &str, at: &str) -> String {
    log_many(w, &[(kind, scope, region, at)]).await.remove(0)
}

/// Logs consultations as the desk does, through the operation.
async fn log_many(w: &World, all: &[(&str, &str, &str, &str)]) -> Vec<String> {
    let mut tx = w.write(&w.actor(Role::Officer)).await;
    let mut ids = vec![];
    for (kind, scope, region, at) in all {
        let standing = if *scope == "individual" { "anonymous" } else { "nobody" };
        let pairs = [
            ("occurred_at", *at),
            ("channel", "phone"),
            ("inquirer_kind", kind),
            ("scope", scope),
            ("region", region),
            ("standing", standing),
            ("series", "new"),
            ("text", "医療的ケアのある子の相談"),
        ];
        let entry = Entry(pairs.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect());
        let values = consultations::log::form().read(&entry, &w.app.codes).unwrap();
        ids.push(consultations::log::log(&mut tx, &values).await.unwrap());
    }
    tx.commit().await.unwrap();
    ids
}

// --- reading the four formats back

/// Pairs of count and percentage from cells in a row.
fn pairs(cells: &[String]) -> Vec<(String, String)> {
    cells.chunks(2).map(|c| (c[0].clone(), c.get(1).cloned().unwrap_or_default())).collect()
}

fn from_page(html: &str) -> Figures {
    let body = html.split("<tbody>").nth(1).unwrap().split("</table>").next().unwrap();
    let plain = |cell: &str| {
        let cell = cell.split_once('>').unwrap().1.split("</td>").next().unwrap();
        let mut out = String::new();
        let mut inside = true;
        for c in cell.chars() {
            match c {
                '<' => inside = false,
                '>' => inside = true,
                c if inside => out.push(c),
                _ => {}
            }
        }
        out.trim_end_matches('％').to_owned()
    };
    let rows = body.split("<tr>").skip(1);
    rows.map(|row| pairs(&row.split("<td").skip(1).map(plain).collect::<Vec<_>>())).collect()
}

fn from_csv(text: &str) -> Figures {
    let lines = text.trim_start_matches('\u{feff}').lines().skip(1);
    lines.map(|l| pairs(&l.split(',').skip(1).map(str::to_owned).collect::<Vec<_>>())).collect()
}

fn from_xlsx(bytes: &[u8]) -> Figures {
    let mut book = Xlsx::new(std::io::Cursor::new(bytes.to_vec())).unwrap();
    let sheet = book.worksheet_range("表").unwrap();
    let text = |d: &Data| match d {
        Data::Float(n) => n.to_string(),
        other => other.to_string(),
    };
    let rows = sheet.rows().skip(1);
    rows.map(|r| pairs(&r.iter().skip(1).map(text).collect::<Vec<_>>())).collect()
}

fn from_json(text: &str) -> Figures {
    let body: serde_json::Value = serde_json::from_str(text).unwrap();
    let text = |v: &serde_json::Value| if v.is_null() { String::new() } else { v.to_string() };
    let cells = |row: &serde_json::Value| {
        let cells = row["cells"].as_array().unwrap();
        cells.iter().map(|c| (text(&c["value"]), text(&c["percent"]))).collect()
    };
    body["rows"].as_array().unwrap().iter().map(cells).collect()
}

/// The same figures from page, both CSV, XLSX and JSON; they must be one.
async fn everywhere(w: &World, path: &str, query: &str) -> Figures {
    let browser = w.as_(Role::Officer).await;
    let page = from_page(&browser.get(&format!("{path}?{query}")).await.expect(200).text);
    let file = async |format: &str| {
        browser.get(&format!("{path}/files/{format}?{query}")).await.expect(200)
    };
    assert_eq!(from_csv(&file("csv").await.text), page);
    let cp932 = file("csv-cp932").await.bytes;
    assert_eq!(from_csv(&encoding_rs::SHIFT_JIS.decode(&cp932).0), page);
    assert_eq!(from_xlsx(&file("xlsx").await.bytes), page);
    assert_eq!(from_json(&file("json").await.text), page);
    page
}

both! {
    async fn the_published_tables_come_out_to_the_digit(w: World) {
        let mut ids = tokyo(&w).await;
        let p = published();
        assert_eq!(PERIOD, format!("from={}&until={}", p.from, p.until));
        let as_published = expected(&p);
        assert_eq!(everywhere(&w, PATH, PERIOD).await, as_published);

        // One family of the wards is withdrawn, and one more municipality of Tama is logged.
        let family = ("individual".to_owned(), "ku".to_owned(), "family".to_owned());
        let gone = ids.get_mut(&family).unwrap().pop().unwrap();
        let mut tx = w.write(&w.actor(Role::Officer)).await;
        consultations::withdraw::withdraw(&mut tx, &gone, "二重の登録").await.unwrap();
        tx.commit().await.unwrap();
        log_one(&w, "municipality", "community", "tama", "2023-11-01 9:00").await;
        let now = everywhere(&w, PATH, PERIOD).await;
        let column = |f: &Figures, c: usize| f.iter().map(|r| r[c].clone()).collect::<Vec<_>>();
        assert_eq!(column(&now, 1), column(&as_published, 1), "nothing else moves");
        assert_eq!(column(&now, 2), column(&as_published, 2), "nothing else moves");
        let of = |c: usize| {
            let (counts, shares): (Vec<_>, Vec<_>) = column(&now, c).into_iter().unzip();
            (counts.join(" "), shares.join(" "))
        };
        assert_eq!(of(0), ("29 7 2 10 3 25 0 76".into(), "38 9 3 13 4 33  100".into()));
        assert_eq!(of(3), ("0 8 3 28 2 14 3 58".into(), " 14 5 48 4 24 5 100".into()));
    }

    async fn an_edition_does_not_move_and_says_what_did(w: World) {
        let ids = tokyo(&w).await;
        let officer = w.as_(Role::Officer).await;
        let fields = [("from", "2023-04-01"), ("until", "2023-11-30"), ("note", "地域協議会")];
        officer.post(&format!("{PATH}/publish"), &fields).await.expect(422);
        let fields: Vec<_> = fields.into_iter().chain([("checked", "1")]).collect();
        let to = officer.post(&format!("{PATH}/publish"), &fields).await.expect(303);
        let edition = to.location().to_owned();
        assert_eq!(edition, format!("{PATH}/editions/1"));
        let before = officer.get(&edition).await.expect(200);
        assert!(before.text.contains("公表した値と同じです"));

        let gone = &ids[&("individual".into(), "ku".into(), "family".into())][0];
        let mut tx = w.write(&w.actor(Role::Officer)).await;
        consultations::withdraw::withdraw(&mut tx, gone, "二重の登録").await.unwrap();
        tx.commit().await.unwrap();
        let after = officer.get(&edition).await.expect(200);
        assert_eq!(from_page(&after.text), expected(&published()));
        let moved = after.text.split("id=\"moved\"").nth(1).unwrap();
        for text in ["家族、個別支援・区部", ">77<", ">76<", ">-1<"] {
            assert!(moved.contains(text), "{text}");
        }
        let csv = officer.get(&format!("{edition}/files/csv")).await.expect(200);
        assert_eq!(from_csv(&csv.text), expected(&published()));
        let coordinator = w.as_(Role::Coordinator).await;
        assert_eq!(coordinator.get(&edition).await.status, 404, "drawn with a wider sight");
    }

    async fn a_figure_as_of_a_day_can_be_asked_again(w: World) {
        let id = log_one(&w, "family", "individual", "ku", "2026-11-20 9:00").await;
        w.set_clock("2026-12-10T01:00:00.000Z");
        log_one(&w, "school", "individual", "ku", "2026-11-20 9:00").await;
        let mut tx = w.write(&w.actor(Role::Officer)).await;
        consultations::withdraw::withdraw(&mut tx, &id, "二重の登録").await.unwrap();
        tx.commit().await.unwrap();
        let first = |f: Figures| f.iter().map(|r| r[0].0.clone()).collect::<Vec<_>>().join(" ");
        let then = everywhere(&w, PATH, "fy=2026&as_of=2026-11-20").await;
        assert_eq!(first(then), "1 0 0 0 0 0 0 1");
        assert_eq!(first(everywhere(&w, PATH, "fy=2026").await), "0 0 0 0 1 0 0 1");
    }

    async fn every_number_opens_a_list_of_as_many(w: World) {
        tokyo(&w).await;
        let officer = w.as_(Role::Officer).await;
        let report = officer.get(&format!("{PATH}?{PERIOD}")).await.expect(200);
        let table = report.text.split("<tbody>").nth(1).unwrap();
        let mut opened = 0;
        for cell in table.split("<a href=\"").skip(1).filter(|c| c.starts_with("/consultations?")) {
            let (href, rest) = cell.split_once("\">").unwrap();
            let count = rest.split("</a>").next().unwrap();
            let list = officer.get(&href.replace("&#38;", "&")).await.expect(200);
            let said = list.text.split("id=\"rows\">").nth(1).unwrap_or_default();
            let said = said.split('<').next().unwrap_or_default();
            assert_eq!(said, format!("{count}件"), "{href}");
            opened += 1;
        }
        assert_eq!(opened, 25 + 4, "the cells that are not nought, and the totals");
    }

    async fn every_report_is_drawn_for_every_role_it_names(w: World) {
        log_one(&w, "family", "individual", "ku", "2026-11-20 9:00").await;
        let all = Catalogue::load(&w.app.codes, None).checked().unwrap();
        assert!(all.all().count() >= 8);
        for role in Role::ALL {
            let browser = w.as_(role).await;
            for report in all.all() {
                let page = browser.get(&format!("/reports/{}", report.id)).await;
                let may = report.front.allows(role);
                assert_eq!(page.status, if may { 200 } else { 404 }, "{role:?} {}", report.id);
                for format in ["csv", "csv-cp932", "xlsx", "json"] {
                    let file = format!("/reports/{}/files/{format}", report.id);
                    assert_eq!(browser.get(&file).await.status, page.status, "{role:?} {file}");
                }
            }
        }
        let officer = w.as_(Role::Officer).await;
        assert_eq!(officer.get(&format!("{PATH}/files/pdf")).await.status, 404);
        let taken = "select count(*) from audit_events where verb = 'export'";
        let taken = w.count(taken, args![]).await;
        assert!(taken >= 8 * 4, "{taken}");
    }

    async fn charts_say_what_they_show(w: World) {
        log_one(&w, "family", "individual", "ku", "2026-11-20 9:00").await;
        let officer = w.as_(Role::Officer).await;
        let page = officer.get(PATH).await.expect(200).text;
        assert!(page.matches("role=\"img\"").count() == 2);
        assert!(page.contains("<title id=\"chart-0-t\">") && page.contains("個別支援区部は家族1件が多い"));
        let empty = officer.get(&format!("{PATH}?fy=2020")).await.expect(200).text;
        assert!(!empty.contains("role=\"img\"") && empty.contains("当てはまる記録はありません"));
    }

    async fn what_is_asked_wrongly_is_said(w: World) {
        let officer = w.as_(Role::Officer).await;
        for query in ["fy=令和99年度", "from=2023-02-30", "from=2024-04-02&until=2024-04-01"] {
            let answer = officer.get(&format!("{PATH}?{}", query.replace("令和99年度", "x"))).await;
            assert_eq!(answer.status, 422, "{query}");
            assert!(answer.text.contains("直してください"), "{query}");
        }
    }

    async fn the_prefecture_sees_no_small_cell_and_no_list(w: World) {
        tokyo(&w).await;
        let prefecture = w.as_(Role::Prefecture).await;
        let page = prefecture.get(&format!("{PATH}?fy=2023")).await.expect(200).text;
        let figures = from_page(&page);
        for (n, row) in figures.iter().enumerate() {
            for (count, _) in row {
                let small = count.parse::<i64>().is_ok_and(|n| (1..5).contains(&n));
                assert!(!small, "line {n}: {row:?}");
            }
        }
        assert!(figures.iter().flatten().any(|(count, _)| count.starts_with('*')));
        let table = page.split("<tbody>").nth(1).unwrap();
        assert!(!table.contains("/consultations"));
        // A shorter period would take two figures apart: it is not asked.
        let csv = |query: &str| format!("{PATH}/files/csv?{query}");
        let whole = prefecture.get(&csv("fy=2023")).await.expect(200).text;
        let part = prefecture.get(&csv("fy=2023&from=2023-07-01&as_of=2023-08-01")).await;
        assert_eq!(part.expect(200).text, whole);
        let month = "/reports/centre_consultations_by_month?fy=2023";
        prefecture.get(month).await.expect(200);
    }
}

/// A report without mistakes, to be broken in one place at a time.
const GOOD: &str = r#"/*---
title = "件数"
description = "数えます"
unit = "件"
basis = "events"
period = "span"
shown_on = ["consultations"]
roles = ["officer"]
[[rows]]
column = "age"
label = "年齢"
bands = [ { label = "a", from = 0, until = 3 }, { label = "b", from = 3 } ]
[[columns]]
column = "scope"
label = "種別"
codes = "scope"
[[measures]]
column = "n"
label = "件数"
---*/
select 1 as age, k.scope, count(*) as n
from consultations k where k.occurred_on >= :from and {countable_consultation} group by k.scope
"#;

#[test]
fn a_wrong_file_is_refused_with_its_line_and_the_reason() {
    let codes = kakehashi::codes::Codes::official().unwrap();
    let load = |text: &str| kakehashi::reports::catalogue::read("mine", text, &codes);
    assert!(load(GOOD).is_ok(), "{:?}", load(GOOD).err());
    for (from, to, line, words) in [
        ("/*---", "/* -", 1, "1行目"),
        ("---*/", "", 1, "終わり"),
        ("title = ", "tilte = ", 2, "tilte"),
        ("basis = \"events\"", "basis = \"calls\"", 5, "calls"),
        ("column = \"n\"", "column = \"m\"", 18, "'m' が SELECT にありません"),
        ("codes = \"scope\"", "codes = \"scopes\"", 16, "コード表 'scopes'"),
        ("until = 3", "until = 2", 12, "空いています"),
        ("until = 3", "until = 4", 12, "重なっています"),
        ("from = 3 }", "from = 3, until = 9 }", 12, "その上が空いています"),
        ("roles = [\"officer\"]", "roles = [\"chief\"]", 8, "chief"),
        (":from", ":since", 20, "since"),
        ("{countable_consultation}", "{everyone}", 20, "everyone"),
        ("codes = \"scope\"", "codes = \"scope\"\ncalendar = \"month\"", 14, "どれか一つ"),
    ] {
        let broken = GOOD.replacen(from, to, 1);
        assert_ne!(broken, GOOD);
        let mistakes = load(&broken).unwrap_err();
        let said = mistakes.iter().find(|m| m.contains(words));
        let said = said.unwrap_or_else(|| panic!("{to}: {mistakes:?}"));
        assert!(said.starts_with(&format!("reports/mine.sql:{line}:")), "{said}");
    }
}

#[test]
fn a_city_may_add_and_replace_reports_and_mistakes_stop_the_start() {
    let codes = kakehashi::codes::Codes::official().unwrap();
    let city = tempfile::tempdir().unwrap();
    let folder = city.path().join("reports");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("mine.sql"), GOOD).unwrap();
    let all = Catalogue::load(&codes, Some(city.path())).checked().unwrap();
    assert!(all.find("mine", Role::Officer).is_some());
    assert!(all.find("mine", Role::Nurse).is_none());
    std::fs::write(folder.join("mine.sql"), GOOD.replace(":from", ":since")).unwrap();
    let why = Catalogue::load(&codes, Some(city.path())).checked().unwrap_err();
    assert!(why.contains("mine.sql") && why.contains("since"), "{why}");
}
