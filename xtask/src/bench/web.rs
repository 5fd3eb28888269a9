//! `bench web`: the desk's pages at two sizes, logged in, scoped and audited, beside hello-world.

use std::time::Duration;

use super::desk::Desk;
use super::http::{Request, load};
use super::server::Server;
use super::table::{Row, median, print};
use super::{Done, Options, build, disk, target};

/// What is asked; the last one writes.
const NAMES: &[&str] = &["list", "search", "search_common", "client", "timeline", "write"];

pub fn run(options: &Options) -> Done {
    build()?;
    super::block_on(measure(options))
}

async fn measure(options: &Options) -> Done {
    let release = target().join("release");
    let hello = Server::start(&release.join("hello"), &["{at}"], "/")?;
    let sizes: &[usize] = if options.quick { &[10_000] } else { &[10_000, 100_000] };
    let (rounds, lasting) = if options.quick { (3, 1000) } else { (5, 2000) };
    let mut desks = vec![];
    for clients in sizes {
        desks.push(Desk::open(release.join("kakehashi"), *clients).await?);
    }
    let asked = |name: &&&str| options.only.as_deref().is_none_or(|only| only == **name);
    let names: Vec<&str> = NAMES.iter().filter(asked).copied().collect();
    let mut rows = vec![Row::new("hello")];
    for desk in &desks {
        rows.extend(names.iter().map(|name| Row::new(&desk.name(name))));
    }
    let (mut commits, mut syncs) = (vec![], vec![]);
    let lasting = Duration::from_millis(lasting);
    for round in 0..rounds {
        let folder = target().join("bench");
        commits.push(disk::commits(&folder).await?);
        syncs.push(disk::sync_ms(&folder)?.1);
        let plain = Request::get("/", "");
        let mut at = rows.iter_mut();
        take(&hello, at.next(), lasting, |_| plain.clone())?;
        for desk in &desks {
            for name in &names {
                take(&desk.server, at.next(), lasting, |n| desk.request(name, n + round * 9973))?;
            }
        }
    }
    let mut single = vec![
        ("raw_commits_per_s".to_owned(), median(&commits)),
        ("fdatasync_p99_ms".to_owned(), median(&syncs)),
    ];
    for desk in &desks {
        single.push((format!("resident_mb_{}", desk.clients), desk.server.resident_mb()));
        single.push((format!("first_reply_ms_{}", desk.clients), desk.server.first_reply_ms));
    }
    print(&rows, &single, options.json);
    hello.stop();
    desks.into_iter().for_each(|d| d.server.stop());
    Ok(())
}

fn take(
    server: &Server,
    row: Option<&mut Row>,
    lasting: Duration,
    next: impl Fn(usize) -> Request + Sync,
) -> Done {
    load(server.at, lasting / 10, &next)?;
    let before = server.cpu_ms();
    let round = load(server.at, lasting, &next)?;
    let used = server.cpu_ms() - before;
    if let Some(row) = row {
        row.add(round, used);
    }
    Ok(())
}
