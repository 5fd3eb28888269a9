//! Why a file or sheet was not read. Each message is written once, here: what happened, what to do.

use crate::charset::Encoding;
use std::fmt;

/// A file or sheet that was not read. `Display` is the Japanese message for the person.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// There are no bytes, or no cell has anything in it.
    Empty,
    /// A [`crate::Limits`] field was exceeded.
    TooLarge(Limit, usize),
    /// A spreadsheet, but in a format that is not read.
    OtherFormat(&'static str),
    /// Protected with a password.
    Encrypted,
    /// Not a spreadsheet at all.
    NotASpreadsheet(Lookalike),
    /// Looks like XLSX, but cannot be read. The detail is for the log, not for the person.
    Broken(String),
    /// Bytes that are no character in the encoding the rest of the file is in.
    Undecodable(Encoding, Vec<Place>),
    /// A quotation mark opened in this row is never closed.
    UnclosedQuote(usize),
    /// The sheet is hidden, so nobody looked at what is in it.
    HiddenSheet,
    /// No row looks like the headers asked for. Carries some of these headers.
    NoHeader(Vec<String>),
    /// The header row was found, but columns are missing from it.
    MissingColumns {
        /// The row (1-based) taken for the header.
        row: usize,
        /// The first spelling of each missing header.
        missing: Vec<String>,
    },
}

/// What exceeded its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the field of `Limits` with the same name")]
pub enum Limit {
    FileBytes,
    Entries,
    UnpackedBytes,
    Ratio,
    Rows,
    Columns,
    Cells,
    TextBytes,
    CellChars,
}

/// What a file that is not a spreadsheet seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Lookalike {
    Pdf,
    Image,
    Word,
    PowerPoint,
    Zip,
    Unknown,
}

/// A cell as the person sees it in the spreadsheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// 1-based.
    pub row: usize,
    /// Letter(s).
    pub column: String,
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str(
                "中身がありません。表が入っているファイル（シート）か確認してください。",
            ),
            Self::TooLarge(limit, max) => write_too_large(f, *limit, *max),
            Self::OtherFormat(format) => write!(
                f,
                "{format}形式は読み込めません。Excelで開き、「名前を付けて保存」で「Excelブック\
                 （*.xlsx）」を選んで保存し直してください。"
            ),
            Self::Encrypted => f.write_str(
                "パスワードがかかっているため読み込めません。Excelで開いてパスワードを解除し、\
                 保存し直してください。",
            ),
            Self::NotASpreadsheet(what) => write!(
                f,
                "表計算のファイルではありません（{}）。ExcelブックかCSVのファイルを選んでください。",
                what.name()
            ),
            Self::Broken(_) => f.write_str(
                "ファイルが壊れているため読み込めません。Excelで開けるか確認し、開けたら\
                 「Excelブック（*.xlsx）」で保存し直してください。",
            ),
            Self::Undecodable(encoding, places) => write_undecodable(f, *encoding, places),
            Self::UnclosedQuote(row) => {
                write!(f, "{row}行目の引用符（\"）が閉じられていません。その行を直してください。")
            }
            Self::HiddenSheet => f.write_str(
                "非表示のシートのため読み込みませんでした。必要なら再表示して保存してください。",
            ),
            Self::NoHeader(examples) => write!(
                f,
                "見出しの行が見つかりません。表の上に「{}」などの見出しがあるか確認してください。",
                examples.join("」「")
            ),
            Self::MissingColumns { row, missing } => write!(
                f,
                "{row}行目の見出しに「{}」の列がありません。列を加えるか、見出しの名前を\
                 直してください。",
                missing.join("」「")
            ),
        }
    }
}

fn write_too_large(f: &mut fmt::Formatter<'_>, limit: Limit, max: usize) -> fmt::Result {
    let (what, amount) = match limit {
        Limit::FileBytes => ("ファイル", bytes(max)),
        Limit::Entries => ("ファイルの内部の部品", format!("{max}個")),
        Limit::UnpackedBytes => ("展開したファイル", bytes(max)),
        Limit::Ratio => ("圧縮率", format!("{max}倍")),
        Limit::Rows => ("行", format!("{max}行")),
        Limit::Columns => ("列", format!("{max}列")),
        Limit::Cells => ("セル", format!("{max}個")),
        Limit::TextBytes => ("文字", bytes(max)),
        Limit::CellChars => {
            return write!(
                f,
                "1つのセルの文字が上限（{max}文字）を超えています。文章を短くし、引用符（\"）の閉じ忘れが\
                 ないか確認してください。"
            );
        }
    };
    write!(
        f,
        "{what}が上限（{amount}）を超えています。不要なシート・行・列・画像を削除するか、\
         ファイルを分けてください。"
    )
}

fn bytes(n: usize) -> String {
    match n {
        0..=1023 => format!("{n}バイト"),
        1024..=1_048_575 => format!("{}KB", n / 1024),
        _ => format!("{}MB", n / 1_048_576),
    }
}

fn write_undecodable(
    f: &mut fmt::Formatter<'_>,
    encoding: Encoding,
    places: &[Place],
) -> fmt::Result {
    let listed: Vec<_> = places.iter().map(|p| format!("{}行目{}列", p.row, p.column)).collect();
    write!(
        f,
        "文字コード（{}）として読めない文字があります（{}）。元のファイルをExcelで開いてその文字を\
         直し、「CSV UTF-8」か「Excelブック（*.xlsx）」で保存し直してください。",
        encoding.name(),
        listed.join("、")
    )
}

impl Lookalike {
    fn name(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Image => "画像",
            Self::Word => "Word文書",
            Self::PowerPoint => "PowerPoint",
            Self::Zip => "ZIP圧縮ファイル",
            Self::Unknown => "種類が分からないファイル",
        }
    }
}
