import JepaTraining

/// What a report says about figures and verdicts to people who see them for the first time.
enum FigureTexts {
    static let figures =
        "A figure means little by itself, since a network that was never trained already tells "
        + "images apart somewhat: each stands as <b>untrained → trained</b>."
    static let curves =
        "Thin dashed lines straight across are the untrained network. A curve that stays on its line "
        + "has learnt nothing."
    static let ownScale =
        "On a scale of its own: losses compare only runs with the same losses and targets."
    static let otherLosses =
        "The losses or the targets of these runs differ: compare these figures only with those "
        + "before the training, not with each other."
    static let pipeline =
        "Boxes are the parts of the method, arrows are what travels between them; solid blue ones "
        + "carry the gradient back that the training follows."

    /// A sign in front of a verdict, so that it does not depend on colour alone.
    static func sign(_ kind: Verdict.Kind) -> String {
        switch kind {
        case .learning: "✓"
        case .stalled: "▬"
        case .partialCollapse: "◐"
        case .collapsed: "✗"
        case .noBetter: "="
        case .tooEarly: "…"
        }
    }

    /// A verdict in a sentence.
    static func meaning(_ kind: Verdict.Kind) -> String {
        switch kind {
        case .learning:
            "The network makes better features of images than before training."
        case .stalled:
            "Training does not bring the features on any more."
        case .partialCollapse:
            "The features have lost much of what told images apart before training."
        case .collapsed:
            "The network gives nearly the same answer for every image: it has found a way to make "
                + "the loss small without looking."
        case .noBetter:
            "The features have changed, but they are not better than before training."
        case .tooEarly:
            "There is not enough to go by yet."
        }
    }

    /// Why there are no figures about targets; the losses are HTML.
    static func withoutTargets(_ losses: String) -> String {
        "Skill and variance of targets are not shown: they compare a loss with what it would be for "
            + "always guessing the mean of the targets, which does not go with \(losses)."
    }

    /// Title and explanation of a figure as `monitor.csv` names it behind the stage; nil for one that
    /// needs none.
    static func text(of figure: String) -> (title: String, help: String)? {
        switch figure {
        case "knn":
            return ("k-NN accuracy", "Images whose class the most similar other images name.")
        case "linear":
            return ("Linear accuracy", "Images whose class a linear classifier names.")
        case "rankme":
            return ("RankMe", "Directions the features use. Less than untrained is a loss.")
        case "lidar":
            return (
                "LiDAR",
                "Directions that tell images apart, against how much one image varies when cropped."
            )
        case "feature_std":
            return ("Feature deviation", "How far the features of different images lie apart.")
        case "mean_cosine":
            return ("Mean cosine", "Similarity of different images; 1 would be all the same.")
        case "value": return ("Loss", "Of the same images every time.")
        case "target_variance":
            return ("Variance of targets", "What there is to predict; 0 would be nothing.")
        case "target_image_share":
            return ("Share of images", "The part of it that depends on the image, 0 to 1.")
        case "skill":
            return ("Skill", "Part of the loss of always guessing the mean that is taken away.")
        case "patch_skill":
            return (
                "Skill per patch",
                "The same beside the mean of each place: above 0, the image is looked at."
            )
        default: return nil
        }
    }
}
