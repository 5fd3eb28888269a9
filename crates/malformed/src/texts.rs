//! Malformed CSV.

use super::dice::Dice;
use super::{Family, Model};

/// Days that are none, or that nobody can have meant.
pub const DATES: &[&str] = &[
    "令和99年13月45日",
    "令和元年5月0日",
    "昭和0年1月1日",
    "昭和65年1月1日",
    "明治1年1月1日",
    "大化1年6月19日",
    "R6.4.31",
    "R-6.4.1",
    "R6.4",
    "２０２４年２月３０日",
    "9999-99-99",
    "0000-00-00",
    "-1",
    "1e308",
    "NaN",
    "45000.999999999",
    "2958466",
    "99999999999999999999999999",
    "2024-02-29T25:61:61+99:99",
    "㋿6.4.1",
    "令和令和6年4月1日",
    "六月三十一日",
    "平成三十一年五月一日",
];

/// What is typed where a reading is asked for.
pub const KANA: &[&str] = &[
    "漢字",
    "👩‍👩‍👧‍👦",
    "ｶﾞｷﾞｸﾞﾞﾞﾞ",
    "あ\u{202E}いう",
    "\u{200B}\u{FEFF}",
    "あ\u{0}い",
    "ヷヸヹヺ",
    "ゟヿ〆",
    "A'; drop table clients; --",
    "\u{FFFD}\u{FFFE}",
    "𠮷𩸽",
    "ー",
    "゛゜",
];

/// What a spreadsheet would run.
pub const FORMULAS: &[&str] = &[
    "=cmd|'/c calc'!A1",
    "=HYPERLINK(\"http://127.0.0.1/?\"&A1,\"押す\")",
    "+1+1",
    "-1+1",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(A1)",
    "=DDE(\"cmd\";\"/C calc\";\"x\")",
    "-2+3+cmd|'/c calc'!A0",
];

pub(crate) const FAMILIES: &[Family] = &[
    ("cut off", "csv", |m, d| {
        let mut bytes = good(m, 5);
        bytes.truncate(d.roll(bytes.len()));
        bytes
    }),
    ("zero bytes", "csv", |m, d| sprinkled(m, d, &[0])),
    ("bytes of no encoding", "csv", |m, d| sprinkled(m, d, &[0x80, 0xA0, 0xC0, 0xFD, 0xFF, 0x1B])),
    ("half of a character", "csv", |m, d| sprinkled(m, d, &[0xE3, 0x81, 0x82, 0xED, 0xA0])),
    ("UTF-16 without a mark", "csv", |m, d| {
        let text = String::from_utf8_lossy(&good(m, 3)).into_owned();
        let little = d.roll(2) == 0;
        let pair = |u: u16| if little { u.to_le_bytes() } else { u.to_be_bytes() };
        text.encode_utf16().flat_map(pair).collect()
    }),
    ("UTF-16 cut in half", "csv", |m, d| {
        let text = String::from_utf8_lossy(&good(m, 3)).into_owned();
        let mut bytes = vec![0xFF, 0xFE];
        bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        bytes.truncate(bytes.len() - 1 - d.roll(40));
        bytes
    }),
    ("a mark of UTF-8 over Shift_JIS", "csv", |_, d| {
        [&[0xEF, 0xBB, 0xBF][..], b"\x8e\x81\x96\xbc,\x90\xb6\r\n", &d.bytes(40)].concat()
    }),
    ("JIS", "csv", |_, d| [&b"\x1b$B;aL>\x1b(B,\x1b$B@8\x1b(B\r\n"[..], &d.bytes(30)].concat()),
    ("quotes", "csv", |m, d| sprinkled(m, d, b"\"\"',;")),
    ("a quote never closed", "csv", |m, d| {
        let mut text = good(m, 1);
        text.extend(b"\"");
        text.extend(vec![b'x'; 1 + d.roll(2_000_000)]);
        text
    }),
    ("nothing but quotes", "csv", |_, d| vec![b'"'; 1_000_000 + d.roll(9)]),
    ("one huge cell", "csv", |m, d| {
        let size = 100_000 + d.roll(2_000_000);
        with_cell(m, d, &"あ".repeat(size))
    }),
    ("a million columns", "csv", |m, d| {
        let mut bytes = good(m, 1);
        bytes.extend(vec![d.pick(b",\t;"); 1_000_000]);
        bytes
    }),
    ("a million columns in the header", "csv", |m, d| {
        let mut bytes = vec![d.pick(b",\t;"); 1_000_000];
        bytes.extend(good(m, 1));
        bytes
    }),
    ("a million rows", "csv", |m, d| {
        let mut bytes = good(m, 1);
        let (row, n) = d.pick(&[("x\r\n", 1_000_000), ("\r\n", 3_000_000)]);
        bytes.extend(row.repeat(n).bytes());
        bytes.extend(b"x");
        bytes
    }),
    ("a million cells", "csv", |m, _| {
        let mut bytes = good(m, 0);
        bytes.extend(
            b"x,".repeat(900).iter().chain(b"\r\n").copied().collect::<Vec<_>>().repeat(1_200),
        );
        bytes
    }),
    ("larger than any", "csv", |m, d| {
        let mut bytes = good(m, 1);
        bytes.resize((20 << 20) + d.roll(14 << 20), b'x');
        bytes
    }),
    ("line ends of every kind", "csv", |m, d| {
        let ends = ["\r", "\n\r", "\u{2028}", "\u{85}", "\u{b}", "\r\r\n"];
        let text = String::from_utf8_lossy(&good(m, 4)).replace("\r\n", d.pick(&ends));
        text.into_bytes()
    }),
    ("another delimiter", "csv", |m, d| {
        let text = String::from_utf8_lossy(&good(m, 4)).into_owned();
        text.replace(',', d.pick(&["|", "\u{1f}", "、", "，", " "])).into_bytes()
    }),
    ("only headers", "csv", |m, d| {
        let line = format!("{}\r\n", m.headers.join(","));
        line.repeat(1 + d.roll(50)).into_bytes()
    }),
    ("headers in disorder", "csv", |m, d| {
        let mut heads = m.headers.clone();
        (0..heads.len()).for_each(|n| heads.swap(n, d.roll(m.headers.len())));
        heads.truncate(1 + d.roll(heads.len()));
        format!("{}\r\n{}\r\n", heads.join(","), m.row.join(",")).into_bytes()
    }),
    ("noise", "csv", |_, d| {
        let n = 1 + d.roll(3_000);
        d.bytes(n)
    }),
    ("letters at random", "csv", |_, d| {
        let letters: Vec<char> =
            "氏名かな,\t;\"\r\n〃合計※=' 1年月日令和R.\u{200D}".chars().collect();
        (0..d.roll(4_000)).map(|_| d.pick(&letters)).collect::<String>().into_bytes()
    }),
    ("dates", "csv", |m, d| in_every_cell(m, d, DATES)),
    ("readings", "csv", |m, d| in_every_cell(m, d, KANA)),
    ("formulas", "csv", |m, d| in_every_cell(m, d, FORMULAS)),
    ("marks without end", "csv", |m, d| {
        let marks = "\u{3099}".repeat(1 + d.roll(200_000));
        with_cell(m, d, &format!("か{marks}"))
    }),
    ("scripts", "csv", |m, d| {
        let scripts = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{7*7}}"];
        in_every_cell(m, d, &scripts)
    }),
    ("numbers", "csv", |m, d| {
        let numbers =
            ["-0", "1e999", "0x41", "９９９９９９９９９９", "1,000", "∞", "½", "123456789018"];
        in_every_cell(m, d, &numbers)
    }),
    ("dittos with nothing above", "csv", |m, d| in_every_cell(m, d, &["〃", "同上", "々", "合計"])),
];

/// A table that could be taken, with so many rows.
fn good(model: &Model, rows: usize) -> Vec<u8> {
    let line = |cells: &[String]| format!("{}\r\n", cells.join(","));
    format!("{}{}", line(&model.headers), line(&model.row).repeat(rows)).into_bytes()
}

fn sprinkled(model: &Model, dice: &mut Dice, with: &[u8]) -> Vec<u8> {
    let mut bytes = good(model, 4);
    for _ in 0..=dice.roll(12) {
        let (at, byte) = (dice.roll(bytes.len()), dice.pick(with));
        if dice.roll(2) == 0 { bytes.insert(at, byte) } else { bytes[at] = byte }
    }
    bytes
}

fn with_cell(model: &Model, dice: &mut Dice, text: &str) -> Vec<u8> {
    let mut row = model.row.clone();
    let at = dice.roll(row.len());
    row[at] = text.to_owned();
    let heads = model.headers.join(",");
    format!("{heads}\r\n{}\r\n{}\r\n", row.join(","), model.row.join(",")).into_bytes()
}

/// So many rows, each with several cells of these.
fn in_every_cell(model: &Model, dice: &mut Dice, texts: &[&str]) -> Vec<u8> {
    let mut out = format!("{}\r\n", model.headers.join(","));
    for _ in 0..60 {
        let cell = |good: &String, dice: &mut Dice| match dice.roll(3) {
            0 => good.clone(),
            _ => format!("\"{}\"", dice.pick(texts).replace('"', "\"\"")),
        };
        let row: Vec<String> = model.row.iter().map(|c| cell(c, dice)).collect();
        out.push_str(&format!("{}\r\n", row.join(",")));
    }
    out.into_bytes()
}
