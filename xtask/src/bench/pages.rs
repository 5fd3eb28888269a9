//! `bench pages`: how long every page without a number in its address takes, as an officer. What
//! takes long belongs beside the desk: the word `long` in the access table.

use std::fs::read_to_string;
use std::time::Instant;

use super::desk::Desk;
use super::http::Connection;
use super::{Done, Options, build, root, said, target};

/// 一つのページ. Its address, and whether the access table says `long`.
struct Page {
    path: String,
    long: bool,
}

/// A page of the desk that takes longer than so many seconds is named at the end.
const LONG: f64 = 0.25;

pub fn run(options: &Options) -> Done {
    build()?;
    super::block_on(measure(options))
}

async fn measure(options: &Options) -> Done {
    let clients = if options.quick { 10_000 } else { 100_000 };
    let desk = Desk::open(target().join("release/kakehashi"), clients).await?;
    let mut taken = vec![];
    for page in pages()? {
        let (seconds, status, bytes) = ask(&desk, &page.path)?;
        taken.push((seconds, status, bytes, page));
    }
    desk.server.stop();
    taken.sort_by(|a, b| b.0.total_cmp(&a.0));
    println!("{:>9}{:>8}{:>10}  {clients} people", "seconds", "answer", "bytes");
    for (seconds, status, bytes, page) in &taken {
        let long = if page.long { "  long" } else { "" };
        println!("{seconds:>9.3}{status:>8}{bytes:>10}  {}{long}", page.path);
    }
    let slow = taken.iter().filter(|(seconds, _, _, page)| !page.long && *seconds > LONG);
    let broken = taken.iter().filter(|(_, status, _, _)| *status >= 500);
    let named: Vec<&str> = slow.chain(broken).map(|t| t.3.path.as_str()).collect();
    match named.is_empty() {
        true => Ok(()),
        false => Err(format!("slow and not `long`, or broken: {}", named.join(" "))),
    }
}

/// The better of two times: seconds, status, bytes.
fn ask(desk: &Desk, path: &str) -> Result<(f64, u16, usize), String> {
    let mut best = (f64::MAX, 0, 0);
    for _ in 0..2 {
        // A connection for each: the server may close one behind a page it refuses.
        let mut browser = Connection::open(desk.server.at)?;
        let begun = Instant::now();
        let answer = browser.ask(&desk.page(path))?;
        let seconds = begun.elapsed().as_secs_f64();
        if seconds < best.0 {
            best = (seconds, answer.status, answer.body.len());
        }
    }
    Ok(best)
}

/// What an officer may open, from the access table.
fn pages() -> Result<Vec<Page>, String> {
    let table = root().join("src/access/routes.txt");
    let table = read_to_string(table).map_err(said("routes.txt"))?;
    let page = |line: &str| {
        let mut parts = line.split("  ").map(str::trim).filter(|part| !part.is_empty());
        let (method, path, roles) = (parts.next()?, parts.next()?, parts.next()?);
        let has = |word: &str| roles.split(' ').any(|role| role == word);
        let opens = method == "GET" && (has("officer") || has("all"));
        let plain = !path.contains('{') && !path.starts_with("/api/");
        (opens && plain).then(|| Page { path: path.to_owned(), long: has("long") })
    };
    Ok(table.lines().filter_map(page).collect())
}
