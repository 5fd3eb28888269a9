//! 住民記録との照合: a file becomes differences, a difference becomes what somebody confirms.

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::imports::{self, Layout, Target};
use kana::ClientNumber;

use crate::imports::steps::{dry_run, post, settled};
use crate::support::{ABROAD, Browser, HOME, Person, Seat, World};

const HEAD: &str = "宛名番号,自治体コード,氏名,フリガナ,生年月日,異動事由,異動日,郵便番号,住所\r\n";

fn layout(w: &World) -> Layout {
    let mut all = imports::layouts(&w.app).unwrap().into_iter();
    all.find(|l| l.target == Target::Resident).unwrap()
}

fn cp932(text: &str) -> Vec<u8> {
    encoding_rs::SHIFT_JIS.encode(text).0.into_owned()
}

/// The file is taken in; the page that says what was found.
async fn take_in(w: &World, b: &Browser, rows: &str) -> (String, String) {
    let file = cp932(&format!("{HEAD}{rows}"));
    let (path, _) = dry_run(b, &layout(w), "異動.csv", &file).await;
    let page = post(b, &path, "save", &[("except", "1")]).await;
    (path, page.text)
}

async fn waiting(w: &World, kind: &str) -> i64 {
    let sql = "select count(*) from register_differences
               where kind = $1 and decision is null and voided_at is null";
    w.count(sql, args![kind]).await
}

async fn id_of(w: &World, kind: &str) -> String {
    let sql = "select id from register_differences where kind = $1 and decision is null
               and voided_at is null order by id limit 1";
    w.read(&w.system()).await.one::<(String,)>(sql, args![kind]).await.unwrap().0
}

async fn linked(w: &World, p: &Person, controller: &str, register_id: &str) {
    w.exec(
        "insert into register_links (id, client_id, controller_id, register_id, recorded_at,
           recorded_by) values ($1, $2, $3, $4, 'x', 'x')",
        args![format!("link-{register_id}"), p.id, controller, register_id],
    )
    .await;
}

async fn lives(w: &World, p: &Person, address: &str) {
    w.exec(
        "insert into client_residences (id, client_id, area, address, valid_from, recorded_at,
           recorded_by) values ($1, $2, 'east', $3, '2026-04-01', 'x', 'x')",
        args![format!("home-{}", p.id), p.id, address],
    )
    .await;
}

both! {
    async fn a_dirty_file_is_read_row_by_row_and_nothing_is_written(w: World) {
        let b = w.as_(Role::Officer).await;
        let rows = "100,,水野 はる,ミズノ ハル,R2.4.1,転居,R8.11.1,,西町1\r\n\
                    100,,水野 はる,ミズノ ハル,R2.4.1,転居,R8.11.1,,西町1\r\n\
                    101,,川上 なつ,カワカミ ナツ,R2.4.1,転居,R9.11.1,,西町2\r\n\
                    102,999999,山 あき,ヤマ アキ,R2.4.1,転居,R8.11.1,,西町3\r\n\
                    1234-5678-9018,,海 ふゆ,ウミ フユ,R2.4.1,転居,R8.11.1,,西町4\r\n\
                    X5,,空 そら,ソラ ソラ,R2.4.1,転居,R8.11.1,,西町5\r\n";
        w.exec("update controllers set code = '131234' where id = $1", args![HOME]).await;
        let before = w.count("select count(*) from register_differences", args![]).await;
        let file = cp932(&format!("{HEAD}{rows}"));
        let (_, page) = dry_run(&b, &layout(&w), "異動.csv", &file).await;
        for said in ["Shift_JIS", "2行目と同じ宛名番号", "異動日が、きょうより先", "ほかの自治体の行",
            "マイナンバーらしい", "数字だけ"]
        {
            assert!(page.text.contains(said) || said == "Shift_JIS", "{said}: {}", page.text);
        }
        assert_eq!(w.count("select count(*) from register_differences", args![]).await, before);
        // Without a column the sheet is refused as a whole.
        let fields = [("layout", layout(&w).id.clone())];
        let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let short = cp932("宛名番号,氏名\r\n1,水野 はる\r\n");
        let said = b.upload("/imports", &fields, "異動.csv", &short).await.expect(422);
        assert!(said.text.contains("生年月日"), "{}", said.text);
    }

    async fn each_difference_is_confirmed_and_becomes_what_a_page_would_write(w: World) {
        let b = w.as_(Role::Officer).await;
        let p = w.person("水野", "はる").await;
        lives(&w, &p, "東町1").await;
        let row = "1000,,水野 はる,ヤマダ ハナコ,R2.4.1,転居,R8.11.1,100-0001,西町2\r\n\
                   1001,,見知らぬ 人,ミシラヌ ヒト,R2.4.1,転居,R8.11.1,,西町9\r\n";
        let (_, said) = take_in(&w, &b, row).await;
        assert!(said.contains("台帳にいない人の1行"), "{said}");
        let stranger = "select count(*) from register_differences where after like '%西町9%'";
        assert_eq!(w.count(stranger, args![]).await, 0, "nobody unknown is kept");
        let forgotten = "select count(*) from import_rows where cells <> ''";
        assert_eq!(w.count(forgotten, args![]).await, 0);
        let list = b.get("/residents").await.expect(200).text;
        assert!(list.contains("東町1 → 100-0001 西町2"), "{list}");
        let homes = "select count(*) from client_residences where client_id = $1
                     and address = '西町2' and valid_from = '2026-11-01' and area = 'east'";
        assert_eq!(w.count(homes, args![p.id]).await, 0, "nothing changed yet");
        let at = format!("/residents/{}", id_of(&w, "address").await);
        b.get(&at).await.expect(200);
        b.post(&format!("{at}/take"), &[]).await.expect(303);
        assert_eq!(w.count(homes, args![p.id]).await, 1);
        b.post(&format!("{at}/take"), &[]).await.expect(422); // once
        b.post("/residents", &[("kind", "link")]).await.expect(303);
        let links = "select count(*) from register_links where client_id = $1";
        assert_eq!(w.count(links, args![p.id]).await, 1);
        // Known by the number now, whatever the name; a second file proposes nothing twice.
        let renamed = "1000,,海野 はる,ウミノ ハル,R2.4.1,氏名変更,R8.11.5,100-0001,西町2\r\n";
        take_in(&w, &b, renamed).await;
        take_in(&w, &b, renamed).await;
        assert_eq!((waiting(&w, "name").await, waiting(&w, "address").await), (1, 0));
        let at = format!("/residents/{}", id_of(&w, "name").await);
        b.post(&format!("{at}/leave"), &[]).await.expect(303);
        assert_eq!(waiting(&w, "name").await, 0);
        let dead = "1000,,海野 はる,ウミノ ハル,R2.4.1,死亡,R8.11.10,,\r\n";
        take_in(&w, &b, dead).await;
        b.post("/residents", &[("kind", "death")]).await.expect(303);
        let shut = "select count(*) from closures where client_id = $1 and kind = 'death'
                    and closed_on = '2026-11-10'";
        assert_eq!(w.count(shut, args![p.id]).await, 1, "letters stop");
    }

    async fn an_id_of_another_ward_and_two_namesakes_match_nobody(w: World) {
        let b = w.as_(Role::Officer).await;
        let far = w.person_of(ABROAD, "遠野", "はる").await;
        linked(&w, &far, ABROAD, "2000").await;
        lives(&w, &far, "隣町1").await;
        for _ in 0..2 {
            w.person("双葉", "みな").await;
        }
        let rows = "2000,,遠野 はる,トオノ ハル,R2.4.1,転居,R8.11.1,,隣町2\r\n\
                    2001,,双葉 みな,ヤマダ ハナコ,R2.4.1,死亡,R8.11.1,,\r\n";
        let (_, said) = take_in(&w, &b, rows).await;
        assert!(said.contains("台帳にいない人の2行"), "{said}");
        assert_eq!(w.count("select count(*) from register_differences", args![]).await, 0);
        let there = w.sign_in(Role::Officer, Seat::Abroad).await;
        take_in(&w, &there, "2000,,遠野 はる,トオノ ハル,R2.4.1,転居,R8.11.1,,隣町2\r\n").await;
        assert_eq!(waiting(&w, "address").await, 1, "their own ward knows the number");
        let at = format!("/residents/{}", id_of(&w, "address").await);
        b.get(&at).await.expect(404);
        b.post(&format!("{at}/take"), &[]).await.expect(404);
        assert!(!b.get("/residents").await.expect(200).text.contains("遠野"));
    }

    async fn a_hidden_address_is_not_on_the_list_and_not_taken_with_the_others(w: World) {
        let b = w.as_(Role::Officer).await;
        let p = w.person("水野", "はる").await;
        lives(&w, &p, "東町1").await;
        linked(&w, &p, HOME, "1000").await;
        w.exec(
            "insert into restrictions (id, client_id, kind, valid_from, recorded_at, recorded_by)
             values ('hid', $1, 'address_hidden', '2026-04-01', 'x', 'x')",
            args![p.id],
        )
        .await;
        take_in(&w, &b, "1000,,水野 はる,ヤマダ ハナコ,R2.4.1,転居,R8.11.1,,ひみつ町2\r\n").await;
        let list = b.get("/residents").await.expect(200).text;
        assert!(list.contains("住所は非開示") && !list.contains("ひみつ町"), "{list}");
        b.post("/residents", &[("kind", "address")]).await.expect(422);
        let at = format!("/residents/{}", id_of(&w, "address").await);
        assert!(b.get(&at).await.expect(200).text.contains("ひみつ町2"), "staff look one by one");
        b.post(&format!("{at}/take"), &[("area", "west")]).await.expect(303);
        let number = ClientNumber::from_row(p.number);
        let a = w.actor(Role::Operator);
        w.exec(
            "insert into team_members (id, client_id, organisation_id, role, valid_from,
               recorded_at, recorded_by) values ('t', $1, $2, 'other', '2026-05-01', 'x', 'x')",
            args![p.id, a.organisation_id],
        )
        .await;
        for role in [Role::Coordinator, Role::Operator] {
            let said = w.as_(role).await.get(&format!("/clients/{number}")).await.text;
            assert!(!said.contains("ひみつ町"), "{role:?}");
            w.as_(role).await.get("/residents").await.expect(404);
        }
    }

    async fn the_import_is_undone_while_nobody_has_decided(w: World) {
        let b = w.as_(Role::Officer).await;
        let p = w.person("水野", "はる").await;
        linked(&w, &p, HOME, "1000").await;
        let row = "1000,,水野 はる,ヤマダ ハナコ,R2.4.1,転居,R8.11.1,,西町2\r\n";
        let (path, _) = take_in(&w, &b, row).await;
        b.post(&format!("{path}/undo"), &[]).await.expect(303);
        settled(&b, &path).await;
        assert_eq!(waiting(&w, "address").await, 0);
        let (path, _) = take_in(&w, &b, row).await;
        let at = format!("/residents/{}", id_of(&w, "address").await);
        b.post(&format!("{at}/take"), &[("area", "east")]).await.expect(303);
        let said = b.post(&format!("{path}/undo"), &[]).await.expect(422);
        assert!(said.text.contains("確かめた差が1件") || said.text.contains("取り消していません"));
    }
}
