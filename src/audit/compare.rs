//! Compares the chains of the database with the seals of a file: what was sealed must still
//! be there as it was.

use super::seal::Sealed;
use crate::args;
use crate::store::{Read, Result};

/// One line a difference; none when database and file agree.
pub async fn compare(read: &mut Read, file: &Sealed) -> Result<Vec<String>> {
    let mut out = file.breaks.clone();
    for seal in &file.seals {
        for (writer, seq, hash) in &seal.heads {
            let found: Option<(String,)> = read
                .maybe(
                    "select hash from audit_events where writer_id = $1 and seq = $2",
                    args![writer, *seq],
                )
                .await?;
            let what = match found {
                None => "失われています",
                Some((now,)) if now != *hash => "書きかえられています",
                Some(_) => continue,
            };
            let n = seal.n;
            out.push(format!("封印 {n}番（{}）: {writer} {seq}番までの記録が{what}", seal.at));
        }
    }
    out.extend(lost(read, file).await?);
    Ok(out)
}

/// Seals the database remembers and the file does not: the file itself was cut.
async fn lost(read: &mut Read, file: &Sealed) -> Result<Vec<String>> {
    let Some(first) = file.seals.first() else { return Ok(vec![]) };
    let remembered: Vec<(String, String)> = read
        .all(
            "select record_id, digest from audit_events
             where verb = 'seal' and record_id like $1 order by at",
            args![format!("{}-%", first.file)],
        )
        .await?;
    let kept = |(id, digest): &&(String, String)| {
        let n = id.rsplit('-').next().and_then(|n| n.parse().ok()).unwrap_or(0);
        !file.seals.iter().any(|s| s.n == n && s.hash == *digest)
    };
    let gone = remembered.iter().filter(kept);
    Ok(gone.map(|(id, _)| format!("封印 {id}: 控えのファイルにありません")).collect())
}
