//! One's own dates as a calendar program reads them: a strict reader of our own, a fixture, and who
//! may read what for how long.

use axum::body::Body;
use axum::http::Request;
use kakehashi::access::Role;
use kakehashi::args;

use crate::support::{Answer, Person, Seat, World};

/// The properties of one component: (name with its parameters, value), names in capitals.
type Lines = Vec<(String, String)>;

/// Reads as RFC 5545 writes and nothing else: the calendar's own lines, and its components.
fn read(text: &str) -> Result<(Lines, Vec<(String, Lines)>), String> {
    let rest = text.strip_suffix("\r\n").ok_or("does not end in CR LF")?;
    let mut unfolded: Vec<String> = vec![];
    for line in rest.split("\r\n") {
        if line.len() > 75 || line.contains(['\r', '\n']) || line.is_empty() {
            return Err(format!("no line: {line}"));
        }
        match (line.strip_prefix(' '), unfolded.last_mut()) {
            (Some(more), Some(last)) => last.push_str(more),
            (Some(_), None) => return Err("begins in the middle of a line".into()),
            (None, _) => unfolded.push(line.to_owned()),
        }
    }
    let (mut own, mut parts, mut open): (Lines, Vec<(String, Lines)>, Vec<String>) =
        Default::default();
    for line in unfolded {
        let (name, value) = line.split_once(':').ok_or(format!("no property: {line}"))?;
        let plain = name.split(';').next().unwrap();
        if plain.is_empty() || !plain.bytes().all(|b| b.is_ascii_uppercase() || b == b'-') {
            return Err(format!("no name: {name}"));
        }
        match (name, open.len()) {
            ("BEGIN", 0) if value != "VCALENDAR" => return Err(format!("no calendar: {value}")),
            ("BEGIN", n) => {
                open.push(value.to_owned());
                if n == 1 {
                    parts.push((value.to_owned(), vec![]));
                }
            }
            ("END", _) if open.pop().as_deref() != Some(value) => {
                return Err(format!("ends what is not open: {value}"));
            }
            ("END", _) => {}
            (_, 0) => return Err(format!("outside: {line}")),
            (_, 1) => own.push((name.to_owned(), value.to_owned())),
            _ => parts.last_mut().unwrap().1.push((name.to_owned(), value.to_owned())),
        }
    }
    if open.is_empty() { Ok((own, parts)) } else { Err(format!("{open:?} stays open")) }
}

fn one<'a>(lines: &'a Lines, name: &str) -> &'a str {
    let found: Vec<_> = lines.iter().filter(|(n, _)| n == name).collect();
    assert_eq!(found.len(), 1, "{name} in {lines:?}");
    &found[0].1
}

/// The events, each as (day, summary, uid), after all that must be there was looked at.
fn events(text: &str) -> Vec<(String, String, String)> {
    let (own, parts) = read(text).unwrap_or_else(|why| panic!("{why}:\n{text}"));
    assert_eq!((one(&own, "VERSION"), one(&own, "CALSCALE")), ("2.0", "GREGORIAN"));
    assert!(!one(&own, "PRODID").is_empty());
    let zones = parts.iter().filter(|(kind, _)| kind == "VTIMEZONE");
    assert_eq!(zones.map(|(_, l)| one(l, "TZID")).collect::<Vec<_>>(), ["Asia/Tokyo"]);
    let mut out = vec![];
    for (_, l) in parts.iter().filter(|(kind, _)| kind == "VEVENT") {
        let (day, end) = (one(l, "DTSTART;VALUE=DATE"), one(l, "DTEND;VALUE=DATE"));
        assert!(day.len() == 8 && day < end && day.bytes().all(|b| b.is_ascii_digit()));
        let stamp = one(l, "DTSTAMP");
        assert!(stamp.len() == 16 && stamp.ends_with('Z') && stamp.contains('T'), "{stamp}");
        assert!(one(l, "URL").starts_with("http://kakehashi/"));
        out.push((day.to_owned(), one(l, "SUMMARY").to_owned(), one(l, "UID").to_owned()));
    }
    let mut uids: Vec<_> = out.iter().map(|e| &e.2).collect();
    uids.sort();
    uids.dedup();
    assert_eq!(uids.len(), out.len(), "a uid stands twice");
    out
}

async fn fetch(w: &World, path: &str, seen: &str) -> Answer {
    let request = Request::builder().uri(path).header("host", "kakehashi");
    let request = if seen.is_empty() { request } else { request.header("if-none-match", seen) };
    w.visitor().send(request.body(Body::empty()).unwrap()).await
}

/// Makes the coordinator's address on their page.
async fn address(w: &World) -> String {
    let page = w.as_(Role::Coordinator).await.post("/me/calendar", &[]).await.expect(200);
    let at = page.text.split("value=\"/calendar/").nth(1).unwrap().split('"').next().unwrap();
    format!("/calendar/{at}")
}

/// A case of the coordinator with a promise, a certificate, a stay in hospital and a consent.
async fn case(w: &World) -> Person {
    let person = w.person("水野", "はると").await;
    let me = w.actor(Role::Coordinator);
    w.exec(
        "insert into team_members (id, client_id, organisation_id, account_id, role, valid_from,
           recorded_at, recorded_by) values ('m', $1, $2, $3, 'coordinator', '2026-04-01', $4, $3)",
        args![person.id, me.organisation_id, me.account_id, me.at],
    )
    .await;
    w.exec(
        "insert into assignments (id, client_id, account_id, organisation_id, kind, weight, reason,
           valid_from, recorded_at, recorded_by)
         values ('a', $1, $2, $3, 'main', 100, '', '2026-04-01', $4, $2)",
        args![person.id, me.account_id, me.organisation_id, me.at],
    )
    .await;
    for sql in [
        "insert into follow_ups (id, controller_id, organisation_id, client_id, source, source_id,
           what, due_on, owner_id, recorded_at, recorded_by)
         values ('f', $4, $3, $1, 'case_note', 'n', '水野さんに電話', '2026-11-27', $2, $5, $2)",
        "insert into client_certificates (id, client_id, kind, expires_on, valid_from, recorded_at,
           recorded_by)
         select 'c', $1, 'recipient', '2027-03-31', '2026-04-01', $5, $2
         where $3 = $3 and $4 = $4",
        "insert into client_whereabouts (id, client_id, kind, place, expected_until, valid_from,
           recorded_at, recorded_by)
         select 'h', $1, 'hospital', 'みどり病院', '2026-12-10', '2026-11-01', $5, $2
         where $3 = $3 and $4 = $4",
        "insert into consents (id, client_id, purpose, recipient_id, valid_from, valid_until,
           given_by, given_on, recorded_at, recorded_by)
         select 'k', $1, 'support', $3, '2026-04-01', '2027-04-01', '母', '2026-04-01', $5, $2
         where $4 = $4",
    ] {
        let by = [&person.id, &me.account_id, &me.organisation_id, &me.controller_id];
        w.exec(sql, args![by[0], by[1], by[2], by[3], "2026-11-19T01:00:00.000Z"]).await;
    }
    person
}

both! {
    async fn ones_own_dates_and_nobodys_name(w: World) {
        case(&w).await;
        let path = address(&w).await;
        let said = fetch(&w, &path, "").await.expect(200);
        assert_eq!(said.header("content-type"), "text/calendar; charset=utf-8");
        let found = events(&said.text);
        let days: Vec<_> = found.iter().map(|e| (e.0.as_str(), e.1.as_str())).collect();
        assert_eq!(days, [
            ("20261127", "支援経過の約束"),
            ("20261210", "退院の予定"),
            ("20270331", "手帳・受給者証の期限"),
            ("20270401", "同意の期限"),
        ]);
        for name in ["水野", "はると", "みずの", "M-0", "みどり病院", "電話"] {
            assert!(!said.text.contains(name), "{name} is said");
        }
        // To the octet, but for the account in the address of a list.
        let me = w.actor(Role::Coordinator).account_id;
        assert_eq!(said.text.replace("\r\n ", "").replace(&me, "ACCOUNT"), fixture());
    }

    async fn the_same_dates_are_the_same_text(w: World) {
        case(&w).await;
        let path = address(&w).await;
        let first = fetch(&w, &path, "").await.expect(200);
        let tag = first.header("etag").to_owned();
        w.pass_minutes(60);
        assert_eq!(fetch(&w, &path, &tag).await.expect(304).text, "");
        let before: Vec<_> = events(&first.text).into_iter().map(|e| e.2).collect();
        w.exec("update follow_ups set due_on = '2026-11-28' where $1 = $1", args!["f"]).await;
        let moved = fetch(&w, &path, &tag).await.expect(200);
        let after: Vec<_> = events(&moved.text).into_iter().map(|e| e.2).collect();
        assert_eq!(before, after, "a date that moves stays the same event");
        let done = "update follow_ups set done_at = $1 where id = 'f'";
        w.exec(done, args!["2026-11-20T01:00:00.000Z"]).await;
        assert_eq!(events(&fetch(&w, &path, "").await.expect(200).text).len(), 3);
    }

    async fn an_address_opens_one_post_and_ends_with_it(w: World) {
        case(&w).await;
        let first = address(&w).await;
        let (made,): (String,) = w.read(&w.system()).await
            .one("select token_hash from calendar_feeds", args![]).await.unwrap();
        assert!(!first.contains(&made) && made.len() == 64);
        let second = address(&w).await;
        fetch(&w, &first, "").await.expect(404);
        fetch(&w, &second, "").await.expect(200);
        fetch(&w, "/calendar/.ics", "").await.expect(404);
        let other = w.sign_in(Role::Coordinator, Seat::Second).await;
        let page = other.post("/me/calendar", &[]).await.expect(200);
        let at = page.text.split("value=\"/calendar/").nth(1).unwrap().split('"').next().unwrap();
        let said = fetch(&w, &format!("/calendar/{at}"), "").await.expect(200);
        assert_eq!(events(&said.text), []);
        w.as_(Role::Coordinator).await.post("/me/calendar/revoke", &[]).await.expect(303);
        fetch(&w, &second, "").await.expect(404);
        let third = address(&w).await;
        fetch(&w, &third, "").await.expect(200);
        w.exec("update posts set valid_until = '2026-11-21' where id = $1",
            args![w.actor(Role::Coordinator).post_id]).await;
        w.set_clock("2026-11-21T01:00:00.000Z");
        fetch(&w, &third, "").await.expect(404);
    }

    async fn reading_is_recorded_once_a_day(w: World) {
        let path = address(&w).await;
        let uses = "select count(*) from audit_events
                    where verb = 'use' and noun = 'calendar_feed'";
        for _ in 0..3 {
            fetch(&w, &path, "").await.expect(200);
        }
        assert_eq!(w.count(uses, &[]).await, 1);
        w.set_clock("2026-11-21T01:00:00.000Z");
        fetch(&w, &path, "").await.expect(200);
        assert_eq!(w.count(uses, &[]).await, 2);
    }
}

fn fixture() -> String {
    include_str!("fixtures/calendar.ics").replace('\n', "\r\n")
}

#[test]
fn the_reader_of_these_tests_is_strict() {
    let good = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n";
    assert!(read(good).is_ok());
    for bad in [
        good.replace("\r\n", "\n"),
        good.replace("VERSION", "version"),
        good.replace("END:VCALENDAR", "END:VEVENT"),
        good.replace("VERSION:2.0", "VERSION"),
        good.replace("2.0", &"長".repeat(30)),
        good.replace("END:VCALENDAR\r\n", ""),
        format!(" {good}"),
    ] {
        assert!(read(&bad).is_err(), "{bad}");
    }
}
