//! A body's report of a month: held against awards and bookings, shown, then taken whole or not.

use kakehashi::access::Role;

use super::pages::with_station;
use super::stage::{Desk, in_city, number, visit};
use crate::support::{Seat, World};

/// A line as the form sends it.
fn line<'a>(client: &'a str, on: &'a str, from: &'a str, to: &'a str) -> Vec<(&'a str, &'a str)> {
    let more = ["quantity", "by", "purpose", "programme", "item", "invoiced"].map(|n| (n, ""));
    let item = [("client", client), ("on", on), ("from", from), ("to", to), ("venue", "居宅")];
    let mut all = [&item[..], &more].concat();
    if let Some(item) = all.iter_mut().find(|f| f.0 == "item") {
        item.1 = "訪問";
    }
    all
}

async fn entries(w: &World) -> i64 {
    w.count("select count(*) from ledger_entries where kind = 'usage'", &[]).await
}

/// The station is under contract and in the team of the child.
async fn scene(w: &World) -> (Desk, String) {
    let desk = Desk::open(w, "trial").await;
    let station = w.actor(Role::Operator).organisation_id;
    w.contract("trial", &station).await;
    with_station(w, &desk, Seat::First).await;
    (desk, station)
}

both! {
    async fn differences_are_shown_before_anything_is_taken(w: World) {
        let (w, _city) = in_city(&w);
        let (desk, station) = scene(&w).await;
        let of = vec![("organisation", station.as_str())];
        let own = |on, to| [visit(on, "9:00", to), of.clone()].concat();
        for on in ["2026-11-20", "2026-11-21", "2026-11-22"] {
            desk.book(&own(on, "11:00")).await.unwrap();
        }
        w.set_clock("2026-12-05T01:00:00.000Z");
        let body = w.as_(Role::Operator).await;
        let page = body.get("/usage/2026-11").await.expect(200).text;
        assert!(page.contains("value=\"20\"") && page.contains("value=\"9:00\""), "{page}");
        let who = number(&desk.child);
        let report = [
            line(&who, "20", "9:00", "11:00"),
            line(&who, "2026-11-21", "9:00", "12:00"),
            line(&who, "令和8年11月28日", "14:00", "15:00"),
            line("", "", "", ""),
        ]
        .concat();
        let before = w.digest().await;
        let shown = body.post("/usage/2026-11", &report).await.expect(200).text;
        for words in ["予約のとおり", "予約は令和8年11月21日", "予約にはありません", "この3行を登録する"] {
            assert!(shown.contains(words), "{words}: {shown}");
        }
        let missing = shown.split("この報告にないもの").nth(1).unwrap();
        assert!(missing.split("</ul>").next().unwrap().contains("11月22日"), "{missing}");
        assert_eq!(w.digest().await, before, "showing keeps nothing");
        let take = [report, vec![("take", "1")]].concat();
        body.post("/usage/2026-11", &take).await.expect(303);
        assert_eq!(entries(&w).await, 3);
        assert_eq!(desk.balance("month", "2026-11-01").await, (120, 360));
        let page = body.get("/usage/2026-11").await.expect(200).text;
        let told = page.split("id=\"told-t\"").nth(1).unwrap().split("</section>").next().unwrap();
        assert!(told.contains("3件") && told.contains("違い 3件"), "{told}");
        for words in ["予約は令和8年11月21日", "予約にはありません", "報告にありませんでした"] {
            assert!(told.contains(words), "{words}: {told}");
        }
        let months = body.get("/usage").await.expect(200).text;
        assert!(months.contains("2026年12月5日") || months.contains("12月5日"), "{months}");
        let again = body.post("/usage/2026-11", &take).await.expect(422).text;
        assert!(again.contains("もう記録されています"), "{again}");
        assert_eq!(entries(&w).await, 3);
    }

    async fn one_bad_line_and_nothing_is_taken(w: World) {
        let (w, _city) = in_city(&w);
        let (desk, _) = scene(&w).await;
        let who = number(&desk.child);
        let body = w.as_(Role::Operator).await;
        let good = line(&who, "2", "9:00", "15:00");
        let before = w.digest().await;
        for (bad, words) in [
            (line(&who, "3", "9:00", "15:00"), "月10時間までを超えます（残り4時間、今回6時間）"),
            (line("M-00076", "3", "9:00", "10:00"), "見つかりません"),
            (line(&who, "2026-10-31", "9:00", "10:00"), "日付ではありません"),
            (line(&who, "31", "9:00", "10:00"), "日付として読めません"),
            (line(&who, "3", "9:00", "25:00"), "23:59"),
            (line(&who, "25", "9:00", "10:00"), "すんだ日"),
        ] {
            let report = [good.clone(), bad, vec![("take", "1")]].concat();
            let said = body.post("/usage/2026-11", &report).await.expect(422).text;
            assert!(said.contains(words), "{words}: {said}");
            assert!(said.contains("何も登録していません"));
        }
        let none = body.post("/usage/2026-11", &[("take", "1")]).await.expect(422).text;
        assert!(none.contains("一行も入力していません"));
        assert_eq!(w.digest().await, before);
        body.get("/usage/2026-13").await.expect(404);
    }

    async fn a_file_is_read_and_compared(w: World) {
        let (w, _city) = in_city(&w);
        let (desk, _) = scene(&w).await;
        let body = w.as_(Role::Operator).await;
        let who = number(&desk.child);
        let csv = format!(
            "番号,日付,開始,終了,場所,種類\n{who},2026-11-02,9:00,11:00,居宅,訪問\n\
             {who},11月3日,9:00,10:00,月面,訪問\n"
        );
        let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(&csv);
        let path = "/usage/2026-11/upload";
        let shown = body.upload(path, &[], "実績.csv", &bytes).await.expect(200).text;
        assert!(shown.contains("入れられない行 1") || shown.contains("入れられない行 2"), "{shown}");
        assert!(shown.contains("この組み合わせでは使えません（月面）") || shown.contains("日付"));
        let csv = csv.replace("11月3日", "2026-11-03").replace("月面", "居宅");
        let shown = body.upload(path, &[], "実績.csv", csv.as_bytes()).await.expect(200).text;
        assert!(shown.contains("この2行を登録する"), "{shown}");
        let none = body.upload(path, &[], "", b"").await.expect(422).text;
        assert!(none.contains("ファイルを選んでください"));
        let odd = body.upload(path, &[], "a.csv", b"a,b\n1,2\n").await.expect(422);
        assert!(odd.text.contains("まだ登録していません"));
        assert_eq!(entries(&w).await, 0);
    }

    async fn the_office_types_in_the_paper_of_a_body(w: World) {
        let (w, _city) = in_city(&w);
        let (desk, station) = scene(&w).await;
        let officer = w.as_(Role::Officer).await;
        let list = officer.get("/usage").await.expect(200).text;
        assert!(list.contains("訪問看護ステーション一"), "{list}");
        assert!(list.contains("10月の報告：<span class=\"chip chip--warn\">まだ"), "{list}");
        officer.get("/usage/2026-11").await.expect(404);
        let path = format!("/usage/2026-11?organisation={station}");
        officer.get(&path).await.expect(200);
        let who = number(&desk.child);
        let of = [("organisation", station.as_str()), ("take", "1")];
        let report = [line(&who, "2", "9:00", "11:00"), of.to_vec()].concat();
        officer.post("/usage/2026-11", &report).await.expect(303);
        let page = officer.get(&path).await.expect(200).text;
        assert!(page.contains("水野") && page.contains("2時間"), "{page}");
        let nobody = [("organisation", "no-such-body"), ("take", "1")];
        let report = [line(&who, "3", "9:00", "11:00"), nobody.to_vec()].concat();
        officer.post("/usage/2026-11", &report).await.expect(404);
        let abroad = w.sign_in(Role::Officer, Seat::Abroad).await;
        abroad.get(&path).await.expect(404);
        let second = w.sign_in(Role::Operator, Seat::Second).await;
        let theirs = second.get(&path).await.expect(200).text;
        assert!(!theirs.contains("水野"), "a body reads its own month, whatever it asks");
        w.set_clock("2026-12-05T01:00:00.000Z");
        let list = w.as_(Role::Officer).await.get("/usage").await.expect(200).text;
        assert!(list.contains("11月の報告：<span class=\"chip chip--ok\">届いている"), "{list}");
        assert_eq!(entries(&w).await, 1);
    }
}
