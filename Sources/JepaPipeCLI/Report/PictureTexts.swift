/// What a report says about pictures to people who see them for the first time.
enum PictureTexts {
    /// What pictures of one kind are called, what they show and what would be good; nil for a name
    /// that no command gives.
    static func text(of name: String) -> (title: String, help: String)? {
        switch name {
        case "masks":
            return (
                "Masks",
                "What the context encoder sees, and the blocks that have to be predicted from it."
            )
        case "segmentation":
            return (
                "Segmentation",
                "The class of each pixel, as it is and as a linear layer on the patch tokens says; "
                    + "the more alike, the better."
            )
        case "depth":
            return (
                "Depth",
                "The distance of each pixel, as it is and as a linear map of the patch tokens says; "
                    + "the more alike, the better."
            )
        case _ where name.hasPrefix("pca-tokens"):
            return (
                "Tokens as colours",
                "Patches of one colour have similar tokens; it is good if things stand out from "
                    + "what is around them, and more so than untrained."
            )
        case _ where name.hasPrefix("pca-foreground"):
            return (
                "Tokens of the foreground",
                "What the tokens part from the background, in colours; it is good if this is the "
                    + "thing shown, with colours of its own for its parts."
            )
        case _ where name.hasPrefix("attention"):
            return (
                "Attention",
                "Where one patch looks in each head of a block; it is good if it looks at what it "
                    + "belongs to, not everywhere alike, as it does untrained."
            )
        case _ where name.hasPrefix("predictions"):
            return (
                "Predictions",
                "What the predictor expects in each target block, turned into pixels; it is good if "
                    + "this comes close to what the true tokens give."
            )
        default: return nil
        }
    }
}
