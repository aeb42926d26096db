/// Where one verdict ends and the next begins.
///
/// The figures are compared with those of the untrained network on the same images, so that the
/// limits do not depend on the width. They were set on the runs of Tests/Verdicts/first-steps.yaml:
/// where the gradient enters the targets, these keep .001 of their untrained variance between
/// images, and never less than .16 in any other run, the passing dip of the plain recipe included
/// (.33). RankMe fell to .38 of its untrained value with momentum 0 and to .67 in the plain recipe,
/// and rose in every run with a regulariser.
enum VerdictThresholds {
    /// Features spread by less than this part of the untrained spread, one minus the mean cosine of
    /// different images, tell images apart no more.
    static let collapsedSpread = 0.02
    /// One minus the mean cosine of images that are the same but for rounding in float32.
    static let sameImages = 1e-5
    /// The part of the untrained variance between images that targets which have collapsed keep at most.
    static let collapsedTargets = 0.02
    /// RankMe of features that are hardly more than one direction; 1 is the least there is.
    static let collapsedRank = 1.5
    /// The part of RankMe that is lost when learning has thrown away directions, not only weighed
    /// them otherwise.
    static let partialRank = 0.7
    /// The part of the targets' variance between images that is lost in a partial collapse.
    static let partialTargets = 0.2
    /// Standard errors that accuracies have to differ by to count as different.
    static let errors = 2.0
    /// How much less the mean of the two accuracies, in standard errors, varies than either: they are
    /// correlated by about one half, and `sqrt((1 + 1/2) / 2)` is left.
    static let spreadOfMean = 0.87
    /// What has to be predicted from the image alone before that counts as learning where there are
    /// no labels.
    static let patchSkill = 0.05
    /// Relative change of a figure below which it has not moved: rounding of float32 sums.
    static let unmoved = 1e-4
}
