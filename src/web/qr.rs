//! QRコード: what a telephone reads from the screen or from paper, drawn as one path of an SVG.

use qrcodegen::{QrCode, QrCodeEcc};

/// Dark squares on a ground of `size` by `size`, the quiet edge included.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    pub size: i32,
    pub path: String,
}

/// Four light squares around it, as the standard asks.
const EDGE: i32 = 4;

pub fn picture(text: &str) -> Picture {
    let Ok(qr) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return Picture::default() };
    let all = (0..qr.size()).flat_map(|y| (0..qr.size()).map(move |x| (x, y)));
    let dark = all.filter(|(x, y)| qr.get_module(*x, *y));
    let path = dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + EDGE, y + EDGE)).collect();
    Picture { size: qr.size() + 2 * EDGE, path }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_has_its_quiet_edge_and_its_corners() {
        let picture = picture("https");
        assert_eq!(picture.size, 21 + 8);
        let first_row = (4..11).map(|x| format!("M{x} 4h1v1h-1z")).collect::<String>();
        assert!(picture.path.starts_with(&first_row));
        assert_eq!(super::picture(&"a".repeat(5000)).size, 0);
    }
}
