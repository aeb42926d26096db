/// What a report says about evaluations to people who see them for the first time.
enum EvaluationTexts {
    static let figures =
        "Made by <code>jepa-pipe eval</code>. Each figure stands as <b>untrained → trained</b>, beside "
        + "the same figure of plain pixels and of an answer that never looks at the image."
    static let standardError =
        "Behind ± is the standard error: how far a figure may be off because the test images are "
        + "not more."
    static let spread = "The spread is the standard deviation over repetitions."
    static let severalRuns =
        "Runs share a table where task, protocol and images are the same."
    static let stepwiseLinear =
        "A linear classifier on the frozen network, trained step by step on images that are changed "
        + "at random; its settings are chosen by images held out."

    /// Title and question of a task; nil for an unknown one.
    static func text(of task: String) -> (title: String, help: String)? {
        switch task {
        case "knn":
            return (
                "k-NN",
                "An image gets the class of the training images whose features are most similar; the "
                    + "network is frozen."
            )
        case "linear":
            return (
                "Linear", "A linear classifier on features of the frozen network, computed once."
            )
        case "low-shot":
            return (
                "Low-shot",
                "A linear classifier on features of the frozen network that sees the classes of a few "
                    + "training images only."
            )
        case "finetune":
            return (
                "Fine-tuning",
                "The network itself is trained on, with a linear classifier on top, and so is the "
                    + "untrained one."
            )
        case "count":
            return (
                "Count",
                "A number of each image, such as how many things it shows, from features of the "
                    + "frozen network."
            )
        case "distance":
            return (
                "Distance",
                "A number of each image, such as how far things are, from features of the frozen "
                    + "network."
            )
        case "segmentation":
            return (
                "Segmentation",
                "The class of each pixel, by a linear layer on the patch tokens of the frozen network."
            )
        case "depth":
            return (
                "Depth",
                "The distance of each pixel, by a linear map of the patch tokens of the frozen network."
            )
        default: return nil
        }
    }
}
