import JepaCore

/// The colours of pictures.
///
/// Lines and words outside of boxes have middle tones that can be read on white and on black;
/// boxes bring their own ground. A viewer that knows of dark mode gets darker boxes.
enum DrawingPalette {
    /// The ground of a box, its frame, and the ground in dark mode.
    struct Tone {
        let ground: String
        let frame: String
        let dark: String
    }

    /// Words in a box, in light and in dark mode.
    static let ink = (light: "#1f2328", dark: "#e6edf3")
    /// Less important words in a box.
    static let dim = (light: "#59636e", dark: "#a3adb8")
    /// Words beside an arrow: without knowledge of the ground, on a light and on a dark one.
    static let note = (any: "#767e87", light: "#59636e", dark: "#9aa4af")
    /// What is wrong.
    static let wrong = "#e5343d"
    /// What is wrong, as words in a box.
    static let wrongInk = (light: "#c01c26", dark: "#ff8087")

    static func tone(of role: Role?) -> Tone {
        switch role {
        case .dataSource: Tone(ground: "#dbeafe", frame: "#3b82f6", dark: "#14294a")
        case .masker: Tone(ground: "#ece4fd", frame: "#8b5cf6", dark: "#2a1f4d")
        case .encoder: Tone(ground: "#d6f5e0", frame: "#1f9d55", dark: "#0f3524")
        case .predictor: Tone(ground: "#fdf0c4", frame: "#c98a04", dark: "#3b2d08")
        case .loss: Tone(ground: "#fbe3f2", frame: "#cf4ba0", dark: "#41183a")
        case .optimizer: Tone(ground: "#e3e8ee", frame: "#7b8794", dark: "#262d36")
        case nil: Tone(ground: "#f4f4f5", frame: "#8b949e", dark: "#22262c")
        }
    }

    static func colour(of line: PipelineDrawing.Line) -> String {
        switch line {
        case .gradient: "#2f81f7"
        case .data: "#7d8590"
        case .noGradient: "#c98a04"
        case .link: "#9a7fe0"
        case .unknown: "#7d8590"
        case .wrong: wrong
        }
    }
}
