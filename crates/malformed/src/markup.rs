//! XLSX whose XML is wrong.

use super::book::{Book, SHEET, STRINGS, STYLES, WORKBOOK, XML};
use super::dice::Dice;
use super::{Family, Model};

pub(crate) const FAMILIES: &[Family] = &[
    ("XML cut off", "xlsx", |m, d| spoiled(m, d, |xml, d| xml.truncate(d.roll(xml.len())))),
    ("XML damaged", "xlsx", |m, d| {
        spoiled(m, d, |xml, d| {
            for _ in 0..=d.roll(6) {
                let at = d.roll(xml.len());
                xml[at] = d.pick(b"<>/\"=:019AZ& \0\xFF");
            }
        })
    }),
    ("a billion laughs", "xlsx", |m, d| {
        let levels: String = (1..10)
            .map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10)))
            .collect();
        let doctype = format!("<!DOCTYPE x [<!ENTITY l0 \"lol\">{levels}]>");
        let name = d.pick(&[SHEET, STRINGS, WORKBOOK, STYLES]);
        let book = Book::of(m).swap(name, XML, &format!("{XML}{doctype}"));
        book.swap(STRINGS, "<t>", "<t>&l9;").packed()
    }),
    ("an entity from outside", "xlsx", |m, d| {
        let to = d.pick(&["file:///etc/passwd", "http://127.0.0.1:1/x", "file:///dev/zero"]);
        let doctype = format!("{XML}<!DOCTYPE x [<!ENTITY e SYSTEM \"{to}\">]>");
        Book::of(m).swap(STRINGS, XML, &doctype).swap(STRINGS, "<t>", "<t>&e;").packed()
    }),
    ("nested without end", "xlsx", |m, d| {
        let deep = 100_000 + d.roll(200_000);
        let name = d.pick(&[SHEET, STRINGS, WORKBOOK]);
        let (open, close) = d.pick(&[("<a>", "</a>"), ("<row>", "</row>"), ("<si>", "")]);
        let xml = format!("{XML}{}{}", open.repeat(deep), close.repeat(deep));
        Book::of(m).with(name, xml.into_bytes()).packed()
    }),
    ("attributes without end", "xlsx", |m, d| {
        let many: String = (0..50_000 + d.roll(50_000)).map(|n| format!(" a{n}=\"x\"")).collect();
        let name = d.pick(&[SHEET, STRINGS, STYLES]);
        let tag = if name == SHEET {
            "<sheetData"
        } else if name == STRINGS {
            "<si"
        } else {
            "<xf"
        };
        Book::of(m).swap(name, tag, &format!("{tag}{many}")).packed()
    }),
    ("a cell where none is", "xlsx", |m, d| {
        let places = [
            "XFD1048576",
            "A0",
            "A-1",
            "1A",
            "AAAAAAAAAAAAAAAAAA1",
            "A99999999999999999999",
            "",
            "Ａ１",
            "C4294967295",
            "$A$1",
        ];
        Book::of(m).swap(SHEET, "r=\"A2\"", &format!("r=\"{}\"", d.pick(&places))).packed()
    }),
    ("a string that is not there", "xlsx", |m, d| {
        let at = d.pick(&["99999999", "-1", "4294967296", "1e9", "x", "", "18446744073709551616"]);
        Book::of(m).swap(SHEET, "<v>0</v>", &format!("<v>{at}</v>")).packed()
    }),
    ("values of every kind", "xlsx", |m, d| {
        let kind = d.pick(&["d", "b", "e", "n", "str", "inlineStr", "zzz", ""]);
        let value =
            d.pick(&["1e308", "-1e308", "NaN", "2958466", "-1", "#REF!", "<<", "&#0;", "&#xFFFF;"]);
        let book = Book::of(m).swap(SHEET, "t=\"s\"", &format!("t=\"{kind}\""));
        book.swap(SHEET, "<v>0</v>", &format!("<v>{value}</v>")).packed()
    }),
    ("merged without end", "xlsx", |m, d| {
        let one = d.pick(&["A1:XFD1048576", "C9:A1", "A1:A1", "A1:B2", "x"]);
        let many = format!("<mergeCell ref=\"{one}\"/>").repeat(1 + d.roll(50_000));
        let end = format!("</sheetData><mergeCells>{many}</mergeCells>");
        Book::of(m).swap(SHEET, "</sheetData>", &end).packed()
    }),
    ("styles without end", "xlsx", |m, d| {
        let code = "0".repeat(1 + d.roll(10_000));
        let formats =
            format!("<numFmts><numFmt numFmtId=\"164\" formatCode=\"{code}\"/></numFmts>");
        let many = "<xf numFmtId=\"164\"/>".repeat(20_000 + d.roll(60_000));
        let book = Book::of(m).swap(STYLES, "<cellXfs>", &format!("{formats}<cellXfs>{many}"));
        book.swap(SHEET, "s=\"0\"", "s=\"99999\"").packed()
    }),
    ("one string in many cells", "xlsx", |m, d| {
        let long = "長".repeat(200_000 + d.roll(200_000));
        let cells = "<row><c t=\"s\"><v>0</v></c></row>".repeat(20_000);
        let book = Book::of(m).swap(STRINGS, "<t>", &format!("<t>{long}"));
        book.swap(SHEET, "</sheetData>", &format!("{cells}</sheetData>")).packed()
    }),
    ("sheets that are not there", "xlsx", |m, d| {
        let many: String = (0..1 + d.roll(5_000))
            .map(|n| format!("<sheet name=\"{n}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>"))
            .collect();
        Book::of(m).swap(WORKBOOK, "<sheets>", &format!("<sheets>{many}")).packed()
    }),
    ("relations in a circle", "xlsx", |m, d| {
        let to =
            d.pick(&["workbook.xml", "../xl/_rels/workbook.xml.rels", "/", "http://127.0.0.1:1/"]);
        let rels = "xl/_rels/workbook.xml.rels";
        Book::of(m).swap(rels, "worksheets/sheet1.xml", to).packed()
    }),
    ("another encoding of XML", "xlsx", |m, d| {
        let name = d.pick(&["Shift_JIS", "UTF-16", "EBCDIC", "x-none"]);
        Book::of(m).swap(SHEET, "UTF-8", name).swap(STRINGS, "UTF-8", name).packed()
    }),
    ("formulas in cells", "xlsx", |m, d| {
        let f = d.pick(super::FORMULAS).replace('&', "&amp;").replace('<', "&lt;");
        let book = Book::of(m).swap(SHEET, "<v>0</v>", &format!("<f>{f}</f><v>0</v>"));
        book.swap(STRINGS, "<t>", &format!("<t>{f}")).packed()
    }),
];

/// Any part of the book, changed.
fn spoiled(model: &Model, dice: &mut Dice, change: fn(&mut Vec<u8>, &mut Dice)) -> Vec<u8> {
    let mut book = Book::of(model);
    let at = dice.roll(book.0.len());
    change(&mut book.0[at].1, dice);
    book.packed()
}
