//! The reviewed table and the router name the same routes.

use kakehashi::access::AccessTable;
use kakehashi::routes::ROUTES;

/// What is wrong between a table and a list of routes.
fn differences(table: &AccessTable, routes: &[(&str, &str)]) -> Vec<String> {
    let mut out = vec![];
    for (method, path) in routes {
        if table.find(method, path).is_none() {
            out.push(format!("{method} {path} has no row in routes.txt"));
        }
    }
    for row in table.rows() {
        let (method, path) = (row.method.as_str(), row.path.as_str());
        if !routes.contains(&(method, path)) {
            out.push(format!("{method} {path} is listed and does not exist"));
        }
        if row.reason.chars().count() < 10 {
            out.push(format!("{method} {path}: '{}' is no reason", row.reason));
        }
        if row.roles.is_empty() && !row.public {
            out.push(format!("{method} {path} is open to nobody"));
        }
    }
    out
}

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let table = AccessTable::official().unwrap();
    assert_eq!(differences(&table, ROUTES), Vec::<String>::new());
}

#[test]
fn an_unlisted_route_a_stale_row_and_an_empty_reason_are_found() {
    let table = AccessTable::official().unwrap();
    let mut routes = ROUTES.to_vec();
    routes.push(("GET", "/clients/everything"));
    assert_eq!(differences(&table, &routes), ["GET /clients/everything has no row in routes.txt"]);
    assert_eq!(differences(&table, &ROUTES[1..]).len(), 1);
    let short = AccessTable::read("GET  /x  officer  because").unwrap();
    assert_eq!(differences(&short, &[("GET", "/x")]), ["GET /x: 'because' is no reason"]);
}

/// Whoever may change something must also be able to see the page that offers it: a route that is
/// open for POST and closed for GET at the same path would be a slip of the table.
#[test]
fn who_may_post_may_also_look() {
    let table = AccessTable::official().unwrap();
    for row in table.rows().iter().filter(|r| r.method == "POST") {
        let Some(page) = table.find("GET", &row.path) else { continue };
        let blind: Vec<_> = row.roles.iter().filter(|r| !page.roles.contains(r)).collect();
        assert!(page.public || blind.is_empty(), "POST {}: {blind:?} cannot GET it", row.path);
    }
}

/// What takes a file out of the program, and what gives or takes rights, by the words of its path.
fn asks_again(method: &str, path: &str) -> bool {
    if path.starts_with("/api/") {
        return false; // programs have a token and nobody to ask
    }
    let last = path.rsplit('/').next().unwrap_or_default();
    let export = path.contains("/files/") || ["file", "sheet", "disclosure"].contains(&last);
    let of_rights =
        ["/accounts", "/tokens", "/transfers", "/reviews", "/settings", "/me/second-factor"];
    // Records become one or two, people are disposed of, families see their child.
    let of_person = ["merges", "same", "disposals", "family"];
    let person = path.split('/').any(|part| of_person.contains(&part)) && last != "apart";
    let rights = of_rights.iter().any(|begin| path.starts_with(begin)) || person;
    export && method == "GET" || rights && method == "POST"
}

#[test]
fn exports_and_changes_of_rights_ask_for_the_password_again() {
    let table = AccessTable::official().unwrap();
    for row in table.rows() {
        let needs = asks_again(&row.method, &row.path);
        assert_eq!(row.confirmed, needs, "{} {}", row.method, row.path);
    }
    assert!(table.rows().iter().filter(|r| r.confirmed).count() > 12, "the words find nothing");
}
