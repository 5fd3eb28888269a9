//! What administrators change: offices, choices, and what they look at when something seems wrong.

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::staff::setting_pages::known;

use crate::support::{HOME, World};

/// An office of the ward where nobody works.
async fn office(w: &World, id: &str, name: &str) -> String {
    let sql =
        "insert into organisations (id, controller_id, kind, name) values ($1, $2, 'ward', $3)";
    w.exec(sql, args![id, HOME, name]).await;
    format!("/organisations/{id}")
}

both! {
    async fn a_renamed_office_keeps_its_name_before_and_may_be_a_branch(w: World) {
        let (main, branch) = (office(&w, "main", "本所").await, office(&w, "b", "北分室").await);
        let by = w.as_(Role::Administrator).await;
        let form = [("name", "北支所"), ("parent", "main"), ("why", "組織改正")];
        by.post(&branch, &form).await.expect(303);
        let page = by.get(&branch).await.expect(200).text;
        assert!(page.contains("名前が「北分室」から「北支所」に"), "{page}");
        assert!(page.contains("上の機関が「なし」から「本所」に") && page.contains("組織改正"));
        assert!(by.get("/organisations").await.expect(200).text.contains("本所の支所"));
        let circle = [("name", "本所"), ("parent", "b"), ("why", "x")];
        assert!(by.post(&main, &circle).await.expect(422).text.contains("支所の下に支所は置けません"));
        let taken = [("name", "北支所"), ("why", "x")];
        assert!(by.post(&main, &taken).await.expect(422).text.contains("同じ名前の機関"));
        let later = [("name", "北支所"), ("from", "2026-11-21"), ("why", "x")];
        by.post(&branch, &later).await.expect(422);
    }

    async fn an_office_closes_once_nobody_is_left_and_opens_again(w: World) {
        let by = w.as_(Role::Administrator).await;
        let at_work = w.actor(Role::Coordinator).organisation_id;
        let shut = [("reason", "統合")];
        let said = by.post(&format!("/organisations/{at_work}/close"), &shut).await.expect(422);
        assert!(said.text.contains("終わっていない職が"), "{}", said.text);
        let path = office(&w, "old", "旧分室").await;
        by.post(&format!("{path}/close"), &shut).await.expect(303);
        assert!(!by.get("/organisations").await.expect(200).text.contains("旧分室"));
        assert!(by.get("/organisations?state=all").await.expect(200).text.contains("旧分室"));
        let form = by.get("/accounts/new").await.expect(200).text;
        assert!(!form.contains("旧分室"), "a closed office is not offered");
        by.post(&format!("{path}/close"), &shut).await.expect(303);
        assert!(by.get("/organisations").await.expect(200).text.contains("旧分室"));
    }

    async fn a_choice_changes_its_words_and_ends_and_old_records_keep_it(w: World) {
        let child = w.person("水野", "はる").await;
        let at = w.actor(Role::Officer).at;
        let sql = "insert into client_residences (id, client_id, area, valid_from, recorded_at,
                     recorded_by) values ('r', $1, 'east', '2026-04-01', $2, '')";
        w.exec(sql, args![child.id, at]).await;
        let by = w.as_(Role::Administrator).await;
        let form = [("label", "湾岸地区"), ("position", "1"), ("retired_on", "2026-11-21"),
            ("why", "地区の見直し")];
        by.post("/codes/area/east", &form).await.expect(303);
        let officer = w.as_(Role::Officer).await;
        let new = officer.get("/clients/new").await.expect(200).text;
        assert!(new.contains("湾岸地区") && !new.contains("東地区"), "{new}");
        w.set_clock("2026-11-21T01:00:00.000Z");
        let officer = w.as_(Role::Officer).await;
        let new = officer.get("/clients/new").await.expect(200).text;
        assert!(!new.contains("湾岸地区"), "from its day on it is not offered");
        let list = officer.get("/clients").await.expect(200).text;
        assert!(list.contains("湾岸地区"), "a record that has it is still read");
        let by = w.as_(Role::Administrator).await;
        let page = by.get("/codes/area/east").await.expect(200).text;
        assert!(page.contains("地区の見直し") && page.contains("選べない"));
        let twice = [("label", "西地区"), ("position", "1"), ("why", "x")];
        assert!(by.post("/codes/area/east", &twice).await.expect(422).text.contains("同じ言葉"));
        by.post("/codes/area/no-such", &twice).await.expect(404);
        by.get("/codes/no-such").await.expect(404);
    }

    async fn the_office_adds_a_choice_where_no_rule_or_count_depends_on_it(w: World) {
        let by = w.as_(Role::Administrator).await;
        let form = [("label", "港南地区"), ("code", "konan"), ("position", "1"), ("why", "区画整理")];
        by.post("/codes/area", &form).await.expect(303);
        let officer = w.as_(Role::Officer).await;
        let new = officer.get("/clients/new").await.expect(200).text;
        assert!(new.contains("港南地区"), "offered at once");
        let page = by.get("/codes/area/konan").await.expect(200).text;
        assert!(page.contains("区画整理"), "and it says who added it and why");
        assert!(by.post("/codes/area", &form).await.expect(422).text.contains("同じコード"));
        let words = [("label", "港南地区"), ("code", "konan2"), ("position", "1"), ("why", "x")];
        assert!(by.post("/codes/area", &words).await.expect(422).text.contains("同じ言葉"));
        let odd = [("label", "北"), ("code", "Kita 1"), ("position", "1"), ("why", "x")];
        assert!(by.post("/codes/area", &odd).await.expect(422).text.contains("英小文字"));
        by.post("/codes/sex", &form).await.expect(404);
        assert!(!by.get("/codes/sex").await.expect(200).text.contains("選択肢を足す"));
        officer.post("/codes/area", &form).await.expect(404);
    }

    async fn a_monitor_hears_one_word_and_an_administrator_reads_the_rest(w: World) {
        let said = w.visitor().get("/health").await.expect(200);
        assert_eq!(said.text, "{\"status\":\"ok\"}");
        let page = w.as_(Role::Administrator).await.get("/administration").await.expect(200).text;
        assert!(page.contains("始めてからのエラーはありません") && page.contains("MB"), "{page}");
        w.as_(Role::Officer).await.get("/administration").await.expect(404);
    }

    async fn an_error_has_a_number_that_the_administrator_finds_again(w: World) {
        let officer = w.as_(Role::Officer).await;
        let child = w.person("水野", "はる").await;
        let path = format!("/clients/{}/address", kana::ClientNumber::from_row(child.number));
        w.exec("alter table restriction_reviews rename to gone", args![]).await;
        let said = officer.get(&path).await.expect(500).text;
        w.exec("alter table gone rename to restriction_reviews", args![]).await;
        let number = said.split("知らせるときの番号：").nth(1).expect(&said);
        let number: String = number.chars().take(8).collect();
        let page = w.as_(Role::Administrator).await.get("/administration").await.expect(200).text;
        assert!(page.contains(&number) && page.contains("GET /clients/{number}/address"), "{page}");
        assert!(!page.contains("水野"));
    }
}

/// Every key of a `Setting` in the source.
fn keys(folder: &std::path::Path, out: &mut Vec<(String, i64)>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            keys(&path, out);
            continue;
        }
        if path.extension().is_none_or(|e| e != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for after in text.split("Setting { key: \"").skip(1) {
            let key = after.split('"').next().unwrap().to_owned();
            let default = after.split("default: ").nth(1).unwrap();
            let default = default.split([' ', '}']).next().unwrap().replace('_', "");
            out.push((key, default.parse().unwrap()));
        }
    }
}

#[test]
fn every_setting_is_described_with_its_default() {
    let mut found = vec![];
    keys(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 6, "the search for settings finds too few: {found:?}");
    for (key, default) in &found {
        let about = known().iter().find(|a| a.key == *key);
        let about = about.unwrap_or_else(|| panic!("{key} is not in src/staff/settings.toml"));
        assert_eq!(about.default, *default, "{key}");
    }
}
